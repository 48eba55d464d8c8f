"""A suggestion: which target a source field belongs to, how likely, why, and what else it could be."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assist.mapping.catalogue import Field
from assist.mapping.settings import SuggesterSettings


class Band(StrEnum):
    """What a person is asked to do with a suggestion."""

    SUGGEST = "suggest"
    REVIEW = "review"
    ABSTAIN = "abstain"


def band(probability: float, settings: SuggesterSettings) -> Band:
    """Return the band of a probability."""
    if probability >= settings.suggest_from:
        return Band.SUGGEST
    return Band.REVIEW if probability >= settings.review_from else Band.ABSTAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One thing that speaks for or against a pair.

    Attributes:
        compared: what was compared ("names", "values", "types", ...).
        seen: what was seen, in words; values themselves are never repeated.
        weight: what it added to (or took from) the log-odds.
    """

    compared: str
    seen: str
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One target that a source field may belong to, with its reasons, the weightiest first."""

    target: Field
    probability: float
    reasons: Sequence[Reason] = ()
    warnings: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """What is suggested for one source field.

    Attributes:
        chosen: the target after each was given to one source field only; None when the suggester abstains.
        candidates: the likeliest targets, best first, taken or not.
        line: which of several order lines the chosen target is of, from 0; 0 also for all else.
        parts: the fields that the target is put together from, the source the first of them; none for one field alone.
    """

    source: Field
    chosen: Candidate | None
    band: Band
    candidates: Sequence[Candidate]
    line: int = 0
    parts: Sequence[Field] = ()

    @property
    def probability(self) -> float:
        """The probability of what was chosen; of the best candidate when nothing was."""
        if self.chosen is not None:
            return self.chosen.probability
        return self.candidates[0].probability if self.candidates else 0.0
