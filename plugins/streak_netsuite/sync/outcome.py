"""Outcomes: what became of one record, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef


class Action(StrEnum):
    """What was done about a record.

    CREATED   a new record was written
    ADOPTED   an earlier write of ours was found, and kept instead of writing again
    LINKED    an existing record was tied
    UPDATED   an existing record was changed
    SKIPPED   nothing had to be done
    OBSOLETE  the record is gone, or the hint is out of date
    DEFERRED  it will be tried again by itself
    HELD      it waits for a person
    """

    CREATED = "created"
    ADOPTED = "adopted"
    LINKED = "linked"
    UPDATED = "updated"
    SKIPPED = "skipped"
    OBSOLETE = "obsolete"
    DEFERRED = "deferred"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Why a record waits for a person.

    Attributes:
        code: groups equal causes ("MAPPING", "AMBIGUOUS", a vendor's status code).
        faults: every fault of the record, a line each.
        candidates: what a person may choose from, a line each.
        payload: what would have been written or what is missing, JSON-able, kept encrypted.
    """

    code: str
    reason: str
    fix: str = ""
    faults: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one inbox event.

    Attributes:
        event_id: row in the inbox, or None for outcomes without a hint (a write-back).
        rule: the rule that decided ("order_exists", "stage", "customer.name", ...).
        target: what was written or linked, if anything.
        retry_at: set when `action` is DEFERRED: when the event becomes ready again.
    """

    event_id: int | None
    record: ExternalRef
    action: Action
    rule: str
    reason: str
    operation_key: str | None = None
    target: ExternalRef | None = None
    hold: Hold | None = None
    retry_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.action is Action.HELD) != (self.hold is not None):
            raise ValueError("a held outcome says why, and no other does")
        if (self.action is Action.DEFERRED) != (self.retry_at is not None):
            raise ValueError("a deferred outcome says until when, and no other does")


GOES_ON = "goes_on"
"""In the payload of a hold: its record is looked at again when the hold is dismissed, for what else it asks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """A hold that a person has closed, so that nothing is done about it.

    Attributes:
        payload: of the hold.
        operation_key: of the write that was held; None when it was none.
    """

    record: ExternalRef
    actor: str
    reason: str
    at: datetime
    payload: Mapping[str, Any]
    operation_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """Outcomes that belong to no inbox event, and become true in the moment that something else does."""

    flow: str
    run_id: str
    outcomes: tuple[Outcome, ...]
