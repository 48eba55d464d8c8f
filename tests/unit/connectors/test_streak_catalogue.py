"""Box field values of every type, in words."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.connectors.streak.catalogue import Catalogue, Names, PartyFields, decode
from streak_netsuite.connectors.streak.hints import hint_of_box, records_in
from streak_netsuite.connectors.streak.wire import FieldWire, PipelineWire, TeamWire
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.sync.hint import HintOrigin


def a_field(type_: str, **more: Any) -> FieldWire:
    return FieldWire.model_validate({"key": "1001", "name": "Field", "type": type_, **more})


OPTIONS = {"dropdownSettings": {"items": [{"key": "9001", "name": "Gold"}]}}
TAGS = {"tagSettings": {"tags": [{"key": "9001", "tag": "urgent"}, {"key": "9002", "tag": "partner"}]}}
NAMES = Names(people={"ann@example.com": "Ann Lee"}, parties={"agxC": "Bob Ray"})


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        pytest.param(a_field("TEXT_INPUT"), "12,500.00", "12,500.00", id="text"),
        pytest.param(a_field("TEXT_INPUT"), 42, Decimal(42), id="a number in a text field"),
        pytest.param(a_field("DATE"), 1767225600000, datetime(2026, 1, 1, tzinfo=UTC), id="date in ms"),
        pytest.param(a_field("DATE"), "tomorrow", "tomorrow", id="a date that is none is not lost"),
        pytest.param(a_field("CHECKBOX"), True, True, id="checkbox"),
        pytest.param(a_field("CHECKBOX"), "false", False, id="checkbox as text"),
        pytest.param(a_field("DROPDOWN", **OPTIONS), "9001", "Gold", id="dropdown"),
        pytest.param(a_field("DROPDOWN", **OPTIONS), "9999", "9999", id="a removed option keeps its key"),
        pytest.param(
            a_field("TAG", **TAGS), ["9002", "9001"], ("partner", "urgent"), id="tags in their order"
        ),
        pytest.param(a_field("PERSON"), "ann@example.com", "Ann Lee", id="person"),
        pytest.param(a_field("TEAM_CONTACT"), {"key": "agxC"}, "Bob Ray", id="contact as an object"),
        pytest.param(a_field("TEAM_CONTACT"), ["agxC"], "Bob Ray", id="contact in a list"),
        pytest.param(
            a_field("TEAM_ORGANIZATION"), "agxO", "agxO", id="an unknown organization keeps its key"
        ),
        pytest.param(a_field("FORMULA"), 1.5, Decimal("1.5"), id="formula with a number"),
        pytest.param(a_field("FORMULA"), "n/a", "n/a", id="formula with text"),
        pytest.param(a_field("SOMETHING_NEW"), "x", "x", id="a type nobody knows"),
    ],
)
def test_values_come_in_words(field: FieldWire, raw: Any, value: Any) -> None:
    assert decode(field, raw, NAMES) == value


@pytest.mark.parametrize("raw", [None, "", []])
def test_an_empty_value_is_none(raw: Any) -> None:
    assert decode(a_field("TEXT_INPUT"), raw, NAMES) is None


def a_catalogue() -> Catalogue:
    return Catalogue(
        PipelineWire.model_validate(
            {
                "key": "agxP",
                "name": "Sales",
                "stages": {"5001": {"key": "5001", "name": "Lead"}},
                "fields": [{"key": "1003", "name": "Tier", "type": "DROPDOWN", **OPTIONS}],
            }
        )
    )


def test_an_unknown_stage_field_or_option_asks_for_a_fresh_catalogue() -> None:
    catalogue = a_catalogue()
    assert catalogue.knows({"stageKey": "5001", "fields": {"1003": "9001"}})
    assert not catalogue.knows({"stageKey": "5002"})
    assert not catalogue.knows({"stageKey": "5001", "fields": {"1004": "x"}})
    assert not catalogue.knows({"stageKey": "5001", "fields": {"1003": "9002"}})


def test_a_missing_field_is_named_with_those_there_are() -> None:
    with pytest.raises(RejectedByVendor, match="no field 'Level'; it has Tier"):
        a_catalogue().field_key("Level")


def test_webhook_and_sweep_make_one_hint_of_one_state() -> None:
    box = {"key": "agxB", "lastSavedTimestamp": 17, "lastUpdatedTimestamp": 16}
    by_webhook = hint_of_box(box, event="BOX_EDIT", origin=HintOrigin.WEBHOOK)
    by_sweep = hint_of_box({**box, "name": "same"}, event="sweep", origin=HintOrigin.SWEEP)
    assert (by_webhook.record, by_webhook.version) == (by_sweep.record, by_sweep.version)


def test_a_body_without_times_still_has_a_version() -> None:
    one = hint_of_box({"key": "agxB"}, event="BOX_DELETE", origin=HintOrigin.WEBHOOK)
    assert one.version.startswith("digest-")


@pytest.mark.parametrize("body", [{"key": "a"}, [{"key": "a"}]])
def test_arrays_and_single_objects_are_read(body: object) -> None:
    assert [box["key"] for box in records_in(body)] == ["a"]


@pytest.mark.parametrize("body", [[], "text", 7, None, [1], [{"key": "a"}, 2]])
def test_anything_else_is_refused(body: object) -> None:
    with pytest.raises(ValueError, match="webhook body"):
        records_in(body)


def test_fields_of_contacts_have_types_and_options_and_their_values_are_in_words() -> None:
    tier = {"key": "1002", "name": "Tier", "type": "DROPDOWN", **OPTIONS}
    team = TeamWire.model_validate(
        {
            "key": "team",
            "contactSettings": {
                "fields": {"1002": tier, "1001": {"key": "1001", "name": "Role", "type": "TEXT_INPUT"}}
            },
        }
    )
    fields = PartyFields(team)
    assert [(one.name, one.type, list(one.options.values())) for one in fields.fields["contact"]] == [
        ("Role", "TEXT_INPUT", []),
        ("Tier", "DROPDOWN", ["Gold"]),
    ]
    assert fields.fields["organization"] == []
    values = fields.values("contact", {"1001": "Buyer", "1002": "9001", "77": "kept"})
    assert values == {"Role": "Buyer", "Tier": "Gold", "77": "kept"}
