"""Ties between records as a whole: those to records we wrote, and all of them put right at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Connection,
    Text,
    and_,
    any_,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from streak_netsuite.flows.write_back import write_back_key
from streak_netsuite.ledger import audit
from streak_netsuite.ledger.bindings import read_row
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.intents import ASIDE
from streak_netsuite.ledger.intents import read_row as read_intent
from streak_netsuite.ledger.states import HoldState
from streak_netsuite.ledger.tables import binding, customer_directory, hold, inbox_event, intent, watermark
from streak_netsuite.model.external_ref import RecordKind, SystemId
from streak_netsuite.sync.binding import CARRIES, RULES_BY_KEY, Binding
from streak_netsuite.sync.deletion import DELETED, DELETED_BEFORE
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.same_records import MovedTie, WrittenTie

UNTIED = "ORDER_UNTIED"
_TIED = (RecordKind.CUSTOMER, RecordKind.SALES_ORDER)
_PAGE = 1000
_OPEN = (IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN)
# Of what was written to records by their internal ids, under keys that are made of those ids.
_BY_ID = (
    RecordKind.INVOICE,
    RecordKind.DEPOSIT_APPLICATION,
    RecordKind.CUSTOMER_SUBSIDIARY,
    RecordKind.CUSTOMER_CHANGE,
)


class TieBook:
    """Reads and mends ties."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def written(self, *, limit: int) -> Sequence[WrittenTie]:
        """Return the newest ties to customers and orders that we wrote, so many of each.

        One that is recognised by something else than a key, or that a person has confirmed without one, is left out:
        its record says nothing of the account.
        """
        with self._database.begin() as connection:
            return [
                WrittenTie(binding=tie, key=tie.other_key or row.operation_key)
                for kind in _TIED
                for row in connection.execute(
                    select(*binding.c, intent.c.operation_key)
                    .join(
                        intent,
                        and_(
                            intent.c.subject_key == binding.c.streak_id,
                            intent.c.kind == binding.c.netsuite_kind,
                            intent.c.result_id == binding.c.netsuite_id,
                        ),
                    )
                    .where(
                        binding.c.netsuite_kind == kind.value,
                        or_(binding.c.rule.in_(RULES_BY_KEY), binding.c.rule.startswith(CARRIES)),
                    )
                    .order_by(binding.c.id.desc())
                    .limit(limit)
                )
                for tie in [read_row(row)]
            ]

    def pages(self, kind: RecordKind) -> Iterator[Sequence[Binding]]:
        """Yield every tie to NetSuite records of a kind, page by page."""
        after = 0
        while True:
            query = (
                select(binding)
                .where(binding.c.id > after, binding.c.netsuite_kind == kind.value)
                .order_by(binding.c.id)
                .limit(_PAGE)
            )
            with self._database.begin() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            after = rows[-1].id
            yield [read_row(row) for row in rows]

    def open_by_id(self, moved: Sequence[MovedTie]) -> Sequence[Intent]:
        """Return what is still to be written to records by internal ids that lead elsewhere once these ties are moved.

        What was refused and waits for a person is among it: he would release it by an id that is another record's.
        """
        waits = or_(_IS_OPEN, intent.c.operation_key.in_(select(hold.c.write_key).where(_IS_HELD)))
        with self._database.begin() as connection:
            rows = connection.execute(select(intent).where(_by_id(moved), waits)) if moved else ()
            return [read_intent(row, self._cipher) for row in rows]

    def confirm(self, confirmed: Sequence[MovedTie], *, actor: str, now: datetime) -> None:
        """Let ties have the rule that a person has confirmed, and note it in the audit."""
        with self._database.begin() as connection:
            for one in confirmed:
                connection.execute(update(binding).where(_is(one)).values(rule=one.rule, updated_at=now))
                self._note(connection, "binding.confirmed", one, actor=actor, now=now)

    def move(
        self, moved: Sequence[MovedTie], *, directory_watermark: str, actor: str, stamp: str, now: datetime
    ) -> None:
        """Let ties lead to other records, and drop those whose record is nowhere; all at once, and in the audit.

        What was written by one of the internal ids that change keeps its history under another key, so that it is not
        taken for what is due now, and its holds with it, which are closed; what was deleted under these ids proves nothing any more; the customers' directory is read anew.

        Args:
            stamp: names this time, in the keys of what is put aside.
        """
        with self._database.begin() as connection:
            # All first: an id may be one tie's old and another's new.
            for one in moved:
                connection.execute(delete(binding).where(_is(one)))
            for one in moved:
                if one.netsuite_id:
                    self._tie(connection, one, now=now)
                self._mend_intents(connection, one, now=now)
                action = "binding.moved" if one.netsuite_id else "binding.dropped"
                self._note(connection, action, one, actor=actor, now=now)
            _put_aside(connection, moved, actor=actor, stamp=stamp, now=now)
            # What an id of the former account proved to be deleted is another record's in this one.
            connection.execute(
                update(inbox_event).where(inbox_event.c.event == DELETED).values(event=DELETED_BEFORE)
            )
            connection.execute(delete(customer_directory))
            connection.execute(delete(watermark).where(watermark.c.name == directory_watermark))

    def _note(self, connection: Connection, action: str, one: MovedTie, *, actor: str, now: datetime) -> None:
        audit.append(
            connection,
            self._cipher,
            actor=actor,
            action=action,
            subject=str(one.binding.streak),
            details={"from": one.binding.netsuite.id, "to": one.netsuite_id, "reason": one.reason},
            now=now,
        )

    def _tie(self, connection: Connection, one: MovedTie, *, now: datetime) -> None:
        tie = one.binding
        connection.execute(
            insert(binding).values(
                streak_kind=tie.streak.kind.value,
                streak_id=tie.streak.id,
                netsuite_kind=tie.netsuite.kind.value,
                netsuite_id=one.netsuite_id,
                rule=one.rule or tie.rule,
                base_digest=tie.base_digest,
                created_at=now,
                updated_at=now,
            )
        )

    def _mend_intents(self, connection: Connection, one: MovedTie, *, now: datetime) -> None:
        """Let what was written for the Streak record speak of the record that it is tied to now."""
        subject = and_(
            intent.c.subject_key == one.binding.streak.id,
            intent.c.subject_kind == one.binding.streak.kind.value,
            intent.c.subject_system == SystemId.STREAK.value,
        )
        if one.netsuite_id:
            connection.execute(
                update(intent)
                .where(
                    subject,
                    intent.c.kind == one.binding.netsuite.kind.value,
                    intent.c.result_id == one.binding.netsuite.id,
                )
                .values(result_id=one.netsuite_id)
            )
        if one.binding.netsuite.kind is not RecordKind.SALES_ORDER:
            return
        # The documents that the box was told of had the former account's ids: what is deleted under them now are others'.
        connection.execute(
            update(intent).where(subject, intent.c.kind == RecordKind.ACTIVITY.value).values(about="")
        )
        for row in connection.execute(select(intent).where(subject)).all():
            payload = self._cipher.decrypt(row.payload_secret)
            if payload.get("order_id") == one.binding.netsuite.id:
                self._mend_payload(connection, row, payload, one, now=now)

    def _mend_payload(
        self, connection: Connection, row: AnyRow, payload: Mapping[str, Any], one: MovedTie, *, now: datetime
    ) -> None:
        if one.netsuite_id:
            values: dict[str, Any] = {
                "payload_secret": self._cipher.encrypt({**payload, "order_id": one.netsuite_id})
            }
        elif row.state in {state.value for state in _OPEN}:
            values = _refused(now)
        else:
            return
        connection.execute(update(intent).where(intent.c.operation_key == row.operation_key).values(**values))
        if one.netsuite_id:
            _rename_told(connection, row, one)


