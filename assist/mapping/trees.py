"""Boosted trees as plain arrays: what scikit-learn grew, kept as numbers and read by numpy alone.

The arrays go into git as JSON and give the same answer under any version of scikit-learn; a pickle would not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import (  # type: ignore[import-untyped]  # scikit-learn ships no types
    HistGradientBoostingClassifier,
)

Array = NDArray[np.float64]
_CHUNK: Final = 4096
_DIGITS: Final = 9
_LEAF: Final = -1


@dataclass(frozen=True, kw_only=True)
class Trees:
    """The nodes of all trees, one after another.

    Attributes:
        roots: the first node of each tree.
        feature: the column a node asks for, -1 for a leaf.
        threshold: values up to it go left.
        value: what the node adds to the log-odds; of an inner node, what it would add if it were a leaf.
        start: the log-odds before any tree.
    """

    roots: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Array
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Array
    start: float
    depth: int

    @classmethod
    def grow(cls, features: Array, labels: NDArray[Any], signs: Sequence[int], **settings: Any) -> Self:
        """Return trees grown on rows.

        Args:
            signs: for each feature 1 or -1 where it may only raise or lower the answer, else 0.
            settings: of scikit-learn's `HistGradientBoostingClassifier`.
        """
        grown = HistGradientBoostingClassifier(monotonic_cst=list(signs), early_stopping=False, **settings)
        grown.fit(features, labels)
        # Not public, and the only way to the nodes; a test holds our answers against scikit-learn's own.
        nodes = [stage[0].nodes for stage in grown._predictors]
        return cls._from_nodes(nodes, float(grown._baseline_prediction.ravel()[0]), grown.learning_rate)

    @classmethod
    def _from_nodes(cls, nodes: Sequence[NDArray[Any]], start: float, learning_rate: float) -> Self:
        roots = np.cumsum([0, *(len(one) for one in nodes)])[:-1]
        moved = [one["left"].astype(np.int64) + root for one, root in zip(nodes, roots, strict=True)]
        other = [one["right"].astype(np.int64) + root for one, root in zip(nodes, roots, strict=True)]
        every = np.concatenate(nodes)
        leaf = every["is_leaf"].astype(bool)
        itself = np.arange(len(every))
        return cls(
            roots=roots.astype(np.int64),
            feature=np.where(leaf, _LEAF, every["feature_idx"]).astype(np.int64),
            threshold=np.where(leaf, 0.0, every["num_threshold"]),
            left=np.where(leaf, itself, np.concatenate(moved)),
            right=np.where(leaf, itself, np.concatenate(other)),
            # Only leaves have the learning rate in their values.
            value=_rounded(every["value"] * np.where(leaf, 1.0, learning_rate)),
            start=start,
            depth=int(every["depth"].max(initial=0)),
        )

    def log_odds(self, features: Array) -> Array:
        """Return the log-odds of rows."""
        found = np.empty(len(features))
        for at in range(0, len(features), _CHUNK):
            chunk = features[at : at + _CHUNK]
            rows = np.arange(len(chunk))[:, None]
            nodes = np.broadcast_to(self.roots, (len(chunk), len(self.roots)))
            for _ in range(self.depth):
                nodes = self._next(chunk, rows, nodes)
            found[at : at + _CHUNK] = self.value[nodes].sum(axis=1) + self.start
        return found

    def shares(self, features: Array) -> Array:
        """Return how much each feature added to the log-odds of rows, following their paths down each tree.

        Source: Saabas, "Interpreting random forests" (2014); a row's shares and `start` sum to its log-odds.
        """
        count, width = features.shape
        told = np.zeros(count * width)
        rows = np.arange(count)[:, None]
        nodes = np.broadcast_to(self.roots, (count, len(self.roots)))
        for _ in range(self.depth):
            after = self._next(features, rows, nodes)
            # A leaf leads to itself and adds nothing, wherever its -1 is counted.
            cells = (rows * width + self.feature[nodes] % width).ravel()
            told += np.bincount(
                cells, weights=(self.value[after] - self.value[nodes]).ravel(), minlength=len(told)
            )
            nodes = after
        return told.reshape(count, width)

    def _next(self, features: Array, rows: NDArray[np.int64], nodes: NDArray[np.int64]) -> NDArray[np.int64]:
        goes_left = features[rows, self.feature[nodes]] <= self.threshold[nodes]
        return np.where(goes_left, self.left[nodes], self.right[nodes])

    def to_dict(self) -> dict[str, Any]:
        """Return the trees as plain numbers."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        """Return the trees that `to_dict` kept."""
        arrays: dict[str, Any] = {
            name: np.asarray(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        return cls(**arrays)


def _rounded(values: NDArray[Any]) -> Array:
    """Return numbers with as many digits as the file keeps, so that kept and fresh trees answer alike."""
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])
