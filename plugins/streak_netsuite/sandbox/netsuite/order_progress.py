"""How far a sales order is: shipped and billed quantities per line, and the status they make."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import body_fields, features
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.transaction_lines import counts, is_fulfillable
from streak_netsuite.sandbox.netsuite.values import Fields, Record

# Statuses that no shipment or invoice changes.
_RESTING = frozenset({"_pendingApproval", "_cancelled"})
_STATUS_TEXTS = {
    "_fullyBilled": "Billed",
    "_pendingBillingPartFulfilled": "Pending Billing/Partially Fulfilled",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProgress:
    """One order line that counts by quantity.

    Attributes:
        ordered, shipped, billed: quantities.
        picked: what fulfilments hold, shipped or not yet.
        is_goods: whether it is shipped at all.
    """

    line: Fields
    ordered: Decimal
    picked: Decimal
    shipped: Decimal
    billed: Decimal
    is_goods: bool

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more is expected of the line."""
        return bool(self.line.get("isClosed"))

    @property
    def to_ship(self) -> Decimal:
        """Return what a further fulfilment may hold."""
        return ZERO if self.is_closed or not self.is_goods else max(ZERO, self.ordered - self.picked)

    @property
    def is_shipped(self) -> bool:
        """Tell whether nothing is left to ship."""
        return self.is_closed or not self.is_goods or self.shipped >= self.ordered

    def to_bill(self, *, in_advance: bool) -> Decimal:
        """Return what a further invoice may hold; goods only once shipped, unless billed in advance."""
        limit = self.shipped if self.is_goods and (self.is_closed or not in_advance) else self.ordered
        if self.is_closed and not self.is_goods:
            limit = self.billed
        return max(ZERO, limit - self.billed)

    @property
    def is_billed(self) -> bool:
        """Tell whether nothing is left to bill, now or later."""
        return self.to_bill(in_advance=True) == 0


def progress(store: Store, order: Record) -> list[LineProgress]:
    """Return the progress of the order's lines, in order."""
    fulfilments = store.linked("source", order.internal_id, "itemFulfillment")
    invoices = store.linked("source", order.internal_id, "invoice")
    picked = _quantities(fulfilments)
    shipped = _quantities(f for f in fulfilments if f.fields.get("shipStatus") == "_shipped")
    billed = _quantities(invoices)
    if not features.is_on(store.settings, "advanced_shipping"):
        for number, quantity in billed.items():  # invoice and fulfilment are one
            picked[number] += quantity
            shipped[number] += quantity
    return [
        LineProgress(
            line=line,
            ordered=line.get("quantity") or ZERO,
            picked=picked[line["line"]],
            shipped=shipped[line["line"]],
            billed=billed[line["line"]],
            is_goods=is_fulfillable(store.find_item(line["item"])),
        )
        for line in order.sublists["itemList"]
        if counts(store, line)
    ]


def _quantities(children: Iterable[Record]) -> defaultdict[int, Decimal]:
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for child in children:
        for line in child.sublists.get("itemList", []):
            if line.get("orderLine") is not None:
                found[line["orderLine"]] += line.get("quantity") or ZERO
    return found


def status_of(lines: list[LineProgress]) -> str:
    """Return the status of an approved order."""
    if any(not one.is_shipped for one in lines):
        if all(one.shipped == 0 for one in lines):
            return "_pendingFulfillment"
        is_waiting = any(one.is_goods and one.shipped > one.billed for one in lines)
        return "_pendingBillingPartFulfilled" if is_waiting else "_partiallyFulfilled"
    if any(not one.is_billed for one in lines) or not lines:
        return "_pendingBilling"
    if all(one.is_closed and one.billed == 0 for one in lines):
        return "_closed"
    return "_fullyBilled"


def set_progress(store: Store, order: Record, *, keep_status: bool = False) -> None:
    """Write the quantities and the status into an order that is being built."""
    lines = progress(store, order)
    for one in lines:
        one.line["quantityFulfilled"] = one.shipped
        one.line["quantityBilled"] = one.billed
    if not keep_status and order.fields["orderStatus"] not in _RESTING:
        order.fields["orderStatus"] = status_of(lines)
    order.fields["status"] = status_text(order.fields["orderStatus"])


def status_text(status: str) -> str:
    """Return an order's status as a page shows it."""
    return _STATUS_TEXTS.get(status) or body_fields.label(status.removeprefix("_"))


def refresh(store: Store, order: Record) -> Record:
    """Return an order brought up to date with its fulfilments and invoices; its lastModifiedDate moves."""
    changed = replace(
        order,
        fields=dict(order.fields),
        sublists=order.sublists | {"itemList": [dict(line) for line in order.sublists["itemList"]]},
        modified_at=store.now(),
    )
    changed.fields["linkedTrackingNumbers"] = tracking_numbers(store, order) or None
    set_progress(store, changed)
    store.put(changed)
    return changed


def tracking_numbers(store: Store, order: Record) -> str:
    """Return the tracking numbers of the order's fulfilments, in order, with a blank between them."""
    numbers = [
        package["packageTrackingNumber"]
        for fulfilment in store.linked("source", order.internal_id, "itemFulfillment")
        for package in fulfilment.sublists.get("packageList", [])
        if package.get("packageTrackingNumber")
    ]
    return " ".join(dict.fromkeys(numbers))
