"""What became of an order: what was sent, billed, paid and credited, as one story."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.reference import Reference

ZERO = Decimal(0)


class OrderState(StrEnum):
    """How far an order has come, in the order in which a salesperson cares.

    ORDERED         nothing has happened to it yet
    PARTLY_SHIPPED  some of it has left the house
    SHIPPED         all of it has
    INVOICED        all that is billed waits to be paid
    OVERDUE         something billed is past its due date
    PARTLY_PAID     some of what is billed is paid
    PAID            all that is billed is paid, and the order is billed whole
    CLOSED          closed or cancelled in NetSuite
    DELETED         deleted in NetSuite
    """

    ORDERED = "ordered"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    OVERDUE = "overdue"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    CLOSED = "closed"
    DELETED = "deleted"


class EventKind(StrEnum):
    """What can happen to an order that a deal is told of."""

    SHIPPED = "shipped"
    INVOICED = "invoiced"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDITED = "credited"
    REFUNDED = "refunded"
    VOIDED = "voided"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"
    DEPOSITED = "deposited"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    CREDIT_HELD = "credit_held"
    CREDIT_RELEASED = "credit_released"


# What is left of an order in another status is not held up by its customer's credit: nothing of it is to be sent.
_UNSENT = frozenset(
    {"pendingApproval", "pendingFulfillment", "partiallyFulfilled", "pendingBillingPartFulfilled"}
)
# NetSuite has nothing left to send of an order in such a status: services, item groups and closed lines do not count there.
_SENT = frozenset({"pendingBilling", "fullyBilled"})
_ENDS = {
    "closed": EventKind.CLOSED,
    "cancelled": EventKind.CANCELLED,
    OrderState.DELETED.value: EventKind.DELETED,
}
# What names the events of a document, before its internal id.
_EVENTS: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.FULFILLMENT: ("delivery",),
    RecordKind.INVOICE: ("invoice", "overdue"),
    RecordKind.PAYMENT: (EventKind.PAID.value,),
    RecordKind.DEPOSIT_APPLICATION: (EventKind.PAID.value,),
    RecordKind.CREDIT_MEMO: (EventKind.CREDITED.value,),
    RecordKind.REFUND: (EventKind.REFUNDED.value,),
    RecordKind.DEPOSIT: ("deposit",),
}
SHIPPED = "shipped"
"""The status of a delivery that has left; one that is only picked or packed has not."""
INVOICE = "invoice"
"""What an invoice is called where documents of several kinds are told of."""
DUE_DATE = "due date"
"""What an invoice's being overdue is called there."""
_DOCUMENT_WORDS: Mapping[RecordKind, str] = {
    RecordKind.SALES_ORDER: "sales order",
    RecordKind.FULFILLMENT: "shipment",
    RecordKind.INVOICE: INVOICE,
    RecordKind.PAYMENT: "payment",
    RecordKind.DEPOSIT_APPLICATION: "deposit application",
    RecordKind.CREDIT_MEMO: "credit memo",
    RecordKind.REFUND: "refund",
    RecordKind.DEPOSIT: "deposit",
}
_DOCUMENT_EVENT = re.compile(rf"(?:{'|'.join(sorted({w for ws in _EVENTS.values() for w in ws}))}) \d+\Z")


def event_names(document: ExternalRef) -> list[str]:
    """Return the names of the events by which deals are told of a document."""
    return [f"{what} {document.id}" for what in _EVENTS.get(document.kind, ())]


def is_document_event(name: str) -> bool:
    """Tell whether an event's name is that of a document's."""
    return _DOCUMENT_EVENT.match(name) is not None


_SHOWN = {"fullyBilled": "Billed", "pendingBillingPartFulfilled": "Pending Billing/Partially Fulfilled"}


