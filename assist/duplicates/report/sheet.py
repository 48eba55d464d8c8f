"""The report as a sheet: one row for each record of a group, with what is proposed."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from assist.duplicates.groups import Groups, chosen_values

# Spreadsheets run a cell that begins so; full-width forms count in some. Source: OWASP "CSV Injection".
_FORMULA = re.compile("^[\\s\u00a0\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")

_ANY_FORMULA = re.compile(_FORMULA.pattern, re.MULTILINE)


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
    chosen = chosen_values(frame, members).loc[members["group"]].reset_index(drop=True)
    own = frame.iloc[members["row"].to_numpy()].reset_index(drop=True)
    empty = own.isna() | (own.astype(object) == "")
    filled = chosen.where(empty.to_numpy() & members["survivor"].to_numpy()[:, None])
    filled = filled.dropna(axis=1, how="all")
    return filled.rename(columns=lambda name: f"change: {name}")


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a sheet as CSV with a byte order mark, as spreadsheets expect; no cell of it can run as a formula."""
    path.write_text(csv_text(table), encoding="utf-8-sig", newline="")


def csv_text(table: pd.DataFrame) -> str:
    """Return a sheet as CSV; no cell of it can run as a formula."""
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and _may_run(safe[name]):
            safe[name] = safe[name].map(_inert, na_action="ignore")
    safe.columns = pd.Index([_inert(str(name)) for name in safe.columns])
    return str(safe.to_csv(index=False))


def _may_run(column: "pd.Series[Any]") -> bool:
    """Return whether any value of a column could be a formula: one look at all of them, as most columns have none."""
    return bool(_ANY_FORMULA.search("\n".join(map(str, column.dropna().tolist()))))


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
