"""The matcher: the probability that a source field belongs to a target field, learned from shipped pairs."""
# ruff: noqa: N803 - X and C are what scikit-learn's contract calls them

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit  # type: ignore[import-untyped]  # scipy ships no types
from sklearn.base import (  # type: ignore[import-untyped]  # scikit-learn ships no types
    BaseEstimator,
    ClassifierMixin,
)
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]  # scikit-learn ships no types
from sklearn.utils.validation import (  # type: ignore[import-untyped]  # scikit-learn ships no types
    check_array,
    check_is_fitted,
    check_X_y,
)

from assist.mapping.calibration import INPUT, MOST, Bound, bend, calibration_input, logistic, rising
from assist.mapping.name_features import NAMES
from assist.mapping.shortlist import shortlist
from assist.mapping.trees import Array, Trees
from assist.mapping.value_features import VALUES

# The layout of a pair's features: names, values, and whether both sides have values at all.
FEATURES: Final = (*NAMES, *VALUES, "has_values")
_NAMES_END: Final = len(NAMES)
# Which way a feature may count. A difference never speaks for a pair, however the training pairs fell, so that
# what a person reads as a reason is one.
_AGAINST: Final = ("differ", "no_overlap")
_EITHER_WAY: Final = frozenset({"core", "uncommon", "custom", "required", "names"})
# What of the names is looked at again once values are there: names that were cut short say little alone.
_AGAIN: Final = tuple(NAMES.index(name) for name in ("same_name", "own_words", "shortened", "consonants"))
_NAME_STEP: Final = 6.0
# The second model's input.
_TOLD: Final = ("names", *(NAMES[at] for at in _AGAIN), *VALUES)


