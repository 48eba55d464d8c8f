"""Shipped orders are billed: once for each shipment or once for the whole, as the mapping says, or never."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from streak_netsuite.errors import RecordError, RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.flows.batch import STUCK
from streak_netsuite.flows.invoice_text import PlannedInvoice, invoice_text
from streak_netsuite.flows.queued import OUTCOME_UNKNOWN, QueuedWrites, Sent
from streak_netsuite.flows.report import RunReport
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.intent import GIVEN_UP, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Dismissal
from streak_netsuite.sync.ports import BillableOrder, InvoiceDesk

log = logging.getLogger(__name__)

FLOW = "order_to_invoice"
INVOICE_KEY = "streak-inv"
DEPOSIT_KEY = "streak-dep"
PERIOD_CLOSED = "PERIOD_CLOSED"
NOT_BILLABLE = "NOT_BILLABLE"
INVOICE_GONE = "INVOICE_GONE"
LEFT_TO_FINANCE = "left"
"""In the payload of an invoice that is held, and of its hold: what waited to be billed when a person was asked, by order
line; None where NetSuite did not say. Whoever dismisses the hold takes that on."""
# In the payload:
_INSTEAD_OF = "instead_of"  # the invoice that is gone
_RELEASED = "released"  # a person lets it be billed again; any later answer may have an error of its own
_ALL_GONE = "all_gone"  # the invoices that were gone then
_BESIDES = "besides"  # what is not to be billed, by order line
_AGAIN = "again"  # how often its order waited to be billed once more after it did not

_NOTED = frozenset({INVOICE_GONE, GIVEN_UP})  # what waited is kept with these before they are sent
_NOTHING_TO_BILL = "NOTHING_TO_BILL"
_UNDERWAY = frozenset({IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN})
_MOST_DELETED = 20  # invoices of one order; beyond so many, one of ours that is gone is not missed


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """What some writes need, read at once.

    Attributes:
        orders: what of them can be billed, by internal id.
        deposits: what was paid for orders ahead, by the order.
    """

    orders: Mapping[str, BillableOrder]
    deposits: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unwanted:
    """An invoice that a person does not want to be made.

    Attributes:
        left: what waited to be billed when they were asked, by order line; None where nobody knows.
    """

    invoice: Intent
    left: Mapping[int, Decimal] | None

    def asked_at(self) -> datetime:
        """Return when it was refused, or given up: nothing else of its order is asked about in between."""
        assert self.invoice.answered_at is not None, "what was refused was answered"
        return self.invoice.answered_at


@dataclass(frozen=True, kw_only=True)
class OrderToInvoice(QueuedWrites[Ready]):
    """The flow. NetSuite's own status says what waits to be billed, so nothing has to be remembered to be found.

    Each invoice has a key of its order and its place among the order's invoices. A second try looks for the key
    first, and NetSuite refuses a second invoice under it.

    Attributes:
        zone: the company's; decides what day it is.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.INVOICE, RecordKind.DEPOSIT_APPLICATION)
    GONE: ClassVar[frozenset[str]] = frozenset({NOT_BILLABLE})

    erp: InvoiceDesk
    spec: MappingSpec
    zone: ZoneInfo

    def run(self) -> RunReport:
        """Plan what is to be billed, and bill it; return what was done."""
        self.plan()
        return self.drain()

    def plan(self) -> int:
        """Queue an invoice for each of our orders that waits for one; return how many are due."""
        drafts = list(self.drafts())
        return self.memory.plan_writes(drafts, now=self.clock()) if drafts else 0

    def preview(self, boxes: Collection[str] | None = None) -> list[str]:
        """Return in words what would be billed now, each invoice as NetSuite would fill it. Writes and keeps nothing.

        Args:
            boxes: keys of the boxes whose orders are meant; None for all.
        """
        orders = self._billable(boxes)
        waiting = self._waiting(orders)
        due = list(self._due(orders, waiting))
        known = self.memory.find_intents([draft.operation_key for _, draft in due]) if due else {}
        applies = self.spec.invoice.deposits == "apply" and bool(due)
        deposits = self.erp.deposits_of([order.internal_id for order, _ in due]) if applies else {}
        told = [
            self._previewed(order, draft, known.get(draft.operation_key), deposits.get(order.internal_id, ()))
            for order, draft in due
        ]
        numbers = {order.internal_id: order.number for order in orders}
        later = [f"LATER invoice of order {numbers[one]}: {why}" for one, why in waiting.items()]
        return [text for text in told if text] + later

    def _previewed(
        self, order: BillableOrder, draft: IntentDraft, known: Intent | None, deposits: Sequence[str]
    ) -> str:
        if known is not None and (decided := self._decided(order, known)) is not None:
            return decided
        hold = f"HOLD invoice of order {order.number}: "
        gone = draft.payload.get(_INSTEAD_OF)
        if gone and (known is None or not _is_released(known)):
            return f"{hold}invoice {gone} does not exist in NetSuite any more (rule {INVOICE_GONE})"
        try:
            preview = self.erp.preview_invoice(order.internal_id, besides=_quantities(draft, _BESIDES))
        except RejectedByVendor as error:
            return f"{hold}{error}"
        day = self._open_day(self._days(order))
        if day is None:
            return f"{hold}the period of {self._days(order)[0]} is closed (rule invoice.closed_period: hold)"
        invoice = PlannedInvoice(
            order_number=order.number,
            operation_key=draft.operation_key,
            when=self.spec.invoice.when,
            dated=day,
            dated_rule=self.spec.invoice.dated,
            preview=preview,
            note=_moved(day, self._days(order)[0]),
            deposits=deposits,
        )
        return invoice_text(invoice)

    def _decided(self, order: BillableOrder, known: Intent) -> str | None:
        """Return in words what became of an invoice that is not made now; None for one that would be."""
        invoice = f"invoice of order {order.number}"
        if known.state is IntentState.SUCCEEDED:
            return ""  # finance has removed it
        if known.state is IntentState.REJECTED and not _is_billable_again(known):
            if (seen := self._dismissal(known)) is not None:
                on = f"{seen.actor} has dismissed it on {seen.at:%Y-%m-%d}: {seen.reason}"
                return f"SKIP {invoice}: {known.error}; {on} (rule: dismissed)"
            return f"HOLD {invoice}: {known.error} (rule: a person releases it)"
        if known.parked:
            return (
                f"HOLD {invoice}: nobody knows whether it landed: {known.error} (rule: a person releases it)"
            )
        if known.state is IntentState.UNKNOWN:
            return f"LATER {invoice}: it was sent, and is looked for before it is sent again: {known.error}"
        return None

    def _dismissal(self, known: Intent) -> Dismissal | None:
        """Return who wants nothing more done about a refused invoice, if anybody does."""
        codes = (OUTCOME_UNKNOWN, STUCK) if known.error_code == GIVEN_UP else (known.error_code,)
        found = (one for code in codes for one in self.memory.find_dismissals([known.subject], code=code))
        since = known.answered_at
        mine = [one for one in found if one.operation_key == known.operation_key]
        return next((one for one in reversed(mine) if since is None or one.at >= since), None)

    def _open_day(self, days: Sequence[date]) -> date | None:
        """Return the first of these days whose posting period is open."""
        closed = self.erp.closed_periods()
        return next((day for day in days if not any(one <= day <= other for one, other in closed)), None)

    def unbilled(self) -> Mapping[str, str]:
        """Return the orders that are ours to bill now and of which a person wants no invoice: by internal id, why there was none."""
        orders = self._billable()
        due = list(self._due(orders, self._waiting(orders)))
        known = self.memory.find_intents([draft.operation_key for _, draft in due]) if due else {}
        found = [(order, known.get(draft.operation_key)) for order, draft in due]
        return {order.internal_id: one.error for order, one in found if one and self._unwanted([one])}

    def drafts(self) -> Iterator[IntentDraft]:
        """Yield the invoices that would be made. Only orders of boxes are billed by us."""
        orders = self._billable()
        due = [draft for _, draft in self._due(orders, self._waiting(orders))]
        known = self.memory.find_intents([draft.operation_key for draft in due]) if due else {}
        return (_continued(draft, known.get(draft.operation_key)) for draft in due)

    def _billable(self, boxes: Collection[str] | None = None) -> list[BillableOrder]:
        """Return our orders that NetSuite holds for billable."""
        if self.spec.invoice.when == "never":
            return []
        found = self.memory.find_boxes(self.erp.billable_orders())
        ours = [order for order, tie in found.items() if boxes is None or tie.streak.id in boxes]
        return list(self.erp.describe_billable(sorted(ours)).values()) if ours else []

    def _due(
        self, orders: Sequence[BillableOrder], waiting: Collection[str]
    ) -> Iterator[tuple[BillableOrder, IntentDraft]]:
        for order in orders:
            if order.internal_id not in waiting and self._is_far_enough(order):
                yield order, self._next(order)

    def _waiting(self, orders: Sequence[BillableOrder]) -> Mapping[str, str]:
        """Return which orders are not ours to bill now, as vendors send something of them, and why."""
        policy = self.spec.invoice.drop_shipped
        by_vendors = [order for order in orders if order.drop_shipped]
        if policy == "leave":
            rule = "a vendor sends goods of it, so finance bills it (rule invoice.drop_shipped: leave)"
            return {order.internal_id: rule for order in by_vendors}
        purchases = [one for order in by_vendors for one in order.purchases]
        if policy == "as_shipped" or not by_vendors:
            return {}
        unbilled = self.erp.unbilled_purchases(purchases) if purchases else frozenset()
        found = {order.internal_id: _missing(order, unbilled) for order in by_vendors}
        return {one: why for one, why in found.items() if why}

    def _next(self, order: BillableOrder) -> IntentDraft:
        """Return an order's next invoice: one that is underway, else one in the place of one that is gone, else a new one.

        Of an order of which a person does not want an invoice, what was shipped since is billed, and no more, until
        finance has billed in its place: NetSuite's own count of the order's invoices says so.
        """
        keys = invoice_keys(order.internal_id, order.invoices)
        known = self.memory.find_intents(keys)
        ours = {place: known[key] for place, key in enumerate(keys, start=1) if key in known}
        underway = [one for one in ours.values() if one.state in _UNDERWAY]
        if underway:  # what it bills is not known before it has landed, so nothing is billed beside it
            return _draft_of(underway[0])
        made = [one for one in ours.values() if one.state is IntentState.SUCCEEDED]
        unwanted = self._unwanted(ours.values())
        taken = {one.operation_key for one in (*made, *(each.invoice for each in unwanted))}
        beyond = max(order.invoices, *(place for place, one in ours.items() if one.operation_key in taken), 0)
        if order.invoices >= beyond:
            return self._draft(order, beyond + 1)
        return self._beside(order, self._gone(made), unwanted, beyond + 1)

    def _gone(self, made: Iterable[Intent]) -> list[Intent]:
        """Return our invoices that do not exist any more, and that nothing has taken the place of."""
        last = [self._last(intent) for intent in made]
        return [one for one in last if self.erp.find_invoice(one.operation_key) is None]

    def _last(self, intent: Intent) -> Intent:
        while (replaced := self._replacement(intent)) is not None:
            intent = replaced
        return intent

    def _beside(
        self, order: BillableOrder, gone: Sequence[Intent], unwanted: Sequence[_Unwanted], place: int
    ) -> IntentDraft:
        """Return the invoice in the place of one that is gone, or that of what came later than what nobody wants from us."""
        known = self.memory.find_intents([instead_key(one) for one in gone])
        instead = self._unwanted(one for one in known.values() if _ALL_GONE in one.payload)
        seen = {invoice for one in instead for invoice in one.invoice.payload[_ALL_GONE]}
        # Who was asked last was asked about all that waited then, also what others had left before.
        last = max((*unwanted, *instead), key=_Unwanted.asked_at, default=None)
        besides = last.left if last is not None else {}
        asked = next((one for one in gone if one.result_id not in seen), None)
        if asked is not None:
            return self._instead(order, asked, besides or {})
        if last is None:
            return self._draft(order, place)
        waits = self._to_bill(order.internal_id) or {}
        if besides is not None and any(waits[line] > besides.get(line, 0) for line in waits):
            return self._draft(order, place, besides)
        return _draft_of(last.invoice)

    def _unwanted(self, invoices: Iterable[Intent]) -> list[_Unwanted]:
        """Return those of these invoices that a person does not want to be made."""
        refused = [
            one for one in invoices if one.state is IntentState.REJECTED and one.error_code not in self.GONE
        ]
        seen = [(one, self._dismissal(one)) for one in refused]
        return [_Unwanted(invoice=one, left=_left(one, found)) for one, found in seen if found is not None]

    def _to_bill(self, order_id: str) -> Mapping[int, Decimal] | None:
        """Return what NetSuite would bill of an order now, by order line; None when it does not say."""
        try:
            lines = self.erp.preview_invoice(order_id).lines
        except RejectedByVendor as error:
            return {} if error.code == _NOTHING_TO_BILL else None
        return {
            one.order_line: one.quantity
            for one in lines
            if one.order_line is not None and one.quantity is not None
        }

    def _later_because(self, order: BillableOrder) -> str:
        """Return why the mapping does not want an order billed now; "" when it does."""
        if self.spec.invoice.when == "never":
            return "finance bills (rule invoice.when: never)"
        if not self._is_far_enough(order):
            return "not all of it is shipped (rule invoice.when: shipped)"
        return self._waiting([order]).get(order.internal_id, "")

    def _is_far_enough(self, order: BillableOrder) -> bool:
        return order.whole or self.spec.invoice.when == "each_shipment"

    def _instead(self, order: BillableOrder, gone: Intent, besides: Mapping[int, Decimal]) -> IntentDraft:
        """Return the invoice that would take the place of one of ours that is gone, under a key that names it."""
        return IntentDraft(
            operation_key=instead_key(gone),
            flow=FLOW,
            kind=RecordKind.INVOICE,
            subject=gone.subject,
            payload={"number": order.number, _INSTEAD_OF: gone.result_id} | _left_out(besides),
        )

    def _replacement(self, gone: Intent) -> Intent | None:
        key = instead_key(gone)
        found = self.memory.find_intents([key]).get(key)
        return found if found is not None and found.state is IntentState.SUCCEEDED else None

    def _noted(self, intent: Intent, context: Ready) -> Mapping[str, Any] | None:
        """Keep what a person may be asked about: what is shipped later is billed, whatever they say of this.

        Of a first try it is read when that is refused. A later one may end in doubt, when nobody can tell any more.
        """
        order = context.orders.get(intent.subject.id)
        if intent.kind is not RecordKind.INVOICE or order is None:
            return None
        asks = intent.payload.get(_INSTEAD_OF) and not _is_released(intent)
        if not asks and not intent.attempts:
            return None
        noted = {**intent.payload, LEFT_TO_FINANCE: _texts(self._to_bill(order.internal_id))}
        if asks:
            known = self.memory.find_intents(invoice_keys(order.internal_id, order.invoices))
            gone = self._gone([one for one in known.values() if one.state is IntentState.SUCCEEDED])
            noted[_ALL_GONE] = [one.result_id for one in gone]
        return noted

    def _asked(self, intent: Intent, error: RecordError) -> Mapping[str, Any]:
        """Return an invoice with what waits to be billed: whoever dismisses its hold takes that on, and no more."""
        if intent.kind is not RecordKind.INVOICE or error.code in _NOTED:
            return super()._asked(intent, error)
        try:
            waits = self._to_bill(intent.subject.id)
        except (TransientError, UncertainWrite) as unknown:
            log.warning("what waits of order %s is not known: %s", intent.payload["number"], unknown)
            waits = None
        return {**intent.payload, LEFT_TO_FINANCE: _texts(waits)}

    def _ask(self, intent: Intent) -> None:
        """Hold an invoice that would replace one that is gone, until a person has released it."""
        gone = intent.payload.get(_INSTEAD_OF)
        if not gone or _is_released(intent):
            return
        self._show(intent, str(gone))
        raise RecordError(
            f"invoice {gone} of order {intent.payload['number']} does not exist in NetSuite any more",
            code=INVOICE_GONE,
            fix="ask finance why it was deleted; release this to bill the order again, or dismiss it",
        )

    def _show(self, intent: Intent, gone: str) -> None:
        """Have the box told how the order stands without it: a deletion changes nothing that a sweep would see."""
        hint = Hint(
            record=intent.subject,
            version=f"invoice-gone-{gone}",
            event="invoice gone",
            origin=HintOrigin.SWEEP,
        )
        self.memory.store_hints([hint], now=self.clock())

    def _draft(
        self, order: BillableOrder, place: int, besides: Mapping[int, Decimal] | None = None
    ) -> IntentDraft:
        return IntentDraft(
            operation_key=_key(order.internal_id, place),
            flow=FLOW,
            kind=RecordKind.INVOICE,
            subject=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=order.internal_id),
            # Always the same, so that an invoice which finance has removed is not made again by itself.
            payload={"number": order.number} | _left_out(besides or {}),
        )

    def _prepare(self, intents: Sequence[Intent]) -> Ready:
        paid = {one.subject.id for one in intents if one.kind is RecordKind.DEPOSIT_APPLICATION}
        return Ready(
            orders=self.erp.describe_billable(sorted({intent.subject.id for intent in intents})),
            deposits=self.erp.deposits_of(sorted(paid)) if paid else {},
        )

    def _touches(self, intent: Intent) -> str:
        return intent.subject.id if intent.kind is RecordKind.INVOICE else ""

    def _look(self, intent: Intent, context: Ready) -> Sent | None:  # noqa: ARG002 - looked for by its key
        if intent.kind is not RecordKind.INVOICE:
            return None
        known = self.erp.find_invoice(intent.operation_key, order_id=intent.subject.id)
        return None if known is None else self._billed(intent, known, "")

    def _send(self, intent: Intent, context: Ready) -> Sent:
        if intent.kind is RecordKind.DEPOSIT_APPLICATION:
            return self._apply_deposits(intent, context.deposits.get(intent.subject.id, ()))
        number = intent.payload["number"]
        asked = intent.attempts > 0
        known = self.erp.find_invoice(intent.operation_key, order_id=intent.subject.id) if asked else None
        if known is not None:
            return self._billed(intent, known, "")
        self._ask(intent)
        order = context.orders.get(intent.subject.id)
        if order is None:  # somebody else has billed or closed it meanwhile
            raise RecordError(f"order {number} does not wait to be billed any more", code=NOT_BILLABLE)
        if later := self._later_because(order):  # the order or the mapping has changed since it was planned
            raise RecordError(f"order {number} is not to be billed now: {later}", code=NOT_BILLABLE)
        made, note = self._make(intent, self._days(order))
        return self._billed(intent, made, note)

    def _billed(self, intent: Intent, invoice: str, note: str) -> Sent:
        """Return what was billed; deposits become due in the same transaction."""
        number = intent.payload["number"]
        due = IntentDraft(
            operation_key=external_id(DEPOSIT_KEY, intent.subject.id, invoice),
            flow=FLOW,
            kind=RecordKind.DEPOSIT_APPLICATION,
            subject=intent.subject,
            payload={"number": number, "invoice": invoice},
        )
        follow_ups = (due,) if self.spec.invoice.deposits == "apply" else ()
        return Sent(
            result_id=invoice, what=f"invoice {invoice} of order {number}{note}", follow_ups=follow_ups
        )

    def _apply_deposits(self, intent: Intent, deposits: Sequence[str]) -> Sent:
        """Apply the order's deposits to its invoice, each under a key of its own."""
        invoice = str(intent.payload["invoice"])
        made: list[str] = []
        for deposit in deposits:
            key = external_id(DEPOSIT_KEY, deposit, invoice)
            known = self.erp.find_application(key) if intent.attempts > 0 else None
            found = known or self.erp.apply_deposit(deposit, invoice, external_id=key)
            made += [found] if found is not None else []
        what = f"deposits {', '.join(made)} applied" if made else "no deposit"
        return Sent(result_id=",".join(made) or invoice, what=f"{what} to invoice {invoice}")

    def _make(self, intent: Intent, days: Sequence[date]) -> tuple[str, str]:
        """Bill at the wanted day, or at the next whose period is open when the mapping says so."""
        for day in days:
            note = _moved(day, days[0])
            try:
                made = self.erp.make_invoice(
                    intent.subject.id,
                    external_id=intent.operation_key,
                    dated=day,
                    memo=note,
                    besides=_quantities(intent, _BESIDES),
                )
            except RejectedByVendor as error:
                if error.code != PERIOD_CLOSED or day == days[-1]:
                    raise
            else:
                return made, f", {note}" if note else ""
        raise AssertionError("there is always a day")

    def _days(self, order: BillableOrder) -> list[date]:
        """Return the wanted day, and those to try after it when its period is closed."""
        today = self.clock().astimezone(self.zone).date()
        wanted = today
        if self.spec.invoice.dated == "shipment" and order.shipped_on is not None:
            wanted = order.shipped_on
        if self.spec.invoice.closed_period == "hold" or wanted >= today:
            return [wanted]
        return [wanted, *_month_beginnings(wanted, today), today]


