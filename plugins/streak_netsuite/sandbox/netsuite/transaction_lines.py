"""The item lines of sales orders, invoices and credit memos: items, prices, amounts, groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import (
    body_fields,
    currencies,
    custom_fields,
    features,
    prices,
    references,
)
from streak_netsuite.sandbox.netsuite.amounts import (
    CENT,
    CENT_DIGITS,
    ZERO,
    check_numbers,
    is_percent,
    read_rate,
    rounded,
)
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.references import CUSTOM_PRICE
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

END_OF_GROUP = Ref(internal_id="0", name="End of Group")
COLUMN_PLACE = "custcol"
# What NetSuite reckons itself, per line.
_READ_ONLY = frozenset(
    "quantityAvailable quantityOnHand quantityBackOrdered quantityBilled quantityCommitted quantityFulfilled "
    "lineUniqueKey createdPo grossAmt tax1Amt quantityOrdered quantityRemaining amountOrdered".split()
)
_FROM_ITEM = frozenset({"item", "description", "price", "rate", "amount", "taxCode"})
_ALTERING = frozenset({"discountItem", "markupItem"})  # a share of the line above, or a sum
_UNPRICED = frozenset({"itemGroup", "descriptionItem", "subtotalItem"})
_UNCOUNTED = _ALTERING | _UNPRICED | {"paymentItem"}
_CUSTOM = Ref(internal_id=CUSTOM_PRICE, name="Custom")
_PERCENT = Decimal(100)
# Items that are shipped, or never; the rest have a box for it.
_FULFILLED: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("inventoryItem", "assemblyItem", "kitItem"), True),
        **dict.fromkeys(_UNCOUNTED, False),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What a transaction's lines are priced by: the customer's price level and the currency."""

    level: str
    currency: str


def set_lines(store: Store, record: Record, sent: Fields | None, preferences: Preferences) -> list[str]:
    """Take in the sent lines; return the labels of what they lack.

    replaceAll is true unless said otherwise: lines that were not sent go. With false, a line is
    matched by its number, and one without a known number is added (Oracle help, keyed sublists).
    """
    if sent is None:
        return []
    before = {line["line"]: line for line in record.sublists.get("itemList", [])}
    old = {} if sent.get("@replaceAll", True) else before
    terms = _terms(store, record)
    kept = dict(old)
    lacking: list[str] = []
    entries = sent.get("item", [])
    holds_whole_groups = any(_is_end(one.get("item")) for one in entries)
    for position, one in enumerate(entries, start=1):
        number = _number(one, position, kept, old)
        line, wants = _line(store, old.get(number, {}), one, terms, preferences)
        if one.get("line") in before:
            line["lineUniqueKey"] = before[one["line"]].get("lineUniqueKey", line["lineUniqueKey"])
        lacking += wants
        kept[number] = line | {"line": number}
        if number not in old and not holds_whole_groups:
            _add_members(store, kept, kept[number], terms)
    record.sublists["itemList"] = price_discounts(store, list(kept.values()), terms.currency)
    return lacking


def _number(one: Fields, position: int, kept: Mapping[int, Fields], old: Mapping[int, Fields]) -> int:
    """Return a line's number: the one sent, else the next; a group's members may have taken it."""
    number: int = one.get("line") or (position if not kept else max(kept) + 1)
    return number if number not in kept or number in old else max(kept) + 1


def _is_end(ref: Ref | None) -> bool:
    return ref is not None and ref.internal_id == END_OF_GROUP.internal_id


def _terms(store: Store, record: Record) -> Terms:
    entity: Ref | None = record.fields.get("entity")
    customer = store.find(entity, "customer") if entity else None
    theirs = customer.fields if customer is not None else {}
    currency = record.fields.get("currency") or theirs.get("currency")
    level = theirs.get("priceLevel")
    return Terms(
        level=level.internal_id if level else prices.BASE_LEVEL,
        currency=currency.internal_id if currency else "",
    )


# --- one line ---


