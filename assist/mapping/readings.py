"""Many readings of many fields as sparse rows, compared all at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping.lexicon.book import Words
from assist.mapping.naming import Naming

Matrix = NDArray[np.float32]
_WEAK: Final = 0.45


class WordWeights:
    """How much a word tells: rare ones much, those that half the fields carry little."""

    def __init__(self, fields: Iterable[Naming], weak: frozenset[str]) -> None:
        seen = [field.words for field in fields]
        self._of = len(seen)
        self._counts = Counter(word for words in seen for word in words)
        self._weak = weak

    def __call__(self, word: str) -> float:
        """Return a word's weight."""
        weight = log((self._of + 2) / (self._counts[word] + 1)) + 0.5
        return weight * _WEAK if word in self._weak else weight


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Many readings of many fields as rows of unit length; `owner` starts each field's rows."""

    rows: csr_matrix
    starts: NDArray[np.intp]
    weights: NDArray[np.float32]


def readings(
    fields: Sequence[Sequence[tuple[Words, float]]], weigh: Callable[[str], float], columns: dict[str, int]
) -> Readings:
    """Return each field's readings as rows of unit length over the words' columns, which grow as words appear."""
    indptr, indices, data = [0], list[int](), list[float]()
    weights, starts = list[float](), list[int]()
    for readings in fields:
        starts.append(len(weights))
        for words, weight in readings or [((), 0.0)]:
            values = {columns.setdefault(word, len(columns)): weigh(word) for word in words}
            length = float(np.sqrt(sum(v * v for v in values.values()))) or 1.0
            indices += values.keys()
            data += [value / length for value in values.values()]
            indptr.append(len(indices))
            weights.append(weight)
    rows = csr_matrix((np.array(data, dtype=np.float32), indices, indptr), shape=(len(weights), len(columns)))
    return Readings(rows=rows, starts=np.array(starts), weights=np.array(weights, dtype=np.float32))


def best(one: Readings, other: Readings, width: int) -> Matrix:
    """Return the best cosine over all readings of both fields."""
    left, right = one.rows.copy(), other.rows.copy()
    left.resize(left.shape[0], width)
    right.resize(right.shape[0], width)
    cosines = np.asarray((left @ right.T).todense(), dtype=np.float32)
    cosines *= one.weights[:, None]
    cosines *= other.weights[None, :]
    by_target = np.maximum.reduceat(cosines, other.starts, axis=1)
    return np.asarray(np.maximum.reduceat(by_target, one.starts, axis=0), dtype=np.float32)


def bags(of: Sequence[Iterable[str]], columns: dict[str, int], weigh: Callable[[str], float]) -> csr_matrix:
    """Return bags of words as rows of their words' weights."""
    indptr, indices, data = [0], list[int](), list[float]()
    for bag in of:
        for word in sorted(set(bag)):
            indices.append(columns.setdefault(word, len(columns)))
            data.append(weigh(word))
        indptr.append(len(indices))
    return csr_matrix((np.array(data, dtype=np.float32), indices, indptr), shape=(len(of), len(columns)))
