"""One alert for one cause: credentials that do not work stop every flow, but only the first one says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class OutageMemory(Protocol):
    """Where it is kept that something is known to be broken."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept, or None."""

    def add_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> bool:
        """Keep it unless it is known; tell whether it was kept."""

    def drop_snapshot(self, name: str) -> bool:
        """Forget it; tell whether there was something."""


@dataclass(frozen=True, kw_only=True)
class OutageBook:
    """Remembers which vendor does not let us work, since when, why, and which flow has said so.

    One note for each vendor: the flow that is refused first makes it, and speaks for all. Only a success of that flow takes
    it back: what another one is allowed proves nothing for this one.
    """

    memory: OutageMemory
    clock: Callable[[], datetime]

    def begin(self, system: str, reason: str, *, flow: str) -> bool:
        """Note that a vendor's credentials or permissions do not work; tell whether this is news."""
        now = self.clock()
        body = {"reason": reason, "since": now.isoformat(), "flow": flow}
        return self.memory.add_snapshot(_name(system), body, now=now)

    def end(self, system: str, *, flow: str) -> bool:
        """Note that a flow could work with a vendor; tell whether it could not before."""
        noted = self.memory.get_snapshot(_name(system))
        if noted is None or noted["flow"] != flow:
            return False
        return self.memory.drop_snapshot(_name(system))


def _name(system: str) -> str:
    return f"outage.{system or 'vendor'}"
