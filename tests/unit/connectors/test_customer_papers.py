"""What customers paid ahead is read once for many orders, and is the same as read for each few of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.customer_papers import (
    CustomerSearch,
    KeptPapers,
    Papers,
    ReadPapers,
)
from streak_netsuite.connectors.netsuite.deposits import Deposits
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import Criterion, SearchRequest
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord

UTC_ZONE = ZoneInfo("UTC")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 100


class Account:
    """Customers with one order and one deposit for it each day; each third deposit is void. Counts what is handed out."""

    def __init__(self, orders: int, *, customers: int = 1) -> None:
        self.count, self.customers = orders, customers
        self.searches, self.records_read = 0, 0
        self.now = BEGIN

    def clock(self) -> datetime:
        return self.now

    def made(self, number: int) -> datetime:
        return BEGIN + timedelta(days=number)

    def customer(self, number: int) -> str:
        return f"c{number % self.customers}"

    def records(self, request: SearchRequest, *, body_only: bool) -> Iterator[Sequence[SuiteRecord]]:
        assert body_only
        self.searches += 1
        asked = cast("dict[str, Criterion]", request.criteria)
        customers = {cast("RecordRef", one).internal_id for one in asked["entity"].values}
        since = asked["lastModifiedDate"].values[0] if "lastModifiedDate" in asked else BEGIN
        for number in range(self.count):
            is_asked = self.customer(number) in customers and self.made(number) >= cast("datetime", since)
            if is_asked and ("voided" not in asked or number % 3 == 0):
                self.records_read += 1
                yield [self._payment(number) if "voided" in asked else self._deposit(number)]

    def _deposit(self, number: int) -> SuiteRecord:
        return SuiteRecord(
            type="customerDeposit",
            internal_id=f"d{number}",
            values={
                "customer": RecordRef(internal_id=self.customer(number)),
                "salesOrder": RecordRef(internal_id=f"o{number}"),
                "tranDate": self.made(number),
                "payment": Decimal(number),
                "status": "Voided" if number % 3 == 0 else "Not Deposited",
            },
        )

    def _payment(self, number: int) -> SuiteRecord:
        return SuiteRecord(
            type="customerPayment",
            internal_id=f"p{number}",
            values={"customer": RecordRef(internal_id=self.customer(number)), "tranDate": self.made(number)},
        )

    @property
    def search(self) -> CustomerSearch:
        return CustomerSearch(cast("Searches", self))

    def send(self, call: Any) -> list[Any]:
        """Answer a getList of orders."""
        refs = call.arguments(SimpleNamespace(ref=lambda ref: ref))["baseRef"]
        orders = [self._order(int(ref.internal_id[1:])) for ref in refs]
        return [SimpleNamespace(record_or_none=lambda *, name, one=one: one) for one in orders]

    def _order(self, number: int) -> SuiteRecord:
        values = {
            "entity": RecordRef(internal_id=self.customer(number)),
            "createdDate": self.made(number),
        }
        return SuiteRecord(type="salesOrder", internal_id=f"o{number}", values=values)


def passed(account: Account, papers: Papers, starts: Sequence[int]) -> list[Any]:
    """Ask for the papers of all orders, a few at a time, as reconcile does."""
    found: list[Any] = []
    for start in starts:
        numbers = range(start, min(start + AT_ONCE, account.count))
        customers = sorted({account.customer(number) for number in numbers})
        orders, since = [f"o{number}" for number in numbers], account.made(start)
        deposits = papers.deposits(customers, orders, since)
        papers.voided(customers, since)
        found.append({order: list(some) for order, some in deposits.items()})
    return found


def kept(account: Account) -> KeptPapers:
    return KeptPapers(search=account.search, zone=UTC_ZONE, clock=account.clock)


def read_for(count: int, *, backwards: bool = False) -> int:
    account = Account(count)
    starts = range(0, count, AT_ONCE)
    passed(account, kept(account), [*reversed(starts)] if backwards else [*starts])
    return account.records_read


@pytest.mark.parametrize("backwards", [False, True])
def test_ten_times_the_orders_of_one_customer_read_ten_times_as_much(*, backwards: bool) -> None:
    few, many = read_for(500, backwards=backwards), read_for(5000, backwards=backwards)
    assert many <= 11 * few
    assert many <= 2 * (5000 + 5000 / 3) + AT_ONCE * 2, "each record twice at most"


@pytest.mark.parametrize("customers", [1, 7])
@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_kept_is_what_would_be_read(customers: int, *, backwards: bool) -> None:
    account = Account(1000, customers=customers)
    starts = [*range(0, 1000, AT_ONCE)]
    starts = [*reversed(starts)] if backwards else starts
    plain = ReadPapers(search=account.search, zone=UTC_ZONE)
    assert passed(account, kept(account), starts) == passed(account, plain, starts)
    assert sum(len(found) for found in passed(account, plain, starts)) == 1000


def test_what_was_voided_is_kept_by_customer() -> None:
    account = Account(30, customers=2)
    papers, plain = kept(account), ReadPapers(search=account.search, zone=UTC_ZONE)
    assert papers.voided(["c0", "c1"], BEGIN) == plain.voided(["c0", "c1"], BEGIN)
    assert papers.voided(["c1"], BEGIN) == plain.voided(["c1"], BEGIN)
    assert [one.voided for one in papers.voided(["c1"], BEGIN)["c1"]] == [True] * 5


def test_papers_are_read_again_after_some_minutes() -> None:
    account = Account(10)
    papers = kept(account)
    assert "o12" not in papers.deposits(["c0"], ["o12"], BEGIN)
    account.count = 20
    account.now += timedelta(minutes=4)
    assert "o12" not in papers.deposits(["c0"], ["o12"], BEGIN)
    account.now += timedelta(minutes=4)
    assert [one.internal_id for one in papers.deposits(["c0"], ["o12"], BEGIN)["o12"]] == ["d12"]


def test_the_deposits_of_many_orders_are_read_once() -> None:
    account = Account(2000)
    deposits = Deposits(cast("SoapClient", account), cast("Searches", account))
    found = deposits.of_orders([f"o{number}" for number in range(1900, 2000)])
    assert found == {f"o{number}": [f"d{number}"] for number in range(1900, 2000)}
    assert account.searches == 1
    assert account.records_read == 101, (
        "no older ones: what is paid for an order was changed since it was made"
    )
