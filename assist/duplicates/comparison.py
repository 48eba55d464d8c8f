"""How alike two records are, column by column, in a few levels; thousands of pairs at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, Indel, JaroWinkler

from assist.duplicates.bags import (
    Unlikeness,
    most_by_common_letters,
    most_by_edits,
    most_by_jaro_winkler,
)
from assist.duplicates.kind import Kind
from assist.duplicates.table import Part, Table

Levels = NDArray[np.int8]
Index = NDArray[np.int64]
MISSING, EXACT, CLOSE = 0, 1, 2
_MANY = 20_000  # pairs from which threads, and a look at the letters of whole columns, are worth their start
_SLACK = 1e-4  # of a likeness reckoned in single precision


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """A similarity from 0 to 1 and the steps that make levels of it."""

    similarity: Callable[..., Any]
    steps: Sequence[float]
    top: float = 1.0

    @property
    def most(self) -> Callable[[Unlikeness], NDArray[np.float32]] | None:
        """Return what gives the most that the similarity can be, by the letters of two values; None where they say too little."""
        return _MOST.get(self.similarity)


_JARO, _INDEL, _EDITS = (
    JaroWinkler.normalized_similarity,
    Indel.normalized_similarity,
    OSA.normalized_similarity,
)


def _closeness(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return how near numbers are to each other, as a share of the larger."""
    a, b = (np.array([float(v) if v.count(".") < 2 else 0 for v in side]) for side in (one, other))
    gap: NDArray[np.float64] = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-9)
    return 1 - gap


_MOST: Mapping[Callable[..., Any], Callable[[Unlikeness], NDArray[np.float32]]] = {
    _JARO: most_by_jaro_winkler,
    _INDEL: most_by_common_letters,
    _EDITS: most_by_edits,
}
SCALES: Mapping[Kind, Scale] = {
    Kind.PERSON: Scale(similarity=_JARO, steps=(0.93, 0.86, 0.75)),
    Kind.COMPANY: Scale(similarity=_INDEL, steps=(0.92, 0.84, 0.7)),
    Kind.STREET: Scale(similarity=_INDEL, steps=(0.9, 0.78, 0.6)),
    Kind.HOUSE_NUMBER: Scale(similarity=_EDITS, steps=(0.6,)),
    Kind.POSTCODE: Scale(similarity=_EDITS, steps=(0.74, 0.5)),
    Kind.CITY: Scale(similarity=_JARO, steps=(0.92, 0.8)),
    Kind.CATEGORY: Scale(similarity=_JARO, steps=(0.9,)),
    Kind.DATE: Scale(similarity=_EDITS, steps=(0.87, 0.74, 0.5)),
    Kind.PHONE: Scale(similarity=_EDITS, steps=(0.87, 0.7)),
    Kind.EMAIL: Scale(similarity=_EDITS, steps=(0.9, 0.75)),
    Kind.DOMAIN: Scale(similarity=_EDITS, steps=(0.85,)),
    Kind.IDENTIFIER: Scale(similarity=_EDITS, steps=(0.84, 0.7)),
    Kind.TITLE: Scale(similarity=fuzz.token_sort_ratio, steps=(0.92, 0.8, 0.65, 0.5), top=100),
    Kind.TEXT: Scale(similarity=fuzz.token_set_ratio, steps=(0.9, 0.75, 0.6), top=100),
    Kind.NUMBER: Scale(similarity=_closeness, steps=(0.99, 0.9, 0.7)),
    Kind.MARKS: Scale(similarity=_EDITS, steps=()),
}


def level_count(kind: Kind) -> int:
    """Return how many levels a kind has beside missing: the same, each step, different."""
    return len(SCALES[kind].steps) + 2


def compare(left: Table, i: Index, right: Table, j: Index) -> list[Levels]:
    """Return the levels of each part for pairs of rows: 0 missing, 1 the same, the last one different."""
    found = [_levels(a, i, b, j) for a, b in zip(left.parts, right.parts, strict=True)]
    _see_exchanged(found, left, i, right, j)
    return found


def _levels(a: Part, i: Index, b: Part, j: Index) -> Levels:
    one, other = a.codes[i], b.codes[j]
    scale = SCALES[a.kind]
    levels = np.full(len(i), len(scale.steps) + 2, np.int8)
    same = one == other
    levels[same] = EXACT
    missing = (one == 0) & (other == 0) if a.kind is Kind.MARKS else (one == 0) | (other == 0)
    levels[missing] = MISSING
    if scale.steps:
        unlike = np.flatnonzero(~(same | missing))
        if len(i) > _MANY:
            unlike = unlike[_may_be_alike(scale, a, i[unlike], b, j[unlike])]
        near = _similar(scale, a.values[i[unlike]], b.values[j[unlike]])
        level = np.full(len(unlike), CLOSE, np.int8)
        for step in scale.steps:
            level += near < step - 1e-6
        levels[unlike] = level
    return levels


def _may_be_alike(scale: Scale, a: Part, i: Index, b: Part, j: Index) -> NDArray[np.bool_]:
    """Return which pairs may be above the last step, as far as their letters tell."""
    if scale.most is None:
        return np.ones(len(i), bool)
    return np.asarray(scale.most(Unlikeness.of(a.bags, i, b.bags, j)) > min(scale.steps) - _SLACK)


def _similar(scale: Scale, one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.floating[Any]]:
    if scale.similarity is _closeness:
        return _closeness(one, other)
    if not len(one):
        return np.zeros(0, np.float32)
    workers = -1 if len(one) > _MANY else 1
    near = process.cpdist(
        one.tolist(), other.tolist(), scorer=scale.similarity, dtype=np.float32, workers=workers
    )
    found: NDArray[np.float32] = np.asarray(near, np.float32) / np.float32(scale.top)
    return found


def _see_exchanged(found: list[Levels], left: Table, i: Index, right: Table, j: Index) -> None:
    """Call values close that stand in each other's column: given name and surname, two address lines, two names of a firm."""
    for at, a in enumerate(left.parts):
        if a.kind not in {Kind.PERSON, Kind.STREET, Kind.COMPANY}:
            continue
        last = level_count(a.kind)
        for to, b in enumerate(right.parts):
            if to != at and b.kind is a.kind:
                same = (a.codes[i] != 0) & (a.codes[i] == b.codes[j])
                same |= (right.parts[at].codes[j] != 0) & (
                    left.parts[to].codes[i] == right.parts[at].codes[j]
                )
                found[at][same & (found[at] == last)] = CLOSE
