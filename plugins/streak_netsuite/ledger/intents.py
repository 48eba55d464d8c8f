"""Intents: writes kept before they are sent, and what came back."""

import functools
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import inbox
from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow, AwareTime, CleanText
from streak_netsuite.ledger.tables import intent
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.order_story import is_document_event
from streak_netsuite.sync.intent import (
    ASKED_AGAIN,
    GIVEN_UP,
    REPLACES,
    WRITTEN_AS,
    Answer,
    Intent,
    IntentDraft,
    IntentState,
    without_mark,
)

log = logging.getLogger(__name__)

ASIDE = "@"
"""In the keys of writes by internal ids that are other records' now: kept for the history, and never sent."""
_OF_ONE_ORDER = (RecordKind.ORDER_CHANGE.value, RecordKind.ORDER_END.value)
_PLANNED_RANK = 2
_ORDER_CLAIM_LOCK = 0x5374_4F43  # one claim of these at a time: it sees what the others have taken
_ON_THEIR_WAY = frozenset({IntentState.SENT, IntentState.UNKNOWN})
_OPEN_STATES: ColumnElement[Any] = literal_column("('planned', 'sent', 'unknown')")


def find(
    connection: Connection, cipher: Cipher, operation_keys: Sequence[str], *, lock: bool = False
) -> dict[str, Intent]:
    """Return the intents known under these keys."""
    query = select(intent).where(intent.c.operation_key == any_(literal(list(operation_keys), ARRAY(Text))))
    if lock:
        query = query.order_by(intent.c.operation_key).with_for_update()
    return {row.operation_key: read_row(row, cipher) for row in connection.execute(query)}


def find_unanswered(
    connection: Connection, cipher: Cipher, operation_keys: Sequence[str]
) -> dict[str, Intent]:
    """Return those under these keys that were sent, and of which no answer tells what became."""
    query = select(intent).where(
        intent.c.operation_key == any_(literal(list(operation_keys), ARRAY(Text))),
        intent.c.state.in_([one.value for one in _ON_THEIR_WAY]),
    )
    return {row.operation_key: read_row(row, cipher) for row in connection.execute(query)}


def read_row(row: AnyRow, cipher: Cipher) -> Intent:
    """Return the intent that a row of the table holds."""
    return Intent(
        operation_key=row.operation_key,
        flow=row.flow,
        kind=RecordKind(row.kind),
        subject=inbox.ref(row.subject_system, row.subject_kind, row.subject_key),
        state=IntentState(row.state),
        payload=cipher.decrypt(row.payload_secret),
        result_id=row.result_id,
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
        error_code=row.error_code or "",
        created_at=row.created_at,
        answered_at=row.answered_at,
        parked=row.queued and row.state == IntentState.UNKNOWN.value and row.due_at is None,
    )


def open_as_sent(
    connection: Connection, cipher: Cipher, drafts: Sequence[IntentDraft], *, now: datetime
) -> None:
    """Keep drafts as SENT, counting an attempt each.

    Raises:
        RecordError: one of them has succeeded before; sending it again could make it twice.
    """
    rows = [
        {
            **_draft_row(d, cipher, now=now),
            "state": IntentState.SENT.value,
            "queued": False,
            "due_at": None,
            "attempts": 1,
            "sent_at": now,
            "answered_at": None,
            "error": "",
            "error_code": "",
        }
        for d in sorted({d.operation_key: d for d in drafts}.values(), key=lambda d: d.operation_key)
    ]
    if not rows:
        return
    opened = set(connection.execute(_open(tuple(rows[0])), as_columns(rows)).scalars())
    landed = sorted(row["operation_key"] for row in rows if row["operation_key"] not in opened)
    if landed:
        raise RecordError(
            f"the write {landed[0]} has landed before, so it is not sent again ({len(landed)} of {len(rows)} writes)",
            code="ALREADY_WRITTEN",
            fix="look at the binding of the record; if what was written is gone from NetSuite, tie the record to another one",
        )


# From now on the claim that opened it is responsible, not the queue: so "queued" and "due_at" are renewed, too.
_RENEWED = (
    "state",
    "sent_at",
    "answered_at",
    "payload_secret",
    "error",
    "error_code",
    "queued",
    "due_at",
)


@functools.cache
def _open(names: tuple[str, ...]) -> ReturningInsert[Any]:
    statement = insert_rows(intent, names)
    return statement.on_conflict_do_update(
        index_elements=[intent.c.operation_key],
        set_={
            "attempts": intent.c.attempts + 1,
            **{name: getattr(statement.excluded, name) for name in _RENEWED},
        },
        where=intent.c.state != IntentState.SUCCEEDED.value,
    ).returning(intent.c.operation_key)


