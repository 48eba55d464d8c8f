"""Outcomes: what became of each event, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from streak_netsuite.ledger import inbox
from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.tables import inbox_event, outcome
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.sync.outcome import Action, Outcome

REPEATED_RULE = "repeated_hint"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredOutcome:
    """What became of a record at one time, for people to look at.

    Attributes:
        id: row in the ledger; None for the no-op that stands for repeated hints, which is kept as a count.
        flow: "" for a repeated hint: no flow had to look at it.
    """

    id: int | None
    event_id: int | None
    record: ExternalRef
    flow: str
    run_id: str
    action: Action
    rule: str
    reason: str
    operation_key: str | None
    target: ExternalRef | None
    retry_at: datetime | None
    recorded_at: datetime


def keep(
    connection: Connection, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime
) -> None:
    """Keep outcomes."""
    rows = [_row(o, flow=flow, run_id=run_id, now=now) for o in outcomes]
    if rows:
        connection.execute(insert_rows(outcome, tuple(rows[0])), as_columns(rows))


def _row(what: Outcome, *, flow: str, run_id: str, now: datetime) -> dict[str, Any]:
    return {
        "event_id": what.event_id,
        "system": what.record.system.value,
        "kind": what.record.kind.value,
        "record_key": what.record.id,
        "flow": flow,
        "run_id": run_id,
        "action": what.action.value,
        "rule": what.rule,
        "reason": what.reason,
        "operation_key": what.operation_key,
        "target_system": what.target.system.value if what.target else None,
        "target_kind": what.target.kind.value if what.target else None,
        "target_id": what.target.id if what.target else None,
        "retry_at": what.retry_at,
        "recorded_at": now,
    }


def of_record(connection: Connection, record: ExternalRef) -> list[StoredOutcome]:
    """Return everything that became of a record, in order of time; repeated hints are skips with their count."""
    rows = connection.execute(
        select(outcome)
        .where(
            outcome.c.record_key == record.id,
            outcome.c.kind == record.kind.value,
            outcome.c.system == record.system.value,
        )
        .order_by(outcome.c.id)
    )
    found = [_stored(row) for row in rows]
    return sorted([*found, *_repeats(connection, record)], key=lambda o: o.recorded_at)


def _repeats(connection: Connection, record: ExternalRef) -> list[StoredOutcome]:
    """Say of each hint that came again that nothing had to be done.

    Written as a count in the moment the hint comes, and told here: a hint may be repeated long after
    its event was settled, and a sweep repeats what webhooks brought every few minutes.
    """
    rows = connection.execute(
        select(inbox_event.c.id, inbox_event.c.event, inbox_event.c.repeats, inbox_event.c.last_repeat_at)
        .where(
            inbox_event.c.record_key == record.id,
            inbox_event.c.kind == record.kind.value,
            inbox_event.c.system == record.system.value,
            inbox_event.c.repeats > 0,
        )
        .order_by(inbox_event.c.id)
    )
    return [_repeat(row, record) for row in rows]


def _repeat(row: AnyRow, record: ExternalRef) -> StoredOutcome:
    times = "once more" if row.repeats == 1 else f"{row.repeats} more times"
    return StoredOutcome(
        id=None,
        event_id=row.id,
        record=record,
        flow="",
        run_id="",
        action=Action.SKIPPED,
        rule=REPEATED_RULE,
        reason=f"the same hint ({row.event}) was received {times}; the record's state is known already",
        operation_key=None,
        target=None,
        retry_at=None,
        recorded_at=row.last_repeat_at,
    )


def _stored(row: AnyRow) -> StoredOutcome:
    target = None
    if row.target_id is not None:
        target = inbox.ref(row.target_system, row.target_kind, row.target_id)
    return StoredOutcome(
        id=row.id,
        event_id=row.event_id,
        record=inbox.ref(row.system, row.kind, row.record_key),
        flow=row.flow,
        run_id=row.run_id,
        action=Action(row.action),
        rule=row.rule,
        reason=row.reason,
        operation_key=row.operation_key,
        target=target,
        retry_at=row.retry_at,
        recorded_at=row.recorded_at,
    )
