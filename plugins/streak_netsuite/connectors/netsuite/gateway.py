"""NetSuite as the flows see it, over SOAP: the OrderTarget port."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar

from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.call import SearchPreferences, SoapCall
from streak_netsuite.connectors.netsuite.calls.account import (
    get_account_limits,
    get_integration_limits,
    get_server_time,
)
from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.search import search
from streak_netsuite.connectors.netsuite.calls.selection import SelectField
from streak_netsuite.connectors.netsuite.credit_holds import CreditHolds
from streak_netsuite.connectors.netsuite.currencies import currency_digits
from streak_netsuite.connectors.netsuite.customer_desk import CustomerDesk
from streak_netsuite.connectors.netsuite.customer_subsidiaries import TIE, find_ties, write_tie
from streak_netsuite.connectors.netsuite.deposits import Deposits
from streak_netsuite.connectors.netsuite.entries import (
    customer_entry,
    customer_row,
    item_entry,
    order_entry,
    order_row,
    order_total,
    order_url,
    tax_code_entry,
)
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition, FieldCatalogue
from streak_netsuite.connectors.netsuite.field_values import FieldValues, Values
from streak_netsuite.connectors.netsuite.invoicing import Invoicing
from streak_netsuite.connectors.netsuite.item_catalogue import ItemCatalogue
from streak_netsuite.connectors.netsuite.keys import (
    TAKEN,
    explain_owner,
    find_by_field,
    key_of,
    keys_on,
    under_key,
    verb_for,
)
from streak_netsuite.connectors.netsuite.order_editing import OrderEditing
from streak_netsuite.connectors.netsuite.order_stories import OrderStories, PassingStories
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.record_types import NetSuiteRecords
from streak_netsuite.connectors.netsuite.records.customer import write_customer
from streak_netsuite.connectors.netsuite.records.sales_order import write_sales_order
from streak_netsuite.connectors.netsuite.search_request import (
    Column,
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
    text_contains,
    text_is,
    text_starts_with,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.select_lists import SelectLists
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.standard_fields import standard_fields
from streak_netsuite.connectors.netsuite.streams import DeletionStream, TransactionStream
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import PermanentError, RejectedByVendor
from streak_netsuite.flows.overdue import OverdueInvoice
from streak_netsuite.flows.reconcile import OrderRow
from streak_netsuite.model.custom_field import CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.model.held_order import HeldOrder
from streak_netsuite.model.order_story import OrderStory
from streak_netsuite.model.order_total import OrderTotal
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.model.stocked_item import StockedItem
from streak_netsuite.sync.call_share import SaidConcurrency
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.order_change import OrderChange
from streak_netsuite.sync.ports import (
    BillableOrder,
    InvoicePreview,
    ItemEntry,
    NotWritten,
    OnAnswer,
    OnSend,
    OrderEntry,
    RecordWrite,
    TaxCodeEntry,
    WriteResult,
)

EntryT = TypeVar("EntryT")

log = logging.getLogger(__name__)

_ROW_COLUMNS = (
    *("internalId", "tranId", "total", "currency", "status", "externalId"),
    *("taxTotal", "shippingAmount", "discountAmount"),
)
_CUSTOMER_COLUMNS = (
    "internalId",
    "entityId",
    "isPerson",
    "companyName",
    "firstName",
    "lastName",
    "email",
    "phone",
    "billAddress1",
    "billCity",
    "billZipCode",
    "billCountry",
    "vatRegNumber",
    "balance",
    "unbilledOrders",
    "isInactive",
    "dateCreated",
)
_ASKED_AT_ONCE = 50  # customers in one search
_FEW = 5  # the smallest page there is
_BEGINNING = 3  # letters
_MOST_SUGGESTED = 20  # searches for suggestions: each costs a slot
_OWN_LIMIT = "_integrationSpecific"
_TAX_CODE_TYPES = ("salesTaxItem", "taxGroup")


class NetSuiteGateway:
    """Customers, orders and items of one account."""

    def __init__(self, client: SoapClient, settings: NetSuiteSettings) -> None:
        self._client = client
        self.governor = client.governor
        self._settings = settings
        self._batches = BatchWriter(client, settings)
        self._searches = Searches(client, page_size=settings.search_page_size)
        self._credit = CreditHolds(self._searches, field=settings.credit_holds)
        self._stories = OrderStories(
            client,
            self._searches,
            self._credit,
            zone=settings.user_zone,
            url_of=partial(order_url, client.account.ui_url),
        )
        self._invoicing = Invoicing(client, self._searches, self._stories)
        self._deposits = Deposits(client, self._searches)
        self._customers = CustomerDesk(client, self._searches)
        self._lists = SelectLists(client=client)
        self._field_values = FieldValues(client, zone=settings.user_zone, slots=settings.slots)
        self._editing = OrderEditing(
            client, self._searches, zone=settings.user_zone, key_fields=settings.key_fields
        )

    def records(self, record_type: str) -> NetSuiteRecords:
        """Return the records of a type: SuiteTalk's name, or a custom type's script id."""
        return NetSuiteRecords(client=self._client, settings=self._settings, type=record_type)

    def custom_fields(self) -> Sequence[CustomFieldDefinition]:
        """Return the account's custom fields."""
        return FieldCatalogue(self._client).read()

    def standard_fields(self, record_type: str, *, sublist: str = "") -> Mapping[str, CustomFieldType]:
        """Return the single-valued fields that the account's schema has for a record, or for lines of it, with what they take."""
        return standard_fields(self._client.schema, record_type, sublist=sublist)

    def choices(self, record_type: str, name: str, *, sublist: str = "") -> Mapping[str, str]:
        """Return what a select field offers: internal ids by name, of the first pages.

        Raises:
            RejectedByVendor: the account has no such field, or the role may not see its list.
        """
        return self.entries(SelectField(record_type=record_type, name=name, sublist=sublist))

    def entries(self, wanted: SelectField) -> Mapping[str, str]:
        """Return what a select field of any record offers; as `choices`."""
        return {one.name: one.internal_id for one in self._lists.entries(wanted) if one.name}

    def field_options(self, fields: Sequence[SelectField]) -> Values:
        """Return the entries that select fields offer, those of the first page; a field without a list is left out."""
        return self._field_values.options(fields)

    def field_samples(self, since: datetime) -> Values:
        """Return what some customers and sales orders hold, by field: those changed since, or any when none was."""
        return self._field_values.samples(since)

    def find_entries(self, field: str, names: Sequence[str]) -> Mapping[str, Sequence[Reference]]:
        """Return for each name the entries called so, of the list that a field such as `salesOrder.terms` offers."""
        return self._lists.find(field, names)

    def entry_names(self, field: str) -> Sequence[str]:
        """Return the names of a list's entries, to suggest from."""
        return self._lists.names(field)

    def server_time(self) -> datetime:
        """Return NetSuite's clock; the connection test."""
        return self._client.send(get_server_time())

    def concurrency(self) -> SaidConcurrency | None:
        """Return how many calls at once NetSuite says we may make; None when the role may not read it."""
        ours = self._limit(get_integration_limits())
        if ours is not None and ours.kind == _OWN_LIMIT and ours.concurrency:
            return SaidConcurrency(calls=ours.concurrency, source="integration")
        account = self._limit(get_account_limits())
        if account is None or not account.concurrency:
            return None
        # What is allocated to other integrations is not ours to use.
        return SaidConcurrency(calls=account.unallocated or account.concurrency, source="account")

    def _limit(self, call: SoapCall[EntryT]) -> EntryT | None:
        try:
            return self._client.send(call)
        except (PermanentError, RejectedByVendor) as error:
            log.info("the account's limits cannot be read: %s", error)
            return None

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of customers modified at or after a time, or of all."""
        criteria = {} if since is None else {"lastModifiedDate": on_or_after(since)}
        for page in self._searches.records(SearchRequest(subject="Customer", criteria=criteria)):
            yield [self._customer_entry(record) for record in page if record.type == "customer"]

    def customer_rows(self) -> Iterator[Sequence[CustomerRow]]:
        """Yield every customer of the account as a row, with its address and its balances, page by page."""
        request = SearchRequest(
            subject="Customer", columns=tuple(Column(name=name) for name in _CUSTOMER_COLUMNS)
        )
        for page in self._searches.rows_by_id(request):
            yield [customer_row(row) for row in page]

    def customer_rows_of(self, internal_ids: Sequence[str]) -> Mapping[str, CustomerRow]:
        """Return the customers that exist among these as rows, by internal id."""
        found: dict[str, CustomerRow] = {}
        for start in range(0, len(internal_ids), _ASKED_AT_ONCE):
            some = internal_ids[start : start + _ASKED_AT_ONCE]
            refs = [RecordRef(type="customer", internal_id=one) for one in some]
            request = SearchRequest(
                subject="Customer",
                criteria={"internalId": any_of(*refs)},
                columns=tuple(Column(name=name) for name in _CUSTOMER_COLUMNS),
            )
            for page in self._searches.rows_by_id(request):
                found |= {row.internal_id: row for row in map(customer_row, page)}
        return found

    def customer_values(self, internal_ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return what the customers that exist hold in the fields that a merge fills."""
        return self._customers.values(internal_ids)

    def change_customer(self, internal_id: str, values: Mapping[str, str]) -> None:
        """Write values of a customer; every other field stays as it is."""
        self._customers.change(internal_id, values)

    def documents_of(self, internal_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Return how many transactions hang on each customer, by type."""
        return self._customers.documents(internal_ids)

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these external ids."""
        return self._by_key("customer", external_ids, self._customer_entry)

    def upsert_customers(
        self,
        writes: Sequence[RecordWrite[Customer]],
        on_answer: OnAnswer,
        on_send: OnSend = lambda _: None,
    ) -> None:
        """Write customers under their operation keys."""
        builds = [(w.operation_key, partial(write_customer, w.record)) for w in writes]
        self._write("customer", builds, on_answer, on_send)

    def find_subsidiaries(self, wanted: Mapping[str, CustomerSubsidiary]) -> Mapping[str, RecordRef]:
        """Return those of these ties that exist, whoever has made them, under the same keys."""
        return find_ties(self._searches, wanted)

    def upsert_subsidiaries(
        self,
        writes: Sequence[RecordWrite[CustomerSubsidiary]],
        on_answer: OnAnswer,
        on_send: OnSend = lambda _: None,
    ) -> None:
        """Add customers to further subsidiaries under their operation keys."""
        builds = [(w.operation_key, partial(write_tie, w.record)) for w in writes]
        self._write(TIE, builds, on_answer, on_send)

    def find_orders(self, external_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return the sales orders that carry one of these external ids."""
        return self._by_key("salesOrder", external_ids, self._order_entry)

    def get_orders(self, internal_ids: Sequence[str]) -> Mapping[str, OrderEntry]:
        """Return sales orders by internal id; missing ones are left out."""
        found = self._get([RecordRef(type="salesOrder", internal_id=one) for one in internal_ids])
        return {record.internal_id: self._order_entry(record) for record in found if record is not None}

    def upsert_orders(
        self,
        writes: Sequence[RecordWrite[SalesOrder]],
        on_answer: OnAnswer,
        on_send: OnSend = lambda _: None,
    ) -> None:
        """Write sales orders under their operation keys."""
        builds = [(w.operation_key, partial(write_sales_order, w.record)) for w in writes]
        self._write("salesOrder", builds, on_answer, on_send)

    def order_stories(self, order_ids: Sequence[str]) -> Mapping[str, OrderStory]:
        """Return what became of these orders; missing ones are left out."""
        return self._stories.read(order_ids, with_credit=True)

    def stories_in_passing(self, *, clock: Callable[[], datetime]) -> PassingStories:
        """Return a reader of what became of very many orders, a few at a time, in one pass."""
        return self._stories.in_passing(clock=clock)

    def orders_behind(self, documents: Sequence[ExternalRef]) -> Mapping[ExternalRef, frozenset[str]]:
        """Return the internal ids of the orders behind changed transactions; a transaction that is gone is left out."""
        refs = {RecordRef(type=one.kind.value, internal_id=one.id): one for one in documents}
        return {refs[ref]: orders for ref, orders in self._stories.behind(list(refs)).items()}

    def keys_of(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, frozenset[str]]:
        """Return the keys that each of these records carries; those that do not exist are left out."""
        found = self._get([RecordRef(type=one.kind.value, internal_id=one.id) for one in records])
        return {
            ref: keys_on(record, self._settings.key_fields)
            for ref, record in zip(records, found, strict=True)
            if record is not None
        }

    @property
    def was_accepted(self) -> bool:
        """Whether NetSuite has taken our credentials since this gateway was opened."""
        return self._client.was_accepted

    @property
    def has_written(self) -> bool:
        """Whether a write has left since this gateway was opened."""
        return self._client.has_written

    def order_rows(self) -> Iterator[Sequence[OrderRow]]:
        """Yield every sales order of the account as a row, page by page."""
        script_id = self._settings.key_fields.get("salesOrder")
        columns = [Column(name=name) for name in _ROW_COLUMNS]
        if script_id is not None:
            columns.append(Column(name=script_id, custom_type=CustomFieldType.TEXT))
        request = SearchRequest(
            subject="Transaction",
            criteria={"type": any_of("_salesOrder"), "mainLine": checked(value=True)},
            columns=tuple(columns),
        )
        for page in self._searches.rows_by_id(request):
            yield [order_row(row, key_field=script_id) for row in page]

    def order_totals(self, order_ids: Sequence[str]) -> Mapping[str, OrderTotal]:
        """Return what the totals of these orders are made of, from their records; missing ones are left out."""
        found = self._get([RecordRef(type="salesOrder", internal_id=one) for one in order_ids])
        return {record.internal_id: order_total(record) for record in found if record is not None}

    def currency_digits(self) -> Mapping[str, int]:
        """Return how many digits after the point amounts have, by a currency's internal id, name and code."""
        return currency_digits(self._client)

    def billable_orders(self) -> Sequence[str]:
        """Return the internal ids of orders that wait to be billed, in whole or in part."""
        return self._invoicing.billable_orders()

    def describe_billable(self, order_ids: Sequence[str]) -> Mapping[str, BillableOrder]:
        """Return what of these orders can be billed; those that cannot any more are left out."""
        return self._invoicing.describe(order_ids)

    def unbilled_purchases(self, purchases: Sequence[str]) -> frozenset[str]:
        """Return which of these purchase orders the vendor has not billed whole; a closed one is done with."""
        return self._invoicing.unbilled_purchases(purchases)

    def find_invoice(self, external_id: str, *, order_id: str = "") -> str | None:
        """Return the internal id of the invoice that carries this external id, perhaps only if it is of an order."""
        return self._invoicing.find(external_id, order_id=order_id)

    def preview_invoice(
        self, order_id: str, *, besides: Mapping[int, Decimal] | None = None
    ) -> InvoicePreview:
        """Return the invoice that an order would be billed with; nothing is made."""
        return self._invoicing.preview(order_id, besides=besides)

    def make_invoice(
        self,
        order_id: str,
        *,
        external_id: str,
        dated: date,
        memo: str,
        besides: Mapping[int, Decimal] | None = None,
    ) -> str:
        """Turn an order into an invoice over what is shipped and not billed; return its internal id."""
        return self._invoicing.make(
            order_id, external_id=external_id, dated=dated, memo=memo, besides=besides
        )

    def deposits_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the internal ids of the deposits that were paid for each of these orders; orders without any are left out."""
        return self._deposits.of_orders(order_ids)

    def find_application(self, external_id: str) -> str | None:
        """Return the internal id of the deposit application that carries this external id."""
        return self._deposits.find(external_id)

    def apply_deposit(self, deposit_id: str, invoice_id: str, *, external_id: str) -> str | None:
        """Apply what is left of a deposit to an invoice; None when there is nothing to apply."""
        return self._deposits.apply(deposit_id, invoice_id, external_id=external_id)

    def held_orders(self, order_ids: Sequence[str], *, more: Collection[str] = ()) -> Mapping[str, HeldOrder]:
        """Return orders as NetSuite holds them, line by line; missing ones are left out.

        Args:
            more: SuiteTalk's names of further standard fields that are wanted, of the body and of lines.
        """
        return self._editing.read(order_ids, more)

    def closed_periods(self) -> Sequence[tuple[date, date]]:
        """Return the first and last day of every closed accounting period."""
        return self._editing.closed_periods()

    def change_order(self, change: OrderChange) -> None:
        """Write one change; every line and field that it does not name stays as it is."""
        self._editing.change(change)

    def close_lines(self, order: HeldOrder, numbers: Sequence[int], *, closed: bool = True) -> None:
        """Close lines of an order by their numbers, or open them again."""
        self._editing.close_lines(order, numbers, closed=closed)

    def cancel_order(self, order: HeldOrder) -> None:
        """Cancel an order that is not approved yet."""
        self._editing.cancel(order)

    def overdue_invoices(self, today: date) -> Iterator[Sequence[OverdueInvoice]]:
        """Yield the open invoices that were due before this day, page by page."""
        return self._stories.overdue(today)

    def customers_on_credit_hold(self) -> frozenset[str] | None:
        """Return the internal ids of all customers who are on credit hold now; None when nobody knows."""
        return self._credit.held()

    def transactions(self) -> TransactionStream:
        """Return the account's changed transactions, for the sweep."""
        return TransactionStream(searches=self._searches, account=self._client.account.realm)

    def deletions(self, clock: Callable[[], datetime]) -> DeletionStream:
        """Return the account's deleted transactions, for the sweep."""
        return DeletionStream(client=self._client, clock=clock)

    def items(self, *, with_stock: bool) -> Iterator[Sequence[StockedItem]]:
        """Yield every item that may stand on an order, inactive ones too, by pages, with prices by level."""
        catalogue = ItemCatalogue(self._client, page_size=self._settings.search_page_size)
        return catalogue.pages(with_stock=with_stock)

    def find_items(self, names: Sequence[str]) -> Mapping[str, Sequence[ItemEntry]]:
        """Return the items of each name (NetSuite's itemId), inactive ones too."""
        return dict(zip(names, self._parallel([partial(self._items, name) for name in names]), strict=True))

    def missing_customers(self, internal_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these customers do not exist any more, deleted or merged into another."""
        found = self._get([RecordRef(type="customer", internal_id=one) for one in internal_ids])
        return frozenset(one for one, record in zip(internal_ids, found, strict=True) if record is None)

    def suggest_items(self, names: Sequence[str]) -> Sequence[str]:
        """Return names of active items that share a word or their beginning with one of these."""
        asked = {_longest_word(name): text_contains for name in names}
        asked |= {name[:_BEGINNING]: text_starts_with for name in names if len(name) >= _BEGINNING}
        calls = [partial(self._item_names, ask(text)) for text, ask in asked.items() if text]
        return sorted({name for found in self._parallel(calls[:_MOST_SUGGESTED]) for name in found})

    def _item_names(self, criterion: Criterion) -> list[str]:
        request = SearchRequest(
            subject="Item", criteria={"itemId": criterion, "isInactive": checked(value=False)}
        )
        preferences = SearchPreferences(page_size=self._settings.search_page_size)
        return [record.text("itemId") for record in self._client.send(search(request, preferences)).records]

    def find_tax_codes(self, references: Sequence[Reference]) -> Mapping[Reference, TaxCodeEntry]:
        """Return the tax codes that exist among these; a code is a sales tax item or a tax group."""
        asked = [(reference, type_) for reference in references for type_ in _TAX_CODE_TYPES]
        found = self._get([RecordRef.of(reference, type_=type_) for reference, type_ in asked])
        pairs = zip(asked, found, strict=True)
        return {reference: tax_code_entry(record) for (reference, _), record in pairs if record is not None}

    def _items(self, name: str) -> list[ItemEntry]:
        request = SearchRequest(subject="Item", criteria={"itemId": text_is(name)})
        return [item_entry(record) for page in self._searches.records(request) for record in page]

    def _write(
        self,
        type_: str,
        builds: Sequence[tuple[str, Callable[[str], SuiteRecord]]],
        on_answer: OnAnswer,
        on_send: OnSend,
    ) -> None:
        fields = self._settings.key_fields
        drafts = [
            Draft(key=key, type=type_, build=partial(_keyed, build, key, fields)) for key, build in builds
        ]
        self._batches.write(
            verb_for(type_, fields),
            drafts,
            lambda results: on_answer([self._owned(type_, r) for r in results]),
            on_send,
        )

    def _owned(self, type_: str, result: WriteResult) -> WriteResult:
        """Name the owner of an external id that is taken."""
        if not isinstance(result, NotWritten) or not isinstance(result.error, RejectedByVendor):
            return result
        if result.error.code not in TAKEN:
            return result
        error = explain_owner(self._client, type_, result.operation_key, result.error)
        return NotWritten(operation_key=result.operation_key, error=error)

    def _customer_entry(self, record: SuiteRecord) -> CustomerEntry:
        return customer_entry(record, key=key_of(record, self._settings.key_fields))

    def _order_entry(self, record: SuiteRecord) -> OrderEntry:
        return order_entry(
            record,
            key=key_of(record, self._settings.key_fields),
            zone=self._settings.user_zone,
            ui_url=self._client.account.ui_url,
        )

    def _by_key(
        self, type_: str, keys: Sequence[str], entry: Callable[[SuiteRecord], EntryT]
    ) -> dict[str, EntryT]:
        """Return the records that carry one of our keys."""
        script_id = self._settings.key_fields.get(type_)
        if script_id is None:
            found = self._get([RecordRef(type=type_, external_id=key) for key in keys])
        else:
            found = self._parallel([partial(self._by_field, type_, script_id, key) for key in keys])
        return {key: entry(record) for key, record in zip(keys, found, strict=True) if record is not None}

    def _by_field(self, type_: str, script_id: str, key: str) -> SuiteRecord | None:
        return find_by_field(self._client, SuiteRecord(type=type_, external_id=key), script_id)

    def _get(self, refs: Sequence[RecordRef]) -> list[SuiteRecord | None]:
        return [
            answer.record_or_none(name="NetSuite getList")
            for start in range(0, len(refs), GET_LIST_MAX)
            for answer in self._client.send(get_list(refs[start : start + GET_LIST_MAX]))
        ]

    def _parallel(self, calls: Sequence[Callable[[], EntryT]]) -> list[EntryT]:
        if len(calls) <= 1:
            return [call() for call in calls]
        with ThreadPoolExecutor(max_workers=min(self._settings.slots, len(calls))) as pool:
            return list(pool.map(lambda call: call(), calls))


def _longest_word(name: str) -> str:
    return max(name.split(), key=len, default="")


def _keyed(build: Callable[[str], SuiteRecord], key: str, fields: Mapping[str, str]) -> SuiteRecord:
    return under_key(build(key), fields)
