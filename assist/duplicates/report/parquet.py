"""The sheet as Parquet: the cells of the CSV with the types that they have."""

import csv
import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

_MONEY_DIGITS, _MONEY_PLACES = 38, 4  # no currency has more than four decimals (ISO 4217)
_LEAST_STEP = Decimal(1).scaleb(-_MONEY_PLACES)
_NOISE = Decimal("1e-6")  # sums of binary numbers are off by less


def write_parquet(text: str, path: Path) -> None:
    """Write a sheet, given as CSV, as Parquet.

    Money is decimal(38, 4), a probability a float, `inactive` true or false, `created` a moment in UTC, and everything else
    text. A column whose cells are not all of its type stays text, as it was. An empty cell is null. What would be a formula
    in a spreadsheet has its apostrophe here, too: the file may be turned into one later.

    Raises:
        ImportError: polars is not installed, which the extra `parquet` brings.
    """
    # Not pyarrow: pandas keeps texts and matches patterns by other rules as soon as that can be imported.
    import polars as pl

    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    columns = [_column(name, [row[at] or None for row in rows]) for at, name in enumerate(_unlike(head))]
    pl.DataFrame(columns).write_parquet(path)


def _unlike(names: Sequence[str]) -> list[str]:
    """Return names with numbers behind those that have been there: Parquet takes a name once, a table of anybody's may not."""
    found: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in itertools.count(2))
        found[name if name not in found else next(one for one in numbered if one not in found)] = None
    return list(found)


def _column(name: str, cells: Sequence[str | None]) -> "pl.Series":
    import polars as pl

    types: Mapping[str, tuple[Any, Callable[[str], object]]] = {
        "probability": (pl.Float64, float),
        **dict.fromkeys(
            ("at_stake", "balance", "orders"), (pl.Decimal(_MONEY_DIGITS, _MONEY_PLACES), _money)
        ),
        "inactive": (pl.Boolean, _flag),
        "created": (pl.Datetime("us", "UTC"), _moment),
    }
    if name in types:
        dtype, read = types[name]
        try:
            return pl.Series(name, [None if cell is None else read(cell) for cell in cells], dtype=dtype)
        except (ValueError, InvalidOperation):
            pass
    return pl.Series(name, cells, dtype=pl.String)


def _money(cell: str) -> Decimal:
    found = Decimal(cell)
    if not found.is_finite():
        raise ValueError(f"'{cell}' is no amount")
    amount = found.quantize(_LEAST_STEP)
    if abs(amount - found) > _NOISE:
        raise ValueError(f"'{cell}' has more decimals than any money")
    return amount


def _flag(cell: str) -> bool:
    if cell.lower() not in {"true", "false"}:
        raise ValueError(f"'{cell}' is neither true nor false")
    return cell.lower() == "true"


def _moment(cell: str) -> datetime:
    found = datetime.fromisoformat(cell)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
