"""Everything the product remembers about one deal, as the ledger hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import Intent
from streak_netsuite.sync.outcome import Action, Hold


@dataclass(frozen=True, kw_only=True, slots=True)
class HintFact:
    """A hint that arrived.

    Attributes:
        state: "ready", "claimed" or "done".
        note: why it was put back last, or "".
        payload: what arrived; not shown, but the names of persons in it are known by it.
    """

    record: ExternalRef
    event: str
    origin: HintOrigin
    version: str
    state: str
    received_at: datetime
    ready_at: datetime
    attempts: int = 0
    repeats: int = 0
    last_repeat_at: datetime | None = None
    note: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeFact:
    """What a run decided about a record, and why."""

    record: ExternalRef
    recorded_at: datetime
    flow: str
    run_id: str
    action: Action
    rule: str
    reason: str
    operation_key: str | None = None
    target: ExternalRef | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteFact:
    """A write, with the times the core's `Intent` has no use for.

    Attributes:
        queued: it is taken from the queue by itself; any other is driven by a hint.
    """

    intent: Intent
    queued: bool
    created_at: datetime
    answered_at: datetime | None = None
    due_at: datetime | None = None
    error_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TieFact:
    """A tie of two records, and since when."""

    tie: Binding
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldFact:
    """A hold, open or closed.

    Attributes:
        state: "open", "released" or "closed".
    """

    id: int
    record: ExternalRef
    flow: str
    rule: str
    what: Hold
    state: str
    times: int
    opened_at: datetime
    renewed_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    close_reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFact:
    """Something that a person or the product itself has noted."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DealHistory:
    """All facts about one deal, each kind in the order the ledger kept it.

    Attributes:
        deal: the box.
        lease_until: until when a worker holds the box; None when none does, or its lease was given back.
    """

    deal: ExternalRef
    hints: tuple[HintFact, ...] = ()
    outcomes: tuple[OutcomeFact, ...] = ()
    writes: tuple[WriteFact, ...] = ()
    ties: tuple[TieFact, ...] = ()
    holds: tuple[HoldFact, ...] = ()
    audit: tuple[AuditFact, ...] = ()
    lease_until: datetime | None = None

    @property
    def order_id(self) -> str | None:
        """The internal id of the deal's sales order, when it has one."""
        kinds = (RecordKind.BOX, RecordKind.SALES_ORDER)
        ties = (fact.tie for fact in self.ties if (fact.tie.streak.kind, fact.tie.netsuite.kind) == kinds)
        return next((tie.netsuite.id for tie in ties), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class DealMatch:
    """A deal that somebody may have meant.

    Attributes:
        why: what of it is like the text that was looked for.
    """

    deal: ExternalRef
    why: str
