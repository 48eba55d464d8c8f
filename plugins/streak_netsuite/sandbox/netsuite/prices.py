"""What an item costs: its pricing matrix of price levels, currencies and quantity breaks."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import currencies
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

BASE_LEVEL = "1"
_PERCENT = Decimal(100)


def price(store: Store, item: Record, level: str, currency: str, quantity: Decimal) -> Decimal | None:
    """Return an item's price on a level, or None when it has none there.

    A level without prices of its own is the base price with the level's discount.
    """
    found = _from_matrix(item, level, currency, quantity)
    if found is not None:
        return found
    base = _from_matrix(item, BASE_LEVEL, currency, quantity)
    base = item.fields.get("rate") if base is None else base
    if base is None or level == BASE_LEVEL:
        return base
    record = store.find(Ref(internal_id=level), "priceLevel")
    discount = record.fields.get("discountpct") if record is not None else None
    return None if discount is None else currencies.kept(store, currency, base * (1 + discount / _PERCENT))


def _from_matrix(item: Record, level: str, currency: str, quantity: Decimal) -> Decimal | None:
    """Return the price of the largest quantity break that the quantity reaches."""
    for entry in item.sublists.get("pricingMatrix", []):
        if entry["priceLevel"].internal_id == level and entry["currency"].internal_id == currency:
            breaks = entry.get("priceList", {}).get("price", [])
            reached = [b for b in breaks if (b.get("quantity") or 0) <= abs(quantity)]
            best: Fields | None = max(reached, key=lambda b: b.get("quantity") or 0, default=None)
            return best.get("value") if best is not None else None
    return None
