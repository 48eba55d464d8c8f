"""Hints: word that something changed somewhere. The truth is fetched later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef


class HintOrigin(StrEnum):
    """How a hint reached us.

    WEBHOOK   the vendor said so
    SWEEP     a sweep found it
    PERSON    somebody released or asked for it
    BACKFILL  an old record that is caught up on: it waits behind everything that happens now
    """

    WEBHOOK = "webhook"
    SWEEP = "sweep"
    PERSON = "person"
    BACKFILL = "backfill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hint:
    """Word that a record changed.

    A hint is unique per record and version: a webhook and a sweep that saw the same state of the
    same record are one hint.

    Attributes:
        version: the record's last-saved time in ms as text, or a digest where it has none.
        event: the vendor's event name ("BOX_CHANGE_STAGE"), or "sweep".
        payload: what arrived, kept encrypted for explanations only; the flow never acts on it.
    """

    record: ExternalRef
    version: str
    event: str
    origin: HintOrigin
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredHints:
    """What became of hints that were stored.

    Attributes:
        new: first seen now.
        repeated: already known; counted on the known row as a no-op.
    """

    new: int
    repeated: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxEvent:
    """A stored hint, taken by a worker.

    Attributes:
        id: row in the inbox.
        attempts: how often it was taken, this time included.
        repeats: how often the same hint arrived again.
        losses: how often a worker was lost with the record in hand, one after the other, before this time.
    """

    id: int
    record: ExternalRef
    version: str
    event: str
    origin: HintOrigin
    received_at: datetime
    attempts: int
    repeats: int
    losses: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Events that one worker owns until the lease ends.

    All ready events of a record are claimed together, and no record is in two living claims.

    Attributes:
        token: proves ownership; settling with a token that was taken over raises LeaseLost.
    """

    token: str
    events: tuple[InboxEvent, ...]
    lease_until: datetime
