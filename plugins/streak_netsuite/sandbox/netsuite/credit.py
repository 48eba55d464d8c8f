"""The credit limit: what an order or invoice meets that takes a customer beyond it."""

from streak_netsuite.sandbox.netsuite import balances
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record


def is_held(store: Store, customer: Record) -> bool:
    """Tell whether a customer is on credit hold: by hand, or with Auto when the balance exceeds the credit limit.

    The field Hold (creditHoldOverride) is Auto, On or Off (Oracle help section_4103800262).
    """
    limit, hold = customer.fields.get("creditLimit"), customer.fields.get("creditHoldOverride")
    if hold in {"_on", "_off"} or limit is None:
        return bool(hold == "_on")
    return bool(balances.of(store, customer)["balance"] > limit)


def judge(store: Store, before: Record, after: Record, preferences: Preferences) -> RecordRefused | None:
    """Return the warning an order or invoice beyond the credit limit is saved with, or None.

    Raises:
        RecordRefused: the account blocks such orders, or the client takes warnings as errors.
    """
    handling = store.settings.credit_limit_handling
    if handling == "ignore" or after.kind not in {"salesOrder", "invoice"} or after.fields.get("createdFrom"):
        return None
    customer = store.find(after.fields["entity"], "customer")
    limit = customer.fields.get("creditLimit") if customer is not None else None
    if customer is None or limit is None:
        return None
    owed = balances.of(store, customer)
    grown = after.fields["total"] - before.fields.get("total", ZERO)
    total = owed["balance"] + owed["unbilledOrders"] + grown
    if grown <= 0 or total <= limit:
        return None
    over = RecordRefused(
        "BALANCE_EXCEEDS_CREDIT_LIMIT",
        f"The customer {customer.name!r} would owe {total}, which exceeds the credit limit of {limit}.",
    )
    if handling == "block" or preferences.warning_as_error:
        raise over
    return over
