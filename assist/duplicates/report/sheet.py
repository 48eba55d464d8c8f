"""The report as a sheet: one row for each record of a group, with what is proposed."""

import re
from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assist.duplicates.groups import Groups, first_filled

# Spreadsheets run a cell that begins so; full-width forms count in some. Source: OWASP "CSV Injection".
_FORMULA = re.compile("^[\\s\u00a0\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")

# A line that ends by a carriage return alone is not quoted by the csv module, and would begin a row of its own.
_ENDS = re.compile("\r\n?")

# A row of a single cell that is empty would be no row.
_NOTHING = '""'

_FIRST = itemgetter(slice(1))


def sheet(frame: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    """Return the records of all groups, the survivor of each first.

    Beside the frame's own columns: `duplicate_group`, `record`, `proposal` ("survivor" or "merge into it"),
    `probability`, `band`, `at_stake`; and for the survivor `change: <column>` where a value of another record
    would fill a field of its own that is empty.
    """
    members = groups.members
    records = frame.iloc[members["row"].to_numpy()]
    table = groups.table.loc[members["group"]]
    kept = members["survivor"].to_numpy()
    head = pd.DataFrame(
        {
            "duplicate_group": members["group"].to_numpy(),
            "record": [str(one) for one in records.index],
            "proposal": ["survivor" if one else "merge into it" for one in kept],
            "probability": table["probability"].to_numpy().round(4),
            "band": table["band"].to_numpy(),
            "at_stake": table["at_stake"].to_numpy(),
        }
    )
    return pd.concat([head, records.reset_index(drop=True), _changes(frame, groups)], axis=1)


def _changes(frame: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    members = groups.members
    records = frame.iloc[members["row"].to_numpy()].reset_index(drop=True)
    numbers = pd.factorize(members["group"])[0]
    survivors = np.flatnonzero(members["survivor"].to_numpy())
    found = {}
    for name in records:
        places = np.full(len(records), -1)
        places[survivors] = first_filled(records[name], numbers)[numbers[survivors]]
        places[places == np.arange(len(records))] = -1  # it keeps its own
        if (places >= 0).any():
            found[f"change: {name}"] = records[name].reindex(places).array
    return pd.DataFrame(found, index=records.index)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a sheet as CSV with a byte order mark, as spreadsheets expect; no cell of it can run as a formula."""
    path.write_text(csv_text(table), encoding="utf-8-sig", newline="")


def csv_text(table: pd.DataFrame) -> str:
    """Return a sheet as CSV; no cell of it can run as a formula.

    It is what the csv module writes. That looks at each letter of each cell; most columns hold nothing that needs quotes.
    """
    names = [_quoted(_inert(_ENDS.sub("\n", str(name)))) for name in table.columns]
    columns = [_cells(table.iloc[:, at]) for at in range(table.shape[1])]
    lines = map(",".join, chain([names], zip(*columns, strict=True)))
    return "".join(f"{line or _NOTHING}\n" for line in lines)


def _cells(column: "pd.Series[Any]") -> list[str]:
    """Return a column as it stands in the sheet; what is missing is empty."""
    if pd.api.types.is_float_dtype(column.dtype):
        return _numbers(column)
    words = column.astype(object).where(column.notna(), "").tolist()
    if not isinstance(column.dtype, pd.StringDtype):
        words = list(map(str, words))
    if pd.api.types.is_numeric_dtype(column.dtype):
        return words
    whole = "\n".join(words)
    if "\r" in whole:
        words = [_ENDS.sub("\n", word) for word in words]
    if _may_run(words):
        words = [word if word[:1].isalnum() else _inert(word) for word in words]
    if any(one in whole for one in ',"\r') or whole.count("\n") >= len(words):
        words = list(map(_quoted, words))
    return words


def _numbers(column: "pd.Series[Any]") -> list[str]:
    """Return numbers as they stand in the sheet: each different one is written once, as most come often."""
    code, different = pd.factorize(column)
    words = [*map(str, different.tolist()), ""]
    return [words[one] for one in code.tolist()]


def _may_run(words: Sequence[str]) -> bool:
    """Return whether any of these could be a formula: most columns begin with nothing that runs."""
    return any(not one.isalnum() for one in set(map(_FIRST, words)) - {""})


def _inert(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value


def _quoted(value: str) -> str:
    if "," in value or '"' in value or "\n" in value:
        return '"{}"'.format(value.replace('"', '""'))
    return value
