from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from streak_netsuite.mapping.diff import FieldChange, diff
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

ORDER = SalesOrder(
    transaction_date=date(2026, 3, 1),
    memo="Robots",
    currency=Reference(internal_id="4", name="EUR"),
    shipping_address=Address(country="DE", city="Berlin"),
    lines=(
        OrderLine(
            item=Reference(internal_id="101", name="Atlas Arm"), quantity=Decimal(4), rate=Decimal("1E+3")
        ),
    ),
    custom_fields=(CustomField(script_id="custbody_rush_order", type=CustomFieldType.CHECKBOX, value=False),),
)


def test_a_new_record_shows_every_filled_field_in_order_with_its_rule() -> None:
    changes = diff(None, ORDER, {"sales_order.fields.shipping_address": "from box.fields.Ship to"})
    assert [(c.field, c.new) for c in changes] == [
        ("sales_order.fields.transaction_date", "2026-03-01"),
        ("sales_order.fields.memo", "Robots"),
        ("sales_order.fields.currency", "EUR (4)"),
        ("sales_order.fields.shipping_address.country", "DE"),
        ("sales_order.fields.shipping_address.city", "Berlin"),
        ("sales_order.lines[0].item", "Atlas Arm (101)"),
        ("sales_order.lines[0].quantity", "4"),
        ("sales_order.lines[0].rate", "1000"),
        ("sales_order.custom_fields.custbody_rush_order", "no"),
    ]
    assert {c.field: c.rule for c in changes if c.rule} == {
        "sales_order.fields.shipping_address.country": "from box.fields.Ship to",
        "sales_order.fields.shipping_address.city": "from box.fields.Ship to",
    }


def test_only_what_differs_is_shown() -> None:
    new = replace(
        ORDER, memo="", lines=(*ORDER.lines, replace(ORDER.lines[0], quantity=Decimal("4.0"), rate=None))
    )
    assert diff(ORDER, new) == (
        FieldChange(field="sales_order.lines[1].item", old="", new="Atlas Arm (101)"),
        FieldChange(field="sales_order.lines[1].quantity", old="", new="4.0"),
        FieldChange(field="sales_order.fields.memo", old="Robots", new=""),
    )
    assert diff(ORDER, ORDER) == ()


def test_a_change_reads_as_one_line() -> None:
    change = diff(Customer(company_name="Acme"), Customer(company_name="Acme Inc"))[0]
    assert str(change) == "customer.fields.company_name: Acme -> Acme Inc"
    assert str(FieldChange(field="f", old="", new="x")) == "f: (empty) -> x"


def test_records_of_different_kinds_are_not_compared() -> None:
    with pytest.raises(TypeError, match="a Customer and a SalesOrder"):
        diff(Customer(company_name="Acme"), ORDER)