def _draft_row(draft: IntentDraft, cipher: Cipher, *, now: datetime) -> dict[str, Any]:
    return {
        "operation_key": draft.operation_key,
        "flow": draft.flow,
        "kind": draft.kind.value,
        "subject_system": draft.subject.system.value,
        "subject_kind": draft.subject.kind.value,
        "subject_key": draft.subject.id,
        "payload_secret": cipher.encrypt(draft.payload),
        "created_at": now,
    }


def record(
    connection: Connection, cipher: Cipher, answers: Sequence[Answer], *, now: datetime
) -> list[Answer]:
    """Keep answers; a success is never undone by a later one. Return successes that contradict a known one.

    Raises:
        ValueError: an answer to something that was never opened.
    """
    by_key = {a.operation_key: a for a in answers}
    known = _lock(connection, list(by_key))
    if missing := by_key.keys() - known.keys():
        raise ValueError(f"no intent was opened under {min(missing)} ({len(missing)} such answers)")
    open_ones = [
        a
        for key, a in sorted(by_key.items())
        if known[key].state != IntentState.SUCCEEDED.value and a.attempt in {None, known[key].attempts}
    ]
    if open_ones:
        connection.execute(_ANSWER, [_answer_row(a, now=now) for a in open_ones])
    for one in open_ones:
        if one.payload is not None and one.state is IntentState.SUCCEEDED:
            connection.execute(
                update(intent)
                .where(intent.c.operation_key == one.operation_key)
                .values(payload_secret=cipher.encrypt(one.payload))
            )
    return [
        a
        for key, a in by_key.items()
        if known[key].state == IntentState.SUCCEEDED.value
        and a.state is IntentState.SUCCEEDED
        and known[key].result_id != a.result_id
    ]


def _lock(connection: Connection, operation_keys: Sequence[str]) -> Mapping[str, AnyRow]:
    rows = connection.execute(
        select(intent.c.operation_key, intent.c.state, intent.c.result_id, intent.c.attempts)
        .where(intent.c.operation_key == any_(literal(list(operation_keys), ARRAY(Text))))
        .order_by(intent.c.operation_key)
        .with_for_update()
    )
    return {row.operation_key: row for row in rows}


def _answer_row(answer: Answer, *, now: datetime) -> dict[str, Any]:
    succeeded = answer.state is IntentState.SUCCEEDED
    if succeeded and not answer.result_id:
        raise ValueError(f"the answer to {answer.operation_key} succeeded and has no result id")
    return {
        "key": answer.operation_key,
        "new_state": answer.state.value,
        "new_result_id": answer.result_id if succeeded else None,
        "new_error_code": answer.error_code,
        "new_error": answer.error,
        "retry_at": answer.retry_at,
        "now": now,
        "untried": 0 if answer.sent else 1,
        "parked": answer.parked,
    }


_new_state = bindparam("new_state", type_=CleanText)
# Not in_(): its parameter expands, which a statement for many rows at once cannot.
_waits_again = or_(_new_state == IntentState.PLANNED.value, _new_state == IntentState.UNKNOWN.value)
_ANSWER = (
    update(intent)
    .where(intent.c.operation_key == bindparam("key"))
    .values(
        state=bindparam("new_state", type_=CleanText),
        result_id=bindparam("new_result_id", type_=CleanText),
        error_code=bindparam("new_error_code", type_=CleanText),
        error=bindparam("new_error", type_=CleanText),
        answered_at=bindparam("now", type_=AwareTime),
        attempts=func.greatest(intent.c.attempts - bindparam("untried", type_=Integer), 0),
        sent_at=case(
            (bindparam("new_state", type_=CleanText) == IntentState.PLANNED.value, None),
            else_=intent.c.sent_at,
        ),
        # Without a time of its own, an unknown one may be taken again when its lease ends.
        due_at=case(
            (
                and_(intent.c.queued, _waits_again, not_(bindparam("parked", type_=Boolean))),
                func.coalesce(bindparam("retry_at", type_=AwareTime), intent.c.due_at),
            ),
            else_=None,
        ),
    )
)


def queue(
    connection: Connection, cipher: Cipher, drafts: Sequence[IntentDraft], *, now: datetime
) -> list[str]:
    """Keep drafts as PLANNED and due now; a known key is left as it is. Return the new keys."""
    rows = [
        {
            **_draft_row(d, cipher, now=now),
            "state": IntentState.PLANNED.value,
            "queued": True,
            "attempts": 0,
            "due_at": now,
        }
        for d in drafts
    ]
    if not rows:
        return []
    return list(connection.execute(_queue(tuple(rows[0])), as_columns(rows)).scalars())


