"""Holds: records that wait for a person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Text,
    and_,
    any_,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import inbox
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.states import HoldState
from streak_netsuite.ledger.tables import hold
from streak_netsuite.model.external_ref import ExternalRef
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.outcome import Action, Dismissal, Hold, Outcome

_Subject = tuple[ExternalRef, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredHold:
    """A hold as the ledger keeps it.

    Attributes:
        rule: the rule that decided.
        what: why the record waits, and what a person needs to decide.
        times: how often the record was held for this, since the hold was opened.
        closed_by: who released it, or the flow whose later outcome closed it.
    """

    id: int
    flow: str
    record: ExternalRef
    operation_key: str | None
    run_id: str
    rule: str
    what: Hold
    state: HoldState
    times: int
    opened_at: datetime
    renewed_at: datetime
    closed_at: datetime | None
    closed_by: str
    close_reason: str
    write_key: str

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.state is HoldState.OPEN

    @property
    def code(self) -> str:
        """Groups equal causes."""
        return self.what.code

    @property
    def reason(self) -> str:
        """Why the record waits."""
        return self.what.reason

    @property
    def fix(self) -> str:
        """What a person can do, or ""."""
        return self.what.fix

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values; what is empty is left out."""
        plain = dict(to_plain(self))
        return {**plain.pop("what"), **plain}


def keep(
    connection: Connection,
    cipher: Cipher,
    outcomes: Sequence[Outcome],
    *,
    flow: str,
    run_id: str,
    now: datetime,
) -> None:
    """Open or renew the holds that these outcomes ask for, and close those they make moot.

    Several outcomes of one record are judged together: a hold among them stands, whatever became of
    older hints of the same record; and a deferred one leaves the question open.
    """
    by_subject: dict[_Subject, list[Outcome]] = defaultdict(list)
    for what in outcomes:
        by_subject[_subject(what)].append(what)
    held, settled = [], []
    for subject, group in sorted(by_subject.items(), key=lambda item: _key(item[0])):
        actions = {o.action for o in group}
        if Action.HELD in actions:
            held.append((subject, next(o for o in reversed(group) if o.hold is not None)))
        elif Action.DEFERRED not in actions:
            settled.append((subject, group[0]))
    if held:
        rows = [_row(cipher, subject, what, flow=flow, run_id=run_id, now=now) for subject, what in held]
        connection.execute(_OPEN_OR_RENEW, rows)
    if settled:
        _close(connection, [subject for subject, _ in settled], flow=flow, run_id=run_id, now=now)


def _subject(what: Outcome) -> _Subject:
    """Return what the outcome is about: the record, or one write to it when no event asked for it."""
    return what.record, (what.operation_key or "") if what.event_id is None else ""


def _key(subject: _Subject) -> tuple[str, str, str, str]:
    record, write_key = subject
    return (record.id, record.kind.value, record.system.value, write_key)


def _row(
    cipher: Cipher, subject: _Subject, what: Outcome, *, flow: str, run_id: str, now: datetime
) -> dict[str, Any]:
    assert what.hold is not None
    record_key, kind, system, write_key = _key(subject)
    body = {
        "faults": what.hold.faults,
        "candidates": what.hold.candidates,
        "payload": what.hold.payload,
    }
    return {
        "flow": flow,
        "system": system,
        "kind": kind,
        "record_key": record_key,
        "write_key": write_key,
        "operation_key": what.operation_key,
        "run_id": run_id,
        "rule": what.rule,
        "code": what.hold.code,
        "reason": what.hold.reason,
        "fix": what.hold.fix,
        "body_secret": cipher.encrypt(body),
        "opened_at": now,
        "renewed_at": now,
    }


# A literal, not a parameter: a prepared statement would not recognise the partial index by it.
_IS_OPEN: ColumnElement[bool] = literal_column("hold.state = 'open'", Boolean)

_new_row = insert(hold)
_OPEN_OR_RENEW = _new_row.on_conflict_do_update(
    index_elements=[hold.c.record_key, hold.c.kind, hold.c.system, hold.c.flow, hold.c.write_key],
    index_where=text("state = 'open'"),
    set_={
        **{
            name: getattr(_new_row.excluded, name)
            for name in (
                "operation_key",
                "run_id",
                "rule",
                "code",
                "reason",
                "fix",
                "body_secret",
                "renewed_at",
            )
        },
        "times": hold.c.times + 1,
    },
)


def _close(
    connection: Connection, subjects: Sequence[_Subject], *, flow: str, run_id: str, now: datetime
) -> None:
    """Close open holds. An outcome about the record as a whole also closes what one of its writes left open."""
    columns = (hold.c.record_key, hold.c.kind, hold.c.system)
    keys = [_key(subject) for subject in subjects]
    whole = [key[:3] for key in keys if not key[3]]
    one_write = [key for key in keys if key[3]]
    connection.execute(
        update(hold)
        .where(
            _IS_OPEN,
            hold.c.flow == flow,
            or_(
                tuple_(*columns).in_(whole),
                tuple_(*columns, hold.c.write_key).in_(one_write),
            ),
        )
        .values(
            state=HoldState.CLOSED.value,
            closed_at=now,
            closed_by=flow,
            close_reason=f"run {run_id} came to another outcome",
        )
    )


