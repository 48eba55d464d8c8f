"""What became of orders in NetSuite: their deliveries, invoices, payments, credits and refunds."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.credit_holds import CreditHolds
from streak_netsuite.connectors.netsuite.customer_papers import (
    SETTLING,
    CustomerSearch,
    KeptPapers,
    Papers,
    ReadPapers,
    customer_of,
    is_void,
    made_since,
    paid_for,
    settlement,
)
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.fulfillment import PACKAGES
from streak_netsuite.connectors.netsuite.records.invoice import APPLIED, LINES, applied_amounts
from streak_netsuite.connectors.netsuite.records.parts import day, quantity, required_day
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    before,
    checked,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.flows.overdue import OverdueInvoice
from streak_netsuite.model.order_story import Bill, Delivery, Deposit, OrderStory, Settlement
from streak_netsuite.model.reference import Reference

_ASKED_AT_ONCE = 100  # transactions in one criterion; Oracle names no limit
_DROP_SHIPMENT = "_dropShipment"  # a line's createPo; the other kind of purchase comes to our own stock first
_UNSENT = (
    "_salesOrderPendingApproval",
    "_salesOrderPendingFulfillment",
    "_salesOrderPartiallyFulfilled",
    "_salesOrderPendingBillingPartiallyFulfilled",
)
# Types by which a changed document leads to the order behind it.
_FROM_ORDER = frozenset({"itemFulfillment", "invoice", "creditMemo"})


class OrderStories:
    """Reads orders with all that came of them, many at once."""

    def __init__(
        self,
        client: SoapClient,
        searches: Searches,
        credit: CreditHolds,
        *,
        zone: ZoneInfo,
        url_of: Callable[[str], str],
    ) -> None:
        self._client = client
        self._searches = searches
        self._credit = credit
        self._zone = zone
        self._url_of = url_of
        self._of_customers = CustomerSearch(searches)
        self._papers = ReadPapers(search=self._of_customers, zone=zone)

    def in_passing(self, *, clock: Callable[[], datetime]) -> "PassingStories":
        """Return a reader for very many orders, asked for a few at a time: a customer's papers are read once for all of them."""
        papers = KeptPapers(search=self._of_customers, zone=self._zone, clock=clock)
        return PassingStories(stories=self, papers=papers)

    def read(
        self, order_ids: Sequence[str], *, with_credit: bool = False, papers: Papers | None = None
    ) -> dict[str, OrderStory]:
        """Return the stories of the orders that exist, by internal id.

        Args:
            with_credit: ask whether their customers are on credit hold, too.
            papers: reads what customers paid ahead; None: as it is now.
        """
        papers = papers or self._papers
        orders, children = self._with_children(order_ids)
        bills = [one for some in children.values() for one in some if one.type == "invoice"]
        settling = self._applied_to(
            [b.internal_id for b in bills], ("_customerPayment", "_creditMemo", "_depositApplication")
        )
        # A credit for what is paid already is applied to nothing: only what it was made from names the order.
        made = self._search("createdFrom", "", [*orders, *(b.internal_id for b in bills)], ("_creditMemo",))
        settling = list({one.internal_id: one for one in (*settling, *made)}.values())
        customers = sorted({customer_of(order) for order in orders.values()} - {""})
        since = made_since(orders.values())
        deposits = papers.deposits(customers, orders, since)
        voided = papers.voided(customers, since)
        paid_ahead = [one.internal_id for some in deposits.values() for one in some]
        refundable = [*(one.internal_id for one in settling), *paid_ahead]
        refunds = self._applied_to(refundable, ("_customerRefund",))
        paid, back = [_Applied.of(one) for one in settling], [_Applied.of(one) for one in refunds]
        held = self._credit.held(customers) if with_credit else None
        return {
            internal_id: replace(
                self._with_deposits(
                    self._story(order, children.get(internal_id, ()), paid, back),
                    deposits.get(internal_id, ()),
                    back,
                ),
                voided=voided.get(customer_of(order), ()),
                customer_on_hold=None if held is None else customer_of(order) in held,
            )
            for internal_id, order in orders.items()
        }

    def read_unsettled(self, order_ids: Sequence[str]) -> Iterator[OrderStory]:
        """Yield the stories of the orders that exist, without what was paid and credited; however many there are."""
        for start in range(0, len(order_ids), _ASKED_AT_ONCE):
            orders, children = self._with_children(order_ids[start : start + _ASKED_AT_ONCE])
            for internal_id, order in orders.items():
                yield self._story(order, children.get(internal_id, ()), (), ())

    def _with_children(
        self, order_ids: Sequence[str]
    ) -> tuple[dict[str, SuiteRecord], dict[str, list[SuiteRecord]]]:
        """Return the orders that exist, and their shipments and invoices, by the order's internal id."""
        orders = {o.internal_id: o for o in self._get("salesOrder", order_ids) if o is not None}
        children: dict[str, list[SuiteRecord]] = {}
        for one in self._made_from(list(orders), ("_itemFulfillment", "_invoice")):
            children.setdefault(_origin(one), []).append(one)
        return orders, children

    def behind(self, documents: Sequence[RecordRef]) -> dict[RecordRef, frozenset[str]]:
        """Return the internal ids of the orders behind changed documents; none for one that has none, or is gone.

        Behind a customer are those of his orders of which something is still to be sent.
        """
        found = {
            ref: record for ref, record in zip(documents, self._get_refs(documents), strict=True) if record
        }
        paid = {ref: _concerned(record) for ref, record in found.items() if ref.type in SETTLING}
        back = {ref: paid[ref] for ref in paid if ref.type == "customerRefund"}
        given = self._refunded(sorted({one for ids in back.values() for one in ids}))
        paid |= {ref: {two for one in ids for two in given.get(one, ())} for ref, ids in back.items()}
        deposits = self._get("customerDeposit", sorted({one for ids in back.values() for one in ids}))
        deposited = {one.internal_id: paid_for(one) for one in deposits if one is not None}
        invoices = sorted({one for ids in paid.values() for one in ids})
        origin = {one.internal_id: _origin(one) for one in self._get("invoice", invoices) if one is not None}
        voids = {ref: customer_of(one) for ref, one in found.items() if ref.type in SETTLING and is_void(one)}
        of_customer = self._orders_of(sorted(set(voids.values()) - {""}))
        buyers = sorted(ref.internal_id for ref in found if ref.type == "customer")
        unsent = self._orders_of(buyers, status=any_of(*_UNSENT))
        orders: dict[RecordRef, frozenset[str]] = {}
        for ref, record in found.items():
            own = {record.internal_id} if ref.type == "salesOrder" else set()
            made = {_origin(record)} if ref.type in _FROM_ORDER else set()
            settled = {origin.get(one, "") for one in paid.get(ref, ())}
            ahead = {paid_for(record)} if ref.type == "customerDeposit" else set()
            ahead |= {deposited.get(one, "") for one in back.get(ref, ())}
            perhaps = of_customer.get(voids.get(ref, ""), set())
            bought = unsent.get(ref.internal_id, set()) if ref.type == "customer" else set()
            orders[ref] = frozenset(one for one in own | made | settled | ahead | perhaps | bought if one)
        return orders

    def _orders_of(self, customers: Sequence[str], **more: Criterion) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for record in self._of_customers.records(customers, ("_salesOrder",), None, **more):
            found.setdefault(customer_of(record), set()).add(record.internal_id)
        return found

    def _refunded(self, documents: Sequence[str]) -> dict[str, set[str]]:
        """Return the invoices that each of these credits or payments concerns."""
        return {
            one.internal_id: _concerned(one)
            for type_ in ("creditMemo", "customerPayment")
            for one in self._get(type_, documents)
            if one is not None
        }

    def overdue(self, today: date) -> Iterator[list[OverdueInvoice]]:
        """Yield the open invoices that were due before this day, page by page."""
        beginning = datetime.combine(today, time(), tzinfo=self._zone)
        request = SearchRequest(
            subject="Transaction",
            criteria={
                "type": any_of("_invoice"),
                "status": any_of("_invoiceOpen"),
                "dueDate": before(beginning),
                "mainLine": checked(value=True),
            },
        )
        for page in self._searches.records(request):
            yield [
                OverdueInvoice(
                    internal_id=record.internal_id,
                    number=record.text("tranId") or record.internal_id,
                    due=due,
                )
                for record in page
                if (due := day(record, "dueDate", self._zone)) is not None
            ]

    def _story(
        self,
        order: SuiteRecord,
        mine: Sequence[SuiteRecord],
        settling: Sequence["_Applied"],
        refunds: Sequence["_Applied"],
    ) -> OrderStory:
        bills = [one for one in mine if one.type == "invoice"]
        sources = {order.internal_id, *(bill.internal_id for bill in bills)}
        settled = self._settlements(settling, {bill.internal_id for bill in bills}, sources)
        # What is paid back of a payment was applied to no invoice; what is left of a credit is the order's it was made from.
        back = self._settlements(
            refunds, {s.record.internal_id for s in settling if _origin(s.record) in sources}
        )
        lines = order.rows(LINES)
        sent_by_vendors = [line for line in lines if _is_sent_by_vendor(line)]
        purchases = [ref.internal_id for line in sent_by_vendors if (ref := line.ref("createdPo"))]
        entity, currency = order.ref("entity"), order.ref("currency")
        status = (order.text("orderStatus") or order.text("status")).removeprefix("_")
        return OrderStory(
            internal_id=order.internal_id,
            number=order.text("tranId") or order.internal_id,
            url=self._url_of(order.internal_id),
            status=status,
            dated=required_day(order, "tranDate", self._zone),
            total=order.amount("total") or Decimal(0),
            currency=order.text("currencyName") or (currency.name if currency else ""),
            customer=Reference(internal_id=entity.internal_id, name=entity.name)
            if entity
            else Reference(internal_id="0"),
            ordered=sum((quantity(line) for line in lines), Decimal(0)),
            shipped=sum((quantity(line, "quantityFulfilled") for line in lines), Decimal(0)),
            billed_whole=status == "fullyBilled",
            deliveries=tuple(self._delivery(one) for one in mine if one.type == "itemFulfillment"),
            bills=tuple(self._bill(one) for one in bills),
            settlements=(*settled, *back),
            changed=day(order, "lastModifiedDate", self._zone),
            drop_shipped=len(sent_by_vendors),
            purchases=tuple(purchases),
        )

    def _with_deposits(
        self, story: OrderStory, deposits: Sequence[Deposit], refunds: Sequence["_Applied"]
    ) -> OrderStory:
        """Return a story with the deposits that were paid for the order, and what was paid back of them."""
        back = {one.internal_id: _refunded_of(one.internal_id, refunds) for one in deposits}
        told = {one.internal_id: one for one in story.settlements}
        for refund in self._settlements(refunds, back.keys()):
            known = told.get(refund.internal_id, replace(refund, amount=Decimal(0)))
            told[refund.internal_id] = replace(
                known, amount=known.amount + refund.amount, elsewhere=known.elsewhere + refund.amount
            )
        return replace(
            story,
            settlements=tuple(told.values()),
            deposits=tuple(replace(one, paid_back=back[one.internal_id]) for one in deposits),
        )

    def _delivery(self, record: SuiteRecord) -> Delivery:
        numbers = [row.text("packageTrackingNumber") for row in record.rows(PACKAGES)]
        return Delivery(
            internal_id=record.internal_id,
            number=record.text("tranId") or record.internal_id,
            dated=required_day(record, "tranDate", self._zone),
            status=record.text("shipStatus").removeprefix("_"),
            tracking=", ".join(number for number in numbers if number),
        )

    def _bill(self, record: SuiteRecord) -> Bill:
        return Bill(
            internal_id=record.internal_id,
            number=record.text("tranId") or record.internal_id,
            dated=required_day(record, "tranDate", self._zone),
            due=day(record, "dueDate", self._zone),
            total=record.amount("total") or Decimal(0),
            open=record.amount("amountRemaining") or Decimal(0),
            voided=is_void(record),
        )

    def _settlements(
        self, records: Iterable["_Applied"], documents: Collection[str], sources: Collection[str] = ()
    ) -> list[Settlement]:
        """Return what these records settle of the documents, one for each record.

        Of a credit that was made from one of the sources it is the whole; what it settles of other documents counts there.
        """
        found = []
        for one in records:
            amount = sum((one.amounts.get(document, Decimal(0)) for document in documents), Decimal(0))
            elsewhere = Decimal(0)
            if _origin(one.record) in sources:
                elsewhere = sum(one.amounts.values(), Decimal(0)) - amount
                amount = one.record.amount("total") or amount + elsewhere
            if amount:
                settled = settlement(one.record, amount, zone=self._zone, voided=is_void(one.record))
                found.append(replace(settled, elsewhere=elsewhere))
        return found

    def _made_from(self, sources: Sequence[str], types: Sequence[str]) -> list[SuiteRecord]:
        return self._search("createdFrom", "salesOrder", sources, types)

    def _applied_to(self, documents: Sequence[str], types: Sequence[str]) -> list[SuiteRecord]:
        return self._search("appliedToTransaction", "", documents, types)

    def _search(
        self, field: str, source_type: str, ids: Sequence[str], types: Sequence[str], **more: Criterion
    ) -> list[SuiteRecord]:
        pages = self._pages(field, source_type, ids, types, body_only=False, **more)
        return list({record.internal_id: record for page in pages for record in page}.values())

    def _pages(
        self,
        field: str,
        source_type: str,
        ids: Sequence[str],
        types: Sequence[str],
        *,
        body_only: bool,
        **more: Criterion,
    ) -> Iterator[Sequence[SuiteRecord]]:
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            refs = [
                RecordRef(type=source_type, internal_id=one) for one in ids[start : start + _ASKED_AT_ONCE]
            ]
            request = SearchRequest(
                subject="Transaction",
                criteria={
                    field: any_of(*refs),
                    "type": any_of(*types),
                    "mainLine": checked(value=True),
                    **more,
                },
            )
            yield from self._searches.records(request, body_only=body_only)

    def _get(self, type_: str, ids: Sequence[str]) -> list[SuiteRecord | None]:
        return self._get_refs([RecordRef(type=type_, internal_id=one) for one in ids])

    def _get_refs(self, refs: Sequence[RecordRef]) -> list[SuiteRecord | None]:
        return [
            answer.record_or_none(name="NetSuite getList")
            for start in range(0, len(refs), GET_LIST_MAX)
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX]))
        ]


