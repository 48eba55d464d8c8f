"""Writes to both vendors: planned, sent, answered."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import audit, decisions, inbox, intent_claims, intents, told_documents
from streak_netsuite.ledger import bindings as binding_rows
from streak_netsuite.ledger.book import PRODUCT, Book
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.decision import Agreement
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft, IntentState

log = logging.getLogger(__name__)

_NAMED_AT_ONCE = 1000  # activities in one transaction


class WriteBook(Book):
    """The intents, as flows use them. Each method is one transaction."""

    def find_intents(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return the intents known under these keys."""
        with self._database.begin() as connection:
            return intents.find(connection, self._cipher, operation_keys)

    def find_unanswered(self, operation_keys: Sequence[str]) -> Mapping[str, Intent]:
        """Return those under these keys that were sent, and of which no answer tells what became."""
        with self._database.begin() as connection:
            return intents.find_unanswered(connection, self._cipher, operation_keys)

    def boxes_told(self, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the keys of the boxes that were told of these documents' events ("invoice 812"), by the event's name."""
        looked_at = _NAMED_AT_ONCE
        while looked_at == _NAMED_AT_ONCE:
            with self._database.begin() as connection:
                looked_at = told_documents.name_activities(connection, self._cipher, limit=_NAMED_AT_ONCE)
        with self._database.begin() as connection:
            return {
                name: frozenset(boxes) for name, boxes in told_documents.boxes_told(connection, names).items()
            }

    def open_intents(
        self, claim: Claim, drafts: Sequence[IntentDraft], *, now: datetime, found: bool = False
    ) -> None:
        """Keep the intents as SENT before anything is sent, counting an attempt each.

        Args:
            found: nothing is sent; they are there, as an earlier try has sent them.

        Raises:
            LeaseLost: the claim was taken over; nothing may be sent.
            RecordError: one of the writes has landed before; nothing was kept.
        """
        with self._database.begin() as connection:
            inbox.require_held(connection, claim)
            intents.open_as_sent(connection, self._cipher, drafts, now=now, found=found)

    def note_sent(self, claim: Claim, operation_keys: Sequence[str], *, now: datetime) -> None:
        """Note that opened intents leave only now: from now on they may land.

        Raises:
            LeaseLost: the claim was taken over; nothing may be sent.
        """
        with self._database.begin() as connection:
            inbox.require_held(connection, claim)
            intents.note_sent(connection, operation_keys, now=now)

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
            return intent_claims.still_open(connection, self._cipher, kinds, flow=flow)

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
            return intent_claims.claim(
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
            return intent_claims.renew(connection, held, lease_seconds=lease_seconds, now=now)

    def begin_intent(
        self,
        operation_key: str,
        *,
        attempt: int,
        lease_seconds: float,
        now: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> bool:
        """Note that a claimed intent is sent now, and prolong its lease; False: it is not ours to send any more.

        Args:
            payload: what is kept in place of its payload, when more is known of it than before.
        """
        with self._database.begin() as connection:
            return intent_claims.begin(
                connection,
                self._cipher,
                operation_key,
                attempt=attempt,
                lease_seconds=lease_seconds,
                now=now,
                payload=payload,
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
