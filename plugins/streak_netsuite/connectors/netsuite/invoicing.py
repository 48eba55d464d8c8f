"""Billing shipped orders: which can be, and the transform that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get, get_list
from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.order_stories import OrderStories
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import whole
from streak_netsuite.connectors.netsuite.search_request import SearchRequest, any_of, checked
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.model.order_story import SHIPPED, Delivery
from streak_netsuite.sync.ports import BillableOrder, InvoiceLine, InvoicePreview

_WAITING = ("_salesOrderPendingBilling", "_salesOrderPendingBillingPartiallyFulfilled")
_PARTLY = "pendingBillingPartFulfilled"
_VENDOR_DONE = frozenset({"_fullyBilled", "_closed"})
_CLOSED = frozenset({"CLOSED_TRAN_PRD", "VALID_PRD_REQD", "PERIOD_CLOSED", "TRAN_PRD_CLOSED"})
PERIOD_CLOSED = "PERIOD_CLOSED"
_LINES = "itemList"
_SUMS = frozenset({"amount", "grossAmt", "tax1Amt", "taxAmount", "costEstimate"})  # of a line
_MEMO_LENGTH = 999  # on the transaction form, as `mapping.limits` has it


class Invoicing:
    """Bills orders of one account."""

    def __init__(self, client: SoapClient, searches: Searches, stories: OrderStories) -> None:
        self._client = client
        self._searches = searches
        self._stories = stories

    def billable_orders(self) -> list[str]:
        """Return the internal ids of orders that wait to be billed, in whole or in part."""
        request = SearchRequest(
            subject="Transaction",
            criteria={
                "type": any_of("_salesOrder"),
                "status": any_of(*_WAITING),
                "mainLine": checked(value=True),
            },
        )
        return [record.internal_id for page in self._searches.records(request) for record in page]

    def describe(self, order_ids: Sequence[str]) -> Mapping[str, BillableOrder]:
        """Return what of these orders can be billed; those that cannot any more are left out."""
        return {
            story.internal_id: BillableOrder(
                internal_id=story.internal_id,
                number=story.number,
                whole=story.status == "pendingBilling",
                invoices=len(story.bills),
                shipped_on=_shipped_on(story.deliveries),
                drop_shipped=story.drop_shipped,
                purchases=story.purchases,
            )
            for story in self._stories.read_unsettled(order_ids)
            if story.status in {"pendingBilling", _PARTLY}
        }

    def unbilled_purchases(self, purchases: Sequence[str]) -> frozenset[str]:
        """Return which of these purchase orders the vendor has not billed whole; one that is not seen counts as such."""
        refs = [RecordRef(type="purchaseOrder", internal_id=one) for one in dict.fromkeys(purchases)]
        answers = (
            answer
            for start in range(0, len(refs), GET_LIST_MAX)
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX]))
        )
        records = (answer.record_or_none(name="NetSuite purchase order") for answer in answers)
        done = {one.internal_id for one in records if one and one.text("orderStatus") in _VENDOR_DONE}
        return frozenset(purchases) - done

    def find(self, external_id: str, *, order_id: str = "") -> str | None:
        """Return the internal id of the invoice that carries this external id.

        Args:
            order_id: only if it was made of this order.
        """
        answer = self._client.send(get(RecordRef(type="invoice", external_id=external_id)))
        record = answer.record_or_none(name=f"NetSuite invoice {external_id}")
        if record is None:
            return None
        source = record.ref("createdFrom")
        return (
            record.internal_id if not order_id or source is None or source.internal_id == order_id else None
        )

    def preview(self, order_id: str, *, besides: Mapping[int, Decimal] | None = None) -> InvoicePreview:
        """Return the invoice as NetSuite fills it, without what stands in `besides`; it is not saved.

        Raises:
            RejectedByVendor: the order cannot be billed.
        """
        filled = self._filled(order_id, besides)
        currency = filled.ref("currency")
        return InvoicePreview(
            lines=tuple(map(_line, filled.rows("itemList"))),
            currency=filled.text("currencyName") or (currency.name if currency is not None else ""),
            tax=None if besides else filled.amount("taxTotal"),
            total=None if besides else filled.amount("total"),
        )

    def _filled(self, order_id: str, besides: Mapping[int, Decimal] | None) -> SuiteRecord:
        source = RecordRef(type="salesOrder", internal_id=order_id)
        filled = self._client.send(initialize(Transform(to="invoice", source=source)))
        filled.status.refuse_failed(name=_name(order_id))
        if filled.record is None:
            raise RejectedByVendor(f"{_name(order_id)}: NetSuite filled no invoice", code="NOTHING_TO_BILL")
        return _without(filled.record, besides, name=_name(order_id)) if besides else filled.record

    def make(
        self,
        order_id: str,
        *,
        external_id: str,
        dated: date,
        memo: str,
        besides: Mapping[int, Decimal] | None = None,
    ) -> str:
        """Turn an order into an invoice over what is shipped and not billed; return its internal id.

        Args:
            memo: what the invoice's memo says behind the order's.
            besides: quantities by order line that are not to be billed, though they wait to be.

        Raises:
            RejectedByVendor: NetSuite refused it; code PERIOD_CLOSED when the day's posting period is closed.
            UncertainWrite, TransientError: as their classes say.
        """
        name = _name(order_id)
        filled = self._filled(order_id, besides)
        values = {**filled.values, "tranDate": dated}
        if memo:
            values["memo"] = _appended(filled.text("memo"), memo)
        values.pop("postingPeriod", None)  # it follows from the day
        values.pop("dueDate", None)  # and this from the day and the terms
        sublists = {
            one: Sublist(rows=lines.rows, mode=SublistMode.REPLACE)
            for one, lines in filled.sublists.items()
            if lines.rows
        }
        record = replace(filled, external_id=external_id, values=values, sublists=sublists)
        answer = self._client.send(write(Verb.ADD, record))
        if answer.status.saved and answer.ref is not None and answer.ref.internal_id:
            return answer.ref.internal_id
        error = answer.status.error(name=name, book=self._client.fault_book)
        return self._made_by_another(external_id, order_id, error)

    def _made_by_another(
        self, external_id: str, order_id: str, error: RejectedByVendor | TransientError | UncertainWrite
    ) -> str:
        """Return the order's invoice that has our key already, or raise what kept ours from being made."""
        if not isinstance(error, RejectedByVendor):
            raise error
        known = self.find(external_id, order_id=order_id)
        if known is not None:
            return known
        if error.code in _CLOSED or "period" in str(error).lower():
            raise RejectedByVendor(str(error), code=PERIOD_CLOSED, fix=error.fix, owner="finance") from error
        raise error


