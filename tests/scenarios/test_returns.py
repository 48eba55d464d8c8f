"""What comes back after it was paid reaches the deal: the credit, and the money that is paid back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Sublist, SublistMode
from streak_netsuite.connectors.netsuite.writer import Verb

World = Any
BOX = "Blue Harbor warehouse robots"


def tell(world: World) -> None:
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()


def billed(world: World, *, paid: bool) -> tuple[str, str]:
    """Take a deal to its invoice, paid or not, all told; return box and invoice."""
    box = str(world.win(BOX))
    world.run()
    (order,) = world.orders(box)
    number = order["internalId"]
    world.control.post(f"/netsuite/orders/{number}/fulfill", json={}).raise_for_status()
    invoice = world.control.post(f"/netsuite/orders/{number}/bill", json={}).raise_for_status().json()
    if paid:
        path = f"/netsuite/invoices/{invoice['internalId']}/pay"
        world.control.post(path, json={}).raise_for_status()
    tell(world)
    return box, invoice["internalId"]


def made_from(world: World, kind: str, source: str, internal_id: str) -> str:
    """Make a document from another one as NetSuite fills it, and return its internal id."""
    with SoapClient(world.settings().netsuite) as client:
        ref = RecordRef(type=source, internal_id=internal_id)
        filled = client.send(initialize(Transform(to=kind, source=ref)))
        filled.status.refuse_failed(name=kind)
        sublists = {
            name: Sublist(rows=rows.rows, mode=SublistMode.REPLACE)
            for name, rows in filled.record.sublists.items()
            if rows.rows
        }
        answer = client.send(write(Verb.ADD, replace(filled.record, sublists=sublists)))
        assert answer.status.success, answer.status
        return str(answer.ref.internal_id)


def about(world: World, box: str, word: str) -> list[str]:
    return [text for text in world.comments(box) if word in text]


def differences(world: World, box: str) -> list[str]:
    with world.product() as product:
        return [one.drift.value for one in product.reconcile().run().differences if one.record == box]


def test_a_credit_memo_of_an_open_invoice_is_told(world: World) -> None:
    box, invoice = billed(world, paid=False)
    made_from(world, "creditMemo", "invoice", invoice)
    assert "course_not_told" in differences(world, box)
    tell(world)
    (credit,) = about(world, box, "credited (")
    assert "50000" in credit
    assert differences(world, box) == []


def test_a_return_after_payment_is_told_and_reconciled(world: World) -> None:
    box, invoice = billed(world, paid=True)
    made_from(world, "creditMemo", "invoice", invoice)
    assert "course_not_told" in differences(world, box)
    tell(world)
    (credit,) = about(world, box, "credited (")
    assert "50000" in credit
    assert "50000.00 credited" in str(world.field(box, "NetSuite status"))
    assert differences(world, box) == []
    tell(world)
    assert len(about(world, box, "credited (")) == 1


def test_the_refund_of_a_return_is_told_and_counted(world: World) -> None:
    box, invoice = billed(world, paid=True)
    credit = made_from(world, "creditMemo", "invoice", invoice)
    tell(world)
    made_from(world, "customerRefund", "creditMemo", credit)
    assert "course_not_told" in differences(world, box)
    tell(world)
    (refund,) = about(world, box, "paid back")
    assert "50000" in refund
    with world.product() as product:
        (money,) = product.reconcile().run().money.values()
    assert (money.paid, money.credited, money.open) == (Decimal(0), Decimal(50000), Decimal(0))