def _line(
    store: Store, old: Fields, sent: Fields, terms: Terms, preferences: Preferences
) -> tuple[Fields, list[str]]:
    sent = _settable(store, sent, preferences)
    old = _without_source(store, old, sent.get("item"))
    ref: Ref | None = sent.pop("item", None) or old.get("item")
    custom_sent = (sent.pop("customFieldList", None) or {}).get("customField", [])
    custom = old.get("custom", {}) | custom_fields.read(store, custom_sent, COLUMN_PLACE)
    price: Ref | None = sent.pop("price", None) or old.get("price")
    line = body_fields.merge(store, old, sent) | {"custom": custom}
    line.setdefault("lineUniqueKey", store.next_number("line"))
    line.setdefault("isClosed", False)
    if not ref:
        return line | {"amount": ZERO}, ["Item"]
    if _is_end(ref):
        return line | {"item": END_OF_GROUP, "amount": ZERO}, []
    item = _item(store, ref, line)
    line["item"] = references.named(item)
    return line, _price(store, item, line, price, sent, terms)


def _without_source(store: Store, old: Fields, ref: Ref | None) -> Fields:
    """Return the line as it was, without what came from its item when another one is sent."""
    item = references.find(store, "item", ref) if ref else None
    if item is None or "item" not in old or item.internal_id == old["item"].internal_id:
        return old
    return {name: old[name] for name in old if name not in _FROM_ITEM}


def _settable(store: Store, sent: Fields, preferences: Preferences) -> Fields:
    """Return a sent line without what only NetSuite or an absent feature may set; refuse unless told to."""
    closed = _READ_ONLY | features.hidden_elements(store.settings)
    found = [name for name in sent if name in closed]
    if found and not preferences.ignore_read_only:
        raise RecordRefused(
            "INSUFFICIENT_PERMISSION",
            f"You do not have permissions to set a value for element {found[0]}: the field is read-only "
            "or its feature is disabled.",
        )
    return {k: v for k, v in sent.items() if not k.startswith("@") and k not in closed}


def _item(store: Store, ref: Ref, line: Fields) -> Record:
    item = references.find(store, "item", ref)
    if item is None:
        raise bad_reference("item", ref.key)
    if item.fields.get("isInactive"):
        raise bad_reference("item", ref.key, f"(the item {item.name!r} is inactive)")
    text = item.fields.get("description") if item.kind == "descriptionItem" else None
    line.setdefault("description", text or item.fields.get("salesDescription", item.name))
    return item


def is_fulfillable(item: Record | None) -> bool:
    """Tell whether an item is shipped: goods are, the rest when its box "can be fulfilled" is ticked."""
    if item is None:
        return False
    return _FULFILLED.get(item.kind, bool(item.fields.get("isFulfillable")))


def counts(store: Store, line: Fields) -> bool:
    """Tell whether a line is ordered, shipped and billed by quantity: no discount, no text, no group's frame."""
    kind = _kind(store, line)
    return bool(kind) and kind not in _UNCOUNTED


def is_discount(store: Store, line: Fields) -> bool:
    """Tell whether a line is a discount or markup on the line above or on all."""
    return _kind(store, line) in _ALTERING


def is_subtotal(store: Store, line: Fields) -> bool:
    """Tell whether a line shows the sum of those above it; it adds nothing to the whole."""
    return _kind(store, line) == "subtotalItem"


def _kind(store: Store, line: Fields) -> str:
    item = store.find_item(line["item"]) if line.get("item") else None
    return item.kind if item is not None else ""


def child_line(
    store: Store,
    base: Fields,
    sent: Fields,
    quantity: Decimal,
    preferences: Preferences,
    *,
    currency: Ref | None,
) -> Fields:
    """Return an invoice's or credit memo's line made from a line of the transaction before it, in that one's currency.

    The rate stays that of the line before, also where the price level would now give another. With a
    quantity and a rate sent, the amount sent is reckoned anew.
    """
    sent = _settable(store, sent, preferences)
    custom_sent = (sent.pop("customFieldList", None) or {}).get("customField", [])
    custom = base.get("custom", {}) | custom_fields.read(store, custom_sent, COLUMN_PLACE)
    own = {k: v for k, v in sent.items() if k not in {"item", "line", "orderLine", "quantity", "isClosed"}}
    line = body_fields.merge(store, base, own) | {"custom": custom, "quantity": quantity}
    if "rate" in own:
        line["amount"] = currencies.kept(store, currency, quantity * read_rate("rate", own["rate"]))
        if base.get("rate") != own["rate"]:
            line["price"] = _CUSTOM
    elif "amount" not in own and base.get("quantity"):
        line["amount"] = currencies.kept(store, currency, base["amount"] * quantity / base["quantity"])
    check_numbers({"amount": line["amount"]})
    return line