def _shipped_on(deliveries: Sequence[Delivery]) -> date | None:
    """Return the day of the last shipment that has left; what is only picked or packed is not billed yet."""
    return max((one.dated for one in deliveries if one.status == SHIPPED), default=None)


def _name(order_id: str) -> str:
    return f"NetSuite invoice of order {order_id}"


def _line(row: Fields) -> InvoiceLine:
    item = row.ref("item")
    return InvoiceLine(
        item=(item.name or item.internal_id) if item is not None else "",
        quantity=row.amount("quantity"),
        rate=row.amount("rate"),
        amount=row.amount("amount"),
        order_line=whole(row, "orderLine"),
    )


def _without(filled: SuiteRecord, besides: Mapping[int, Decimal], *, name: str) -> SuiteRecord:
    """Return an invoice without some quantities; a line without a quantity, such as a discount, goes with the one above it."""
    rows: list[Fields] = []
    stays = False
    for row in filled.rows(_LINES):
        quantity, number = row.amount("quantity"), whole(row, "orderLine")
        if quantity is None or number is None:
            rows += [row] if stays else []
            continue
        left = quantity - besides.get(number, Decimal(0))
        stays = left > 0
        if stays:
            rows.append(row if left >= quantity else _of_quantity(row, left))
    if not rows:
        raise RejectedByVendor(f"{name}: nothing else waits to be billed", code="NOTHING_TO_BILL")
    lines = Sublist(rows=tuple(rows), mode=SublistMode.REPLACE)
    return replace(filled, sublists={**filled.sublists, _LINES: lines})


def _of_quantity(row: Fields, quantity: Decimal) -> Fields:
    """Return a line over another quantity, whose sums NetSuite reckons."""
    kept = {name: value for name, value in row.values.items() if name not in _SUMS}
    return replace(row, values={**kept, "quantity": quantity})


def _appended(memo: str, note: str) -> str:
    """Return a memo with a note behind it; of one that gets too long the end of the memo goes, never the note."""
    if not memo:
        return note
    return f"{memo[: _MEMO_LENGTH - len(note) - 2]}; {note}"
