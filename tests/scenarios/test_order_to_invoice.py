"""Shipped orders are billed as the mapping says: each once, never by default, never silently in another month."""

import contextlib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.flows.batch import STUCK_AFTER
from streak_netsuite.flows.hold_desk import DISMISS, HoldDesk
from streak_netsuite.flows.order_to_invoice import OrderToInvoice
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"
PACIFIC = ZoneInfo("America/Los_Angeles")


def billing(world: World, folder: Path, **settings: str) -> None:
    """Let the mapping bill."""
    lines = "".join(f"  {name}: {value}\n" for name, value in settings.items())
    world.change_mapping(folder, "\nstatus:\n", f"\ninvoice:\n{lines}\nstatus:\n")


def bill(world: World) -> Any:
    with world.product() as product:
        return product.order_to_invoice().run()


def shipped(world: World, **body: Any) -> str:
    """Win a deal, order it, ship it; return the order's id."""
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    ship(world, order["internalId"], **body)
    return str(order["internalId"])


def ship(world: World, order: str, **body: Any) -> None:
    answer = world.control.post(f"/netsuite/orders/{order}/fulfill", json=body)
    assert answer.status_code < 300, answer.text


def invoices(world: World, order: str) -> list[dict[str, Any]]:
    found = world.netsuite()["invoices"]
    return [one for one in found if one["createdFrom"]["internalId"] == order]


def test_by_default_finance_bills(world: World) -> None:
    order = shipped(world)
    assert str(bill(world)) == "nothing to do"
    assert invoices(world, order) == []


