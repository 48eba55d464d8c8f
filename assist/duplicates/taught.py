"""What people decided, as a correction of the evidence.

A logistic regression over the evidence as a whole and that of each comparison. It starts from the engine's own belief: pairs of
the run with the engine's probabilities count as a few decisions, so that three answers change little and three hundred a lot.
It is used only where it foretells decisions that it has not seen better than the evidence alone does (log loss, cross-validated).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.decision import probability

Real = NDArray[np.float64]
FEWEST = 10  # decisions of each kind
_BELIEF = 15.0  # decisions that the engine's own belief counts as
_CLIP = 15.0
_FOLDS = 5
_EVEN = 1e-4  # a probability is kept this far from certain when its loss is counted


@dataclass(frozen=True, kw_only=True)
class Teaching:
    """How far decisions changed the engine.

    Attributes:
        decisions: how many were learned from.
        before, after: log loss of the evidence alone, and of the correction, on decisions it had not seen.
        used: the correction foretold them better, and counts.
    """

    decisions: int
    before: float
    after: float
    used: bool


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A correction of bits.

    Attributes:
        whole: what a bit of the whole evidence counts, in natural log odds.
        parts: what a bit of each comparison counts beside that.
    """

    start: float
    whole: float
    parts: Real

    def bits(self, bits: Real, evidence: Real) -> Real:
        """Return corrected bits. Beyond what people were asked about, evidence counts on as it is.

        Args:
            evidence: bits of each comparison, pairs by comparisons.
        """
        near = np.clip(bits, -_CLIP, _CLIP)
        odds = self.start + self.whole * near + np.clip(evidence, -_CLIP, _CLIP) @ self.parts
        return np.asarray(odds / np.log(2) + (bits - near))


def learn(
    bits: Real, evidence: Real, said: NDArray[np.bool_], own_bits: Real, own_evidence: Real
) -> tuple[Taught | None, Teaching | None]:
    """Return the correction that decisions teach, or None where it would not help, and how it was judged.

    Args:
        bits, evidence: of the pairs that were decided, by pair and by comparison.
        said: which of them are one customer.
        own_bits, own_evidence: of some pairs that nobody decided about: the engine's belief.
    """
    fewest = int(min(said.sum(), (~said).sum()))
    if fewest < FEWEST:
        return None, None
    before = _loss(probability(bits), said)
    foretold = np.empty(len(said))
    for held in _folds(said):
        taught = _fitted(bits[~held], evidence[~held], said[~held], own_bits, own_evidence)
        foretold[held] = probability(taught.bits(bits[held], evidence[held]))
    after = _loss(foretold, said)
    teaching = Teaching(decisions=len(said), before=before, after=after, used=after < before)
    if not teaching.used:
        return None, teaching
    return _fitted(bits, evidence, said, own_bits, own_evidence), teaching


def _fitted(
    bits: Real, evidence: Real, said: NDArray[np.bool_], own_bits: Real, own_evidence: Real
) -> Taught:
    # Imported here: it takes a second, which a lookup of one record does not have.
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # it ships no types

    believed = probability(own_bits)
    share = _BELIEF / max(len(own_bits), 1)
    table = np.vstack(
        [_table(bits, evidence), _table(own_bits, own_evidence), _table(own_bits, own_evidence)]
    )
    answer = np.concatenate([said, np.ones(len(believed), bool), np.zeros(len(believed), bool)])
    weight = np.concatenate([np.ones(len(said)), share * believed, share * (1 - believed)])
    fitted = LogisticRegression(C=0.1, max_iter=1000).fit(table, answer, sample_weight=weight)
    whole, *parts = fitted.coef_[0].tolist()
    return Taught(start=float(fitted.intercept_[0]), whole=whole, parts=np.array(parts))


def _table(bits: Real, evidence: Real) -> Real:
    return np.clip(np.column_stack([bits, evidence]), -_CLIP, _CLIP)


def _folds(said: NDArray[np.bool_]) -> Sequence[NDArray[np.bool_]]:
    """Return masks that hold out each decision once, both kinds in each."""
    place = np.empty(len(said), int)
    for kind in (True, False):
        place[said == kind] = np.arange(int((said == kind).sum())) % _FOLDS
    return [place == fold for fold in range(_FOLDS)]


def _loss(foretold: Real, said: NDArray[np.bool_]) -> float:
    sure = np.clip(foretold, _EVEN, 1 - _EVEN)
    return float(-np.mean(np.where(said, np.log(sure), np.log(1 - sure))))
