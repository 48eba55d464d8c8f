"""The inbox: hints that arrived, and which worker holds their records.

A record is held through its row in `record_lease`. Whoever holds it writes that row first in each
transaction, so a worker that was taken over is always found out before it changes anything.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from streak_netsuite.errors import LeaseLost
from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow, AwareTime, CleanText
from streak_netsuite.ledger.states import EventState
from streak_netsuite.ledger.tables import inbox_event, record_lease
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.deletion import DELETED, Deletion, deleted_at
from streak_netsuite.sync.hint import Claim, Hint, HintOrigin, InboxEvent, StoredHints
from streak_netsuite.sync.outcome import Action, Outcome

CHANNEL = "streak_netsuite_inbox"
"""What to LISTEN to: notified in the transaction that makes something due."""

_CLAIM_LOCK = (
    0x5374_4E43  # one claim at a time: it takes milliseconds, and none comes away empty by collision
)

# Of a claim's limit, for each time that workers were lost with the records in hand.
_SMALLER = 4

RecordKey = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An inbox row, for people to look at.

    Attributes:
        note: why it was put back last, or "".
    """

    id: int
    record: ExternalRef
    version: str
    event: str
    origin: HintOrigin
    state: EventState
    received_at: datetime
    ready_at: datetime
    done_at: datetime | None
    attempts: int
    repeats: int
    last_repeat_at: datetime | None
    note: str


def deletions(
    connection: Connection, cipher: Cipher, refs: Sequence[ExternalRef]
) -> dict[ExternalRef, Deletion]:
    """Return those of these records that NetSuite has said to be deleted, with the numbers they were last seen under."""
    gone = {
        one: row.version
        for row in _events_of(connection, refs, inbox_event.c.event == DELETED)
        if (one := ref(row.system, row.kind, row.record_key)) in refs
    }
    numbers: dict[ExternalRef, str] = {}
    # A document's own number where it was seen: what a deletion calls it is not established to be that.
    for row in _events_of(connection, list(gone), true()) if gone else ():
        one, number = (
            ref(row.system, row.kind, row.record_key),
            cipher.decrypt(row.payload_secret).get("number"),
        )
        if number and (row.event != DELETED or one not in numbers):
            numbers[one] = str(number)
    return {
        one: Deletion(record=one, at=deleted_at(version), number=numbers.get(one, ""))
        for one, version in gone.items()
    }


def _events_of(
    connection: Connection, refs: Sequence[ExternalRef], which: ColumnElement[bool]
) -> Sequence[AnyRow]:
    key = inbox_event.c.record_key == any_(literal([one.id for one in refs], ARRAY(Text)))
    return connection.execute(select(inbox_event).where(key, which).order_by(inbox_event.c.id)).all()


def notify(connection: Connection) -> None:
    """Wake whoever watches the inbox when this transaction commits."""
    connection.execute(select(func.pg_notify(CHANNEL, "")))


def store(connection: Connection, cipher: Cipher, hints: Sequence[Hint], *, now: datetime) -> StoredHints:
    """Keep hints; a known one is counted on its row."""
    distinct: dict[tuple[str, ...], Hint] = {}
    times: dict[tuple[str, ...], int] = {}
    for hint in hints:
        key = (hint.record.id, hint.version, hint.record.kind.value, hint.record.system.value)
        distinct.setdefault(key, hint)
        times[key] = times.get(key, 0) + 1
    # In one order everywhere, so that two transactions never wait for each other in a circle.
    rows = [_hint_row(distinct[key], cipher, extra=times[key] - 1, now=now) for key in sorted(distinct)]
    new = sum(connection.execute(_store(tuple(rows[0])), as_columns(rows)).scalars()) if rows else 0
    if new:
        notify(connection)
    return StoredHints(new=new, repeated=len(hints) - new)


