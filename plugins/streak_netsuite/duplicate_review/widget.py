"""The queues in a notebook: `DuplicateReviewer(ledger, by="Ann")` as the last line of a cell shows it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anywidget

from streak_netsuite.duplicate_review.review import DuplicateReview
from streak_netsuite.ledger.ledger import Ledger

_STATIC = Path(__file__).parent / "static"


class DuplicateReviewer(anywidget.AnyWidget):
    """The queue as a notebook's widget.

    Args:
        by: who decides: stands in the audit. "" looks on.
    """

    _esm = _STATIC / "review.js"
    _css = _STATIC / "review.css"

    def __init__(self, ledger: Ledger, *, by: str = "") -> None:
        super().__init__()
        self._review = DuplicateReview(ledger.duplicates, clock=lambda: datetime.now(UTC))
        self._by = by
        self.on_msg(self._answer)

    def _answer(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        if content["command"] != "open" and not self._by:
            answer: Mapping[str, Any] = {
                "error": 'who are you? show the queue with by="your name", which the audit keeps'
            }
        else:
            answer = self._review.answer(content["command"], content["payload"], by=self._by)
        self.send({"id": content["id"], **answer})
