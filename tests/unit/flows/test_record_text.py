"""What a record type would write, as a person reads it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.flows.record_text import record_text
from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.record_type import RecordType
from streak_netsuite.sync.record_side import SourceRecord

SITES = RecordTypeSpec.model_validate(
    {
        "version": 1,
        "name": "sites",
        "source": {"system": "streak", "pipeline": "Sites"},
        "target": {
            "system": "netsuite",
            "type": "customrecord_site",
            "external_id": "site-1",
            "fields": {"name": "{{ box.name }}", "owner": {"internalId": "{{ box.fields.Owner }}"}},
            "custom_fields": {
                "custrecord_area": {"type": "decimal", "value": "{{ box.fields.Area }}"},
                "custrecord_day": {"type": "date", "value": "{{ box.fields.Day }}"},
            },
        },
        "policy": {"create_only": ["custrecord_area"], "empty": "clear"},
    }
)


def told(held: dict[str, Any] | None, **fields: str) -> list[str]:
    """Return the lines for a box with these fields."""
    view = {
        "box": {"name": "North", "fields": {"Owner": "5", "Area": "12.50", "Day": "2026-05-04", **fields}}
    }
    record = SourceRecord(id="b", label="box 'North'", view=view)
    wanted = RecordType(spec=SITES, zone=ZoneInfo("UTC")).wanted(view, source_id="b")
    now = None if held is None else SourceRecord(id="9", label="site", view={"record": held})
    return record_text(SITES, record, wanted, now, known=held is not None)


def test_a_new_record_is_told_with_the_rule_of_each_field() -> None:
    assert told(None) == [
        "CREATE netsuite site-1 of box 'North'",
        "  fields.name                   (nothing) -> North   [target.fields: {{ box.name }}]",
        "  fields.owner                  (nothing) -> 5   [target.fields: internalId: {{ box.fields.Owner }}]",
        "  customFields.custrecord_area  (nothing) -> 12.50   [target.custom_fields: {{ box.fields.Area }}]",
        "  customFields.custrecord_day   (nothing) -> 2026-05-04   [target.custom_fields: {{ box.fields.Day }}]",
    ]


HELD = {
    "name": "North",
    "owner": {"internalId": "5", "name": "Ada"},
    "custom": {"custrecord_area": Decimal(99), "custrecord_day": datetime(2026, 5, 4, tzinfo=UTC)},
}


def test_of_a_record_that_is_there_only_what_differs_is_told_and_the_targets_own_is_left_out() -> None:
    assert told(HELD) == ["KEEP netsuite site-1 of box 'North': it is so already"]
    assert told(HELD, Owner="6", Day="") == [
        "UPDATE netsuite site-1 of box 'North'",
        "  fields.owner                 5 -> 6   [target.fields: internalId: {{ box.fields.Owner }}]",
        "  customFields.custrecord_day  2026-05-04T00:00:00+00:00 -> (nothing)   [policy.empty: clear]",
    ]


@pytest.mark.parametrize(("shown", "same"), [("2026-05-04", True), ("2026-05-05", False)])
def test_a_day_is_the_same_as_its_midnight(shown: str, same: bool) -> None:
    held = {**HELD, "custom": {**HELD["custom"], "custrecord_day": date.fromisoformat(shown)}}  # type: ignore[dict-item] # a view's values are of any type
    assert told(held)[0].startswith("KEEP") is same
