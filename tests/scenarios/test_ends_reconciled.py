"""The stage of a deal and the status of its order say the same, or the difference is named and can be repaired."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.flows.hold_desk import DISMISS, HoldDesk

World = Any
BOX = "Blue Harbor warehouse robots"


def mapped(world: World, folder: Path, *lines: str, silent: bool = False) -> None:
    """Let the mapping say what becomes of orders whose deals end, and perhaps tell nothing of orders."""
    text = "".join(f"  {line}\n" for line in lines) + "  lost_stages: [Closed-Lost]"
    world.change_mapping(folder, "  lost_stages: [Closed-Lost]", text)
    if silent:
        world.mapping.write_text(world.mapping.read_text().partition("\nstatus:\n")[0])


def moved(world: World, box: str, stage: str) -> None:
    """Move a deal without a word to the product: its webhook is lost, and no sweep was there yet."""
    world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()


def seen(world: World, box: str, stage: str) -> None:
    """Move a deal, and let the product do all that follows."""
    moved(world, box, stage)
    world.hint(box)
    settled(world, box)


def settled(world: World, box: str) -> None:
    """Let the product look at a deal until nothing more follows."""
    for _ in range(2):
        world.run()
        world.wait(300)
        world.hint(box, version=str(int(world.later.total_seconds())))
    world.run()


def closed(world: World, order: str, *, is_closed: bool = True) -> None:
    """Close or open an order's only line, as finance does in NetSuite."""
    lines = Sublist(rows=(Fields(values={"line": 1, "isClosed": is_closed}),), mode=SublistMode.MERGE)
    changed(world, SuiteRecord(type="salesOrder", internal_id=order, sublists={"itemList": lines}))


def changed(world: World, record: SuiteRecord) -> None:
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status


def dismissed(world: World) -> str:
    """Dismiss the only hold; return its code."""
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        HoldDesk(book=ledger, clock=world.now).answer(hold.id, DISMISS, actor="ann", reason="seen to")
    return str(hold.code)


def found(world: World, box: str) -> dict[str, str]:
    """Return what `reconcile` says of a deal and how it ended, by kind."""
    with world.product() as product:
        report = product.reconcile().run()
    return {one.drift.value: f"{one.what}; {one.repair}" for one in report.differences if one.record == box}


def repaired(world: World, box: str, kinds: Sequence[str]) -> None:
    """Repair all differences of a kind with the command's repairs, and let the product go on."""
    with world.product() as product:
        differences = [one for one in product.reconcile().run().differences if one.drift in kinds]
        assert differences
        assert all(one.mend is not None for one in differences)
        product.repairs().make(differences, actor="otto")
        product.work_inbox()
        product.tell_boxes()


def told(world: World) -> None:
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()


def status(world: World, box: str) -> str:
    (order,) = world.orders(box)
    return str(order["status"])


# --- lost deals ---


@pytest.mark.parametrize("policy", ["close", "cancel", "hold"])
def test_a_lost_deal_that_nobody_has_seen_is_named_and_ended_by_the_repair(
    world: World, tmp_path: Path, policy: str
) -> None:
    mapped(world, tmp_path, f"when_lost: {policy}")
    box, _ = world.ordered(BOX)
    assert found(world, box) == {}
    moved(world, box, "Closed-Lost")
    (what,) = found(world, box).values()
    assert found(world, box).keys() == {"order_open"}
    assert "is in 'Closed-Lost'" in what
    assert "--repair order_open --yes" in what
    repaired(world, box, ["order_open"])
    if policy == "hold":
        assert found(world, box).keys() == {"waiting"}, "a person is asked"
        assert dismissed(world) == "DEAL_LOST"
    told(world)
    assert found(world, box) == {}
    assert (status(world, box) == "Closed") is (policy != "hold")


def test_a_lost_deal_whose_order_is_left_alone_by_the_mapping_is_no_difference(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, "when_lost: ignore")
    box, _ = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    assert found(world, box) == {}
    moved(world, box, "Closed-Won")
    moved(world, box, "Closed-Lost")
    assert found(world, box) == {}


