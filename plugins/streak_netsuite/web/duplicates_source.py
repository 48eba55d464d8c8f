"""Duplicate customers over Airflow's ledger connection."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streak_netsuite.ledger.ledger import Ledger


class KeptDuplicates:
    """Opens the ledger with the first question, and keeps it open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...} or {"error": ...}."""
        from streak_netsuite.duplicate_review.review import DuplicateReview
        from streak_netsuite.sync.duplicate_case import SCOPE

        review = DuplicateReview(self._open().duplicates, scope=SCOPE, clock=lambda: datetime.now(UTC))
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
