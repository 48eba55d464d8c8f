"""What is certain beside the model: the same registration number, decisions of people."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import normalise
from assist.duplicates.clusters import components
from assist.duplicates.numbers import Numbers
from assist.duplicates.pairs import Pairs, contains, no_pairs, packed, union, without
from assist.duplicates.table import Table

_CERTAIN_BITS = 60.0
_NEVER_BITS = -100_000.0
_LARGEST = 50  # records of one number that are all paired; more are held together by a chain
Real = NDArray[np.float64]
Index = NDArray[np.int64]
Named = Sequence[tuple[Hashable, Hashable]]


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What rules say about the records of a table.

    Attributes:
        certain, never: packed pairs that are one customer, and those that are not.
        said: those of the certain ones that people called the same.
        numbers: what each column of `same_if_equal` holds.
    """

    certain: Pairs
    never: Pairs
    said: Pairs
    numbers: Sequence[Numbers]

    def applied(self, bits: Real, pairs: Pairs, most: float) -> Real:
        """Return the bits with those of certain and ruled-out pairs set.

        Args:
            most: bits at most where numbers differ, or say nothing because unlike records share them.
        """
        for one in self.numbers:
            unsure = np.flatnonzero(np.logical_or(*_unsure(one, pairs)))
            bits[unsure] = np.minimum(bits[unsure], most)
        bits[contains(pairs, self.certain)] = _CERTAIN_BITS
        bits[contains(pairs, self.never)] = _NEVER_BITS
        return bits

    def words(self, pairs: Pairs) -> list[str]:
        """Return what the rules say about each pair, "" where they say nothing."""
        said = np.full(len(pairs), "", object)
        for one in self.numbers:
            differ, doubted = _unsure(one, pairs)
            said[differ] = "two registration numbers are for a person to see"
            said[doubted] = "many unlike records have this registration number, so it settles nothing"
        said[contains(pairs, self.certain)] = "the same registration number settles it"
        said[contains(pairs, self.said)] = "people have called them one"
        said[contains(pairs, self.never)] = "people have told them apart"
        return list(said)

    def disputed(self, groups: Index) -> NDArray[np.bool_]:
        """Return the records of groups that hold two numbers, although nobody said that these are one customer's."""
        rows = len(groups)
        found = np.zeros(rows, bool)
        if any(one.codes.any() for one in self.numbers):
            settled = components(self.certain, rows)
            for one in self.numbers:
                known = np.flatnonzero((one.codes != 0) & ~one.doubted)
                different = np.unique(groups[known] * rows + settled[known]) // rows
                found |= np.bincount(different, minlength=rows)[groups] > 1
        return found


def _unsure(one: Numbers, pairs: Pairs) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pairs have two numbers, and which have one that says nothing."""
    rows = len(one.codes)
    left, right = pairs // rows, pairs % rows
    both = (one.codes[left] != 0) & (one.codes[right] != 0)
    differ = one.codes[left] != one.codes[right]
    return both & differ, both & ~differ & one.doubted[left]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Definite rules.

    Attributes:
        same_if_equal: columns in which the same value makes the same customer, such as a registration number.
            Placeholders do not, nor what many records of unlike names share; records whose values differ are
            one customer for a person to see, never surely.
        same: pairs of ids that are one customer.
        never: pairs of ids that are not; this wins over everything else.
    """

    same_if_equal: Sequence[str] = ()
    same: Named = ()
    never: Named = ()

    def ruled(self, frame: pd.DataFrame, ids: pd.Index, table: Table) -> Ruled:
        """Return what the rules say about the records of a frame, which `table` holds in the same order."""
        rows = len(ids)
        numbers = [
            Numbers.of(normalise.texts(frame[column]), table)
            for column in self.same_if_equal
            if column in frame
        ]
        blocks = [one.certain for one in numbers]
        equal = [one.pairs(_LARGEST, rows) for one in blocks]
        equal += [one.chains(_LARGEST + 1, rows) for one in blocks]
        said, never = self.said(ids)
        certain = without(union(said, *equal), never)
        return Ruled(certain=certain, never=never, said=said, numbers=numbers)

    def said(self, ids: pd.Index) -> tuple[Pairs, Pairs]:
        """Return packed pairs of records that people called one customer, and those that they told apart."""
        never = _packed(self.never, ids)
        return without(_packed(self.same, ids), never), never


def _packed(named: Named, ids: pd.Index) -> Pairs:
    if not named:
        return no_pairs()
    left, right = (
        ids.get_indexer(pd.Index([pair[at] for pair in named], tupleize_cols=True)) for at in (0, 1)
    )
    known = (left >= 0) & (right >= 0) & (left != right)
    return union(packed(left[known].astype(np.int64), right[known].astype(np.int64), len(ids)))
