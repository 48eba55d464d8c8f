"""Intents: writes that are about to happen, kept before they do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.outcome import Aside

ADOPTED = "adopted"
"""Marks, in its payload, a write that follows from a record which was found and not written: whoever wrote it may have done
this too, so it is looked for first."""
GIVEN_UP = "GIVEN_UP"
"""The error code of a write of which nobody knows whether it landed, and of which a person wants nothing more done."""
WRITTEN_AS = "written_as"
"""In the payload of a write that changes what it wrote before: the id that has at the vendor."""
ASKED_AGAIN = "ASKED_AGAIN"
"""The error code of a refused write that a person has released: its record is to say whether it is wanted still."""


class IntentState(StrEnum):
    """How far a write has come.

    PLANNED   not sent yet
    SENT      sent, or about to be; no answer kept
    UNKNOWN   sent, and no usable answer came: it may have landed
    SUCCEEDED it landed; the result id is known
    REJECTED  the vendor refused it; nothing landed
    """

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentDraft:
    """A write to be kept before it is sent.

    Attributes:
        operation_key: makes a repeat harmless; unique in the ledger. In NetSuite it is the external id.
        flow: which flow writes.
        kind: what is written (RecordKind of the target).
        subject: the record the write is for (the box).
        payload: what will be written, JSON-able, kept encrypted.
    """

    operation_key: str
    flow: str
    kind: RecordKind
    subject: ExternalRef
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """A write as the ledger knows it.

    Attributes:
        result_id: id of the written record at the vendor, once known.
        attempts: how often it was sent.
        sent_at: when it was sent last, at the latest, and may land from; None when nothing of it is on its way. A claim alone sends nothing.
        unanswered_at: when a try before that was sent of which no answer tells what became; None when there was none.
        replaces: whether what was sent was something else, in whose place this was planned.
        created_at: when it was planned, or sent, for the first time.
        answered_at: when it was answered last.
        parked: whether it is UNKNOWN and left alone until a person releases it.
    """

    operation_key: str
    flow: str
    kind: RecordKind
    subject: ExternalRef
    state: IntentState
    payload: Mapping[str, Any]
    result_id: str | None
    attempts: int
    sent_at: datetime | None
    error: str = ""
    error_code: str = ""
    created_at: datetime | None = None
    answered_at: datetime | None = None
    parked: bool = False
    unanswered_at: datetime | None = None
    replaces: bool = False

    @property
    def may_land_since(self) -> datetime | None:
        """When something of it was sent last that no answer tells of; None when there is nothing such."""
        is_answered = self.state in {IntentState.SUCCEEDED, IntentState.REJECTED}
        sent = [at for at in (self.unanswered_at, None if is_answered else self.sent_at) if at is not None]
        return max(sent, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back for one intent, to be kept at once.

    Attributes:
        state: SUCCEEDED, REJECTED or UNKNOWN; PLANNED puts it back for another try.
        binding: the tie that the answer proves; kept in the same transaction.
        follow_ups: writes this one makes due, queued as PLANNED in the same transaction.
        aside: outcomes that a SUCCEEDED one makes true, such as holds; kept in the same transaction.
        retry_at: when a PLANNED or UNKNOWN one may be taken again.
        attempt: the try that this answers, counted from 1. When the intent was planned anew meanwhile, the
            answer is about something else: of it is kept only that nothing is on its way any more. None for writes
            that are never planned anew.
        payload: what is kept in place of the payload of a SUCCEEDED one, when not all of it was written.
        sent: False when the claim ended before this one was sent: it was no try.
        parked: whether an UNKNOWN one is left alone until a person releases it.
    """

    operation_key: str
    state: IntentState
    result_id: str | None = None
    error_code: str = ""
    error: str = ""
    binding: Binding | None = None
    follow_ups: tuple[IntentDraft, ...] = ()
    aside: Aside | None = None
    retry_at: datetime | None = None
    attempt: int | None = None
    payload: Mapping[str, Any] | None = None
    sent: bool = True
    parked: bool = False
