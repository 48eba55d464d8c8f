"""What finance does with an order reaches its deal: once, as it is now, in words a salesperson understands."""

from dataclasses import replace
from typing import Any

import pytest

from streak_netsuite.flows import status_to_streak
from streak_netsuite.flows.write_back import write_back_key
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"


def test_a_deal_is_told_of_shipping_billing_and_payment(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill", trackingNumbers=["1Z999AA10123456784"])
    world.tell()
    (shipped,) = world.told(box, "Shipped on")
    assert "1Z999AA10123456784" in shipped
    invoice = world.finance(f"orders/{order}/bill")
    world.tell()
    (billed,) = world.told(box, "Invoice")
    assert "50000" in billed
    assert "open" in str(world.field(box, "NetSuite status"))
    world.finance(f"invoices/{invoice['internalId']}/pay", amount="20000")
    world.tell()
    assert len(world.told(box, "paid on")) == 1
    assert "30000" in str(world.field(box, "NetSuite status"))
    world.finance(f"invoices/{invoice['internalId']}/pay", amount="30000")
    world.tell()
    assert len(world.told(box, "paid on")) == 2
    (billed,) = world.told(box, "Invoice")
    assert billed.rstrip().split("\n")[0].endswith("paid")


def test_the_same_story_again_writes_nothing(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    world.tell()
    world.control.post(f"/netsuite/orders/{order}/touch").raise_for_status()
    before = len(world.writes("streak"))
    report = world.tell()
    assert len(world.writes("streak")) == before
    assert report.count(Action.UPDATED) == 0
    assert len(world.told(box, "Shipped on")) == 1


def test_an_order_without_a_box_is_none_of_ours(world: World) -> None:
    world.ordered(BOX)
    world.finance("orders/8004/fulfill")
    report = world.tell()
    assert report.rules.get("skipped: not_ours", 0) >= 1


def test_a_worker_that_dies_after_an_activity_tells_it_once(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
    world.die("comment")
    world.wait(60)
    for _ in range(2):
        world.tell()
        world.wait(60)
    assert len(world.told(box, "Shipped on")) == 1


def test_a_box_is_moved_once_and_nobody_is_fought(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    world.tell()
    negotiation = world.box(box)["stageKey"]
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Won"}).raise_for_status()
    assert world.box(box)["stageKey"] != negotiation
    invoice = world.finance(f"orders/{order}/bill")
    world.tell()
    world.finance(f"invoices/{invoice['internalId']}/pay")
    world.tell()
    assert world.box(box)["stageKey"] != negotiation


def test_a_worker_killed_after_a_box_was_moved_leaves_it_there_and_tells_the_rest_once(
    world: World, tmp_path: Any
) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    box, order = world.ordered(BOX)
    won = world.box(box)["stageKey"]
    world.finance(f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
    world.die("stage")
    moved = world.box(box)["stageKey"]
    assert moved != won
    world.wait(120)
    world.tell()
    assert world.box(box)["stageKey"] == moved
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Won"}).raise_for_status()
    world.tell()
    assert world.box(box)["stageKey"] == won
    assert len(world.told(box, "Shipped on")) == 1


def stage_of(world: World, box: str) -> str:
    """Return the name of the stage a box is in."""
    pipelines = world.control.get("/streak/state").raise_for_status().json()["pipelines"]
    stages = [one for pipeline in pipelines for one in pipeline["stages"].items()]
    return next(stage for stage, boxes in stages if box in {one["key"] for one in boxes})


SERVICE = "    - item: {value: 202}\n      quantity: {value: 1}\n      rate: {value: 100}\n"


def test_goods_that_have_all_left_are_shipped_whatever_services_stand_beside_them(
    world: World, tmp_path: Any
) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    goods = "    - item: {from: box.fields.Product, lookup: item}\n"
    world.mapping.write_text(world.mapping.read_text().replace(goods, SERVICE + goods))
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill", lines={"2": "3"})
    world.tell()
    assert stage_of(world, box) == "Closed-Won", "one of four is still to be sent"
    world.finance(f"orders/{order}/fulfill")
    world.tell()
    assert stage_of(world, box) == "Negotiation"


def test_an_order_is_shipped_when_what_has_not_left_is_closed(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    text = world.mapping.read_text()
    second = "    - item: {value: 102}\n      quantity: {value: 5}\n      rate: {value: 10}\n"
    goods = "    - item: {from: box.fields.Product, lookup: item}\n"
    world.mapping.write_text(text.replace(goods, second + goods))
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill", lines={"1": "2", "2": "4"})
    world.tell()
    assert stage_of(world, box) == "Closed-Won"
    with world.product() as product:
        product.netsuite.close_lines(product.netsuite.held_orders([order])[order], [1])
    world.tell()
    assert stage_of(world, box) == "Negotiation"


def test_a_person_who_moves_a_box_back_before_a_dead_workers_move_is_repeated_wins(
    world: World, tmp_path: Any
) -> None:
    world.change_mapping(tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Qualified}\n  fields:")
    box, order = world.ordered(BOX)
    won = world.box(box)["stageKey"]
    world.finance(f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
    world.die("stage")
    assert world.box(box)["stageKey"] != won
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Won"}).raise_for_status()
    world.wait(120)
    world.tell()
    assert world.box(box)["stageKey"] == won


def test_a_move_that_never_left_is_made_by_the_next_worker(world: World, tmp_path: Any) -> None:
    world.change_mapping(tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Qualified}\n  fields:")
    box, order = world.ordered(BOX)
    won = world.box(box)["stageKey"]
    world.finance(f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.ledger.claim_intents((RecordKind.BOX_STAGE,), limit=9, lease_seconds=30, now=world.now())
    world.wait(120)
    world.tell()
    assert world.box(box)["stageKey"] != won


def test_netsuite_down_loses_no_change(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
    world.fault("netsuite", "maintenance", times=None)
    with pytest.raises(Exception, match="ACCT_TEMP_UNAVAILABLE"):
        world.tell()
    world.control.delete("/faults").raise_for_status()
    world.wait(600)
    world.tell()
    assert len(world.told(box, "Shipped on")) == 1


def test_a_deal_whose_box_is_gone_is_closed_quietly(world: World) -> None:
    box, order = world.ordered(BOX)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    world.finance(f"orders/{order}/fulfill")
    report = world.tell()
    assert report.count(Action.HELD) == 0


def test_a_late_word_of_the_order_does_not_hide_what_became_of_it(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    world.finance(f"orders/{order}/bill")
    world.tell()
    shown = world.field(box, "NetSuite status")
    assert "open" in str(shown)
    with world.product() as product:
        late = write_back_key(RecordKind.BOX_FIELDS, box, order)
        assert product.ledger.write_again([late], actor="otto", reason="late", now=world.now()) == 1
        product.write_back().drain()
    assert world.field(box, "NetSuite status") == shown
    assert str(world.field(box, "NetSuite order")).startswith("SO")


def test_news_that_are_told_while_the_word_of_the_order_is_on_its_way_are_told_once_more(
    world: World,
) -> None:
    box = world.win(BOX)
    with world.product() as product:
        product.work_inbox()
    (order,) = world.orders(box)
    world.finance(f"orders/{order['internalId']}/fulfill")
    world.finance(f"orders/{order['internalId']}/bill")

    class Slow:
        """Tells the news, as another worker does, right before the older word lands."""

        def __init__(self, boxes: Any) -> None:
            self.boxes = boxes

        def write_fields(self, *given: Any) -> None:
            with world.product() as other:
                other.netsuite_sweep().run()
                other.status_to_streak().drain()
                other.status_writes().drain()
            self.boxes.write_fields(*given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.boxes, name)

    with world.product() as product:
        flow = product.write_back()
        replace(flow, boxes=Slow(flow.boxes)).drain()
        assert "open" not in str(world.field(box, "NetSuite status")), "the older word landed last"
        product.status_writes().drain()
    assert "open" in str(world.field(box, "NetSuite status"))


def look(world: World) -> Any:
    """Look for what became overdue, and tell it, as the DAG does."""
    with world.product() as product:
        found = product.overdue_look().run()
    world.tell()
    return found


def test_an_invoice_that_becomes_overdue_is_told_once_and_its_end_too(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    invoice = world.finance(f"orders/{order}/bill")
    look(world)
    assert world.told(box, "overdue") == []
    world.wait(120 * 24 * 3600)
    before = len(world.received("netsuite"))
    assert look(world).new >= 1
    (late,) = world.told(box, "overdue")
    assert "is overdue since" in late
    assert str(world.field(box, "NetSuite status")).endswith("overdue")
    with world.product() as product:
        assert [d for d in product.reconcile().run().differences if d.record == box] == []
    assert look(world).new == 0, "it was looked today"
    world.wait(24 * 3600)
    writes = len(world.writes("streak"))
    assert look(world).new == 0, "the next day knows it"
    assert len(world.writes("streak")) == writes
    assert len(world.received("netsuite")) > before
    world.finance(f"invoices/{invoice['internalId']}/pay")
    look(world)
    (late,) = world.told(box, "overdue")
    assert "was overdue since" in late
    assert "and is settled" in late
    assert "overdue" not in str(world.field(box, "NetSuite status"))


def test_an_invoice_paid_before_anybody_was_told_it_is_overdue_is_not_called_so(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill")
    invoice = world.finance(f"orders/{order}/bill")
    world.finance(f"invoices/{invoice['internalId']}/pay")
    world.wait(120 * 24 * 3600)
    look(world)
    assert world.told(box, "overdue") == []


def test_orders_are_told_part_by_part_however_many_one_payment_has_settled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(5, organizations=1)
    world.run()
    orders = [order["internalId"] for box in boxes for order in world.orders(box)]
    monkeypatch.setattr(status_to_streak, "_AT_ONCE", 2)
    with world.product() as product:
        flow = product.status_to_streak()
        read: list[int] = []

        class Counted:
            def order_stories(self, order_ids: list[str]) -> Any:
                read.append(len(order_ids))
                return flow.erp.order_stories(order_ids)

        counted = replace(flow, erp=Counted())
        assert counted.tell(orders) >= 5
        counted.preview(boxes)
        product.tell_boxes()
    assert read == [2, 2, 1, 2, 2, 1]
    assert all(world.field(box, "NetSuite status") for box in boxes)