def _rename_told(connection: Connection, row: AnyRow, one: MovedTie) -> None:
    """Let the fields that a box was told of its order be found by the order's new id: they say since when it is followed.

    One that a worker holds keeps its key, by which it is answered.
    """
    box, old = one.binding.streak.id, one.binding.netsuite.id
    if row.operation_key != write_back_key(RecordKind.BOX_FIELDS, box, old):
        return
    key = write_back_key(RecordKind.BOX_FIELDS, box, one.netsuite_id)
    other = intent.alias("other")
    taken = exists().where(other.c.operation_key == key)
    renamed = connection.execute(
        update(intent)
        .where(intent.c.operation_key == row.operation_key, intent.c.state != IntentState.SENT.value, ~taken)
        .values(operation_key=key)
    )
    if renamed.rowcount:
        connection.execute(
            update(hold).where(hold.c.write_key == row.operation_key).values(write_key=key, operation_key=key)
        )


def _is(one: MovedTie) -> Any:
    tie = one.binding
    return and_(
        binding.c.streak_kind == tie.streak.kind.value,
        binding.c.streak_id == tie.streak.id,
        binding.c.netsuite_kind == tie.netsuite.kind.value,
        binding.c.netsuite_id == tie.netsuite.id,
    )


def _put_aside(
    connection: Connection, moved: Sequence[MovedTie], *, actor: str, stamp: str, now: datetime
) -> None:
    if not moved:
        return
    by_id, aside = _by_id(moved), f"{ASIDE}{stamp}"
    keys = list(connection.execute(select(intent.c.operation_key).where(by_id)).scalars())
    connection.execute(update(intent).where(by_id, _IS_OPEN).values(**_refused(now)))
    connection.execute(update(intent).where(by_id).values(operation_key=intent.c.operation_key + aside))
    of_them = hold.c.write_key == any_(literal(keys, ARRAY(Text)))
    connection.execute(
        update(hold)
        .where(of_them, _IS_HELD)
        .values(state=HoldState.CLOSED.value, closed_at=now, closed_by=actor, close_reason=_CLOSED_BECAUSE)
    )
    connection.execute(
        update(hold)
        .where(of_them)
        .values(write_key=hold.c.write_key + aside, operation_key=hold.c.operation_key + aside)
    )


_CLOSED_BECAUSE = "the account's internal ids changed: what it was about is not sent any more"
_IS_OPEN = intent.c.state.in_([state.value for state in _OPEN])
_IS_HELD = and_(hold.c.state == HoldState.OPEN.value, hold.c.write_key != "")


def _by_id(moved: Sequence[MovedTie]) -> Any:
    """Return the condition of what was written by an internal id that a tie leaves, or that it comes to."""
    ids = {
        (one.binding.netsuite.kind.value, id_)
        for one in moved
        for id_ in (one.binding.netsuite.id, one.netsuite_id)
    }
    return and_(
        intent.c.subject_system == SystemId.NETSUITE.value,
        intent.c.kind == any_(literal([kind.value for kind in _BY_ID], ARRAY(Text))),
        intent.c.operation_key.not_like(f"%{ASIDE}%"),
        or_(
            *(
                and_(
                    intent.c.subject_kind == kind.value,
                    intent.c.subject_key
                    == any_(literal(sorted(id_ for of, id_ in ids if of == kind.value), ARRAY(Text))),
                )
                for kind in _TIED
            )
        ),
    )


def _refused(now: datetime) -> dict[str, Any]:
    return {
        "state": IntentState.REJECTED.value,
        "due_at": None,
        "result_id": None,
        "error_code": UNTIED,
        "error": "the account's internal ids changed, and nobody knows the record any more",
        "answered_at": now,
    }
