"""One alert for one cause: credentials that do not work stop every run, but only the first one says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

NAME = "outage"


class OutageMemory(Protocol):
    """Where it is kept that something is known to be broken."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept, or None."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep it in place of what was there."""

    def drop_snapshot(self, name: str) -> bool:
        """Forget it; tell whether there was something."""


@dataclass(frozen=True, kw_only=True)
class OutageBook:
    """Remembers until when writing is paused, and why."""

    memory: OutageMemory
    clock: Callable[[], datetime]

    def begin(self, reason: str) -> bool:
        """Note that credentials or permissions do not work; tell whether this is news."""
        if self.memory.get_snapshot(NAME) is not None:
            return False
        now = self.clock()
        self.memory.keep_snapshot(NAME, {"reason": reason, "since": now.isoformat()}, now=now)
        return True

    def end(self) -> bool:
        """Note that they work; tell whether they did not before."""
        return self.memory.drop_snapshot(NAME)
