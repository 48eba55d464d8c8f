"""Firms of one group: at one place, under names that say of each that it is another firm."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from assist.duplicates import normalise
from assist.duplicates.kind import Kind
from assist.duplicates.lexicon import lexicon
from assist.duplicates.pairs import Pairs
from assist.duplicates.table import Part, Table

Mask = NDArray[np.bool_]
_SPELT_ALIKE, _WORDS_ALIKE = 0.92, 0.8
_PARTNERSHIP = re.compile(r"\bco\.? ?(kg|kommanditgesellschaft|ohg)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Kin:
    """The names and places of a table's records.

    Attributes:
        written: a company's name as it stands in the table.
        names: what is compared of it.
        places: an address and a phone; the parts of one are all the same where two records share it.
    """

    rows: int
    written: Callable[[NDArray[np.int64]], Sequence[str]]
    names: Part | None
    places: Sequence[Sequence[Part]]

    @classmethod
    def of(cls, frame: pd.DataFrame, table: Table) -> "Kin":
        """Return what a frame, and the table made of it, say."""
        names = next((part for part in table.parts if part.kind is Kind.COMPANY), None)
        column = None if names is None else next(name for name in frame if str(name) == names.column)
        addresses: dict[str, list[Part]] = {}
        for part in table.parts:
            if part.kind in {Kind.STREET, Kind.HOUSE_NUMBER}:
                addresses.setdefault("address", []).append(part)
            elif part.kind is Kind.PHONE:
                addresses[part.name] = [part]
        return cls(
            rows=table.size,
            written=lambda rows: normalise.texts(frame[column].iloc[rows]),
            names=names,
            places=list(addresses.values()),
        )

    def among(self, pairs: Pairs) -> Mask:
        """Return which pairs are at one place under two names.

        Each has a word that the other lacks (*Meyer Logistik*, *Meyer Handel*), or one has a word for its part in a group
        (*Meyer*, *Meyer Holding*), or is the partner of a partnership (*Meyer GmbH*, *Meyer GmbH & Co. KG*).
        """
        found = np.zeros(len(pairs), bool)
        if self.names is None:
            return found
        left, right = pairs // self.rows, pairs % self.rows
        near = np.flatnonzero(self._at_one_place(left, right))
        left, right = left[near], right[near]
        unlike = np.flatnonzero(self.names.codes[left] != self.names.codes[right])
        found[near] = self._partnerships(left, right)
        found[near[unlike]] |= _unlike(self.names.values[left[unlike]], self.names.values[right[unlike]])
        return found

    def _at_one_place(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> Mask:
        found = np.zeros(len(left), bool)
        for parts in self.places:
            one = np.ones(len(left), bool)
            for part in parts:
                one &= (part.codes[left] == part.codes[right]) & (part.codes[left] != 0)
            found |= one
        return found

    def _partnerships(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> Mask:
        """Return where one of two firms of one name is a partnership by its form, and the other another company."""
        some, at = np.unique(np.concatenate([left, right]), return_inverse=True)
        written = self.written(some)
        partnership = np.fromiter((bool(_PARTNERSHIP.search(one)) for one in written), bool, len(written))
        one, other = at[: len(left)], at[len(left) :]
        found: Mask = partnership[one] != partnership[other]
        for row in np.flatnonzero(found).tolist():
            company = written[other[row] if partnership[one[row]] else one[row]]
            found[row] = bool(lexicon().companies.intersection(normalise.plain([company])[0].split()))
        return found


def _unlike(left: NDArray[np.object_], right: NDArray[np.object_]) -> Mask:
    """Return which names have each a word that the other lacks; what is only spelt otherwise is left out quickly."""
    found = np.zeros(len(left), bool)
    if not len(left):
        return found
    near = process.cpdist(left.tolist(), right.tolist(), scorer=Indel.normalized_similarity, workers=1)
    for row in np.flatnonzero(near < _SPELT_ALIKE).tolist():
        found[row] = _are_two(set(left[row].split()), set(right[row].split()))
    return found


def _are_two(one: set[str], other: set[str]) -> bool:
    ours, theirs = one - other, other - one
    more = _lacking(ours, theirs), _lacking(theirs, ours)
    if all(more):
        return bool(one & other)
    roles = lexicon().roles
    return any(some and some <= roles for some in more)


def _lacking(words: set[str], others: set[str]) -> set[str]:
    """Return the words that are none of the others, misspelt, shortened or grown together."""
    joined = "".join(sorted(others))
    return {
        word
        for word in words
        if not any(
            JaroWinkler.similarity(word, other) > _WORDS_ALIKE
            or other.startswith(word)
            or word.startswith(other)
            for other in others
        )
        and word not in joined
    }
