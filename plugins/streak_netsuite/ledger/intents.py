"""Intents: writes kept before they are sent, and what came back."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
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
from streak_netsuite.sync.intent import (
    ASKED_AGAIN,
    GIVEN_UP,
    WRITTEN_AS,
    Answer,
    Intent,
    IntentDraft,
    IntentState,
)

ASIDE = "@"
"""In the keys of writes by internal ids that are other records' now: kept for the history, and never sent."""
OF_ONE_ORDER = (RecordKind.ORDER_CHANGE.value, RecordKind.ORDER_END.value)
_REPLACES = "replaces"  # the release before kept this mark in the payload
_ON_THEIR_WAY = frozenset({IntentState.SENT, IntentState.UNKNOWN})
OPEN_STATES: ColumnElement[Any] = literal_column("('planned', 'sent', 'unknown')")


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
    """Return those under these keys that were sent, and of which some try has no answer that tells what became."""
    query = select(intent).where(
        intent.c.operation_key == any_(literal(list(operation_keys), ARRAY(Text))),
        intent.c.state != IntentState.SUCCEEDED.value,
        or_(intent.c.state.in_([one.value for one in _ON_THEIR_WAY]), intent.c.unanswered_at.is_not(None)),
    )
    return {row.operation_key: read_row(row, cipher) for row in connection.execute(query)}


def read_row(row: AnyRow, cipher: Cipher) -> Intent:
    """Return the intent that a row of the table holds."""
    payload = cipher.decrypt(row.payload_secret)
    was_marked = bool(payload.pop(_REPLACES, False))
    return Intent(
        operation_key=row.operation_key,
        flow=row.flow,
        kind=RecordKind(row.kind),
        subject=inbox.ref(row.subject_system, row.subject_kind, row.subject_key),
        state=IntentState(row.state),
        payload=payload,
        result_id=row.result_id,
        attempts=row.attempts,
        sent_at=row.sent_at,
        unanswered_at=row.unanswered_at,
        replaces=row.replaces or was_marked,
        error=row.error,
        error_code=row.error_code or "",
        created_at=row.created_at,
        answered_at=row.answered_at,
        parked=row.queued and row.state == IntentState.UNKNOWN.value and row.due_at is None,
    )


