"""The sweeps behind the webhooks: whatever was missed is found here.

A *delta sweep* asks for what changed since its watermark. A *full sweep* reads every list to its end and
compares: it alone finds what was deleted, and changes in lists that cannot be asked for them. Both put
hints into the inbox page by page, remember where they are, and resume there.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.model.external_ref import ExternalRef, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints
from streak_netsuite.sync.stream import (
    Absence,
    RecordStream,
    Sighting,
    StreamPage,
    SweepMemory,
    SweepProgress,
)

log = logging.getLogger(__name__)

_LOOKED_UP_AT_ONCE = 50  # records that a list did not show, each asked for by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepReport:
    """What a sweep found.

    Attributes:
        read: records that were read.
        new: hints that no webhook and no earlier sweep had brought.
        known: hints that were in the inbox before.
        deleted: records that are gone from Streak, or from what we watch.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    deleted: int = 0

    def __add__(self, other: "SweepReport") -> "SweepReport":
        return SweepReport(
            read=self.read + other.read,
            new=self.new + other.new,
            known=self.known + other.known,
            deleted=self.deleted + other.deleted,
        )

    def plus(self, stored: StoredHints, *, read: int) -> "SweepReport":
        """Return the report with one more page."""
        return self + SweepReport(read=read, new=stored.new, known=stored.repeated)

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {"read": self.read, "new": self.new, "known": self.known, "deleted": self.deleted}


@dataclass(frozen=True, kw_only=True)
class DeltaSweep:
    """Reads what changed since the watermark of each list into the inbox."""

    streams: Sequence[RecordStream]
    memory: SweepMemory
    settings: FlowSettings
    clock: Callable[[], datetime]

    def run(self) -> SweepReport:
        """Store a hint for each changed record.

        A list's watermark is the newest change seen, in Streak's own time, never ahead of the sweep's
        beginning, and moves with the last page. While nothing has ever changed, it is where the first sweep began
        to read: else an outage would be skipped. A sweep that fails on a page resumes at that page.

        Raises:
            TransientError, PermanentError: Streak or the ledger stopped us; what was read is kept.
            RecordError: one list cannot be read; the others were.
        """
        return _each([s for s in self.streams if s.tells_changes], self._sweep)

    def _sweep(self, stream: RecordStream) -> SweepReport:
        now = self.clock()
        progress = self.memory.get_sweep_progress(stream.name) or self._begin(stream, now)
        report = SweepReport()
        for page in _resumed(stream, progress.since, progress.position):
            progress = _advanced(progress, page)
            is_last = page.passed or page.next_position is None
            stored = self.memory.store_sightings(
                page.sightings,
                sweep=stream.name,
                scope=stream.scope,
                seen_at=now,
                now=self.clock(),
                progress=None if is_last else progress,
                watermark=_reached(progress) if is_last else None,
            )
            report = report.plus(stored, read=len(page.sightings))
        return report

    def _begin(self, stream: RecordStream, now: datetime) -> SweepProgress:
        mark = self.memory.get_watermark(stream.name)
        reach = self.settings.overlap_seconds if mark else self.settings.first_sweep_seconds
        return SweepProgress(started_at=now, since=(mark or now) - timedelta(seconds=reach))


