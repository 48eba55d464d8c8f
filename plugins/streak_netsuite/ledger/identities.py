"""Reserved identities: names that only one worker may create now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, update

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
        # One that is reserved for longer already stays so.
        set_={
            "token": row.excluded.token,
            "lease_until": func.greatest(identity_lease.c.lease_until, row.excluded.lease_until),
        },
        where=or_(identity_lease.c.lease_until <= now, identity_lease.c.token == row.excluded.token),
    ).returning(identity_lease.c.key_digest)
    ours = set(connection.execute(statement, as_columns(rows)).scalars())
    return frozenset(key for key, many in digests.items() if ours.issuperset(many))


def hand_over(
    connection: Connection,
    cipher: Cipher,
    keys: Sequence[str],
    *,
    token: str,
    to: str,
    lease_seconds: float,
    now: datetime,
) -> frozenset[str]:
    """Let names that one token has reserved be another's, for so long at least; return those that were its."""
    digests = {key: cipher.digests(key) for key in keys}
    every = sorted({digest for many in digests.values() for digest in many})
    until = now + timedelta(seconds=lease_seconds)
    handed = (
        update(identity_lease)
        .where(identity_lease.c.key_digest.in_(every), identity_lease.c.token == token)
        .values(token=to, lease_until=func.greatest(identity_lease.c.lease_until, until))
        .returning(identity_lease.c.key_digest)
    )
    moved = set(connection.execute(handed).scalars()) if every else set()
    return frozenset(key for key, many in digests.items() if moved.issuperset(many))


def release(connection: Connection, *, token: str) -> None:
    """Give all names of a token back."""
    connection.execute(delete(identity_lease).where(identity_lease.c.token == token))
