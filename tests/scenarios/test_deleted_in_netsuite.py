"""What finance deletes in NetSuite is told to its deal by the next sweep: once, and nothing is made a second time."""

import logging
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.dry_run import Asked, DryRun
from streak_netsuite.flows.deal_timeline import assemble
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"
GONE = "was deleted in NetSuite"


def remove(world: World, kind: str, internal_id: str) -> None:
    """Delete a record, as finance may."""
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(delete(RecordRef(type=kind, internal_id=internal_id)))
    assert answer.status.success, answer.status


def add(world: World, record: SuiteRecord) -> str:
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.ADD, record))
    assert answer.status.success, answer.status
    assert answer.ref is not None
    return str(answer.ref.internal_id)


def shipped(world: World) -> tuple[str, str, str]:
    """Return a box, its order and the order's shipment, all told."""
    box, order = world.ordered(BOX)
    shipment = world.finance(f"orders/{order}/fulfill")["internalId"]
    world.tell()
    return box, order, shipment


def paid(world: World) -> tuple[str, str]:
    """Return a box and the payment of its invoice, all told."""
    box, invoice = world.billed(BOX)
    payment = world.finance(f"invoices/{invoice}/pay", amount="20000")["internalId"]
    world.tell()
    return box, payment


def deposited(world: World) -> tuple[str, str]:
    """Return a box and the deposit for its order, all told."""
    box, order = world.ordered(BOX)
    (customer,) = world.customers("Blue Harbor Logistics")
    record = SuiteRecord(
        type="customerDeposit",
        values={
            "customer": RecordRef(internal_id=customer["internalId"]),
            "salesOrder": RecordRef(internal_id=order),
            "payment": Decimal(12000),
        },
    )
    made = add(world, record)
    world.tell()
    return box, made


def credited(world: World) -> tuple[str, str]:
    """Return a box and the credit memo of its invoice, all told."""
    box, invoice = world.billed(BOX)
    with SoapClient(world.settings().netsuite) as client:
        source = RecordRef(type="invoice", internal_id=invoice)
        filled = client.send(initialize(Transform(to="creditMemo", source=source))).record
    assert filled is not None
    lists = {
        name: Sublist(rows=one.rows, mode=SublistMode.REPLACE)
        for name, one in filled.sublists.items()
        if one.rows
    }
    made = add(world, replace(filled, sublists=lists))
    world.tell()
    return box, made


def invoiced(world: World) -> tuple[str, str]:
    """Return a box and its invoice, all told."""
    box, invoice = world.billed(BOX)
    return box, invoice


def fulfilled(world: World) -> tuple[str, str]:
    """Return a box and its shipment, all told."""
    box, _, shipment = shipped(world)
    return box, shipment


