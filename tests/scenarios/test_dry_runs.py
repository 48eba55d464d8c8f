"""A dry run tells what would be written, field by field, and no write can leave it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.assembly import open_product
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.backfill import Window
from streak_netsuite.flows.mapping_effect import Effect, effect_text
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.sync.ports import RecordWrite

World = Any
BOX = "Blue Harbor warehouse robots"


def ordered(world: World) -> tuple[str, str]:
    box = str(world.win(BOX))
    world.run()
    (order,) = world.orders(box)
    return box, str(order["internalId"])


def test_a_write_that_a_dry_run_would_try_is_refused_before_it_leaves(world: World) -> None:
    box, order = ordered(world)
    before = len(world.writes("netsuite")), len(world.writes("streak"))
    with open_product(world.settings(), read_only=True) as product:
        with pytest.raises(ConfigurationError, match="dry run"):
            product.streak.write_fields(box, product.streak.watched()[0].key, {"NetSuite order": "x"})
        held = product.netsuite.held_orders([order])[order]
        with pytest.raises(ConfigurationError, match="dry run"):
            product.netsuite.close_lines(held, [1])
        writes = [RecordWrite(operation_key="streak-so-x", record=held.order)]
        with pytest.raises(ConfigurationError):
            product.netsuite.upsert_orders(writes, lambda _: None)
    assert (len(world.writes("netsuite")), len(world.writes("streak"))) == before


def test_what_would_be_billed_is_told(world: World, tmp_path: Path) -> None:
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice: {when: shipped}\nstatus:\n")
    _, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    with open_product(world.settings(), read_only=True) as product:
        (line,) = product.order_to_invoice().preview()
    assert line.startswith("CREATE invoice of order SO")
    assert world.netsuite()["invoices"] == [
        one for one in world.netsuite()["invoices"] if one["createdFrom"]["internalId"] != order
    ]
    with world.product() as product:
        product.order_to_invoice().run()
    with open_product(world.settings(), read_only=True) as product:
        assert product.order_to_invoice().preview() == []


def test_what_a_box_would_be_told_is_shown_old_and_new(world: World) -> None:
    box, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    with open_product(world.settings(), read_only=True) as product:
        told = product.status_to_streak().preview([box])
    assert any("NetSuite status: Pending Fulfillment -> Pending Billing" in line for line in told)
    assert any(line.startswith("CREATE comment") and "Shipped on" in line for line in told)
    assert world.comments(box) == [text for text in world.comments(box) if "Shipped" not in text]
    with world.product() as product:
        product.status_to_streak().tell([order])
        product.tell_boxes()
    with open_product(world.settings(), read_only=True) as product:
        assert product.status_to_streak().preview([box]) == []


def test_deals_of_some_days_are_planned_without_a_hint(world: World) -> None:
    keys = world.deals(3)
    with open_product(world.settings(), read_only=True) as product:
        recent = Window(since=(datetime.now(UTC) - timedelta(days=1)).date())
        boxes = product.won_boxes(recent)
        plans, _ = product.deal_to_order().plan(boxes)
    assert set(keys) <= set(boxes)
    assert set(keys) <= {plan.deal.key for plan in plans}
    assert world.orders() == []


def test_another_mapping_is_tried_on_the_deals_of_the_last_days(world: World, tmp_path: Path) -> None:
    keys = world.deals(3)
    bad = world.deals(1, Quantity="many")
    world.change_mapping(tmp_path, "memo: {from: box.name", 'memo: {expression: "Deal {{ box.name }}"')
    text = world.mapping.read_text().replace(
        "quantity: {from: box.fields.Quantity, required: true}", "quantity: {value: 1}"
    )
    world.mapping.write_text(text)
    other = load_spec(world.mapping)
    world.mapping = Path(load_shipped())
    with open_product(world.settings(), read_only=True) as product:
        effects = {one.key: one for one in product.mapping_effect(other).compare([*keys, *bad])}
    assert {effects[key].effect for key in keys} == {Effect.CHANGED}
    assert effects[bad[0]].effect is Effect.MENDS
    (memo,) = [change for change in effects[keys[0]].changes if change.field.endswith("memo")]
    assert memo.new == f"Deal {memo.old}"
    told = effect_text(list(effects.values()))
    assert told.startswith("4 deals: 3 changed, 1 mends. Nothing was written.")
    assert world.orders() == []


def load_shipped() -> str:
    from streak_netsuite.mapping.spec import shipped_spec_path

    return str(shipped_spec_path("deal_to_order"))
