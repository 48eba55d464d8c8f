"""NetSuite's rules for customer payments: money that comes in and is applied to invoices."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import (
    accounts,
    applications,
    body_fields,
    periods,
    sale_header,
    settlements,
)
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.applications import Applying
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_value, missing
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

# What each list of a payment may name.
_LISTS = (
    ("applyList", ("invoice",)),
    ("creditList", ("creditMemo",)),
    ("depositList", ("customerDeposit",)),
)


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the payment as it will be kept; refuse what NetSuite would refuse."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    wants_all = bool(made.fields.pop("autoApply", False))
    _demand_required(store, made, preferences)
    customer = sale_header.find_customer(store, "customer", made.fields["customer"])
    sale_header.fit_books(store, made, customer)
    _fill_in(store, made)
    periods.set_period(store, draft, made)
    lists = lists_of(store, made, customer)
    for one in (lists["creditList"], lists["depositList"]):
        made.sublists[one.list_name] = one.read(sent.get(one.list_name), None)
    _apply(made, lists["applyList"], sent, wants_all=wants_all)
    settlements.set_sums(store, made)
    return made


def lists_of(store: Store, made: Record, customer: Record) -> dict[str, Applying]:
    """Return a payment's three lists by name."""
    return {
        name: Applying(store=store, record=made, list_name=name, customer=customer.internal_id, kinds=kinds)
        for name, kinds in _LISTS
    }


def _demand_required(store: Store, made: Record, preferences: Preferences) -> None:
    form = store.settings.form_required.get("customerPayment", ())
    body_fields.demand(
        body_fields.check_required(made, ("customer",), form, skip_custom=preferences.skip_mandatory_custom)
    )


def _fill_in(store: Store, made: Record) -> None:
    fields = made.fields
    fields.setdefault("tranDate", store.day(store.now()))
    fields.setdefault("arAcct", accounts.receivable(store))
    if fields.get("account"):
        fields["undepFunds"] = False  # the money goes to that account
    fields.setdefault("undepFunds", True)
    if (fields.get("payment") or ZERO) < 0:
        raise bad_value("payment", "a payment is not negative")


def _apply(made: Record, to: Applying, sent: Fields, *, wants_all: bool) -> None:
    """Set what the payment is applied to, and its sum when none was sent."""
    fields = made.fields
    at_hand = settlements.worth(made) if "payment" in fields else None
    entries = to.read(sent.get("applyList"), at_hand)
    if wants_all:
        _refuse_applied(entries)
        entries = to.oldest_first(at_hand or ZERO)
    applied = applications.total(entries)
    if at_hand is None:
        fields["payment"] = max(ZERO, applied - settlements.worth(made))
    elif applied > at_hand:
        raise RecordRefused("CANT_APPLY_PMT", f"You cannot apply {applied}: the payment has only {at_hand}.")
    _refuse_nothing(fields["payment"], applied)
    made.sublists["applyList"] = entries


def _refuse_applied(entries: list[Fields]) -> None:
    """Refuse autoApply next to entries that are applied already (facts of Oracle's help on autoApply)."""
    if entries:
        raise RecordRefused(
            "INVALID_AUTOAPPLY_VALUE",
            "autoApply cannot be set while entries of the applyList are applied; send them with apply=false.",
        )


def _refuse_nothing(payment: Decimal, applied: Decimal) -> None:
    if not payment and not applied:
        raise missing(["Payment"])
