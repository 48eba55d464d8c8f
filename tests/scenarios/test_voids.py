"""What finance voids is told to the deal once, in place of what was told before, and the money still adds up."""

from decimal import Decimal
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"


def tell(world: World) -> None:
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()


def finance(world: World, path: str, **body: Any) -> dict[str, Any]:
    answer = world.control.post(f"/netsuite/{path}", json=body)
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


def billed(world: World) -> tuple[str, str]:
    """Take a deal to its invoice over 50,000, all told; return box and invoice."""
    box = str(world.win(BOX))
    world.run()
    (order,) = world.orders(box)
    finance(world, f"orders/{order['internalId']}/fulfill")
    invoice = finance(world, f"orders/{order['internalId']}/bill")["internalId"]
    tell(world)
    return box, str(invoice)


def about(world: World, box: str, word: str) -> list[str]:
    return [text for text in world.comments(box) if word in text]


def reconciled(world: World, box: str) -> tuple[list[str], Any]:
    with world.product() as product:
        report = product.reconcile().run()
    (money,) = report.money.values()
    return [one.what for one in report.differences if one.record == box], money


def test_a_voided_invoice_is_told_once_and_is_no_money_any_more(world: World) -> None:
    box, invoice = billed(world)
    before = len(world.comments(box))
    finance(world, f"records/invoice/{invoice}/void")
    for _ in range(2):
        tell(world)
    assert len(world.comments(box)) == before
    assert len(about(world, box, "was voided")) == 1
    assert about(world, box, "Invoice") == []
    differences, money = reconciled(world, box)
    assert differences == []
    assert (money.invoiced, money.open) == (0, 0)


def test_a_voided_payment_is_told_once_and_its_invoice_is_open_again(world: World) -> None:
    box, invoice = billed(world)
    finance(world, f"invoices/{invoice}/pay", amount="20000")
    payment = finance(world, f"invoices/{invoice}/pay", amount="30000")["internalId"]
    tell(world)
    assert len(about(world, box, "paid on")) == 2
    before = len(world.comments(box))

    finance(world, f"records/customerPayment/{payment}/void")
    void = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.PAYMENT, id=payment)
    (order,) = world.orders(box)
    with world.product() as product:
        assert order["internalId"] in product.netsuite.orders_behind([void])[void]
    for _ in range(2):
        tell(world)
    assert len(world.comments(box)) == before
    assert len(about(world, box, "was voided")) == 1
    assert len(about(world, box, "paid on")) == 1
    assert "30000" in str(world.field(box, "NetSuite status"))
    differences, money = reconciled(world, box)
    assert differences == []
    assert (money.paid, money.open) == (Decimal(20000), Decimal(30000))


def test_a_void_payment_that_the_deal_never_heard_of_is_not_told(world: World) -> None:
    box, invoice = billed(world)
    payment = finance(world, f"invoices/{invoice}/pay", amount="20000")["internalId"]
    finance(world, f"records/customerPayment/{payment}/void")
    tell(world)
    assert about(world, box, "voided") == []


def test_an_invoice_with_a_payment_cannot_be_voided_in_the_sandbox(world: World) -> None:
    _, invoice = billed(world)
    finance(world, f"invoices/{invoice}/pay", amount="1")
    answer = world.control.post(f"/netsuite/records/invoice/{invoice}/void")
    assert (answer.status_code, answer.json()["code"]) == (422, "CANT_VOID_TRANS")
