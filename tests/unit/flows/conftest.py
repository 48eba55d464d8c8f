"""Builders for claims, and a memory that keeps the rules of the ledger without one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.errors import LeaseLost, RecordError
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import Claim, Hint, HintOrigin, InboxEvent, StoredHints
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft, IntentState

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


def box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


def an_event(id_: int, box: str, **fields: Any) -> InboxEvent:
    values = {"version": str(id_), "event": "BOX_CHANGE_STAGE", "origin": HintOrigin.WEBHOOK, **fields}
    return InboxEvent(id=id_, record=box_ref(box), received_at=NOW, **{"attempts": 1, "repeats": 0, **values})


@pytest.fixture
def a_claim() -> Callable[..., Claim]:
    """Build a claim of events given as (id, box)."""

    def build(*events: tuple[int, str], token: str = "claim-1", attempts: int = 1) -> Claim:
        listed = tuple(an_event(id_, box, attempts=attempts) for id_, box in events)
        return Claim(token=token, events=listed, lease_until=NOW + timedelta(seconds=60))

    return build


@dataclass
class Memory:
    """As much of the ledger as the runner, the lease keeper and the sweep use, in memory, under its rules.

    Attributes:
        held_by: token of the claim that holds everything; others are refused.
        log: what was called, in order, with what matters of it.
    """

    held_by: str = "claim-1"
    now: datetime = NOW
    intents: dict[str, Intent] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)
    planned: list[IntentDraft] = field(default_factory=list)
    watermarks: dict[str, datetime] = field(default_factory=dict)
    hints: dict[tuple[str, str], Hint] = field(default_factory=dict)
    log: list[tuple[str, Any]] = field(default_factory=list)

    def find_intents(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return the intents known under these keys."""
        return {key: self.intents[key] for key in operation_keys if key in self.intents}

    def write_again(self, operation_keys: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
        """Make writes that have succeeded due again; return how many."""
        again = [key for key in operation_keys if self._state(key) is IntentState.SUCCEEDED]
        for key in again:
            self.intents[key] = replace(self.intents[key], state=IntentState.PLANNED)
        return len(again)

    def open_intents(
        self, claim: Claim, drafts: Sequence[IntentDraft], *, now: datetime, found: bool = False
    ) -> None:
        """Keep intents as SENT; refuse a stale claim, and what has landed."""
        self._require_held(claim)
        landed = [d.operation_key for d in drafts if self._state(d.operation_key) is IntentState.SUCCEEDED]
        if landed:
            raise RecordError(f"{landed[0]} has landed before", code="WRITTEN_BEFORE")
        self.log.append(("open_intents", [draft.operation_key for draft in drafts]))
        for draft in drafts:
            known = self.intents.get(draft.operation_key)
            self.intents[draft.operation_key] = Intent(
                operation_key=draft.operation_key,
                flow=draft.flow,
                kind=draft.kind,
                subject=draft.subject,
                state=IntentState.SENT,
                payload=draft.payload,
                result_id=None,
                attempts=1 + (known.attempts if known else 0),
                sent_at=now,
            )

    def note_sent(self, claim: Claim, operation_keys: Sequence[str], *, now: datetime) -> None:
        """Note when opened intents left; refuse a stale claim."""
        self._require_held(claim)
        self.log.append(("note_sent", list(operation_keys)))
        for key in operation_keys:
            self.intents[key] = replace(self.intents[key], sent_at=now)

    def record_answers(self, answers: Sequence[Answer], *, now: datetime) -> None:
        """Keep answers to opened intents; a success is final."""
        self.log.append(("record_answers", {a.operation_key: a.state for a in answers}))
        for answer in answers:
            if answer.operation_key not in self.intents:
                raise ValueError(f"{answer.operation_key} was never opened")
            if self._state(answer.operation_key) is IntentState.SUCCEEDED:
                continue
            self.intents[answer.operation_key] = replace(
                self.intents[answer.operation_key],
                state=answer.state,
                result_id=answer.result_id,
                error=answer.error,
            )
            if answer.state is IntentState.SUCCEEDED:
                self.bindings += [answer.binding] if answer.binding else []
                self.planned += answer.follow_ups

    def renew_claim(self, claim: Claim, *, lease_seconds: float, now: datetime) -> Claim:
        """Prolong the claim that holds."""
        self._require_held(claim)
        self.log.append(("renew_claim", now))
        return replace(claim, lease_until=now + timedelta(seconds=lease_seconds))

    def claim_identities(
        self, keys: Sequence[str], *, token: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Reserve names."""
        self.log.append(("claim_identities", (tuple(keys), token)))
        return frozenset(keys)

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read."""
        return self.watermarks.get(name)

    def store_hints(
        self, hints: Sequence[Hint], *, now: datetime, watermark: tuple[str, datetime] | None = None
    ) -> StoredHints:
        """Keep each hint once, and move the watermark, never back."""
        self.log.append(("store_hints", watermark))
        known = sum((h.record.id, h.version) in self.hints for h in hints)
        self.hints |= {(h.record.id, h.version): h for h in hints}
        if watermark is not None:
            name, at = watermark
            self.watermarks[name] = max(at, self.watermarks.get(name, at))
        return StoredHints(new=len(hints) - known, repeated=known)

    def _state(self, key: str) -> IntentState | None:
        return self.intents[key].state if key in self.intents else None

    def _require_held(self, claim: Claim) -> None:
        if claim.token != self.held_by:
            raise LeaseLost(f"claim {claim.token} was taken over by {self.held_by}")


@pytest.fixture
def memory() -> Memory:
    return Memory()
