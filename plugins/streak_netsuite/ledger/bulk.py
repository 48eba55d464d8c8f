"""Many rows in one small statement."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import Insert, insert


@functools.cache
def insert_rows(table: Table, names: tuple[str, ...]) -> Insert:
    """Return an INSERT of rows with these columns, in their order; execute it with `as_columns(rows)`.

    Each column goes as one array, taken apart by PostgreSQL's unnest. A list of VALUES has a parameter for
    every value instead, and the driver's parsing of those costs more than the insert itself. Built once:
    for a single row, building the statement costs more than running it.

    Arrays of numbers go as texts, because unnest takes arrays of arrays apart to the last number.
    """
    types = {name: table.c[name].type for name in names}
    sent = {name: Text() if isinstance(type_, ARRAY) else type_ for name, type_ in types.items()}
    arrays = [bindparam(f"its_{name}", type_=ARRAY(type_)) for name, type_ in sent.items()]
    rows = func.unnest(*arrays).table_valued(*(column(name, type_) for name, type_ in sent.items()))
    rows = rows.render_derived()
    values = [
        cast(func.string_to_array(rows.c[name], ","), type_) if isinstance(type_, ARRAY) else rows.c[name]
        for name, type_ in types.items()
    ]
    return insert(table).from_select(list(names), select(*values))


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the parameters of `insert_rows`; all rows have the columns of the first."""
    return {f"its_{name}": [_sent(row[name]) for row in rows] for name in rows[0]}


def _sent(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, list) else value
