"""SuiteTalk replies as typed values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.faults import classify_status
from streak_netsuite.errors import RejectedByVendor, TransientError, Unavailable, UncertainWrite
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.ports import ItemEntry, NotWritten, OrderEntry, TaxCodeEntry, WriteResult, Written


def write_result(response: Any, operation_key: str) -> WriteResult:
    """Return what became of one record of a list write.

    `afterSubmitFailed` means that the record was saved and only a script after it failed: it counts
    as written, with a warning (section_N3539978, read 2026-11).
    """
    details = list(getattr(response.status, "statusDetail", None) or [])
    messages = tuple(f"{d.message} ({d.code})" for d in details)
    internal_id = getattr(response.baseRef, "internalId", None) if response.baseRef is not None else None
    saved = bool(response.status.isSuccess) or any(bool(d.afterSubmitFailed) for d in details)
    if saved and internal_id:
        return Written(operation_key=operation_key, internal_id=str(internal_id), warnings=messages)
    name = f"NetSuite record {operation_key}"
    if saved:
        return NotWritten(operation_key=operation_key, error=UncertainWrite(f"{name}: saved without an id"))
    return NotWritten(operation_key=operation_key, error=status_error(details, name=name))


def status_error(details: Any, *, name: str) -> RejectedByVendor | TransientError | UncertainWrite:
    """Return the error of a failed status; the first ERROR decides, and every message is kept."""
    errors = [d for d in details if str(d.type) == "ERROR"] or list(details)
    if not errors:
        return RejectedByVendor(f"{name}: refused without a reason", code="UNKNOWN")
    text = "; ".join(str(d.message) for d in errors)
    return classify_status(str(errors[0].code), text, name=name)


def refuse_failed(status: Any, *, name: str) -> None:
    """Raise when a whole reading request failed.

    Raises:
        Unavailable, RejectedByVendor: as the status code says.
    """
    if status.isSuccess:
        return
    error = status_error(list(getattr(status, "statusDetail", None) or []), name=name)
    raise Unavailable(str(error)) if isinstance(error, UncertainWrite) else error


def customer_entry(record: Any) -> CustomerEntry:
    """Return a Customer record as the directory keeps it."""
    full_name = " ".join(part for part in (record.firstName, record.lastName) if part)
    name = (
        full_name
        if record.isPerson and full_name
        else (record.companyName or full_name or record.entityId or "")
    )
    return CustomerEntry(
        internal_id=str(record.internalId),
        external_id=record.externalId,
        name=name,
        entity_id=record.entityId or "",
        email=record.email or "",
        subsidiary=_reference_id(record.subsidiary),
        currencies=_currencies(record),
        inactive=bool(record.isInactive),
        last_modified=_utc(record.lastModifiedDate),
    )


def order_entry(record: Any, *, zone: ZoneInfo, ui_url: str) -> OrderEntry:
    """Return a SalesOrder record with the day it is dated, in the integration user's zone."""
    entity = record.entity
    return OrderEntry(
        internal_id=str(record.internalId),
        external_id=record.externalId,
        number=record.tranId or str(record.internalId),
        total=Decimal(str(record.total if record.total is not None else 0)),
        currency=(record.currencyName or getattr(record.currency, "name", None) or ""),
        transaction_date=record.tranDate.astimezone(zone).date(),
        status=str(record.orderStatus or record.status or "").removeprefix("_"),
        customer=Reference(internal_id=str(entity.internalId), name=entity.name or ""),
        url=f"{ui_url}/app/accounting/transactions/salesord.nl?id={record.internalId}",
    )


def item_entry(record: Any) -> ItemEntry:
    """Return an item of any type."""
    return ItemEntry(
        internal_id=str(record.internalId),
        name=record.itemId or "",
        inactive=bool(getattr(record, "isInactive", False)),
    )


def tax_code_entry(record: Any) -> TaxCodeEntry:
    """Return a SalesTaxItem or TaxGroup record."""
    listed = record.subsidiaryList
    offered = (listed.recordRef or []) if listed is not None else []
    return TaxCodeEntry(
        internal_id=str(record.internalId),
        name=record.itemId or "",
        inactive=bool(record.isInactive),
        subsidiaries=tuple(str(ref.internalId) for ref in offered if ref.internalId),
        includes_children=bool(record.includeChildren),
    )


def _currencies(record: Any) -> tuple[str, ...]:
    listed = getattr(record, "currencyList", None)
    rows = (getattr(listed, "currency", None) or []) if listed is not None else []
    ids = [_reference_id(row.currency) for row in rows]
    return tuple(dict.fromkeys(i for i in (_reference_id(record.currency), *ids) if i))


def _reference_id(reference: Any) -> str:
    return str(reference.internalId) if reference is not None and reference.internalId else ""


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)
