"""What every part of the ledger has: its database, its cipher, and the audit."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from streak_netsuite.ledger import audit, holds
from streak_netsuite.ledger import outcomes as outcome_rows
from streak_netsuite.ledger.audit import AuditEvent
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.database import Database
from streak_netsuite.sync.outcome import Outcome

PRODUCT = "streak-netsuite"
"""The actor of what the product notes in the audit by itself."""


class Book:
    """A part of the ledger. Each method is one transaction."""

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
