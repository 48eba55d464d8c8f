"""How a deal is sent, discounted and priced: read, checked, and shown before it is written."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.mapping.diff import diff
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.reference import Reference

Build = Callable[..., Any]

LOOKUPS = {
    "level": {"table": {"Partner": 2, "Custom": -1}},
    "place": {"table": {"Oakland": 1, "Munich": 2}},
    "discount": {"table": {"Partner discount": 206}},
}
HEAD = {
    "transaction_date": {"from": "box.created_at"},
    "ship_method": {"value": 2},
    "start_date": {"from": "box.fields.From"},
    "end_date": {"from": "box.fields.Until"},
    "discount_item": {"from": "box.fields.Discount item", "lookup": "discount"},
    "discount_rate": {"from": "box.fields.Discount"},
}
LINE = {
    "item": {"value": 101},
    "quantity": {"value": 2},
    "rate": {"from": "box.fields.Rate"},
    "location": {"from": "box.fields.Warehouse", "lookup": "place"},
    "department": {"from": "box.fields.Warehouse", "lookup": "place"},
    "class": {"from": "box.fields.Warehouse", "lookup": "place"},
    "units": {"from": "box.fields.Units"},
    "price_level": {"from": "box.fields.Level", "lookup": "level"},
}


@pytest.fixture
def mapped(engine_for: Build, spec_of: Build, a_deal: Build) -> Callable[..., MappedDeal]:
    """Map a deal with these fields."""

    def run(head: dict[str, Any] | None = None, **fields: Any) -> MappedDeal:
        order = {"fields": {**HEAD, **(head or {})}, "lines": [LINE]}
        engine: Engine = engine_for(spec_of(lookups=LOOKUPS, sales_order=order))
        return engine.map(a_deal({name.replace("_", " "): value for name, value in fields.items()}))

    return run


def faults(deal: MappedDeal) -> dict[str, str]:
    return {fault.field: str(fault) for fault in deal.faults}


def test_the_fields_are_read(mapped: Callable[..., MappedDeal]) -> None:
    deal = mapped(
        From="2026-04-01",
        Until="2027-03-31",
        Discount_item="Partner discount",
        Discount="-7.5%",
        Warehouse="Munich",
        Units="1",
        Level="Partner",
    )
    assert deal.faults == ()
    order = deal.order
    assert order is not None
    munich = Reference(internal_id="2", name="Munich")
    assert (order.start_date, order.end_date) == (date(2026, 4, 1), date(2027, 3, 31))
    assert order.ship_method == Reference(internal_id="2")
    assert order.discount_item == Reference(internal_id="206", name="Partner discount")
    assert order.discount_rate == DiscountRate(value=Decimal("-7.5"), is_percent=True)
    (line,) = order.lines
    assert (line.location, line.department, line.class_) == (munich, munich, munich)
    assert line.units == Reference(internal_id="1")
    assert line.price_level == Reference(internal_id="2", name="Partner")


def test_the_dry_run_shows_them_with_their_rules(mapped: Callable[..., MappedDeal]) -> None:
    deal = mapped(Discount_item="Partner discount", Discount="-250", Warehouse="Munich", Rate="1000")
    assert deal.order is not None
    shown = {one.field: (one.new, one.rule) for one in diff(None, deal.order, deal.rules)}
    assert shown["sales_order.fields.discount_rate"] == ("-250", "from box.fields.Discount")
    assert shown["sales_order.lines[0].class"] == (
        "Munich (2)",
        "from box.fields.Warehouse, lookup place",
    )
    assert "sales_order.fields.ship_method" in shown


@pytest.mark.parametrize(
    ("fields", "place", "told"),
    [
        ({"Discount": "10%"}, "sales_order.fields.discount_rate", "write what is taken off below zero: -10%"),
        ({"Discount": "-101%"}, "sales_order.fields.discount_rate", "takes off more than all"),
        ({"Discount": "a tenth"}, "sales_order.fields.discount_rate", "is not a number"),
        ({"Discount": "-10%"}, "sales_order.fields.discount_item", "no discount item that takes it off"),
        (
            {"From": "2026-04-01", "Until": "2026-03-31"},
            "sales_order.fields.end_date",
            "is before the start date",
        ),
        ({"Level": "Partner", "Rate": "10"}, "sales_order.lines[0].price_level", "leave one of them empty"),
        ({"Level": "Custom"}, "sales_order.lines[0].price_level", "the line has no rate"),
        ({"Level": "Dealer"}, "sales_order.lines[0].price_level", "'Dealer' is unknown"),
        ({"Warehouse": "Leeds"}, "sales_order.lines[0].class", "'Leeds' is unknown"),
        ({"Units": "Box"}, "sales_order.lines[0].units", "is not an internal id"),
    ],
)
def test_a_wrong_value_holds_the_order_at_its_field(
    mapped: Callable[..., MappedDeal], fields: dict[str, str], place: str, told: str
) -> None:
    deal = mapped(**fields)
    assert deal.order is None
    assert told in faults(deal)[place]


def test_a_custom_level_with_a_rate_is_a_price_of_the_lines_own(mapped: Callable[..., MappedDeal]) -> None:
    deal = mapped(Level="Custom", Rate="12.50")
    assert deal.order is not None
    assert deal.order.lines[0].rate == Decimal("12.50")


def test_people_enter_ten_and_ten_percent_are_taken_off(mapped: Callable[..., MappedDeal]) -> None:
    rate = {"from": "box.fields.Discount", "transform": [{"prefix": "-"}, {"suffix": "%"}]}
    deal = mapped({"discount_rate": rate}, Discount=Decimal(10), Discount_item="Partner discount", Rate="100")
    assert deal.order is not None
    assert str(deal.order.discount_rate) == "-10%"
    assert deal.order.total == Decimal("180.00")


def test_a_fault_of_the_item_alone_is_told_once(mapped: Callable[..., MappedDeal]) -> None:
    deal = mapped(Discount="-10%", Discount_item="Fair")
    assert list(faults(deal)) == ["sales_order.fields.discount_item"]
    assert len(deal.faults) == 1