def test_a_lost_deal_of_which_something_has_left_the_house_is_no_difference(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill", lines={"1": "3"})
    told(world)
    seen(world, box, "Closed-Lost")
    told(world)
    assert status(world, box) == "Pending Billing"
    assert found(world, box) == {}


def test_an_order_that_is_to_be_closed_waits(world: World, tmp_path: Path) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, _ = world.ordered(BOX)
    moved(world, box, "Closed-Lost")
    world.hint(box)
    assert found(world, box).keys() == {"waiting"}, "the deal is in the inbox"
    with world.product() as product:
        product.deal_to_order().drain()
    assert found(world, box).keys() == {"waiting"}, "the close is planned"
    settled(world, box)
    told(world)
    assert found(world, box) == {}


def test_a_close_that_was_refused_waits_until_a_person_has_seen_to_it(world: World, tmp_path: Path) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, _ = world.ordered(BOX)
    refused = {"code": "INSUFFICIENT_PERMISSION", "message": "You may not close lines."}
    world.fault("netsuite", "record_error", operation="update", times=1, options=refused)
    moved(world, box, "Closed-Lost")
    world.hint(box)
    world.run()
    assert found(world, box).keys() == {"waiting"}
    assert dismissed(world) == "INSUFFICIENT_PERMISSION"
    assert found(world, box) == {}


def test_a_lost_deals_order_that_somebody_opens_again_is_for_a_person(world: World, tmp_path: Path) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, order = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    told(world)
    assert found(world, box) == {}
    closed(world, order, is_closed=False)
    told(world)
    (what,) = found(world, box).values()
    assert found(world, box).keys() == {"order_open"}
    assert "somebody has opened it again" in what


# --- won deals ---


def test_an_order_that_finance_has_closed_is_named_until_its_deal_knows(world: World) -> None:
    box, order = world.ordered(BOX)
    closed(world, order)
    assert found(world, box).keys() == {"order_ended", "course_not_told"}
    assert "the deal was not told" in found(world, box)["order_ended"]
    repaired(world, box, ["order_ended"])
    assert found(world, box) == {}
    closed(world, order, is_closed=False)
    told(world)
    assert found(world, box) == {}


@pytest.mark.parametrize("fields", [False, True])
def test_an_order_that_has_ended_is_named_where_the_mapping_tells_nothing_of_it(
    world: World, tmp_path: Path, *, fields: bool
) -> None:
    mapped(world, tmp_path, silent=True)
    if fields:
        text = 'status:\n  fields:\n    NetSuite status: "{{ order.status }}"\n'
        world.mapping.write_text(f"{world.mapping.read_text()}\n{text}")
    world.configure_netsuite(default_order_status="_pendingApproval")
    box, order = world.ordered(BOX)
    changed(world, SuiteRecord(type="salesOrder", internal_id=order, values={"orderStatus": "_cancelled"}))
    told(world)
    if fields:
        assert found(world, box) == {}, "the field shows it"
        return
    (what,) = found(world, box).values()
    assert found(world, box).keys() == {"order_ended"}
    assert "is cancelled" in what


def test_a_deal_won_again_that_nobody_has_seen_is_named_and_shown_by_the_repair(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, _ = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    told(world)
    moved(world, box, "Closed-Won")
    assert found(world, box).keys() == {"order_ended"}, "that it was closed was told while the deal was lost"
    repaired(world, box, ["order_ended"])
    assert found(world, box).keys() == {"waiting"}
    assert dismissed(world) == "DEAL_WON_AGAIN"
    settled(world, box)
    assert found(world, box) == {}, "a person has seen to it"


def test_a_deal_won_again_that_a_person_has_seen_to_is_no_difference_where_it_is_told_nothing(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, "when_lost: close", silent=True)
    box, _ = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    seen(world, box, "Closed-Won")
    assert found(world, box).keys() == {"waiting"}
    assert dismissed(world) == "DEAL_WON_AGAIN"
    assert status(world, box) == "Closed"
    assert found(world, box) == {}


def test_a_deal_won_again_whose_order_opens_again_is_no_difference(world: World, tmp_path: Path) -> None:
    mapped(world, tmp_path, "when_lost: close", "when_won_again: reopen")
    box, _ = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    told(world)
    moved(world, box, "Closed-Won")
    repaired(world, box, ["order_ended"])
    settled(world, box)
    told(world)
    assert status(world, box) == "Pending Fulfillment"
    assert found(world, box) == {}


def test_a_deal_won_again_after_a_person_closed_its_order_is_named(world: World) -> None:
    box, order = world.ordered(BOX)
    seen(world, box, "Closed-Lost")
    closed(world, order)
    told(world)
    moved(world, box, "Closed-Won")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "DEAL_LOST"
    assert found(world, box).keys() == {"waiting"}, "a person is asked still"
    assert dismissed(world) == "DEAL_LOST"
    assert found(world, box).keys() == {"order_ended"}
    repaired(world, box, ["order_ended"])
    settled(world, box)
    assert dismissed(world) == "DEAL_WON_AGAIN"
    assert found(world, box) == {}


def test_an_order_that_has_ended_is_no_difference_once_its_deals_stage_says_so(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, silent=True)
    stages = "status:\n  stages: {closed: Qualified}\n"
    world.mapping.write_text(f"{world.mapping.read_text()}\n{stages}")
    box, order = world.ordered(BOX)
    closed(world, order)
    assert "order_ended" in found(world, box)
    told(world)
    assert found(world, box) == {}


def test_deals_that_are_neither_won_nor_lost_say_nothing_of_their_orders(world: World) -> None:
    box, order = world.ordered(BOX)
    moved(world, box, "Negotiation")
    assert found(world, box) == {}
    closed(world, order)
    assert found(world, box).keys() == {"course_not_told"}
    told(world)
    assert found(world, box) == {}


def test_the_report_names_an_order_that_goes_on_and_a_quick_one_does_not_look(
    world: World, tmp_path: Path
) -> None:
    mapped(world, tmp_path, "when_lost: close")
    box, _ = world.ordered(BOX)
    moved(world, box, "Closed-Lost")
    with world.product() as product:
        lines = product.reconcile().run().lines()
        quick = product.reconcile(quick=True).run()
    (line,) = [one for one in lines if one.startswith("order_open: ")]
    assert BOX in line
    assert [one for one in quick.differences if one.record == box] == []
