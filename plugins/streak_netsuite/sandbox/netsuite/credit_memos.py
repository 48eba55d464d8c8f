"""NetSuite's rules for credit memos, made from an invoice or on their own."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import (
    accounts,
    applications,
    body_fields,
    invoices,
    order_children,
    periods,
    sale_header,
    settlements,
    transaction_lines,
)
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.applications import Applying
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, no_lines
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the credit memo as it will be kept; refuse what NetSuite would refuse."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    wants_all = bool(made.fields.pop("autoApply", False))
    order_children.keep_source(draft, made)
    lacking: list[str] = []
    if made.fields.get("createdFrom"):
        _take_from_invoice(store, draft, made, sent, preferences)
    else:
        lacking = transaction_lines.set_lines(store, made, sent.get("itemList"), preferences)
    _demand_required(store, made, lacking, preferences)
    customer = sale_header.fit_customer(store, made, sent)
    fields = made.fields
    fields.setdefault("tranDate", store.day(store.now()))
    fields.setdefault("account", accounts.receivable(store))
    sale_header.sum_up(store, made)
    periods.set_period(store, draft, made)
    _apply(store, made, customer, sent, wants_all=wants_all)
    settlements.set_sums(store, made)
    return made


def _demand_required(store: Store, made: Record, lacking: list[str], preferences: Preferences) -> None:
    labels = body_fields.check_required(
        made,
        ("entity", "itemList"),
        store.settings.form_required.get("creditMemo", ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(list(dict.fromkeys([*labels, *lacking])))


def apply_list(store: Store, made: Record, customer: Record) -> Applying:
    """Return the list by which a credit memo is applied to invoices."""
    return Applying(
        store=store,
        record=made,
        list_name="applyList",
        customer=customer.internal_id,
        kinds=("invoice",),
    )


def _apply(store: Store, made: Record, customer: Record, sent: Fields, *, wants_all: bool) -> None:
    """Set what the credit is applied to; never more than other transactions leave of it."""
    to = apply_list(store, made, customer)
    spent = settlements.used(store, made) if made.internal_id else ZERO
    at_hand = made.fields["total"] - spent
    entries = to.read(sent.get("applyList"), at_hand)
    if wants_all and not entries:
        entries = to.oldest_first(at_hand)
    if applications.total(entries) > at_hand:
        raise RecordRefused("CANT_APPLY_PMT", f"You cannot apply more than the {at_hand} that are left.")
    made.sublists["applyList"] = entries


def _take_from_invoice(
    store: Store, draft: Record, made: Record, sent: Fields, preferences: Preferences
) -> None:
    """Fill a credit memo from its invoice; the lines are keyed by the invoice's line numbers."""
    invoice = order_children.source_of(store, made, "invoice")
    if not draft.internal_id:
        made.fields["entity"] = invoice.fields["entity"]
        for name in invoices.FROM_ORDER:
            if name in invoice.fields and name not in {
                "terms",
                "startDate",
                "endDate",
                "leadSource",
                "partner",
            }:
                made.fields.setdefault(name, invoice.fields[name])
        made.custom = invoice.custom | made.custom
    elif "itemList" not in sent:
        return
    own = order_children.quantities(draft)
    lines = {line["line"]: line for line in invoice.sublists["itemList"]}
    taken = _credited(store, invoice, draft)
    available = {n: _quantity(line) - taken.get(n, ZERO) for n, line in lines.items()}
    over = RecordRefused("INVALID_QTY", f"You cannot credit more than the invoice {invoice.name} has left.")
    chosen = order_children.chosen_quantities(_by_own_line(sent, draft), available, own, over)
    if not chosen:
        raise no_lines("credit memo")
    made.sublists["itemList"] = [
        transaction_lines.child_line(
            store,
            _base(lines[number]),
            entry,
            quantity,
            preferences,
            currency=invoice.fields.get("currency"),
        )
        | {"orderLine": number, "line": position}
        for position, (number, (quantity, entry)) in enumerate(sorted(chosen.items()), start=1)
    ]


def _quantity(line: Fields) -> Decimal:
    quantity: Decimal = line.get("quantity") or Decimal(1)
    return quantity


def _base(line: Fields) -> Fields:
    """Return an invoice's line as the start of a credit memo's; a discount counts as one piece."""
    gone = {"line", "orderLine", "lineUniqueKey", "quantityOrdered", "amountOrdered", "isClosed"}
    return {k: v for k, v in line.items() if k not in gone} | {"quantity": _quantity(line)}


def _credited(store: Store, invoice: Record, draft: Record) -> dict[int, Decimal]:
    """Return what other credit memos have credited of the invoice's lines."""
    taken: dict[int, Decimal] = {}
    for other in store.linked("source", invoice.internal_id, "creditMemo"):
        if other.internal_id != draft.internal_id:
            for number, quantity in order_children.quantities(other).items():
                taken[number] = taken.get(number, ZERO) + quantity
    return taken


def _by_own_line(sent: Fields, draft: Record) -> Fields | None:
    listed: Fields | None = sent.get("itemList")
    if listed is None:
        return None
    own = {line["line"]: line.get("orderLine") for line in draft.sublists.get("itemList", [])}
    return listed | {"item": [{"orderLine": own.get(e.get("line")), **e} for e in listed.get("item", [])]}
