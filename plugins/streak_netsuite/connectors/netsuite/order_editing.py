"""Sales orders as they are held, and changes of parts of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.keys import keys_on
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import (
    CUSTOM_PRICE,
    custom,
    day,
    present,
    quantity,
    reference,
    whole,
)
from streak_netsuite.connectors.netsuite.records.parts import more as more_values
from streak_netsuite.connectors.netsuite.records.sales_order import (
    LINES,
    read_line,
    read_sales_order,
    write_line,
)
from streak_netsuite.connectors.netsuite.search_request import SearchRequest, checked
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.mapping.standard_fields import place_of
from streak_netsuite.model.held_order import HeldLine, HeldOrder, OrderStatus
from streak_netsuite.sync.order_change import LineEdit, OrderChange

_STATUSES: Mapping[str, OrderStatus] = {
    "_pendingApproval": OrderStatus.PENDING_APPROVAL,
    "_pendingFulfillment": OrderStatus.PENDING_FULFILLMENT,
    "_partiallyFulfilled": OrderStatus.PARTIALLY_FULFILLED,
    "_pendingBillingPartFulfilled": OrderStatus.PENDING_BILLING_PART_FULFILLED,
    "_pendingBilling": OrderStatus.PENDING_BILLING,
    "_fullyBilled": OrderStatus.BILLED,
    "_closed": OrderStatus.CLOSED,
    "_cancelled": OrderStatus.CANCELLED,
}
# SuiteTalk's names of what a change may hold, by the names of our model.
_NAMES = place_of("sales_order").attributes
_LINE_NAMES = place_of("sales_order.lines[0]").attributes


class OrderEditing:
    """Reads and changes the sales orders of one account."""

    def __init__(
        self, client: SoapClient, searches: Searches, *, zone: ZoneInfo, key_fields: Mapping[str, str]
    ) -> None:
        self._client = client
        self._searches = searches
        self._zone = zone
        self._key_fields = key_fields

    def read(self, order_ids: Sequence[str], more: Collection[str] = ()) -> dict[str, HeldOrder]:
        """Return the orders that exist, by internal id."""
        refs = [RecordRef(type="salesOrder", internal_id=one) for one in order_ids]
        answers = (
            answer
            for start in range(0, len(refs), GET_LIST_MAX)
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX]))
        )
        records = (answer.record_or_none(name="NetSuite sales order") for answer in answers)
        return {record.internal_id: self._held(record, more) for record in records if record is not None}

    def change(self, change: OrderChange) -> None:
        """Write one change; every line and field that it does not name stays as it is.

        Raises:
            RejectedByVendor: NetSuite refused it, and nothing of it was written.
            UncertainWrite, TransientError: as their classes say.
        """
        self._send(
            change.internal_id,
            change.number,
            values=present(**{_NAMES[name]: getattr(change.wanted, name) for name in change.fields})
            | more_values(change.more_fields),
            custom_fields=custom(change.custom_fields),
            null_fields=tuple(_emptied(change)),
            sublists=_lines(change),
        )

    def close_lines(self, order: HeldOrder, numbers: Sequence[int], *, closed: bool = True) -> None:
        """Close lines of an order, or open them again."""
        rows = tuple(Fields(values={"line": number, "isClosed": closed}) for number in numbers)
        self._send(
            order.internal_id,
            order.number,
            sublists={LINES: Sublist(rows=rows, mode=SublistMode.MERGE)},
        )

    def cancel(self, order: HeldOrder) -> None:
        """Cancel an order that is not approved yet."""
        self._send(order.internal_id, order.number, values={"orderStatus": "_cancelled"})

    def closed_periods(self) -> list[tuple[date, date]]:
        """Return the first and last day of every accounting period that is closed."""
        request = SearchRequest(subject="AccountingPeriod", criteria={"closed": checked(value=True)})
        return [
            (first, last)
            for page in self._searches.records(request)
            for record in page
            if (first := day(record, "startDate", self._zone))
            and (last := day(record, "endDate", self._zone))
        ]

    def _send(self, internal_id: str, number: str, **parts: Any) -> None:
        record = SuiteRecord(type="salesOrder", internal_id=internal_id, **parts)
        answer = self._client.send(write(Verb.UPDATE, record))
        if not answer.status.saved:
            raise answer.status.error(name=f"NetSuite sales order {number}", book=self._client.fault_book)

    def _held(self, record: SuiteRecord, more: Collection[str]) -> HeldOrder:
        order = read_sales_order(record, self._zone, more)
        return HeldOrder(
            internal_id=record.internal_id,
            number=record.text("tranId") or record.internal_id,
            status=_STATUSES.get(record.text("orderStatus")),
            order=order,
            lines=tuple(_held_lines(record, self._zone, more)),
            keys=keys_on(record, self._key_fields),
        )


def _held_lines(record: SuiteRecord, zone: ZoneInfo, more: Collection[str]) -> Iterator[HeldLine]:
    for row in record.rows(LINES):
        item, number = reference(row, "item"), whole(row, "line")
        if item is not None and number is not None:
            bought = row.ref("createdPo")
            yield HeldLine(
                number=number,
                line=read_line(row, item, zone, more),
                used=max(quantity(row, "quantityFulfilled"), quantity(row, "quantityBilled")),
                closed=row.flag("isClosed"),
                purchase=(bought.name or bought.internal_id) if bought is not None else "",
            )


def _emptied(change: OrderChange) -> Iterator[str]:
    for name in change.fields:
        if getattr(change.wanted, name) in (None, ""):
            yield _NAMES[name]
    yield from change.emptied


def _lines(change: OrderChange) -> dict[str, Sublist]:
    rows = [_edited(number, edit) for number, edit in change.lines.items()]
    rows += [
        Fields(values={"line": number, "quantity": left, "isClosed": True})
        for number, left in change.closed.items()
    ]
    rows += [write_line(line) for line in change.added]
    return {LINES: Sublist(rows=tuple(rows), mode=SublistMode.MERGE)} if rows else {}


def _edited(number: int, edit: LineEdit) -> Fields:
    values = present(**{_LINE_NAMES[name]: getattr(edit.line, name) for name in edit.fields})
    price = {"price": CUSTOM_PRICE} if "rate" in edit.fields else {}
    return Fields(
        values={"line": number, **values, **price, **more_values(edit.more_fields)},
        custom_fields=custom(edit.custom_fields),
    )
