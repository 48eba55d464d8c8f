"""What customers paid ahead, and what was voided of theirs: searched by customer, and told by order.

Which search field holds a deposit's order is not established, and a void document is applied to nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import required_day
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.order_story import Deposit, EventKind, Settlement

SETTLING: Mapping[str, EventKind] = {
    "customerPayment": EventKind.PAID,
    "depositApplication": EventKind.PAID,
    "creditMemo": EventKind.CREDITED,
    "customerRefund": EventKind.REFUNDED,
}
_VOIDED = ("_customerPayment", "_creditMemo", "_customerRefund")
_ASKED_AT_ONCE = 100  # customers in one criterion; Oracle names no limit
_CLOCKS_APART = timedelta(days=1)  # of what NetSuite dates itself, generously
_FRESH = timedelta(minutes=5)


class Papers(Protocol):
    """Reads what customers paid ahead, and what was voided of theirs."""

    def deposits(
        self, customers: Sequence[str], orders: Collection[str], since: datetime | None
    ) -> Mapping[str, Sequence[Deposit]]:
        """Return by order the deposits that were paid for it and changed since a time; None: whenever that was."""

    def voided(
        self, customers: Sequence[str], since: datetime | None
    ) -> Mapping[str, tuple[Settlement, ...]]:
        """Return by customer what was voided of what settles invoices, and changed since a time."""


class CustomerSearch:
    """Searches transactions by customer."""

    def __init__(self, searches: Searches) -> None:
        self._searches = searches

    def records(
        self, customers: Sequence[str], types: Sequence[str], since: datetime | None, **more: Criterion
    ) -> Iterator[SuiteRecord]:
        """Yield customers' transactions that were changed since a time, without their lists, page by page."""
        if since is not None:
            more["lastModifiedDate"] = on_or_after(since)
        for start in range(0, len(customers), _ASKED_AT_ONCE):
            asked = customers[start : start + _ASKED_AT_ONCE]
            request = SearchRequest(
                subject="Transaction",
                criteria={
                    "entity": any_of(*(RecordRef(type="customer", internal_id=one) for one in asked)),
                    "type": any_of(*types),
                    "mainLine": checked(value=True),
                    **more,
                },
            )
            for page in self._searches.records(request, body_only=True):
                yield from page

    def deposits(self, customers: Sequence[str], since: datetime | None) -> Iterator[SuiteRecord]:
        """Yield what customers paid before there was an invoice."""
        yield from self.records(customers, ("_customerDeposit",), since)


@dataclass(frozen=True, kw_only=True)
class ReadPapers:
    """Reads them as they are now. Thousands for other orders are passed by, page by page."""

    search: CustomerSearch
    zone: ZoneInfo

    def deposits(
        self, customers: Sequence[str], orders: Collection[str], since: datetime | None
    ) -> Mapping[str, Sequence[Deposit]]:
        """Return by order the deposits that were paid for it and changed since a time."""
        found: dict[str, list[Deposit]] = {}
        for record in self.search.deposits(customers, since):
            if (order := paid_for(record)) in orders:
                found.setdefault(order, []).append(_deposit(record, self.zone))
        return found

    def voided(
        self, customers: Sequence[str], since: datetime | None
    ) -> Mapping[str, tuple[Settlement, ...]]:
        """Return by customer what was voided of what settles invoices, and changed since a time.

        A void one is worth nothing and applied to nothing: which order it was for only those know who were told of it.
        """
        found: dict[str, list[Settlement]] = {}
        for record in self.search.records(customers, _VOIDED, since, voided=checked(value=True)):
            void = settlement(record, Decimal(0), zone=self.zone, voided=True)
            found.setdefault(customer_of(record), []).append(void)
        return {customer: tuple(some) for customer, some in found.items()}


@dataclass(slots=True)
class _Kept:
    """What was read of one customer.

    Attributes:
        since: from when on; None: all.
        at: when.
    """

    since: datetime | None
    at: datetime
    deposits: dict[str, list[Deposit]] = field(default_factory=dict)
    voided: tuple[Settlement, ...] = ()

    def answers(self, since: datetime | None, *, now: datetime) -> bool:
        reaches = self.since is None or (since is not None and since >= self.since)
        return reaches and now - self.at <= _FRESH


