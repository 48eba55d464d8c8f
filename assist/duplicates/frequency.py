"""How common each value is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.table import Codes

Real = NDArray[np.float64]
_LEAST = 1e-9
_MANY = 10_000  # values that are looked up in order, which finds the next one in the processor's cache


@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """The share of each value among the records that have one.

    Attributes:
        codes: in order, with the share of each in `share`.
        agreement: the chance that two records drawn blindly agree.
        rare: the share that a value counts with which is not among the codes: that of one that two have.
    """

    codes: Codes
    share: Real
    agreement: float
    rare: float = 0.0

    @classmethod
    def of(cls, codes: Codes) -> "Frequencies":
        """Return the frequencies of a column's codes; 0 is missing."""
        known, counts = np.unique(codes[codes != 0], return_counts=True)
        total = max(int(counts.sum()), 1)
        share = counts / total
        agreement = float((share * np.maximum(counts - 1, 0)).sum()) / max(total - 1, 1)
        return cls(
            codes=known,
            share=share,
            agreement=max(agreement, 0.1 / total),
            rare=min(2 / total, 1.0),
        )

    def rarity(self, codes: Codes) -> Real:
        """Return the bits by which values are more common (positive) or rarer than two unrelated records agree on."""
        bits: Real = np.log2(np.maximum(self.shares(codes), _LEAST) / max(self.agreement, _LEAST))
        return bits

    def share_of(self, code: np.uint64) -> float:
        """Return the share of one value."""
        return float(self.shares(np.array([code], np.uint64))[0])

    def shares(self, codes: Codes) -> Real:
        """Return the share of each value; 1 where no value is known at all."""
        if not len(self.codes):
            return np.ones(len(codes))
        if len(codes) < _MANY:
            return self._shares(codes)
        found = np.empty(len(codes))
        order = np.argsort(codes)
        found[order] = self._shares(codes[order])
        return found

    def _shares(self, codes: Codes) -> Real:
        at = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[at] == codes, self.share[at], self.rare)