def list_all(connection: Connection, cipher: Cipher, *, open_only: bool, limit: int) -> list[StoredHold]:
    """Return holds, newest first."""
    query = select(hold).order_by(hold.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(_IS_OPEN)
    return [_stored(row, cipher) for row in connection.execute(query)]


def get(connection: Connection, cipher: Cipher, hold_id: int, *, lock: bool = False) -> StoredHold:
    """Return one hold.

    Raises:
        RecordError: there is none of this id.
    """
    query = select(hold).where(hold.c.id == hold_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise RecordError(
            f"there is no hold {hold_id}",
            code="UNKNOWN_HOLD",
            fix="list them with: streak-netsuite holds list --all",
        )
    return _stored(row, cipher)


def list_unasked(connection: Connection, *, limit: int) -> list[tuple[int, int]]:
    """Return open holds that nobody was asked about as they are now, oldest first: id and times."""
    rows = connection.execute(
        select(hold.c.id, hold.c.times)
        .where(_IS_OPEN, hold.c.asked_times != hold.c.times)
        .order_by(hold.c.id)
        .limit(limit)
    )
    return [(row.id, row.times) for row in rows]


def list_asked(connection: Connection) -> list[tuple[int, str]]:
    """Return open holds that somebody is asked about as they are now, oldest first: id, and the run that asks."""
    rows = connection.execute(
        select(hold.c.id, hold.c.asked_in)
        .where(_IS_OPEN, hold.c.asked_times == hold.c.times)
        .order_by(hold.c.id)
    )
    return [(row.id, row.asked_in) for row in rows]


def note_asked(connection: Connection, hold_id: int, *, times: int, run_id: str) -> bool:
    """Note that a run asks about a hold; say whether it may: the hold is as it was, and no other run asks."""
    is_free = or_(hold.c.asked_times != times, hold.c.asked_in == run_id)
    done = connection.execute(
        update(hold)
        .where(hold.c.id == hold_id, _IS_OPEN, hold.c.times == times, is_free)
        .values(asked_times=times, asked_in=run_id)
    )
    return done.rowcount == 1


def asks_about(connection: Connection, hold_id: int, *, times: int, run_id: str) -> bool:
    """Say whether this run has taken it on to ask about an open hold as it is."""
    query = select(hold.c.id).where(
        hold.c.id == hold_id,
        _IS_OPEN,
        hold.c.times == times,
        hold.c.asked_times == times,
        hold.c.asked_in == run_id,
    )
    return connection.execute(query).one_or_none() is not None


def forget_asked(connection: Connection, hold_id: int, *, run_id: str | None = None) -> None:
    """Let a hold be asked about again; with a run, only while it is the one that asks."""
    forgotten = update(hold).where(hold.c.id == hold_id).values(asked_times=0, asked_in="")
    connection.execute(forgotten if run_id is None else forgotten.where(hold.c.asked_in == run_id))


def release(connection: Connection, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
    """Mark an open hold as released by a person; others stay as they are."""
    connection.execute(
        update(hold)
        .where(and_(hold.c.id == hold_id, _IS_OPEN))
        .values(state=HoldState.RELEASED.value, closed_at=now, closed_by=actor, close_reason=reason)
    )


def dismiss(connection: Connection, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
    """Mark an open hold as closed by a person, who wants nothing done; others stay as they are."""
    connection.execute(
        update(hold)
        .where(and_(hold.c.id == hold_id, _IS_OPEN))
        .values(state=HoldState.CLOSED.value, closed_at=now, closed_by=actor, close_reason=reason)
    )


def find_dismissals(
    connection: Connection, cipher: Cipher, records: Sequence[ExternalRef], *, code: str
) -> list[Dismissal]:
    """Return the holds of these records and of this code that people have dismissed, oldest first."""
    keys = [record.id for record in records]
    rows = connection.execute(
        select(hold)
        .where(
            hold.c.record_key == any_(literal(keys, ARRAY(Text))),
            hold.c.code == code,
            hold.c.state == HoldState.CLOSED.value,
            hold.c.closed_by != hold.c.flow,  # not by a later outcome
        )
        .order_by(hold.c.id)
    )
    wanted = set(records)
    found = (_stored(row, cipher) for row in rows)
    return [
        Dismissal(
            record=one.record,
            actor=one.closed_by,
            reason=one.close_reason,
            at=one.closed_at or one.renewed_at,
            payload=one.what.payload,
            operation_key=one.operation_key,
        )
        for one in found
        if one.record in wanted
    ]


def find_last(
    connection: Connection, cipher: Cipher, records: Sequence[ExternalRef], *, code: str
) -> dict[ExternalRef, Hold]:
    """Return the last hold of this code of each of these records, whether it is open or not."""
    keys = [record.id for record in records]
    rows = connection.execute(
        select(hold)
        .where(hold.c.record_key == any_(literal(keys, ARRAY(Text))), hold.c.code == code)
        .order_by(hold.c.id)
    )
    wanted = set(records)
    found = (_stored(row, cipher) for row in rows)
    return {one.record: one.what for one in found if one.record in wanted}


def count_open_by_code(connection: Connection) -> dict[str, int]:
    """Return how many open holds there are of each code."""
    rows = connection.execute(select(hold.c.code, func.count()).where(_IS_OPEN).group_by(hold.c.code))
    return {row[0]: row[1] for row in rows}


def _stored(row: AnyRow, cipher: Cipher) -> StoredHold:
    body = cipher.decrypt(row.body_secret)
    return StoredHold(
        id=row.id,
        flow=row.flow,
        record=inbox.ref(row.system, row.kind, row.record_key),
        operation_key=row.operation_key,
        run_id=row.run_id,
        rule=row.rule,
        what=Hold(
            code=row.code,
            reason=row.reason,
            fix=row.fix,
            faults=tuple(body["faults"]),
            candidates=tuple(body["candidates"]),
            payload=body["payload"],
        ),
        state=HoldState(row.state),
        times=row.times,
        opened_at=row.opened_at,
        renewed_at=row.renewed_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        close_reason=row.close_reason,
        write_key=row.write_key,
    )
