"""Deletions: NetSuite's word that a record is gone, kept as a hint that proves it ever after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.hint import Hint, HintOrigin

DELETED = "deleted"
"""The event of such a hint. No other hint proves that a record is gone: one that cannot be read may be hidden."""
DELETED_BEFORE = "deleted_before"
"""The event of what was deleted before the account's internal ids changed: it proves nothing of the ids of now."""
_VERSION = "deleted-"
_EXACT_TO = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """A record that was deleted. Its id is never used again.

    Attributes:
        at: when, aware UTC; the second in which it happened, for NetSuite tells no fraction of one.
        number: what people called it; "" when nobody knows.
    """

    record: ExternalRef
    at: datetime
    number: str = ""

    @property
    def name(self) -> str:
        """What to call it: its number, or else its internal id."""
        return self.number or self.record.id

    def is_before(self, moment: datetime) -> bool:
        """Tell whether it was over at a moment that is told more exactly, aware UTC."""
        return self.at + _EXACT_TO <= moment

    def hint(self) -> Hint:
        """Return the hint of it, the same whenever it is told again."""
        return Hint(
            record=self.record,
            version=f"{_VERSION}{self.at.isoformat()}",
            event=DELETED,
            origin=HintOrigin.SWEEP,
            payload={"number": self.number},
        )


def deleted_at(version: str) -> datetime:
    """Return when a record was deleted, from the version of the hint of it."""
    return datetime.fromisoformat(version.removeprefix(_VERSION))
