"""Holds, and what people decide about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from streak_netsuite.ledger import audit, bindings, decisions, holds, inbox, intents
from streak_netsuite.ledger.book import Book
from streak_netsuite.ledger.holds import StoredHold
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.decision import Decision, with_earlier
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.outcome import GOES_ON, Dismissal, Hold


class HoldBook(Book):
    """What waits for people, as flows and people use it. Each method is one transaction."""

    def list_holds(self, *, open_only: bool = True, limit: int = 100) -> list[StoredHold]:
        """Return holds, newest first."""
        with self._database.begin() as connection:
            return holds.list_all(connection, self._cipher, open_only=open_only, limit=limit)

    def get_hold(self, hold_id: int) -> StoredHold:
        """Return one hold.

        Raises:
            RecordError: there is none of this id.
        """
        with self._database.begin() as connection:
            return holds.get(connection, self._cipher, hold_id)

    def list_unasked_holds(self, *, limit: int) -> list[tuple[int, int]]:
        """Return open holds that nobody was asked about as they are now, oldest first: id and times."""
        with self._database.begin() as connection:
            return holds.list_unasked(connection, limit=limit)

    def list_asked_holds(self) -> list[tuple[int, str]]:
        """Return open holds that somebody is asked about as they are now, oldest first: id, and the run that asks."""
        with self._database.begin() as connection:
            return holds.list_asked(connection)

    def note_hold_asked(self, hold_id: int, *, times: int, run_id: str) -> bool:
        """Note that a run asks about a hold; False when the hold has changed, is closed, or another run asks."""
        with self._database.begin() as connection:
            return holds.note_asked(connection, hold_id, times=times, run_id=run_id)

    def asks_about(self, hold_id: int, *, times: int, run_id: str) -> bool:
        """Tell whether a run has noted before that it asks about a hold as it is."""
        with self._database.begin() as connection:
            return holds.asks_about(connection, hold_id, times=times, run_id=run_id)

    def ask_again(self, hold_id: int, *, run_id: str | None = None) -> None:
        """Let somebody be asked about a hold once more; with a run, only while it is the one that asks."""
        with self._database.begin() as connection:
            holds.forget_asked(connection, hold_id, run_id=run_id)

    def release_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
        """Put a held record back to work, and note who did it and why. Works again after it was released.

        A hold of a write-back makes that write due again; any other puts the record into the inbox. So does that of a
        refused change of an order: its deal says whether it is wanted still.

        Raises:
            RecordError: there is no hold of this id.
        """
        with self._database.begin() as connection:
            held = holds.get(connection, self._cipher, hold_id, lock=True)
            self._release(connection, held, actor=actor, reason=reason, now=now)

    def release_open_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> bool:
        """Do as `release_hold`, unless somebody has closed the hold meanwhile; tell whether it was done."""
        with self._database.begin() as connection:
            held = holds.get(connection, self._cipher, hold_id, lock=True)
            if held.is_open:
                self._release(connection, held, actor=actor, reason=reason, now=now)
            return held.is_open

    def find_decisions(
        self, records: Sequence[ExternalRef], *, question: str
    ) -> Mapping[ExternalRef, Decision]:
        """Return what people decided about these records last, for one question."""
        with self._database.begin() as connection:
            return decisions.find(connection, self._cipher, records, question=question)

    def find_dismissals(self, records: Sequence[ExternalRef], *, code: str) -> Sequence[Dismissal]:
        """Return the holds of these records and of this code that people have dismissed, oldest first."""
        with self._database.begin() as connection:
            return holds.find_dismissals(connection, self._cipher, records, code=code)

    def find_last_holds(self, records: Sequence[ExternalRef], *, code: str) -> Mapping[ExternalRef, Hold]:
        """Return what people were asked about these records under this code last, answered or not."""
        with self._database.begin() as connection:
            return holds.find_last(connection, self._cipher, records, code=code)

    def keep_decision(self, made: Decision, *, now: datetime) -> None:
        """Keep a decision about a record, whether or not it is held, and note it in the audit."""
        with self._database.begin() as connection:
            decisions.keep(connection, self._cipher, made)
            audit.append(
                connection,
                self._cipher,
                actor=made.actor,
                action=f"decision.{made.choice.value}",
                subject=str(made.record),
                details={"reason": made.reason, "value": made.value},
                now=now,
            )

    def decide_hold(self, hold_id: int, made: Decision, *, now: datetime) -> None:
        """Keep a person's decision about a held record, and put the record back to work with it.

        Old values, new ones, who decided and why are in the audit. Works again after the hold was closed.

        Raises:
            RecordError: there is no hold of this id.
        """
        with self._database.begin() as connection:
            held = holds.get(connection, self._cipher, hold_id, lock=True)
            before = decisions.find(connection, self._cipher, [made.record], question=made.question)
            decisions.keep(connection, self._cipher, with_earlier(made, before.get(made.record)))
            audit.append(
                connection,
                self._cipher,
                actor=made.actor,
                action=f"hold.{made.choice.value}",
                subject=f"hold {hold_id}",
                details={
                    "reason": made.reason,
                    "new": {"value": made.value, **made.edits},
                    "old": {
                        "decisions": [to_plain(one) for one in before.values()],
                        "payload": to_plain(held.what.payload),
                    },
                },
                now=now,
            )
            self._put_to_work(connection, held, actor=made.actor, reason=made.reason, now=now)

    def dismiss_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
        """Close a hold without trying the record again, and note who wanted that and why.

        Where the hold says that the record goes on without it (`GOES_ON`), the record is in the inbox then.

        Raises:
            RecordError: there is no hold of this id.
        """
        with self._database.begin() as connection:
            held = holds.get(connection, self._cipher, hold_id, lock=True)
            holds.dismiss(connection, hold_id, actor=actor, reason=reason, now=now)
            if held.operation_key:
                intents.give_up(connection, held.operation_key, now=now)
            if held.what.payload.get(GOES_ON):
                inbox.store(connection, self._cipher, [self._release_hint(held)], now=now)
            audit.append(
                connection,
                self._cipher,
                actor=actor,
                action="hold.dismissed",
                subject=f"hold {hold_id}",
                details={"reason": reason, "hold": held.as_dict()},
                now=now,
            )

    def _release(
        self, connection: Connection, held: StoredHold, *, actor: str, reason: str, now: datetime
    ) -> None:
        self._put_to_work(connection, held, actor=actor, reason=reason, now=now)
        audit.append(
            connection,
            self._cipher,
            actor=actor,
            action="hold.released",
            subject=f"hold {held.id}",
            details={"reason": reason, "hold": held.as_dict()},
            now=now,
        )

    def _put_to_work(
        self, connection: Connection, held: StoredHold, *, actor: str, reason: str, now: datetime
    ) -> None:
        holds.release(connection, held.id, actor=actor, reason=reason, now=now)
        if (box := intents.ask_again(connection, held.write_key)) is not None:
            bindings.disagree(connection, box, RecordKind.SALES_ORDER, now=now)
            inbox.store(connection, self._cipher, [self._release_hint(held)], now=now)
        elif intents.requeue(connection, held.write_key, now=now):
            inbox.notify(connection)
        else:
            inbox.store(connection, self._cipher, [self._release_hint(held)], now=now)

    def _release_hint(self, held: StoredHold) -> Hint:
        return Hint(
            record=held.record,
            version=f"person-{self._new_id()}",
            event="hold_released",
            origin=HintOrigin.PERSON,
            payload={"hold": held.id},
        )