def _continued(draft: IntentDraft, known: Intent | None) -> IntentDraft:
    """Return a draft as the ledger has it. It differs, and so is due again, only after a person or the order has let it."""
    if known is None:
        return draft
    payload = {**known.payload, _BESIDES: draft.payload.get(_BESIDES)}
    if not payload[_BESIDES]:
        del payload[_BESIDES]
    if _is_billable_again(known):
        payload[_AGAIN] = payload.get(_AGAIN, 0) + 1
    elif payload.get(_INSTEAD_OF) and _is_released(known):
        payload[_RELEASED] = True
    return replace(draft, payload=payload)


def _left(invoice: Intent, seen: Dismissal) -> dict[int, Decimal] | None:
    """Return what waited to be billed when a person was asked about an invoice; None where nobody knows."""
    payload = invoice.payload if invoice.error_code in _NOTED else seen.payload
    return None if payload.get(LEFT_TO_FINANCE) is None else _read(payload[LEFT_TO_FINANCE])


def _left_out(besides: Mapping[int, Decimal]) -> dict[str, Any]:
    """Return the part of a payload that says what an invoice does not bill."""
    return {_BESIDES: _texts(besides)} if besides else {}


def _quantities(of: Intent | IntentDraft, name: str) -> dict[int, Decimal]:
    """Return quantities by order line that a payload holds."""
    return _read(of.payload.get(name, {}))