@dataclass(frozen=True, kw_only=True)
class KeptPapers:
    """Reads a customer's once for many orders of his, which are asked for a few at a time, and keeps them by order.

    They are read again after some minutes, and when an older order asks for more: then all of them, so that it is
    the last time, in whatever order the orders come.

    Attributes:
        clock: aware UTC now.
    """

    search: CustomerSearch
    zone: ZoneInfo
    clock: Callable[[], datetime]
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def deposits(
        self, customers: Sequence[str], orders: Collection[str], since: datetime | None
    ) -> Mapping[str, Sequence[Deposit]]:
        """Return by order the deposits that were paid for it."""
        self._read(customers, since)
        kept = [self._kept[customer].deposits for customer in customers]
        return {order: some for order in orders for one in kept if (some := one.get(order))}

    def voided(
        self, customers: Sequence[str], since: datetime | None
    ) -> Mapping[str, tuple[Settlement, ...]]:
        """Return by customer what was voided of what settles invoices; some may be older than was asked."""
        self._read(customers, since)
        return {customer: self._kept[customer].voided for customer in customers}

    def _read(self, customers: Sequence[str], since: datetime | None) -> None:
        now = self.clock()
        asked = [one for one in customers if not self._answers(one, since, now)]
        again = [one for one in asked if one in self._kept]
        first = [one for one in asked if one not in self._kept]
        for some, start in ((again, None), (first, since)):
            if some:
                self._keep(some, start, now)

    def _answers(self, customer: str, since: datetime | None, now: datetime) -> bool:
        kept = self._kept.get(customer)
        return kept is not None and kept.answers(since, now=now)

    def _keep(self, customers: Sequence[str], since: datetime | None, now: datetime) -> None:
        papers = ReadPapers(search=self.search, zone=self.zone)
        voided = papers.voided(customers, since)
        for customer in customers:
            self._kept[customer] = _Kept(since=since, at=now, voided=voided.get(customer, ()))
        for record in self.search.deposits(customers, since):
            if (order := paid_for(record)) and (kept := self._kept.get(customer_of(record))) is not None:
                kept.deposits.setdefault(order, []).append(_deposit(record, self.zone))


def settlement(record: SuiteRecord, amount: Decimal, *, zone: ZoneInfo, voided: bool) -> Settlement:
    """Return a payment, credit or refund with what of it concerns an order."""
    return Settlement(
        internal_id=record.internal_id,
        number=record.text("tranId") or record.internal_id,
        kind=SETTLING[record.type],
        dated=required_day(record, "tranDate", zone),
        amount=amount,
        voided=voided,
    )


def made_since(orders: Iterable[SuiteRecord]) -> datetime | None:
    """Return since when something can have become of these orders; None when nobody knows.

    What is tied to an order, or settles it, was changed after the order was made, if only to be tied to it.
    """
    made = [order.moment("createdDate") for order in orders]
    known = [one for one in made if one is not None]
    return min(known) - _CLOCKS_APART if known and len(known) == len(made) else None


def customer_of(record: SuiteRecord) -> str:
    """Return the internal id of a transaction's customer, or ""."""
    customer = record.ref("entity") or record.ref("customer")
    return customer.internal_id if customer is not None else ""


def paid_for(deposit: SuiteRecord) -> str:
    """Return the internal id of the order that a deposit was paid for, or ""."""
    order = deposit.ref("salesOrder")
    return order.internal_id if order is not None else ""


def is_void(record: SuiteRecord) -> bool:
    """Tell whether a document was voided."""
    return "void" in record.text("status").lower()


def _deposit(record: SuiteRecord, zone: ZoneInfo) -> Deposit:
    return Deposit(
        internal_id=record.internal_id,
        number=record.text("tranId") or record.internal_id,
        dated=required_day(record, "tranDate", zone),
        amount=record.amount("payment") or Decimal(0),
        voided=is_void(record),
    )