@dataclass(frozen=True, kw_only=True)
class FullSweep:
    """Reads every list whole, and compares it with what was seen before."""

    streams: Sequence[RecordStream]
    memory: SweepMemory
    settings: FlowSettings
    clock: Callable[[], datetime]

    def run(self) -> SweepReport:
        """Store a hint for each record that is new, changed or gone since it was seen last.

        The very first time nothing was seen before; then only records changed within `first_sweep_seconds`
        make a hint, as in the delta sweep. Deletions are never inferred from a list alone: each record that
        it does not show is asked for by itself.

        Raises:
            TransientError, PermanentError: Streak or the ledger stopped us; the next run resumes.
            RecordError: one list cannot be read; the others were.
        """
        return _each(self.streams, self._sweep)

    def _sweep(self, stream: RecordStream) -> SweepReport:
        name = f"{stream.name}.full"
        progress = self.memory.get_sweep_progress(name) or SweepProgress(started_at=self.clock())
        report = SweepReport()
        if not progress.is_listed:
            report = self._list(stream, name, progress)
        progress = replace(progress, position=None, is_listed=True)
        while unseen := self.memory.unseen_records(
            stream.kind, stream.scope, before=progress.started_at, limit=_LOOKED_UP_AT_ONCE
        ):
            report += self._look_up(stream, name, progress, unseen)
        self.memory.end_sweep(name, watermark=progress.started_at)
        return report

    def _list(self, stream: RecordStream, name: str, progress: SweepProgress) -> SweepReport:
        is_first = self.memory.get_watermark(name) is None
        edge = progress.started_at - timedelta(seconds=self.settings.first_sweep_seconds)
        report = SweepReport()
        for page in _resumed(stream, None, progress.position):
            stored = self.memory.store_sightings(
                page.sightings,
                sweep=name,
                scope=stream.scope,
                seen_at=progress.started_at,
                now=self.clock(),
                progress=replace(progress, position=page.next_position, is_listed=page.next_position is None),
                changed_only=True,
                not_before=edge if is_first else None,
            )
            report = report.plus(stored, read=len(page.sightings))
        return report

    def _look_up(
        self, stream: RecordStream, name: str, progress: SweepProgress, unseen: Mapping[str, str]
    ) -> SweepReport:
        found = stream.look_up(list(unseen))
        if found.keys() != unseen.keys():
            raise RuntimeError(f"{stream.name}: of {len(unseen)} records, {len(found)} were looked up")
        # Records that slipped through between two pages, because others left the list meanwhile.
        present = [s for s in found.values() if isinstance(s, Sighting)]
        now = self.clock()
        stored = self.memory.store_sightings(
            present,
            sweep=name,
            scope=stream.scope,
            seen_at=now,
            now=now,
            progress=progress,
            changed_only=True,
        )
        absent = {key: what for key, what in found.items() if isinstance(what, Absence)}
        return self._forget(stream, unseen, absent).plus(stored, read=len(present))

    def _forget(
        self, stream: RecordStream, versions: Mapping[str, str], absent: Mapping[str, Absence]
    ) -> SweepReport:
        if not absent:
            return SweepReport()
        hints = [
            _absence_hint(stream, key, versions[key], what)
            for key, what in absent.items()
            if what is not Absence.HIDDEN
        ]
        for key in (key for key, what in absent.items() if what is Absence.HIDDEN):
            log.warning("%s %s is not visible to the key's user any more", stream.kind, key)
        self.memory.forget_records(stream.kind, list(absent), hints, now=self.clock())
        return SweepReport(deleted=len(absent))


def _each(streams: Sequence[RecordStream], sweep: Callable[[RecordStream], SweepReport]) -> SweepReport:
    """Sweep list by list; one that cannot be read is raised after the others were swept."""
    report, failure = SweepReport(), None
    for stream in streams:
        try:
            report += sweep(stream)
        except RecordError as error:
            log.exception("%s cannot be swept", stream.name)
            failure = failure or error
    if failure is not None:
        raise failure
    return report


def _resumed(stream: RecordStream, since: datetime | None, start: str | None) -> Iterator[StreamPage]:
    """Yield a list's pages from a position on, or from its beginning when the position is not known any more."""
    pages = stream.pages(since, start=start)
    try:
        first = next(pages)
    except RecordError as error:
        if start is None:
            raise
        log.warning("%s cannot go on where it stopped, and begins anew: %s", stream.name, error)
        pages = stream.pages(since, start=None)
        first = next(pages)
    yield first
    yield from pages


def _advanced(progress: SweepProgress, page: StreamPage) -> SweepProgress:
    times = [s.changed_at for s in page.sightings if s.changed_at is not None]
    newest = max([*times, *([progress.newest] if progress.newest else [])], default=None)
    return replace(progress, position=page.next_position, newest=newest)


def _reached(progress: SweepProgress) -> datetime | None:
    """Return how far a sweep has read; a watermark that is further stays where it is."""
    if progress.newest is None:
        return progress.since
    return min(progress.newest, progress.started_at)


def _absence_hint(stream: RecordStream, key: str, version: str, what: Absence) -> Hint:
    return Hint(
        record=ExternalRef(system=SystemId.STREAK, kind=stream.kind, id=key),
        version=f"{what.value}-{version}",
        event=what.value,
        origin=HintOrigin.SWEEP,
        payload={"key": key},
    )
