"""Voids: a transaction stays, and it and all its lines are worth nothing (Oracle help section_4413162576)."""

from dataclasses import replace

from streak_netsuite.sandbox.netsuite import consequences, periods
from streak_netsuite.sandbox.netsuite.amounts import ZERO
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.settlements import VOIDED
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

# What Oracle's help lists with a direct void, of the types that are here (section_4483109897).
VOIDABLE = frozenset({"invoice", "customerPayment", "creditMemo", "customerDeposit", "customerRefund"})
_SUMS = (
    *("subTotal", "discountTotal", "taxTotal", "shippingCost", "handlingCost", "total"),
    *("payment", "applied", "unapplied", "amountPaid", "amountRemaining"),
)
_LISTS = ("applyList", "creditList", "depositList")


def void(store: Store, record: Record) -> Record:
    """Void a transaction directly and return it as it is then.

    Raises:
        RecordRefused: its type cannot be voided, its period is closed, or something is applied to it.
    """
    if record.kind not in VOIDABLE:
        raise RecordRefused("INVALID_RECORD_TYPE", f"A {record.kind} cannot be voided.")
    if store.linked("applied", record.internal_id):
        raise RecordRefused("CANT_VOID_TRANS", f"{record.name} cannot be voided: something is applied to it.")
    after = replace(
        record,
        fields={**record.fields, **{n: ZERO for n in _SUMS if n in record.fields}, "status": VOIDED},
        sublists={
            name: [] if name in _LISTS else [_empty(line) for line in lines]
            for name, lines in record.sublists.items()
        },
        modified_at=store.now(),
    )
    periods.refuse_closed(store, record)
    store.put(after)
    consequences.follow(store, record, after)
    return after


def _empty(line: Fields) -> Fields:
    """Return a line that is worth nothing; its quantity stays, so that the order counts as billed."""
    return {**line, **{name: ZERO for name in ("amount", "tax1Amt", "grossAmt") if name in line}}
