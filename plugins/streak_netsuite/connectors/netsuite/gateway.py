"""NetSuite as the flows see it, over SOAP: the OrderTarget port."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from streak_netsuite.connectors.netsuite.records import RecordBuilder
from streak_netsuite.connectors.netsuite.replies import (
    customer_entry,
    item_entry,
    order_entry,
    refuse_failed,
    tax_code_entry,
    write_result,
)
from streak_netsuite.connectors.netsuite.settings import GET_LIST_MAX, NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import TransientError, Unavailable, UncertainWrite
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.ports import (
    ItemEntry,
    NotWritten,
    OnAnswer,
    OrderEntry,
    RecordWrite,
    TaxCodeEntry,
    WriteResult,
)

log = logging.getLogger(__name__)
RecordT = TypeVar("RecordT", Customer, SalesOrder)
EntryT = TypeVar("EntryT")

_BUILT_AHEAD = 2  # lists
_TAX_CODE_TYPES = ("salesTaxItem", "taxGroup")
_SMALLEST_LIST = 5  # a call costs more than a record; shorter lists are not worth a call of their own


class NetSuiteGateway:
    """Customers, orders and items of one account."""

    def __init__(self, client: SoapClient, settings: NetSuiteSettings) -> None:
        self._client = client
        self.governor = client.governor
        self._settings = settings
        self._build = RecordBuilder(client, settings.user_zone)

    def server_time(self) -> datetime:
        """Return NetSuite's clock; the connection test."""
        body = self._client.read("getServerTime")
        result = body.getServerTimeResult
        refuse_failed(result.status, name="NetSuite getServerTime")
        at: datetime = result.serverTime
        return at.astimezone(UTC)

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of customers modified at or after `since`, or of all.

        Raises:
            Unavailable: rows moved between pages; what was yielded is true but not complete.
        """
        criteria = {}
        if since is not None:
            criteria["lastModifiedDate"] = self._client.type("platform.core", "SearchDateField")(
                operator="onOrAfter", searchValue=since
            )
        for page in self._search("CustomerSearchBasic", criteria):
            yield [customer_entry(record) for record in page if type(record).__name__ == "Customer"]

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these external ids."""
        return self._get_by_external_id("customer", external_ids, customer_entry)

    def upsert_customers(self, writes: Sequence[RecordWrite[Customer]], on_answer: OnAnswer) -> None:
        """Write customers under their operation keys."""
        self._upsert(writes, self._build.customer, self._settings.customer_list_size, on_answer)

    def find_orders(self, external_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return the sales orders that carry one of these external ids."""
        return self._get_by_external_id("salesOrder", external_ids, self._order_entry)

    def get_orders(self, internal_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return sales orders by internal id; missing ones are left out."""
        found = self._get_list(
            [
                self._build.reference(type_="salesOrder", internal_id=internal_id)
                for internal_id in internal_ids
            ]
        )
        return {str(record.internalId): self._order_entry(record) for record in found if record is not None}

    def upsert_orders(self, writes: Sequence[RecordWrite[SalesOrder]], on_answer: OnAnswer) -> None:
        """Write sales orders under their operation keys."""
        self._upsert(writes, self._build.sales_order, self._settings.order_list(len(writes)), on_answer)

    def find_items(self, names: Sequence[str]) -> Mapping[str, Sequence[ItemEntry]]:
        """Return the items of each name (NetSuite's itemId), inactive ones too."""
        return dict(zip(names, self._parallel([self._item_search(name) for name in names]), strict=True))

    def find_tax_codes(self, references: Sequence[Reference]) -> Mapping[Reference, TaxCodeEntry]:
        """Return the tax codes that exist among these; a code is a sales tax item or a tax group."""
        asked = [(reference, type_) for reference in references for type_ in _TAX_CODE_TYPES]
        found = self._get_list(
            [
                self._build.reference(type_=type_, internal_id=r.internal_id, external_id=r.external_id)
                for r, type_ in asked
            ]
        )
        pairs = zip(asked, found, strict=True)
        return {reference: tax_code_entry(record) for (reference, _), record in pairs if record is not None}

    def _item_search(self, name: str) -> Callable[[], list[ItemEntry]]:
        field = self._client.type("platform.core", "SearchStringField")(operator="is", searchValue=name)

        def search() -> list[ItemEntry]:
            return [
                item_entry(r) for page in self._search("ItemSearchBasic", {"itemId": field}) for r in page
            ]

        return search

    def _order_entry(self, record: Any) -> OrderEntry:
        return order_entry(record, zone=self._settings.user_zone, ui_url=self._client.account.ui_url)

    def _get_by_external_id(
        self, type_: str, external_ids: Sequence[str], entry: Callable[[Any], EntryT]
    ) -> dict[str, EntryT]:
        refs = [self._build.reference(type_=type_, external_id=external_id) for external_id in external_ids]
        found = zip(external_ids, self._get_list(refs), strict=True)
        return {external_id: entry(record) for external_id, record in found if record is not None}

    def _get_list(self, refs: Sequence[Any]) -> list[Any | None]:
        records: list[Any | None] = []
        for start in range(0, len(refs), GET_LIST_MAX):
            chunk = list(refs[start : start + GET_LIST_MAX])
            body = self._client.read("getList", baseRef=chunk)
            refuse_failed(body.readResponseList.status, name="NetSuite getList")
            responses = list(body.readResponseList.readResponse or [])
            if len(responses) != len(chunk):
                raise Unavailable(f"NetSuite getList: {len(responses)} answers to {len(chunk)} references")
            records += [_record_or_none(response) for response in responses]
        return records

    def _search(self, basic: str, criteria: Mapping[str, Any]) -> Iterator[list[Any]]:
        search = self._client.type("platform.common", basic)(**criteria)
        headers = {"searchPreferences": {"bodyFieldsOnly": True, "pageSize": self._settings.search_page_size}}
        result = self._client.read("search", headers=headers, searchRecord=search).searchResult
        refuse_failed(result.status, name="NetSuite search")
        total, seen = int(result.totalRecords or 0), set[str]()
        while True:
            page = list(result.recordList.record or []) if result.recordList is not None else []
            seen.update(str(record.internalId) for record in page)
            if page:
                yield page
            if int(result.pageIndex or 1) >= int(result.totalPages or 1):
                break
            result = self._client.read(
                "searchMoreWithId",
                headers=headers,
                searchId=result.searchId,
                pageIndex=int(result.pageIndex) + 1,
            ).searchResult
            refuse_failed(result.status, name="NetSuite searchMoreWithId")
        if len(seen) < total:
            # Each page runs the search anew, so rows shift while records change; a lost row would be
            # a customer we do not know of, and might create again.
            raise Unavailable(
                f"NetSuite search: {total} records, but only {len(seen)} came; rows moved between pages"
            )

    def _upsert(
        self,
        writes: Sequence[RecordWrite[RecordT]],
        build: Callable[[RecordT, str], Any],
        list_size: int,
        on_answer: OnAnswer,
    ) -> None:
        size = min(list_size, max(_SMALLEST_LIST, -(-len(writes) // self._settings.slots)))
        chunks = [writes[start : start + size] for start in range(0, len(writes), size)]
        calls = [partial(self._upsert_list, chunk, build) for chunk in chunks]
        if len(calls) == 1:
            on_answer(calls[0]())
        elif calls:
            self._answer_each(calls, on_answer)

    def _answer_each(self, calls: Sequence[Callable[[], list[WriteResult]]], on_answer: OnAnswer) -> None:
        """Make the calls in parallel; one that fails stops those not yet sent, and no answer is dropped."""
        failure: BaseException | None = None
        # More threads than slots: the next lists are built while the governor holds them back.
        with ThreadPoolExecutor(max_workers=min(self._settings.slots + _BUILT_AHEAD, len(calls))) as pool:
            futures: list[Future[list[WriteResult]]] = [pool.submit(call) for call in calls]
            for future in as_completed(futures):
                try:
                    if not future.cancelled():
                        on_answer(future.result())
                except BaseException as error:  # noqa: BLE001 - raised below, after the other answers are kept
                    failure = failure or error
                    for other in futures:
                        other.cancel()
        if failure is not None:
            raise failure

    def _upsert_list(
        self, chunk: Sequence[RecordWrite[RecordT]], build: Callable[[RecordT, str], Any]
    ) -> list[WriteResult]:
        records = [build(write.record, write.operation_key) for write in chunk]
        try:
            body: Any = self._client.write("upsertList", record=records)
        except (UncertainWrite, TransientError) as error:
            return [NotWritten(operation_key=write.operation_key, error=error) for write in chunk]
        responses: list[Any] = list(body.writeResponseList.writeResponse or [])
        answered: list[WriteResult] = [
            write_result(r, w.operation_key) for w, r in zip(chunk, responses, strict=False)
        ]
        return [*answered, *_unanswered(chunk[len(responses) :], body.writeResponseList.status)]

    def _parallel(self, calls: Sequence[Callable[[], EntryT]]) -> list[EntryT]:
        if len(calls) <= 1:
            return [call() for call in calls]
        with ThreadPoolExecutor(max_workers=min(self._settings.slots, len(calls))) as pool:
            return list(pool.map(lambda call: call(), calls))


def _record_or_none(response: Any) -> Any | None:
    """Return the record, or None when there is none. Any other failure is raised, never read as absence."""
    if response.status.isSuccess:
        return response.record
    codes = {str(detail.code) for detail in response.status.statusDetail or []}
    if codes & {"RCRD_DSNT_EXIST", "INVALID_KEY_OR_REF", "NONEXISTENT_EXTERNAL_ID"}:
        return None
    refuse_failed(response.status, name="NetSuite getList")
    return None


def _unanswered(chunk: Sequence[RecordWrite[Any]], status: Any) -> list[WriteResult]:
    """NetSuite cuts a list near its 15 minutes: what has no status of its own may have landed."""
    said = "; ".join(str(detail.message) for detail in getattr(status, "statusDetail", None) or [])
    return [
        NotWritten(
            operation_key=write.operation_key,
            error=UncertainWrite(f"NetSuite upsertList: no status for {write.operation_key} {said}".rstrip()),
        )
        for write in chunk
    ]
