"""Reserved identities: names that only one worker may create now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_

from streak_netsuite.ledger.bulk import as_columns, insert_rows
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.tables import identity_lease


def claim(
    connection: Connection,
    cipher: Cipher,
    keys: Sequence[str],
    *,
    token: str,
    lease_seconds: float,
    now: datetime,
) -> frozenset[str]:
    """Reserve names; return those that are ours now, also those that were before.

    A name is reserved under a digest of each encryption key, so that workers that still have only the
    old key, or only the new one, exclude each other while keys are rotated.
    """
    digests = {key: cipher.digests(key) for key in keys}
    until = now + timedelta(seconds=lease_seconds)
    rows = [
        {"key_digest": digest, "token": token, "lease_until": until}
        for digest in sorted({d for many in digests.values() for d in many})
    ]
    if not rows:
        return frozenset()
    row = insert_rows(identity_lease, tuple(rows[0]))
    statement = row.on_conflict_do_update(
        index_elements=[identity_lease.c.key_digest],
        set_={"token": row.excluded.token, "lease_until": row.excluded.lease_until},
        where=or_(identity_lease.c.lease_until <= now, identity_lease.c.token == row.excluded.token),
    ).returning(identity_lease.c.key_digest)
    ours = set(connection.execute(statement, as_columns(rows)).scalars())
    return frozenset(key for key, many in digests.items() if ours.issuperset(many))


def release(connection: Connection, *, token: str) -> None:
    """Give all names of a token back."""
    connection.execute(delete(identity_lease).where(identity_lease.c.token == token))
