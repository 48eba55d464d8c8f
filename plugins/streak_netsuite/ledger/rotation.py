"""Rotation: everything that is encrypted, encrypted again with the first key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, select, text, update

from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import AnyRow
from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.tables import SECRETS, customer_directory
from streak_netsuite.model.identity import email_key


def rotate(database: Database, cipher: Cipher, *, batch: int) -> dict[str, int]:
    """Encrypt everything with the first key; return how many values of each table were under another.

    Each batch is a transaction, and what is under the first key already is left alone: after an
    interruption, run it again.

    Raises:
        ConfigurationError: none of the keys opens a value; the tables before it are done.
    """
    return {
        table.name: _rotate_table(database, cipher, table, column, batch=batch) for table, column in SECRETS
    }


def _rotate_table(database: Database, cipher: Cipher, table: Table, column: str, *, batch: int) -> int:
    (key,) = table.primary_key
    after, count = None, 0
    while True:
        with database.begin() as connection:
            rows = _next_rows(connection, table, key, column, after, batch)
            if not rows:
                return count
            count += _renew(connection, cipher, table, key, column, rows)
            after = rows[-1][0]


def _next_rows(
    connection: Connection, table: Table, key: Column[Any], column: str, after: Any, batch: int
) -> Sequence[AnyRow]:
    query = (
        select(key, table.c[column])
        .where(table.c[column].is_not(None))
        .order_by(key)
        .limit(batch)
        .with_for_update()
    )
    return connection.execute(query if after is None else query.where(key > after)).all()


def _renew(
    connection: Connection,
    cipher: Cipher,
    table: Table,
    key: Column[Any],
    column: str,
    rows: Sequence[AnyRow],
) -> int:
    renewed = [(row[0], fresh) for row in rows if (fresh := cipher.renewed(row[1])) is not None]
    if not renewed:
        return 0
    # The audit's trigger lets its ciphertext be replaced in this transaction, and nothing else of it.
    connection.execute(text("SET LOCAL streak_netsuite.rotating = 'on'"))
    values = [{"row_key": row_key, **_values(cipher, table, column, fresh)} for row_key, fresh in renewed]
    names = [name for name in values[0] if name != "row_key"]
    connection.execute(
        update(table)
        .where(key == bindparam("row_key"))
        .values({name.removeprefix("new_"): bindparam(name) for name in names}),
        values,
    )
    return len(renewed)


def _values(cipher: Cipher, table: Table, column: str, fresh: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {f"new_{column}": fresh}
    if table is customer_directory:
        email = email_key(cipher.decrypt(fresh)["email"])
        values["new_email_digest"] = cipher.digest(email) if email else None
    return values
