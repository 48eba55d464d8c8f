"""A write without an answer counts as landed only when all of it stands in the record."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.landing import holds
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.reference import Reference

PACIFIC = ZoneInfo("America/Los_Angeles")


def record(**values: Any) -> SuiteRecord:
    return SuiteRecord(type="salesOrder", values=values)


def lines(*rows: dict[str, Any], mode: SublistMode = SublistMode.REPLACE) -> SuiteRecord:
    sublist = Sublist(rows=tuple(Fields(values=row) for row in rows), mode=mode)
    return SuiteRecord(type="salesOrder", sublists={"itemList": sublist})


def custom(value: Any, type_: CustomFieldType) -> SuiteRecord:
    return SuiteRecord(
        type="salesOrder",
        custom_fields={"custbody_x": CustomField(script_id="custbody_x", type=type_, value=value)},
    )


ACME = RecordRef(internal_id="501", name="ACME")


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        pytest.param(record(memo="a", email="x"), record(memo="a"), id="what was not sent does not matter"),
        pytest.param(record(rate="19.90"), record(rate=Decimal("19.9")), id="numbers by value"),
        pytest.param(record(), record(toBePrinted=False), id="an empty checkbox is left out"),
        pytest.param(
            record(tranDate=datetime(2026, 1, 15, 8, tzinfo=UTC)),
            record(tranDate=date(2026, 1, 15)),
            id="a day in the user's zone",
        ),
        pytest.param(
            record(entity=ACME), record(entity=RecordRef(internal_id="501")), id="a reference by id"
        ),
        pytest.param(
            record(entity=RecordRef(internal_id="1", external_id="Streak-A")),
            record(entity=RecordRef(external_id="streak-a")),
            id="a key in any case",
        ),
        pytest.param(
            lines({"rate": "5", "line": "1"}, {"rate": "6", "line": "2"}),
            lines({"rate": Decimal(6)}, mode=SublistMode.MERGE),
            id="a merged line among others",
        ),
        pytest.param(
            custom((Reference(internal_id="1", name="Red"),), CustomFieldType.MULTI_SELECT),
            custom((Reference(internal_id="1"),), CustomFieldType.MULTI_SELECT),
            id="a multi-select",
        ),
    ],
)
def test_a_record_holds_what_was_sent_in_whatever_form(held: SuiteRecord, sent: SuiteRecord) -> None:
    assert holds(held, sent, zone=PACIFIC)


@pytest.mark.parametrize(
    ("held", "sent"),
    [
        pytest.param(record(phone="1"), record(phone="2"), id="another text"),
        pytest.param(record(), record(memo="a"), id="nothing there"),
        pytest.param(record(rate="5%"), record(rate=Decimal(5)), id="a percentage is no price"),
        pytest.param(record(), record(toBePrinted=True), id="a checkbox that is not set"),
        pytest.param(
            record(tranDate=datetime(2026, 1, 15, 7, tzinfo=UTC)),
            record(tranDate=date(2026, 1, 15)),
            id="the day before, in the user's zone",
        ),
        pytest.param(
            record(entity=ACME), record(entity=RecordRef(external_id="k")), id="a key that is not told"
        ),
        pytest.param(
            lines({"rate": "5"}), lines({"rate": Decimal(5)}, {"rate": Decimal(6)}), id="a line short"
        ),
        pytest.param(lines({"rate": "5"}, {"rate": "6"}), lines({"rate": Decimal(5)}), id="a line too many"),
        pytest.param(lines({"rate": "5"}), lines({"rate": Decimal(6)}), id="another line"),
        pytest.param(
            custom("a", CustomFieldType.TEXT), custom("b", CustomFieldType.TEXT), id="another custom text"
        ),
        pytest.param(record(), custom("b", CustomFieldType.TEXT), id="no custom text"),
        pytest.param(
            record(memo="still here"),
            SuiteRecord(type="salesOrder", null_fields=("memo",)),
            id="what was to be emptied",
        ),
        pytest.param(
            custom("still here", CustomFieldType.TEXT),
            SuiteRecord(type="salesOrder", null_fields=("custbody_x",)),
            id="a custom field that was to be emptied",
        ),
    ],
)
def test_a_record_that_differs_anywhere_proves_nothing(held: SuiteRecord, sent: SuiteRecord) -> None:
    assert not holds(held, sent, zone=PACIFIC)