def open_as_sent(
    connection: Connection,
    cipher: Cipher,
    drafts: Sequence[IntentDraft],
    *,
    now: datetime,
    found: bool = False,
) -> None:
    """Keep drafts as SENT, counting an attempt each.

    Args:
        found: nothing is sent: they are there as an earlier try has sent them. When that was the only one without an
            answer, none may land any more.

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
    opened = set(connection.execute(_open(tuple(rows[0]), found), as_columns(rows)).scalars())
    landed = sorted(row["operation_key"] for row in rows if row["operation_key"] not in opened)
    if landed:
        raise RecordError(
            f"the write {landed[0]} has landed before, so it is not sent again ({len(landed)} of {len(rows)} writes)",
            code="ALREADY_WRITTEN",
            fix="look at the binding of the record; if what was written is gone from NetSuite, tie the record to another one",
        )


def note_sent(connection: Connection, operation_keys: Sequence[str], *, now: datetime) -> None:
    """Note when opened intents left, which may be long after they were opened."""
    ours = (
        select(intent.c.operation_key)
        .where(
            intent.c.operation_key == any_(literal(list(operation_keys), ARRAY(Text))),
            intent.c.state == IntentState.SENT.value,
            not_(intent.c.queued),
        )
        .order_by(intent.c.operation_key)
        .with_for_update()
        .cte("ours")
    )
    connection.execute(
        update(intent).where(intent.c.operation_key == ours.c.operation_key).values(sent_at=now)
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
def _open(names: tuple[str, ...], found: bool) -> ReturningInsert[Any]:
    statement = insert_rows(intent, names)
    has_another = and_(
        intent.c.state.in_([one.value for one in _ON_THEIR_WAY]),
        intent.c.unanswered_at.is_not(None) if found else true(),
    )
    return statement.on_conflict_do_update(
        index_elements=[intent.c.operation_key],
        set_={
            "attempts": intent.c.attempts + 1,
            "unanswered_at": case((has_another, intent.c.sent_at), else_=intent.c.unanswered_at),
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
    for key, answer in sorted(by_key.items()):
        if _settles_what_was_replaced(answer, known[key]):
            _let_go(connection, cipher, answer, now=now)
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


def _settles_what_was_replaced(answer: Answer, known: AnyRow) -> bool:
    """Tell whether an answer says what became of the try in whose place an intent was planned anew."""
    is_certain = answer.state is not IntentState.UNKNOWN and answer.sent
    is_of_it = answer.attempt == known.begun_try and answer.attempt != known.attempts
    return known.replaces and is_certain and is_of_it


def _let_go(connection: Connection, cipher: Cipher, answer: Answer, *, now: datetime) -> None:
    """Let an intent wait no longer for what it replaces; when that has landed, it becomes a change of it."""
    (row,) = connection.execute(select(intent).where(intent.c.operation_key == answer.operation_key))
    payload = read_row(row, cipher).payload
    if answer.state is IntentState.SUCCEEDED:
        payload = {**payload, WRITTEN_AS: answer.result_id}
    connection.execute(
        update(intent)
        .where(
            intent.c.operation_key == answer.operation_key,
            intent.c.state.op("IN")(OPEN_STATES),
        )
        .values(
            payload_secret=cipher.encrypt(payload),
            sent_at=None,
            due_at=case(
                # A worker holds it, or it waits for a person.
                (or_(intent.c.state == IntentState.SENT.value, intent.c.due_at.is_(None)), intent.c.due_at),
                else_=func.least(intent.c.due_at, now),
            ),
        )
    )


def _lock(connection: Connection, operation_keys: Sequence[str]) -> Mapping[str, AnyRow]:
    rows = connection.execute(
        select(
            intent.c.operation_key,
            intent.c.state,
            intent.c.result_id,
            intent.c.attempts,
            intent.c.begun_try,
            intent.c.replaces,
        )
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
# A queued one that has succeeded without being begun.
_is_found = and_(
    _new_state == IntentState.SUCCEEDED.value,
    intent.c.queued,
    intent.c.begun_try != intent.c.attempts,
    intent.c.unanswered_at.is_not(None),
)
# One try may be several calls, each of which waits for its turn: the last of them left at any time until now.
_got_no_answer = and_(
    _new_state == IntentState.UNKNOWN.value,
    bindparam("untried", type_=Integer) == 0,
    intent.c.queued,
    intent.c.begun_try == intent.c.attempts,
)
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
            (_got_no_answer, bindparam("now", type_=AwareTime)),
            else_=intent.c.sent_at,
        ),
        # Of two tries without an answer, one is found: the other may land still.
        unanswered_at=case(
            (_is_found, func.coalesce(intent.c.sent_at, intent.c.unanswered_at)), else_=intent.c.unanswered_at
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
        if before.payload in (planned, dict(draft.payload)) and not is_asked_again:
            continue
        # One that is on its way is left its time to land, and its answer will be about the old payload.
        on_its_way = before.state in _ON_THEIR_WAY or (
            before.state is IntentState.PLANNED and before.sent_at is not None
        )
        connection.execute(
            update(intent)
            .where(intent.c.operation_key == draft.operation_key)
            .values(
                payload_secret=cipher.encrypt(planned),
                state=IntentState.PLANNED.value,
                queued=True,
                due_at=func.coalesce(intent.c.due_at, now) if on_its_way else now,
                sent_at=intent.c.sent_at if on_its_way else None,
                replaces=before.may_land_since is not None,
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
            unanswered_at=func.coalesce(intent.c.sent_at, intent.c.unanswered_at),
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
            intent.c.kind.in_(OF_ONE_ORDER),
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


def count_by_state(connection: Connection) -> dict[str, int]:
    """Return how many intents there are in each state."""
    rows = connection.execute(select(intent.c.state, func.count()).group_by(intent.c.state))
    return {row[0]: row[1] for row in rows}
