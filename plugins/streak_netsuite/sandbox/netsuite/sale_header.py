"""The customer behind a sale: subsidiary, currency, tax codes, addresses, terms, and the sums."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import (
    address_book,
    body_fields,
    currencies,
    customer_subsidiaries,
    customers,
    features,
    references,
    taxes,
    transaction_lines,
)
from streak_netsuite.sandbox.netsuite.amounts import CENT, ZERO, add_up, is_percent, read_rate
from streak_netsuite.sandbox.netsuite.kinds import TAX_CODE_KINDS
from streak_netsuite.sandbox.netsuite.refusals import bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_ADDRESS_LISTS = (
    ("billAddressList", "billingAddress", "defaultBilling"),
    ("shipAddressList", "shippingAddress", "defaultShipping"),
)
_PLACES = ("location", "department", "class")
_PERCENT = Decimal(100)


def fit_customer(store: Store, sale: Record, sent: Fields) -> Record:
    """Fit a sale to its customer and return the customer; refuse what does not belong to it."""
    customer = find_customer(store, "entity", sale.fields["entity"])
    fit_books(store, sale, customer)
    _fit_lines(store, sale)
    if not sale.internal_id and customer.fields.get("terms"):
        sale.fields.setdefault("terms", customer.fields["terms"])
    for list_name, target, flag in _ADDRESS_LISTS:
        _set_address(sale, customer, sent, list_name=list_name, target=target, flag=flag)
    return customer


def find_customer(store: Store, name: str, ref: Ref) -> Record:
    """Return the customer a transaction names; refuse one that is gone or inactive."""
    customer = store.find(ref, "customer")
    if customer is None:
        raise bad_reference(name, ref.key)
    if customer.fields.get("isInactive"):
        raise bad_reference(name, ref.key, f"(the customer {customer.name!r} is inactive)")
    return customer


def fit_books(store: Store, transaction: Record, customer: Record) -> None:
    """Set or check subsidiary and currency of a transaction of this customer."""
    _fit_subsidiary(store, transaction, customer)
    _fit_currency(store, transaction, customer)


def _fit_subsidiary(store: Store, transaction: Record, customer: Record) -> None:
    if not features.is_on(store.settings, "one_world"):
        return
    theirs: Ref = customer.fields["subsidiary"]
    ours: Ref = transaction.fields.setdefault("subsidiary", theirs)
    if ours.internal_id != theirs.internal_id and not customer_subsidiaries.has(store, customer, ours):
        raise bad_reference("subsidiary", ours.internal_id, f"for entity {customer.internal_id}")
    for name in _PLACES:
        if transaction.fields.get(name):
            _refuse_elsewhere(store, name, transaction.fields[name], ours)


def _refuse_elsewhere(store: Store, name: str, ref: Ref, subsidiary: Ref) -> None:
    """Refuse what another subsidiary uses: a location, department, class, tax code or item."""
    record = references.find(store, name, ref)
    listed = (record.fields.get("subsidiaryList") or {}).get("recordRef", []) if record else []
    if listed and subsidiary.internal_id not in {r.internal_id for r in listed}:
        raise bad_reference(name, ref.internal_id, f"for subsidiary {subsidiary.internal_id}")


def _fit_currency(store: Store, transaction: Record, customer: Record) -> None:
    allowed = customers.currencies(customer)
    if not allowed:
        return
    ref: Ref = transaction.fields.setdefault("currency", Ref(internal_id=allowed[0]))
    if ref.internal_id not in allowed:
        raise bad_reference("currency", ref.internal_id, f"for entity {customer.internal_id}")
    currency = store.find(ref, "currency")
    if currency is not None:
        transaction.fields["currency"] = references.named(currency)
        transaction.fields["currencyName"] = currency.name
        transaction.fields.setdefault("exchangeRate", currency.fields.get("exchangeRate", Decimal(1)))


def _fit_lines(store: Store, sale: Record) -> None:
    """Refuse a line whose item, place or tax code the subsidiary has not, or whose tax code is inactive."""
    for line in sale.sublists.get("itemList", []):
        code = store.find(line["taxCode"], *TAX_CODE_KINDS) if line.get("taxCode") else None
        if code is not None and code.fields["isInactive"]:
            raise bad_reference("taxCode", code.internal_id, f"(the tax code {code.name!r} is inactive)")
        if "subsidiary" in sale.fields:
            for name in ("taxCode", "item", *_PLACES):
                if line.get(name):
                    _refuse_elsewhere(store, name, line[name], sale.fields["subsidiary"])


def _set_address(
    sale: Record, customer: Record, sent: Fields, *, list_name: str, target: str, flag: str
) -> None:
    """Take the address as sent, by reference to the customer's book, or the customer's default."""
    picked: Ref | None = sent.get(list_name)
    if target in sent:
        body_fields.check_lengths(sent[target])
        sale.fields[target] = address_book.with_text(sent[target])
    elif picked:
        book = customer.sublists.get("addressbookList", [])
        entry = next((e for e in book if e["internalId"] == picked.internal_id), None)
        if entry is None:
            raise bad_reference(list_name, picked.key, f"for entity {customer.internal_id}")
        sale.fields[target] = entry["addressbookAddress"]
    elif target not in sale.fields:
        default = address_book.default_address(customer, flag)
        if default is not None:
            sale.fields[target] = default


def sum_up(store: Store, sale: Record) -> None:
    """Set the sums of a sale: lines, a discount over all of them, tax, shipping and handling."""
    fields = sale.fields
    lines = sale.sublists.get("itemList", [])
    subtotal = sum((x["amount"] for x in lines if not transaction_lines.is_subtotal(store, x)), ZERO)
    discount = _discount(store, fields, subtotal)
    tax = taxes.tax(store, sale, subtotal=subtotal, discount=discount)
    fields |= {"subTotal": subtotal, "discountTotal": discount, "taxTotal": tax}
    total = subtotal + discount + tax + add_up(fields, ("shippingCost", "handlingCost"))
    fields["total"] = currencies.kept(store, fields.get("currency"), total)


def _discount(store: Store, fields: Fields, subtotal: Decimal) -> Decimal:
    item = store.find(fields["discountItem"], "discountItem") if fields.get("discountItem") else None
    if item is None:
        return ZERO
    rate = fields.setdefault("discountRate", str(item.fields.get("rate", CENT * 0)))
    value = read_rate("discountRate", rate)
    discount = subtotal * value / _PERCENT if is_percent(rate) else value
    return currencies.kept(store, fields.get("currency"), discount)
