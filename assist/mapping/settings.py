"""What an installation may set of the suggester."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggesterSettings:
    """When a suggestion is made, shown for review, or kept back.

    Attributes:
        suggest_from: the least probability of a suggestion that may be taken over with one click.
        review_from: the least probability that is shown at all; below it the suggester abstains.
        top_k: how many candidates are told for each source field.
        reasons: how many reasons are told for each candidate.
        required_bonus: how much likelier a required target wins a source field that two targets want.
    """

    suggest_from: float = 0.85
    review_from: float = 0.3
    top_k: int = 5
    reasons: int = 4
    required_bonus: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.review_from <= self.suggest_from <= 1:
            raise ValueError(
                f"review_from ({self.review_from}) and suggest_from ({self.suggest_from}) must rise from 0 to 1"
            )
        if self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}; at least one candidate has to be told")