class FieldMatcher(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Boosted trees over the names, a linear model that adds values, and a calibration by rivals.

    The trees may only rise with what speaks for a pair and fall with what speaks against it. The calibration sees
    the pair's own log-odds and its log-odds against the source field's other candidates, and is fitted on
    predictions for systems the models had not seen. `bend` adds what only systems that were kept aside can tell.

    Args:
        trees: how many trees look at the names.
        leaves: of each tree, at most.
        learning_rate: of the trees.
        C: inverse strength of the L2 penalty of the linear models.
        folds: of the cross-validation by group that the calibration is fitted on.
        random_state: passed to scikit-learn; the shipped data is small enough that the result does not depend on it.

    Attributes:
        names_: the trees.
        values_coef_: weights of the name log-odds, the names looked at again, and the value features.
        calibration_coef_: weights of the pair's log-odds and of its log-odds against rivals, and an intercept.
        bend_: how much first choices by name rise, in log-odds; nothing before `bend`.
    """

    def __init__(
        self,
        *,
        trees: int = 150,
        leaves: int = 10,
        learning_rate: float = 0.07,
        C: float = 1.0,
        folds: int = 5,
        random_state: int | None = 0,
    ) -> None:
        self.trees = trees
        self.leaves = leaves
        self.learning_rate = learning_rate
        self.C = C
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        queries: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        calibrate_on: ArrayLike | None = None,
    ) -> Self:
        """Learn from pairs.

        Args:
            X: rows of `FEATURES`.
            y: 1 where the pair belongs together.
            queries: for each row the number of its source field; rows of one field are rivals.
            groups: for each row its source system; the calibration never sees a system it was trained on.
            calibrate_on: rows that the calibration is fitted on; all when not given. Rows of a source field that
                belongs nowhere are left out: whether there is a target at all, a person knows better.
        """
        features, labels = check_X_y(X, y, dtype=np.float64)
        if features.shape[1] != len(FEATURES):
            raise ValueError(f"a pair has {len(FEATURES)} features, not {features.shape[1]}")
        of_query: NDArray[Any] = np.arange(len(labels)) if queries is None else np.asarray(queries)
        of_group: NDArray[Any] = of_query if groups is None else np.asarray(groups)
        fit_on = np.ones(len(labels), dtype=bool)
        if calibrate_on is not None:
            fit_on &= np.asarray(calibrate_on, dtype=bool)
        if queries is not None:
            fit_on &= np.isin(of_query, of_query[labels == 1])
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = features.shape[1]
        self._calibrate(features, labels, of_query, of_group, fit_on)
        self._learn(features, labels)
        self.bend_ = 0.0
        return self

    def bend(self, X: ArrayLike, y: ArrayLike, *, queries: ArrayLike) -> Self:
        """Let first choices rise until they are right as often as they say, for systems that nothing was learned from.

        Args:
            X: rows of `FEATURES`, of systems that `fit` had not seen.
            y: 1 where the pair belongs together.
            queries: for each row the number of its source field. Those that belong nowhere are left out, as in `fit`.
        """
        features, labels = check_X_y(X, y, dtype=np.float64)
        of_query = np.asarray(queries)
        scores = self._scores(self.decision_function(features), of_query, features[:, -1])
        fit_on = np.isin(of_query, of_query[labels == 1])
        shares = rising(scores, of_query, features[:, -1]) * fit_on
        self.bend_ = bend(scores, shares, labels)
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the log-odds of pairs, each judged alone."""
        check_is_fitted(self, "names_")
        features = self._checked(X)
        found = self.names_.log_odds(features[:, :_NAMES_END])
        with_values = features[:, -1] > 0
        if with_values.any():
            told = _with_values(features[with_values], found[with_values])
            found[with_values] = told @ self.values_coef_ + self.values_intercept_
        return np.asarray(np.clip(found, -MOST, MOST))

    def predict_proba(self, X: ArrayLike, *, queries: ArrayLike | None = None) -> Array:
        """Return calibrated probabilities, of shape (pairs, 2); without `queries` no pair has rivals."""
        alone = self.decision_function(X)
        of_query: NDArray[Any] = np.arange(len(alone)) if queries is None else np.asarray(queries)
        positive = self.calibrated(alone, of_query, np.asarray(X)[:, -1])
        return np.column_stack([1 - positive, positive])

    def calibrated(self, alone: Array, queries: NDArray[Any], has_values: Array) -> Array:
        """Return the probabilities of pairs with these log-odds."""
        scores = self._scores(alone, queries, has_values)
        return np.asarray(expit(scores + self.bend_ * rising(scores, queries, has_values)))

    def _scores(self, alone: Array, queries: NDArray[Any], has_values: Array) -> Array:
        """Return the log-odds of pairs against rivals, before first choices rise."""
        told = calibration_input(alone, queries, has_values)
        return np.asarray(told @ self.calibration_coef_ + self.calibration_intercept_)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return 1 for pairs that are likelier right than not."""
        return np.asarray(self.predict_proba(X)[:, 1] > 0.5, dtype=np.int64)

    def judge(self, X: ArrayLike) -> Array:
        """Return the log-odds of all pairs, of shape (sources, targets).

        Each source field's few likely targets are looked at closely; the rest only keep their order behind them.

        Args:
            X: features of shape (sources, targets, len(FEATURES)).
        """
        cube = np.asarray(X)
        chosen, behind = shortlist(cube, FEATURES)
        found = behind - MOST
        found[chosen] = self.decision_function(cube[chosen])
        return np.asarray(found)

    def rank(self, X: ArrayLike) -> tuple[Array, NDArray[np.intp]]:
        """Return probabilities of shape (sources, targets) and each source's targets, best first.

        Args:
            X: features of shape (sources, targets, len(FEATURES)).
        """
        cube = np.asarray(X)
        rows, columns = cube.shape[:2]
        if not rows or not columns:
            return np.zeros((rows, columns)), np.zeros((rows, columns), dtype=np.intp)
        alone = self.judge(cube)
        queries = np.repeat(np.arange(rows), columns)
        flat = self.calibrated(alone.ravel(), queries, cube[:, :, -1].ravel())
        chances = flat.reshape(rows, columns)
        return chances, np.lexsort((-alone, -chances), axis=1)

    def weights(self, X: ArrayLike) -> Array:
        """Return how much each feature of pairs added to or took from their log-odds, in the shape of X."""
        features = self._checked(X)
        told = np.zeros_like(features)
        told[:, :_NAMES_END] = self.names_.shares(features[:, :_NAMES_END])
        with_values = features[:, -1] > 0
        if with_values.any():
            told[with_values] = self._weights_with_values(features[with_values], told[with_values])
        return told

    def _weights_with_values(self, features: Array, named: Array) -> Array:
        """Return the weights after the second model has looked; `named` are those of the first."""
        total = named.sum(axis=1, keepdims=True)
        bounded = np.tanh(total / _NAME_STEP) / np.where(total == 0, 1.0, total) * self.values_coef_[0]
        told = named * bounded
        told[:, _AGAIN] += features[:, _AGAIN] * self.values_coef_[1 : 1 + len(_AGAIN)]
        told[:, _NAMES_END:-1] = features[:, _NAMES_END:-1] * self.values_coef_[1 + len(_AGAIN) :]
        return np.asarray(told)

    def _checked(self, X: ArrayLike) -> Array:
        features = check_array(X, dtype=np.float64)
        if features.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {features.shape[1]} features, but FieldMatcher expects {self.n_features_in_}"
            )
        return np.asarray(features)

    def _learn(self, features: Array, labels: NDArray[Any]) -> None:
        with_values = features[:, -1] > 0
        plain = ~with_values if labels[~with_values].sum() > 0 else np.ones(len(labels), dtype=bool)
        self.names_ = Trees.grow(
            features[plain][:, :_NAMES_END],
            labels[plain],
            [_sign(name) for name in NAMES],
            max_iter=self.trees,
            max_leaf_nodes=self.leaves,
            learning_rate=self.learning_rate,
            min_samples_leaf=40,
            l2_regularization=5.0,
            random_state=self.random_state,
        )
        self.values_coef_, self.values_intercept_ = np.zeros(len(_TOLD)), 0.0
        self.values_coef_[0] = _NAME_STEP
        if len(np.unique(labels[with_values])) > 1:
            by_name = self.names_.log_odds(features[with_values][:, :_NAMES_END])
            told = _with_values(features[with_values], by_name)
            self.values_coef_, self.values_intercept_ = logistic(
                told, labels[with_values], [_bound(name) for name in _TOLD], self.C
            )

    def _calibrate(
        self,
        features: Array,
        labels: NDArray[Any],
        queries: NDArray[Any],
        groups: NDArray[Any],
        fit_on: NDArray[np.bool_],
    ) -> None:
        """Fit the calibration on pairs of groups that the models had not seen."""
        alone = np.zeros(len(labels))
        folds = min(self.folds, len(np.unique(groups)))
        for seen, unseen in GroupKFold(n_splits=folds).split(features, labels, groups):
            part = FieldMatcher(**self.get_params())
            part.n_features_in_ = features.shape[1]
            part._learn(features[seen], labels[seen])
            alone[unseen] = part.decision_function(features[unseen])
        told = calibration_input(alone, queries, features[:, -1])
        self.calibration_coef_, self.calibration_intercept_ = logistic(
            told[fit_on], labels[fit_on], [_bound(name) for name in INPUT], self.C
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what was learned as plain numbers, by name."""
        check_is_fitted(self, "names_")
        linear = {name: np.round(getattr(self, name), 6).tolist() for name in _LINEAR}
        return {
            "features": list(FEATURES),
            **linear,
            "bend_": round(self.bend_, 6),
            "names_": self.names_.to_dict(),
        }

    @classmethod
    def from_dict(cls, learned: dict[str, Any]) -> Self:
        """Return a matcher that has learned this; without a bend, as older ones are, it bends nothing.

        Raises:
            ValueError: it was learned over other features.
        """
        if learned["features"] != list(FEATURES):
            raise ValueError("the stored field matcher was trained on other features; train it again")
        made = cls()
        for name in _LINEAR:
            value = learned[name]
            setattr(made, name, np.asarray(value) if isinstance(value, list) else float(value))
        made.bend_ = float(learned.get("bend_", 0.0))
        made.names_ = Trees.from_dict(learned["names_"])
        made.classes_, made.n_features_in_ = np.array([0, 1]), len(FEATURES)
        return made


_LINEAR: Final[Sequence[str]] = tuple(
    f"{part}_{what}_" for part in ("values", "calibration") for what in ("coef", "intercept")
)


def _with_values(features: Array, by_name: Array) -> Array:
    """Return the second model's input; the names' log-odds are bounded, so that values can overrule a lucky name."""
    bounded = np.tanh(by_name / _NAME_STEP)
    return np.column_stack([bounded, features[:, _AGAIN], features[:, _NAMES_END:-1]])


def _sign(name: str) -> int:
    """Return 1 for what speaks for a pair, -1 for what speaks against it, 0 for what may do either."""
    if name in _EITHER_WAY:
        return 0
    return -1 if any(word in name for word in _AGAINST) else 1


def _bound(name: str) -> Bound:
    """Return the least and greatest weight a feature may have."""
    return {0: (None, None), 1: (0.0, None), -1: (None, 0.0)}[_sign(name)]