# --- prices ---


def _price(
    store: Store, item: Record, line: Fields, price: Ref | None, sent: Fields, terms: Terms
) -> list[str]:
    """Set rate and amount; return what is missing for that."""
    if item.kind in _UNPRICED:
        if item.kind == "itemGroup":
            line.setdefault("quantity", Decimal(1))
        line["amount"] = ZERO
        return []
    if item.kind == "paymentItem":
        line["amount"] = -abs(line.get("amount", ZERO))
        return []
    if item.kind in _ALTERING:
        line["price"] = _CUSTOM
        line["rate"] = str(line.get("rate") or item.fields.get("rate", "0.00"))
        read_rate("rate", line["rate"])
        line.setdefault("amount", ZERO)
        return []
    if "amount" in sent and "rate" not in sent:
        return _price_by_amount(line, currencies.digits_of(store, terms.currency))
    quantity: Decimal = line.setdefault("quantity", Decimal(1))
    is_custom = price.key == CUSTOM_PRICE if price else bool(line.get("rate"))
    if is_custom:
        line["price"] = _CUSTOM
        if not line.get("rate"):
            return ["Rate"]
    else:
        line["price"] = references.resolve(store, "price", price or Ref(internal_id=terms.level))
        line["rate"] = _level_rate(store, item, line, terms)
    rate = read_rate("rate", line["rate"])
    if "amount" not in sent:
        line["amount"] = currencies.kept(store, terms.currency, quantity * rate)
    check_numbers({"amount": line["amount"]})
    return []


def _price_by_amount(line: Fields, digits: int) -> list[str]:
    quantity: Decimal = line.setdefault("quantity", Decimal(1))
    amount: Decimal = line["amount"]
    line["price"] = _CUSTOM
    line["rate"] = str(rounded(amount / quantity, max(digits, CENT_DIGITS)) if quantity else CENT * 0)
    return []


def _level_rate(store: Store, item: Record, line: Fields, terms: Terms) -> str:
    rate = prices.price(store, item, line["price"].internal_id, terms.currency, line["quantity"])
    if rate is None:
        raise RecordRefused("USER_ERROR", f"The item {item.name!r} has no price on this level.")
    return str(rate)


def price_discounts(store: Store, lines: list[Fields], currency: Ref | str | None) -> list[Fields]:
    """Return the lines with the amounts of those that are reckoned from the lines above them.

    A discount or markup is a share of the line above, or a sum; a subtotal is the sum since the one before.
    """
    above = since = ZERO
    for line in lines:
        if is_discount(store, line):
            rate = read_rate("rate", line["rate"])
            amount = above * rate / _PERCENT if is_percent(line["rate"]) else rate
            line["amount"] = currencies.kept(store, currency, amount)
        elif is_subtotal(store, line):
            line["amount"] = above = since
            since = ZERO
            continue
        elif _kind(store, line) != "descriptionItem":
            above = line.get("amount", ZERO)
        since += line.get("amount", ZERO)
    return lines


# --- groups ---


def _add_members(store: Store, kept: dict[int, Fields], group: Fields, terms: Terms) -> None:
    """Put a group's members and its end below its line."""
    item = store.find_item(group["item"]) if group.get("item") else None
    if item is None or item.kind != "itemGroup":
        return
    for member in item.sublists.get("memberList", []):
        sent = {"item": member["item"], "quantity": (member.get("quantity") or 1) * group["quantity"]}
        line, _ = _line(store, {}, sent, terms, Preferences())
        number = max(kept) + 1
        kept[number] = line | {"line": number}
    number = max(kept) + 1
    key = store.next_number("line")
    end = {"item": END_OF_GROUP, "amount": ZERO, "lineUniqueKey": key, "isClosed": False, "custom": {}}
    kept[number] = end | {"line": number}
