"""Where is my deal: each line of its story is on the timeline, in order."""

from typing import Any

import pytest

from streak_netsuite.flows.deal_timeline import assemble
from streak_netsuite.flows.timeline import Timeline
from streak_netsuite.flows.timeline_text import timeline_text
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"
PERSONAL = ("Maya", "Okafor", "@", "555 0100", "Harbor Blvd", "Ann Lee")


def timeline(world: World, box: str, *, unmasked: bool = False) -> Timeline:
    """Return a deal's timeline."""
    with world.ledger() as ledger:
        deal = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)
        return assemble(ledger.history.of(deal), unmasked=unmasked)


def story(timeline: Timeline) -> list[tuple[str, str]]:
    """Return kinds and the beginnings of titles."""
    return [(str(e.kind), e.title) for e in timeline.entries]


def assert_told(timeline: Timeline, *lines: tuple[str, str]) -> None:
    """Each line is there, behind the one before it."""
    told = iter(story(timeline))
    for kind, part in lines:
        assert any(k == kind and part in title for k, title in told), (kind, part, story(timeline))


def test_the_timeline_of_an_ordered_deal_goes_from_its_hint_to_what_it_was_told(world: World) -> None:
    box = world.win(BOX)
    world.run()
    world.hint(box, version=str(world.box(box)["lastSavedTimestamp"]))
    world.hint(box, version=str(world.box(box)["lastSavedTimestamp"]))
    (order,) = world.orders(box)
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "a webhook brought the hint BOX_CHANGE_STAGE"),
        ("write", "customer as streak-cust-"),
        ("answer", "customer landed: its id is"),
        ("tie", "organization is tied to netsuite customer"),
        ("write", "salesOrder as streak-so-"),
        ("answer", f"salesOrder landed: its id is {order['internalId']}"),
        ("tie", f"box is tied to netsuite salesOrder {order['internalId']}"),
        ("write", "boxFields as"),
        ("outcome", f"deal_to_order: created, sales order {order['internalId']}"),
        ("answer", "boxFields landed"),
        ("outcome", f"write_back: updated, fields for order {order['tranId']}"),
        ("repeat", "the same hint"),
        ("due", "the hint BOX_CHANGE_STAGE waits to be worked on"),
    )


@pytest.mark.parametrize("name", ["internalId", "tranId"])
def test_a_deal_is_found_by_the_id_and_the_number_of_its_order(world: World, name: str) -> None:
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    with world.ledger() as ledger:
        (match,) = ledger.history.find(order[name])
    assert match.deal.id == box


def test_personal_data_is_on_the_timeline_only_when_asked_for(world: World) -> None:
    box = world.win(BOX)
    world.run()
    masked, shown = (timeline_text(timeline(world, box, unmasked=unmasked)) for unmasked in (False, True))
    assert [part for part in PERSONAL if part in masked] == []
    assert [part for part in PERSONAL if part not in shown] == []
    assert "Personal data is hidden" in masked
    assert "PERSONAL DATA IS SHOWN" in shown


def test_the_timeline_of_a_held_deal_says_who_released_it_and_what_came_of_it(world: World) -> None:
    (box,) = world.won_deals(1, **{"Unit price": None})
    world.run()
    (waiting,) = timeline(world, box).due
    assert "a person decides hold" in waiting.title
    world.set_field(box, "Unit price", "12.00")
    world.wait(60)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        ledger.release_hold(hold.id, actor="ops", reason="price added", now=world.now())
    world.run()
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "BOX_CHANGE_STAGE"),
        ("outcome", "deal_to_order: held"),
        ("hold", "waits for a person"),
        ("hold", "was released by ops: price added"),
        ("audit", "ops noted hold.released"),
        ("hint", "a person brought the hint"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: created"),
    )
    assert told.due == ()


def test_an_order_whose_answer_was_lost_is_shown_as_looked_up_and_adopted(world: World) -> None:
    box = world.win(BOX)
    world.fault("netsuite", "cut_after", operation="upsertList", match="SalesOrder")
    world.run()
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "BOX_CHANGE_STAGE"),
        ("write", "was sent for the first time"),
        ("write", "was taken up again, try 2; it is looked up before it is sent"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: adopted"),
    )
    assert told.due == ()
    assert len([r for r in world.received("netsuite", "upsertList") if "SalesOrder" in r["body"]]) == 1


def test_after_a_worker_was_killed_the_timeline_says_what_may_have_landed_and_who_takes_over(
    world: World,
) -> None:
    box = world.win(BOX)
    world.die("order")
    before = timeline(world, box)
    assert_told(
        before,
        ("hint", "BOX_CHANGE_STAGE"),
        ("answer", "customer landed"),
        ("write", "salesOrder as"),
        ("due", "salesOrder may have landed: it is looked up by its key"),
        ("due", "a worker has the deal; when it dies, another takes over"),
    )
    world.wait(120)
    world.run()
    after = timeline(world, box)
    assert_told(
        after,
        ("write", "salesOrder as"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: adopted"),
        ("outcome", "write_back: updated, fields"),
    )
    assert after.due == ()