def _hint_row(hint: Hint, cipher: Cipher, *, extra: int, now: datetime) -> dict[str, Any]:
    return {
        "system": hint.record.system.value,
        "kind": hint.record.kind.value,
        "record_key": hint.record.id,
        "version": hint.version,
        "event": hint.event,
        "origin": hint.origin.value,
        "payload_secret": cipher.encrypt(hint.payload),
        "received_at": now,
        "ready_at": now,
        "repeats": extra,
        "last_repeat_at": now if extra else None,
    }


@functools.cache
def _store(names: tuple[str, ...]) -> ReturningInsert[Any]:
    statement = insert_rows(inbox_event, names)
    return statement.on_conflict_do_update(
        index_elements=[
            inbox_event.c.record_key,
            inbox_event.c.version,
            inbox_event.c.kind,
            inbox_event.c.system,
        ],
        set_={
            "repeats": inbox_event.c.repeats + statement.excluded.repeats + 1,
            "last_repeat_at": statement.excluded.received_at,
        },
        # A row that this statement inserted has no deleting transaction yet; an updated one has.
    ).returning(literal_column("(xmax = 0)::int"))


def claim(
    connection: Connection,
    *,
    kind: RecordKind,
    limit: int,
    lease_seconds: float,
    now: datetime,
    token: str,
    backfill: bool = False,
) -> Claim:
    """Take all ready events of up to `limit` records, oldest first.

    Args:
        backfill: records that are caught up on, instead of those that something happens to now.

    Records that workers were lost with more than once come by themselves and in ever smaller groups: one of them may be what
    ends the workers, and the others are not to share its fate.
    """
    until = now + timedelta(seconds=lease_seconds)
    connection.execute(select(func.pg_advisory_xact_lock(_CLAIM_LOCK)))
    # Subqueries of the one statement that leases: the database computes each of them once.
    losses = _most_losses(kind, now, backfill=backfill).scalar_subquery()
    waiting = (
        _waiting_records(kind, now, backfill=backfill)
        .where(or_(losses.is_(None), _lost(losses)))
        .limit(func.greatest(limit / func.power(_SMALLER, func.coalesce(losses, 0)), 1).cast(BigInteger))
    )
    leased = _lease_records(connection, waiting, until=until, now=now, token=token)
    rows = [row for take in _take_events(leased, kind, now) for row in connection.execute(take)]
    times = {(system, key): lost for system, keys in leased.items() for key, lost in keys.items()}
    events = tuple(
        _event(row, losses=times.get((row.system, row.record_key), 0))
        for row in sorted(rows, key=lambda row: row.id)
    )
    _drop_leases_without_events(connection, token, events)
    return Claim(token=token, events=events, lease_until=until)


def _waiting_records(kind: RecordKind, now: datetime, *, backfill: bool) -> Select[Any]:
    """Select records with something to claim and no living lease, the longest waiting first."""
    return (
        select(inbox_event.c.record_key, inbox_event.c.kind, inbox_event.c.system)
        .where(inbox_event.c.kind == kind.value, _claimable(now), _caught_up_on(backfill=backfill))
        .group_by(inbox_event.c.record_key, inbox_event.c.kind, inbox_event.c.system)
        .order_by(func.min(inbox_event.c.id))
    )


def _most_losses(kind: RecordKind, now: datetime, *, backfill: bool) -> Select[Any]:
    """Select how often workers were lost with the record that was lost most, of those that can be claimed."""
    lost = record_lease.alias()  # of its own: what is claimable looks at the leases, too
    return (
        select(func.max(lost.c.losses))
        .select_from(inbox_event.join(lost, _lease_of_event(lost)))
        .where(
            lost.c.losses > 0,
            inbox_event.c.kind == kind.value,
            _claimable(now),
            _caught_up_on(backfill=backfill),
        )
    )


