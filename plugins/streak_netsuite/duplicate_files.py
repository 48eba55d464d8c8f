"""The search for duplicates in tables that lie in files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from assist.duplicates import find_duplicates, link
from assist.duplicates.groups import SURE, groups_of
from assist.duplicates.report import contents_of, csv_text, page, sheet
from assist.duplicates.standing import Standing
from streak_netsuite.errors import ConfigurationError

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFindings:
    """What was found, with the report as HTML and as CSV."""

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
        ConfigurationError: a file cannot be read, or has no such column.
    """
    frames = [_read(path, key) for path in paths]
    standing = Standing()
    if len(frames) == 1:
        frame = frames[0]
        findings = find_duplicates(frame, kinds=standing.kinds(frame))
    else:
        frame = pd.concat(frames, keys=["left", "right"])
        findings = link(*frames, kinds=standing.kinds(frame))
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
        records=len(frame),
        groups=len(groups.table),
        sure=int((groups.table["band"] == SURE).sum()),
        page=page(contents, sure_bits=findings.settings.automatic_bits),
        sheet=csv_text(sheet(frame, groups)),
    )


def _read(path: Path, key: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(
            path,
            sep=_separator(path),
            dtype=str,
            encoding="utf-8-sig",
            keep_default_na=False,
            na_values=[""],
        )
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


def _separator(path: Path) -> str:
    """Return what separates the columns: what stands most often in the header, as no column is called so."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline()
    return max(_SEPARATORS, key=header.count)