@functools.cache
def _queue(names: tuple[str, ...]) -> ReturningInsert[Any]:
    return insert_rows(intent, names).on_conflict_do_nothing().returning(intent.c.operation_key)


def plan(connection: Connection, cipher: Cipher, drafts: Sequence[IntentDraft], *, now: datetime) -> int:
    """Queue drafts as PLANNED and due; a known one again when its payload has changed. Return how many are due."""
    due = len(queue(connection, cipher, drafts, now=now))
    known = find(connection, cipher, [d.operation_key for d in drafts], lock=True)
    for draft in drafts:
        before = known[draft.operation_key]
        written_as = before.result_id or before.payload.get(WRITTEN_AS)
        planned = {**draft.payload, **({WRITTEN_AS: written_as} if written_as else {})}
        is_asked_again = before.state is IntentState.REJECTED and before.error_code == ASKED_AGAIN
        if without_mark(before.payload) in (planned, dict(draft.payload)) and not is_asked_again:
            continue
        # One that is on its way is left its time to land, and its answer will be about the old payload.
        on_its_way = before.state in _ON_THEIR_WAY or (
            before.state is IntentState.PLANNED and before.sent_at is not None
        )
        if on_its_way and before.sent_at is not None:
            planned[REPLACES] = True
        connection.execute(
            update(intent)
            .where(intent.c.operation_key == draft.operation_key)
            .values(
                payload_secret=cipher.encrypt(planned),
                state=IntentState.PLANNED.value,
                queued=True,
                due_at=func.coalesce(intent.c.due_at, now) if on_its_way else now,
                sent_at=intent.c.sent_at if on_its_way else None,
                result_id=None,
                attempts=intent.c.attempts + (1 if on_its_way else 0),
            )
        )
        due += 1
    return due


def plan_unless_changed(
    connection: Connection,
    cipher: Cipher,
    drafts: Sequence[IntentDraft],
    *,
    seen: Mapping[str, Intent],
    now: datetime,
) -> frozenset[str]:
    """Plan drafts of which the ledger still knows what was seen when they were made; return their keys."""
    fresh = [draft for draft in drafts if draft.operation_key not in seen]
    planned = queue(connection, cipher, fresh, now=now)
    known = find(connection, cipher, list(seen), lock=True)
    same = [
        draft
        for draft in drafts
        if draft.operation_key in seen
        and _stands(known.get(draft.operation_key)) == _stands(seen[draft.operation_key])
    ]
    plan(connection, cipher, same, now=now)
    return frozenset([*planned, *(draft.operation_key for draft in same)])


def _stands(one: Intent | None) -> tuple[Any, ...] | None:
    return None if one is None else (one.state, one.attempts, one.payload)


def give_up(connection: Connection, operation_key: str, *, now: datetime) -> None:
    """Call a queued intent refused that waits for a person who wants nothing done; others stay as they are.

    Nobody knows whether it has landed. What follows compares with what the vendor holds, as after any refusal.
    """
    connection.execute(
        update(intent)
        .where(
            intent.c.operation_key == operation_key,
            intent.c.queued,
            intent.c.state == IntentState.UNKNOWN.value,
            intent.c.due_at.is_(None),
        )
        .values(
            state=IntentState.REJECTED.value,
            error_code=GIVEN_UP,
            error="nobody knows whether it landed, and a person wants nothing done",
            answered_at=now,
        )
    )


def requeue(connection: Connection, operation_key: str, *, now: datetime) -> bool:
    """Make a queued intent due again after a person has acted; False when it is none, has succeeded, or was put aside.

    What nobody knows to have landed stays so: it is looked for before it is sent again. One that a worker holds is its own.
    """
    refused = intent.c.state == IntentState.REJECTED.value
    changed = connection.execute(
        update(intent)
        .where(
            intent.c.operation_key == operation_key,
            intent.c.operation_key.not_like(f"%{ASIDE}%"),
            intent.c.queued,
            intent.c.state != IntentState.SUCCEEDED.value,
        )
        .values(
            state=case((refused, IntentState.PLANNED.value), else_=intent.c.state),
            due_at=case((intent.c.state == IntentState.SENT.value, intent.c.due_at), else_=now),
            sent_at=case((refused, None), else_=intent.c.sent_at),
        )
    )
    return changed.rowcount > 0


def ask_again(connection: Connection, operation_key: str) -> ExternalRef | None:
    """Let a refused write to an order be planned again, if its deal still wants it; return the box, None for other writes.

    What a deal asks of its order may be another thing by now, so what was refused is not sent as it was.
    """
    row = connection.execute(
        update(intent)
        .where(
            intent.c.operation_key == operation_key,
            intent.c.queued,
            intent.c.kind.in_(_OF_ONE_ORDER),
            intent.c.state == IntentState.REJECTED.value,
        )
        .values(error_code=ASKED_AGAIN)
        .returning(intent.c.subject_system, intent.c.subject_kind, intent.c.subject_key)
    ).one_or_none()
    return None if row is None else inbox.ref(row.subject_system, row.subject_kind, row.subject_key)


