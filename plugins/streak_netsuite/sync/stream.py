"""Lists of records that are swept for changes, as the sweeps see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Hint, StoredHints


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A record as a list showed it.

    Attributes:
        hint: what is put into the inbox when the record has changed.
        digest: of the content that people and flows care about; equal means that nothing of it changed.
        changed_at: when the vendor says it was changed, aware UTC; None when it does not say.
    """

    hint: Hint
    digest: str
    changed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamPage:
    """Some sightings in the list's order.

    Attributes:
        next_position: where a later sweep resumes; None when this was the last page.
        passed: whether the rest of the list was changed before what was asked for.
    """

    sightings: tuple[Sighting, ...]
    next_position: str | None
    passed: bool = False


class Absence(Enum):
    """Why a record is not among a list's records any more."""

    GONE = "gone"
    """It was deleted."""
    MOVED = "moved"
    """It exists, in another pipeline."""
    HIDDEN = "hidden"
    """The key's user may not see it: nobody can say whether it exists."""


class RecordStream(Protocol):
    """One list: the boxes of a pipeline, the contacts of a team."""

    @property
    def name(self) -> str:
        """Names its watermark; stable over restarts."""

    @property
    def kind(self) -> RecordKind:
        """What its records are."""

    @property
    def scope(self) -> str:
        """Key of the pipeline or team whose records these are: a full comparison compares within it."""

    @property
    def tells_changes(self) -> bool:
        """Whether the changed records can be asked for; else each sweep reads the list whole."""

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        """Yield the records changed at or after `since`, or all, from a position on.

        Raises:
            TransientError: the vendor cannot answer now.
        """

    def look_up(self, keys: Sequence[str]) -> "Mapping[str, Sighting | Absence]":
        """Return what became of records that the list does not show; each is asked for by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepProgress:
    """How far a sweep that is not finished has read.

    Attributes:
        position: where the next page begins; None for the first.
        is_listed: whether the list was read to its end; what it did not show is looked up next.
        since: what it was asked for; None for everything.
        newest: the newest change it has seen, where the next sweep will begin.
        started_at: aware UTC.
    """

    started_at: datetime
    position: str | None = None
    is_listed: bool = False
    since: datetime | None = None
    newest: datetime | None = None


class SweepMemory(Protocol):
    """The ledger, as the sweeps use it. Each call is one transaction."""

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read, or None before the first time."""

    def get_sweep_progress(self, name: str) -> SweepProgress | None:
        """Return how far a sweep has read that was not finished."""

    def store_sightings(
        self,
        sightings: Sequence[Sighting],
        *,
        sweep: str,
        scope: str,
        seen_at: datetime,
        now: datetime,
        progress: SweepProgress | None,
        watermark: datetime | None = None,
        changed_only: bool = False,
        not_before: datetime | None = None,
    ) -> StoredHints:
        """Remember a page of records, put hints into the inbox, and keep how far the sweep `sweep` has read.

        Args:
            progress: None when the sweep is finished with this page.
            watermark: where it moves to, if it moves.
            changed_only: whether a record that is as it was seen before makes no hint.
            not_before: records changed before it make no hint; they are remembered all the same.
        """

    def unseen_records(
        self, kind: RecordKind, scope: str, *, before: datetime, limit: int
    ) -> Mapping[str, str]:
        """Return versions by key of the records of a scope that were last seen before a time."""

    def forget_records(
        self, kind: RecordKind, keys: Sequence[str], hints: Sequence[Hint], *, now: datetime
    ) -> None:
        """Drop records that their list does not show any more, and put hints about them into the inbox."""

    def end_sweep(self, name: str, *, watermark: datetime) -> None:
        """Forget a sweep's progress and move its watermark."""
