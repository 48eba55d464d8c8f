"""The accounts transactions stand on unless another one is named."""

from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Ref

_RECEIVABLE = "123"  # as in `seed_lists.py`


def receivable(store: Store) -> Ref:
    """Return the account that open invoices, credits and payments stand on."""
    return Ref(internal_id=_RECEIVABLE, name=store.choices["account"][_RECEIVABLE])
