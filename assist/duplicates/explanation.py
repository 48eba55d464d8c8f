"""Why two records may be one customer: what speaks for it, what against, what is not known, and how much each weighs."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assist.duplicates import decision, normalise
from assist.duplicates.comparison import CLOSE, EXACT, MISSING, Levels, compare
from assist.duplicates.kind import Kind
from assist.duplicates.lexicon import lexicon
from assist.duplicates.model import Model
from assist.duplicates.table import Part, Table

Index = NDArray[np.int64]
Real = NDArray[np.float64]
Shown = tuple[pd.DataFrame, pd.DataFrame]
_SAYS_LITTLE = 0.5
_RARE, _FEW = 0.01, 3
_DIFFERENT_WORDS = {
    Kind.HOUSE_NUMBER: "different house number",
    Kind.MARKS: "different branch words or numbers",
    Kind.IDENTIFIER: "different number",
    Kind.DOMAIN: "different domain",
}


class Side(enum.StrEnum):
    """What a reason speaks for."""

    START = enum.auto()
    FOR = enum.auto()
    AGAINST = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """What one comparison says.

    Attributes:
        comparison: the column and what of it ("address: house number").
        bits: how much it weighs: positive for one customer, negative for two, 0 where it is not known. The weights of
            all reasons of a pair add up to its evidence.
        words: what was seen, for a person to read.
        side: what it speaks for; the start is how rare one customer is among the pairs that are compared.
    """

    comparison: str
    bits: float
    words: str
    left: str = ""
    right: str = ""
    side: Side = Side.UNKNOWN


def explain(
    model: Model,
    left: Table,
    i: Index,
    right: Table,
    j: Index,
    *,
    shown: Shown | None = None,
    decided: Real | None = None,
    rules: Sequence[str] | None = None,
) -> list[list[Reason]]:
    """Return the reasons of each pair of rows: the start, then what is known, the weightiest first, then what is not.

    Args:
        shown: the records as people see them, one of each pair in each frame: so that it can be said how values that are
            taken for the same differ.
        decided: the evidence of each pair in the end, where rules beside the model have set it.
        rules: and what those say, in words, for each pair.
    """
    if not model.frequencies:  # nothing was learned, so nothing is said
        return [[] for _ in range(len(i))]
    levels = compare(left, i, right, j)
    rare = model.rarity(left, i, levels)
    weights = model.weights
    whole = weights.bits(levels, rare)
    judged = model.judged(levels, rare)
    start = np.full(len(i), weights.start)
    ruled = np.zeros(len(i)) if decided is None else decided - judged
    told = _rounded(np.vstack([start, weights.credited(levels, rare), judged - whole, ruled]))
    found = [[_start(weights.start, bits)] for bits in told[0].tolist()]
    for at, part in enumerate(left.parts):
        known = np.flatnonzero(levels[at] != MISSING)
        words = _words(model, at, part, levels[at], i, known, shown)
        ours, theirs = _values(part, right.parts[at], i, j, known, shown)
        for row, said, one, other in zip(known.tolist(), words, ours, theirs, strict=True):
            found[row].append(_reason(part.name, float(told[at + 1, row]), said, str(one), str(other)))
    for row in np.flatnonzero(told[-2]).tolist():
        words_of = "called the same" if told[-2, row] > 0 else "told apart"
        found[row].append(_reason("people", float(told[-2, row]), f"have {words_of} what is like it"))
    for row in np.flatnonzero(told[-1]).tolist():
        said = rules[row] if rules else ""
        found[row].append(
            _reason("rule", float(told[-1, row]), said or "what is certain beside the evidence")
        )
    unknown = _unknown(left, i, right, j, levels)
    return [
        [first, *sorted(others, key=lambda reason: -abs(reason.bits)), *empty]
        for (first, *others), empty in zip(found, unknown, strict=True)
    ]


def in_words(reasons: Sequence[Reason]) -> str:
    """Return what says something in one line: `phone: the same (+17.2 bits); address: house number: ... (-6.1 bits)`."""
    return "; ".join(
        f"{one.comparison}: {one.words} ({one.bits:+.1f} bits)"
        for one in reasons
        if one.side is not Side.START and abs(one.bits) > _SAYS_LITTLE
    )


def as_plain(reasons: Iterable[Reason]) -> list[dict[str, str | float]]:
    """Return reasons as JSON can hold them."""
    return [
        {"what": one.comparison, "words": one.words, "bits": one.bits, "side": one.side.value}
        for one in reasons
    ]


def _reason(comparison: str, bits: float, words: str, left: str = "", right: str = "") -> Reason:
    side = Side.FOR if bits > 0 else Side.AGAINST if bits < 0 else Side.UNKNOWN
    return Reason(comparison=comparison, bits=bits, words=words, left=left, right=right, side=side)


def _start(start: float, bits: float) -> Reason:
    share = float(decision.probability(np.array(start)))
    often = f"{100 * share:.0f} of 100" if share > 0.05 else f"1 of {1 / max(share, 1e-9):,.0f}"
    return Reason(
        comparison="before any field",
        bits=bits,
        words=f"{often} pairs that are alike enough to be compared are one",
        side=Side.START,
    )


def _rounded(weights: Real) -> Real:
    """Return weights to a decimal each, so that those of a pair still add up: comparisons by pairs."""
    tenths = weights * 10
    low = np.floor(tenths)
    up = np.rint(tenths.sum(axis=0)) - low.sum(axis=0)
    place = np.argsort(np.argsort(low - tenths, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray((low + (place < up)) / 10)


def _words(
    model: Model, at: int, part: Part, levels: Levels, i: Index, known: Index, shown: Shown | None
) -> list[str]:
    """Return what was seen in the pairs in which a comparison is known."""
    frequencies, last = model.frequencies[at], model.last_level(at)
    rare = frequencies.shares(part.codes[i[known]]) < min(_RARE, _FEW * frequencies.rare)
    whole = shown if shown is not None and _is_whole(part, shown) else None
    found = []
    for row, level, is_rare in zip(known.tolist(), levels[known].tolist(), rare.tolist(), strict=True):
        if level == EXACT:
            but = _written(part, whole, row)
            found.append(f"the same{but}, and rare" if is_rare else f"the same{but}")
        elif level == last:
            found.append(_DIFFERENT_WORDS.get(part.kind, "different"))
        else:
            found.append("nearly the same" if level == CLOSE else "somewhat alike")
    return found


def _values(
    part: Part, other: Part, i: Index, j: Index, known: Index, shown: Shown | None
) -> tuple[list[str], list[str]]:
    """Return the values of the pairs in which a comparison is known: as people see them, where that is the whole column."""
    if shown is None or not _is_whole(part, shown):
        return part.values[i[known]].tolist(), other.values[j[known]].tolist()
    one, two = (normalise.texts(side[part.column].iloc[known]) for side in shown)
    return one, two


def _is_whole(part: Part, shown: Shown) -> bool:
    return part.name == part.column and all(part.column in side for side in shown)


def _written(part: Part, shown: Shown | None, row: int) -> str:
    """Return how two values differ that are taken for the same."""
    if shown is None:
        return ""
    one, other = (normalise.texts(side[part.column].iloc[[row]])[0].strip() for side in shown)
    if one == other:
        return ""
    if part.kind is Kind.COMPANY:
        words = [set(value.split()) for value in normalise.plain([one, other])]
        more = words[0] ^ words[1]
        if more:
            forms = more <= lexicon().legal_forms | {"and", "the"}
            return " but for the company form" if forms else " but for abbreviations"
    return " but for how it is written"


def _unknown(left: Table, i: Index, right: Table, j: Index, levels: Sequence[Levels]) -> list[list[Reason]]:
    """Return what is not known about each pair; of a column that is empty as a whole, once."""
    found: list[list[Reason]] = [[] for _ in range(len(i))]
    empty: dict[str, NDArray[np.bool_]] = {}
    for part, other, level in zip(left.parts, right.parts, levels, strict=True):
        missing = (level == MISSING) & ~empty.get(part.column, np.zeros(len(i), bool))
        empty.setdefault(part.column, missing)
        if part.kind is Kind.MARKS:
            continue  # neither name has a word of a branch, as most
        both = (part.codes[i] == 0) & (other.codes[j] == 0)
        name = part.column if empty[part.column] is missing else part.name
        for row in np.flatnonzero(missing).tolist():
            words = "neither has one" if both[row] else "only one has one"
            found[row].append(Reason(comparison=name, bits=0.0, words=words))
    return found
