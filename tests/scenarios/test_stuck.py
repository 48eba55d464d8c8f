"""Workers that are lost: their records are taken up again, and one that ends every worker is put aside for a person."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest

from streak_netsuite.flows.batch import STUCK_AFTER
from streak_netsuite.flows.order_edits import OrderEdits
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.outcome import Action

World = Any
LEASE = 60.0


def take(world: World, *, limit: int = 500) -> Claim:
    """Take what a worker would take; never settled, it is a worker that is lost."""
    with world.ledger() as ledger:
        claim: Claim = ledger.claim_events(
            kind=RecordKind.BOX, limit=limit, lease_seconds=LEASE, now=world.now()
        )
    return claim


def keys(claim: Claim) -> set[str]:
    return {event.record.id for event in claim.events}


def quantities(world: World, box: str) -> list[str]:
    return [line["quantity"] for order in world.orders(box) for line in order["itemList"]]


def test_a_lost_workers_records_are_taken_up_once_its_lease_is_over(world: World) -> None:
    boxes = world.won_deals(3)
    take(world)
    assert world.run().counts == {}
    world.wait(LEASE + 1)
    assert world.run().count(Action.CREATED) == 3
    assert sorted(o["custom"]["custbody_streak_box"] for o in world.orders()) == sorted(boxes)


def test_a_record_that_ends_every_worker_is_held_and_the_others_pass(world: World) -> None:
    (poison, *fine) = world.won_deals(9)
    taken: list[int] = []
    for _ in range(200):
        claim = take(world, limit=8)
        if not claim.events:
            world.wait(LEASE + 1)
            continue
        taken.append(len(keys(claim)))
        if any(event.losses >= STUCK_AFTER for event in claim.events):
            break
        if poison not in keys(claim):  # a worker that lives
            with world.ledger() as ledger:
                ledger.release_claim(
                    claim, retry_at=world.now() + timedelta(days=1), reason="", now=world.now()
                )
    assert keys(claim) == {poison}, "it is alone in the end"
    assert len(taken) < 30
    world.wait(LEASE + 1)
    assert world.run().rules == {"held: stuck": 1}
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert (hold.code, hold.record.id) == ("STUCK", poison)
    world.wait(86_400)
    assert world.run().count(Action.CREATED) == len(fine)
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="otto", reason="more memory", now=world.now())
    assert world.run().count(Action.CREATED) == 1, "released, it begins anew"


def test_a_worker_that_settles_starts_the_count_anew(world: World) -> None:
    (box,) = world.won_deals(1)
    for _ in range(STUCK_AFTER - 1):
        take(world)
        world.wait(LEASE + 1)
    assert world.run().count(Action.CREATED) == 1
    world.hint(box, version="99999999999999")
    assert [event.losses for event in take(world).events] == [0]


def test_a_queued_write_that_ends_every_worker_is_held_and_the_others_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change of one order ends its worker each time; the other order follows, and a person is asked."""
    bad, fine = world.won_deals(2, organizations=2)
    world.run()
    for box in (bad, fine):
        world.hint(box)
    world.run()
    for box in (bad, fine):
        world.set_field(box, "Quantity", "3")
        world.hint(box)
    with world.product() as product:
        product.deal_to_order().drain()
    decide = OrderEdits._decide

    def dying(edits: Any, intent: Any, context: Any) -> Any:
        if intent.subject.id == bad:
            raise MemoryError
        return decide(edits, intent, context)

    with monkeypatch.context() as patched:
        patched.setattr(OrderEdits, "_decide", dying)
        for _ in range(STUCK_AFTER + 2):
            with contextlib.suppress(MemoryError), world.product() as product:
                product.order_edits().drain()
            world.wait(LEASE * 2)
    assert quantities(world, fine) == ["3"]
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert (hold.code, hold.record.id) == ("STUCK", bad)
        ledger.release_hold(hold.id, actor="ana", reason="more memory", now=world.now())
    with world.product() as product:
        product.order_edits().drain()
    assert quantities(world, bad) == ["3"]
