"""What a search looks at: rows of records, and the value of each search field in a row.

A transaction has one row for itself (its main line) and one per line; every other record has one row.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import credit, periods, view
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, TRANSACTION_KINDS
from streak_netsuite.sandbox.netsuite.links import applied_entries
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.settlements import VOIDED
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is None for a record's own row."""

    record: Record
    line: Fields | None = None


# The record types behind each search, by the first word of its schema type.
SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AccountingPeriod": ("accountingPeriod",),
        "Contact": ("contact",),
        "Customer": ("customer",),
        "CustomerSubsidiaryRelationship": ("customerSubsidiaryRelationship",),
        "CustomRecord": ("customRecord",),
        "Item": ITEM_KINDS,
        "Transaction": TRANSACTION_KINDS,
    }
)
# Search fields whose value differs between the lines of a transaction.
LINE_FIELDS = frozenset(
    "amount class closed customFieldList department fxAmount item line location mainLine memo quantity rate".split()
)
_ITEM_TYPES = {
    "assemblyItem": "_assembly",
    "discountItem": "_discount",
    "kitItem": "_kit",
    "nonInventoryResaleItem": "_nonInventoryItem",
    "nonInventorySaleItem": "_nonInventoryItem",
    "otherChargeResaleItem": "_otherCharge",
    "otherChargeSaleItem": "_otherCharge",
    "serviceResaleItem": "_service",
    "serviceSaleItem": "_service",
}
# Statuses whose name in searches is not the one on the record, and record types that search under another name.
_STATUS_NAMES = {
    "fullyBilled": "billed",
    "pendingBillingPartFulfilled": "pendingBillingPartiallyFulfilled",
}
_STATUS_KINDS = {"customerPayment": "payment"}
_BASE_PRICE_LEVEL = "1"


def rows(record: Record, *, with_lines: bool) -> Iterator[Row]:
    """Yield a record's own row, then one per line when they are wanted."""
    yield Row(record)
    if with_lines and record.kind in TRANSACTION_KINDS:
        for line in record.sublists.get("itemList", []):
            yield Row(record, line)


def value(store: Store, row: Row, name: str) -> Any:
    """Return what a search field holds in a row, days as times; None when it is empty."""
    get = _GETTERS.get(name)
    if get is None and row.record.kind in ITEM_KINDS:
        get = _ITEM_GETTERS.get(name)
    found = get(store, row) if get is not None else view.derived(store, row.record, name)
    return _plain(store, found)


def custom_value(store: Store, row: Row, script_id: str) -> Any:
    """Return what a custom field holds in a row: on the line, else on the record."""
    kept: CustomValue | None = None
    if row.line is not None:
        kept = row.line.get("custom", {}).get(script_id)
    kept = kept or row.record.custom.get(script_id)
    return _plain(store, kept.value) if kept is not None else None


def custom_field(store: Store, sent: Fields) -> CustomField:
    """Return the custom field a criterion or column names, by script id or else by internal id.

    Raises:
        RecordRefused: there is none.
    """
    script_id, internal_id = sent.get("@scriptId", ""), sent.get("@internalId", "")
    found = store.custom_fields.get(script_id)
    if found is None and not script_id:
        found = next((f for f in store.custom_fields.values() if f.internal_id == internal_id), None)
    if found is None:
        raise RecordRefused("INVALID_SEARCH_FIELD_OBJ", f"Invalid search field {script_id or internal_id}.")
    return found


def _plain(store: Store, found: Any) -> Any:
    if isinstance(found, date) and not isinstance(found, datetime):
        return store.show_day(found)
    return found


def status(record: Record) -> str:
    """Return a transaction's status as its record calls it, in one word: "pendingBilling", "open"."""
    raw = record.fields.get("orderStatus") or record.fields.get("shipStatus") or record.fields.get("status")
    words = str(raw or "").removeprefix("_").replace("/", " ").split()
    joined = "".join(f"{word[0].upper()}{word[1:]}" for word in words)
    return joined[:1].lower() + joined[1:]


def _status(_store: Store, row: Row) -> str:
    word = status(row.record)
    word = _STATUS_NAMES.get(word, word)
    kind = _STATUS_KINDS.get(row.record.kind, row.record.kind)
    return f"_{kind}{word[:1].upper()}{word[1:]}" if word else ""


def _amount(_store: Store, row: Row) -> Any:
    if row.line is not None:
        return row.line.get("amount")
    fields = row.record.fields
    return next((fields[n] for n in ("total", "payment", "amount") if fields.get(n) is not None), None)


def _of_line(name: str) -> Callable[[Store, Row], Any]:
    """Return the getter of what only lines have."""
    return lambda _store, row: row.line.get(name) if row.line is not None else None


def _of_line_or_record(name: str) -> Callable[[Store, Row], Any]:
    """Return the getter of what lines may have and else the record has."""

    def get(_store: Store, row: Row) -> Any:
        found = row.line.get(name) if row.line is not None else None
        return row.record.fields.get(name) if found is None else found

    return get


def _type(_store: Store, row: Row) -> str:
    return _ITEM_TYPES.get(row.record.kind, f"_{row.record.kind}")


def party(row: Row) -> Any:
    """Return a reference to a transaction's customer, whatever its record calls it."""
    return row.record.fields.get("entity") or row.record.fields.get("customer")


