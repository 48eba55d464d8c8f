"""From log-odds to probabilities: a pair's own log-odds and its rivals', weighed by a bounded logistic regression."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types
from scipy.special import expit  # type: ignore[import-untyped]  # scipy ships no types

Array = NDArray[np.float64]
Labels = NDArray[Any]
Bound = tuple[float | None, float | None]

MOST: Final = 30.0
_LEAST: Final = 1e-12
_RIVALS: Final = 5
_NO_SPREAD: Final = 1e-6

# The calibration's input: log-odds alone and against rivals, each without and with values on both sides.
INPUT: Final = ("alone", "against", "alone with values", "against with values", "names")


def calibration_input(alone: Array, queries: Labels, has_values: Array) -> Array:
    """Return each pair's log-odds, and its log-odds against the best other candidates of its source field.

    Only the best few count, so that the answer does not depend on how many hopeless fields a record has.
    """
    _, of = np.unique(queries, return_inverse=True)
    order = np.lexsort((-alone, of))
    starts = np.flatnonzero(np.r_[True, np.diff(of[order]) > 0])
    place = np.empty(len(alone), dtype=np.intp)
    place[order] = np.arange(len(alone)) - starts[of[order]]
    top = alone[order][starts][of]
    share = np.exp(alone - top)
    ahead = np.bincount(of, weights=share * (place < _RIVALS))[of]
    next_best = np.bincount(of, weights=share * (place == _RIVALS))[of]
    others = np.where(place < _RIVALS, ahead - share + next_best, ahead)
    against = alone - np.where(others > 0, top + np.log(np.maximum(others, _LEAST)), -MOST)
    both = np.clip(np.column_stack([alone, against]), -MOST, MOST)
    with_values = (has_values > 0)[:, None]
    return np.column_stack([both * ~with_values, both * with_values, with_values])


def logistic(
    features: Array, labels: Labels, bounds: Sequence[Bound], strength: float
) -> tuple[Array, float]:
    """Return the weights and the intercept of a logistic regression whose weights stay within bounds.

    Args:
        strength: inverse strength of the L2 penalty, on features of unit spread.
    """
    spread = features.std(axis=0)
    spread[spread < _NO_SPREAD] = 1.0
    scaled = features / spread
    sign = 2.0 * labels - 1.0

    def loss(weights: Array) -> tuple[float, Array]:
        margin = sign * (scaled @ weights[:-1] + weights[-1])
        pull = -sign * expit(-margin)
        gradient = np.r_[scaled.T @ pull + weights[:-1] / strength, pull.sum()]
        return float(np.logaddexp(0, -margin).sum() + weights[:-1] @ weights[:-1] / (2 * strength)), gradient

    start = np.zeros(features.shape[1] + 1)
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)], options={"maxiter": 500}
    )
    return np.asarray(found.x[:-1] / spread), float(found.x[-1])
