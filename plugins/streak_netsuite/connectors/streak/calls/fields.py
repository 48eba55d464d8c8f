"""Definitions of a pipeline's custom fields: read and changed in v1, created in v2."""

from collections.abc import Sequence
from typing import Literal

from streak_netsuite.connectors.streak.answers import done, many, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.wire import FieldWire, OptionWire

OptionKind = Literal["DROPDOWN", "TAG"]
FieldType = Literal[
    "TEXT_INPUT",
    "DROPDOWN",
    "CHECKBOX",
    "DATE",
    "PERSON",
    "FORMULA",
    "TAG",
    "TEAM_CONTACT",
    "TEAM_ORGANIZATION",
]


def of_pipeline(pipeline_key: str) -> Call[list[FieldWire]]:
    """Return the definitions (v1: a bare array)."""
    return Call(method="GET", path=path("/v1/pipelines/{}/fields", pipeline_key), read=many(FieldWire))


def get(pipeline_key: str, field_key: str) -> Call[FieldWire]:
    """Return one definition."""
    return Call(method="GET", path=_path(pipeline_key, field_key), read=one(FieldWire))


def create(
    pipeline_key: str, name: str, kind: FieldType, *, default_value: str | None = None
) -> Call[FieldWire]:
    """Add a field; `default_value` holds a formula (OpenAPI document). A second one would have the same name.

    Options of a dropdown or tag field come with `add_options`.
    """
    return Call(
        method="POST",
        path=path("/v2/pipelines/{}/fields", pipeline_key),
        body=given(name=name, type=kind, defaultValue=default_value),
        effect=Effect.ONCE,
        read=one(FieldWire),
    )


def update(
    pipeline_key: str, field_key: str, *, name: str | None = None, default_value: str | None = None
) -> Call[FieldWire]:
    """Rename a field or change its formula; the type of a field cannot change."""
    return Call(
        method="POST",
        path=_path(pipeline_key, field_key),
        body=given(name=name, defaultValue=default_value),
        effect=Effect.REPEATABLE,
        read=one(FieldWire),
    )


def add_options(
    pipeline_key: str, field_key: str, kind: OptionKind, labels: Sequence[str]
) -> Call[FieldWire]:
    """Append options and keep those there are (`addOnly`). Twice may append twice: labels are not unique."""
    name = _label_name(kind)
    return Call(
        method="POST",
        path=_path(pipeline_key, field_key),
        params={"addOnly": "true"},
        body=_settings(kind, [{name: label} for label in labels]),
        effect=Effect.ONCE,
        read=one(FieldWire),
    )


def set_options(
    pipeline_key: str, field_key: str, kind: OptionKind, options: Sequence[OptionWire]
) -> Call[FieldWire]:
    """Replace the options by these: one that is left out vanishes, from boxes too (OpenAPI document).

    `replacement` reads, merges and writes them.
    """
    name = _label_name(kind)
    return Call(
        method="POST",
        path=_path(pipeline_key, field_key),
        body=_settings(kind, [{"key": option.key, name: option.label} for option in options]),
        effect=Effect.REPEATABLE,
        read=one(FieldWire),
    )


def delete(pipeline_key: str, field_key: str) -> Call[None]:
    """Remove a field, and with it its value in every box of the pipeline."""
    return Call(method="DELETE", path=_path(pipeline_key, field_key), effect=Effect.REMOVAL, read=done)


def _path(pipeline_key: str, field_key: str) -> str:
    return path("/v1/pipelines/{}/fields/{}", pipeline_key, field_key)


def _label_name(kind: OptionKind) -> str:
    # Streak calls the label of a dropdown's option `name`, and that of a tag `tag`.
    return "name" if kind == "DROPDOWN" else "tag"


def _settings(kind: OptionKind, options: list[dict[str, str]]) -> dict[str, object]:
    return (
        {"dropdownSettings": {"items": options}} if kind == "DROPDOWN" else {"tagSettings": {"tags": options}}
    )
