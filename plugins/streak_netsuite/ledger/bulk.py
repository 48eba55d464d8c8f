"""Many rows in one small statement."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import Insert, insert


@functools.cache
def insert_rows(table: Table, names: tuple[str, ...]) -> Insert:
    """Return an INSERT of rows with these columns, in their order; execute it with `as_columns(rows)`.

    Each column goes as one array, taken apart by PostgreSQL's unnest. A list of VALUES has a parameter for
    every value instead, and the driver's parsing of those costs more than the insert itself. Built once:
    for a single row, building the statement costs more than running it.
    """
    arrays = [bindparam(f"its_{name}", type_=ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    return insert(table).from_select(
        list(names), select(func.unnest(*arrays).table_valued(*columns).render_derived())
    )


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the parameters of `insert_rows`; all rows have the columns of the first."""
    return {f"its_{name}": [row[name] for row in rows] for name in rows[0]}