DOCUMENTS = {
    "itemFulfillment": (fulfilled, "A shipment"),
    "invoice": (invoiced, "An invoice"),
    "customerPayment": (paid, "A payment"),
    "creditMemo": (credited, "A credit memo"),
    "customerDeposit": (deposited, "A deposit"),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_deleted_document_is_told_once_in_place_of_what_was_told_of_it(world: World, kind: str) -> None:
    make, words = DOCUMENTS[kind]
    box, made = make(world)
    before = len(world.comments(box))
    remove(world, kind, made)
    world.tell()
    (told,) = world.told(box, GONE)
    assert told.startswith(f"{words} of sales order SO")
    assert f"internal id {made})" in told
    assert len(world.comments(box)) == before
    world.control.delete("/requests").raise_for_status()
    for _ in range(2):
        world.wait(60)
        world.tell()
    assert world.writes("streak") == []


def test_the_fields_are_as_the_order_is_without_a_deleted_payment(world: World) -> None:
    box, payment = paid(world)
    assert "30000" in str(world.field(box, "NetSuite status"))
    remove(world, "customerPayment", payment)
    world.tell()
    assert "50000.00 of 50000.00" in str(world.field(box, "NetSuite status"))


def test_fields_follow_the_deletion_of_what_the_mapping_tells_nothing_of(world: World, tmp_path: Any) -> None:
    line = next(one for one in world.mapping.read_text().splitlines() if one.startswith("    paid:"))
    world.change_mapping(tmp_path, f"{line}\n", "")
    box, payment = paid(world)
    assert "30000" in str(world.field(box, "NetSuite status"))
    assert world.told(box, "paid on") == []
    remove(world, "customerPayment", payment)
    world.tell()
    assert "50000.00 of 50000.00" in str(world.field(box, "NetSuite status"))
    assert world.told(box, GONE) == []


def test_what_came_and_went_between_two_sweeps_is_told_neither_way(world: World) -> None:
    box, order = world.ordered(BOX)
    before = (world.comments(box), world.field(box, "NetSuite status"))
    shipment = world.finance(f"orders/{order}/fulfill")["internalId"]
    remove(world, "itemFulfillment", shipment)
    world.tell()
    assert (world.comments(box), world.field(box, "NetSuite status")) == before


def test_an_invoice_that_was_late_is_not_late_any_more_once_it_is_deleted(world: World) -> None:
    box, invoice = world.billed(BOX)
    world.wait(120 * 86400)
    with world.product() as product:
        product.overdue_look().run()
    world.tell()
    assert len(world.told(box, "overdue since")) == 1
    world.later = timedelta()  # NetSuite's clock has not moved
    remove(world, "invoice", invoice)
    world.tell()
    assert world.told(box, "overdue since") == []
    assert world.told(box, "Invoice INV") == []


def delete_order(world: World) -> tuple[str, str, str]:
    """Return a box, its order's internal id and number; finance has deleted the order."""
    box, order = world.ordered(BOX)
    (made,) = world.orders(box)
    remove(world, "salesOrder", order)
    return box, order, made["tranId"]


def test_a_deleted_order_is_told_once_and_the_fields_say_so(world: World) -> None:
    box, _, number = delete_order(world)
    for _ in range(3):
        world.tell()
        world.wait(60)
    (told,) = world.told(box, GONE)
    assert told.startswith(f"Sales order {number} was deleted in NetSuite\n")
    assert world.field(box, "NetSuite status") == "Deleted"
    assert world.differences(box) == ["order_gone"]


def test_a_deleted_order_moves_its_deal_where_the_mapping_says(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {deleted: Negotiation}\n  fields:"
    )
    box, _, _ = delete_order(world)
    won = world.box(box)["stageKey"]
    world.tell()
    assert world.box(box)["stageKey"] != won


def test_what_another_deal_or_nobody_was_told_of_is_skipped_quietly(world: World) -> None:
    box, order = world.ordered(BOX)
    other = world.finance("orders/8004/fulfill")["internalId"]
    unheard = world.finance(f"orders/{order}/fulfill")["internalId"]
    for one in (other, unheard):
        remove(world, "itemFulfillment", one)
    report = world.tell()
    assert report.rules.get("skipped: not_ours", 0) >= 2
    assert world.told(box, GONE) == []
    with world.ledger() as ledger:
        assert ledger.list_holds() == []


def test_a_record_that_cannot_be_read_is_not_called_deleted(world: World) -> None:
    box, order = world.ordered(BOX)
    time.sleep(1.1)  # NetSuite's time of a change has whole seconds: within the same one it would be no news
    world.control.post(f"/netsuite/orders/{order}/touch", json={}).raise_for_status()
    world.configure_netsuite(may_see_deleted=False)
    with world.product() as product:
        product.netsuite_sweep().run()
    remove(world, "salesOrder", order)
    report = world.tell()
    assert report.rules.get("obsolete: gone") == 1
    assert world.told(box, GONE) == []


def test_what_was_told_before_the_column_came_is_found_all_the_same(world: World) -> None:
    box, payment = paid(world)
    with world.ledger() as ledger:
        assert ledger.boxes_told([f"paid {payment}"]) == {f"paid {payment}": {box}}
        with ledger.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE streak_netsuite.intent SET about = NULL")
        assert ledger.boxes_told([f"paid {payment}", "paid 1"]) == {f"paid {payment}": {box}}


# --- the deal afterwards ---------------------------------------------------------------------------------


def held(world: World) -> list[Any]:
    with world.ledger() as ledger:
        return list(ledger.list_holds())


def test_a_deal_that_changes_after_its_order_was_deleted_is_held(world: World) -> None:
    box, order, number = delete_order(world)
    world.tell()
    orders = len(world.netsuite()["orders"])
    world.hint(box)
    world.run()
    assert held(world) == [], "nothing was asked of the order"

    world.set_field(box, "Quantity", "9")
    for _ in range(2):
        world.hint(box, event="BOX_EDIT")
        world.run()
        world.wait(60)
    (hold,) = held(world)
    assert hold.code == "ORDER_GONE"
    assert f"sales order {number} ({order}) was deleted in NetSuite on" in hold.reason
    assert "copy the box" in hold.fix
    assert len(world.netsuite()["orders"]) == orders


def test_what_a_person_has_seen_to_is_asked_again_only_when_the_deal_asks_for_more(world: World) -> None:
    box, _, _ = delete_order(world)
    world.tell()
    for quantity in ("6", "7"):
        world.set_field(box, "Quantity", quantity)
        world.hint(box, version=str(int(quantity) * 10**15))
        world.run()
        (hold,) = held(world)
        with world.ledger() as ledger:
            ledger.dismiss_hold(hold.id, actor="ann", reason="made by hand", now=world.now())
        world.hint(box, version=str(int(quantity) * 10**15 + 1))
        world.run()
        assert held(world) == []


def test_a_deal_that_is_won_again_after_its_order_was_deleted_is_held(world: World) -> None:
    box, _, _ = delete_order(world)
    world.tell()
    orders = len(world.netsuite()["orders"])
    time.sleep(1.1)  # NetSuite tells the second of a deletion: what Streak did within it may have come before
    world.control.post("/streak/move", json={"box": box, "stage": "Negotiation"}).raise_for_status()
    world.win(box)
    world.run()
    (hold,) = held(world)
    assert hold.code == "ORDER_GONE"
    assert len(world.netsuite()["orders"]) == orders


def test_nobody_is_asked_about_a_lost_deal_whose_order_is_deleted_already(world: World) -> None:
    box, _, _ = delete_order(world)
    world.tell()
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    world.hint(box)
    world.run()
    assert held(world) == []
    assert [one.rule for one in world.outcomes(box)][-1] == "order_deleted"


def test_a_change_that_waited_while_its_order_was_deleted_is_held(world: World) -> None:
    box, order = world.ordered(BOX)
    world.set_field(box, "Quantity", "9")
    world.hint(box, event="BOX_EDIT")
    with world.product() as product:
        product.deal_to_order().drain()
    remove(world, "salesOrder", order)
    world.run()
    with world.product() as product:
        product.order_edits().drain()
    (hold,) = held(world)
    assert hold.code == "ORDER_GONE"
    assert "copy the box" in hold.fix


def test_the_timeline_shows_that_an_order_was_deleted(world: World) -> None:
    box, order, number = delete_order(world)
    world.tell()
    with world.ledger() as ledger:
        deal = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)
        shown = [one.title for one in assemble(ledger.history.of(deal)).entries]
    assert any(f"the hint deleted about salesOrder {order}" in title for title in shown)
    assert any(f"Sales order {number} was deleted in NetSuite" in title for title in shown)


