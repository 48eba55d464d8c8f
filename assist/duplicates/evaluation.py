"""How good groups are against the truth: pairwise, by record, and what blocking lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.blocking import blocks_of
from assist.duplicates.pairs import Pairs, contains, union

Index = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


def truth_pairs(truth: Index) -> Pairs:
    """Return packed pairs of records with the same true label."""
    labels = np.asarray(truth, np.int64) - np.min(truth) + 1
    found = blocks_of(labels.astype(np.uint64))
    return union(found.pairs(int(found.sizes.max()) if len(found.sizes) else 1, len(truth)))


def pairwise(groups: Index, truth: Index) -> Quality:
    """Return how many pairs of one group are of one truth, and the other way round."""
    both = _pairs_in(np.unique(np.stack([groups, truth]), axis=1, return_counts=True)[1])
    found = _pairs_in(np.unique(groups, return_counts=True)[1])
    right = _pairs_in(np.unique(truth, return_counts=True)[1])
    return Quality(precision=both / max(found, 1), recall=both / max(right, 1))


def _pairs_in(counts: Index) -> int:
    return int((counts * (counts - 1) // 2).sum())


def b_cubed(groups: Index, truth: Index) -> Quality:
    """Return the mean over records of how pure and how complete each one's group is (Bagga and Baldwin 1998)."""
    _, which, shared = np.unique(np.stack([groups, truth]), axis=1, return_inverse=True, return_counts=True)
    both = shared[which.ravel()]
    sizes = [np.unique(label, return_inverse=True, return_counts=True)[1:] for label in (groups, truth)]
    precision, recall = (float(np.mean(both / count[at])) for at, count in sizes)
    return Quality(precision=precision, recall=recall)


def lost(compared: Pairs, truth: Pairs) -> float:
    """Return the share of true pairs that were never compared."""
    return 1 - float(contains(truth, compared).mean()) if len(truth) else 0.0


def of_pairs(found: Pairs, truth: Pairs) -> Quality:
    """Return the quality of a set of pairs."""
    hits = int(contains(found, truth).sum())
    return Quality(precision=hits / max(len(found), 1), recall=hits / max(len(truth), 1))
