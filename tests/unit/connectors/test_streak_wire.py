"""What arrives from Streak is read however much of it is missing, null or new."""

from typing import Any

import pytest
from pydantic import AliasChoices

from streak_netsuite.connectors.streak import wire
from streak_netsuite.connectors.streak.wire import ApiKeyWire, BoxWire, FileWire, MeetingWire, TaskWire, Wire

MODELS = [
    model
    for name in wire.__all__
    if isinstance(model := getattr(wire, name), type) and issubclass(model, Wire) and model is not Wire
]


def names_of(model: type[Wire]) -> dict[str, bool]:
    """The JSON names of a model's fields, and whether each must be there."""
    found = {}
    for name, field in model.model_fields.items():
        alias = field.validation_alias or field.alias or name
        first = alias.choices[0] if isinstance(alias, AliasChoices) else alias
        found[str(first)] = field.is_required()
    return found


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_only_keys_must_be_there_and_the_rest_may_be_null_or_new(model: type[Wire]) -> None:
    names = names_of(model)
    needed: dict[str, Any] = {name: "agxK" for name, required in names.items() if required}
    assert {name.lower() for name in needed} <= {"key", "boxkey"}
    bare = model.model_validate(needed)
    nulls = {name: None for name, required in names.items() if not required}
    assert model.model_validate({**needed, **nulls, "addedByStreakTomorrow": {"x": [1]}}) == bare


def test_a_key_is_read_by_its_typed_name_too() -> None:
    assert BoxWire.model_validate({"boxKey": "agxB"}).key == "agxB"
    assert FileWire.model_validate({"fileKey": "agxF"}).key == "agxF"


def test_a_time_that_is_none_is_none() -> None:
    assert TaskWire.model_validate({"key": "k", "dueDate": -1}).due is None
    assert MeetingWire.model_validate({"key": "k", "startTimestamp": "soon"}).start is None


def test_a_secret_is_not_shown() -> None:
    key = ApiKeyWire.model_validate({"key": "k", "apiKey": "s3cret"})
    assert key.secret.get_secret_value() == "s3cret"
    assert "s3cret" not in f"{key!r} {key}"


@pytest.mark.parametrize(("type_", "has"), [("GMAIL_API", True), ("DRIVE", False), (None, False)])
def test_only_attachments_have_contents(type_: Any, has: bool) -> None:
    assert FileWire.model_validate({"key": "k", "fileType": type_}).has_contents is has
