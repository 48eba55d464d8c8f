"""How many calls may be in flight: grows while calm, halves when refused.

NetSuite rejects calls above the account's concurrency at once and shares it between all integrations of
the account (bridgehead_1500275603, read 2026-11), so what is free has to be felt out. A refusal halves the
window; calm calls bring it back to what was accepted then, and beyond that only as far as refusals stay rare.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streak_netsuite.sync.call_share import CallShare, CallUsage

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 1.0  # how often a call that waits for a slot looks at the share again
# One try beyond what was accepted for every 60 calls that passed: even when all tries fail, refusals
# stay well below 2 % of the calls.
_TRIES_EARNED = 1 / 60
_MOST_TRIES, _FEWEST_TRIES = 3.0, -1.0


class Slot:
    """A call's right to be in flight; says what became of the call, while it is held or afterwards."""

    def __init__(self, governor: "Governor", generation: int, size: int) -> None:
        self._governor = governor
        self.generation = generation
        self.size = size
        self.is_held = True

    def served(self) -> None:
        """Note that the call was processed."""
        self._governor.note_served(self)

    def refused(self) -> None:
        """Note that the vendor refused the call for concurrency."""
        self._governor.note_refused(self)


@dataclass(slots=True)
class _Count:
    calls: int = 0
    refused: int = 0
    seconds: float = 0.0
    most: int = 0


