"""NetSuite's rules for sales orders."""

from copy import deepcopy
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from streak_netsuite.sandbox.netsuite import body_fields, customers
from streak_netsuite.sandbox.netsuite.kinds import KINDS, TAX_CODE_KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, bad_value
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

CUSTOM_PRICE = "-1"  # the price level that lets a line carry its own rate
_CENT = Decimal("0.01")
_SUBLISTS = ("itemList", "customFieldList", "nullFieldList", "billAddressList", "shipAddressList")
_NEW_STATUSES = frozenset({"_pendingApproval", "_pendingFulfillment"})
_COLUMN_PREFIX = "custcol"
_ADDRESS_LISTS = (
    ("billAddressList", "billingAddress", "defaultBilling"),
    ("shipAddressList", "shippingAddress", "defaultShipping"),
)


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the order as it will be kept; refuse what NetSuite would refuse.

    `draft` is the order as it is, or an empty one.
    """
    kind = KINDS["salesOrder"]
    fields = body_fields.merge(
        store,
        draft.fields,
        body_fields.refuse_read_only(kind, sent, ignore=preferences.ignore_read_only),
        skip=_SUBLISTS,
    )
    sent_custom = (sent.get("customFieldList") or {}).get("customField", [])
    custom = draft.custom | body_fields.read_custom(store, sent_custom, kind.custom_prefix)
    body_fields.clear_named(fields, custom, (sent.get("nullFieldList") or {}).get("name", []))
    order = replace(draft, fields=fields, custom=custom, sublists=deepcopy(draft.sublists))
    lacking = _set_lines(store, order, sent.get("itemList"))
    _demand_required(store, order, lacking, preferences)
    _fit_customer(store, order, sent)
    _fill_in(store, order, is_new=not draft.internal_id)
    _add_up(order)
    return order


def _demand_required(store: Store, order: Record, lacking: list[str], preferences: Preferences) -> None:
    labels = body_fields.check_required(
        order,
        ("entity", "itemList"),
        store.settings.form_required.get("salesOrder", ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(list(dict.fromkeys([*labels, *lacking])))


# --- the customer behind the order ---


def _fit_customer(store: Store, order: Record, sent: Fields) -> None:
    entity: Ref = order.fields["entity"]
    customer = store.find(entity, "customer")
    if customer is None:
        raise bad_reference("entity", entity.key)
    if customer.fields.get("isInactive"):
        raise bad_reference("entity", entity.key, f"(the customer {customer.name!r} is inactive)")
    _fit_subsidiary(order, customer)
    _fit_currency(store, order, customer)
    _fit_tax_codes(store, order)
    for list_name, target, flag in _ADDRESS_LISTS:
        _set_address(order, customer, sent, list_name=list_name, target=target, flag=flag)


def _fit_subsidiary(order: Record, customer: Record) -> None:
    theirs: Ref = customer.fields["subsidiary"]
    ours: Ref = order.fields.setdefault("subsidiary", theirs)
    if ours.internal_id != theirs.internal_id:
        raise bad_reference("subsidiary", ours.internal_id, f"for entity {customer.internal_id}")


def _fit_currency(store: Store, order: Record, customer: Record) -> None:
    allowed = customers.currencies(customer)
    ref: Ref = order.fields.setdefault("currency", Ref(internal_id=allowed[0]))
    if ref.internal_id not in allowed:
        raise bad_reference("currency", ref.internal_id, f"for entity {customer.internal_id}")
    currency = store.find(ref, "currency")
    if currency is not None:
        order.fields["currency"] = body_fields.reference_to(currency, with_type=False)
        order.fields["currencyName"] = currency.name
        order.fields.setdefault("exchangeRate", currency.fields.get("exchangeRate", Decimal(1)))


def _fit_tax_codes(store: Store, order: Record) -> None:
    """Refuse a line's tax code that is inactive or is not offered in the order's subsidiary."""
    subsidiary: Ref = order.fields["subsidiary"]
    for line in order.sublists.get("itemList", []):
        code = store.find(line["taxCode"], *TAX_CODE_KINDS) if line.get("taxCode") else None
        if code is None:  # none, or one of the built-in choices
            continue
        if code.fields["isInactive"]:
            raise bad_reference("taxCode", code.internal_id, f"(the tax code {code.name!r} is inactive)")
        offered = {ref.internal_id for ref in code.fields.get("subsidiaryList", {}).get("recordRef", [])}
        if offered and subsidiary.internal_id not in offered:
            raise bad_reference("taxCode", code.internal_id, f"for subsidiary {subsidiary.internal_id}")


def _set_address(
    order: Record, customer: Record, sent: Fields, *, list_name: str, target: str, flag: str
) -> None:
    """Take the address as sent, by reference to the customer's book, or the customer's default."""
    picked: Ref | None = sent.get(list_name)
    if target in sent:
        body_fields.check_lengths(sent[target])
        order.fields[target] = customers.with_text(sent[target])
    elif picked:
        book = customer.sublists.get("addressbookList", [])
        entry = next((e for e in book if e["internalId"] == picked.internal_id), None)
        if entry is None:
            raise bad_reference(list_name, picked.key, f"for entity {customer.internal_id}")
        order.fields[target] = entry["addressbookAddress"]
    elif target not in order.fields:
        default = customers.default_address(customer, flag)
        if default is not None:
            order.fields[target] = default


def _fill_in(store: Store, order: Record, *, is_new: bool) -> None:
    fields = order.fields
    fields.setdefault("tranDate", store.day(store.now()))
    status = fields.setdefault("orderStatus", store.settings.default_order_status)
    if is_new and status not in _NEW_STATUSES:
        raise bad_value("orderStatus", f"{status} cannot be set on a new order")
    fields["status"] = body_fields.label(status.removeprefix("_"))


def _add_up(order: Record) -> None:
    fields = order.fields
    subtotal = sum((line["amount"] for line in order.sublists["itemList"]), Decimal(0))
    extras = sum((fields.get(k, Decimal(0)) for k in ("shippingCost", "handlingCost")), Decimal(0))
    fields |= {"subTotal": subtotal, "discountTotal": Decimal(0), "taxTotal": Decimal(0)}
    fields["total"] = (subtotal + extras).quantize(_CENT, ROUND_HALF_UP)


# --- lines ---


def _set_lines(store: Store, order: Record, sent: Fields | None) -> list[str]:
    """Take in the sent lines; return the labels of what they lack.

    replaceAll is true unless said otherwise: lines that were not sent go. With false, a line is
    matched by its number, and one without a known number is added.
    """
    if sent is None:
        return []
    old: dict[int, Fields] = {}
    if not sent.get("@replaceAll", True):
        old = {line["line"]: line for line in order.sublists.get("itemList", [])}
    kept = dict(old)
    lacking: list[str] = []
    for position, one in enumerate(sent.get("item", []), start=1):
        number = one.get("line") or (position if not kept else max(kept) + 1)
        line, wants = _line(store, old.get(number, {}), one)
        lacking += wants
        kept[number] = line | {"line": number}
    order.sublists["itemList"] = list(kept.values())
    return lacking


def _line(store: Store, old: Fields, sent: Fields) -> tuple[Fields, list[str]]:
    sent = {k: v for k, v in sent.items() if not k.startswith("@")}
    ref: Ref | None = sent.pop("item", None) or old.get("item")
    custom_sent = (sent.pop("customFieldList", None) or {}).get("customField", [])
    custom = old.get("custom", {}) | body_fields.read_custom(store, custom_sent, _COLUMN_PREFIX)
    price: Ref | None = sent.pop("price", None) or old.get("price")
    line = body_fields.merge(store, old, sent) | {"custom": custom}
    line.setdefault("lineUniqueKey", store.next_number("line"))
    line.setdefault("isClosed", False)
    if not ref:
        return line | {"amount": Decimal(0)}, ["Item"]
    line["item"] = _item(store, ref, line)
    return line, _price(store, line, price, sent)


def _item(store: Store, ref: Ref, line: Fields) -> Ref:
    item = store.find_item(ref)
    if item is None:
        raise bad_reference("item", ref.key)
    if item.fields.get("isInactive"):
        raise bad_reference("item", ref.key, f"(the item {item.name!r} is inactive)")
    line.setdefault("description", item.fields.get("salesDescription", item.name))
    return body_fields.reference_to(item, with_type=False)


def _price(store: Store, line: Fields, price: Ref | None, sent: Fields) -> list[str]:
    """Set rate and amount; return what is missing for that."""
    if "amount" in sent and "rate" not in sent:
        return _price_by_amount(line)
    is_custom = price.key == CUSTOM_PRICE if price else bool(line.get("rate"))
    if is_custom:
        line["price"] = Ref(internal_id=CUSTOM_PRICE, name="Custom")
        if not line.get("rate"):
            return ["Rate"]
    else:
        line["price"] = body_fields.resolve(store, "priceLevel", price or Ref(internal_id="1"))
        line["rate"] = _base_rate(store, line)
    quantity: Decimal = line.setdefault("quantity", Decimal(1))
    rate = _rate(line)
    if "amount" not in sent:
        line["amount"] = (quantity * rate).quantize(_CENT, ROUND_HALF_UP)
    body_fields.check_numbers({"amount": line["amount"]})
    return []


def _price_by_amount(line: Fields) -> list[str]:
    quantity: Decimal = line.setdefault("quantity", Decimal(1))
    amount: Decimal = line["amount"]
    line["price"] = Ref(internal_id=CUSTOM_PRICE, name="Custom")
    line["rate"] = str((amount / quantity).quantize(_CENT, ROUND_HALF_UP)) if quantity else "0.00"
    return []


def _rate(line: Fields) -> Decimal:
    try:
        rate = Decimal(str(line["rate"]))
    except InvalidOperation:
        rate = Decimal("NaN")
    body_fields.check_numbers({"rate": rate})
    return rate


def _base_rate(store: Store, line: Fields) -> str:
    item = store.find_item(line["item"])
    if item is None or "rate" not in item.fields:
        raise RecordRefused("USER_ERROR", f"The item {line['item'].name!r} has no price on this level.")
    return str(item.fields["rate"])
