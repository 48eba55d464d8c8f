"""How alike the values of two fields are, for pairs of fields that both have samples."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.mapping.value_profile import Profile

Matrix = NDArray[np.float32]

VALUES: Final = (
    "values_shared",
    "values_shared_rare",
    "words_shared",
    "patterns_shared",
    "formats_differ",
    "shape_differs",
    "numbers_alike",
    "numbers_differ",
    "distinct_differs",
    "no_overlap",
)


def value_features(sources: Sequence[Profile | None], targets: Sequence[Profile | None]) -> Matrix:
    """Return the features of all pairs, of shape (sources, targets, len(VALUES)); zeros where a side has no samples."""
    found = np.zeros((len(sources), len(targets), len(VALUES)), dtype=np.float32)
    rarity = _rarity([one for one in (*sources, *targets) if one is not None])
    for row, one in enumerate(sources):
        for column, other in enumerate(targets):
            if one is not None and other is not None:
                found[row, column] = _pair(one, other, rarity)
    return found


def comparable(sources: Sequence[Profile | None], targets: Sequence[Profile | None]) -> NDArray[np.bool_]:
    """Return which pairs have samples on both sides."""
    have = [np.array([one is not None for one in of], dtype=bool) for of in (sources, targets)]
    return np.asarray(np.logical_and.outer(have[0], have[1]))


def _rarity(profiles: Sequence[Profile]) -> Mapping[str, float]:
    """Return how much a value tells: one that many columns hold tells little."""
    counts = Counter(value for one in profiles for value in one.values)
    return {value: 1 / count for value, count in counts.items()}


def _pair(one: Profile, other: Profile, rarity: Mapping[str, float]) -> list[float]:
    shared = one.values.keys() & other.values.keys()
    smaller = min(len(one.values), len(other.values))
    mass = sum(min(one.values[value], other.values[value]) for value in shared)
    return [
        mass,
        sum(rarity[value] for value in shared) * 2 / smaller,
        _mass(one.tokens, other.tokens),
        _mass(one.patterns, other.patterns),
        float(np.abs(one.formats - other.formats).max()),
        float(np.abs(one.shape - other.shape).mean()),
        *_numeric(one, other),
        abs(one.distinct - other.distinct),
        float(not shared and max(one.distinct, other.distinct) < _REPEATS),
    ]


_REPEATS: Final = 0.5


def _mass(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(min(share, other[key]) for key, share in one.items() if key in other)


def _numeric(one: Profile, other: Profile) -> tuple[float, float]:
    """Return how alike and how different two columns of numbers are (by the Kolmogorov-Smirnov distance)."""
    if not one.numbers.size or not other.numbers.size:
        return 0.0, float(bool(one.numbers.size) != bool(other.numbers.size))
    every = np.concatenate([one.numbers, other.numbers])
    below = [np.searchsorted(of.numbers, every, side="right") / of.numbers.size for of in (one, other)]
    distance = float(np.abs(below[0] - below[1]).max())
    return 1 - distance, distance
