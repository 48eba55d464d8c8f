"""What keeps a record from being deleted: the records that stand on it."""

from streak_netsuite.sandbox.netsuite import periods
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, KINDS, TRANSACTION_KINDS
from streak_netsuite.sandbox.netsuite.links import applied_entries
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref


def refuse_delete(store: Store, record: Record) -> None:
    """Refuse to delete a record that others stand on, or one in a closed period."""
    if record.kind == "customer":
        _refuse_customer(store, record)
    elif record.kind in TRANSACTION_KINDS:
        _refuse_transaction(store, record)
    elif record.kind in ITEM_KINDS:
        _refuse_item(store, record)
    elif record.kind == "customRecord" and store.linked("parent", record.internal_id, "customRecord"):
        raise RecordRefused(
            "CANT_DELETE_CSTM_RCRD_ENTRY", f"The record {record.name!r} cannot be deleted: it has children."
        )


def refuse_move(store: Store, before: Record, after: Record) -> None:
    """Refuse to give a transaction to another customer once other transactions are tied to it."""
    if not before.internal_id or before.kind not in TRANSACTION_KINDS or _owner(before) == _owner(after):
        return
    tied = [*store.linked("source", before.internal_id), *store.linked("applied", before.internal_id)]
    if tied or before.fields.get("createdFrom") or any(True for _ in applied_entries(before)):
        raise RecordRefused(
            "CANT_EDIT_TRAN",
            f"The customer of {before.name} cannot be changed: other transactions are tied to it.",
        )


def _owner(transaction: Record) -> str:
    ref: Ref = transaction.fields.get("entity") or transaction.fields["customer"]
    return ref.internal_id


def _refuse_customer(store: Store, customer: Record) -> None:
    if store.linked("customer", customer.internal_id, *TRANSACTION_KINDS):
        why = "it has transactions"
    elif store.linked("parent", customer.internal_id, "customer"):
        why = "it has subcustomers"
    else:
        return
    raise RecordRefused("CANT_DELETE_CUSTOMER", f"The customer {customer.name!r} cannot be deleted: {why}.")


def _refuse_transaction(store: Store, transaction: Record) -> None:
    number = transaction.internal_id
    children = [*store.linked("source", number), *store.linked("applied", number)]
    if children:
        names = ", ".join(child.name for child in children)
        # Oracle's list of codes has SO_HAS_CHILD_TRANS for orders; its schema has not, so no reply may carry it.
        raise RecordRefused(
            "CANT_DELETE_TRANS",
            f"The transaction {transaction.name} cannot be deleted: {names} stands on it.",
        )
    if KINDS[transaction.kind].is_posting:
        periods.refuse_closed(store, transaction)


def _refuse_item(store: Store, item: Record) -> None:
    for whole in store.all(*ITEM_KINDS):
        if any(m["item"].internal_id == item.internal_id for m in whole.sublists.get("memberList", [])):
            raise RecordRefused(
                "CANT_DELETE_ITEM",
                f"The item {item.name!r} cannot be deleted: it is a member of {whole.name}.",
            )
    for transaction in store.all(*TRANSACTION_KINDS):
        lines = transaction.sublists.get("itemList", [])
        if any(line.get("item") and line["item"].internal_id == item.internal_id for line in lines):
            raise RecordRefused(
                "CANT_DELETE_ITEM", f"The item {item.name!r} cannot be deleted: it is on {transaction.name}."
            )
