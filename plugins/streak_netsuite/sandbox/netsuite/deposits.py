"""NetSuite's rules for customer deposits, their applications, and refunds."""

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
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, bad_value, no_lines
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_REFUNDABLE = ("creditMemo", "customerPayment", "customerDeposit")


def build_deposit(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the deposit as it will be kept: money a customer pays before there is an invoice."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    _fill_from_order(store, made)
    _demand(store, made, ("customer", "payment"), preferences)
    customer = sale_header.find_customer(store, "customer", made.fields["customer"])
    sale_header.fit_books(store, made, customer)
    fields = made.fields
    fields.setdefault("tranDate", store.day(store.now()))
    if fields.get("account"):
        fields["undepFunds"] = False  # the money goes to that account
    fields.setdefault("undepFunds", True)
    spent = settlements.used(store, made) if made.internal_id else ZERO
    if fields["payment"] <= 0 or fields["payment"] < spent:
        raise bad_value("payment", f"a deposit is more than nothing and not less than the {spent} used of it")
    periods.set_period(store, draft, made)
    settlements.set_sums(store, made)
    return made


def _fill_from_order(store: Store, made: Record) -> None:
    ref: Ref | None = made.fields.get("salesOrder")
    if ref is None:
        return
    order = store.find(ref, "salesOrder")
    if order is None:
        raise bad_reference("salesOrder", ref.key)
    entity: Ref = order.fields["entity"]
    customer: Ref = made.fields.setdefault("customer", entity)
    if customer.internal_id != entity.internal_id:
        raise bad_reference("salesOrder", ref.key, f"for entity {customer.internal_id}")
    made.fields.setdefault("currency", order.fields["currency"])


def _demand(store: Store, made: Record, always: tuple[str, ...], preferences: Preferences) -> None:
    form = store.settings.form_required.get(made.kind, ())
    skip = preferences.skip_mandatory_custom
    body_fields.demand(body_fields.check_required(made, always, form, skip_custom=skip))


def build_application(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the deposit application as it will be kept: a deposit applied to invoices."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    _demand(store, made, ("deposit",), preferences)
    deposit = store.find(made.fields["deposit"], "customerDeposit")
    if deposit is None:
        raise bad_reference("deposit", made.fields["deposit"].key)
    made.fields |= {name: deposit.fields[name] for name in ("customer", "currency")}
    customer = sale_header.find_customer(store, "customer", made.fields["customer"])
    sale_header.fit_books(store, made, customer)
    _set_day_and_account(store, made)
    periods.set_period(store, draft, made)
    at_hand = settlements.remaining(store, deposit, without=made.internal_id)
    entries = application_list(store, made, customer).read(sent.get("applyList"), at_hand)
    applied = applications.total(entries)
    if not applied:
        raise no_lines("deposit application")
    if applied > at_hand:
        raise RecordRefused(
            "CANT_APPLY_PMT",
            f"You cannot apply {applied}: the deposit {deposit.name} has only {at_hand} left.",
        )
    made.sublists["applyList"] = entries
    made.fields["total"] = applied
    settlements.set_sums(store, made)
    return made


def application_list(store: Store, made: Record, customer: Record) -> Applying:
    """Return the list by which a deposit is applied to invoices."""
    return Applying(
        store=store, record=made, list_name="applyList", customer=customer.internal_id, kinds=("invoice",)
    )


def _set_day_and_account(store: Store, made: Record) -> None:
    made.fields.setdefault("tranDate", store.day(store.now()))
    made.fields.setdefault("arAcct", accounts.receivable(store))


def build_refund(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the refund as it will be kept: money paid back for credits, payments or deposits."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    _demand(store, made, ("customer",), preferences)
    customer = sale_header.find_customer(store, "customer", made.fields["customer"])
    sale_header.fit_books(store, made, customer)
    _set_day_and_account(store, made)
    periods.set_period(store, draft, made)
    entries = refund_list(store, made, customer).read(sent.get("applyList"), None)
    if not applications.total(entries):
        raise no_lines("customer refund")
    made.sublists["applyList"] = entries
    made.fields |= {"total": applications.total(entries), "status": "Deposited"}
    return made


def refund_list(store: Store, made: Record, customer: Record) -> Applying:
    """Return the list of what a refund pays back."""
    return Applying(
        store=store, record=made, list_name="applyList", customer=customer.internal_id, kinds=_REFUNDABLE
    )
