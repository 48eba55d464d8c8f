"""What a benchmark found: a value beside a reference of the same run, never a bare time."""

import operator
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One figure beside its reference.

    Attributes:
        reference: what the figure is held against (a floor, or a peer in the same run).
        ratio: value over reference, or the other way round where more is better; see `wanted`.
        wanted: what the ratio should be, as text ("<= 1.5").
    """

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    wanted: str = ""

    @property
    def is_met(self) -> bool:
        """Return whether the ratio is as wanted; where nothing is wanted, it is."""
        if not self.wanted:
            return True
        sign, _, bound = self.wanted.partition(" ")
        return bool(_SIGNS[sign](self.ratio, float(bound)))

    def as_dict(self) -> dict[str, object]:
        """Return the keys that `build/bench.json` holds."""
        row = asdict(self)
        row.pop("wanted")
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)