def write_again(
    connection: Connection, cipher: Cipher, operation_keys: Sequence[str], *, now: datetime
) -> list[str]:
    """Make succeeded queued writes due again, as changes of what they wrote; return their keys."""
    again = [
        one
        for one in find(connection, cipher, operation_keys, lock=True).values()
        if one.state is IntentState.SUCCEEDED and one.result_id
    ]
    for one in again:
        connection.execute(
            update(intent)
            .where(intent.c.operation_key == one.operation_key, intent.c.queued)
            .values(
                payload_secret=cipher.encrypt({**one.payload, WRITTEN_AS: one.result_id}),
                state=IntentState.PLANNED.value,
                due_at=now,
                sent_at=None,
                result_id=None,
            )
        )
    return [one.operation_key for one in again]


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
    if any(kind.value in _OF_ONE_ORDER for kind in kinds):
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
        .values(sent_at=now, due_at=now + timedelta(seconds=lease_seconds), **noted)
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
            intent.c.state.op("IN")(_OPEN_STATES),
            intent.c.kind.in_([k.value for k in kinds]),
            intent.c.flow == flow,
        )
        .order_by(intent.c.sequence)
    )
    return [read_row(row, cipher) for row in rows]


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(intent.c.queued, intent.c.state.op("IN")(_OPEN_STATES), intent.c.due_at <= now)


def _is_kept_waiting(now: datetime) -> ColumnElement[bool]:
    """Whether another write to the same order goes first. Of those that are due there is always one that nothing keeps."""
    other = intent.alias("other")
    goes_first = tuple_(_rank(other), other.c.due_at, other.c.sequence) < tuple_(
        _rank(intent), intent.c.due_at, intent.c.sequence
    )
    return and_(
        intent.c.kind.in_(_OF_ONE_ORDER),
        exists().where(
            other.c.subject_key == intent.c.subject_key,
            other.c.subject_kind == intent.c.subject_kind,
            other.c.operation_key != intent.c.operation_key,
            other.c.kind.in_(_OF_ONE_ORDER),
            other.c.queued,
            other.c.state.op("IN")(_OPEN_STATES),
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


def name_activities(connection: Connection, cipher: Cipher, *, limit: int) -> int:
    """Note of activities which event of a document they tell; return how many were looked at, 0 when all are known.

    The name is in the payload, which only this code can read: a migration could not, nor could code of the release before.
    """
    query = (
        select(intent.c.operation_key, intent.c.payload_secret)
        .where(literal_column("kind = 'activity' AND about IS NULL"))
        .order_by(intent.c.operation_key)
        .limit(limit)
        .with_for_update()
    )
    names = [
        {"key": row.operation_key, "name": _document_event(cipher.decrypt(row.payload_secret))}
        for row in connection.execute(query)
    ]
    if names:
        connection.execute(_NAME_ACTIVITY, names)
    return len(names)


_NAME_ACTIVITY = (
    update(intent)
    .where(intent.c.operation_key == bindparam("key"))
    .values(about=bindparam("name", type_=CleanText))
)


def _document_event(payload: Mapping[str, Any]) -> str:
    """Return the name of what an activity tells, if it is of a document: other names may say more than an id."""
    name = str(payload.get("name", ""))
    return name if is_document_event(name) else ""


def boxes_told(connection: Connection, names: Sequence[str]) -> dict[str, set[str]]:
    """Return the keys of the boxes that were told of these documents' events, by the event's name."""
    found: dict[str, set[str]] = {}
    query = select(intent.c.about, intent.c.subject_key).where(
        intent.c.about == any_(literal(list(names), ARRAY(Text))), intent.c.about != ""
    )
    for row in connection.execute(query):
        found.setdefault(row.about, set()).add(row.subject_key)
    return found


def next_due(connection: Connection, *, now: datetime) -> datetime | None:
    """Return when the next intent becomes due."""
    due: datetime | None = connection.execute(
        select(func.min(intent.c.due_at)).where(
            intent.c.queued, intent.c.state.op("IN")(_OPEN_STATES), intent.c.due_at > now
        )
    ).scalar_one()
    return due


def count_by_state(connection: Connection) -> dict[str, int]:
    """Return how many intents there are in each state."""
    rows = connection.execute(select(intent.c.state, func.count()).group_by(intent.c.state))
    return {row[0]: row[1] for row in rows}
