"""The audit: who did what. Rows are added and never changed; the database refuses anything else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.tables import audit_event


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEvent:
    """Something that a person or the product itself has done or noticed.

    Attributes:
        actor: a login name, or "streak-netsuite" for the product.
        action: what was done ("hold.released", "binding.refused").
        subject: what it was done to, in clear text: ids, no personal data.
    """

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


def append(
    connection: Connection,
    cipher: Cipher,
    *,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Add an event."""
    connection.execute(
        insert(audit_event).values(
            at=now, actor=actor, action=action, subject=subject, details_secret=cipher.encrypt(details)
        )
    )


def read(connection: Connection, cipher: Cipher, *, subject: str | None, limit: int) -> list[AuditEvent]:
    """Return the newest events, of one subject or of all; newest first."""
    query = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit_event.c.subject == subject)
    return [_event(row, cipher) for row in connection.execute(query)]


def _event(row: AnyRow, cipher: Cipher) -> AuditEvent:
    return AuditEvent(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        details=cipher.decrypt(row.details_secret),
    )
