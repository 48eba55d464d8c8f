"""Hints and claims: what arrived, who works on it, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from streak_netsuite.ledger import inbox, intent_claims, snapshots, watermarks
from streak_netsuite.ledger import outcomes as outcome_rows
from streak_netsuite.ledger.book import Book
from streak_netsuite.ledger.inbox import StoredEvent
from streak_netsuite.ledger.outcomes import StoredOutcome
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.hint import Claim, Hint, StoredHints
from streak_netsuite.sync.outcome import Outcome


class InboxBook(Book):
    """The inbox, as flows and people use it. Each method is one transaction."""

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
            return inbox.count_ready(connection, kinds, now=now) + intent_claims.count_due(
                connection, now=now
            )

    def next_due(self, *, now: datetime) -> datetime | None:
        """Return when the next thing becomes ready by time alone: a deferred one, or one whose worker died."""
        with self._database.begin() as connection:
            due = (inbox.next_due(connection, now=now), intent_claims.next_due(connection, now=now))
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

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes that belong to no inbox event; opens holds as `settle` does."""
        with self._database.begin() as connection:
            self._keep_outcomes(connection, outcomes, flow=flow, run_id=run_id, now=now)
