"""Two tables with headings of their own: which column of the one holds what a column of the other does."""

from collections.abc import Mapping
from itertools import product

import pandas as pd

from assist.duplicates import normalise
from assist.duplicates.kind import Kind
from assist.duplicates.profile import profile

_LEAST_SHARED = 0.02  # of the different values of the column that has fewer
_NAMES = frozenset({Kind.COMPANY, Kind.PERSON, Kind.TITLE})
_TELLING = frozenset(
    {
        Kind.COMPANY,
        Kind.PERSON,
        Kind.STREET,
        Kind.HOUSE_NUMBER,
        Kind.POSTCODE,
        Kind.CITY,
        Kind.PHONE,
        Kind.EMAIL,
        Kind.DOMAIN,
    }
)
"""A table has one such column as a rule: the only one of each side is the same thing, whatever its values are."""


def same_columns(
    left: pd.DataFrame, right: pd.DataFrame, known: Mapping[str, Kind] | None = None
) -> dict[str, str]:
    """Return, for columns of the right table that only it has, the column that only the left has and that holds the same.

    What is called alike is the same. Of the others, those go together that hold one kind of thing, by the values that
    they share; the only one of its kind on each side needs to share none.
    """
    ours, theirs = (
        {name: kind for name, kind in profile(one.loc[:, _missing(one, other)], known).items() if _says(kind)}
        for one, other in ((left, right), (right, left))
    )
    values = {
        **{(0, name): _values(left, name) for name in ours},
        **{(1, name): _values(right, name) for name in theirs},
    }
    scored = []
    for (one, kind), (other, their_kind) in product(ours.items(), theirs.items()):
        if kind is not their_kind and not {kind, their_kind} <= _NAMES:
            continue
        fewer = min(len(values[0, one]), len(values[1, other]))
        shared = len(values[0, one] & values[1, other]) / max(fewer, 1)
        alone = kind in _TELLING and [*ours.values()].count(kind) == [*theirs.values()].count(their_kind) == 1
        if shared >= _LEAST_SHARED or (alone and kind is their_kind):
            scored.append((kind is their_kind, shared, one, other))
    found: dict[str, str] = {}
    for _, _, one, other in sorted(scored, key=lambda pair: (not pair[0], -pair[1])):
        if other not in found and one not in found.values():
            found[other] = one
    return found


def _says(kind: Kind) -> bool:
    return kind not in {Kind.IGNORED, Kind.NUMBER, Kind.TEXT}


def _missing(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    return [name for name in one.columns if name not in other.columns]


def _values(frame: pd.DataFrame, name: str) -> set[str]:
    return set(normalise.plain(normalise.texts(frame[name]))) - {""}
