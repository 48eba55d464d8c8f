"""Stops work when NetSuite holds other records under the ids that the ledger keeps, as after a sandbox is refreshed."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from streak_netsuite.errors import RecordsReplaced, StreakNetSuiteError
from streak_netsuite.flows.outage import RECORDS, note_name
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.same_records import Comparison, WrittenTie, compare

log = logging.getLogger(__name__)

LOOKED = "netsuite.records"
REPLACED = "netsuite.records.replaced"
LOOKED_AT = 10  # records of each kind
_GOOD_FOR = timedelta(hours=1)
_LOGIN_KNOWN_FOR = timedelta(days=30)  # after the last look with it
_NEXT_STEP = (
    "nothing is written. After a refresh, start with an empty ledger, or run: streak-netsuite netsuite rebind"
)


class KeyDesk(Protocol):
    """What the guard asks NetSuite."""

    def keys_of(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Collection[str]]:
        """Return the keys that each of these records carries; those that do not exist are left out."""


class TieMemory(Protocol):
    """What the guard asks the ledger."""

    def written_ties(self, *, limit: int) -> Sequence[WrittenTie]:
        """Return the newest ties to records that we wrote, so many of each kind."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what was kept, or None."""

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep it in place of what was kept before."""

    def add_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> bool:
        """Keep it unless it is known; tell whether it was kept."""

    def drop_snapshot(self, name: str) -> bool:
        """Forget it; tell whether there was something."""


@dataclass(frozen=True, kw_only=True)
class RecordGuard:
    """Compares the newest records that we wrote with what NetSuite holds under their ids.

    That is one call an hour, and one more in the moment when we come with another login: a refresh takes every token of
    the sandbox away (section_4254975694, read 2026-11), so nobody gets in afterwards with the one before.

    Attributes:
        login: tells one login from another, and nothing else of it.
    """

    erp: KeyDesk
    memory: TieMemory
    login: str
    clock: Callable[[], datetime]

    def look(self) -> Comparison:
        """Return what became of the newest records. Keeps nothing."""
        ties = self.memory.written_ties(limit=LOOKED_AT)
        return compare(ties, self.erp.keys_of([tie.binding.netsuite for tie in ties]) if ties else {})

    def require(self) -> None:
        """Make sure that ids lead where they led, as far as a look of the last hour tells.

        While NetSuite cannot be asked, work goes on: whoever writes then will not get far either. With another login
        it has to be asked, and once they are known to lead elsewhere, only a look that says otherwise lets work go on.

        Raises:
            RecordsReplaced: they do not.
            StreakNetSuiteError: with this login nobody has looked yet, and NetSuite does not answer.
        """
        looks = self._looks()
        known = self.memory.get_snapshot(REPLACED)
        if known is None and self._is_good(looks):
            return
        try:
            found = self.look()
        except StreakNetSuiteError as error:
            if known is not None:
                raise _replaced(str(known["told"])) from error
            if looks and self.login not in looks:
                raise
            log.warning("whether ids lead to the same records could not be asked: %s", error)
            return
        self._note(found, looks)

    def _looks(self) -> Mapping[str, datetime]:
        """Return when somebody has looked last, by login."""
        noted = self.memory.get_snapshot(LOOKED) or {}
        return {login: datetime.fromisoformat(at) for login, at in noted.get("logins", {}).items()}

    def _is_good(self, looks: Mapping[str, datetime]) -> bool:
        at = looks.get(self.login)
        return at is not None and self.clock() - at < _GOOD_FOR

    def _note(self, found: Comparison, looks: Mapping[str, datetime]) -> None:
        now = self.clock()
        if found.is_replaced:
            self.memory.add_snapshot(REPLACED, {"told": str(found)}, now=now)
            raise _replaced(str(found))
        for one in found.others:
            log.warning("%s; if that was no person's doing, hold its deal", one)
        self.memory.drop_snapshot(REPLACED)
        self.memory.drop_snapshot(note_name(RECORDS))
        # Each login has its own: a command with another token would else make every run look, too.
        logins = {one: at for one, at in looks.items() if now - at < _LOGIN_KNOWN_FOR} | {self.login: now}
        body = {"logins": {one: at.isoformat() for one, at in logins.items()}}
        self.memory.keep_snapshot(LOOKED, body, now=now)


def _replaced(told: str) -> RecordsReplaced:
    return RecordsReplaced(
        f"NetSuite holds other records under the ids that this ledger keeps ({told}); {_NEXT_STEP}"
    )
