"""Purchase orders behind drop shipments and special orders: made by their sales order, billed by the vendor."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import body_fields, order_progress
from streak_netsuite.sandbox.netsuite.amounts import ZERO, cents
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

DROP_SHIPMENT = "_dropShipment"
# How a fulfilment's line shows what its order's line says.
TEXTS: Mapping[str, str] = MappingProxyType({DROP_SHIPMENT: "Drop Ship", "_specialOrder": "Special Order"})
_NOT_YET = frozenset({"_pendingApproval", "_cancelled"})


def source_line(line: Fields, item: Record) -> None:
    """Let a new line of an order be drop-shipped when its item says so (Oracle help section_N2241390)."""
    if item.fields.get("isDropShipItem"):
        line.setdefault("createPo", DROP_SHIPMENT)


def is_drop_shipped(line: Fields) -> bool:
    """Tell whether a vendor ships a line of an order, or of its fulfilment: our stock has nothing to do with it."""
    return line.get("createPo") in {DROP_SHIPMENT, TEXTS[DROP_SHIPMENT]}


def follow(store: Store, order: Record) -> None:
    """Make the purchase orders that an approved order asks for, and bring those that it has up to date.

    An approved order with such lines makes them by itself, one for each vendor, and each line names its own
    (section_N2409296).
    """
    if order.fields["orderStatus"] not in _NOT_YET:
        wanted: dict[str, list[Fields]] = {}
        for line in order.sublists["itemList"]:
            if line.get("isClosed"):
                continue  # nothing is to be sent of it
            vendor = _vendor(store, line)
            if line.get("createPo") and not line.get("createdPo") and vendor is not None:
                wanted.setdefault(vendor.internal_id, []).append(line)
        for vendor_id, lines in wanted.items():
            _make(store, order, vendor_id, lines)
    for purchase in store.linked("source", order.internal_id, "purchaseOrder"):
        _refresh(store, purchase, order)


def bill(store: Store, purchase: Record) -> Record:
    """Enter the vendor's bill over all that was ordered."""
    lines = [
        line | {"quantityBilled": line["quantity"], "quantityReceived": line["quantity"]}
        for line in purchase.sublists["itemList"]
    ]
    billed = replace(purchase, sublists=purchase.sublists | {"itemList": lines}, modified_at=store.now())
    return _kept(store, billed, "_fullyBilled")


def _vendor(store: Store, line: Fields) -> Record | None:
    """Return the line's vendor; without one the first of the account stands for the item's preferred one."""
    named = line.get("poVendor")
    return store.find(named, "vendor") if named else next(store.all("vendor"), None)


def _make(store: Store, order: Record, vendor_id: str, lines: list[Fields]) -> None:
    vendor = store.find(Ref(internal_id=vendor_id), "vendor")
    entries = [
        {
            "item": line["item"],
            "line": number,
            "quantity": line["quantity"],
            "quantityReceived": ZERO,
            "quantityBilled": ZERO,
            "description": line.get("description", ""),
            "rate": str(line.get("poRate") or ZERO),
            "amount": cents(line["quantity"] * Decimal(line.get("poRate") or ZERO)),
            "isClosed": False,
            "@salesLine": line["line"],
        }
        for number, line in enumerate(lines, start=1)
    ]
    now = store.now()
    record = Record(
        kind="purchaseOrder",
        internal_id=str(store.next_number("purchaseOrder")),
        external_id="",
        created_at=now,
        modified_at=now,
    )
    record.fields |= {
        "entity": Ref(internal_id=vendor_id, name=vendor.name if vendor is not None else ""),
        "createdFrom": Ref(internal_id=order.internal_id, name=order.name),
        "shipTo": order.fields["entity"],
        "tranId": store.next_document("PO"),
        "tranDate": store.day(now),
        "total": sum((entry["amount"] for entry in entries), ZERO),
    }
    if order.fields.get("shippingAddress"):
        record.fields["shippingAddress"] = order.fields["shippingAddress"]
    record.sublists["itemList"] = entries
    _kept(store, record, "_pendingReceipt")
    for line in lines:
        line["createdPo"] = Ref(internal_id=record.internal_id, name=record.name)


def _refresh(store: Store, purchase: Record, order: Record) -> None:
    """What was shipped of the order's drop-shipped lines was received of the purchase."""
    if purchase.fields["orderStatus"] in {"_fullyBilled", "_closed"}:
        return
    shipped = {one.line["line"]: one.shipped for one in order_progress.progress(store, order)}
    lines = [
        line | {"quantityReceived": min(line["quantity"], shipped.get(line["@salesLine"], ZERO))}
        for line in purchase.sublists["itemList"]
    ]
    left = any(line["quantityReceived"] < line["quantity"] for line in lines)
    begun = any(line["quantityReceived"] for line in lines)
    status = "_partiallyReceived" if left and begun else "_pendingReceipt" if left else "_pendingBilling"
    if status != purchase.fields["orderStatus"] or lines != purchase.sublists["itemList"]:
        changed = replace(purchase, sublists=purchase.sublists | {"itemList": lines}, modified_at=store.now())
        _kept(store, changed, status)


def _kept(store: Store, purchase: Record, status: str) -> Record:
    shown = {"orderStatus": status, "status": body_fields.label(status.removeprefix("_"))}
    kept = replace(purchase, fields=purchase.fields | shown)
    store.put(kept)
    return kept