def _read(quantities: Mapping[str, str]) -> dict[int, Decimal]:
    return {int(line): Decimal(quantity) for line, quantity in quantities.items()}


def _texts(quantities: Mapping[int, Decimal] | None) -> dict[str, str] | None:
    """Return quantities by order line as a payload holds them."""
    return None if quantities is None else {str(line): str(one) for line, one in quantities.items()}


def _draft_of(known: Intent) -> IntentDraft:
    return IntentDraft(
        operation_key=known.operation_key,
        flow=known.flow,
        kind=known.kind,
        subject=known.subject,
        payload=dict(known.payload),
    )


def _is_billable_again(known: Intent) -> bool:
    """Tell of an invoice that waits to be made whether it was given up, as somebody else had billed its order then."""
    return known.state is IntentState.REJECTED and known.error_code == NOT_BILLABLE


def _is_released(known: Intent) -> bool:
    """Tell whether a person lets an invoice be made in place of one that is gone: one that was held is due."""
    asked = known.error_code == INVOICE_GONE and known.state is not IntentState.REJECTED
    return asked or bool(known.payload.get(_RELEASED))


def _moved(day: date, wanted: date) -> str:
    return f"dated {day}, because the period of {wanted} is closed" if day != wanted else ""


def invoice_keys(order: str, invoices: int) -> list[str]:
    """Return the keys that our invoices of an order with so many may have, by place.

    There are more places than invoices where some were deleted, ours or finance's own.
    """
    return [_key(order, place) for place in range(1, invoices + 2 + _MOST_DELETED)]


def _key(order: str, place: int) -> str:
    return external_id(INVOICE_KEY, order, str(place))


def instead_key(gone: Intent) -> str:
    """Return the key of the invoice that takes the place of one that is gone."""
    return external_id(INVOICE_KEY, gone.subject.id, "instead", str(gone.result_id))


def _month_beginnings(after: date, until: date) -> Iterator[date]:
    """Yield the first day of each month after a day, up to another."""
    day = after
    while (day := _next_month(day)) < until:
        yield day


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _missing(order: BillableOrder, unbilled: Collection[str]) -> str:
    """Return what has to come from a vendor before an order may be billed; "" for nothing."""
    rule = "(rule invoice.drop_shipped: vendor_billed)"
    open_ = [one for one in order.purchases if one in unbilled]
    if open_:
        return f"the vendor has not billed purchase order {', '.join(open_)} {rule}"
    if len(order.purchases) != order.drop_shipped:
        return f"something that a vendor is to send has no purchase order yet {rule}"
    return ""
