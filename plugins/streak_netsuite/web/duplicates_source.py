"""Duplicate customers over Airflow's ledger connection."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from streak_netsuite.assembly import Product
    from streak_netsuite.hooks.product import ProductHook
    from streak_netsuite.ledger.ledger import Ledger

_RUN = "duplicates-page"


class KeptDuplicates:
    """Opens the ledger with the first question, and keeps it open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...} or {"error": ...}.

        Raises:
            StreakNetSuiteError: a vendor, the ledger or a connection is not there.
        """
        from streak_netsuite.duplicate_review.commands import MERGE_COMMANDS, PARTY_COMMANDS, TIE_COMMANDS
        from streak_netsuite.duplicate_review.review import DuplicateReview
        from streak_netsuite.duplicate_review.ties import TieReview

        if command in MERGE_COMMANDS:
            return _ask_netsuite(command, payload, by=by)
        if command in PARTY_COMMANDS:
            return _ask_streak(command, payload, by=by)
        if command in TIE_COMMANDS:
            ties = TieReview(self._open(), product=_reading, clock=lambda: datetime.now(UTC))
            return ties.answer(command, payload, by=by)
        review = DuplicateReview(self._open().duplicates, clock=lambda: datetime.now(UTC))
        return review.answer(command, payload, by=by)

    def page(self, run_id: int) -> str | None:
        """Return a run's report as HTML, or None."""
        return self._open().duplicates.page(run_id)

    def sheet(self, run_id: int) -> str | None:
        """Return a run's report as CSV, or None."""
        return self._open().duplicates.sheet(run_id)

    def _open(self) -> "Ledger":
        from streak_netsuite.hooks.ledger import LedgerHook

        with self._lock:
            if self._ledger is None:
                self._ledger = LedgerHook().get_conn()
            return self._ledger


def _ask_netsuite(command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
    """Answer from NetSuite as it is now; only the confirmation may write to it."""
    from streak_netsuite.duplicate_review.checklist import MergeChecklist

    with _hook().open(run_id=_RUN, read_only=command != "fill") as product:
        return MergeChecklist(product).answer(command, payload, by=by)


def _ask_streak(command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
    """Answer from Streak as it is now; only the confirmation may write to it."""
    from streak_netsuite.duplicate_review.parties import PartyChecklist

    with _hook().open(run_id=_RUN, read_only=command != "relink") as product:
        return PartyChecklist(product).answer(command, payload, by=by)


def _reading() -> "AbstractContextManager[Product]":
    return _hook().open(run_id=_RUN, read_only=True)


def _hook() -> "ProductHook":
    from streak_netsuite.hooks.configured import default_mapping
    from streak_netsuite.hooks.product import ProductHook

    return ProductHook(mapping=default_mapping())
