"""How common each value is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.table import Codes

Real = NDArray[np.float64]
_LEAST = 1e-9


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
        shares = self.shares(codes, np.ones(len(codes), bool))
        bits: Real = np.log2(np.maximum(shares, _LEAST) / max(self.agreement, _LEAST))
        return bits

    def share_of(self, code: np.uint64) -> float:
        """Return the share of one value."""
        return float(self.shares(np.array([code], np.uint64), np.array([True]))[0])

    def shares(self, codes: Codes, wanted: NDArray[np.bool_]) -> Real:
        """Return the share of each value where it is wanted, 1 elsewhere."""
        found = np.ones(len(codes))
        if len(self.codes) and wanted.any():
            asked = codes[wanted]
            at = np.minimum(np.searchsorted(self.codes, asked), len(self.codes) - 1)
            found[wanted] = np.where(self.codes[at] == asked, self.share[at], self.rare)
        return found
