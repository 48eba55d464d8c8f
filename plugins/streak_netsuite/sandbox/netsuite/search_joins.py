"""Joins of searches: from a row to the rows of the records it leads to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import search_rows
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, TRANSACTION_KINDS
from streak_netsuite.sandbox.netsuite.search_rows import Row
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref


def joined(store: Store, row: Row, join: str) -> list[Row]:
    """Return the rows a join leads to from a row, by the join's element ("customerJoin")."""
    with_lines = join == "transactionJoin"
    return [
        other
        for record in _JOINS[join](store, row)
        for other in search_rows.rows(record, with_lines=with_lines)
    ]


def _customer_of(store: Store, row: Row) -> list[Record]:
    return _found(store, search_rows.party(row), "customer")


def _found(store: Store, ref: Any, *kinds: str) -> list[Record]:
    record = store.find(ref, *kinds) if isinstance(ref, Ref) else None
    return [record] if record is not None else []


def _contacts_of(store: Store, row: Row) -> list[Record]:
    """Return the contacts of a company: its own, and those attached to it."""
    own = store.linked("company", row.record.internal_id, "contact")
    return own + [r for r in store.attached(row.record, "contact") if r not in own]


_JOINS: Mapping[str, Callable[[Store, Row], list[Record]]] = MappingProxyType(
    {
        "contactJoin": _contacts_of,
        "createdFromJoin": lambda store, row: _found(
            store, row.record.fields.get("createdFrom"), *TRANSACTION_KINDS
        ),
        # From a contact it leads to its company, from a transaction to its customer.
        "customerJoin": lambda store, row: (
            _found(store, row.record.fields.get("company"), "customer") or _customer_of(store, row)
        ),
        "customerMainJoin": _customer_of,
        "itemJoin": lambda store, row: _found(store, (row.line or {}).get("item"), *ITEM_KINDS),
        "parentCustomerJoin": lambda store, row: _found(store, row.record.fields.get("parent"), "customer"),
        "transactionJoin": lambda store, row: store.linked(
            "customer", row.record.internal_id, *TRANSACTION_KINDS
        ),
    }
)
