"""Standard fields by SuiteTalk's names: read like custom fields, shown in dry runs, refused where nobody may fill them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.mapping.carried import with_carried
from streak_netsuite.mapping.diff import diff
from streak_netsuite.model.custom_field import CustomField, CustomFieldType

Build = Callable[..., Any]


def spec(spec_of: Build, **order: Any) -> Any:
    return spec_of(
        sales_order={
            "fields": {"transaction_date": {"from": "box.created_at"}},
            "lines": [
                {
                    "item": {"value": 101},
                    "quantity": {"value": 2},
                    "more_fields": {"expectedShipDate": {"type": "date", "from": "box.fields.Day"}},
                }
            ],
            **order,
        }
    )


def test_they_are_read_and_shown(engine_for: Build, spec_of: Build, a_deal: Build) -> None:
    more = {"exchangeRate": {"type": "decimal", "from": "box.fields.Rate"}}
    deal = engine_for(spec(spec_of, more_fields=more)).map(a_deal({"Rate": "1.25", "Day": "2026-12-24"}))
    assert deal.order.more_fields == (
        CustomField(script_id="exchangeRate", type=CustomFieldType.DECIMAL, value=Decimal("1.25")),
    )
    (line,) = deal.order.lines
    assert [one.value for one in line.more_fields] == [date(2026, 12, 24)]
    shown = {one.field: (one.new, one.rule) for one in diff(None, deal.order, deal.rules)}
    assert shown["sales_order.more_fields.exchangeRate"] == ("1.25", "from box.fields.Rate")
    assert shown["sales_order.lines[0].more_fields.expectedShipDate"][0] == "2026-12-24"


def test_a_value_that_does_not_fit_is_named_with_its_field(
    engine_for: Build, spec_of: Build, a_deal: Build
) -> None:
    deal = engine_for(spec(spec_of)).map(a_deal({"Day": "soon"}))
    assert [fault.field for fault in deal.faults] == ["sales_order.lines[0].more_fields.expectedShipDate"]


def test_one_for_new_orders_stays_as_it_was(engine_for: Build, spec_of: Build, a_deal: Build) -> None:
    more = {"fob": {"type": "text", "from": "box.fields.Fob", "on": "create"}}
    made = spec(spec_of, more_fields=more)
    before = engine_for(made).map(a_deal({"Fob": "Ohio"})).order
    wanted = engine_for(made).map(a_deal({"Fob": "Texas"}), updating=True).order
    assert with_carried(wanted, before, made.sales_order).more_fields == before.more_fields


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("memo", "`memo` of sales_order.fields", id="has a key of its own"),
        pytest.param("total", "cannot be filled", id="NetSuite reckons it"),
        pytest.param("ccNumber", "cannot be filled", id="a card"),
        pytest.param("ship complete", "no field of SuiteTalk's", id="no name"),
    ],
)
def test_what_nobody_may_fill_is_refused_with_what_to_do(spec_of: Build, name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        spec(spec_of, more_fields={name: {"type": "text", "from": "box.name"}})
