"""What an approval is given for: terms, corrections, and a code that tells one order from another."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from streak_netsuite.flows.approved_terms import DIGEST, EDITS, TERMS, code_of, read_with, terms_of
from streak_netsuite.flows.deal_edits import as_read, differing, in_force
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

DEAL = Deal(
    key="agx1",
    name="Robots",
    version="1",
    pipeline_key="p",
    pipeline="Sales",
    stage="Closed-Won",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    fields={"Quantity": "4"},
)
LINE = OrderLine(item=Reference(internal_id="101"), quantity=Decimal(4), rate=Decimal(100))
ORDER = SalesOrder(transaction_date=date(2026, 1, 1), lines=(LINE,))


def a_custom(type_: CustomFieldType, value: str | Decimal) -> tuple[CustomField, ...]:
    return (CustomField(script_id="custbody_x", type=type_, value=value),)


def terms(order: SalesOrder = ORDER, *, rule: str = "") -> str:
    return terms_of(DEAL, order, rule=rule)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(ORDER, purchase_order_number="PO-7"), id="PO number"),
        pytest.param(replace(ORDER, memo="soon"), id="memo"),
        pytest.param(replace(ORDER, custom_fields=a_custom(CustomFieldType.TEXT, "Shipped")), id="stage"),
        pytest.param(replace(ORDER, lines=(replace(LINE, description="red"),)), id="description"),
        pytest.param(replace(ORDER, customer=Reference(internal_id="5")), id="customer, once decided"),
        pytest.param(
            replace(ORDER, lines=(replace(LINE, item=Reference(internal_id="101", name="Arm")),)), id="name"
        ),
    ],
)
def test_texts_and_names_leave_what_was_approved_as_it_is(other: SalesOrder) -> None:
    assert terms(other) == terms()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(ORDER, lines=(replace(LINE, quantity=Decimal(5)),)), id="quantity"),
        pytest.param(replace(ORDER, lines=(replace(LINE, rate=Decimal(101)),)), id="rate"),
        pytest.param(replace(ORDER, lines=(LINE, LINE)), id="line"),
        pytest.param(replace(ORDER, currency=Reference(internal_id="4")), id="currency"),
        pytest.param(replace(ORDER, terms=Reference(internal_id="3")), id="terms"),
        pytest.param(
            replace(ORDER, custom_fields=a_custom(CustomFieldType.DECIMAL, Decimal(3))), id="number"
        ),
    ],
)
def test_what_costs_or_promises_something_else_is_another_order(other: SalesOrder) -> None:
    assert terms(other) != terms()


def test_another_reason_of_the_rule_is_asked_for_again() -> None:
    assert terms(rule="a rush order") != terms()


def test_corrections_in_force_are_those_that_say_something_else_than_the_deal() -> None:
    assert in_force(DEAL) == {}
    edited = replace(DEAL, fields={"Quantity": "400"}, said=as_read(DEAL), read_digest="d")
    assert in_force(edited) == {"fields.Quantity": "400"}
    said = as_read(DEAL)
    assert differing({"fields.Quantity": "4", "notes": ""}, said) == {}
    assert differing({"fields.Quantity": 5, "name": "Arms"}, said) == {"fields.Quantity": "5", "name": "Arms"}


def test_a_code_tells_what_is_asked_for_from_what_is_asked_later() -> None:
    shown = {DIGEST: "d", EDITS: {}, TERMS: "t"}
    assert code_of(shown) == code_of(dict(shown))
    others = [{**shown, DIGEST: "e"}, {**shown, TERMS: "u"}, {**shown, EDITS: {"fields.Quantity": "5"}}]
    assert len({code_of(one) for one in (shown, *others)}) == 4


def test_a_deal_without_corrections_is_told_by_its_digest_as_decisions_of_earlier_versions_are() -> None:
    assert read_with("d", {}) == "d"
    assert read_with("d", {"fields.Quantity": "5"}) != "d"