@dataclass(slots=True)
class _Window:
    """The limit as it is known. `ceiling` is what was accepted when a call was last refused."""

    size: int
    ceiling: int
    calm: int = 0
    step: int = 1
    tries: float = field(default=_MOST_TRIES)
    generation: int = 0

    def grow(self, most: int, let_go_at: int) -> None:
        """Grow after a call that passed; only calls that this very size let go say that it holds."""
        self.calm += let_go_at >= self.size
        self.tries = min(_MOST_TRIES, self.tries + _TRIES_EARNED)
        if self.size < min(self.ceiling, most):
            self.size += 1
        elif self.size < most and self.calm >= (self.size + 1) // 2 and self.tries >= 1:
            self.size = self.ceiling = min(most, self.size + self.step)
            self.step *= 2
            self.calm = 0

    def shrink(self, generation: int, others: int) -> None:
        """Halve once for all calls that were let go by the same window; `others` were accepted."""
        self.tries = max(_FEWEST_TRIES, self.tries - 1)
        accepted = max(1, others)
        if generation != self.generation:
            self.ceiling = max(1, min(self.ceiling, accepted))
            return
        self.generation += 1
        self.ceiling = min(self.size, accepted)
        self.size = max(1, min(self.size // 2, self.ceiling))
        self.step, self.calm = 1, 0


class Governor:
    """A shrinking and growing number of slots, shared by the threads of a process.

    Args:
        slots: the most calls at once that all processes together may make.
        share: where the processes agree on who may make how many; None for a process on its own.
        renew_seconds: how long a share is taken as granted.
    """

    def __init__(
        self,
        slots: int,
        *,
        share: CallShare | None = None,
        renew_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if slots < 1:
            raise ValueError("a governor needs at least one slot")
        self._slots = slots
        self._share = share
        self._renew_seconds = renew_seconds
        self._clock = clock
        self._granted = slots if share is None else 0
        self._is_owing = False  # calls in flight still use slots that the share took back
        self._renewed_at = float("-inf")
        self._window = _Window(size=slots, ceiling=slots)
        self._in_flight = 0
        self._changed = threading.Condition()
        self._renewing = threading.Lock()
        self._total, self._unsaid = _Count(), _Count()
        self._closed = threading.Event()
        self._heart: threading.Thread | None = None

    @property
    def window(self) -> int:
        """How many calls are allowed at once right now."""
        return min(self._window.size, self._granted) if self._granted else 0

    @property
    def in_flight(self) -> int:
        """How many calls are in flight."""
        return self._in_flight

    @property
    def calls(self) -> int:
        """How many calls were let go."""
        return self._total.calls

    @property
    def refused_calls(self) -> int:
        """How many calls the vendor refused for concurrency."""
        return self._total.refused

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Wait for a slot and hold it for the length of the block."""
        self._renew()
        with self._changed:
            while self._in_flight >= self.window:
                self._changed.wait(_PATIENCE_SECONDS if self._share is not None else None)
                self._changed.release()  # the share is asked outside: it talks to a database
                try:
                    self._renew()
                finally:
                    self._changed.acquire()
            self._start()
            slot = Slot(self, self._window.generation, self._window.size)
        began = self._clock()
        try:
            yield slot
        finally:
            with self._changed:
                self._in_flight -= 1
                slot.is_held = False
                if self._is_owing and self._in_flight <= self._granted:
                    self._is_owing = False
                    self._renewed_at = float("-inf")  # others wait for what is free now
                for count in (self._total, self._unsaid):
                    count.seconds += self._clock() - began
                self._changed.notify_all()

    def note_refused(self, slot: Slot) -> None:
        """Halve the window, once for all calls that the same window let go."""
        with self._changed:
            for count in (self._total, self._unsaid):
                count.refused += 1
            self._window.shrink(slot.generation, self._in_flight - slot.is_held)

    def note_served(self, slot: Slot) -> None:
        """Grow the window as far as it is earned."""
        with self._changed:
            self._window.grow(self._slots, slot.size)
            self._changed.notify_all()

    def note_accepted(self, login: str) -> None:
        """Tell the other processes that the vendor accepts these credentials."""
        if self._share is not None:
            self._share.note_accepted(login)

    def is_accepted_elsewhere(self, login: str, *, within_seconds: float) -> bool:
        """Return whether another process that may be calling now was accepted with these credentials lately."""
        if self._share is None:
            return False
        return self._share.accepted_elsewhere(login, within_seconds=within_seconds)

    def close(self) -> None:
        """Give our share back and note what was used."""
        self._closed.set()
        if self._heart is not None:
            self._heart.join()  # it may be talking to the database, which is closed next
        if self._share is not None:
            self._say_usage(self._share)
            self._share.release()

    def _start(self) -> None:
        self._in_flight += 1
        for count in (self._total, self._unsaid):
            count.calls += 1
            count.most = max(count.most, self._in_flight)

    def _beat(self) -> None:
        """Keep the share while long calls are in flight and no new one asks for a slot; give it back when none is."""
        while not self._closed.wait(self._renew_seconds):
            try:
                if self._in_flight:
                    self._renew()
                else:
                    self._give_back()
            except Exception:
                log.exception("the share of the account's concurrency could not be renewed")

    def _give_back(self) -> None:
        """Let other processes have the slots that nobody here uses; the next call asks for them again."""
        if self._share is None:
            return
        with self._renewing:
            with self._changed:
                if self._in_flight or not self._granted:
                    return
                self._granted = 0
            self._say_usage(self._share)
            self._share.release()

    def _renew(self) -> None:
        if self._share is None:
            return
        with self._renewing:
            now = self._clock()
            patience = self._renew_seconds if self._granted else _PATIENCE_SECONDS
            if now - self._renewed_at < patience:
                return
            if self._heart is None:
                self._heart = threading.Thread(target=self._beat, name="netsuite-slots", daemon=True)
                self._heart.start()
            self._renewed_at = now
            self._ask_share(self._share)
            self._say_usage(self._share)

    def _ask_share(self, share: CallShare) -> None:
        """Take over what is granted; nothing starts meanwhile that the share does not know of."""
        with self._changed:
            in_use, granted = self._in_flight, self._granted
            self._granted = min(granted, in_use)
        try:
            granted = share.renew(self._slots, in_use=in_use)
        finally:
            with self._changed:
                self._granted = granted
                self._is_owing = in_use > granted
                self._changed.notify_all()

    def _say_usage(self, share: CallShare) -> None:
        with self._changed:
            said, self._unsaid = self._unsaid, _Count(most=self._in_flight)
            window = self.window
        if said.calls or said.refused:
            share.note(
                CallUsage(
                    calls=said.calls,
                    refused=said.refused,
                    seconds=said.seconds,
                    most_in_flight=said.most,
                    window=window,
                )
            )
