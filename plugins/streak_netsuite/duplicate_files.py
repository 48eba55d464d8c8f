"""The search for duplicates in tables that lie in files."""

import csv
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from assist.duplicates import find_duplicates, link
from assist.duplicates.alignment import same_columns
from assist.duplicates.groups import SURE, groups_of
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.standing import Standing
from streak_netsuite.errors import ConfigurationError

_SEPARATORS = (",", ";", "\t", "|")
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFindings:
    """What was found, with the report as HTML and as CSV.

    Attributes:
        compared: the columns that two tables share; those of the one table.
    """

    compared: tuple[str, ...]
    records: int
    groups: int
    sure: int
    page: str
    sheet: str


def look_in_files(paths: Sequence[Path], *, key: str, made_at: datetime) -> FileFindings:
    """Return the duplicates of one table, or the links between two.

    Args:
        key: the column with the records' ids; "" numbers them.

    Raises:
        ConfigurationError: a file cannot be read, or has no such column; two share no column to compare.
    """
    frames = [_read(path, key) for path in paths]
    theirs = same_columns(frames[0], frames[1]) if len(frames) > 1 else {}
    frames[1:] = [frame.rename(columns=theirs) for frame in frames[1:]]
    compared = _shared(paths, frames, {ours: name for name, ours in theirs.items()})
    standing = Standing()
    if len(frames) == 1:
        frame = frames[0]
        findings = find_duplicates(frame, kinds=standing.kinds(frame))
    else:
        frame = pd.concat(frames, keys=["left", "right"])
        findings = link(*frames, kinds=standing.kinds(frame))
        frame.index = _flat(frame.index, paths)
        findings = replace(findings, ids=frame.index)
    groups = groups_of(findings, frame, standing)
    names = " and ".join(path.name for path in paths)
    contents = contents_of(
        findings,
        frame,
        groups,
        title=f"Duplicate customers in {names}",
        made_at=made_at,
        standing=standing,
    )
    return FileFindings(
        compared=compared,
        records=len(frame),
        groups=len(groups.table),
        sure=int((groups.table["band"] == SURE).sum()),
        page=page(contents, sure_bits=findings.settings.automatic_bits),
        sheet=csv_text(sheet(frame, groups)),
    )


def _read(path: Path, key: str) -> pd.DataFrame:
    try:
        frame = _table(path, _separator(path))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as CSV in UTF-8: {error}; save it so, with one header line"
        ) from error
    if not key:
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame
    if key not in frame:
        raise ConfigurationError(f"{path} has no column '{key}'; there are: {', '.join(frame.columns)}")
    ids = frame[key]
    if ids.isna().any():
        line = int(ids.isna().to_numpy().argmax()) + 1
        raise ConfigurationError(
            f"{path}: record {line} has no '{key}'; give it one, or choose another column"
        )
    if not ids.is_unique:
        twice = ids[ids.duplicated()].iloc[0]
        raise ConfigurationError(
            f"{path}: '{twice}' stands more than once in '{key}'; choose a column of ids"
        )
    return frame.set_index(key)


def _table(path: Path, separator: str) -> pd.DataFrame:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", pd.errors.ParserWarning)
        frame = pd.read_csv(
            path,
            sep=separator,
            dtype=str,
            encoding="utf-8-sig",
            keep_default_na=False,
            na_values=[""],
            index_col=False,  # else rows with one value more than the header give all columns another name
        )
    if told:
        _require_nothing_beyond_the_header(path, separator, len(frame.columns))
    return frame


def _require_nothing_beyond_the_header(path: Path, separator: str, columns: int) -> None:
    """Let rows end with separators, as many an export has them, but drop no value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        for row in rows:
            if any(row[columns:]):
                raise ConfigurationError(
                    f"{path}, line {rows.line_num}: {len(row)} values, and the header has {columns} columns; "
                    "give each column its heading"
                )


def _separator(path: Path) -> str:
    """Return what separates the columns: what stands most often in the header outside quotes, as no column is called so."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = _QUOTED.sub("", file.readline())
    return max(_SEPARATORS, key=header.count)


def _shared(
    paths: Sequence[Path], frames: Sequence[pd.DataFrame], theirs: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the columns that all tables have, with what the second one calls them where it calls them otherwise.

    Raises:
        ConfigurationError: there are none, so that no record could be found in the other table.
    """
    shared = tuple(str(name) for name in frames[0] if all(name in frame for frame in frames))
    if not shared:
        listed = "; ".join(
            f"{path.name} has {', '.join(frame.columns)}" for path, frame in zip(paths, frames, strict=True)
        )
        raise ConfigurationError(
            f"no column is in both tables; call those that mean one thing alike: {listed}"
        )
    return tuple(f"{name} ({theirs[name]})" if name in theirs else name for name in shared)


def _flat(ids: pd.Index, paths: Sequence[Path]) -> pd.Index:
    """Return ids of two tables as people read them: each behind the name of its file."""
    names = [path.stem for path in paths]
    if names[0] == names[1]:
        names = ["first table", "second table"]
    sides = dict(zip(("left", "right"), names, strict=True))
    return pd.Index([f"{sides[side]}: {own}" for side, own in ids])
