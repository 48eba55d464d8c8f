"""The ledger at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from streak_netsuite.ledger import bindings, holds, inbox, intents, watermarks
from streak_netsuite.model.plain import to_plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """How much there is of everything, and how long the oldest has waited.

    Attributes:
        events: inbox events that are "ready", "deferred", "claimed" and "done".
        intents: writes by state.
        open_holds: records that wait for a person, by code.
        oldest_waiting_seconds: age of the oldest event that could be claimed now; None when none waits.
        watermarks: how far each sweep has read.
    """

    events: Mapping[str, int]
    intents: Mapping[str, int]
    open_holds: Mapping[str, int]
    bindings: int
    oldest_waiting_seconds: float | None
    watermarks: Mapping[str, datetime]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values; what is empty is left out."""
        return dict(to_plain(self))


def summarise(connection: Connection, *, now: datetime) -> Summary:
    """Return the ledger at a glance."""
    oldest = inbox.oldest_waiting(connection, now=now)
    return Summary(
        events=inbox.count_by_state(connection, now=now),
        intents=intents.count_by_state(connection),
        open_holds=holds.count_open_by_code(connection),
        bindings=bindings.count(connection),
        oldest_waiting_seconds=(now - oldest).total_seconds() if oldest else None,
        watermarks=watermarks.all_of(connection),
    )
