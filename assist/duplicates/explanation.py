"""Why two records may be one customer: what agrees, what does not, and how much each weighs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.comparison import CLOSE, EXACT, MISSING, compare
from assist.duplicates.kind import Kind
from assist.duplicates.model import Model
from assist.duplicates.table import Table

Index = NDArray[np.int64]
_SAYS_LITTLE = 0.5
_RARE, _FEW = 0.01, 3
_DIFFERENT_WORDS = {
    Kind.HOUSE_NUMBER: "different house number",
    Kind.MARKS: "different branch words or numbers",
    Kind.IDENTIFIER: "different number",
    Kind.DOMAIN: "different domain",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """What one comparison says.

    Attributes:
        comparison: the column and what of it ("address: house number").
        bits: how much it weighs: positive for one customer, negative for two.
        words: what was seen, for a person to read.
    """

    comparison: str
    bits: float
    words: str
    left: str
    right: str


def explain(model: Model, left: Table, i: Index, right: Table, j: Index) -> list[list[Reason]]:
    """Return the reasons of each pair of rows, the weightiest first.

    A comparison weighs what the evidence would lose if its column were missing; because the kinds of
    non-match overlap, the weights need not add up to the whole.
    """
    if not model.frequencies:  # nothing was learned, so nothing is said
        return [[] for _ in range(len(i))]
    levels = compare(left, i, right, j)
    rare = model.rarity(left, i, levels)
    whole = model.weights.bits(levels, rare)
    corrected = model.judged(levels, rare) - whole
    lost = whole - model.weights.without(levels, rare)
    found: list[list[Reason]] = [[] for _ in range(len(i))]
    for at, part in enumerate(left.parts):
        bits = lost[at]
        texts = part.values[i], right.parts[at].values[j]
        for row in np.flatnonzero((levels[at] != MISSING) & (np.abs(bits) > _SAYS_LITTLE)):
            one, other = (str(side[row]) for side in texts)
            known = model.frequencies[at]
            is_rare = known.share_of(part.codes[i[row]]) < min(_RARE, _FEW * known.rare)
            found[row].append(
                Reason(
                    comparison=part.name,
                    bits=round(float(bits[row]), 1),
                    words=_words(part.kind, int(levels[at][row]), model.last_level(at), rare=is_rare),
                    left=one,
                    right=other,
                )
            )
    for row in np.flatnonzero(np.abs(corrected) > _SAYS_LITTLE):
        words = "called the same" if corrected[row] > 0 else "told apart"
        found[row].append(
            Reason(
                comparison="people",
                bits=round(float(corrected[row]), 1),
                words=f"have {words} what is like it",
                left="",
                right="",
            )
        )
    return [sorted(one, key=lambda reason: -abs(reason.bits)) for one in found]


def in_words(reasons: Sequence[Reason]) -> str:
    """Return reasons in one line: `phone: the same (+17.2 bits); address: house number: ... (-6.1 bits)`."""
    return "; ".join(f"{one.comparison}: {one.words} ({one.bits:+.1f} bits)" for one in reasons)


def _words(kind: Kind, level: int, last: int, *, rare: bool) -> str:
    if level == EXACT:
        return "the same, and rare" if rare else "the same"
    if level == last:
        return _DIFFERENT_WORDS.get(kind, "different")
    return "nearly the same" if level == CLOSE else "somewhat alike"
