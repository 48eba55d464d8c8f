"""A table made ready to be compared: cleaned readings of its columns, and numbers that stand for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import normalise
from assist.duplicates.bags import Bags
from assist.duplicates.beside import beside, can_fork
from assist.duplicates.composite import repeats_of, without_repeats
from assist.duplicates.kind import Kind
from assist.duplicates.normalise_fields import Reading, readings
from assist.duplicates.profile import profile

_SAMPLE = 3000
_FEW = 100  # records whose columns are numbered all at once, as calls cost more than values
_MANY = 200_000  # records from which a second process pays: it takes a tenth of a second, and its answers are copied
# How long columns take to be read, by what they hold; others take one.
_COSTS: Mapping[Kind, int] = {Kind.COMPANY: 6, Kind.STREET: 5, Kind.PERSON: 2, Kind.EMAIL: 2}
COMPARED = 600
"""So many characters of a value are compared for likeness, whose cost grows with the square of them; all of them for being equal.
Descriptions of products have up to some 570 in the labelled tables (Abt-Buy)."""
Codes = NDArray[np.uint64]
Rows = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One comparable reading of a column.

    Attributes:
        column: the column it was read from.
        name: the column and what of it ("address: house number").
        values: the beginning of each value, `COMPARED` characters at most.
        codes: a number for each whole value, 0 where it is missing.
        blocks: coarser codes by name.
    """

    column: str
    name: str
    kind: Kind
    values: NDArray[np.object_]
    codes: Codes
    blocks: Mapping[str, Codes]

    @cached_property
    def bags(self) -> Bags:
        """Return the letters of each value, counted when they are first asked for."""
        return Bags.of(self.values)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Records ready to be compared, in the order of their frame."""

    size: int
    parts: Sequence[Part]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns of a table hold; every frame that is compared with it is read by the same one.

    Attributes:
        repeats: columns that are made of others, with those others.
    """

    kinds: Mapping[str, Kind]
    repeats: Mapping[str, Sequence[str]]


def layout_of(frame: pd.DataFrame, known: Mapping[str, Kind] | None = None) -> Layout:
    """Return how a frame is to be read.

    Raises:
        ValueError: two columns have one name.
    """
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(f"two columns are called '{twice[0]}'; rename one of them")
    kinds = profile(frame, known)
    some = np.sort(np.random.default_rng(0).permutation(len(frame))[:_SAMPLE])
    return Layout(kinds=kinds, repeats=repeats_of(_columns(frame.iloc[some], kinds), kinds))


def prepare(frame: pd.DataFrame, layout: Layout) -> Table:
    """Return the frame cleaned; columns it lacks are empty."""
    return prepare_texts(_columns(frame, layout.kinds), len(frame), layout)


def prepare_texts(texts: Mapping[str, Sequence[str]], size: int, layout: Layout) -> Table:
    """Return columns of texts cleaned, as `prepare` does a frame: a handful of records in a millisecond.

    Args:
        texts: one line each, "" where a value is missing; every column of the layout that is compared.
    """
    columns, kinds = without_repeats(texts, layout.kinds, layout.repeats)
    if size < _FEW:
        return Table(
            size=size, parts=_parts({name: readings(kinds[name], columns[name]) for name in columns})
        )
    if size >= _MANY and len(columns) > 1 and can_fork():
        return Table(size=size, parts=read_in_two(columns, kinds))
    return Table(size=size, parts=_one_by_one(columns, kinds, list(columns)))


def _one_by_one(
    columns: Mapping[str, Sequence[str]], kinds: Mapping[str, Kind], names: Sequence[str]
) -> list[Part]:
    """Return the parts of some columns, one after the other, so that what is only hashed is dropped at once."""
    return [part for name in names for part in _parts({name: readings(kinds[name], columns[name])})]


def read_in_two(columns: Mapping[str, Sequence[str]], kinds: Mapping[str, Kind]) -> list[Part]:
    """Return the parts of columns as `prepare_texts` does, half of them made by another process."""
    theirs, ours = _halves(columns, kinds)
    packed, made = beside(
        lambda: [_packed(part) for part in _one_by_one(columns, kinds, theirs)],
        lambda: _one_by_one(columns, kinds, ours),
    )
    by_column: dict[str, list[Part]] = {}
    for part in [*map(_unpacked, packed), *made]:
        by_column.setdefault(part.column, []).append(part)
    return [part for name in columns for part in by_column.get(name, [])]


def _halves(columns: Iterable[str], kinds: Mapping[str, Kind]) -> tuple[list[str], list[str]]:
    """Return the columns in two groups that take about as long."""
    dearest = sorted(columns, key=lambda name: -_COSTS.get(kinds[name], 1))
    one: list[str] = []
    other: list[str] = []
    cost = 0
    for name in dearest:
        if cost <= 0:
            one.append(name)
            cost += _COSTS.get(kinds[name], 1)
        else:
            other.append(name)
            cost -= _COSTS.get(kinds[name], 1)
    return one, other


def _packed(part: Part) -> tuple[Part, str]:
    """Return a part for a way between processes: a million texts go faster as one; none of them has line ends."""
    return replace(part, values=np.empty(0, object)), "\n".join(part.values)


def _unpacked(packed: tuple[Part, str]) -> Part:
    part, text = packed
    return replace(part, values=normalise.as_array(text.split("\n")))


def _columns(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> dict[str, Sequence[str]]:
    return {name: _raw(frame, name) for name, kind in kinds.items() if kind is not Kind.IGNORED}


def _raw(frame: pd.DataFrame, name: str) -> list[str]:
    # Columns without headings are called by numbers in a frame.
    at = next((place for place, column in enumerate(frame.columns) if str(column) == name), None)
    return [""] * len(frame) if at is None else normalise.texts(frame.iloc[:, at])


def _parts(read: Mapping[str, Sequence[Reading]]) -> list[Part]:
    texts = [text for some in read.values() for one in some for text in (one.values, *one.blocks.values())]
    numbered = iter(zip(*normalise.numbered(texts), strict=True))
    found = []
    for column, some in read.items():
        for one in some:
            values, codes = next(numbered)
            found.append(
                Part(
                    column=column,
                    name=f"{column}: {one.part}" if one.part else column,
                    kind=one.kind,
                    values=_beginnings(values),
                    codes=codes,
                    blocks={name: next(numbered)[1] for name in one.blocks},
                )
            )
    return found


def _beginnings(values: NDArray[np.object_]) -> NDArray[np.object_]:
    if max(map(len, values), default=0) <= COMPARED:
        return values
    return np.array([value[:COMPARED] for value in values], object)
