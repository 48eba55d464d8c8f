"""A worker dies between the vendor's answer and our next line: nothing twice, nothing lost."""

from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"
AFTER_THE_LEASE = 120.0


def assert_once(world: World, box_key: str, customer: str = "Blue Harbor Logistics") -> None:
    """One customer, one order, one comment, and a box that knows its order."""
    assert len(world.customers(customer)) == 1
    orders = world.orders(box_key)
    assert [Decimal(order["total"]) for order in orders] == [Decimal(50000)]
    assert world.field(box_key, "NetSuite order") == orders[0]["tranId"]
    assert len([c for c in world.comments(box_key) if orders[0]["tranId"] in c]) == 1


@pytest.mark.parametrize("where", ["customer", "order", "fields", "comment"])
def test_a_worker_killed_after_the_answer_leaves_no_duplicate_and_no_gap(world: World, where: str) -> None:
    box = world.win(BOX)
    world.die(where)
    world.wait(AFTER_THE_LEASE)
    world.run()
    assert_once(world, box)
    world.wait(AFTER_THE_LEASE)
    assert world.run().as_dict()["counts"] == {}
    assert_once(world, box)


def test_the_order_of_a_killed_worker_is_adopted_by_its_key(world: World) -> None:
    box = world.win(BOX)
    world.die("order")
    before = world.orders(box)
    world.wait(AFTER_THE_LEASE)
    report = world.drain()
    assert report.count(Action.ADOPTED) == 1
    assert world.orders(box) == before


def test_an_order_follows_its_deal_that_was_changed_before_the_killed_workers_order_was_found(
    world: World,
) -> None:
    box = world.win(BOX)
    world.die("order")
    world.set_field(box, "Quantity", "3")
    world.hint(box)
    world.wait(AFTER_THE_LEASE)
    world.run()
    world.wait(AFTER_THE_LEASE)
    world.run()
    (order,) = world.orders(box)
    assert Decimal(order["total"]) == Decimal(37500)
    assert len([c for c in world.comments(box) if "was made in NetSuite" in c]) == 1
    world.wait(AFTER_THE_LEASE)
    assert world.run().as_dict()["counts"] == {}


@pytest.mark.parametrize(("kind", "options"), [("cut_after", {}), ("timeout_after", {"seconds": 60})])
def test_an_order_whose_answer_was_lost_is_found_and_not_sent_again(
    world: World, kind: str, options: dict[str, Any]
) -> None:
    box = world.win(BOX)
    world.netsuite_extra["write_seconds"] = 3  # no other write takes as long
    world.fault("netsuite", kind, operation="upsertList", match="SalesOrder", options=options)
    report = world.drain()
    assert report.count(Action.ADOPTED) == 1
    assert len(world.orders(box)) == 1
    sent = [r for r in world.received("netsuite", "upsertList") if "SalesOrder" in r["body"]]
    assert len(sent) == 1


def test_a_customer_whose_answer_was_lost_is_found_and_used_at_once(world: World) -> None:
    box = world.win(BOX)
    world.fault("netsuite", "cut_after", operation="upsertList", match="Customer")
    world.run()
    assert_once(world, box)


def test_a_commit_that_comes_late_is_waited_for_and_adopted(world: World) -> None:
    box = world.win(BOX)
    world.fault(
        "netsuite", "commit_later", operation="upsertList", match="SalesOrder", options={"seconds": 600}
    )
    assert world.drain().count(Action.DEFERRED) == 1
    assert world.orders(box) == []
    world.land()
    assert world.orders(box) != []
    world.wait(5)
    assert world.run().count(Action.ADOPTED) == 1
    assert_once(world, box)


def test_a_write_that_never_arrived_is_sent_again_after_the_settling_time(world: World) -> None:
    box = world.win(BOX)
    world.fault("netsuite", "cut_before", operation="upsertList", match="SalesOrder")
    assert world.drain().count(Action.DEFERRED) == 1
    assert world.orders(box) == []
    world.wait(3)
    assert world.drain().count(Action.DEFERRED) == 1, "too early to send again"
    world.wait(60)
    world.run()
    assert_once(world, box)


@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
def test_a_comment_whose_answer_was_lost_is_there_once(world: World, kind: str) -> None:
    box = world.win(BOX)
    world.fault("streak", kind, operation="comments.create")
    world.run()
    world.wait(60)
    world.run()
    assert_once(world, box)


def test_fields_whose_answer_was_lost_are_written_again(world: World) -> None:
    box = world.win(BOX)
    world.fault("streak", "cut_after", operation="boxes.update")
    world.run()
    assert_once(world, box)


def test_what_stays_unknown_too_long_is_shown_to_a_person(world: World) -> None:
    box = world.win(BOX)
    world.flow |= {"attempts": 3, "settle_seconds": 1}
    world.fault("netsuite", "cut_before", operation="upsertList", match="SalesOrder", times=None)
    for _ in range(6):
        world.drain()
        world.wait(60)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.code == "OUTCOME_UNKNOWN"
    assert hold.record.id == box
    assert "external id streak-so-" in hold.fix
