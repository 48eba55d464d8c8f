"""Deletions: NetSuite's word that a record is gone, kept as a hint that proves it ever after."""

from dataclasses import dataclass
from datetime import datetime

from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.hint import Hint, HintOrigin

DELETED = "deleted"
"""The event of such a hint. No other hint proves that a record is gone: one that cannot be read may be hidden."""
DELETED_BEFORE = "deleted_before"
"""The event of what was deleted before the account's internal ids changed: it proves nothing of the ids of now."""
_VERSION = "deleted-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """A record that was deleted. Its id is never used again.

    Attributes:
        at: when, aware UTC.
        number: what people called it; "" when nobody knows.
    """

    record: ExternalRef
    at: datetime
    number: str = ""

    @property
    def name(self) -> str:
        """What to call it: its number, or else its internal id."""
        return self.number or self.record.id

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
