"""What finance voids is told to the deal once, in place of what was told before, and the money still adds up."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Sublist, SublistMode
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"


def reconciled(world: World, box: str) -> tuple[list[str], Any]:
    with world.product() as product:
        report = product.reconcile().run()
    (money,) = report.money.values()
    return [one.what for one in report.differences if one.record == box], money


def test_a_voided_invoice_is_told_once_and_is_no_money_any_more(world: World) -> None:
    box, invoice = world.billed(BOX)
    before = len(world.comments(box))
    world.finance(f"records/invoice/{invoice}/void")
    for _ in range(2):
        world.tell()
    assert len(world.comments(box)) == before
    assert len(world.told(box, "was voided")) == 1
    assert world.told(box, "Invoice") == []
    differences, money = reconciled(world, box)
    assert differences == []
    assert (money.invoiced, money.open) == (0, 0)


def test_a_voided_payment_is_told_once_and_its_invoice_is_open_again(world: World) -> None:
    box, invoice = world.billed(BOX)
    world.finance(f"invoices/{invoice}/pay", amount="20000")
    payment = world.finance(f"invoices/{invoice}/pay", amount="30000")["internalId"]
    world.tell()
    assert len(world.told(box, "paid on")) == 2
    before = len(world.comments(box))

    world.finance(f"records/customerPayment/{payment}/void")
    void = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.PAYMENT, id=payment)
    (order,) = world.orders(box)
    with world.product() as product:
        assert order["internalId"] in product.netsuite.orders_behind([void])[void]
    for _ in range(2):
        world.tell()
    assert len(world.comments(box)) == before
    assert len(world.told(box, "was voided")) == 1
    assert len(world.told(box, "paid on")) == 1
    assert "30000" in str(world.field(box, "NetSuite status"))
    differences, money = reconciled(world, box)
    assert differences == []
    assert (money.paid, money.open) == (Decimal(20000), Decimal(30000))


def test_a_void_payment_that_the_deal_never_heard_of_is_not_told(world: World) -> None:
    box, invoice = world.billed(BOX)
    payment = world.finance(f"invoices/{invoice}/pay", amount="20000")["internalId"]
    world.finance(f"records/customerPayment/{payment}/void")
    world.tell()
    assert world.told(box, "voided") == []


def test_an_invoice_with_a_payment_cannot_be_voided_in_the_sandbox(world: World) -> None:
    _, invoice = world.billed(BOX)
    world.finance(f"invoices/{invoice}/pay", amount="1")
    answer = world.control.post(f"/netsuite/records/invoice/{invoice}/void")
    assert (answer.status_code, answer.json()["code"]) == (422, "CANT_VOID_TRANS")


def test_a_voided_credit_is_told_once_and_its_invoice_is_open_again(world: World) -> None:
    box, invoice = world.billed(BOX)
    with SoapClient(world.settings().netsuite) as client:
        source = RecordRef(type="invoice", internal_id=invoice)
        filled = client.send(initialize(Transform(to="creditMemo", source=source))).record
        assert filled is not None
        sublists = {
            name: Sublist(rows=rows.rows, mode=SublistMode.REPLACE)
            for name, rows in filled.sublists.items()
            if rows.rows
        }
        made = client.send(write(Verb.ADD, replace(filled, sublists=sublists)))
    assert made.ref is not None
    world.tell()
    assert len(world.told(box, "credited (")) == 1
    before = len(world.comments(box))
    world.finance(f"records/creditMemo/{made.ref.internal_id}/void")
    for _ in range(2):
        world.tell()
    assert len(world.comments(box)) == before
    assert len(world.told(box, "was voided")) == 1
    differences, money = reconciled(world, box)
    assert differences == []
    assert (money.credited, money.open) == (Decimal(0), Decimal(50000))


def test_a_deal_that_is_lost_after_its_invoice_was_voided_is_shown_to_a_person(world: World) -> None:
    box, invoice = world.billed(BOX)
    world.finance(f"records/invoice/{invoice}/void")
    world.tell()
    orders = len(world.netsuite()["orders"])
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    world.hint(box)
    world.run()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "DEAL_LOST"
    assert len(world.netsuite()["orders"]) == orders
    assert len(world.told(box, "was voided")) == 1