def test_a_shipped_order_is_billed_once_however_often_it_is_looked_at(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    for _ in range(3):
        bill(world)
    (invoice,) = invoices(world, order)
    assert invoice["externalId"].startswith("streak-inv-")
    assert invoice["total"] == "50000.00"


def test_an_order_that_is_partly_shipped_waits_or_is_billed_by_shipment(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world, lines={"1": "1"})
    bill(world)
    assert invoices(world, order) == []
    world.mapping.write_text(world.mapping.read_text().replace("when: shipped", "when: each_shipment"))
    bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["12500.00"]
    ship(world, order, lines={"1": "3"})
    bill(world)
    bill(world)
    assert sorted(one["total"] for one in invoices(world, order)) == ["12500.00", "37500.00"]


def test_only_orders_of_boxes_are_billed(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    before = len(world.netsuite()["invoices"])
    bill(world)  # the account has orders of its own that wait to be billed
    assert len(world.netsuite()["invoices"]) == before


def test_a_worker_killed_after_the_answer_bills_once(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    world.die("invoice")
    assert len(invoices(world, order)) == 1
    world.wait(120)
    report = bill(world)
    assert len(invoices(world, order)) == 1
    assert report.count(Action.UPDATED) == 1


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
def test_a_lost_answer_is_looked_up_and_ends_as_one_invoice(world: World, tmp_path: Path, fault: str) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    world.fault("netsuite", fault, operation="add", times=1)
    for _ in range(3):
        bill(world)
        world.wait(120)
    assert len(invoices(world, order)) == 1


def test_a_commit_that_comes_late_is_not_billed_twice(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    world.fault("netsuite", "commit_later", operation="add", times=1, options={"seconds": 0.2})
    for _ in range(4):
        bill(world)
        world.wait(120)
    assert len(invoices(world, order)) == 1


def test_an_invoice_whose_answers_are_always_cut_off_is_shown_to_a_person_and_made_once_when_released(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    world.flow |= {"attempts": 2}
    world.fault("netsuite", "cut_before", operation="add", times=2)
    for _ in range(4):
        bill(world)
        world.wait(120)
    assert invoices(world, order) == []
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert hold.what.code == "OUTCOME_UNKNOWN"
        ledger.release_hold(hold.id, actor="ann", reason="the line works again", now=world.now())
    bill(world)
    assert len(invoices(world, order)) == 1


def test_a_dry_run_says_what_an_invoice_is_of_which_nobody_knows_whether_it_landed(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped")
    shipped(world)
    world.flow |= {"attempts": 2}
    world.fault("netsuite", "cut_before", operation="add", times=2)
    bill(world)
    (told,) = previewed(world)
    assert told.startswith("LATER invoice of order SO")
    assert "it was sent, and is looked for before it is sent again" in told

    for _ in range(3):
        world.wait(120)
        bill(world)
    (told,) = previewed(world)
    assert told.startswith("HOLD invoice of order SO")
    assert "nobody knows whether it landed" in told
    assert told.endswith("(rule: a person releases it)")

    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        ledger.dismiss_hold(hold.id, actor="ann", reason="billed by hand", now=world.now())
    (told,) = previewed(world)
    assert told.startswith("SKIP invoice of order SO")
    assert f"ann has dismissed it on {world.now():%Y-%m-%d}: billed by hand (rule: dismissed)" in told


def test_a_dry_run_tells_a_dismissed_invoice_from_one_that_waits(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", dated="shipment")
    order = shipped(world)
    world.configure_netsuite(open_months_back=0)
    backdate(world, order)
    bill(world)
    (told,) = previewed(world)
    assert told.endswith("(rule: a person releases it)")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        ledger.dismiss_hold(hold.id, actor="ann", reason="next month", now=world.now())
    (told,) = previewed(world)
    assert told.startswith("SKIP invoice of order SO")
    assert "next month (rule: dismissed)" in told

    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="ann", reason="changed my mind", now=world.now())
    bill(world)
    (told,) = previewed(world)
    assert told.endswith("(rule: a person releases it)"), "what was dismissed was the refusal before"


def test_an_invoice_that_finance_removed_is_not_made_again_by_itself(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    bill(world)
    (invoice,) = invoices(world, order)
    with SoapClient(world.settings().netsuite) as client:
        gone = RecordRef(type="invoice", internal_id=invoice["internalId"])
        assert client.send(delete(gone)).status.success
    bill(world)
    assert invoices(world, order) == []


def test_a_closed_period_holds_the_invoice_and_says_why(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", dated="shipment")
    order = shipped(world)
    world.configure_netsuite(open_months_back=0)
    backdate(world, order)
    bill(world)
    assert invoices(world, order) == []
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "PERIOD_CLOSED"
    assert hold.fix.startswith("finance")


def test_a_closed_period_moves_the_invoice_only_when_told_so_and_with_a_note(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped", dated="shipment", closed_period="next_open")
    order = shipped(world)
    world.configure_netsuite(open_months_back=0)
    backdate(world, order)
    bill(world)
    (invoice,) = invoices(world, order)
    (sold,) = [one for one in world.orders() if one["internalId"] == order]
    assert sold["memo"]
    assert invoice["memo"].startswith(f"{sold['memo']}; dated ")
    assert invoice["memo"].endswith("is closed")
    assert invoice["tranDate"][:7] == datetime.now(PACIFIC).date().isoformat()[:7]


def test_an_invoice_is_dated_by_what_has_left_and_not_by_what_is_only_packed(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment", dated="shipment")
    world.configure_netsuite(open_months_back=2)
    order = shipped(world, lines={"1": "1"}, daysAgo=3)
    ship(world, order, lines={"1": "1"}, daysAgo=1, shipStatus="_packed")
    bill(world)
    (sent,) = [
        one["tranDate"]
        for one in world.netsuite()["fulfillments"]
        if one["createdFrom"]["internalId"] == order and one["shipStatus"] == "_shipped"
    ]
    assert [(one["tranDate"], one["total"]) for one in invoices(world, order)] == [(sent, "12500.00")]


def backdate(world: World, order: str) -> None:
    """Let the shipment of an order lie two months back, in a period that is closed by now."""
    then = datetime.now(PACIFIC).date() - timedelta(days=70)
    world.configure_netsuite(open_months_back=12)
    (sent,) = [one for one in world.netsuite()["fulfillments"] if one["createdFrom"]["internalId"] == order]
    record = SuiteRecord(type="itemFulfillment", internal_id=sent["internalId"], values={"tranDate": then})
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status
    world.configure_netsuite(open_months_back=0)


# --- deposits ---


def deposit(world: World, order: str, amount: str) -> str:
    """Pay a deposit for an order, as finance records it."""
    (entity,) = [o["entity"]["internalId"] for o in world.orders() if o["internalId"] == order]
    with SoapClient(world.settings().netsuite) as client:
        values = {
            "customer": RecordRef(internal_id=entity),
            "salesOrder": RecordRef(internal_id=order),
            "payment": Decimal(amount),
        }
        answer = client.send(write(Verb.ADD, SuiteRecord(type="customerDeposit", values=values)))
    assert answer.status.success, answer.status
    return str(answer.ref.internal_id) if answer.ref else ""


def open_of(world: World, order: str) -> Decimal:
    (invoice,) = invoices(world, order)
    return Decimal(str(invoice["amountRemaining"]))


def test_deposits_of_the_order_are_applied_once_and_those_of_others_are_not(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped", deposits="apply")
    order = shipped(world)
    deposit(world, order, "12000")
    deposit(world, order, "3000.50")
    for _ in range(3):
        bill(world)
    assert open_of(world, order) == Decimal("34999.50")
    assert len(world.netsuite()["depositApplications"]) == 2


def test_a_deposit_above_the_invoice_is_applied_as_far_as_it_is_needed(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", deposits="apply")
    order = shipped(world)
    deposit(world, order, "60000")
    deposit(world, order, "100")
    bill(world)
    assert open_of(world, order) == 0
    assert len(world.netsuite()["depositApplications"]) == 1


def test_a_deposit_that_the_role_may_not_apply_is_held_and_applied_when_released(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped", deposits="apply")
    order = shipped(world)
    deposit(world, order, "12000")
    world.configure_netsuite(role_permissions={"depositApplication": "none"})
    bill(world)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert "ermission" in hold.what.reason
        ledger.release_hold(hold.id, actor="ann", reason="the role may now", now=world.now())
    world.configure_netsuite(role_permissions={})
    bill(world)
    assert open_of(world, order) == 38000
    assert world.held_because() == []


def test_a_deposit_that_the_first_invoice_has_used_up_is_nothing_to_the_second(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment", deposits="apply")
    order = shipped(world, lines={"1": "3"})
    deposit(world, order, "12000")
    bill(world)
    ship(world, order)
    bill(world)
    assert len(invoices(world, order)) == 2
    assert (world.held_because(), len(world.netsuite()["depositApplications"])) == ([], 1)


def test_what_waits_to_be_billed_is_found_without_reading_what_customers_paid(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    deposit(world, order, "12000")
    world.control.delete("/requests").raise_for_status()
    bill(world)
    assert len(invoices(world, order)) == 1
    searched = [request["body"] for request in world.received("netsuite", "search")]
    assert not [body for body in searched if "_customerDeposit<" in body or "_customerPayment<" in body]


def test_by_default_deposits_are_left_to_finance(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    deposit(world, order, "12000")
    bill(world)
    assert open_of(world, order) == 50000


def test_a_worker_killed_after_a_deposit_was_applied_applies_it_once(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", deposits="apply")
    order = shipped(world)
    deposit(world, order, "12000")
    deposit(world, order, "3000")
    world.die("deposit")
    assert len(world.netsuite()["depositApplications"]) == 1
    world.wait(120)
    for _ in range(2):
        bill(world)
    assert open_of(world, order) == 35000
    assert len(world.netsuite()["depositApplications"]) == 2


def test_an_application_whose_answer_was_lost_is_found_by_its_key(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", deposits="apply")
    order = shipped(world)
    deposit(world, order, "12000")
    world.fault("netsuite", "cut_after", operation="add", after=1)
    bill(world)
    world.wait(120)
    bill(world)
    assert open_of(world, order) == 38000
    assert len(world.netsuite()["depositApplications"]) == 1


def test_a_deleted_invoice_is_held_named_and_billed_once_more_when_released(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    bill(world)
    world.tell()
    (box,) = [one["custom"]["custbody_streak_box"] for one in world.orders() if one["internalId"] == order]
    assert "open" in str(world.field(box, "NetSuite status"))
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    for _ in range(2):
        bill(world)
    assert invoices(world, order) == []
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "INVOICE_GONE"
    assert f"invoice {invoice['internalId']} of order SO" in hold.reason
    world.tell()
    assert world.field(box, "NetSuite status") == "Pending Billing"
    (corrected,) = [text for text in world.comments(box) if "nvoice" in text]
    assert "was deleted in NetSuite" in corrected
    assert "invoice_gone" in drifts(world, box)
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="otto", reason="it was a mistake", now=world.now())
    for _ in range(3):
        bill(world)
        world.wait(120)
    (again,) = invoices(world, order)
    assert again["externalId"] != invoice["externalId"]
    assert "invoice_gone" not in drifts(world, box)
    remove(world, again["internalId"])
    bill(world)
    assert "invoice_gone" in drifts(world, box)
    assert invoices(world, order) == [], "the second one is asked about, too"
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert again["internalId"] in hold.reason


def test_an_invoice_that_was_released_is_not_asked_about_again_after_an_outage(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    bill(world)
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    bill(world)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        ledger.release_hold(hold.id, actor="otto", reason="bill it again", now=world.now())
    world.fault("netsuite", "cut_before", operation="add")
    bill(world)
    assert invoices(world, order) == []
    world.wait(600)
    bill(world)
    assert len(invoices(world, order)) == 1
    assert world.held_because() == []


def test_an_order_that_finance_billed_and_unbilled_is_billed_after_all(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    for _ in range(2):  # each time finance is faster, and takes its invoice back
        with world.product() as product:
            assert product.order_to_invoice().plan() == 1
        theirs = world.finance(f"orders/{order}/bill")["internalId"]
        with world.product() as product:
            product.order_to_invoice().drain()
        assert [one["internalId"] for one in invoices(world, order)] == [theirs]
        remove(world, theirs)
        assert not previewed(world)[0].startswith("HOLD")
    bill(world)
    (ours,) = invoices(world, order)
    remove(world, ours["internalId"])
    bill(world)
    assert invoices(world, order) == [], "one of ours that finance removes is not made again by itself"


def test_shipments_are_billed_though_finance_has_deleted_an_invoice_of_its_own(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    theirs = world.finance(f"orders/{order}/bill")["internalId"]
    ship(world, order, lines={"1": "1"})
    bill(world)
    assert len(invoices(world, order)) == 2
    remove(world, theirs)
    ship(world, order, lines={"1": "2"})
    for _ in range(2):
        bill(world)
    assert sum(Decimal(one["total"]) for one in invoices(world, order)) == 50000
    assert world.held_because() == []
    for one in invoices(world, order):  # now ours are gone, more than there are places left
        remove(world, one["internalId"])
    bill(world)
    assert invoices(world, order) == [], "ours are asked about"
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert hold.code == "INVOICE_GONE"
        (box,) = [tie.streak.id for tie in ledger.find_boxes([order]).values()]
    assert "unbilled" not in drifts(world, box)
    with world.ledger() as ledger:
        ledger.dismiss_hold(hold.id, actor="ann", reason="finance bills it", now=world.now())
    bill(world)
    assert "unbilled" in drifts(world, box)


def dismissed(world: World, folder: Path, **body: Any) -> str:
    """Bill a shipment, let finance delete the invoice, and dismiss the question about it; return the order's id."""
    billing(world, folder, when="each_shipment")
    order = shipped(world, **body)
    bill(world)
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    bill(world)
    dismiss(world)
    return order


def dismiss(world: World, code: str = "INVOICE_GONE") -> str:
    """Let a person dismiss the one question about an invoice; return what they are told."""
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert hold.code == code
        told: str = HoldDesk(book=ledger, clock=world.now).answer(
            hold.id, DISMISS, actor="ann", reason="finance bills it"
        )
    return told


def quantities(world: World, order: str) -> list[list[Decimal]]:
    return [[Decimal(line["quantity"]) for line in one["itemList"]] for one in invoices(world, order)]


def box_of(world: World, order: str) -> str:
    with world.ledger() as ledger:
        (tie,) = ledger.find_boxes([order]).values()
    return str(tie.streak.id)


def test_what_is_shipped_after_a_deleted_invoice_was_dismissed_is_billed_and_no_more(
    world: World, tmp_path: Path
) -> None:
    order = dismissed(world, tmp_path, lines={"1": "1"})
    for _ in range(2):
        bill(world)
    assert invoices(world, order) == []
    assert "unbilled" in drifts(world, box_of(world, order))
    ship(world, order, lines={"1": "2"})
    assert "2 x Atlas Arm" in previewed(world)[0]
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2]]
    ship(world, order, lines={"1": "1"})
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2], [1]]
    assert sum(Decimal(one["total"]) for one in invoices(world, order)) == 37500
    assert world.held_because() == []
    assert "unbilled" in drifts(world, box_of(world, order)), (
        "what finance bills itself is still to be billed"
    )


def test_what_left_while_a_person_was_asked_is_billed_once_they_have_answered(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    bill(world)
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    bill(world)
    ship(world, order, lines={"1": "3"})
    bill(world)
    assert invoices(world, order) == [], "nobody knows yet what finance wants"
    dismiss(world)
    bill(world)
    assert quantities(world, order) == [[3]]


def test_another_invoice_that_is_deleted_is_asked_about_though_one_was_dismissed(
    world: World, tmp_path: Path
) -> None:
    order = dismissed(world, tmp_path, lines={"1": "1"})
    ship(world, order, lines={"1": "1"})
    bill(world)
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    bill(world)
    assert invoices(world, order) == []
    dismiss(world)
    bill(world)
    assert invoices(world, order) == []
    ship(world, order, lines={"1": "2"})
    bill(world)
    assert quantities(world, order) == [[2]]


def test_a_worker_killed_after_it_billed_what_came_later_bills_it_once(world: World, tmp_path: Path) -> None:
    order = dismissed(world, tmp_path, lines={"1": "1"})
    ship(world, order, lines={"1": "2"})
    world.die("invoice")
    assert quantities(world, order) == [[2]]
    world.wait(600)
    bill(world)
    assert quantities(world, order) == [[2]]


def test_nothing_is_billed_beside_an_invoice_that_may_still_land(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    world.fault("netsuite", "cut_before", operation="add", times=1)
    bill(world)
    world.finance(f"orders/{order}/bill")
    ship(world, order, lines={"1": "1"})
    with world.product() as product:
        assert product.order_to_invoice().plan() == 0
    world.wait(120)
    bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["12500.00", "12500.00"]


REFUSAL = {"code": "INVALID_FLD_VALUE", "message": "Not now."}


def refuse(world: World) -> None:
    """Have the next invoice refused."""
    world.fault("netsuite", "record_error", operation="add", times=1, options=REFUSAL)


def refused(world: World, folder: Path) -> str:
    """Have the invoice of a shipment refused, and dismiss it; return the order's id."""
    billing(world, folder, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    refuse(world)
    bill(world)
    assert "what is shipped later is billed by itself" in dismiss(world, REFUSAL["code"])
    return order


def test_what_is_shipped_after_a_refused_invoice_was_dismissed_is_billed_and_no_more(
    world: World, tmp_path: Path
) -> None:
    order = refused(world, tmp_path)
    for _ in range(2):
        bill(world)
    assert invoices(world, order) == []
    assert previewed(world)[0].startswith("SKIP invoice of order SO")
    assert "unbilled" in drifts(world, box_of(world, order))
    ship(world, order, lines={"1": "2"})
    assert "2 x Atlas Arm" in previewed(world)[0]
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2]]
    assert "unbilled" in drifts(world, box_of(world, order)), "what finance bills is still to be billed"
    world.finance(f"orders/{order}/bill")
    ship(world, order, lines={"1": "1"})
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2], [1], [1]]
    assert "unbilled" not in drifts(world, box_of(world, order))
    assert world.held_because() == []


def test_what_finance_has_billed_itself_of_a_dismissed_invoice_is_not_billed_again(
    world: World, tmp_path: Path
) -> None:
    order = refused(world, tmp_path)
    world.finance(f"orders/{order}/bill")
    ship(world, order, lines={"1": "3"})
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[1], [3]]


def test_what_is_shipped_after_a_closed_period_was_dismissed_is_billed_on_its_own_day(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment", dated="shipment")
    order = shipped(world, lines={"1": "1"})
    backdate(world, order)
    bill(world)
    dismiss(world, "PERIOD_CLOSED")
    ship(world, order, lines={"1": "2"})
    bill(world)
    assert quantities(world, order) == [[2]]


def test_what_left_while_a_refused_invoice_waited_for_a_person_is_billed_once_it_is_dismissed(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    refuse(world)
    bill(world)
    ship(world, order, lines={"1": "3"})
    bill(world)
    assert invoices(world, order) == []
    dismiss(world, REFUSAL["code"])
    bill(world)
    assert quantities(world, order) == [[3]]


def test_two_refused_invoices_that_were_dismissed_are_both_left_to_finance(
    world: World, tmp_path: Path
) -> None:
    order = refused(world, tmp_path)
    ship(world, order, lines={"1": "1"})
    refuse(world)
    bill(world)
    dismiss(world, REFUSAL["code"])
    bill(world)
    assert invoices(world, order) == []
    ship(world, order, lines={"1": "2"})
    bill(world)
    assert quantities(world, order) == [[2]]


def test_an_invoice_that_is_billed_in_place_of_a_deleted_one_leaves_to_finance_what_was_dismissed(
    world: World, tmp_path: Path
) -> None:
    order = refused(world, tmp_path)
    ship(world, order, lines={"1": "2"})
    bill(world)
    (invoice,) = invoices(world, order)
    remove(world, invoice["internalId"])
    bill(world)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    released(world, hold.id)
    assert quantities(world, order) == [[2]]


def test_what_is_shipped_after_an_invoice_of_unknown_outcome_was_dismissed_is_billed(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    world.flow |= {"attempts": 2}
    world.fault("netsuite", "cut_before", operation="add", times=2)
    for _ in range(4):
        bill(world)
        world.wait(120)
    dismiss(world, "OUTCOME_UNKNOWN")
    bill(world)
    assert invoices(world, order) == []
    assert "unbilled" in drifts(world, box_of(world, order))
    ship(world, order, lines={"1": "2"})
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2]]


def test_what_is_shipped_after_an_invoice_that_ends_its_workers_was_dismissed_is_billed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})

    def dying(*_: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(OrderToInvoice, "_send", dying)
        for _ in range(STUCK_AFTER + 2):
            with contextlib.suppress(MemoryError):
                bill(world)
            world.wait(120)
    dismiss(world, "STUCK")
    assert previewed(world)[0].startswith("SKIP invoice of order SO")
    ship(world, order, lines={"1": "2"})
    for _ in range(2):
        bill(world)
    assert quantities(world, order) == [[2]]


def test_of_a_dismissed_invoice_without_quantities_nothing_is_billed_until_finance_has(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="each_shipment")
    order = shipped(world, lines={"1": "1"})
    refuse(world)
    # NetSuite does not say what it would bill; the ledger of an older release kept nothing of it either.
    world.netsuite_extra |= {"attempts": 1}
    world.fault("netsuite", "status", operation="initialize", after=1, options={"status": 503})
    bill(world)
    assert "only once that is" in dismiss(world, REFUSAL["code"])
    ship(world, order, lines={"1": "2"})
    for _ in range(2):
        bill(world)
    assert invoices(world, order) == []
    assert "unbilled" in drifts(world, box_of(world, order))
    world.finance(f"orders/{order}/bill")
    ship(world, order, lines={"1": "1"})
    bill(world)
    assert quantities(world, order) == [[3], [1]]


def held_invoice(world: World, order: str) -> int:
    """Have the order's invoice refused; return its hold."""
    refuse(world)
    bill(world)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    return int(hold.id)


def released(world: World, hold: int) -> None:
    with world.ledger() as ledger:
        ledger.release_hold(hold, actor="otto", reason="mended", now=world.now())
    bill(world)


def test_a_released_invoice_waits_for_what_its_order_has_got_meanwhile(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    hold = held_invoice(world, order)
    line = Fields(values={"item": RecordRef(internal_id="102"), "quantity": Decimal(5), "rate": Decimal(10)})
    more = SuiteRecord(
        type="salesOrder",
        internal_id=order,
        sublists={"itemList": Sublist(rows=(line,), mode=SublistMode.MERGE)},
    )
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(write(Verb.UPDATE, more)).status.success
    released(world, hold)
    assert invoices(world, order) == []
    ship(world, order)
    bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["50050.00"]


def test_a_released_invoice_is_not_made_once_finance_is_to_bill(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order = shipped(world)
    hold = held_invoice(world, order)
    world.mapping.write_text(world.mapping.read_text().replace("when: shipped", "when: never"))
    released(world, hold)
    assert invoices(world, order) == []


def drifts(world: World, box: str) -> set[str]:
    with world.product() as product:
        return {one.drift.value for one in product.reconcile().run().differences if one.record == box}


def remove(world: World, invoice: str) -> None:
    """Delete an invoice, as finance may."""
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(RecordRef(type="invoice", internal_id=invoice))).status.success


# --- drop shipments ---


def drop_shipped(world: World) -> tuple[str, str]:
    """Order an item that a vendor sends; return the order and the purchase order that NetSuite has made of it."""
    world.control.post(
        "/netsuite/records/inventoryItem/101/touch", json={"isDropShipItem": True}
    ).raise_for_status()
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    (line,) = order["itemList"]
    assert line["createPo"] == "_dropShipment"
    (purchase,) = world.netsuite()["purchaseOrders"]
    assert purchase["internalId"] == line["createdPo"]["internalId"]
    return str(order["internalId"]), str(purchase["internalId"])


def previewed(world: World) -> list[str]:
    with world.product() as product:
        told: list[str] = product.order_to_invoice().preview()
    return told


def vendor_bills(world: World, purchase: str) -> None:
    world.control.post(f"/netsuite/purchaseOrders/{purchase}/bill", json={}).raise_for_status()


def test_a_drop_shipment_is_billed_once_its_vendor_has_sent_it(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped")
    order, _ = drop_shipped(world)
    bill(world)
    assert invoices(world, order) == []
    ship(world, order, trackingNumbers=["1Z999AA10123456784"])
    for _ in range(2):
        bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["50000.00"]
    world.tell()
    (box,) = [one["custom"]["custbody_streak_box"] for one in world.orders() if one["internalId"] == order]
    assert any("1Z999AA10123456784" in text for text in world.comments(box))


def test_an_order_can_wait_for_its_vendors_bill(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", drop_shipped="vendor_billed")
    order, purchase = drop_shipped(world)
    ship(world, order)
    bill(world)
    assert invoices(world, order) == [], "the vendor has sent it, and not billed it"
    (told,) = previewed(world)
    assert told.startswith("LATER")
    assert f"has not billed purchase order {purchase}" in told
    vendor_bills(world, purchase)
    for _ in range(2):
        bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["50000.00"]


def add_line(world: World, order: str, **values: Any) -> None:
    """Add a line to an order, as finance does in NetSuite."""
    row = Fields(values={"item": RecordRef(internal_id="101"), "quantity": Decimal(1), **values})
    lines = Sublist(rows=(row,), mode=SublistMode.MERGE)
    record = SuiteRecord(type="salesOrder", internal_id=order, sublists={"itemList": lines})
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status


def test_a_line_that_was_closed_before_its_vendor_was_asked_keeps_no_order_waiting(
    world: World, tmp_path: Path
) -> None:
    billing(world, tmp_path, when="shipped", drop_shipped="vendor_billed")
    order, purchase = drop_shipped(world)
    add_line(world, order, isClosed=True)
    lines = {one["internalId"]: one["itemList"] for one in world.orders()}[order]
    assert [(line["isClosed"], "createdPo" in line) for line in lines] == [(False, True), (True, False)]
    ship(world, order)
    bill(world)
    assert invoices(world, order) == [], "the other line's vendor has not billed"
    vendor_bills(world, purchase)
    bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["50000.00"]


def test_what_comes_from_our_own_stock_waits_for_no_vendor(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", drop_shipped="vendor_billed")
    order = shipped(world)
    bill(world)
    assert len(invoices(world, order)) == 1


def test_drop_shipments_can_be_left_to_finance(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="each_shipment", drop_shipped="leave")
    order, purchase = drop_shipped(world)
    ship(world, order, lines={"1": "1"})
    vendor_bills(world, purchase)
    bill(world)
    assert invoices(world, order) == []
    (told,) = previewed(world)
    assert "finance bills it" in told


def test_a_drop_shipment_that_leaves_in_parts_is_billed_as_it_leaves(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="each_shipment")
    order, _ = drop_shipped(world)
    for quantity in ("1", "3"):
        ship(world, order, lines={"1": quantity})
        bill(world)
    assert [one["total"] for one in invoices(world, order)] == ["12500.00", "37500.00"]
    (purchase,) = world.netsuite()["purchaseOrders"]
    assert purchase["orderStatus"] == "_pendingBilling"


def test_a_worker_killed_after_it_billed_a_drop_shipment_bills_it_once(world: World, tmp_path: Path) -> None:
    billing(world, tmp_path, when="shipped", drop_shipped="vendor_billed")
    order, purchase = drop_shipped(world)
    ship(world, order)
    vendor_bills(world, purchase)
    world.die("invoice")
    world.wait(120)
    bill(world)
    assert len(invoices(world, order)) == 1
