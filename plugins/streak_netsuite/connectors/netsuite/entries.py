"""SuiteTalk records as the flows' small entries."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.calls.search import SearchRow
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import iso_country
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.errors import Unavailable
from streak_netsuite.flows.reconcile import OrderRow
from streak_netsuite.model.order_total import AddedPart, OrderTotal
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.ports import ItemEntry, OrderEntry, TaxCodeEntry


def customer_entry(record: SuiteRecord, *, key: str | None) -> CustomerEntry:
    """Return a customer as the directory keeps it, under our key when it has one."""
    full_name = " ".join(part for part in (record.text("firstName"), record.text("lastName")) if part)
    person = record.flag("isPerson") and full_name
    return CustomerEntry(
        internal_id=record.internal_id,
        external_id=key,
        name=full_name if person else (record.text("companyName") or full_name or record.text("entityId")),
        entity_id=record.text("entityId"),
        email=record.text("email"),
        phone=record.text("phone"),
        address=record.text("defaultAddress"),
        registration_number=record.text("vatRegNumber"),
        subsidiary=_ref_id(record, "subsidiary"),
        currencies=_currencies(record),
        inactive=record.flag("isInactive"),
        # "_auto" follows the account's days and limits, which only NetSuite knows.
        on_credit_hold=record.text("creditHoldOverride") == "_on",
        last_modified=record.moment("lastModifiedDate"),
    )


def order_entry(record: SuiteRecord, *, key: str | None, zone: ZoneInfo, ui_url: str) -> OrderEntry:
    """Return a sales order with the day it is dated, in the integration user's zone."""
    entity, dated = record.ref("entity"), record.moment("tranDate")
    if entity is None or dated is None:
        raise ValueError(f"sales order {record.internal_id} has no customer or no date")
    currency = record.ref("currency")
    return OrderEntry(
        internal_id=record.internal_id,
        external_id=key,
        number=record.text("tranId") or record.internal_id,
        total=record.amount("total") or Decimal(0),
        currency=record.text("currencyName") or (currency.name if currency else ""),
        transaction_date=dated.astimezone(zone).date(),
        status=(record.text("orderStatus") or record.text("status")).removeprefix("_"),
        customer=Reference(internal_id=entity.internal_id, name=entity.name),
        url=order_url(ui_url, record.internal_id),
    )


def order_row(row: SearchRow, *, key_field: str | None) -> OrderRow:
    """Return a row of the orders' search.

    Raises:
        Unavailable: it has no internal id.
    """
    internal, external = row.first("internalId"), row.first("externalId")
    if not isinstance(internal, RecordRef):
        raise Unavailable("a sales order came without its internal id")
    key = (
        (external.external_id or external.internal_id) if isinstance(external, RecordRef) else external or ""
    )
    if key_field is not None:
        field = row.custom_fields.get(key_field)
        key = field.value if field is not None else ""
    currency = row.first("currency")
    return OrderRow(
        internal_id=internal.internal_id,
        number=str(row.first("tranId") or internal.internal_id),
        key=str(key),
        total=_amount(row, "total"),
        currency=(currency.name or currency.internal_id) if isinstance(currency, RecordRef) else "",
        status=str(row.first("status") or "").removeprefix("_"),
        tax=_amount(row, "taxTotal"),
        shipping=_amount(row, "shippingAmount"),
        discount=_amount(row, "discountAmount"),
    )


def order_total(record: SuiteRecord) -> OrderTotal:
    """Return what the total of a sales order is made of, in its own currency."""

    def first(*names: str) -> Decimal:
        found = (record.amount(name) for name in names)
        return next((amount for amount in found if amount is not None), Decimal(0))

    return OrderTotal(
        total=first("total"),
        parts={
            AddedPart.TAX: first("taxTotal") + first("tax2Total"),  # Canada's second tax has a sum of its own
            # With several shipping routes only the sum over all of them is there.
            AddedPart.SHIPPING: first("shippingCost", "altShippingCost"),
            AddedPart.HANDLING: first("handlingCost", "altHandlingCost"),
            AddedPart.DISCOUNT: first("discountTotal"),
        },
    )


def customer_row(row: SearchRow) -> CustomerRow:
    """Return a row of the customers' search.

    Raises:
        Unavailable: it has no internal id.
    """
    internal, created = row.first("internalId"), row.first("dateCreated")
    if not isinstance(internal, RecordRef):
        raise Unavailable("a customer came without its internal id")
    full_name = " ".join(part for part in (_text(row, "firstName"), _text(row, "lastName")) if part)
    person = row.first("isPerson") is True and full_name
    return CustomerRow(
        internal_id=internal.internal_id,
        number=_text(row, "entityId"),
        name=full_name if person else (_text(row, "companyName") or full_name or _text(row, "entityId")),
        email=_text(row, "email"),
        phone=_text(row, "phone"),
        street=_text(row, "billAddress1"),
        city=_text(row, "billCity"),
        postcode=_text(row, "billZipCode"),
        country=iso_country(_text(row, "billCountry")),
        registration_number=_text(row, "vatRegNumber"),
        balance=_amount(row, "balance"),
        orders=_amount(row, "unbilledOrders"),
        inactive=row.first("isInactive") is True,
        created=created.astimezone(UTC) if isinstance(created, datetime) else None,
    )


def _text(row: SearchRow, column: str) -> str:
    return str(row.first(column) or "")


def _amount(row: SearchRow, column: str) -> Decimal:
    return Decimal(str(row.first(column) or 0))


def order_url(ui_url: str, internal_id: str) -> str:
    """Return where a person opens a sales order."""
    return f"{ui_url}/app/accounting/transactions/salesord.nl?id={internal_id}"


def item_entry(record: SuiteRecord) -> ItemEntry:
    """Return an item of any type."""
    return ItemEntry(
        internal_id=record.internal_id, name=record.text("itemId"), inactive=record.flag("isInactive")
    )


def tax_code_entry(record: SuiteRecord) -> TaxCodeEntry:
    """Return a sales tax item or a tax group."""
    offered = record.many("subsidiaryList")
    return TaxCodeEntry(
        internal_id=record.internal_id,
        name=record.text("itemId"),
        inactive=record.flag("isInactive"),
        subsidiaries=tuple(ref.internal_id for ref in offered if ref.internal_id),
        includes_children=record.flag("includeChildren"),
    )


def _currencies(record: SuiteRecord) -> tuple[str, ...]:
    ids = [_ref_id(record, "currency"), *(_ref_id(row, "currency") for row in record.rows("currencyList"))]
    return tuple(dict.fromkeys(one for one in ids if one))


def _ref_id(fields: Fields, name: str) -> str:
    ref = fields.ref(name)
    return ref.internal_id if ref is not None else ""
