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


def billed(world: World, *, paid: bool) -> tuple[str, str]:
    """Take a deal to its invoice, paid or not, all told; return box and invoice."""
    box, invoice = world.billed(BOX)
    if paid:
        world.finance(f"invoices/{invoice}/pay")
        world.tell()
    return box, invoice


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


def test_a_credit_memo_of_an_open_invoice_is_told(world: World) -> None:
    box, invoice = billed(world, paid=False)
    made_from(world, "creditMemo", "invoice", invoice)
    assert "course_not_told" in world.differences(box)
    world.tell()
    (credit,) = world.told(box, "credited (")
    assert "50000" in credit
    assert world.differences(box) == []


def test_a_return_after_payment_is_told_and_reconciled(world: World) -> None:
    box, invoice = billed(world, paid=True)
    made_from(world, "creditMemo", "invoice", invoice)
    assert "course_not_told" in world.differences(box)
    world.tell()
    (credit,) = world.told(box, "credited (")
    assert "50000" in credit
    assert "50000.00 credited" in str(world.field(box, "NetSuite status"))
    assert world.differences(box) == []
    world.tell()
    assert len(world.told(box, "credited (")) == 1


def test_the_refund_of_a_return_is_told_and_counted(world: World) -> None:
    box, invoice = billed(world, paid=True)
    credit = made_from(world, "creditMemo", "invoice", invoice)
    world.tell()
    made_from(world, "customerRefund", "creditMemo", credit)
    assert "course_not_told" in world.differences(box)
    world.tell()
    (refund,) = world.told(box, "paid back")
    assert "50000" in refund
    with world.product() as product:
        (money,) = product.reconcile().run().money.values()
    assert (money.paid, money.credited, money.open) == (Decimal(0), Decimal(50000), Decimal(0))
