"""Deals hear of orders that finance ends, and of money that comes before there is an invoice: each once."""

from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"


def finance(world: World, record: SuiteRecord, verb: Verb = Verb.UPDATE) -> str:
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(verb, record))
    assert answer.status.success, answer.status
    return str(answer.ref.internal_id)


def close(world: World, order: str, *, closed: bool = True) -> None:
    row = Fields(values={"line": 1, "isClosed": closed})
    lines = {"itemList": Sublist(rows=(row,), mode=SublistMode.MERGE)}
    finance(world, SuiteRecord(type="salesOrder", internal_id=order, sublists=lines))


def deposit(world: World, order: str, amount: str) -> str:
    (customer,) = world.customers("Blue Harbor Logistics")
    record = SuiteRecord(
        type="customerDeposit",
        values={
            "customer": RecordRef(internal_id=customer["internalId"]),
            "salesOrder": RecordRef(internal_id=order),
            "payment": Decimal(amount),
        },
    )
    return finance(world, record, Verb.ADD)


def test_a_deal_is_told_once_that_its_order_was_closed_and_that_it_is_open_again(world: World) -> None:
    box, order = world.ordered(BOX)
    close(world, order)
    for _ in range(2):
        world.tell()
    assert len(world.told(box, "was closed in NetSuite")) == 1
    assert "Closed" in str(world.field(box, "NetSuite status"))

    close(world, order, closed=False)
    for _ in range(2):
        world.tell()
    (told,) = world.told(box, "was closed in NetSuite")
    assert "open again" in told

    close(world, order)
    world.tell()
    (told,) = world.told(box, "was closed in NetSuite")
    assert "open again" not in told


def test_a_deal_is_told_once_that_its_order_was_cancelled(world: World) -> None:
    world.configure_netsuite(default_order_status="_pendingApproval")
    box, order = world.ordered(BOX)
    finance(world, SuiteRecord(type="salesOrder", internal_id=order, values={"orderStatus": "_cancelled"}))
    for _ in range(2):
        world.tell()
    assert len(world.told(box, "was cancelled in NetSuite")) == 1


def test_an_order_that_goes_on_is_not_told_to_be_open(world: World) -> None:
    box, order = world.ordered(BOX)
    world.control.post(f"/netsuite/orders/{order}/touch", json={}).raise_for_status()
    world.tell()
    assert world.told(box, "open again") == []


def test_a_deal_is_told_once_of_each_deposit_as_it_is_now(world: World) -> None:
    box, order = world.ordered(BOX)
    first = deposit(world, order, "12000")
    changed = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.DEPOSIT, id=first)
    with world.product() as product:
        assert product.netsuite.orders_behind([changed]) == {changed: {order}}
    world.tell()
    deposit(world, order, "500.50")
    for _ in range(2):
        world.tell()
    told = world.told(box, "paid in advance")
    assert len(told) == 2
    assert any("12000" in text for text in told)

    record = SuiteRecord(type="customerDeposit", internal_id=first, values={"payment": Decimal(13000)})
    finance(world, record)
    world.tell()
    told = world.told(box, "paid in advance")
    assert len(told) == 2
    assert not any("12000" in text for text in told)


def test_what_a_customer_paid_before_the_order_is_not_read(world: World) -> None:
    """A customer may have paid thousands of times: only what can concern the order is read."""
    _, order = world.ordered(BOX)
    deposit(world, order, "12000")
    world.control.delete("/requests").raise_for_status()
    with world.product() as product:
        (story,) = product.netsuite.order_stories([order]).values()
    assert story.deposited == Decimal(12000)
    of_customers = [
        request["body"]
        for request in world.received("netsuite", "search")
        if "_customerDeposit<" in request["body"] or "voided" in request["body"]
    ]
    assert len(of_customers) == 2
    assert all("lastModifiedDate" in body for body in of_customers)


def test_a_mapping_shows_what_was_paid_in_advance(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "      {{ order.status }}{% if", "      {{ money.deposited }} {{ order.status }}{% if"
    )
    box, order = world.ordered(BOX)
    deposit(world, order, "12000")
    world.tell()
    assert str(world.field(box, "NetSuite status")).startswith("12000")
