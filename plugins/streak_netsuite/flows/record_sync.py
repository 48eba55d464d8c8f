"""Records of a declared type go from one system to the other: found by their changes, written as they are now."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from streak_netsuite.errors import Ambiguous, MappingError, RecordError
from streak_netsuite.flows.customer_gate import CustomerGate, Seen
from streak_netsuite.flows.queued import QueuedWrites, Sent
from streak_netsuite.flows.record_text import record_text
from streak_netsuite.flows.report import RunReport
from streak_netsuite.mapping.record_type import RecordType, Wanted
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.intent import WRITTEN_AS, Intent, IntentDraft, IntentState
from streak_netsuite.sync.record_side import RecordSource, RecordTarget, SourceRecord

log = logging.getLogger(__name__)

GONE = "SOURCE_GONE"
UNMEANT = "NOT_MEANT"
_EARLIER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourcePage:
    """Records as they are now, for the writes of one claim.

    Attributes:
        seen: what there is of the customers that they were written as or people chose for them.
    """

    records: Mapping[str, SourceRecord]
    seen: Seen = field(default_factory=Seen)


@dataclass(frozen=True, kw_only=True)
class RecordSync(QueuedWrites[SourcePage]):
    """The flow of one record type.

    A changed record is only a hint. What it would be written as decides whether a write is due: a change of something
    that the file does not read makes none. The write itself reads the record anew, so a hold that is released is
    tried with the record as it is then.

    Attributes:
        gate: asked before a customer is created; None for every other type.
    """

    FLOW: ClassVar[str] = "record"
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.RECORD,)
    GONE: ClassVar[frozenset[str]] = frozenset({GONE, UNMEANT})

    type: RecordType
    source: RecordSource
    target: RecordTarget
    watermark: Callable[[str], datetime | None]
    move_watermark: Callable[[str, datetime], None]
    gate: CustomerGate | None = None

    def run(self) -> RunReport:
        """Find what changed, and write it; return what was done."""
        self.plan()
        return self.drain()

    def plan(self) -> int:
        """Queue a write for each record that is to be written otherwise than last; return how many are due.

        The watermark moves once everything that was found is in the ledger: a reading that stops is read again.

        Raises:
            ConfigurationError: the target has no place for these records.
        """
        self.target.require(self.type.spec.target_fields())
        started, due = self.clock(), 0
        for page in self.source.changed(self._since()):
            drafts = [draft for record in page if (draft := self._draft(record)) is not None]
            due += self.memory.plan_writes(drafts, now=self.clock()) if drafts else 0
        self.move_watermark(self.type.flow, started)
        return due

    def preview(self, since: datetime | None = None) -> Iterator[str]:
        """Yield in words what would be written now, each field old and new. Writes and keeps nothing.

        Args:
            since: only records that changed at or after this time; what a run would look at when it is left out.
        """
        for page in self.source.changed(since or self._since()):
            drafts = {record.id: self._draft(record) for record in page}
            known = self.memory.find_intents([d.operation_key for d in drafts.values() if d is not None])
            due = [
                (record, known.get(draft.operation_key))
                for record in page
                if (draft := drafts[record.id]) is not None and _is_due(known.get(draft.operation_key), draft)
            ]
            ids = [id_ for _, before in due if (id_ := _written_as(before))]
            held = self.target.fetch(ids) if ids else {}
            for record, before in due:
                yield from self._previewed(record, before, held)

    def _previewed(
        self, record: SourceRecord, before: Intent | None, held: Mapping[str, SourceRecord]
    ) -> Iterator[str]:
        known = _written_as(before)
        if known and self.type.spec.policy.update == "never":
            yield f"KEEP {record.label}: it was written before (rule policy.update: never)"
            return
        try:
            wanted = self.type.wanted(record.view, source_id=record.id)
        except MappingError as error:
            yield f"HOLD {record.label}: {error}"
            return
        yield from record_text(self.type.spec, record, wanted, held.get(known), known=bool(known))

    def _since(self) -> datetime | None:
        last = self.watermark(self.type.flow)
        if last is not None:
            return last - timedelta(seconds=self.settings.overlap_seconds)
        day = self.type.spec.source.since
        return None if day is None else datetime.combine(day, time(), self.type.zone)

    def _draft(self, record: SourceRecord) -> IntentDraft | None:
        try:
            if not self.type.is_meant(record.view):
                return None
            digest = self.type.wanted(record.view, source_id=record.id).digest
        except MappingError as error:  # the write finds it again, and holds the record
            digest = f"fault: {error}"
        return IntentDraft(
            operation_key=self.type.operation_key(record.id),
            flow=self.type.flow,
            kind=RecordKind.RECORD,
            subject=ExternalRef(
                system=SystemId(self.type.spec.source.system), kind=RecordKind.RECORD, id=record.id
            ),
            payload={"type": self.type.spec.name, "label": record.label, "digest": digest},
        )

    @property
    def _only(self) -> str:
        return self.type.flow

    @property
    def _into(self) -> SystemId:
        return SystemId(self.type.spec.target.system)

    def _prepare(self, intents: Sequence[Intent]) -> SourcePage:
        records = self.source.fetch(sorted({intent.subject.id for intent in intents}))
        if self.gate is None:
            return SourcePage(records=records)
        return SourcePage(records=records, seen=self.gate.look({one.subject: _known(one) for one in intents}))

    def _may_repeat(self, intent: Intent) -> bool:
        # A change; what is made anew could be made twice.
        return bool(_known(intent)) and self.target.repeats_are_harmless

    def _send(self, intent: Intent, context: SourcePage) -> Sent:
        record = context.records.get(intent.subject.id)
        label = str(intent.payload.get("label") or intent.subject.id)
        if record is None:
            raise RecordError(f"{label} is gone from {intent.subject.system}", code=GONE)
        if not self.type.is_meant(record.view):
            raise RecordError(f"{label} is not meant by source.when any more", code=UNMEANT)
        known = _known(intent)
        if known and self.type.spec.policy.update == "never":
            return Sent(result_id=known, what=f"{label} was written before and is left alone")
        wanted = self.type.wanted(record.view, source_id=record.id)
        with self._passed(intent, wanted, label=label, seen=context.seen) as chosen:
            is_there = bool(chosen or (known and context.seen.is_under(known, wanted.key)))
            written = self.target.write(
                wanted.key,
                _without(wanted.body, self.type.spec.policy.create_only) if is_there else wanted.body,
                known_id=known,
                may_exist=intent.attempts > 0,
                since=(intent.unanswered_at or intent.sent_at or self.clock()) - _EARLIER,
                onto=chosen,
            )
        return Sent(result_id=written, what=f"{label} is {self.type.spec.target.system} {written}")

    def _passed(
        self, intent: Intent, wanted: Wanted, *, label: str, seen: Seen
    ) -> AbstractContextManager[str]:
        if self.gate is None:
            return nullcontext("")
        return self.gate.passed(
            intent.subject, wanted.key, wanted.body, label=label, known=_known(intent), seen=seen
        )

    def _asked(self, intent: Intent, error: RecordError) -> Mapping[str, Any]:
        """Return what a person needs to say which customer is meant."""
        payload = super()._asked(intent, error)
        if not isinstance(error, Ambiguous) or not (error.ids or error.gone):
            return payload
        buyer = {"kind": intent.subject.kind.value, "key": intent.subject.id}
        return {**payload, "buyer": buyer, "customers": list(error.ids), "gone": error.gone}


def _known(intent: Intent) -> str:
    """Return the id of what was written of a record before, or ""."""
    return str(intent.payload.get(WRITTEN_AS) or "")


def _without(body: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    """Return a body without some of its fields."""

    def kept(part: Any) -> Any:
        if isinstance(part, Mapping):
            return {name: value for name, value in part.items() if name not in names}
        return [one for one in part if one not in names]

    parts = ("fields", "customFields", "nullFields")
    return {name: kept(part) if name in parts else part for name, part in body.items()}


def _is_due(before: Intent | None, draft: IntentDraft) -> bool:
    """Tell whether a write is due: its record differs from what was written last, or that has not landed yet."""
    if before is None or before.payload.get("digest") != draft.payload["digest"]:
        return True
    return before.state in {IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN}


def _written_as(before: Intent | None) -> str:
    """Return the id of what was written of a record before, or ""."""
    return "" if before is None else before.result_id or str(before.payload.get(WRITTEN_AS) or "")
