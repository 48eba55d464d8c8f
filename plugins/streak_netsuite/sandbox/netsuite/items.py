"""NetSuite's rules for items of every type that can be sold."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import body_fields, prices, references, stock
from streak_netsuite.sandbox.netsuite.amounts import check_numbers, read_rate
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, bad_value
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_NO_MEMBERS = frozenset("itemGroup discountItem markupItem subtotalItem descriptionItem paymentItem".split())
_MADE_OF_MEMBERS = frozenset({"kitItem", "itemGroup", "assemblyItem"})


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the item as it will be kept; refuse what NetSuite would refuse."""
    item = body_fields.open_draft(store, draft, sent, preferences)
    item.fields.setdefault("isInactive", False)
    _set_prices(store, item, sent.get("pricingMatrix"))
    _set_members(store, item, sent.get("memberList"))
    _set_locations(store, item, sent.get("locationsList"))
    if item.kind in {"discountItem", "markupItem"} and item.fields.get("rate"):
        read_rate("rate", item.fields["rate"])
    _demand_required(store, item, preferences)
    _refuse_taken_name(store, item)
    return item


def _demand_required(store: Store, item: Record, preferences: Preferences) -> None:
    members = ("memberList",) if item.kind in _MADE_OF_MEMBERS else ()
    labels = body_fields.check_required(
        item,
        ("itemId", *members),
        store.settings.form_required.get(item.kind, ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(labels)


def _refuse_taken_name(store: Store, item: Record) -> None:
    for other in store.named_like(item):
        raise RecordRefused(
            "DUP_RCRD", f"An item with the name {item.name!r} already exists: {other.internal_id}."
        )


# --- prices ---


def _set_prices(store: Store, item: Record, sent: Fields | None) -> None:
    """Take in the sent prices; entries are keyed by currency and level, replaceAll is false by default."""
    if sent is None:
        return
    old = [] if sent.get("@replaceAll", False) else item.sublists.get("pricingMatrix", [])
    kept = {(e["currency"].internal_id, e["priceLevel"].internal_id): e for e in old}
    for one in sent.get("pricing", []):
        entry = _price_entry(store, one)
        kept[entry["currency"].internal_id, entry["priceLevel"].internal_id] = entry
    item.sublists["pricingMatrix"] = list(kept.values())
    base = kept.get((_base_currency(store), prices.BASE_LEVEL))
    if base is not None and "rate" in _elements(item):
        item.fields["rate"] = base["priceList"]["price"][0].get("value")


def _elements(item: Record) -> frozenset[str]:
    return frozenset() if item.kind in {"itemGroup", "kitItem", "downloadItem"} else frozenset({"rate"})


def _base_currency(store: Store) -> str:
    return next((c.internal_id for c in store.all("currency") if c.fields.get("isBaseCurrency")), "")


def _price_entry(store: Store, one: Fields) -> Fields:
    """Return one level's prices; the first quantity break begins at nothing and each is there once."""
    currency = references.resolve(
        store, "currency", one.get("currency") or Ref(internal_id=_base_currency(store))
    )
    level = references.resolve(
        store, "priceLevel", one.get("priceLevel") or Ref(internal_id=prices.BASE_LEVEL)
    )
    breaks = [
        {"value": b.get("value"), "quantity": b.get("quantity") or Decimal(0)}
        for b in (one.get("priceList") or {}).get("price", [])
    ]
    for b in breaks:
        check_numbers(b)
    breaks.sort(key=lambda b: b["quantity"])
    if not breaks or breaks[0]["quantity"] != 0:
        raise RecordRefused("FIRST_QTY_BUCKET_MUST_BE_ZERO", "The first quantity of a price list is 0.")
    if len({b["quantity"] for b in breaks}) < len(breaks):
        raise RecordRefused("UNIQUE_QTY_REQD", "Each quantity of a price list is there once.")
    shown: Fields = {"currency": currency, "priceLevel": level, "priceList": {"price": breaks}}
    return shown | ({"discount": one["discount"]} if "discount" in one else {})


# --- members ---


def _set_members(store: Store, item: Record, sent: Fields | None) -> None:
    """Take in the members of a kit, group or assembly; they are no groups, and not the item itself."""
    if sent is None or "memberList" not in KINDS[item.kind].sublists:
        return
    kept = [] if sent.get("@replaceAll", True) else list(item.sublists.get("memberList", []))
    for one in sent.get("itemMember", []):
        ref: Ref | None = one.get("item")
        member = references.find(store, "item", ref) if ref else None
        if ref is None or member is None or member.kind in _NO_MEMBERS:
            raise bad_reference("item", ref.key if ref else "", "(it cannot be a member)")
        if member.internal_id == item.internal_id or member.fields.get("isInactive"):
            raise bad_reference("item", ref.key, "(it is inactive or the item itself)")
        quantity = one.get("quantity", Decimal(1))
        if quantity <= 0:
            raise bad_value("quantity", f"a member needs a quantity above 0, not {quantity}")
        entry = {
            "item": references.named(member),
            "quantity": quantity,
            "memberDescr": one.get("memberDescr"),
        }
        kept.append({k: v for k, v in entry.items() if v is not None})
    item.sublists["memberList"] = [m | {"lineNumber": n} for n, m in enumerate(kept, start=1)]


# --- locations ---


def _set_locations(store: Store, item: Record, sent: Fields | None) -> None:
    """Take in reorder points and preferred levels; quantities are NetSuite's own, except while seeding."""
    if sent is None or "locationsList" not in KINDS[item.kind].sublists:
        return
    old = {e["locationId"].internal_id: e for e in item.sublists.get("locationsList", [])}
    for one in sent.get("locations", []):
        ref = references.resolve(store, "locationId", one.get("locationId") or Ref())
        names = ["reorderPoint", "preferredStockLevel", *(("quantityOnHand",) if store.is_seeding else ())]
        own = {name: one[name] for name in names if name in one}
        check_numbers(own)
        start = {"locationId": ref, "location": ref.name, "quantityOnHand": Decimal(0)}
        old[ref.internal_id] = start | old.get(ref.internal_id, {}) | own
    item.sublists["locationsList"] = list(old.values())
    stock.set_sums(item)