def _lost(losses: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(_lease_of_event(), record_lease.c.losses == losses)


def _claimable(now: datetime) -> ColumnElement[bool]:
    """Ready in time, or left by a worker whose lease ran out; and not held by a living one."""
    held = exists().where(_lease_of_event(), record_lease.c.lease_until > now)
    # The first term repeats what the index is about, in the words the planner recognises.
    return and_(
        inbox_event.c.state.in_([literal_column("'ready'"), literal_column("'claimed'")]),
        or_(inbox_event.c.state == EventState.CLAIMED.value, inbox_event.c.ready_at <= now),
        ~held,
    )


def _caught_up_on(*, backfill: bool) -> ColumnElement[bool]:
    origin = inbox_event.c.origin
    return origin == HintOrigin.BACKFILL.value if backfill else origin != HintOrigin.BACKFILL.value


def _lease_of_event(lease: FromClause = record_lease) -> ColumnElement[bool]:
    return and_(
        lease.c.record_key == inbox_event.c.record_key,
        lease.c.kind == inbox_event.c.kind,
        lease.c.system == inbox_event.c.system,
    )


def _lease_records(
    connection: Connection, records: Select[Any], *, until: datetime, now: datetime, token: str
) -> Mapping[str, Mapping[str, int]]:
    """Lease the records that are free; return how often a worker was lost with each, by system and key."""
    chosen = records.cte("chosen")
    lease = insert(record_lease).from_select(
        ["record_key", "kind", "system", "token", "lease_until"],
        select(
            chosen.c.record_key,
            chosen.c.kind,
            chosen.c.system,
            literal(token, CleanText),
            literal(until, AwareTime),
        ),
    )
    taken = lease.on_conflict_do_update(
        index_elements=[record_lease.c.record_key, record_lease.c.kind, record_lease.c.system],
        set_={
            "token": lease.excluded.token,
            "lease_until": lease.excluded.lease_until,
            "losses": record_lease.c.losses + 1,
        },
        where=record_lease.c.lease_until <= now,
    ).returning(record_lease.c.system, record_lease.c.record_key, record_lease.c.losses)
    keys: dict[str, dict[str, int]] = {}
    for system, key, losses in connection.execute(taken):
        keys.setdefault(system, {})[key] = losses
    return keys


def _take_events(leased: Mapping[str, Mapping[str, int]], kind: RecordKind, now: datetime) -> list[Any]:
    """Return updates that mark the events of records we hold. A claimed one was left by the holder before us.

    The keys are named instead of joined: without statistics of a table that has just grown, the planner
    would look through all open events for each lease.
    """
    open_ones = or_(
        inbox_event.c.state == EventState.CLAIMED.value,
        and_(inbox_event.c.state == EventState.READY.value, inbox_event.c.ready_at <= now),
    )
    return [
        update(inbox_event)
        .where(
            inbox_event.c.record_key == any_(literal(list(keys), ARRAY(Text))),
            inbox_event.c.kind == kind.value,
            inbox_event.c.system == system,
            open_ones,
        )
        .values(state=EventState.CLAIMED.value, attempts=inbox_event.c.attempts + 1)
        .returning(*_EVENT_COLUMNS)
        for system, keys in sorted(leased.items())
    ]


def _drop_leases_without_events(connection: Connection, token: str, events: Sequence[InboxEvent]) -> None:
    """Give back records whose last events were settled while we chose them."""
    kept = [_record_key(e.record) for e in events]
    mine = record_lease.c.token == token
    columns = (record_lease.c.record_key, record_lease.c.kind, record_lease.c.system)
    leased = connection.execute(select(*columns).where(mine)).all()
    idle = {tuple(row) for row in leased} - set(kept)
    if idle:
        connection.execute(delete(record_lease).where(mine, tuple_(*columns).in_(sorted(idle))))


_EVENT_COLUMNS = (
    inbox_event.c.id,
    inbox_event.c.system,
    inbox_event.c.kind,
    inbox_event.c.record_key,
    inbox_event.c.version,
    inbox_event.c.event,
    inbox_event.c.origin,
    inbox_event.c.received_at,
    inbox_event.c.attempts,
    inbox_event.c.repeats,
)


def _event(row: AnyRow, *, losses: int) -> InboxEvent:
    return InboxEvent(
        losses=losses,
        id=row.id,
        record=ref(row.system, row.kind, row.record_key),
        version=row.version,
        event=row.event,
        origin=HintOrigin(row.origin),
        received_at=row.received_at,
        attempts=row.attempts,
        repeats=row.repeats,
    )


def ref(system: str, kind: str, id_: str) -> ExternalRef:
    """Return where a row's record lives."""
    return ExternalRef(system=SystemId(system), kind=RecordKind(kind), id=id_)


def _record_key(record: ExternalRef) -> RecordKey:
    return (record.id, record.kind.value, record.system.value)


def renew(connection: Connection, held: Claim, *, lease_seconds: float, now: datetime) -> Claim:
    """Prolong a claim. Raises LeaseLost when any of its records was taken over."""
    until = now + timedelta(seconds=lease_seconds)
    renewed = connection.execute(
        update(record_lease).where(record_lease.c.token == held.token).values(lease_until=until)
    )
    _require_all(held, renewed.rowcount)
    return Claim(token=held.token, events=held.events, lease_until=until)


def require_held(connection: Connection, held: Claim) -> None:
    """Keep the claim ours until this transaction ends. Raises LeaseLost when it was taken over."""
    rows = connection.execute(
        select(record_lease.c.record_key)
        .where(record_lease.c.token == held.token)
        .order_by(record_lease.c.record_key)
        .with_for_update(read=True)
    ).all()
    _require_all(held, len(rows))


def _give_up_records(connection: Connection, held: Claim) -> None:
    deleted = connection.execute(delete(record_lease).where(record_lease.c.token == held.token))
    _require_all(held, deleted.rowcount)


def _require_all(held: Claim, rows: int) -> None:
    records = len({e.record for e in held.events})
    if rows != records:
        raise LeaseLost(
            f"{records - rows} of {records} records of this claim were taken over by another worker, or settled before; "
            "nothing was kept"
        )


def settle(connection: Connection, held: Claim, outcomes: Iterable[Outcome], *, now: datetime) -> None:
    """Finish the events of a claim, put the deferred ones back, and give its records up."""
    by_event = {o.event_id: o for o in outcomes if o.event_id is not None}
    if by_event.keys() != {e.id for e in held.events}:
        raise ValueError("a claim is settled with one outcome for each of its events")
    _give_up_records(connection, held)
    deferred = {i: o for i, o in by_event.items() if o.action is Action.DEFERRED}
    _finish(connection, [i for i in by_event if i not in deferred], now=now)
    if deferred:
        rows = [
            {"its_id": i, "retry_at": o.retry_at, "reason": o.reason} for i, o in sorted(deferred.items())
        ]
        connection.execute(_PUT_BACK, rows)
        notify(connection)


def _finish(connection: Connection, event_ids: Sequence[int], *, now: datetime) -> None:
    if event_ids:
        connection.execute(
            update(inbox_event)
            .where(inbox_event.c.id == any_(literal(list(event_ids), ARRAY(BigInteger))))
            .values(state=EventState.DONE.value, done_at=now)
        )


_PUT_BACK = (
    update(inbox_event)
    .where(inbox_event.c.id == bindparam("its_id"))
    .values(
        state=EventState.READY.value,
        ready_at=bindparam("retry_at", type_=AwareTime),
        note=bindparam("reason", type_=CleanText),
    )
)


def release(connection: Connection, held: Claim, *, retry_at: datetime, reason: str) -> None:
    """Put all events of a claim back as if they had not been taken."""
    _give_up_records(connection, held)
    if held.events:
        connection.execute(
            update(inbox_event)
            .where(inbox_event.c.id == any_(literal([e.id for e in held.events], ARRAY(BigInteger))))
            .values(
                state=EventState.READY.value,
                ready_at=retry_at,
                note=reason,
                attempts=func.greatest(inbox_event.c.attempts - 1, 0),
            )
        )
        notify(connection)


def count_ready(connection: Connection, kinds: Sequence[RecordKind], *, now: datetime) -> int:
    """Return how many events of these kinds could be claimed now; those that are caught up on do not count."""
    of_kind = inbox_event.c.kind.in_([kind.value for kind in kinds])
    live = _caught_up_on(backfill=False)
    return connection.execute(
        select(func.count()).select_from(inbox_event).where(of_kind, live, _claimable(now))
    ).scalar_one()


def count_backfill(connection: Connection) -> tuple[int, int]:
    """Return how many records are still to be caught up on, and how many were."""
    done = inbox_event.c.state == EventState.DONE.value
    open_, finished = connection.execute(
        select(func.count().filter(~done), func.count().filter(done)).where(_caught_up_on(backfill=True))
    ).one()
    return open_, finished


def next_due(connection: Connection, *, now: datetime) -> datetime | None:
    """Return when the next event becomes claimable by time alone: a deferred one, or one whose worker died."""
    ready = (
        select(func.min(inbox_event.c.ready_at))
        .where(inbox_event.c.state == literal_column("'ready'"), inbox_event.c.ready_at > now)
        .scalar_subquery()
    )
    lease = (
        select(func.min(record_lease.c.lease_until)).where(record_lease.c.lease_until > now).scalar_subquery()
    )
    due: datetime | None = connection.execute(
        select(func.least(ready, lease, type_=AwareTime).label("due"))
    ).scalar_one()
    return due


def waiting_keys(connection: Connection, kind: RecordKind, *, limit: int) -> list[str]:
    """Return the records of a kind that nobody works on and that wait, now or for later; longest waiting first."""
    return list(
        connection.execute(
            select(inbox_event.c.record_key)
            .where(inbox_event.c.kind == kind.value, inbox_event.c.state == literal_column("'ready'"))
            .group_by(inbox_event.c.record_key)
            .order_by(func.min(inbox_event.c.id))
            .limit(limit)
        ).scalars()
    )


def events_for(connection: Connection, record_key: str) -> list[StoredEvent]:
    """Return everything the inbox knows about a record, oldest first."""
    columns = [c for c in inbox_event.c if c.name != "payload_secret"]
    rows = connection.execute(
        select(*columns).where(inbox_event.c.record_key == record_key).order_by(inbox_event.c.id)
    )
    return [_stored_event(row) for row in rows]


def _stored_event(row: AnyRow) -> StoredEvent:
    return StoredEvent(
        id=row.id,
        record=ref(row.system, row.kind, row.record_key),
        version=row.version,
        event=row.event,
        origin=HintOrigin(row.origin),
        state=EventState(row.state),
        received_at=row.received_at,
        ready_at=row.ready_at,
        done_at=row.done_at,
        attempts=row.attempts,
        repeats=row.repeats,
        last_repeat_at=row.last_repeat_at,
        note=row.note,
    )


def payload(connection: Connection, cipher: Cipher, event_id: int) -> Mapping[str, Any] | None:
    """Return what arrived with an event, or None when there is no such event."""
    secret = connection.execute(
        select(inbox_event.c.payload_secret).where(inbox_event.c.id == event_id)
    ).scalar_one_or_none()
    return None if secret is None else cipher.decrypt(secret)


def count_by_state(connection: Connection, *, now: datetime) -> dict[str, int]:
    """Return how many events are ready, deferred, claimed and done."""
    deferred = and_(inbox_event.c.state == EventState.READY.value, inbox_event.c.ready_at > now)
    state = case((deferred, "deferred"), else_=inbox_event.c.state).label("state")
    rows = connection.execute(select(state, func.count()).group_by(state))
    return {name: count for name, count in rows}  # noqa: C416 - rows are not pairs to mypy


def oldest_waiting(
    connection: Connection, *, now: datetime, kinds: Sequence[RecordKind] = (RecordKind.BOX,)
) -> datetime | None:
    """Return when the longest waiting event that a flow could claim now was received."""
    of_kind = inbox_event.c.kind.in_([kind.value for kind in kinds])
    oldest: datetime | None = connection.execute(
        select(func.min(inbox_event.c.received_at)).where(
            of_kind, _caught_up_on(backfill=False), _claimable(now)
        )
    ).scalar_one()
    return oldest
