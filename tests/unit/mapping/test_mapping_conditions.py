"""Rules that count only sometimes, and what an order keeps when its deal changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from streak_netsuite.mapping.carried import with_carried
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.model.sales_order import SalesOrder

Build = Callable[..., Any]
LINES = [{"item": {"value": 101}, "quantity": {"value": 1}}]


@pytest.fixture
def order_of(spec_of: Build, engine_for: Build) -> Build:
    """Builds the section of an order, and an engine that maps by it."""

    def build(*, custom: dict[str, Any] | None = None, **fields: Any) -> Engine:
        fields = {"transaction_date": {"from": "box.created_at"}, **fields}
        engine: Engine = engine_for(
            spec_of(sales_order={"fields": fields, "lines": LINES, "custom_fields": custom or {}})
        )
        return engine

    return build


@pytest.mark.parametrize(("rush", "memo"), [(True, "urgent"), (False, ""), (None, "")])
def test_a_rule_counts_when_its_condition_says_so(
    order_of: Build, a_deal: Build, rush: bool | None, memo: str
) -> None:
    when = "{{ box.fields['Rush order'] | default(false) }}"
    engine = order_of(memo={"value": "urgent", "when": when})
    mapped = engine.map(a_deal({"Rush order": rush}))
    assert mapped.order is not None
    assert mapped.order.memo == memo
    assert "Rush order" in engine.box_fields, "a change of it is a change of the deal"


def test_a_rule_that_does_not_count_is_neither_required_nor_looked_up(order_of: Build, a_deal: Build) -> None:
    rule = {"from": "box.fields.Terms", "required": True, "default": "Net 30", "when": "no"}
    mapped = order_of(memo=rule).map(a_deal())
    assert mapped.blocking == ()
    assert mapped.order.memo == ""


def test_the_first_alternative_that_counts_gives_the_value(order_of: Build, a_deal: Build) -> None:
    rule = {
        "first_of": [
            {"value": "big", "when": "{{ 'yes' if box.fields.Quantity | number > 100 else 'no' }}"},
            {"value": "small"},
        ]
    }
    engine = order_of(memo=rule)
    assert engine.map(a_deal({"Quantity": "101"})).order.memo == "big"
    assert engine.map(a_deal({"Quantity": "99"})).order.memo == "small"


def test_a_condition_that_cannot_be_computed_holds_the_deal(order_of: Build, a_deal: Build) -> None:
    engine = order_of(memo={"value": "x", "when": "{{ box.fields.Quantity | number > 1 }}"})
    (fault,) = engine.map(a_deal({"Quantity": "a dozen"})).blocking
    assert fault.field == "sales_order.fields.memo"


def test_fields_are_for_the_making_or_for_the_following(order_of: Build, a_deal: Build) -> None:
    engine = order_of(
        memo={"value": "made", "on": "create"}, purchase_order_number={"value": "changed", "on": "update"}
    )
    made, followed = engine.map(a_deal()).order, engine.map(a_deal(), updating=True).order
    assert (made.memo, made.purchase_order_number) == ("made", "")
    assert (followed.memo, followed.purchase_order_number) == ("", "changed")


def carried(engine: Engine, wanted: SalesOrder, before: SalesOrder) -> SalesOrder:
    return with_carried(wanted, before, engine.spec.sales_order)


def test_an_order_keeps_what_was_only_for_the_making(order_of: Build, a_deal: Build) -> None:
    engine = order_of(
        memo={"from": "box.name", "on": "create"},
        custom={"custbody_a": {"type": "text", "from": "box.name", "on": "create"}},
    )
    before = engine.map(a_deal(name="as it was")).order
    wanted = engine.map(a_deal(name="renamed"), updating=True).order
    assert carried(engine, wanted, before) == before


def test_an_emptied_field_is_emptied_unless_it_is_to_be_kept(order_of: Build, a_deal: Build) -> None:
    engine = order_of(
        memo={"from": "box.fields.Tier", "when_empty": "keep"},
        purchase_order_number={"from": "box.fields.Tier"},
        custom={"custbody_a": {"type": "text", "from": "box.fields.Tier", "when_empty": "keep"}},
    )
    before = engine.map(a_deal({"Tier": "Gold"})).order
    kept = carried(engine, engine.map(a_deal(), updating=True).order, before)
    assert (kept.memo, kept.purchase_order_number) == ("Gold", "")
    assert [one.value for one in kept.custom_fields] == ["Gold"]
    silver = engine.map(a_deal({"Tier": "Silver"}), updating=True).order
    assert carried(engine, silver, before) == silver


def test_nothing_that_was_not_there_is_invented(order_of: Build, a_deal: Build) -> None:
    engine = order_of(memo={"from": "box.fields.Tier", "on": "create"})
    before = engine.map(a_deal()).order
    wanted = engine.map(a_deal({"Tier": "Gold"}), updating=True).order
    assert carried(engine, wanted, before).memo == ""
    assert carried(engine, replace(wanted, memo="x"), before).memo == ""


@pytest.mark.parametrize(
    "sections",
    [
        {"customer": {"fields": {"company_name": {"from": "organization.name", "on": "update"}}}},
        {"customer": {"fields": {"company_name": {"from": "organization.name", "when_empty": "keep"}}}},
        {
            "sales_order": {
                "fields": {"transaction_date": {"from": "box.created_at"}},
                "lines": [{"item": {"value": 1, "on": "create"}, "quantity": {"value": 1}}],
            }
        },
    ],
    ids=["customer on", "customer keep", "line on"],
)
def test_where_nothing_follows_saying_so_is_a_fault(spec_of: Build, sections: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="`on`"):
        spec_of(**sections)


def test_a_spec_without_conditions_carries_nothing(
    shipped: MappingSpec, shipped_engine: Engine, a_deal: Build
) -> None:
    before, wanted = shipped_engine.map(a_deal()).order, shipped_engine.map(a_deal(name="other")).order
    assert before is not None
    assert wanted is not None
    assert with_carried(wanted, before, shipped.sales_order) == wanted
