"""Watermarks: how far each sweep has read."""

from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.ledger.columns import AwareTime
from streak_netsuite.ledger.tables import watermark


def get(connection: Connection, name: str) -> datetime | None:
    """Return a watermark, or None before the first time."""
    position: datetime | None = connection.execute(
        select(watermark.c.position).where(watermark.c.name == name)
    ).scalar_one_or_none()
    return position


def move(connection: Connection, name: str, position: datetime) -> None:
    """Move a watermark forward; a sweep that was overtaken does not move it back."""
    row = insert(watermark).values(name=name, position=position)
    furthest = func.greatest(watermark.c.position, row.excluded.position, type_=AwareTime)
    connection.execute(
        row.on_conflict_do_update(index_elements=[watermark.c.name], set_={"position": furthest})
    )


def all_of(connection: Connection) -> dict[str, datetime]:
    """Return every watermark by name."""
    rows = connection.execute(select(watermark.c.name, watermark.c.position).order_by(watermark.c.name))
    return {row.name: row.position for row in rows}
