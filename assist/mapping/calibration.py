"""From log-odds to probabilities: a pair's own log-odds and its rivals', weighed by a bounded logistic regression.

Over all candidates of a field that fit is a compromise with the hopeless many, and for systems that nothing was learned
from the first come out too shy. So first choices rise by one number more. Below even odds they rise less, and what is too
weak to be shown to anybody stays where it is.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (  # type: ignore[import-untyped]  # scipy ships no types
    minimize,
    minimize_scalar,
)
from scipy.special import expit, logit  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping.settings import SuggesterSettings

Array = NDArray[np.float64]
Labels = NDArray[Any]
Bound = tuple[float | None, float | None]

MOST: Final = 30.0
_LEAST: Final = 1e-12
_RIVALS: Final = 5
_NO_SPREAD: Final = 1e-6
# Below these log-odds a pair is shown to nobody. It has to be less than 0, where first choices rise in full.
_SHOWN_FROM: Final = float(logit(SuggesterSettings().review_from))
_MOST_BEND: Final = 3.0

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


def rising(scores: Array, queries: Labels, has_values: Array) -> Array:
    """Return which share of the bend each pair gets: first choices all of it from even odds on, all other pairs nothing.

    A field's first choice is its likeliest pair, or several that are alike. Pairs with values are left as they are: those
    we learn from are made up, and nearly all of them have their counterpart.

    Args:
        scores: log-odds against rivals.
    """
    fields, of = np.unique(queries, return_inverse=True)
    top = np.full(len(fields), -np.inf)
    np.maximum.at(top, of, scores)
    first = (scores == top[of]) & ~(has_values > 0)
    return np.asarray(first * np.clip(1 - scores / _SHOWN_FROM, 0.0, 1.0))


def bend(scores: Array, shares: Array, labels: Labels) -> float:
    """Return by how much first choices have to rise so that they are right as often as they say.

    It is never less than nothing: a first choice that sank could fall behind the second.
    """
    bent = shares > 0
    if len(np.unique(labels[bent])) < 2:
        return 0.0
    sign = 2.0 * labels[bent] - 1.0

    def loss(by: float) -> float:
        return float(np.logaddexp(0, -sign * (scores[bent] + by * shares[bent])).sum())

    return float(minimize_scalar(loss, bounds=(0.0, _MOST_BEND), method="bounded").x)


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
