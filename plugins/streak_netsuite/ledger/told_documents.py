"""Which boxes were told of documents: by their activities."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, any_, bindparam, literal, literal_column, select, update

from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.columns import CleanText
from streak_netsuite.ledger.tables import intent
from streak_netsuite.model.order_story import is_document_event


def name_activities(connection: Connection, cipher: Cipher, *, limit: int) -> int:
    """Note of activities which event of a document they tell; return how many were looked at, 0 when all are known.

    The name is in the payload, which only this code can read: a migration could not, nor could code of the release before.
    """
    query = (
        select(intent.c.operation_key, intent.c.payload_secret)
        .where(literal_column("kind = 'activity' AND about IS NULL"))
        .order_by(intent.c.operation_key)
        .limit(limit)
        .with_for_update()
    )
    names = [
        {"key": row.operation_key, "name": _document_event(cipher.decrypt(row.payload_secret))}
        for row in connection.execute(query)
    ]
    if names:
        connection.execute(_NAME_ACTIVITY, names)
    return len(names)


_NAME_ACTIVITY = (
    update(intent)
    .where(intent.c.operation_key == bindparam("key"))
    .values(about=bindparam("name", type_=CleanText))
)


def _document_event(payload: Mapping[str, Any]) -> str:
    """Return the name of what an activity tells, if it is of a document: other names may say more than an id."""
    name = str(payload.get("name", ""))
    return name if is_document_event(name) else ""


def boxes_told(connection: Connection, names: Sequence[str]) -> dict[str, set[str]]:
    """Return the keys of the boxes that were told of these documents' events, by the event's name."""
    found: dict[str, set[str]] = {}
    query = select(intent.c.about, intent.c.subject_key).where(
        intent.c.about == any_(literal(list(names), ARRAY(Text))), intent.c.about != ""
    )
    for row in connection.execute(query):
        found.setdefault(row.about, set()).add(row.subject_key)
    return found
