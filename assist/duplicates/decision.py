"""What is decided from the evidence: from how many bits two groups are one customer."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.kind import Kind
from assist.duplicates.settings import Settings

Real = NDArray[np.float64]
_STEP = 0.1
_MOST_BITS = 500


def probability(bits: Real) -> Real:
    """Return the probability that bits of evidence stand for."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -_MOST_BITS, _MOST_BITS))))


def threshold(bits: Real, kinds: Iterable[Kind], settings: Settings) -> float:
    """Return the mean bits from which two groups are joined.

    Tables of companies hold branches, franchises and namesakes. There the threshold is the lowest at which
    the model expects few enough wrong pairs, up to `company_bits`. Elsewhere even odds decide.
    """
    if Kind.COMPANY not in set(kinds):
        return settings.cluster_bits
    above = np.sort(bits[bits > settings.cluster_bits])[::-1]
    if not len(above):
        return settings.cluster_bits
    wrong = np.cumsum(1 - probability(above)) / np.arange(1, len(above) + 1)
    few = np.flatnonzero(wrong <= settings.wrong_share)
    lowest = float(above[few[-1]]) - _STEP if len(few) else settings.company_bits
    if len(few) == len(above):
        lowest = settings.cluster_bits
    return float(np.clip(lowest, settings.cluster_bits, settings.company_bits))
