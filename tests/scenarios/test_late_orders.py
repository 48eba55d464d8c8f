"""An order lands, and its deal has moved on before it is found: it is tied and seen to, and nobody forgets it."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.flows.hold_desk import HoldDesk
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"
LONGEST_COMMIT = 1020.0


def landed(world: World) -> str:
    """Return a won deal whose order has landed after its answer was lost."""
    box = str(world.win(BOX))
    world.fault(
        "netsuite", "commit_later", operation="upsertList", match="SalesOrder", options={"seconds": 600}
    )
    assert world.drain().count(Action.DEFERRED) == 1
    assert world.orders(box) == []
    world.land()
    assert world.orders(box) != []
    return box


def move(world: World, box: str, stage: str) -> None:
    world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()
    world.hint(box)
    world.wait(120)
    world.run()


def tied(world: World, box: str) -> bool:
    (order,) = world.orders(box)
    with world.ledger() as ledger:
        return bool(ledger.find_boxes([str(order["internalId"])]))


def codes(world: World) -> list[str]:
    with world.ledger() as ledger:
        return [one.code for one in ledger.list_holds()]


def decided(world: World, box: str) -> Action:
    return [Action(one.action) for one in world.outcomes(box) if one.rule != "superseded"][-1]


@pytest.mark.parametrize(
    ("policy", "held", "status"),
    [("hold", ["DEAL_LOST"], "Pending Fulfillment"), ("close", [], "Closed")],
)
def test_an_order_that_is_found_after_its_deal_was_lost_is_shown_or_closed(
    world: World, tmp_path: Path, policy: str, held: list[str], status: str
) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", f"  when_lost: {policy}\n  lost_stages: [Closed-Lost]"
    )
    box = landed(world)
    move(world, box, "Closed-Lost")
    assert (tied(world, box), codes(world)) == (True, held)
    assert world.orders(box)[0]["status"] == status


def test_an_order_that_is_found_after_its_deal_went_on_is_tied_and_its_box_knows_it(world: World) -> None:
    box = str(world.win(BOX))
    world.die("order")
    move(world, box, "Qualified")
    assert tied(world, box)
    assert world.field(box, "NetSuite order") == world.orders(box)[0]["tranId"]
    world.wait(120)
    assert world.run().as_dict()["counts"] == {}


def test_an_order_that_is_found_after_its_deal_was_deleted_is_shown(world: World) -> None:
    box = landed(world)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    world.hint(box)
    world.wait(120)
    world.run()
    assert codes(world) == ["BOX_DELETED"]


def test_a_deal_is_asked_about_and_rejected_with_the_order_that_had_landed_before(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(tmp_path, "\nchanges:\n", "\napproval:\n  above: {USD: 60000}\nchanges:\n")
    box = landed(world)
    world.set_field(box, "Quantity", "40")
    world.hint(box)
    world.wait(120)
    world.run()
    assert (tied(world, box), codes(world)) == (True, ["NEEDS_APPROVAL"])
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        desk = HoldDesk(book=ledger, clock=world.now)
        desk.reject(hold.id, actor="fiona", reason="beyond their credit")
    world.run()
    assert [one["total"] for one in world.orders(box)] == ["50000.00"]


def test_an_order_that_left_long_after_it_was_opened_is_waited_for_from_then_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = str(world.win(BOX))
    send = SoapClient.send

    def queued(self: SoapClient, call: Any, **more: Any) -> Any:
        if call.operation == "upsertList" and call.subject == "salesOrder":
            world.wait(900)  # for the lists before it, and for a slot
        return send(self, call, **more)

    monkeypatch.setattr(SoapClient, "send", queued)
    world.fault("netsuite", "cut_before", operation="upsertList", match="SalesOrder")
    world.drain()
    monkeypatch.undo()
    world.set_field(box, "Quantity", "40")
    world.hint(box)
    world.wait(200)
    world.drain()
    assert (decided(world, box), world.orders(box)) == (Action.DEFERRED, []), "the first may still land"
    world.wait(LONGEST_COMMIT)
    world.run()
    assert [one["total"] for one in world.orders(box)] == ["500000.00"]


def test_a_lost_deal_is_passed_over_only_when_its_order_cannot_land_any_more(world: World) -> None:
    box = str(world.win(BOX))
    world.fault("netsuite", "cut_before", operation="upsertList", match="SalesOrder")
    world.drain()
    move(world, box, "Closed-Lost")
    assert decided(world, box) is Action.DEFERRED, "it may still land"
    world.wait(LONGEST_COMMIT)
    world.run()
    assert decided(world, box) is Action.SKIPPED
    assert (world.orders(box), codes(world)) == ([], [])
