"""What is on hand of an item and what orders have committed of it, per location."""

from collections import defaultdict
from decimal import Decimal

from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.purchases import is_drop_shipped
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.transaction_lines import is_fulfillable
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

CHANGED = "@changed"  # when a location's quantities last changed; no element, so no reply shows it
_SUMS = ("quantityOnHand", "quantityOnOrder", "quantityCommitted", "quantityAvailable", "quantityBackOrdered")
# Which of an order's statuses hold goods for it.
_COMMITTED = frozenset({"_pendingFulfillment", "_partiallyFulfilled", "_pendingBillingPartFulfilled"})

_Amounts = dict[tuple[str, str], Decimal]  # by item and location


def follow(store: Store, before: Record | None, after: Record | None) -> None:
    """Move stock by the difference between two versions of a fulfilment or of an order.

    A shipped fulfilment takes from what is on hand; an order that waits for shipment commits.
    """
    one = after or before
    kind = one.kind if one is not None else ""
    if kind == "itemFulfillment":
        _move(store, _shipped(before), _shipped(after), "quantityOnHand", -1)
    elif kind == "salesOrder":
        _move(store, _committed(store, before), _committed(store, after), "quantityCommitted", 1)


def _shipped(fulfilment: Record | None) -> _Amounts:
    found: _Amounts = defaultdict(Decimal)
    if fulfilment is not None and fulfilment.fields.get("shipStatus") == "_shipped":
        for line in fulfilment.sublists.get("itemList", []):
            if is_drop_shipped(line):
                continue
            found[_key(line, fulfilment)] += line["quantity"]
    return found


def _committed(store: Store, order: Record | None) -> _Amounts:
    found: _Amounts = defaultdict(Decimal)
    if order is None or order.fields.get("orderStatus") not in _COMMITTED:
        return found
    for line in order.sublists.get("itemList", []):
        waiting = (line.get("quantity") or ZERO) - (line.get("quantityFulfilled") or ZERO)
        is_ours = not line.get("isClosed") and not is_drop_shipped(line)
        if waiting > 0 and is_ours and is_fulfillable(store.find_item(line["item"])):
            found[_key(line, order)] += waiting
    return found


def _key(line: Fields, transaction: Record) -> tuple[str, str]:
    place: Ref | None = line.get("location") or transaction.fields.get("location")
    return line["item"].internal_id, place.internal_id if place else ""


def _move(store: Store, before: _Amounts, after: _Amounts, name: str, sign: int) -> None:
    for item, location in before.keys() | after.keys():
        change = after.get((item, location), ZERO) - before.get((item, location), ZERO)
        if change:
            _change(store, item, location, name, sign * change)


def _change(store: Store, item_id: str, location: str, name: str, change: Decimal) -> None:
    """Change one quantity; at the item's first location when the transaction names none.

    The item itself is not edited by that: its lastModifiedDate stays, and so does its version.
    """
    item = store.find_item(Ref(internal_id=item_id))
    places = item.sublists.get("locationsList", []) if item is not None else []
    if item is None or not places:
        return
    place = next((p for p in places if p["locationId"].internal_id == location), places[0])
    place[name] = place.get(name, ZERO) + change
    place[CHANGED] = store.now()
    set_sums(item)


def set_sums(item: Record) -> None:
    """Reckon what is available at each of an item's locations, and the item's sums over all of them."""
    places: list[Fields] = item.sublists.get("locationsList", [])
    for place in places:
        free = place.get("quantityOnHand", ZERO) - place.get("quantityCommitted", ZERO)
        place["quantityAvailable"] = max(ZERO, free)
        place["quantityBackOrdered"] = max(ZERO, -free)
    if places:
        item.fields |= {name: sum((p.get(name, ZERO) for p in places), ZERO) for name in _SUMS}
