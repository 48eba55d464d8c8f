"""What a customer owes: open invoices less credits, what is overdue, deposits, orders not billed yet."""

from collections.abc import Mapping
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import currencies, settlements
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.order_progress import progress
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

NAMES = ("balance", "overdueBalance", "depositBalance", "unbilledOrders")
_OWED: Mapping[str, int] = {"invoice": 1, "creditMemo": -1, "customerPayment": -1}
_UNBILLED = frozenset(
    {"_pendingFulfillment", "_partiallyFulfilled", "_pendingBillingPartFulfilled", "_pendingBilling"}
)


def of(store: Store, customer: Record) -> dict[str, Decimal]:
    """Return a customer's four balances now, in the customer's own currency."""
    home = customer.fields.get("currency")
    found = dict.fromkeys(NAMES, ZERO)
    for currency, sums in by_currency(store, customer).items():
        factor = _rate(store, currency) / _rate(store, home.internal_id if home else currency)
        for name, amount in sums.items():
            found[name] += amount * factor
    return {name: currencies.kept(store, home, amount) for name, amount in found.items()}


def by_currency(store: Store, customer: Record) -> dict[str, dict[str, Decimal]]:
    """Return the four balances by currency id."""
    found: dict[str, dict[str, Decimal]] = {}
    for one in store.linked("customer", customer.internal_id):
        currency = one.fields.get("currency")
        sums = found.setdefault(currency.internal_id if currency else "", dict.fromkeys(NAMES, ZERO))
        for name, amount in _parts(store, one).items():
            sums[name] += amount
    return found


def _parts(store: Store, one: Record) -> dict[str, Decimal]:
    if one.kind == "salesOrder":
        return {"unbilledOrders": _unbilled(store, one)}
    if one.kind == "customerDeposit":
        return {"depositBalance": settlements.remaining(store, one)}
    if one.kind not in _OWED:
        return {}
    left = _OWED[one.kind] * settlements.remaining(store, one)
    is_overdue = one.kind == "invoice" and one.fields["dueDate"] < store.day(store.now())
    return {"balance": left, "overdueBalance": left if is_overdue else ZERO}


def _unbilled(store: Store, order: Record) -> Decimal:
    if order.fields["orderStatus"] not in _UNBILLED:
        return ZERO
    lines = (one for one in progress(store, order) if one.ordered and not one.is_closed)
    return sum((x.line["amount"] * (x.ordered - x.billed) / x.ordered for x in lines), ZERO)


def _rate(store: Store, currency: str) -> Decimal:
    fields: Fields = next((c.fields for c in store.all("currency") if c.internal_id == currency), {})
    return fields.get("exchangeRate") or Decimal(1)
