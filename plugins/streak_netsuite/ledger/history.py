"""Everything the ledger knows of one deal, and which deal somebody means."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, tuple_

from streak_netsuite.flows.deal_history import (
    AuditFact,
    DealHistory,
    DealMatch,
    HintFact,
    HoldFact,
    OutcomeFact,
    TieFact,
    WriteFact,
)
from streak_netsuite.ledger import deal_search, inbox
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.tables import (
    audit_event,
    binding,
    hold,
    inbox_event,
    intent,
    outcome,
    record_lease,
)
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.outcome import Action, Hold

_BUYERS = (("organizations", RecordKind.ORGANIZATION), ("contacts", RecordKind.CONTACT))
_BOX = RecordKind.BOX.value


class History:
    """Reads one deal whole. Each method is one transaction and writes nothing."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def find(self, text: str) -> list[DealMatch]:
        """Return the deals that a text may mean; the certain ones when there are any.

        A text is a box key; the internal id of a NetSuite record that is tied to a box or was written for
        one; an order's number, which is known from what boxes were told; the beginning or end of a box key;
        or a part of a hold's or an outcome's reason. At most `deal_search.MOST_MATCHES` are returned.
        """
        with self._database.begin() as connection:
            return deal_search.find(connection, text.strip())

    def of(self, deal: ExternalRef) -> DealHistory:
        """Return all facts about a deal: the box, what is tied to it, what was written for it and its buyer."""
        with self._database.begin() as connection:
            return _Reading(connection, self._cipher, deal).whole()


class _Reading:
    """The queries for one deal, in one transaction."""

    def __init__(self, connection: Connection, cipher: Cipher, deal: ExternalRef) -> None:
        self._connection = connection
        self._cipher = cipher
        self._deal = deal

    def whole(self) -> DealHistory:
        """Return all facts about the deal."""
        own_ties = self._ties(_is(binding.c.streak_id, binding.c.streak_kind, [self._deal]))
        records = [self._deal, *(fact.tie.netsuite for fact in own_ties)]
        hints = self._hints(records)
        writes = self._writes(_is(intent.c.subject_key, intent.c.subject_kind, records))
        buyers = self._buyers(hints, writes)
        bought = and_(
            intent.c.kind == RecordKind.CUSTOMER.value,
            _is(intent.c.subject_key, intent.c.subject_kind, buyers),
        )
        buyer_ties = self._ties(_is(binding.c.streak_id, binding.c.streak_kind, buyers)) if buyers else ()
        customers = self._writes(bought) if buyers else ()
        held = self._holds(records)
        return DealHistory(
            deal=self._deal,
            hints=hints,
            outcomes=self._outcomes(records),
            writes=(*customers, *writes),
            ties=(*buyer_ties, *own_ties),
            holds=held,
            audit=self._audit([*records, *buyers], [*customers, *writes], held),
            lease_until=self._lease(),
        )

    def _hints(self, records: Sequence[ExternalRef]) -> tuple[HintFact, ...]:
        query = select(inbox_event).where(_is(inbox_event.c.record_key, inbox_event.c.kind, records))
        return tuple(self._hint(row) for row in self._connection.execute(query.order_by(inbox_event.c.id)))

    def _hint(self, row: AnyRow) -> HintFact:
        return HintFact(
            record=inbox.ref(row.system, row.kind, row.record_key),
            event=row.event,
            origin=HintOrigin(row.origin),
            version=row.version,
            state=row.state,
            received_at=row.received_at,
            ready_at=row.ready_at,
            attempts=row.attempts,
            repeats=row.repeats,
            last_repeat_at=row.last_repeat_at,
            note=row.note,
            payload=self._cipher.decrypt(row.payload_secret),
        )

    def _writes(self, which: ColumnElement[bool]) -> tuple[WriteFact, ...]:
        query = select(intent).where(which).order_by(intent.c.sequence)
        return tuple(self._write(row) for row in self._connection.execute(query))

    def _write(self, row: AnyRow) -> WriteFact:
        return WriteFact(
            intent=Intent(
                operation_key=row.operation_key,
                flow=row.flow,
                kind=RecordKind(row.kind),
                subject=inbox.ref(row.subject_system, row.subject_kind, row.subject_key),
                state=IntentState(row.state),
                payload=self._cipher.decrypt(row.payload_secret),
                result_id=row.result_id,
                attempts=row.attempts,
                sent_at=row.sent_at,
                error=row.error,
            ),
            queued=row.queued,
            created_at=row.created_at,
            answered_at=row.answered_at,
            due_at=row.due_at,
            error_code=row.error_code,
        )

    def _ties(self, which: ColumnElement[bool]) -> tuple[TieFact, ...]:
        query = select(binding).where(which).order_by(binding.c.id)
        return tuple(
            TieFact(tie=_tie(row), created_at=row.created_at, updated_at=row.updated_at)
            for row in self._connection.execute(query)
        )

    def _outcomes(self, records: Sequence[ExternalRef]) -> tuple[OutcomeFact, ...]:
        query = select(outcome).where(_is(outcome.c.record_key, outcome.c.kind, records))
        return tuple(_outcome(row) for row in self._connection.execute(query.order_by(outcome.c.id)))

    def _holds(self, records: Sequence[ExternalRef]) -> tuple[HoldFact, ...]:
        query = select(hold).where(_is(hold.c.record_key, hold.c.kind, records)).order_by(hold.c.id)
        return tuple(self._hold(row) for row in self._connection.execute(query))

    def _hold(self, row: AnyRow) -> HoldFact:
        body = self._cipher.decrypt(row.body_secret)
        return HoldFact(
            id=row.id,
            record=inbox.ref(row.system, row.kind, row.record_key),
            flow=row.flow,
            rule=row.rule,
            what=Hold(
                code=row.code,
                reason=row.reason,
                fix=row.fix,
                faults=tuple(body["faults"]),
                candidates=tuple(body["candidates"]),
                payload=body["payload"],
            ),
            state=row.state,
            times=row.times,
            opened_at=row.opened_at,
            renewed_at=row.renewed_at,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            close_reason=row.close_reason,
        )

    def _audit(
        self, records: Sequence[ExternalRef], writes: Sequence[WriteFact], held: Sequence[HoldFact]
    ) -> tuple[AuditFact, ...]:
        subjects = {str(record) for record in records} | {f"hold {one.id}" for one in held}
        subjects |= {write.intent.operation_key for write in writes}
        query = select(audit_event).where(audit_event.c.subject.in_(sorted(subjects)))
        return tuple(
            AuditFact(
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                details=self._cipher.decrypt(row.details_secret),
            )
            for row in self._connection.execute(query.order_by(audit_event.c.id))
        )

    def _lease(self) -> datetime | None:
        query = select(record_lease.c.lease_until).where(
            _is(record_lease.c.record_key, record_lease.c.kind, [self._deal])
        )
        until: datetime | None = self._connection.execute(query).scalar_one_or_none()
        return until

    def _buyers(self, hints: Sequence[HintFact], writes: Sequence[WriteFact]) -> list[ExternalRef]:
        """Return the organizations and contacts whose customer the deal's order is for, or is going to be."""
        customers = [key for write in writes if (key := _customer_of(write.intent.payload))]
        if not customers:
            return list(dict.fromkeys(ref for hint in hints for ref in _parties(hint.payload)))
        query = select(binding).where(
            binding.c.netsuite_kind == RecordKind.CUSTOMER.value, binding.c.netsuite_id.in_(customers)
        )
        return [_tie(row).streak for row in self._connection.execute(query)]


