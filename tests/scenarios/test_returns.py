"""What comes back after it was paid reaches the deal: the credit, and the money that is paid back."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
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


def made_from(
    world: World, kind: str, source: str, internal_id: str, *, applied: Sublist | None = None
) -> str:
    """Make a document from another one as NetSuite fills it, perhaps applied otherwise, and return its internal id."""
    with SoapClient(world.settings().netsuite) as client:
        ref = RecordRef(type=source, internal_id=internal_id)
        filled = client.send(initialize(Transform(to=kind, source=ref)))
        filled.status.refuse_failed(name=kind)
        sublists = {
            name: Sublist(rows=rows.rows, mode=SublistMode.REPLACE)
            for name, rows in filled.record.sublists.items()
            if rows.rows
        } | ({"applyList": applied} if applied is not None else {})
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


def applied(amounts: Mapping[str, str]) -> Sublist:
    """Return the list that applies amounts to documents."""
    rows = tuple(
        Fields(values={"doc": int(one), "apply": True, "amount": Decimal(much)})
        for one, much in amounts.items()
    )
    return Sublist(rows=rows, mode=SublistMode.REPLACE)


def moved(world: World, kind: str, order: str, amounts: Mapping[str, str], **values: Any) -> str:
    """Add a payment or refund of the order's customer that is applied to documents; return its internal id."""
    (entity,) = [one["entity"]["internalId"] for one in world.orders() if one["internalId"] == order]
    record = SuiteRecord(
        type=kind,
        values={"customer": RecordRef(internal_id=entity), **values},
        sublists={"applyList": applied(amounts)},
    )
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.ADD, record))
    assert answer.status.success, answer.status
    return str(answer.ref.internal_id)


def two_billed(world: World) -> dict[str, tuple[str, str]]:
    """Take two deals of one customer to their invoices over 200 each; return orders and invoices by box."""
    keys = world.won_deals(2, organizations=1)
    world.run()
    world.tell()
    found = {}
    for key in keys:
        (order,) = world.orders(key)
        world.finance(f"orders/{order['internalId']}/fulfill")
        invoice = world.finance(f"orders/{order['internalId']}/bill")
        found[key] = (str(order["internalId"]), str(invoice["internalId"]))
    world.tell()
    return found


def counted(world: World) -> tuple[Decimal, ...]:
    with world.product() as product:
        (money,) = product.reconcile().run().money.values()
    return (money.invoiced, money.paid, money.credited, money.open)


def test_what_was_overpaid_and_is_paid_back_leaves_orders_paid(world: World) -> None:
    (order, first), (_, second) = two_billed(world).values()
    payment = moved(world, "customerPayment", order, {first: "200", second: "200"}, payment=Decimal(450))
    world.tell()
    assert counted(world) == (400, 400, 0, 0)
    moved(world, "customerRefund", order, {payment: "50"})
    world.tell()
    assert counted(world) == (400, 400, 0, 0)


def test_a_credit_that_settles_another_orders_invoice_counts_where_it_does(world: World) -> None:
    (box, (order, first)), (other, (_, second)) = two_billed(world).items()
    moved(world, "customerPayment", order, {first: "150"}, payment=Decimal(150))
    made_from(world, "creditMemo", "invoice", first, applied=applied({first: "50", second: "120"}))
    world.tell()
    assert counted(world) == (400, 150, 200, 80), "the 30 that are left are the first order's"
    assert "200" in world.told(box, "credited (")[0]
    assert "120" in world.told(other, "credited (")[0]
    (credit,) = world.netsuite()["creditMemos"]
    moved(world, "customerRefund", order, {credit["internalId"]: "30"})
    world.tell()
    assert counted(world) == (400, 120, 200, 80)
    assert world.told(box, "paid back")
    assert not world.told(other, "paid back")


def test_a_deposit_that_is_paid_back_is_told_and_is_no_deposit_any_more(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path, "      {{ order.status }}{% if", "      {{ money.deposited }} {{ order.status }}{% if"
    )
    box, order = world.ordered(BOX)
    (entity,) = [one["entity"]["internalId"] for one in world.orders() if one["internalId"] == order]
    values = {
        "customer": RecordRef(internal_id=entity),
        "salesOrder": RecordRef(internal_id=order),
        "payment": Decimal(12000),
    }
    with SoapClient(world.settings().netsuite) as client:
        made = client.send(write(Verb.ADD, SuiteRecord(type="customerDeposit", values=values)))
    assert made.status.success, made.status
    world.tell()
    assert str(world.field(box, "NetSuite status")).startswith("12000")
    moved(world, "customerRefund", order, {str(made.ref.internal_id): "5000"})
    world.tell()
    assert str(world.field(box, "NetSuite status")).startswith("7000")
    (refund,) = world.told(box, "paid back")
    assert "5000" in refund
    assert world.differences(box) == []
    world.finance(f"orders/{order}/fulfill")
    world.finance(f"orders/{order}/bill")
    assert counted(world) == (50000, 0, 0, 50000), "it was no payment of an invoice"
