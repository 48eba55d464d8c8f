"""What finance does with an order reaches its deal: once, as it is now, in words a salesperson understands."""

from typing import Any

import pytest

from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"


def tell(world: World) -> Any:
    """Sweep NetSuite, plan and tell, as the DAG does."""
    with world.product() as product:
        product.netsuite_sweep().run()
        report = product.status_to_streak().drain()
        product.tell_boxes()
    return report


def ordered(world: World) -> tuple[str, str]:
    """Win a deal, let its order be made, approved and told; return box key and order id."""
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    tell(world)
    return box, order["internalId"]


def finance(world: World, path: str, **body: Any) -> Any:
    """Do something in NetSuite as finance does."""
    answer = world.control.post(f"/netsuite/{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def about(world: World, box: str, word: str) -> list[str]:
    return [text for text in world.comments(box) if word in text]


def test_a_deal_is_told_of_shipping_billing_and_payment(world: World) -> None:
    box, order = ordered(world)
    finance(world, f"orders/{order}/fulfill", trackingNumbers=["1Z999AA10123456784"])
    tell(world)
    (shipped,) = about(world, box, "Shipped on")
    assert "1Z999AA10123456784" in shipped
    invoice = finance(world, f"orders/{order}/bill")
    tell(world)
    (billed,) = about(world, box, "Invoice")
    assert "50000" in billed
    assert "open" in str(world.field(box, "NetSuite status"))
    finance(world, f"invoices/{invoice['internalId']}/pay", amount="20000")
    tell(world)
    assert len(about(world, box, "paid on")) == 1
    assert "30000" in str(world.field(box, "NetSuite status"))
    finance(world, f"invoices/{invoice['internalId']}/pay", amount="30000")
    tell(world)
    assert len(about(world, box, "paid on")) == 2
    (billed,) = about(world, box, "Invoice")
    assert billed.rstrip().split("\n")[0].endswith("paid")


def test_the_same_story_again_writes_nothing(world: World) -> None:
    box, order = ordered(world)
    finance(world, f"orders/{order}/fulfill")
    tell(world)
    world.control.post(f"/netsuite/orders/{order}/touch").raise_for_status()
    before = len(world.writes("streak"))
    report = tell(world)
    assert len(world.writes("streak")) == before
    assert report.count(Action.UPDATED) == 0
    assert len(about(world, box, "Shipped on")) == 1


def test_an_order_without_a_box_is_none_of_ours(world: World) -> None:
    ordered(world)
    finance(world, "orders/8004/fulfill")
    report = tell(world)
    assert report.rules.get("skipped: not_ours", 0) >= 1


def test_a_worker_that_dies_after_an_activity_tells_it_once(world: World) -> None:
    box, order = ordered(world)
    finance(world, f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
    world.die("comment")
    world.wait(60)
    for _ in range(2):
        tell(world)
        world.wait(60)
    assert len(about(world, box, "Shipped on")) == 1


def test_a_box_is_moved_once_and_nobody_is_fought(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    box, order = ordered(world)
    finance(world, f"orders/{order}/fulfill")
    tell(world)
    negotiation = world.box(box)["stageKey"]
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Won"}).raise_for_status()
    assert world.box(box)["stageKey"] != negotiation
    invoice = finance(world, f"orders/{order}/bill")
    tell(world)
    finance(world, f"invoices/{invoice['internalId']}/pay")
    tell(world)
    assert world.box(box)["stageKey"] != negotiation


def test_netsuite_down_loses_no_change(world: World) -> None:
    box, order = ordered(world)
    finance(world, f"orders/{order}/fulfill")
    with world.product() as product:
        product.netsuite_sweep().run()
    world.fault("netsuite", "maintenance", times=None)
    with pytest.raises(Exception, match="ACCT_TEMP_UNAVAILABLE"):
        tell(world)
    world.control.delete("/faults").raise_for_status()
    world.wait(600)
    tell(world)
    assert len(about(world, box, "Shipped on")) == 1


def test_a_deal_whose_box_is_gone_is_closed_quietly(world: World) -> None:
    box, order = ordered(world)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    finance(world, f"orders/{order}/fulfill")
    report = tell(world)
    assert report.count(Action.HELD) == 0