def _customer_of(payload: Mapping[str, Any]) -> str | None:
    """Return the internal id of the customer that an order was written for."""
    customer = payload.get("customer")
    return customer.get("internal_id") if isinstance(customer, Mapping) else None


def _parties(payload: Mapping[str, Any]) -> Iterator[ExternalRef]:
    """Yield the organizations and contacts of a box as a hint brought it; before there is an order."""
    for name, kind in _BUYERS:
        listed = payload.get(name)
        for party in listed if isinstance(listed, list) else ():
            key = party.get("key") if isinstance(party, Mapping) else None
            if isinstance(key, str):
                yield ExternalRef(system=SystemId.STREAK, kind=kind, id=key)


def _is(
    key: ColumnElement[str], kind: ColumnElement[str], records: Sequence[ExternalRef]
) -> ColumnElement[bool]:
    """Tell rows about these records. Kinds are of one system each, so the system needs no term."""
    return and_(
        key.in_([record.id for record in records]),
        tuple_(key, kind).in_([(record.id, record.kind.value) for record in records]),
    )


def _tie(row: AnyRow) -> Binding:
    return Binding(
        streak=inbox.ref(SystemId.STREAK, row.streak_kind, row.streak_id),
        netsuite=inbox.ref(SystemId.NETSUITE, row.netsuite_kind, row.netsuite_id),
        rule=row.rule,
        base_digest=row.base_digest,
    )


def _outcome(row: AnyRow) -> OutcomeFact:
    has_target = row.target_id is not None
    return OutcomeFact(
        record=inbox.ref(row.system, row.kind, row.record_key),
        recorded_at=row.recorded_at,
        flow=row.flow,
        run_id=row.run_id,
        action=Action(row.action),
        rule=row.rule,
        reason=row.reason,
        operation_key=row.operation_key,
        target=inbox.ref(row.target_system, row.target_kind, row.target_id) if has_target else None,
        retry_at=row.retry_at,
    )
