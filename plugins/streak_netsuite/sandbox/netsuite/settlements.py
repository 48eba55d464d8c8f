"""What is paid on a document and what is left of it: invoices, credits, payments, deposits."""

from dataclasses import replace
from decimal import Decimal

from streak_netsuite.sandbox.netsuite.amounts import ZERO, add_up
from streak_netsuite.sandbox.netsuite.links import applied_entries
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record

VOIDED = "Voided"
_SETTLING = ("customerPayment", "creditMemo", "depositApplication", "customerRefund")


def used(store: Store, document: Record, *, without: str = "") -> Decimal:
    """Return how much of a document other transactions have taken: payments, credits, refunds.

    `without` is the internal id of one that does not count.
    """
    number = document.internal_id
    total = ZERO
    for other in store.linked("applied", number, *_SETTLING):
        if other.internal_id == without:
            continue
        if other.kind == "depositApplication" and other.fields["deposit"].internal_id == number:
            total += own_applied(other)
        else:
            entries = (e for e in applied_entries(other) if str(e["doc"]) == number)
            total += sum((add_up(e, ("amount", "disc")) for e in entries), ZERO)
    return total


def own_applied(record: Record) -> Decimal:
    """Return how much a payment, credit or application applies to documents."""
    entries = record.sublists.get("applyList", [])
    return sum((e.get("amount") or ZERO for e in entries if e.get("apply")), ZERO)


def worth(record: Record) -> Decimal:
    """Return what a document is about: an invoice's total, a deposit's or payment's sum at hand."""
    if record.kind == "customerDeposit":
        return record.fields.get("payment") or ZERO
    if record.kind == "customerPayment":
        lists = (record.sublists.get(name, []) for name in ("creditList", "depositList"))
        credits_ = (e.get("amount") or ZERO for entries in lists for e in entries if e.get("apply"))
        return (record.fields.get("payment") or ZERO) + sum(credits_, ZERO)
    return record.fields.get("total") or ZERO


def remaining(store: Store, document: Record, *, without: str = "") -> Decimal:
    """Return what is left: to pay on an invoice, to use of a credit, a payment or a deposit."""
    left = worth(document) - used(store, document, without=without)
    return left if document.kind == "invoice" else left - own_applied(document)


def set_sums(store: Store, record: Record) -> None:
    """Write what is left, and the status it makes, into a document that is being built or refreshed."""
    left, fields = remaining(store, record), record.fields
    if fields.get("status") == VOIDED:
        return  # nothing of it is worth anything any more
    if record.kind == "invoice":
        fields |= {"amountPaid": fields["total"] - left, "amountRemaining": left}
        fields["status"] = "Paid In Full" if left <= 0 else "Open"
    elif record.kind == "creditMemo":
        spent = fields["total"] - left
        fields |= {"amountPaid": spent, "applied": spent, "amountRemaining": left, "unapplied": left}
        fields["status"] = "Fully Applied" if left <= 0 else "Open"
    elif record.kind == "customerPayment":
        fields |= {"total": fields["payment"], "applied": own_applied(record), "unapplied": left}
        fields["status"] = banked(record)
    elif record.kind == "customerDeposit":
        fields["status"] = "Fully Applied" if left <= 0 else banked(record)
    elif record.kind == "depositApplication":
        fields |= {"applied": own_applied(record), "unapplied": ZERO, "status": "Fully Applied"}


def banked(record: Record) -> str:
    """Return whether money has gone to the bank, as a status."""
    return "Not Deposited" if record.fields.get("undepFunds") else "Deposited"


def refresh(store: Store, document: Record) -> None:
    """Bring a document up to date with what was applied to it; its lastModifiedDate moves."""
    changed = replace(document, fields=dict(document.fields), modified_at=store.now())
    set_sums(store, changed)
    store.put(changed)
