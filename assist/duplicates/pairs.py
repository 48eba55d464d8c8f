"""Sets of pairs of rows, each packed as one number: `lower * rows + higher`.

NumPy's own set functions hash, which takes ten times as long as sorting does on tens of millions of numbers.
"""

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]


def packed(left: NDArray[np.int64], right: NDArray[np.int64], rows: int) -> Pairs:
    """Return pairs as one number each, the lower row first."""
    return np.minimum(left, right).astype(np.int64) * rows + np.maximum(left, right)


def no_pairs() -> Pairs:
    """Return the empty set."""
    return np.zeros(0, np.int64)


def union(*some: Pairs) -> Pairs:
    """Return every pair once, in order."""
    found = np.concatenate(some) if some else no_pairs()
    found.sort()
    return found[np.concatenate(([True], found[1:] != found[:-1]))] if len(found) else found


def contains(pairs: Pairs, ordered: Pairs) -> NDArray[np.bool_]:
    """Return which pairs are in an ordered set."""
    if not len(ordered):
        return np.zeros(len(pairs), bool)
    at = np.minimum(np.searchsorted(ordered, pairs), len(ordered) - 1)
    return np.asarray(ordered[at] == pairs)


def without(pairs: Pairs, ordered: Pairs) -> Pairs:
    """Return the pairs that are not in an ordered set."""
    return pairs[~contains(pairs, ordered)]
