"""Many rows in one small statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, column, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Return an INSERT of these rows, in their order; all have the columns of the first.

    Each column goes as one array, taken apart by PostgreSQL's unnest. A list of VALUES has a parameter for
    every value instead, and the driver's parsing of those costs more than the insert itself.
    """
    names = list(rows[0])
    arrays = [literal([row[name] for row in rows], ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    return insert(table).from_select(
        names, select(func.unnest(*arrays).table_valued(*columns).render_derived())
    )
