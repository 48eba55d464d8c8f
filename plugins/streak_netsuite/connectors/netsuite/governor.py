"""How many calls may be in flight: grows while calm, halves when refused.

NetSuite rejects calls above the account's concurrency at once, shared with every other
integration of the account, so the limit we know is an upper bound and not a promise
(bridgehead_1500275603, read 2026-11). Additive increase, multiplicative decrease finds what is free.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Governor:
    """A shrinking and growing number of slots, shared by threads."""

    def __init__(self, slots: int) -> None:
        if slots < 1:
            raise ValueError("a governor needs at least one slot")
        self._most = slots
        self._window = float(slots)
        self._in_use = 0
        self._changed = threading.Condition()
        self.refused_calls = 0
        self.calls = 0

    @property
    def window(self) -> int:
        """How many calls are allowed at once right now."""
        return max(1, int(self._window))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a slot and hold it for the length of the block."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_use < self.window)
            self._in_use += 1
            self.calls += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_use -= 1
                self._changed.notify_all()

    def refused(self) -> None:
        """Note that the vendor refused a call for concurrency: halve the window."""
        with self._changed:
            self.refused_calls += 1
            self._window = max(1.0, self._window / 2)

    def served(self) -> None:
        """Note that a call was processed: grow by one slot per window of calm calls."""
        with self._changed:
            self._window = min(float(self._most), self._window + 1 / max(1.0, self._window))
            self._changed.notify_all()
