"""Registration numbers: which of them tell who somebody is, and which stand in the place of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import normalise
from assist.duplicates.blocking import Blocks, blocks_of
from assist.duplicates.comparison import compare, level_count
from assist.duplicates.kind import Kind
from assist.duplicates.table import Codes, Part, Table

Mask = NDArray[np.bool_]
_FEWEST_CHARACTERS, _FEWEST_DIGITS = 5, 4
_COUNTED = "01234567890123456789"
_RUNS = {"0123": _COUNTED, "1234": _COUNTED, "9876": _COUNTED[::-1]}
_MANY = 5
"""Records of one number from which their names are looked at: a firm that was renamed has two or three."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The numbers of a table's records.

    Attributes:
        codes: one for each record, 0 where there is no number that tells anything.
        doubted: whose number many records of unlike names have: an agent's, or a placeholder that looks like one.
    """

    codes: Codes
    doubted: Mask

    @classmethod
    def of(cls, values: Sequence[str], table: Table) -> "Numbers":
        """Return the numbers that a column holds."""
        squeezed = [value.replace(" ", "") for value in normalise.plain(values)]
        codes = normalise.codes(telling(squeezed))
        return cls(codes=codes, doubted=_doubted(blocks_of(codes), _names(table), len(codes)))

    @property
    def certain(self) -> Blocks:
        """Return the records grouped by the number that makes them one."""
        return blocks_of(np.where(self.doubted, np.uint64(0), self.codes))


def telling(values: Sequence[str]) -> list[str]:
    """Return each value, "" where it cannot be a number of somebody's own: `n/a`, `pending`, `000000`, `123456789`."""
    return [
        value if _tells(value, digits) else ""
        for value, digits in zip(values, normalise.digits(values), strict=True)
    ]


def _tells(value: str, digits: str) -> bool:
    if len(value) < _FEWEST_CHARACTERS or len(digits) < _FEWEST_DIGITS:
        return False
    if digits.count(digits[0]) == len(digits):
        return False
    return digits not in _RUNS.get(digits[:4], "")


def _names(table: Table) -> Part | None:
    named = (part for kind in (Kind.COMPANY, Kind.PERSON) for part in table.parts if part.kind is kind)
    return next(named, None)


def _doubted(blocks: Blocks, names: Part | None, rows: int) -> Mask:
    """Return whose number is one of many records whose names are mostly unlike."""
    found = np.zeros(rows, bool)
    members, sizes = blocks.large(_MANY)
    if names is None or not len(members):
        return found
    block = np.repeat(np.arange(len(sizes)), sizes)
    members = members[np.lexsort((pd.factorize(names.values[members], sort=True)[0], block))]
    beside = np.flatnonzero(block[:-1] == block[1:])  # in the order of names, so that like ones meet
    table = Table(size=rows, parts=[names])
    level = compare(table, members[beside], table, members[beside + 1])[0]
    unlike = np.bincount(block[beside], level == level_count(names.kind), len(sizes))
    found[members] = np.repeat(unlike + 1 > sizes / 2, sizes)
    return found
