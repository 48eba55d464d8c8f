"""Deals in currencies without digits after the point, and with three: one truth from the deal to its payment."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb

World = Any
YEN = {"symbol": "JPY", "name": "Japanese Yen", "exchangeRate": "0.0067"}
DINARS = {"symbol": "KWD", "name": "Kuwaiti Dinar", "exchangeRate": "3.25"}


def sell_in(world: World, folder: Path, currency: Mapping[str, str]) -> str:
    """Let account and mapping know a currency, and bill each shipment; return the currency's internal id."""
    made = world.control.post("/netsuite/currencies", json=currency).raise_for_status().json()
    # The dropdown of the sandbox's boxes has neither, so the deal says it in a text.
    world.change_mapping(
        folder, "\nstatus:\n", "\ninvoice:\n  when: each_shipment\n  deposits: apply\n\nstatus:\n"
    )
    text = world.mapping.read_text()
    world.mapping.write_text(text.replace("from: box.fields.Currency", "from: box.fields.PO number"))
    table = world.mapping.parent / "lookups" / "currency.yaml"
    table.write_text(f"{table.read_text()}{currency['symbol']}: {made['internalId']}\n")
    return str(made["internalId"])


def pay_ahead(world: World, order: Mapping[str, Any], amount: str) -> None:
    """Record a deposit for an order, as finance does."""
    values = {
        "customer": RecordRef(internal_id=order["entity"]["internalId"]),
        "salesOrder": RecordRef(internal_id=order["internalId"]),
        "currency": RecordRef(internal_id=order["currency"]["internalId"]),
        "payment": Decimal(amount),
    }
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.ADD, SuiteRecord(type="customerDeposit", values=values)))
    assert answer.status.success, answer.status


def bill(world: World) -> None:
    with world.product() as product:
        product.order_to_invoice().run()


@pytest.mark.parametrize(
    ("currency", "price", "total", "parts", "ahead"),
    [
        pytest.param(YEN, "3333.5", "10001", ["3334", "6667"], "1000", id="yen"),
        pytest.param(DINARS, "1.2345", "3.704", ["1.235", "2.469"], "0.5", id="dinars"),
    ],
)
def test_a_deal_is_one_sum_from_its_order_to_its_last_payment(
    world: World,
    tmp_path: Path,
    currency: Mapping[str, str],
    price: str,
    total: str,
    parts: list[str],
    ahead: str,
) -> None:
    currency_id = sell_in(world, tmp_path, currency)
    (box,) = world.won_deals(1, Quantity="3", **{"Unit price": price, "PO number": currency["symbol"]})
    world.run()
    (order,) = world.orders(box)
    assert order["currency"]["internalId"] == currency_id
    assert order["total"] == total, "kept to the currency's digits, neither more nor fewer"

    pay_ahead(world, order, ahead)
    for lines in ({"1": "1"}, {"1": "2"}):
        world.finance(f"orders/{order['internalId']}/fulfill", lines=lines)
        bill(world)
    billed = world.netsuite()["invoices"]
    first, second = [one for one in billed if one["createdFrom"]["internalId"] == order["internalId"]]
    assert [first["total"], second["total"]] == parts
    for invoice in (first, second):
        world.finance(f"invoices/{invoice['internalId']}/pay")
    world.tell()

    with world.product() as product:
        report = product.reconcile().run()
    assert report.differences == ()
    name, sum_ = currency["name"], Decimal(total)
    assert report.written == report.found == {name: sum_}
    (money,) = report.money.values()
    assert (money.invoiced, money.paid, money.open) == (sum_, sum_, 0)
    assert f"{name}: {sum_:,} written, {sum_:,} in NetSuite" in report.lines()
