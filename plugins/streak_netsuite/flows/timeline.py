"""A timeline: entries of any kind about one record, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.flows.masking import Mask
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.model.plain import to_plain


class EntryKind(StrEnum):
    """The kinds of entries that the ledger's facts become; a flow may add entries of others."""

    HINT = "hint"
    REPEAT = "repeat"
    WRITE = "write"
    ANSWER = "answer"
    TIE = "tie"
    OUTCOME = "outcome"
    HOLD = "hold"
    AUDIT = "audit"
    DUE = "due"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One thing that happened, or will.

    Attributes:
        at: when; of what is due: from when on.
        kind: an `EntryKind`, or the word of whoever adds it ("fulfillment", "payment").
        title: what happened, in a line.
        details: JSON-able; what is empty is left out.
        state: how far it has come ("done", "sent", "open", "created", ...).
        rank: what comes first of entries of the same moment; causes before effects.
    """

    at: datetime
    kind: str
    title: str
    details: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    rank: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """A record's entries, oldest first, and what is due behind them.

    Attributes:
        is_masked: personal data is hidden.
    """

    record: ExternalRef
    entries: tuple[TimelineEntry, ...]
    is_masked: bool = True

    @property
    def due(self) -> tuple[TimelineEntry, ...]:
        """What is still to happen: by itself, or by a person."""
        return tuple(e for e in self.entries if e.kind == EntryKind.DUE)

    def with_entries(self, more: Iterable[TimelineEntry]) -> "Timeline":
        """Return the timeline with further entries in their places."""
        return replace(self, entries=in_order([*self.entries, *more]))

    def masked(self, mask: Mask) -> "Timeline":
        """Return the timeline with personal data hidden in every entry."""
        return replace(self, entries=tuple(_hide(entry, mask) for entry in self.entries), is_masked=True)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        entries = [
            {
                "at": e.at.isoformat(),
                "kind": str(e.kind),
                "state": str(e.state),
                "title": e.title,
                "details": e.details,
            }
            for e in self.entries
        ]
        return {"record": to_plain(self.record), "is_masked": self.is_masked, "entries": entries}


def in_order(entries: Iterable[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Sort by time; what is due comes last, also what is overdue. Equal ones keep the ledger's order."""
    return tuple(sorted(entries, key=lambda e: (e.kind == EntryKind.DUE, e.at, e.rank)))


def _hide(entry: TimelineEntry, mask: Mask) -> TimelineEntry:
    return replace(entry, title=mask.text(entry.title), details=mask.value(entry.details))
