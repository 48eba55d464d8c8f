"""What fulfilments and invoices take from their sales order: which lines, and how much of each."""

from collections.abc import Mapping
from decimal import Decimal

from streak_netsuite.sandbox.netsuite.amounts import ZERO, check_numbers
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, missing
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref


def source_of(store: Store, child: Record, *kinds: str) -> Record:
    """Return the transaction a child names in createdFrom; refuse one that is gone or of another type."""
    ref: Ref = child.fields["createdFrom"]
    source = store.find(ref, *kinds)
    if source is None:
        raise bad_reference("createdFrom", ref.key)
    return source


def keep_source(draft: Record, child: Record) -> None:
    """Refuse to move a saved child to another transaction."""
    before, after = draft.fields.get("createdFrom"), child.fields.get("createdFrom")
    if draft.internal_id and (before and before.internal_id) != (after and after.internal_id):
        raise bad_reference("createdFrom", after.key if after else "", "(it cannot be changed)")


def refuse_source(child: str, source: Record, why: str) -> RecordRefused:
    """Return the refusal of a transaction that this child cannot be made from now."""
    return RecordRefused(
        "INVALID_INITIALIZE_REF",
        f"You can not initialize {child}: invalid reference {source.internal_id} ({source.name} {why}).",
    )


def chosen_quantities(
    sent: Fields | None, available: Mapping[int, Decimal], before: Mapping[int, Decimal], over: RecordRefused
) -> dict[int, tuple[Decimal, Fields]]:
    """Return how much of each order line a child takes, with the entry that said so.

    Without a list everything available is taken. With replaceAll (the default) only the lines sent are;
    without it a line not sent keeps what it had, or on a new child takes all that is available.

    Args:
        sent: the child's itemList; its entries are keyed by orderLine.
        available: what each order line still has, this child's own share included.
        before: this child's own share as it is saved.
        over: raised when more than available is wanted.
    """
    chosen: dict[int, tuple[Decimal, Fields]] = {}
    if sent is None or not sent.get("@replaceAll", True):
        chosen = {number: (q, {}) for number, q in (before or available).items()}
    for entry in (sent or {}).get("item", []):
        number = _order_line(entry, available)
        quantity = entry.get("quantity", before.get(number, available[number]))
        if entry.get("itemReceive") is False:
            quantity = ZERO
        check_numbers({"quantity": quantity})
        if quantity < 0:
            raise RecordRefused("POSITIVE_QTY_REQD", f"The quantity of order line {number} is negative.")
        if quantity > available[number]:
            raise over
        chosen[number] = (quantity, entry)
    return {number: (q, entry) for number, (q, entry) in chosen.items() if q}


def _order_line(entry: Fields, available: Mapping[int, Decimal]) -> int:
    number: int | None = entry.get("orderLine")
    if number is None:
        raise missing(["Order Line"])
    if number not in available:
        raise RecordRefused("INVALID_LINE_ID", f"The order has no line {number} that this can be made from.")
    return number


def quantities(record: Record) -> dict[int, Decimal]:
    """Return a saved child's own quantities, by order line."""
    return {
        line["orderLine"]: line.get("quantity") or ZERO
        for line in record.sublists.get("itemList", [])
        if line.get("orderLine") is not None
    }
