"""What a written or deleted transaction changes elsewhere: its order, the documents it is applied to."""

from dataclasses import replace

from streak_netsuite.sandbox.netsuite import order_progress, purchases, settlements, stock
from streak_netsuite.sandbox.netsuite.kinds import TRANSACTION_KINDS
from streak_netsuite.sandbox.netsuite.links import links
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref

_PARENTS = ("source", "applied")


def follow(store: Store, before: Record | None, after: Record | None) -> None:
    """Bring the transactions up to date that a change of a transaction touches.

    Args:
        before: the transaction as it was, None when it is new.
        after: the transaction as it is, None when it was deleted.
    """
    record = after or before
    if record is not None and record.kind == "customer" and after is None:
        _leave_contacts(store, record)
    if record is None or record.kind not in TRANSACTION_KINDS:
        return
    stock.follow(store, before, after)
    touched = {
        link[1] for one in (before, after) if one is not None for link in links(one) if link[0] in _PARENTS
    }
    for internal_id in sorted(touched, key=int):
        parent = store.find(Ref(internal_id=internal_id), *TRANSACTION_KINDS)
        if parent is not None and internal_id != record.internal_id:
            _refresh(store, parent)
    for order in _orders(store, after or record):
        purchases.follow(store, order)
    if after is not None and after.kind == "salesOrder":
        _make_customer(store, after)


def _orders(store: Store, record: Record) -> list[Record]:
    """Return the order that a transaction is, or was made from."""
    ref = (
        Ref(internal_id=record.internal_id)
        if record.kind == "salesOrder"
        else record.fields.get("createdFrom")
    )
    found = store.find(ref, "salesOrder") if isinstance(ref, Ref) else None
    return [found] if found is not None else []


def _refresh(store: Store, parent: Record) -> None:
    """Bring one up to date; a parent's lastModifiedDate moves with its children (facts, section 7)."""
    if parent.kind == "salesOrder":
        stock.follow(store, parent, order_progress.refresh(store, parent))
    else:
        settlements.refresh(store, parent)


def _leave_contacts(store: Store, customer: Record) -> None:
    """Contacts outlive their company and then belong to none."""
    for contact in store.linked("company", customer.internal_id, "contact"):
        fields = {name: value for name, value in contact.fields.items() if name != "company"}
        store.put(replace(contact, fields=fields, modified_at=store.now()))


def _make_customer(store: Store, order: Record) -> None:
    """A lead or prospect becomes a customer with the first order (stage changes itself)."""
    customer = store.find(order.fields["entity"], "customer")
    if customer is not None:
        customer.fields["stage"] = "_customer"