def _memo(_store: Store, row: Row) -> Any:
    return row.record.fields.get("memo") if row.line is None else row.line.get("description")


def _applied_to(store: Store, row: Row) -> tuple[Ref, ...]:
    """Return what a payment or credit is applied to; an invoice's or shipment's order, too."""
    ids = [str(entry["doc"]) for entry in applied_entries(row.record)]
    source = row.record.fields.get("createdFrom")
    found = tuple(_named(store, id_) for id_ in ids)
    return (source, *found) if isinstance(source, Ref) else found


def _applying(store: Store, row: Row) -> tuple[Ref, ...]:
    id_ = row.record.internal_id
    found = [*store.linked("applied", id_), *store.linked("source", id_)]
    return tuple(Ref(internal_id=r.internal_id, name=r.name) for r in found)


def _named(store: Store, internal_id: str) -> Ref:
    record = store.find(Ref(internal_id=internal_id), *TRANSACTION_KINDS)
    return Ref(internal_id=internal_id, name=record.name if record is not None else "")


def _billing(name: str) -> Callable[[Store, Row], Any]:
    """Return the getter of a part of the default billing address."""

    def get(_store: Store, row: Row) -> Any:
        for entry in row.record.sublists.get("addressbookList", []):
            if entry.get("defaultBilling"):
                return entry.get("addressbookAddress", {}).get(name)
        return None

    return get


def _stock(name: str) -> Callable[[Store, Row], Any]:
    """Return the getter of an item's quantity, over all its locations."""

    def get(_store: Store, row: Row) -> Any:
        whole = row.record.fields.get(name)
        places = row.record.sublists.get("locationsList", [])
        counted = [p[name] for p in places if p.get(name) is not None]
        return whole if whole is not None or not counted else sum(counted, Decimal(0))

    return get


def _base_price(_store: Store, row: Row) -> Any:
    for entry in row.record.sublists.get("pricingMatrix", []):
        prices = entry.get("priceList", {}).get("price", [])
        if entry["priceLevel"].internal_id == _BASE_PRICE_LEVEL and prices:
            return prices[0].get("value")
    return row.record.fields.get("rate")


def _is_closed(store: Store, row: Row) -> Any:
    """Return whether a line is closed, or an accounting period."""
    if row.record.kind == "accountingPeriod":
        return periods.closing(store, row.record)["closed"]
    return _of_line("isClosed")(store, row)


# Search fields that are not an element of the record.
_GETTERS: Mapping[str, Callable[[Store, Row], Any]] = MappingProxyType(
    {
        "amount": _amount,
        "appliedToTransaction": _applied_to,
        "applyingTransaction": _applying,
        "billAddress": _billing("addrText"),
        "billAddress1": _billing("addr1"),
        "billCity": _billing("city"),
        "billCountry": _billing("country"),
        "billState": _billing("state"),
        "billZipCode": _billing("zip"),
        "class": _of_line_or_record("class"),
        "closed": _is_closed,
        "consolBalance": lambda store, row: view.derived(store, row.record, "balance"),
        "creditHoldOverride": lambda _s, row: row.record.fields.get("creditHoldOverride") == "_off",
        "created": lambda _s, row: row.record.created_at,
        "dateCreated": lambda _s, row: row.record.created_at,
        "department": _of_line_or_record("department"),
        "discountAmount": lambda _s, row: row.record.fields.get("discountTotal"),
        "entity": lambda _s, row: party(row),
        "externalId": lambda _s, row: Ref(external_id=row.record.external_id) or None,
        "externalIdString": lambda _s, row: row.record.external_id,
        "fxAmount": _amount,
        "id": lambda _s, row: int(row.record.internal_id),
        "internalId": lambda _s, row: Ref(internal_id=row.record.internal_id),
        "internalIdNumber": lambda _s, row: int(row.record.internal_id),
        "item": _of_line("item"),
        "lastModified": lambda _s, row: row.record.modified_at,
        "lastModifiedDate": lambda _s, row: row.record.modified_at,
        "line": _of_line("line"),
        "location": _of_line_or_record("location"),
        "manualCreditHold": lambda _s, row: row.record.fields.get("creditHoldOverride") == "_on",
        "mainLine": lambda _s, row: row.line is None,
        "memo": _memo,
        "memoMain": lambda _s, row: row.record.fields.get("memo"),
        "onCreditHold": lambda store, row: credit.is_held(store, row.record),
        "quantity": _of_line("quantity"),
        "rate": _of_line("rate"),
        "shippingAmount": lambda _s, row: row.record.fields.get("shippingCost"),
        "recordType": lambda _s, row: row.record.kind.lower(),
        "status": _status,
        "type": _type,
        "voided": lambda _s, row: row.record.fields.get("status") == VOIDED,
    }
)
_ITEM_GETTERS: Mapping[str, Callable[[Store, Row], Any]] = MappingProxyType(
    {
        "basePrice": _base_price,
        "quantityAvailable": _stock("quantityAvailable"),
        "quantityOnHand": _stock("quantityOnHand"),
        "subsidiary": lambda _s, row: tuple(row.record.fields.get("subsidiaryList", {}).get("recordRef", [])),
    }
)
