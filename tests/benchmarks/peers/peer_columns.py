"""What peers that must be told are told of a table: which columns to compare, and by which to block."""

from itertools import combinations

import pandas as pd

PAIRS_PER_RECORD = 8
MOST_RULES = 8
FEW = 100
SAMPLE = 2000


def compared(frame: pd.DataFrame) -> list[str]:
    """Return the columns that differ, without those that hold what two others hold: their evidence would count twice."""
    columns = [name for name in frame.columns if name != "unique_id" and frame[name].nunique() > 1]
    some = frame[columns].dropna().head(SAMPLE)
    holds = {
        name: sum(
            len(some) > 0
            and sum(b in a and a != b for a, b in zip(some[name], some[other], strict=True)) > len(some) / 2
            for other in columns
            if other != name
        )
        for name in columns
    }
    return [name for name in columns if holds[name] < 2]


def few_valued(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    """Return the columns with few different values, which are compared exactly."""
    return [name for name in columns if frame[name].nunique() < FEW]


def blocked(frame: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    """Return columns, or twos of them, that give few enough pairs to compare, those with fewest first."""
    most = PAIRS_PER_RECORD * len(frame)
    single = [(name,) for name in columns if 0 < _pairs(frame, [name]) <= most]
    common = [name for name in columns if (name,) not in single]
    double = [both for both in combinations(common, 2) if 0 < _pairs(frame, list(both)) <= most]
    return sorted(single + double, key=lambda names: _pairs(frame, list(names)))[-MOST_RULES:]


def _pairs(frame: pd.DataFrame, names: list[str]) -> float:
    sizes = frame.dropna(subset=names).groupby(names).size()
    return float((sizes * (sizes - 1) / 2).sum())
