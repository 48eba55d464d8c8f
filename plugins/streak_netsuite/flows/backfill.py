"""Old deals are caught up on: any window of time, in the order they were won, behind everything that happens now."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Event
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.deal_to_order import DealToOrder
from streak_netsuite.flows.reconcile import BoxBook, WonBox
from streak_netsuite.flows.report import RunReport
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints

log = logging.getLogger(__name__)

_JOB = "backfill"  # the snapshot that names the job under way
_PAUSE_SECONDS = 1.0
_PAGE_SECONDS = 0.2  # about what a page of the listing takes
_EVENT = "backfill"


class BackfillMemory(Protocol):
    """What the ledger keeps for a backfill."""

    def store_hints(
        self, hints: Sequence[Hint], *, now: datetime, watermark: tuple[str, datetime] | None = None
    ) -> StoredHints:
        """Keep hints; a known one is counted, not added."""

    def count_backfill(self) -> tuple[int, int]:
        """Return how many records are still to be caught up on, and how many were."""

    def count_live(self, *, now: datetime) -> int:
        """Return how many hints of what happens now are ready."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept under a name."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep something under a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The days, in the account's zone and both included, on which deals were won that are caught up on; None for no bound."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ConfigurationError(
                f"the window ends on {self.until}, before it begins on {self.since}; give the earlier day first"
            )

    def holds(self, box: WonBox, zone: ZoneInfo) -> bool:
        """Tell whether a deal was won in these days; one whose day nobody knows is in every window."""
        won_on = box.won_on(zone)
        if won_on is None:
            return True
        return (self.since is None or won_on >= self.since) and (self.until is None or won_on <= self.until)

    def __str__(self) -> str:
        return f"{self.since or 'the beginning'} to {self.until or 'today'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a backfill is.

    Attributes:
        done, left: records.
        per_second: since this run began; 0 before anything was done.
        is_listing: whether more deals of the window are still being listed: then `left` is not all.
    """

    done: int
    left: int
    per_second: float
    is_listing: bool = False
    report: RunReport = field(default_factory=RunReport)

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at this rate, or None when nobody can say."""
        return self.left / self.per_second if self.per_second and not self.is_listing else None

    @property
    def percent(self) -> float | None:
        """Return the share that is done, or None while nobody knows how many there are."""
        if self.is_listing:
            return None
        return 100 * self.done / (self.done + self.left) if self.done + self.left else 100.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: what Airflow's UI shows beside the running task."""
        seconds = self.seconds_left
        return {
            "progress": str(self),
            "done": self.done,
            "left": self.left,
            "percent": None if self.percent is None else round(self.percent, 1),
            "per_second": round(self.per_second, 2),
            "seconds_left": None if seconds is None else round(seconds),
        }

    def __str__(self) -> str:
        rate = f"{self.per_second:.1f} a second"
        if self.percent is None:
            return f"{self.done} of {self.done + self.left} listed so far, {rate}"
        told = f"{self.done} of {self.done + self.left} ({self.percent:.0f} %), {rate}"
        seconds = self.seconds_left
        return f"{told}, {_duration(seconds)} left" if seconds is not None and self.left else told


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """Lists the deals of a window as hints of their own kind, and works through them.

    A window is one job: the same window again goes on with what is left of it, whatever stopped it before. When it
    is done, the same window again is a new job that looks at every deal anew and finds its order there.

    Attributes:
        zone: the account's, in which a day begins.
        batches: works through what was listed, and yields after each batch.
        workers: batches that are worked on at once.
        patience_seconds: how long live hints may keep a batch waiting: with nobody working on them it goes on.
        sleep, timer: time, for tests.
    """

    boxes: BoxBook
    memory: BackfillMemory
    spec: MappingSpec
    flow: DealToOrder
    zone: ZoneInfo
    clock: Callable[[], datetime]
    workers: int = 3
    patience_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    timer: Callable[[], float] = time.monotonic

    def run(self, window: Window) -> Iterator[Progress]:
        """Catch up on a window; yield how far it is after each batch, and at the end.

        The first deals are worked on while the others are still being listed.

        Raises:
            TransientError, PermanentError: a vendor or the ledger stopped us; run it again to go on.
        """
        stopped = Event()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="backfill-list") as pool:
            listing = pool.submit(self.list, window, stopped)
            try:
                yield from self.go_on(listing)
            finally:
                stopped.set()

    def list(self, window: Window, stopped: Event | None = None) -> int:
        """Put the deals of a window into the inbox, and return how many there are that were not there.

        Args:
            stopped: ends the listing after the page under way; the same window lists the rest when it is run again.
        """
        job = self._job(window)
        if job["listed"]:
            return 0
        new = 0
        for page in self.boxes.won_boxes(self.spec.source.pipeline, self.spec.source.stages):
            hints = [_hint(box, str(job["label"])) for box in page if window.holds(box, self.zone)]
            if stopped is not None and stopped.is_set():
                return new
            if hints:
                new += self.memory.store_hints(hints, now=self.clock()).new
        self.memory.keep_snapshot(_JOB, {**job, "listed": True}, now=self.clock())
        log.info("backfill of %s: %d deals", window, new)
        return new

    def go_on(self, listing: Future[int] | None = None) -> Iterator[Progress]:
        """Work through what was listed, whichever window it is of.

        Records that are to be tried again later are waited for, but not longer than `patience_seconds` without any.

        Args:
            listing: what still puts deals into the inbox; its failure is raised here.
        """
        began, before = self.timer(), self.memory.count_backfill()[1]
        report, idle = RunReport(), 0.0
        while True:
            for part in self._batches(listing):
                report, idle = report + part, 0.0
                yield self._progress(began, before, report, listing)
            if listing is not None:
                listing.result()
            progress = self._progress(began, before, report)
            if not progress.left or idle >= self.patience_seconds:
                yield progress
                return
            self.sleep(_PAUSE_SECONDS)
            idle += _PAUSE_SECONDS

    def _batches(self, listing: Future[int] | None) -> Iterator[RunReport]:
        """Work on several batches at once: while one is read from Streak, another one is written to NetSuite.

        A failure is raised after the batches that are under way have ended.
        """
        with ThreadPoolExecutor(max_workers=self.workers, thread_name_prefix="backfill") as pool:
            running = {pool.submit(self._batch, listing) for _ in range(self.workers)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    part = one.result()
                    if part is not None:
                        running.add(pool.submit(self._batch, listing))
                        yield part

    def _batch(self, listing: Future[int] | None) -> RunReport | None:
        """Work on one batch; None when nothing is ready, and nothing more is being listed."""
        while True:
            self._give_way()
            is_last = listing is None or listing.done()
            part = next(self.flow.batches(backfill=True), None)
            if part is not None or is_last:
                return part
            if listing is not None:
                wait([listing], timeout=_PAGE_SECONDS)

    def _progress(
        self, began: float, before: int, report: RunReport, listing: Future[int] | None = None
    ) -> Progress:
        is_listing = (
            listing is not None and not listing.done()
        )  # asked first: what is counted then is not less
        left, done = self.memory.count_backfill()
        seconds = self.timer() - began
        rate = (done - before) / seconds if seconds > 0 else 0.0
        return Progress(done=done - before, left=left, per_second=rate, is_listing=is_listing, report=report)

    def _give_way(self) -> None:
        """Let what happens now go first, as long as somebody works on it."""
        waited = 0.0
        while waited < self.patience_seconds and self.memory.count_live(now=self.clock()):
            self.sleep(_PAUSE_SECONDS)
            waited += _PAUSE_SECONDS

    def _job(self, window: Window) -> Mapping[str, Any]:
        """Return the job of a window: the one under way, or a new one."""
        kept = self.memory.get_snapshot(_JOB)
        left, _ = self.memory.count_backfill()
        if kept is not None and kept["window"] == str(window) and (left or not kept["listed"]):
            return kept
        job = {"window": str(window), "label": self.clock().isoformat(), "listed": False}
        self.memory.keep_snapshot(_JOB, job, now=self.clock())
        return job


def _hint(box: WonBox, label: str) -> Hint:
    return Hint(
        record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box.key),
        version=f"backfill {label}",
        event=_EVENT,
        origin=HintOrigin.BACKFILL,
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