def status_in_words(status: str) -> str:
    """Return an order's status as NetSuite's pages show it: "pendingFulfillment" is "Pending Fulfillment"."""
    return _SHOWN.get(status) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", status[:1].upper() + status[1:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Something that was sent. `tracking` joins the parcels' numbers with commas."""

    internal_id: str
    number: str
    dated: date
    status: str
    tracking: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """An invoice, in the order's currency."""

    internal_id: str
    number: str
    dated: date
    due: date | None
    total: Decimal
    open: Decimal
    voided: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """Money that settles the order's invoices, or goes back.

    Attributes:
        kind: PAID for a payment, CREDITED for a credit memo, REFUNDED for what was paid back.
        amount: what concerns this order; a payment may settle others' invoices, too.
        elsewhere: what of it counts elsewhere: a credit that settles another order's invoice, a deposit that is paid back.
    """

    internal_id: str
    number: str
    kind: EventKind
    dated: date
    amount: Decimal
    voided: bool = False
    elsewhere: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class Deposit:
    """Money that was paid for the order before there was an invoice. Applied to one, it is a settlement as well.

    Attributes:
        paid_back: what of it went back to the customer; the refund is a settlement, too.
    """

    internal_id: str
    number: str
    dated: date
    amount: Decimal
    voided: bool = False
    paid_back: Decimal = ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryEvent:
    """One thing that happened.

    Attributes:
        name: names it among the order's events, for ever ("invoice 812").
        amount: None for a delivery.
        open: what is still to be paid of an invoice.
        document: of a deletion, what was deleted ("invoice", "sales order"); of what was told and does not hold any more, what
            that was about ("shipment", "payment", "due date").
    """

    name: str
    kind: EventKind
    number: str
    dated: date
    amount: Decimal | None = None
    due: date | None = None
    open: Decimal | None = None
    tracking: str = ""
    document: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderStory:
    """An order with all that came of it.

    Attributes:
        status: NetSuite's word ("pendingFulfillment").
        ordered, shipped: quantities over all lines.
        billed_whole: whether nothing is left to be billed.
        voided: what was voided of what has settled invoices of the customer, this order's or others'.
        changed: the day the order was changed last.
        customer_on_hold: whether the customer is on credit hold; None when nobody knows.
        drop_shipped: how many of its lines a vendor sends.
        purchases: internal ids of the purchase orders behind those.
    """

    internal_id: str
    number: str
    url: str
    status: str
    dated: date
    total: Decimal
    currency: str
    customer: Reference
    ordered: Decimal = ZERO
    shipped: Decimal = ZERO
    billed_whole: bool = False
    deliveries: tuple[Delivery, ...] = ()
    bills: tuple[Bill, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    voided: tuple[Settlement, ...] = ()
    changed: date | None = None
    customer_on_hold: bool | None = None
    drop_shipped: int = 0
    purchases: tuple[str, ...] = ()

    @property
    def on_credit_hold(self) -> bool:
        """Whether something of it is still to be sent to a customer who is on credit hold."""
        return self.customer_on_hold is True and self.status in _UNSENT

    @property
    def deposited(self) -> Decimal:
        """What was paid for the order before there was an invoice, applied or not, less what was paid back."""
        return sum((one.amount - one.paid_back for one in self.deposits if not one.voided), ZERO)

    @property
    def invoiced(self) -> Decimal:
        """What was billed."""
        return sum((bill.total for bill in self._valid_bills), ZERO)

    @property
    def open(self) -> Decimal:
        """What is still to be paid of what was billed."""
        return sum((bill.open for bill in self._valid_bills), ZERO)

    @property
    def paid(self) -> Decimal:
        """What was paid, less what was paid back."""
        return self._settled(EventKind.PAID) - self._settled(EventKind.REFUNDED)

    @property
    def credited(self) -> Decimal:
        """What was credited."""
        return self._settled(EventKind.CREDITED)

    @property
    def due(self) -> date | None:
        """When the next open invoice is due."""
        return min((bill.due for bill in self._valid_bills if bill.open > 0 and bill.due), default=None)

    @property
    def tracking(self) -> str:
        """The tracking numbers of all parcels, with commas."""
        return ", ".join(dict.fromkeys(d.tracking for d in self.deliveries if d.tracking))

    def state(self, today: date) -> OrderState:
        """Return how far the order has come."""
        if self.status == OrderState.DELETED:
            return OrderState.DELETED
        if self.status in {"closed", "cancelled"} and not self._valid_bills:
            return OrderState.CLOSED
        if self._valid_bills:
            return self._billed_state(today)
        if self.shipped <= 0:
            return OrderState.ORDERED
        is_sent = self.status in _SENT or self.shipped >= self.ordered
        return OrderState.SHIPPED if is_sent else OrderState.PARTLY_SHIPPED

    def events(self) -> Iterator[StoryEvent]:
        """Yield what happened, oldest first; a voided document is told as such under the same name."""
        happened = [*self._deliveries(), *self._deposits(), *self._billings(), *self._settlings()]
        yield from sorted(happened, key=lambda event: (event.dated, event.name))

    def voided_events(self) -> Iterator[StoryEvent]:
        """Yield what was voided and may have been this order's: it was if somebody was told of it before."""
        yield from _settled(self.voided)

    def ended_event(self) -> StoryEvent:
        """Return that the order was closed, cancelled or deleted, dated the day it was changed last; else that it is open again.

        It is open again only if somebody was told that it had ended.
        """
        kind = _ENDS.get(self.status, EventKind.REOPENED)
        return StoryEvent(
            name=f"end of order {self.internal_id}",
            kind=kind,
            number=self.number,
            dated=self.changed or self.dated,
            amount=self.total,
            document=_DOCUMENT_WORDS[RecordKind.SALES_ORDER] if kind is EventKind.DELETED else "",
        )

    def credit_event(self, today: date) -> StoryEvent | None:
        """Return that the order waits for its customer's credit, else that it does not; NetSuite keeps no day of it.

        It has been released only if somebody was told that it waited. None when nobody knows.
        """
        if self.customer_on_hold is None:
            return None
        return StoryEvent(
            name=f"credit hold {self.internal_id}",
            kind=EventKind.CREDIT_HELD if self.on_credit_hold else EventKind.CREDIT_RELEASED,
            number=self.number,
            dated=today,
            amount=self.total,
        )

    def overdue_events(self, today: date) -> Iterator[StoryEvent]:
        """Yield one event for each invoice whose due date has passed, dated the first day it was late.

        `open` is zero for one that is settled or void: it was late only if somebody was told so before.
        """
        for one in self.bills:
            if one.due is not None and one.due < today:
                yield StoryEvent(
                    name=f"overdue {one.internal_id}",
                    kind=EventKind.OVERDUE,
                    number=one.number,
                    dated=one.due + timedelta(days=1),
                    amount=one.total,
                    due=one.due,
                    open=ZERO if one.voided else one.open,
                )

    def taken_back_events(self, today: date) -> Iterator[StoryEvent]:
        """Yield what holds not, or not any more: deliveries that have not left, and invoices that are not late.

        Each was told and has been taken back only if somebody was told of it before.
        """
        for one in self.deliveries:
            if one.status != SHIPPED:
                yield replace(
                    _taken_back(f"delivery {one.internal_id}", one.number, one.dated),
                    document=_DOCUMENT_WORDS[RecordKind.FULFILLMENT],
                )
        for bill in self.bills:
            if bill.due is not None and bill.due >= today:
                late = _taken_back(f"overdue {bill.internal_id}", bill.number, bill.dated)
                open_ = ZERO if bill.voided else bill.open
                yield replace(late, due=bill.due, open=open_, amount=bill.total, document=DUE_DATE)

    @property
    def _valid_bills(self) -> list[Bill]:
        return [bill for bill in self.bills if not bill.voided]

    def _billed_state(self, today: date) -> OrderState:
        if self.open <= 0 and self.billed_whole:
            return OrderState.PAID
        if self.due is not None and self.due < today:
            return OrderState.OVERDUE
        return OrderState.PARTLY_PAID if self.open < self.invoiced else OrderState.INVOICED

    def _settled(self, kind: EventKind) -> Decimal:
        return sum(
            (s.amount - s.elsewhere for s in self.settlements if s.kind is kind and not s.voided), ZERO
        )

    def _deliveries(self) -> Iterator[StoryEvent]:
        for one in self.deliveries:
            if one.status == SHIPPED:
                yield StoryEvent(
                    name=f"delivery {one.internal_id}",
                    kind=EventKind.SHIPPED,
                    number=one.number,
                    dated=one.dated,
                    tracking=one.tracking,
                )

    def _deposits(self) -> Iterator[StoryEvent]:
        for one in self.deposits:
            yield _money_event(f"deposit {one.internal_id}", one, EventKind.DEPOSITED, one.amount)

    def _billings(self) -> Iterator[StoryEvent]:
        for one in self.bills:
            event = _money_event(f"invoice {one.internal_id}", one, EventKind.INVOICED, one.total)
            yield replace(event, due=one.due, open=one.open)

    def _settlings(self) -> Iterator[StoryEvent]:
        yield from _settled(self.settlements)


def deleted_order(internal_id: str, number: str, on: date) -> OrderStory:
    """Return all that can still be told of an order that was deleted."""
    return OrderStory(
        internal_id=internal_id,
        number=number,
        url="",
        status=OrderState.DELETED.value,
        dated=on,
        total=ZERO,
        currency="",
        customer=Reference(internal_id="0"),
    )


def deleted_event(name: str, document: ExternalRef, told_of: date) -> StoryEvent:
    """Return that a document was deleted, in place of what was told of it: under its name, and at its day."""
    return StoryEvent(
        name=name,
        kind=EventKind.DELETED,
        number=document.id,
        dated=told_of,
        document=_DOCUMENT_WORDS[document.kind],
    )


def moved_event(name: str, document: ExternalRef, told_of: date) -> StoryEvent:
    """Return that a document does not count for an order any more, in place of what was told of it: under its name, and at its day."""
    return replace(_taken_back(name, document.id, told_of), document=_DOCUMENT_WORDS[document.kind])


def _taken_back(name: str, number: str, dated: date) -> StoryEvent:
    return StoryEvent(name=name, kind=EventKind.WITHDRAWN, number=number, dated=dated)


def _settled(settlements: Iterable[Settlement]) -> Iterator[StoryEvent]:
    for one in settlements:
        yield _money_event(f"{one.kind} {one.internal_id}", one, one.kind, one.amount)


def _money_event(name: str, one: Bill | Settlement | Deposit, kind: EventKind, amount: Decimal) -> StoryEvent:
    """Return what a document with an amount tells; a void one says so under its name."""
    return StoryEvent(
        name=name,
        kind=EventKind.VOIDED if one.voided else kind,
        number=one.number,
        dated=one.dated,
        amount=amount,
    )
