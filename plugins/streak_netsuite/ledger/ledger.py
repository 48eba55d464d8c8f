"""The ledger: the product's memory. Each method is one transaction."""

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import (
    audit,
    decisions,
    holds,
    identities,
    inbox,
    intents,
    rotation,
    snapshots,
    watermarks,
)
from streak_netsuite.ledger import bindings as binding_rows
from streak_netsuite.ledger import outcomes as outcome_rows
from streak_netsuite.ledger.audit import AuditEvent
from streak_netsuite.ledger.books import Books
from streak_netsuite.ledger.call_book import CallBook
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.directory import Directory
from streak_netsuite.ledger.duplicate_book import DuplicateBook
from streak_netsuite.ledger.history import History
from streak_netsuite.ledger.holds import StoredHold
from streak_netsuite.ledger.inbox import StoredEvent
from streak_netsuite.ledger.outcomes import StoredOutcome
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.ledger.summary import Summary, summarise
from streak_netsuite.ledger.sweep_book import SweepBook
from streak_netsuite.ledger.tie_book import TieBook
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.decision import Agreement, Decision, with_earlier
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.hint import Claim, Hint, HintOrigin, StoredHints
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import GOES_ON, Dismissal, Outcome
from streak_netsuite.sync.same_records import WrittenTie

log = logging.getLogger(__name__)

_NAMED_AT_ONCE = 1000  # activities in one transaction
PRODUCT = "streak-netsuite"
"""The actor of what the product notes in the audit by itself."""


