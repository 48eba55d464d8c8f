"""Deposits that customers have paid for an order, applied to its invoice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get, get_list
from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.customer_papers import (
    CustomerSearch,
    customer_of,
    made_since,
    paid_for,
)
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import RejectedByVendor

_DEPOSIT, _APPLICATION, _LIST = "customerDeposit", "depositApplication", "applyList"
# A source that is seen and cannot be made anything of any more. One that is not seen has this code, too; but we ask
# only for deposits that a search has just shown us.
_USED_UP = "INVALID_INITIALIZE_REF"
_FULLY_APPLIED = "Fully Applied"  # in an account of another language, a person sees the refusal


class Deposits:
    """Customer deposits of one account."""

    def __init__(self, client: SoapClient, searches: Searches) -> None:
        self._client = client
        self._of_customers = CustomerSearch(searches)

    def of_orders(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the internal ids of the deposits that were paid for each of these orders, the oldest first.

        Each deposit of their customers since the orders were made is read once, for however many orders.
        """
        orders = {one.internal_id: one for one in self._orders(order_ids)}
        customers = sorted({customer_of(one) for one in orders.values()} - {""})
        found: dict[str, list[str]] = {}
        for deposit in self._of_customers.deposits(customers, made_since(orders.values())):
            if (order := paid_for(deposit)) in orders:
                found.setdefault(order, []).append(deposit.internal_id)
        return found

    def _orders(self, order_ids: Sequence[str]) -> Iterator[SuiteRecord]:
        refs = [RecordRef(type="salesOrder", internal_id=one) for one in order_ids]
        for start in range(0, len(refs), GET_LIST_MAX):
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX])):
                if (record := answer.record_or_none(name="NetSuite sales order")) is not None:
                    yield record

    def find(self, external_id: str) -> str | None:
        """Return the internal id of the application that carries this external id."""
        answer = self._client.send(get(RecordRef(type=_APPLICATION, external_id=external_id)))
        record = answer.record_or_none(name=f"NetSuite deposit application {external_id}")
        return None if record is None else record.internal_id

    def apply(self, deposit_id: str, invoice_id: str, *, external_id: str) -> str | None:
        """Apply what is left of a deposit to what is open of an invoice; return the application's internal id.

        None when there is nothing to apply: the deposit is used up, or the invoice is settled.

        Raises:
            RejectedByVendor: NetSuite refused it, or the role may not apply deposits.
            UncertainWrite, TransientError: as their classes say.
        """
        name = f"NetSuite deposit {deposit_id} to invoice {invoice_id}"
        source = RecordRef(type=_DEPOSIT, internal_id=deposit_id)
        answer = self._client.send(initialize(Transform(to=_APPLICATION, source=source)))
        if _USED_UP not in answer.status.codes:
            answer.status.refuse_failed(name=name)
        filled = answer.record
        row = _row_of(filled, invoice_id)
        if filled is None or row is None:
            return None
        ticked = Sublist(rows=(Fields(values={**row.values, "apply": True}),), mode=SublistMode.REPLACE)
        record = replace(filled, external_id=external_id, sublists={_LIST: ticked})
        made = self._client.send(write(Verb.ADD, record))
        if made.status.saved and made.ref is not None and made.ref.internal_id:
            return made.ref.internal_id
        error = made.status.error(name=name, book=self._client.fault_book)
        if not isinstance(error, RejectedByVendor):
            raise error
        known = self.find(external_id)
        if known is None and not self._is_used_up(deposit_id):
            raise error
        return known

    def _is_used_up(self, deposit_id: str) -> bool:
        answer = self._client.send(get(RecordRef(type=_DEPOSIT, internal_id=deposit_id)))
        record = answer.record_or_none(name=f"NetSuite deposit {deposit_id}")
        return record is not None and record.text("status") == _FULLY_APPLIED


def _row_of(filled: SuiteRecord | None, invoice_id: str) -> Fields | None:
    """Return the entry of an invoice that a deposit can be applied to, without an amount: NetSuite takes what fits."""
    for row in filled.rows(_LIST) if filled is not None else ():
        if row.text("doc") == invoice_id:
            return Fields(values={"doc": row.values["doc"]})
    return None
