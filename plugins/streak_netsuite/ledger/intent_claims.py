"""Queued intents in workers' hands: taken, kept, begun, one after the other where they change one order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
    update,
)

from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.intents import OF_ONE_ORDER, OPEN_STATES, read_row
from streak_netsuite.ledger.tables import intent
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.intent import Intent, IntentState

_PLANNED_RANK = 2
_ORDER_CLAIM_LOCK = 0x5374_4F43  # one claim of these at a time: it sees what the others have taken


def claim(
    connection: Connection,
    cipher: Cipher,
    kinds: Sequence[RecordKind],
    *,
    limit: int,
    lease_seconds: float,
    now: datetime,
    flow: str | None = None,
    keys: Sequence[str] | None = None,
) -> list[Intent]:
    """Take due intents and mark them SENT; return them as they were before, in the order they were planned.

    Of what changes one order, one is taken at a time, and nothing while another is on its way: it would be sent by a stale read.

    One whose worker has died may be what it died of. Such ones come after all others and alone, those that were tried
    least first, so that it takes nothing with it.
    """
    if any(kind.value in OF_ONE_ORDER for kind in kinds):
        # A statement sees what was committed before it began, so each of these begins after the last has been committed.
        connection.execute(select(func.pg_advisory_xact_lock(_ORDER_CLAIM_LOCK)))
    could = select(intent).where(
        _due(now),
        intent.c.kind.in_([k.value for k in kinds]),
        true() if flow is None else intent.c.flow == flow,
        true() if keys is None else intent.c.operation_key == any_(literal(list(keys), ARRAY(Text))),
        not_(_is_kept_waiting(now)),
    )
    was_lost = intent.c.state == IntentState.SENT.value
    untouched = could.where(not_(was_lost)).order_by(intent.c.due_at, intent.c.sequence).limit(limit)
    lost = could.where(was_lost).order_by(intent.c.attempts, intent.c.due_at, intent.c.sequence).limit(1)
    until = now + timedelta(seconds=lease_seconds)
    rows = _take(connection, untouched, until=until) or _take(connection, lost, until=until)
    return [read_row(row, cipher) for row in sorted(rows, key=lambda row: row.sequence)]


def _take(connection: Connection, which: Select[Any], *, until: datetime) -> Sequence[AnyRow]:
    due = which.with_for_update(skip_locked=True).cte("due")
    taken = (
        update(intent)
        .where(intent.c.operation_key == due.c.operation_key)
        .values(state=IntentState.SENT.value, attempts=due.c.attempts + 1, due_at=until)
        .returning(*due.c)
    )
    return connection.execute(taken).all()


def renew(
    connection: Connection, held: Mapping[str, int], *, lease_seconds: float, now: datetime
) -> frozenset[str]:
    """Prolong the lease of claimed intents; return those that are still held.

    Args:
        held: by key, the try that an intent was claimed for, counted from 1.
    """
    # Locked in the order of their keys, as everywhere: what comes in between must not wait for us while we wait for it.
    ours = (
        select(intent.c.operation_key)
        .where(
            tuple_(intent.c.operation_key, intent.c.attempts).in_(list(held.items())),
            intent.c.state == IntentState.SENT.value,
            intent.c.queued,
        )
        .order_by(intent.c.operation_key)
        .with_for_update()
        .cte("ours")
    )
    renewed = (
        update(intent)
        .where(intent.c.operation_key == ours.c.operation_key)
        .values(due_at=now + timedelta(seconds=lease_seconds))
        .returning(intent.c.operation_key)
    )
    return frozenset(connection.execute(renewed).scalars())


def begin(
    connection: Connection,
    cipher: Cipher,
    operation_key: str,
    *,
    attempt: int,
    lease_seconds: float,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
) -> bool:
    """Note that a claimed intent is sent now, and prolong its lease; False when it is not held any more.

    Args:
        payload: what is kept in place of its payload, when more is known of it than before.
    """
    noted = {} if payload is None else {"payload_secret": cipher.encrypt(payload)}
    begun = connection.execute(
        update(intent)
        .where(
            intent.c.operation_key == operation_key,
            intent.c.attempts == attempt,
            intent.c.state == IntentState.SENT.value,
            intent.c.queued,
        )
        .values(
            sent_at=now,
            due_at=now + timedelta(seconds=lease_seconds),
            # Claimed, it has a time of sending only when that try got no answer.
            unanswered_at=func.coalesce(intent.c.sent_at, intent.c.unanswered_at),
            begun_try=attempt,
            replaces=False,
            **noted,
        )
    )
    return begun.rowcount > 0


def still_open(
    connection: Connection, cipher: Cipher, kinds: Sequence[RecordKind], *, flow: str
) -> list[Intent]:
    """Return the queued intents of a flow that may still be carried out, in the order they were planned."""
    rows = connection.execute(
        select(intent)
        .where(
            intent.c.queued,
            intent.c.state.op("IN")(OPEN_STATES),
            intent.c.kind.in_([k.value for k in kinds]),
            intent.c.flow == flow,
        )
        .order_by(intent.c.sequence)
    )
    return [read_row(row, cipher) for row in rows]


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(intent.c.queued, intent.c.state.op("IN")(OPEN_STATES), intent.c.due_at <= now)


def _is_kept_waiting(now: datetime) -> ColumnElement[bool]:
    """Whether another write to the same order goes first. Of those that are due there is always one that nothing keeps."""
    other = intent.alias("other")
    goes_first = tuple_(_rank(other), other.c.due_at, other.c.sequence) < tuple_(
        _rank(intent), intent.c.due_at, intent.c.sequence
    )
    return and_(
        intent.c.kind.in_(OF_ONE_ORDER),
        exists().where(
            other.c.subject_key == intent.c.subject_key,
            other.c.subject_kind == intent.c.subject_kind,
            other.c.operation_key != intent.c.operation_key,
            other.c.kind.in_(OF_ONE_ORDER),
            other.c.queued,
            other.c.state.op("IN")(OPEN_STATES),
            other.c.due_at.is_not(None),  # one that waits for a person keeps nothing
            case((other.c.due_at > now, _rank(other) < _PLANNED_RANK), else_=goes_first),
        ),
    )


def _rank(table: FromClause) -> ColumnElement[int]:
    """Return the order in which what is due of one order is taken: first what may be in a worker's hands, or may yet land."""
    was_sent = table.c.sent_at.is_not(None)
    return case(
        (table.c.state == IntentState.SENT.value, 0),
        (or_(table.c.state == IntentState.UNKNOWN.value, was_sent), 1),
        else_=_PLANNED_RANK,
    )


def count_due(connection: Connection, *, now: datetime) -> int:
    """Return how many intents could be taken now."""
    could = and_(_due(now), not_(_is_kept_waiting(now)))
    return connection.execute(select(func.count()).select_from(intent).where(could)).scalar_one()


def next_due(connection: Connection, *, now: datetime) -> datetime | None:
    """Return when the next intent becomes due."""
    due: datetime | None = connection.execute(
        select(func.min(intent.c.due_at)).where(
            intent.c.queued, intent.c.state.op("IN")(OPEN_STATES), intent.c.due_at > now
        )
    ).scalar_one()
    return due
