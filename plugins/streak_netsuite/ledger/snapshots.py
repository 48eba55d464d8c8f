"""Snapshots: what a vendor's catalogue looked like when it was read last, encrypted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.tables import snapshot


def get(connection: Connection, cipher: Cipher, name: str) -> Mapping[str, Any] | None:
    """Return a snapshot, or None before the first."""
    secret = connection.execute(
        select(snapshot.c.body_secret).where(snapshot.c.name == name)
    ).scalar_one_or_none()
    return None if secret is None else cipher.decrypt(secret)


def add(connection: Connection, cipher: Cipher, name: str, body: Mapping[str, Any], *, now: datetime) -> bool:
    """Keep a snapshot unless there is one; tell whether it was kept. Of several at once, one is."""
    row = insert(snapshot).values(name=name, taken_at=now, body_secret=cipher.encrypt(body))
    kept = row.on_conflict_do_nothing().returning(snapshot.c.name)
    return connection.execute(kept).scalar_one_or_none() is not None


def drop(connection: Connection, name: str) -> bool:
    """Forget a snapshot; tell whether there was one."""
    return connection.execute(delete(snapshot).where(snapshot.c.name == name)).rowcount > 0


def keep(
    connection: Connection, cipher: Cipher, name: str, body: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep a snapshot in place of the one before."""
    values = {"taken_at": now, "body_secret": cipher.encrypt(body)}
    row = insert(snapshot).values(name=name, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[snapshot.c.name], set_=values))
