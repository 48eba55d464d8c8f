"""States of the ledger's own rows. Those of intents belong to the core: `sync.intent.IntentState`."""

from enum import StrEnum


class EventState(StrEnum):
    """How far an inbox event has come.

    READY    may be claimed from its `ready_at` on
    CLAIMED  a worker has it, for as long as its record is leased
    DONE     its outcome is kept
    """

    READY = "ready"
    CLAIMED = "claimed"
    DONE = "done"


class HoldState(StrEnum):
    """How far a hold has come.

    OPEN      a person is waited for
    RELEASED  a person put the record back to work
    CLOSED    a later outcome made it moot
    """

    OPEN = "open"
    RELEASED = "released"
    CLOSED = "closed"