@dataclass(frozen=True, kw_only=True)
class PassingStories:
    """Reads the stories of very many orders, asked for a few at a time."""

    stories: OrderStories
    papers: Papers

    def order_stories(self, order_ids: Sequence[str]) -> Mapping[str, OrderStory]:
        """Return what became of these orders; missing ones are left out."""
        return self.stories.read(order_ids, with_credit=True, papers=self.papers)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Applied:
    """A payment, credit or refund, and how much of it each document got; it may be thousands of documents."""

    record: SuiteRecord
    amounts: Mapping[str, Decimal]

    @classmethod
    def of(cls, record: SuiteRecord) -> "_Applied":
        amounts: dict[str, Decimal] = {}
        for one in applied_amounts(record.rows(APPLIED)):
            document = one.document.internal_id or ""
            amounts[document] = amounts.get(document, Decimal(0)) + one.amount
        return cls(record=record, amounts=amounts)


def _origin(record: SuiteRecord) -> str:
    source = record.ref("createdFrom")
    return source.internal_id if source is not None else ""


def _is_sent_by_vendor(line: Fields) -> bool:
    """Tell whether a vendor sends a line; nobody sends one that was closed before a vendor was asked."""
    is_dropped = line.text("createPo") == _DROP_SHIPMENT
    return is_dropped and not (line.flag("isClosed") and line.ref("createdPo") is None)


def _documents(record: SuiteRecord) -> list[str]:
    return [a.document.internal_id for a in applied_amounts(record.rows(APPLIED)) if a.document.internal_id]


def _concerned(record: SuiteRecord) -> set[str]:
    """Return the documents that a payment, credit or refund is applied to, and what it was made from."""
    return {one for one in (*_documents(record), _origin(record)) if one}


def _refunded_of(document: str, refunds: Iterable[_Applied]) -> Decimal:
    back = (one.amounts.get(document, Decimal(0)) for one in refunds if not is_void(one.record))
    return sum(back, Decimal(0))
