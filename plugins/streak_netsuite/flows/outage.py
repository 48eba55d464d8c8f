"""One alert for one cause: what stops every flow, such as credentials that do not work, is said by the first one alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

RECORDS = "netsuite.records"
"""In place of a vendor: its account was replaced by another."""


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

    def begin(self, system: str, reason: str, *, flow: str, run: str = "") -> bool:
        """Note that a vendor's credentials or permissions do not work; tell whether this is news.

        Args:
            run: names the run that says so. It stays its news, for a worker may die when it has noted it, before it
                could say it: the run's next try has to.
        """
        now = self.clock()
        body = {"reason": reason, "since": now.isoformat(), "flow": flow, "run": run}
        if self.memory.add_snapshot(note_name(system), body, now=now):
            return True
        noted = self.memory.get_snapshot(note_name(system))
        return bool(run) and noted is not None and (noted["flow"], noted.get("run")) == (flow, run)

    def end(self, system: str, *, flow: str) -> bool:
        """Note that a flow could work with a vendor; tell whether it could not before."""
        noted = self.memory.get_snapshot(note_name(system))
        if noted is None or noted["flow"] != flow:
            return False
        return self.memory.drop_snapshot(note_name(system))


def note_name(system: str) -> str:
    """Return the name of the note about a vendor, or about what is as wrong as one."""
    return f"outage.{system or 'vendor'}"
