"""What the sweeps remember: records as they were seen last, and where an unfinished sweep resumes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from streak_netsuite.ledger import inbox, watermarks
from streak_netsuite.ledger import sightings as sighting_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Hint, StoredHints
from streak_netsuite.sync.stream import Sighting, SweepProgress


class SweepBook:
    """Implements SweepMemory. Each method is one transaction."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def get_watermark(self, name: str) -> datetime | None:
        """Return how far a sweep has read, or None before the first time."""
        with self._database.begin() as connection:
            return watermarks.get(connection, name)

    def get_sweep_progress(self, name: str) -> SweepProgress | None:
        """Return how far a sweep has read that was not finished."""
        with self._database.begin() as connection:
            return sighting_rows.get_progress(connection, name)

    def store_sightings(
        self,
        sightings: Sequence[Sighting],
        *,
        sweep: str,
        scope: str,
        seen_at: datetime,
        now: datetime,
        progress: SweepProgress | None,
        watermark: datetime | None = None,
        changed_only: bool = False,
        not_before: datetime | None = None,
    ) -> StoredHints:
        """Remember a page of records, put hints into the inbox, and keep how far the sweep `sweep` has read.

        Args:
            progress: None when the sweep is finished with this page.
            watermark: where it moves to, if it moves.
            changed_only: whether a record that is as it was seen before makes no hint.
            not_before: records changed before it make no hint; they are remembered all the same.
        """
        with self._database.begin() as connection:
            hints = sighting_rows.note(
                connection,
                sightings,
                scope=scope,
                seen_at=seen_at,
                changed_only=changed_only,
                not_before=not_before,
            )
            stored = inbox.store(connection, self._cipher, hints, now=now)
            sighting_rows.keep_progress(connection, sweep, progress)
            if watermark is not None:
                watermarks.move(connection, sweep, watermark)
            return stored

    def unseen_records(
        self, kind: RecordKind, scope: str, *, before: datetime, limit: int
    ) -> Mapping[str, str]:
        """Return versions by key of the records of a scope that were last seen before a time."""
        with self._database.begin() as connection:
            return sighting_rows.not_seen_since(connection, kind, scope, before, limit=limit)

    def forget_records(
        self, kind: RecordKind, keys: Sequence[str], hints: Sequence[Hint], *, now: datetime
    ) -> None:
        """Drop records that their list does not show any more, and put hints about them into the inbox."""
        with self._database.begin() as connection:
            sighting_rows.forget(connection, kind, keys)
            inbox.store(connection, self._cipher, hints, now=now)

    def end_sweep(self, name: str, *, watermark: datetime) -> None:
        """Forget a sweep's progress and move its watermark."""
        with self._database.begin() as connection:
            sighting_rows.keep_progress(connection, name, None)
            watermarks.move(connection, name, watermark)
