"""Empty records of the seeded account."""

from datetime import UTC, datetime, timedelta
from typing import Any

from streak_netsuite.sandbox.netsuite.values import Record

BEGIN = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)  # when the seeded account begins


def draft(kind: str, id_: str = "", *, days: int = 0, external_id: str = "", **fields: Any) -> Record:
    """Return a record of the seeded account, made some days after its beginning."""
    at = BEGIN + timedelta(days=days)
    return Record(
        kind=kind, internal_id=id_, external_id=external_id, created_at=at, modified_at=at, fields=fields
    )
