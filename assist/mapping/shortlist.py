"""Blocking: which few targets of each source field are worth a close look."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_KEPT: Final = 40
# Rough and cheap; it only has to keep the right one among the first forty. A test measures what it loses.
_WEIGHTS: Final = {
    "best_words": 1.0,
    "jaro_winkler": 1.0,
    "core": 0.5,
    "shortened": 1.0,
    "values_shared": 1.0,
    "custom": 0.2,
}


def likeness(cube: NDArray[Any], features: Sequence[str]) -> NDArray[np.float64]:
    """Return a rough likeness of all pairs, of the cube's shape without its last axis."""
    return np.asarray(
        sum(w * cube[..., features.index(name)] for name, w in _WEIGHTS.items()), dtype=np.float64
    )


def shortlist(cube: NDArray[Any], features: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which pairs are worth a close look, and the likeness of all.

    Args:
        cube: features of shape (sources, targets, features).
    """
    alike = likeness(cube, features)
    chosen = np.ones(alike.shape, dtype=bool)
    if alike.shape[1] > _KEPT:
        chosen[:] = False
        best = np.argpartition(-alike, _KEPT, axis=1)[:, :_KEPT]
        np.put_along_axis(chosen, best, values=True, axis=1)
    return chosen, alike
