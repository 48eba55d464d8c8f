"""What is certain beside the model: the same registration number, decisions of people."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import normalise
from assist.duplicates.blocking import blocks_of
from assist.duplicates.pairs import Pairs, contains, no_pairs, packed, union, without

_CERTAIN_BITS = 60.0
_NEVER_BITS = -100_000.0
_LARGEST = 50
Named = Sequence[tuple[Hashable, Hashable]]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Definite rules.

    Attributes:
        same_if_equal: columns in which the same value makes the same customer, such as a registration number.
        same: pairs of ids that are one customer.
        never: pairs of ids that are not; this wins over everything else.
    """

    same_if_equal: Sequence[str] = ()
    same: Named = ()
    never: Named = ()

    def pairs(self, frame: pd.DataFrame, ids: pd.Index) -> tuple[Pairs, Pairs]:
        """Return packed pairs that are certain, and those that are ruled out."""
        rows = len(ids)
        equal = [self._equal(frame[column], rows) for column in self.same_if_equal if column in frame]
        never = _packed(self.never, ids)
        certain = union(_packed(self.same, ids), *equal)
        return without(certain, never), never

    def said(self, ids: pd.Index) -> tuple[Pairs, Pairs]:
        """Return packed pairs of records that people called one customer, and those that they told apart."""
        never = _packed(self.never, ids)
        return without(_packed(self.same, ids), never), never

    @staticmethod
    def _equal(column: "pd.Series[Any]", rows: int) -> Pairs:
        values = [value.replace(" ", "") for value in normalise.plain(normalise.texts(column))]
        return blocks_of(normalise.codes(values)).pairs(_LARGEST, rows)

    @staticmethod
    def applied(bits: NDArray[np.float64], pairs: Pairs, certain: Pairs, never: Pairs) -> NDArray[np.float64]:
        """Return the bits with those of certain and ruled-out pairs set."""
        bits[contains(pairs, certain)] = _CERTAIN_BITS
        bits[contains(pairs, never)] = _NEVER_BITS
        return bits


def _packed(named: Named, ids: pd.Index) -> Pairs:
    if not named:
        return no_pairs()
    left, right = (
        ids.get_indexer(pd.Index([pair[at] for pair in named], tupleize_cols=True)) for at in (0, 1)
    )
    known = (left >= 0) & (right >= 0) & (left != right)
    return union(packed(left[known].astype(np.int64), right[known].astype(np.int64), len(ids)))