class Ledger:
    """The ledger, as flows, operators and people use it. Safe to share between threads.

    Every method may raise Unavailable (the database cannot be reached; nothing was kept) and
    ConfigurationError (its schema is not this release's, or the keys do not open what it keeps).
    """

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._new_id = new_id
        self._directory = Directory(database, cipher)
        self._sweeps = SweepBook(database, cipher)
        self._calls = CallBook(database)

    @classmethod
    def connect(
        cls, settings: LedgerSettings, *, new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    ) -> "Ledger":
        """Return the ledger of these settings; close it after use. It connects when it is first used.

        Raises:
            ConfigurationError: the encryption keys are missing or are no Fernet keys.
        """
        cipher = Cipher(settings.encryption_keys)
        return cls(Database(settings), cipher, new_id=new_id)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The engine, for `schema.upgrade` and `schema.require_current`."""
        return self._database.engine

    @property
    def directory(self) -> Directory:
        """The customer directory."""
        return self._directory

    @property
    def sweeps(self) -> SweepBook:
        """What the sweeps have seen, and how far they have read."""
        return self._sweeps

    @property
    def calls(self) -> CallBook:
        """The limits on calls at once, as all workers share them."""
        return self._calls

    @property
    def books(self) -> Books:
        """What is known of deals and their orders, read from end to end."""
        return Books(self._database, self._cipher)

    @property
    def duplicates(self) -> DuplicateBook:
        """What is known of duplicate customers, and what people decided about them."""
        return DuplicateBook(self._database, self._cipher)

    @property
    def ties(self) -> TieBook:
        """All ties to NetSuite records, read and mended as a whole."""
        return TieBook(self._database, self._cipher)

    @property
    def history(self) -> History:
        """Everything that is known of one deal."""
        return History(self._database, self._cipher)

    # Hints and claims

    def store_hints(
        self,
        hints: Sequence[Hint],
        *,
        now: datetime,
        watermark: tuple[str, datetime] | None = None,
        snapshot: tuple[str, Mapping[str, Any]] | None = None,
    ) -> StoredHints:
        """Keep hints, move a watermark and keep a snapshot in one transaction. A known hint is counted, not added."""
        with self._database.begin() as connection:
            stored = inbox.store(connection, self._cipher, hints, now=now)
            if watermark is not None:
                watermarks.move(connection, *watermark)
            if snapshot is not None:
                snapshots.keep(connection, self._cipher, *snapshot, now=now)
            return stored

    def count_waiting(self, *, now: datetime, kinds: Sequence[RecordKind] = (RecordKind.BOX,)) -> int:
        """Return how many hints of these kinds are ready to be claimed, and how many queued writes are due.

        Args:
            kinds: those that a flow claims. Hints of others are kept for flows to come, and wake nobody.
        """
        with self._database.begin() as connection:
            return inbox.count_ready(connection, kinds, now=now) + intents.count_due(connection, now=now)

    def next_due(self, *, now: datetime) -> datetime | None:
        """Return when the next thing becomes ready by time alone: a deferred one, or one whose worker died."""
        with self._database.begin() as connection:
            due = (inbox.next_due(connection, now=now), intents.next_due(connection, now=now))
        return min((at for at in due if at is not None), default=None)

    def count_live(self, *, now: datetime) -> int:
        """Return how many boxes' hints of what happens now are ready to be claimed."""
        with self._database.begin() as connection:
            return inbox.count_ready(connection, (RecordKind.BOX,), now=now)

    def count_backfill(self) -> tuple[int, int]:
        """Return how many records are still to be caught up on, and how many were."""
        with self._database.begin() as connection:
            return inbox.count_backfill(connection)

    def claim_events(
        self, *, kind: RecordKind, limit: int, lease_seconds: float, now: datetime, backfill: bool = False
    ) -> Claim:
        """Take the ready events of up to `limit` records, oldest first; the claim may be empty.

        Events whose lease ran out are ready again.

        Args:
            backfill: records that are caught up on, instead of those that something happens to now.
        """
        with self._database.begin() as connection:
            return inbox.claim(
                connection,
                kind=kind,
                limit=limit,
                lease_seconds=lease_seconds,
                now=now,
                token=self._new_id(),
                backfill=backfill,
            )

    def renew_claim(self, claim: Claim, *, lease_seconds: float, now: datetime) -> Claim:
        """Prolong a claim.

        Raises:
            LeaseLost: any of its records was taken over.
        """
        with self._database.begin() as connection:
            return inbox.renew(connection, claim, lease_seconds=lease_seconds, now=now)

    def settle(
        self, claim: Claim, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime
    ) -> None:
        """Keep outcomes and holds, finish or put back their events.

        A deferred event becomes ready at its `retry_at`. A held one is finished; its hold is opened,
        or renewed when one is open for that record. Any other outcome closes the record's open hold.

        Raises:
            LeaseLost: the claim was taken over, or settled before; nothing was kept.
            ValueError: the outcomes are not one for each event of the claim.
        """
        with self._database.begin() as connection:
            inbox.settle(connection, claim, outcomes, now=now)
            self._keep_outcomes(connection, outcomes, flow=flow, run_id=run_id, now=now)

    def release_claim(self, claim: Claim, *, retry_at: datetime, reason: str, now: datetime) -> None:
        """Put all events of a claim back: the run cannot go on. Does not count as an attempt.

        Raises:
            LeaseLost: the claim was taken over, or settled before.
        """
        with self._database.begin() as connection:
            inbox.release(connection, claim, retry_at=max(retry_at, now), reason=reason)

    def find_deletions(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Deletion]:
        """Return those of these records that NetSuite has said to be deleted."""
        with self._database.begin() as connection:
            return inbox.deletions(connection, self._cipher, records)

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read, or None before the first time."""
        with self._database.begin() as connection:
            return watermarks.get(connection, name)

    # Identities and bindings

    def move_watermark(self, name: str, position: datetime) -> None:
        """Move a watermark forward, once everything before it is in the ledger."""
        with self._database.begin() as connection:
            watermarks.move(connection, name, position)

    def claim_identities(
        self, keys: Sequence[str], *, token: str, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Reserve names that only one worker may create; return those that are ours now."""
        with self._database.begin() as connection:
            return identities.claim(
                connection, self._cipher, keys, token=token, lease_seconds=lease_seconds, now=now
            )

    def release_identities(self, *, token: str) -> None:
        """Give all reserved names of a claim back."""
        with self._database.begin() as connection:
            identities.release(connection, token=token)

    def find_bindings(self, refs: Sequence[ExternalRef], kind: RecordKind) -> Mapping[ExternalRef, Binding]:
        """Return the bindings of Streak records to NetSuite records of a kind."""
        with self._database.begin() as connection:
            return binding_rows.find(connection, refs, kind)

    def written_ties(self, *, limit: int) -> Sequence[WrittenTie]:
        """Return the newest ties to customers and orders that we wrote, so many of each."""
        return self.ties.written(limit=limit)

    def find_boxes(self, order_ids: Sequence[str]) -> Mapping[str, Binding]:
        """Return the ties of these sales orders to boxes, by the order's internal id."""
        with self._database.begin() as connection:
            return binding_rows.find_streak(connection, order_ids, RecordKind.SALES_ORDER, RecordKind.BOX)

    def streak_sides(self, customer_ids: Sequence[str]) -> Sequence[Binding]:
        """Return the ties of customers to Streak records of any kind."""
        with self._database.begin() as connection:
            return binding_rows.find_any_streak(connection, customer_ids, RecordKind.CUSTOMER)

    def keep_bindings(self, bindings: Sequence[Binding], *, now: datetime) -> Sequence[Binding]:
        """Keep ties; return those that could not be kept because either side is tied elsewhere."""
        with self._database.begin() as connection:
            return binding_rows.keep(connection, bindings, now=now)

    def repoint_binding(self, tie: Binding, netsuite_id: str, *, rule: str, now: datetime) -> bool:
        """Let a tie lead to the record that took its place, and note it in the audit.

        Returns False, and changes nothing, when that record is tied to another one already.
        """
        with self._database.begin() as connection:
            done = binding_rows.repoint(connection, tie, netsuite_id, rule=rule, now=now)
            if done:
                audit.append(
                    connection,
                    self._cipher,
                    actor=PRODUCT,
                    action="binding.repointed",
                    subject=str(tie.streak),
                    details={"from": tie.netsuite.id, "to": netsuite_id, "rule": rule},
                    now=now,
                )
            return done

    # Intents

    def find_intents(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return the intents known under these keys."""
        with self._database.begin() as connection:
            return intents.find(connection, self._cipher, operation_keys)

    def boxes_told(self, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the keys of the boxes that were told of these documents' events ("invoice 812"), by the event's name."""
        looked_at = _NAMED_AT_ONCE
        while looked_at == _NAMED_AT_ONCE:
            with self._database.begin() as connection:
                looked_at = intents.name_activities(connection, self._cipher, limit=_NAMED_AT_ONCE)
        with self._database.begin() as connection:
            return {name: frozenset(boxes) for name, boxes in intents.boxes_told(connection, names).items()}

    def open_intents(self, claim: Claim, drafts: Sequence[IntentDraft], *, now: datetime) -> None:
        """Keep the intents as SENT before anything is sent, counting an attempt each.

        Raises:
            LeaseLost: the claim was taken over; nothing may be sent.
            RecordError: one of the writes has landed before; nothing was kept.
        """
        with self._database.begin() as connection:
            inbox.require_held(connection, claim)
            intents.open_as_sent(connection, self._cipher, drafts, now=now)

    def record_answers(self, answers: Sequence[Answer], *, now: datetime) -> None:
        """Keep answers, the bindings they prove, and the writes and outcomes that follow. Repeating it writes nothing twice.

        A success is final: a later answer that says otherwise, and a binding that contradicts a known
        one, are not kept but noted in the audit.

        Raises:
            ValueError: an answer to something that was never opened; nothing was kept.
        """
        landed = [a for a in answers if a.state is IntentState.SUCCEEDED]
        with self._database.begin() as connection:
            contradicting = intents.record(connection, self._cipher, answers, now=now)
            sound = [a for a in landed if a not in contradicting]
            ties = [a.binding for a in sound if a.binding is not None]
            refused = binding_rows.keep(connection, ties, now=now)
            drafts = [draft for a in sound for draft in a.follow_ups]
            if intents.queue(connection, self._cipher, drafts, now=now):
                inbox.notify(connection)
            for aside in (a.aside for a in sound if a.aside is not None):
                self._keep_outcomes(connection, aside.outcomes, flow=aside.flow, run_id=aside.run_id, now=now)
            self._note_contradictions(connection, contradicting, refused, now=now)

    def plan_writes(self, drafts: Sequence[IntentDraft], *, now: datetime) -> int:
        """Queue writes as PLANNED and due; return how many are.

        A known one becomes due again when its payload has changed, with the id of what it wrote before as
        `WRITTEN_AS` in its payload: that is changed, and nothing is written beside it.
        """
        with self._database.begin() as connection:
            due = intents.plan(connection, self._cipher, drafts, now=now)
            if due:
                inbox.notify(connection)
            return due

    def plan_unless_changed(
        self, drafts: Sequence[IntentDraft], *, seen: Mapping[str, Intent], now: datetime
    ) -> frozenset[str]:
        """Plan writes as `plan_writes` does, of which the ledger still knows what was seen; return their keys.

        Args:
            seen: by operation key, what was known of the writes when these were made; a new one is not among them.
        """
        with self._database.begin() as connection:
            planned = intents.plan_unless_changed(connection, self._cipher, drafts, seen=seen, now=now)
            if planned:
                inbox.notify(connection)
            return planned

    def agree(self, agreement: Agreement, drafts: Sequence[IntentDraft], *, actor: str, now: datetime) -> int:
        """Keep what somebody decides, plan its writes as `plan_writes` does and note it, all or nothing; return how many are due.

        Raises:
            RecordError: somebody has decided about one of these records since they were looked at; code DECIDED_MEANWHILE.
        """
        records = [one.record for one in agreement.decided]
        with self._database.begin() as connection:
            decisions.lock(connection)  # there may be no row to lock yet
            for question in {one.question for one in agreement.decided}:
                found = decisions.find(connection, self._cipher, records, question=question)
                if found != agreement.seen:
                    raise RecordError(
                        f"somebody has decided about {agreement.subject} since you looked",
                        code="DECIDED_MEANWHILE",
                        fix="look at it again",
                    )
            for one in agreement.decided:
                decisions.keep(connection, self._cipher, one)
            due = intents.plan(connection, self._cipher, drafts, now=now)
            audit.append(
                connection,
                self._cipher,
                actor=actor,
                action=agreement.action,
                subject=agreement.subject,
                details=agreement.details,
                now=now,
            )
            inbox.notify(connection)
            return due

    def open_writes(self, kinds: Sequence[RecordKind], *, flow: str) -> Sequence[Intent]:
        """Return the queued writes of a flow that may still be carried out, those on their way too."""
        with self._database.begin() as connection:
            return intents.still_open(connection, self._cipher, kinds, flow=flow)

    def write_again(self, operation_keys: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
        """Make queued writes that have succeeded due again, and note who wanted that; return how many."""
        with self._database.begin() as connection:
            again = intents.write_again(connection, self._cipher, operation_keys, now=now)
            for key in again:
                audit.append(
                    connection,
                    self._cipher,
                    actor=actor,
                    action="write.again",
                    subject=f"write {key}",
                    details={"reason": reason},
                    now=now,
                )
            if again:
                inbox.notify(connection)
            return len(again)

    def claim_intents(
        self,
        kinds: Sequence[RecordKind],
        *,
        limit: int,
        lease_seconds: float,
        now: datetime,
        flow: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> Sequence[Intent]:
        """Take due queued intents (PLANNED, or SENT and UNKNOWN whose lease ran out), mark them SENT, count an attempt.

        The returned intents show the state and attempts from before the claim. Intents that an event's
        claim opened are not among them: their event brings them back.

        Args:
            flow: only those that this flow planned; of any when None.
            keys: only those with these operation keys; any when None.
        """
        with self._database.begin() as connection:
            return intents.claim(
                connection,
                self._cipher,
                kinds,
                limit=limit,
                lease_seconds=lease_seconds,
                now=now,
                flow=flow,
                keys=keys,
            )

    def renew_intents(
        self, held: Mapping[str, int], *, lease_seconds: float, now: datetime
    ) -> frozenset[str]:
        """Prolong the lease of claimed intents; return those that no other worker has, and nobody has planned anew.

        Args:
            held: by operation key, the try that it was claimed for, counted from 1.
        """
        with self._database.begin() as connection:
            return intents.renew(connection, held, lease_seconds=lease_seconds, now=now)

    def begin_intent(self, operation_key: str, *, attempt: int, lease_seconds: float, now: datetime) -> bool:
        """Note that a claimed intent is sent now, and prolong its lease; False: it is not ours to send any more."""
        with self._database.begin() as connection:
            return intents.begin(
                connection, operation_key, attempt=attempt, lease_seconds=lease_seconds, now=now
            )

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes that belong to no inbox event; opens holds as `settle` does."""
        with self._database.begin() as connection:
            self._keep_outcomes(connection, outcomes, flow=flow, run_id=run_id, now=now)

    # Snapshots

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return what a vendor's catalogue looked like when it was kept last, or None before the first time."""
        with self._database.begin() as connection:
            return snapshots.get(connection, self._cipher, name)

    def keep_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> None:
        """Keep what a vendor's catalogue looks like, in place of what was kept before."""
        with self._database.begin() as connection:
            snapshots.keep(connection, self._cipher, name, body, now=now)

    def add_snapshot(self, name: str, body: Mapping[str, Any], *, now: datetime) -> bool:
        """Keep a snapshot unless there is one; tell whether it was kept."""
        with self._database.begin() as connection:
            return snapshots.add(connection, self._cipher, name, body, now=now)

    def drop_snapshot(self, name: str) -> bool:
        """Forget a snapshot; tell whether there was one."""
        with self._database.begin() as connection:
            return snapshots.drop(connection, name)

    # For people

    def waiting_boxes(self, *, limit: int = 1000) -> list[str]:
        """Return the boxes whose hints wait and that nobody works on, the longest waiting first."""
        with self._database.begin() as connection:
            return inbox.waiting_keys(connection, RecordKind.BOX, limit=limit)

    def events_for(self, record_key: str) -> list[StoredEvent]:
        """Return everything the inbox knows about a record, oldest first."""
        with self._database.begin() as connection:
            return inbox.events_for(connection, record_key)

    def event_payload(self, event_id: int) -> Mapping[str, Any] | None:
        """Return what arrived with an event, or None when there is no such event."""
        with self._database.begin() as connection:
            return inbox.payload(connection, self._cipher, event_id)

    def outcomes_for(self, record: ExternalRef) -> list[StoredOutcome]:
        """Return everything that became of a record, in order of time; hints that came again as skips."""
        with self._database.begin() as connection:
            return outcome_rows.of_record(connection, record)

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

    def note_hold_asked(self, hold_id: int, *, times: int, run_id: str) -> bool:
        """Note that a run asks about a hold; False when the hold has changed, is closed, or another run asks."""
        with self._database.begin() as connection:
            return holds.note_asked(connection, hold_id, times=times, run_id=run_id)

    def ask_again(self, hold_id: int) -> None:
        """Let somebody be asked about a hold once more."""
        with self._database.begin() as connection:
            holds.forget_asked(connection, hold_id)

    def release_hold(self, hold_id: int, *, actor: str, reason: str, now: datetime) -> None:
        """Put a held record back to work, and note who did it and why. Works again after it was released.

        A hold of a write-back makes that write due again; any other puts the record into the inbox.

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
        if intents.requeue(connection, held.write_key, now=now):
            inbox.notify(connection)
        else:
            inbox.store(connection, self._cipher, [self._release_hint(held)], now=now)

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

    def append_audit(
        self, *, actor: str, action: str, subject: str, details: Mapping[str, Any], now: datetime
    ) -> None:
        """Note who did what; the row can never be changed."""
        with self._database.begin() as connection:
            audit.append(
                connection,
                self._cipher,
                actor=actor,
                action=action,
                subject=subject,
                details=details,
                now=now,
            )

    def list_audit(self, *, subject: str | None = None, limit: int = 100) -> list[AuditEvent]:
        """Return the newest audit events, of one subject or of all; newest first."""
        with self._database.begin() as connection:
            return audit.read(connection, self._cipher, subject=subject, limit=limit)

    def summary(self, *, now: datetime) -> Summary:
        """Return the ledger at a glance."""
        with self._database.begin() as connection:
            return summarise(connection, now=now)

    def rotate_keys(self, *, batch: int = 500) -> dict[str, int]:
        """Encrypt everything with the first key; return how many values of each table were under another.

        Runs in transactions of `batch` rows. After an interruption, run it again.
        """
        return rotation.rotate(self._database, self._cipher, batch=batch)

    def _keep_outcomes(
        self,
        connection: Connection,
        kept: Sequence[Outcome],
        *,
        flow: str,
        run_id: str,
        now: datetime,
    ) -> None:
        outcome_rows.keep(connection, kept, flow=flow, run_id=run_id, now=now)
        holds.keep(connection, self._cipher, kept, flow=flow, run_id=run_id, now=now)

    def _release_hint(self, held: StoredHold) -> Hint:
        return Hint(
            record=held.record,
            version=f"person-{self._new_id()}",
            event="hold_released",
            origin=HintOrigin.PERSON,
            payload={"hold": held.id},
        )

    def _note_contradictions(
        self,
        connection: Connection,
        answers: Sequence[Answer],
        ties: Sequence[Binding],
        *,
        now: datetime,
    ) -> None:
        notes: list[tuple[str, str, dict[str, Any]]] = [
            ("intent.contradicted", a.operation_key, {"result_id": a.result_id}) for a in answers
        ]
        notes += [
            ("binding.refused", str(t.streak), {"netsuite": str(t.netsuite), "rule": t.rule}) for t in ties
        ]
        for action, subject, details in notes:
            log.warning("%s: %s is known otherwise, and stays so (%s)", action, subject, details)
            audit.append(
                connection,
                self._cipher,
                actor=PRODUCT,
                action=action,
                subject=subject,
                details=details,
                now=now,
            )