# --- the sweep -------------------------------------------------------------------------------------------


def test_a_worker_killed_after_streaks_answer_tells_a_deletion_once(world: World) -> None:
    box, _, _ = delete_order(world)
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
    world.die("comment")
    world.wait(60)
    for _ in range(2):
        world.tell()
        world.wait(60)
    assert len(world.told(box, GONE)) == 1


def test_without_the_permission_one_warning_is_given_and_the_rest_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    box, order = world.ordered(BOX)
    world.configure_netsuite(may_see_deleted=False)
    world.finance(f"orders/{order}/fulfill")
    with caplog.at_level(logging.WARNING):
        world.tell()
    warned = [one.message for one in caplog.records if "Deleted Records" in one.message]
    assert len(warned) == 1
    assert "grant the integration's role the permission Deleted Records" in warned[0]
    assert len(world.told(box, "Shipped on")) == 1
    assert held(world) == []


def test_deletions_are_told_once_the_permission_is_granted(world: World) -> None:
    box, shipment = fulfilled(world)
    world.configure_netsuite(may_see_deleted=False)
    remove(world, "itemFulfillment", shipment)
    world.tell()
    assert world.told(box, GONE) == []
    world.configure_netsuite(may_see_deleted=True)
    world.tell()
    assert len(world.told(box, GONE)) == 1


def test_what_was_deleted_in_an_outage_of_days_is_told_though_no_deletion_was_seen_before(
    world: World,
) -> None:
    box, shipment = fulfilled(world)
    remove(world, "itemFulfillment", shipment)
    world.wait(3 * 86400)
    world.tell()
    assert len(world.told(box, GONE)) == 1


# --- dry runs --------------------------------------------------------------------------------------------


def dry_run(world: World, box: str) -> str:
    with world.product() as product:
        return DryRun(product=product).text(Asked(flow="status_to_streak", boxes=[box]))


def test_a_dry_run_tells_a_deleted_order_and_keeps_nothing(world: World) -> None:
    box, _, number = delete_order(world)
    for _ in range(2):
        told = dry_run(world, box)
        assert f"Sales order {number} was deleted in NetSuite" in told
        assert "-> Deleted" in told
    with world.ledger() as ledger:
        assert ledger.get_watermark("netsuite.deletions.TSTDRV0001") is None
    world.tell()
    assert dry_run(world, box).startswith("the boxes know everything")


def test_a_dry_run_tells_a_deleted_document(world: World) -> None:
    box, payment = paid(world)
    remove(world, "customerPayment", payment)
    assert "A payment of sales order" in dry_run(world, box)
    world.tell()
    assert dry_run(world, box).startswith("the boxes know everything")


def test_a_dry_run_says_why_an_order_that_is_not_there_is_not_told(world: World) -> None:
    box, order, _ = delete_order(world)
    world.configure_netsuite(may_see_deleted=False)
    told = dry_run(world, box)
    assert f"sales order {order} does not exist for the integration's role" in told
    assert "NetSuite has named no deletion of it" in told
