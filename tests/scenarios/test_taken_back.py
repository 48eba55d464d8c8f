"""What a deal was told and does not hold any more is said so where it was told, and nothing is claimed by two deals."""

import time
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb

World = Any
BOX = "Blue Harbor warehouse robots"


def changes(world: World, kind: str, internal_id: str, **values: Any) -> None:
    """Change a document as finance does, in another second than it was changed in last."""
    time.sleep(1.1)
    _write(world, SuiteRecord(type=kind, internal_id=internal_id, values=values), Verb.UPDATE)


def _write(world: World, record: SuiteRecord, verb: Verb) -> str:
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(verb, record))
    assert answer.status.success, answer.status
    return str(answer.ref.internal_id) if answer.ref else ""


def two_billed(world: World) -> tuple[tuple[str, str], tuple[str, str]]:
    """Take two deals of one customer to their invoices over 200 each, all told; return boxes and invoices."""
    boxes = world.won_deals(2, organizations=1)
    world.run()
    orders = [str(world.orders(box)[0]["internalId"]) for box in boxes]
    for order in orders:
        world.finance(f"orders/{order}/fulfill")
    first, second = [str(world.finance(f"orders/{order}/bill")["internalId"]) for order in orders]
    world.tell()
    return (boxes[0], first), (boxes[1], second)


def applied(world: World, payment: str, amounts: Mapping[str, str | None]) -> None:
    """Apply a payment to invoices, and to none where there is no amount, in another second than it was changed in last."""
    time.sleep(1.1)  # NetSuite's time of a change has whole seconds: within the same one it would be no news
    rows = tuple(
        Fields(values={"doc": int(one), "apply": False})
        if much is None
        else Fields(values={"doc": int(one), "apply": True, "amount": Decimal(much)})
        for one, much in amounts.items()
    )
    lists = {"applyList": Sublist(rows=rows, mode=SublistMode.REPLACE)}
    record = SuiteRecord(type="customerPayment", internal_id=payment, sublists=lists)
    _write(world, record, Verb.UPDATE)


def test_a_payment_that_finance_applies_to_another_deals_invoice_is_told_there_and_taken_back_here(
    world: World,
) -> None:
    (box, invoice), (other, others) = two_billed(world)
    payment = str(world.finance(f"invoices/{invoice}/pay", amount="150")["internalId"])
    world.tell()
    assert (len(world.told(box, "150", "paid on")), len(world.told(other, "paid on"))) == (1, 0)
    before = len(world.comments(box))

    applied(world, payment, {invoice: None, others: "150"})
    for _ in range(2):
        world.tell()
    assert (len(world.told(box, "paid on")), len(world.told(other, "150", "paid on"))) == (0, 1)
    (told,) = world.told(box, "does not count for sales order")
    assert told.startswith("A payment that was told here")
    assert len(world.comments(box)) == before
    assert "200.00 of 200.00" in world.field(box, "NetSuite status")
    assert world.differences(box) == world.differences(other) == []

    applied(world, payment, {invoice: "150", others: None})
    world.tell()
    assert (len(world.told(box, "150", "paid on")), len(world.told(other, "paid on"))) == (1, 0)
    assert len(world.comments(box)) == before


def test_a_payment_that_is_applied_to_nothing_any_more_is_taken_back(world: World) -> None:
    box, invoice = world.billed(BOX)
    payment = str(world.finance(f"invoices/{invoice}/pay", amount="20000")["internalId"])
    world.tell()
    changes(world, "customerPayment", payment, payment=Decimal(20000))
    applied(world, payment, {invoice: None})
    world.tell()
    assert world.told(box, "paid on") == []
    assert len(world.told(box, "does not count for sales order")) == 1


def test_a_deposit_that_was_for_another_order_is_taken_back_and_told_there(world: World) -> None:
    box, other = world.won_deals(2, organizations=1)
    world.run()
    (order,), (another,) = world.orders(box), world.orders(other)
    values = {
        "customer": RecordRef(internal_id=order["entity"]["internalId"]),
        "salesOrder": RecordRef(internal_id=order["internalId"]),
        "payment": Decimal(50),
    }
    deposit = _write(world, SuiteRecord(type="customerDeposit", values=values), Verb.ADD)
    world.tell()
    assert len(world.told(box, "paid in advance")) == 1
    changes(world, "customerDeposit", deposit, salesOrder=RecordRef(internal_id=another["internalId"]))
    world.tell()
    assert (len(world.told(box, "paid in advance")), len(world.told(other, "paid in advance"))) == (0, 1)
    assert len(world.told(box, "A deposit that was told here")) == 1


def test_an_invoice_that_gets_more_time_is_not_called_overdue_any_more(world: World) -> None:
    box, invoice = world.billed(BOX)
    world.wait(timedelta(days=120).total_seconds())

    def look() -> None:
        with world.product() as product:
            product.overdue_look().run()
        world.tell()

    look()
    assert len(world.told(box, "is overdue since")) == 1
    before = len(world.comments(box))
    due = (world.now() + timedelta(days=30)).date()
    changes(world, "invoice", invoice, dueDate=due)
    assert "course_not_told" in world.differences(box)
    look()
    (told,) = world.told(box, "is not overdue any more")
    assert f"it is due {due:%d %B %Y} now" in told
    assert (world.told(box, "is overdue since"), len(world.comments(box))) == ([], before)
    assert world.differences(box) == []

    world.wait(timedelta(days=40).total_seconds())
    look()
    assert len(world.told(box, "is overdue since")) == 1
    assert len(world.comments(box)) == before


def test_a_shipment_that_was_taken_back_is_not_called_shipped_until_it_leaves_again(world: World) -> None:
    box, order = world.ordered(BOX)
    shipment = world.finance(f"orders/{order}/fulfill")["internalId"]
    world.tell()
    before = len(world.comments(box))
    changes(world, "itemFulfillment", shipment, shipStatus="_packed")
    assert "course_not_told" in world.differences(box)
    for _ in range(2):
        world.tell()
    assert (world.told(box, "Shipped on"), len(world.told(box, "has not left"))) == ([], 1)
    assert world.differences(box) == []
    changes(world, "itemFulfillment", shipment, shipStatus="_shipped")
    world.tell()
    assert (len(world.told(box, "Shipped on")), world.told(box, "has not left")) == (1, [])
    assert len(world.comments(box)) == before


def test_what_is_only_packed_was_never_told_and_is_not_taken_back(world: World) -> None:
    box, order = world.ordered(BOX)
    world.finance(f"orders/{order}/fulfill", shipStatus="_packed")
    before = world.comments(box)
    world.tell()
    assert world.comments(box) == before
