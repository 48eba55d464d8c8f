"""The account's concurrency: how many requests are in progress, and who is turned away."""

from collections.abc import Callable

from streak_netsuite.sandbox.netsuite import soap_faults


class Gate:
    """Counts requests in progress and refuses the excess at once, as NetSuite does: nothing is queued."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self.running = 0
        self.peak = 0
        self.refused = 0

    def enter(self) -> None:
        """Take a slot; raise the concurrency fault when none is free. Pair with `leave`."""
        if self.running >= self._limit():
            self.refused += 1
            raise soap_faults.concurrency()
        self.running += 1
        self.peak = max(self.peak, self.running)

    def leave(self) -> None:
        """Give the slot back."""
        self.running -= 1

    def reset_peak(self) -> None:
        """Start counting the peak and the refusals anew."""
        self.peak = self.running
        self.refused = 0
