"""The account's concurrency: how many requests are in progress, and who is turned away."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from streak_netsuite.sandbox.netsuite import soap_faults
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.soap_faults import SoapFault


@dataclass(frozen=True, kw_only=True, slots=True)
class _Occupation:
    """Slots that other clients of the account hold; `until` is None for as long as nobody ends it."""

    slots: int
    until: float | None


class Gate:
    """Counts requests in progress and refuses the excess at once, as NetSuite does: nothing is queued.

    SOAP, REST and RESTlet calls of every integration share the account's slots (Oracle help
    bridgehead_1500275603); those of others can be occupied here.
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._others = _Occupation(slots=0, until=None)
        self.running = 0
        self.peak = 0
        self.refused = 0

    @property
    def occupied(self) -> int:
        """Return how many slots other clients hold now."""
        until = self._others.until
        is_over = until is not None and self._monotonic() >= until
        return 0 if is_over else self._others.slots

    def occupy(self, slots: int, seconds: float | None = None) -> None:
        """Let other clients hold this many slots from now on, or for a time; 0 frees them all."""
        until = None if seconds is None else self._monotonic() + seconds
        self._others = _Occupation(slots=slots, until=until)

    @property
    def limit(self) -> int:
        """Return how many requests may be in progress: the integration's own share if it has one.

        A share is this integration's alone; without one it takes what others leave of the rest.
        """
        share = self._settings.integration_concurrency_limit
        return share or max(0, self._settings.concurrency_limit - self.occupied)

    def enter(self) -> None:
        """Take a slot; raise the concurrency fault when none is free. Pair with `leave`."""
        if self.running >= self.limit:
            self.refused += 1
            raise self._refusal()
        self.running += 1
        self.peak = max(self.peak, self.running)

    def _refusal(self) -> SoapFault:
        if self._settings.throttle_as == "invalid_credentials":
            return soap_faults.invalid_login()
        return soap_faults.concurrency()

    def leave(self) -> None:
        """Give the slot back."""
        self.running -= 1

    def reset_peak(self) -> None:
        """Start counting the peak and the refusals anew."""
        self.peak = self.running
        self.refused = 0
