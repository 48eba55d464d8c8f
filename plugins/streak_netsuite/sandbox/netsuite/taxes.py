"""Legacy sales tax: what the codes on lines, or the one of the whole transaction, add to a sale."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import currencies, features, references
from streak_netsuite.sandbox.netsuite.amounts import ZERO, read_rate, rounded
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_PERCENT = Decimal(100)
# "-Taxable-", which takes the transaction's own rate (Oracle help, legacy tax codes on lines).
_BY_TRANSACTION = "-8"


def tax(store: Store, sale: Record, *, subtotal: Decimal, discount: Decimal) -> Decimal:
    """Set each line's rate and tax, and return the tax of the whole sale; none where SuiteTax is on."""
    if not features.is_on(store.settings, "legacy_tax"):
        return ZERO
    fields = sale.fields
    whole = _own_rate(store, fields)
    if fields.get("taxItem"):
        fields["taxRate"] = whole
    share = _taxed_share(store, fields, subtotal=subtotal, discount=discount)
    digits = currencies.digits_of(store, fields.get("currency"))
    lines = sale.sublists.get("itemList", [])
    total = sum((_line(store, line, whole, share, digits) for line in lines), ZERO)
    return total + _of_shipping(store, fields, digits)


def _line(store: Store, line: Fields, whole: Decimal, share: Decimal, digits: int) -> Decimal:
    rate = _line_rate(store, line, whole)
    if rate is None:
        line.pop("taxRate1", None)
        line.pop("tax1Amt", None)
        return ZERO
    line["taxRate1"] = rate
    line["tax1Amt"] = rounded((line.get("amount") or ZERO) * share * rate / _PERCENT, digits)
    return Decimal(line["tax1Amt"])


def _line_rate(store: Store, line: Fields, whole: Decimal) -> Decimal | None:
    """Return the percent of a line's tax; None when it bears none."""
    code: Ref | None = line.get("taxCode")
    if code is not None and code.internal_id != _BY_TRANSACTION:
        return _rate(store, code)
    is_taxed = code is not None or line.get("isTaxable")
    return whole if is_taxed and whole else None


def _own_rate(store: Store, fields: Fields) -> Decimal:
    """Return the percent of the whole transaction; zero when it names no tax, or says it is not taxed."""
    item: Ref | None = fields.get("taxItem")
    if item is None or fields.get("isTaxable") is False:
        return ZERO
    return _rate(store, item) or ZERO


def _rate(store: Store, ref: Ref) -> Decimal | None:
    code = references.find(store, "taxCode", ref)
    return None if code is None else read_rate("taxRate1", code.fields.get("rate") or 0)


def _taxed_share(store: Store, fields: Fields, *, subtotal: Decimal, discount: Decimal) -> Decimal:
    """Return what is left of each line to be taxed: a discount before tax lessens it."""
    item = store.find(fields["discountItem"], "discountItem") if fields.get("discountItem") else None
    if item is None or not item.fields.get("isPreTax") or not subtotal:
        return Decimal(1)
    return (subtotal + discount) / subtotal


def _of_shipping(store: Store, fields: Fields, digits: int) -> Decimal:
    code: Ref | None = fields.get("shippingTaxCode")
    rate = _rate(store, code) if code is not None else None
    return rounded((fields.get("shippingCost") or ZERO) * rate / _PERCENT, digits) if rate else ZERO
