"""What a sale is agreed on reaches NetSuite's record, and is read back the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.customer import read_customer
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.held_order import HeldOrder
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import LineEdit, OrderChange
from streak_netsuite.sync.ports import NotWritten, RecordWrite, WriteResult, Written

NET_60 = Reference(internal_id="3")
ARM, PARTNER_PRICE = Reference(internal_id="101"), Reference(internal_id="2")
LINE = OrderLine(item=ARM, quantity=Decimal(2))
ORDER = SalesOrder(
    customer=Reference(internal_id="501"),
    transaction_date=date(2026, 3, 8),
    ship_method=Reference(internal_id="2"),
    ship_date=date(2026, 4, 1),
    start_date=date(2026, 4, 1),
    end_date=date(2027, 3, 31),
    discount_item=Reference(internal_id="206"),
    discount_rate=DiscountRate(value=Decimal("-7.5"), is_percent=True),
    lines=(
        replace(
            LINE,
            location=Reference(internal_id="2"),
            department=Reference(internal_id="2"),
            class_=Reference(internal_id="1"),
            units=Reference(internal_id="1"),
            price_level=PARTNER_PRICE,
        ),
    ),
)


def upserted(endpoint: Any, customer: Customer) -> WriteResult:
    answers: list[WriteResult] = []
    with endpoint.gateway() as gateway:
        gateway.upsert_customers([RecordWrite(operation_key="streak-org-1", record=customer)], answers.extend)
    (answer,) = answers
    return answer


def read(endpoint: Any, ref: RecordRef) -> SuiteRecord:
    with SoapClient(endpoint.settings()) as client:
        record = client.send(get(ref)).record_or_none(name=str(ref))
    assert record is not None
    return record


def a_customer(terms: Reference | None) -> Customer:
    return Customer(company_name="Kestrel Ltd", subsidiary=Reference(internal_id="1"), terms=terms)


def test_a_customer_keeps_its_payment_terms(endpoint: Any) -> None:
    answer = upserted(endpoint, a_customer(NET_60))
    assert isinstance(answer, Written)
    held = read_customer(read(endpoint, RecordRef(type="customer", internal_id=answer.internal_id)))
    assert held.terms == Reference(internal_id="3", name="Net 60")


def test_terms_that_are_not_offered_refuse_the_customer_by_their_field(endpoint: Any) -> None:
    answer = upserted(endpoint, a_customer(Reference(internal_id="4")))  # inactive
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, RejectedByVendor)
    assert answer.error.field == "terms"


# --- orders ---


def placed(endpoint: Any, order: SalesOrder) -> WriteResult:
    answers: list[WriteResult] = []
    with endpoint.gateway() as gateway:
        gateway.upsert_orders([RecordWrite(operation_key="streak-so-1", record=order)], answers.extend)
    (answer,) = answers
    return answer


def held(endpoint: Any, order: SalesOrder) -> HeldOrder:
    answer = placed(endpoint, order)
    assert isinstance(answer, Written), answer
    with endpoint.gateway() as gateway:
        found: HeldOrder = gateway.held_orders([answer.internal_id])[answer.internal_id]
    return found


def changed(endpoint: Any, order: HeldOrder, wanted: SalesOrder, **parts: Any) -> HeldOrder:
    with endpoint.gateway() as gateway:
        gateway.change_order(
            OrderChange(internal_id=order.internal_id, number=order.number, wanted=wanted, **parts)
        )
        found: HeldOrder = gateway.held_orders([order.internal_id])[order.internal_id]
    return found


def ids(record: Any, names: Sequence[str]) -> dict[str, str | None]:
    return {name: getattr(record, name).internal_id for name in names}


def test_all_that_was_agreed_on_is_on_the_order(endpoint: Any) -> None:
    order = held(endpoint, ORDER).order
    (line,) = order.lines
    assert ids(order, ["ship_method", "discount_item"]) == {"ship_method": "2", "discount_item": "206"}
    assert (order.ship_date, order.start_date, order.end_date) == (
        date(2026, 4, 1),
        date(2026, 4, 1),
        date(2027, 3, 31),
    )
    assert order.discount_rate == ORDER.discount_rate
    assert ids(line, ["location", "department", "class_", "units", "price_level"]) == {
        "location": "2",
        "department": "2",
        "class_": "1",
        "units": "1",
        "price_level": "2",
    }
    assert line.rate == Decimal("11250.00")  # 10 % below the base price, by the level


def test_a_line_with_a_rate_is_of_the_custom_level(endpoint: Any) -> None:
    (line,) = held(endpoint, replace(ORDER, lines=(replace(LINE, rate=Decimal(10)),))).order.lines
    assert line.price_level == Reference(internal_id="-1", name="Custom")
    assert line.rate == Decimal(10)


@pytest.mark.parametrize(
    ("order", "line", "field"),
    [
        ({"ship_method": Reference(internal_id="99")}, {}, "shipMethod"),
        ({"discount_item": ARM}, {}, "discountItem"),
        ({}, {"location": Reference(internal_id="99")}, "location"),
        ({}, {"department": Reference(internal_id="3")}, "department"),  # inactive
        ({}, {"class_": Reference(internal_id="99")}, "class"),
        ({}, {"units": Reference(internal_id="99")}, "units"),
        ({}, {"price_level": Reference(internal_id="99")}, "price"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_value_refuses_the_order_by_its_field(
    endpoint: Any, order: dict[str, Any], line: dict[str, Any], field: str
) -> None:
    wrong = replace(ORDER, lines=(replace(ORDER.lines[0], **line),), **order)
    answer = placed(endpoint, wrong)
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, RejectedByVendor)
    assert answer.error.field == field


def test_a_location_of_another_subsidiary_is_refused_by_its_field(endpoint: Any) -> None:
    leeds = Reference(internal_id="3")  # of subsidiary 2; the customer is in 1
    answer = placed(endpoint, replace(ORDER, lines=(replace(LINE, location=leeds),)))
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, RejectedByVendor)
    assert answer.error.field == "location"


def test_each_of_them_is_changed_alone(endpoint: Any) -> None:
    before = held(endpoint, ORDER)
    wanted = replace(
        ORDER, ship_method=Reference(internal_id="1"), end_date=None, discount_item=None, discount_rate=None
    )
    line = replace(
        before.lines[0].line, class_=Reference(internal_id="2"), price_level=Reference(internal_id="1")
    )
    after = changed(
        endpoint,
        before,
        wanted,
        fields=("ship_method", "end_date", "discount_item", "discount_rate"),
        lines={1: LineEdit(line=line, fields=("class_", "price_level"))},
    )
    assert after.order.ship_method == Reference(internal_id="1", name="Freight")
    assert (after.order.end_date, after.order.discount_item, after.order.discount_rate) == (None, None, None)
    assert after.order.start_date == date(2026, 4, 1)
    assert ids(after.lines[0].line, ["class_", "location", "price_level"]) == {
        "class_": "2",
        "location": "2",
        "price_level": "1",
    }
    assert after.lines[0].line.rate == Decimal("12500.00")


def test_a_line_changes_from_a_level_to_a_price_of_its_own(endpoint: Any) -> None:
    before = held(endpoint, ORDER)
    line = replace(before.lines[0].line, rate=Decimal(9999))
    after = changed(endpoint, before, ORDER, lines={1: LineEdit(line=line, fields=("rate",))})
    assert after.lines[0].line.rate == Decimal(9999)
    assert ids(after.lines[0].line, ["price_level"]) == {"price_level": "-1"}
