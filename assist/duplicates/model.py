"""A learned model of a kind of table: scores pairs of rows in bits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.duplicates import cores
from assist.duplicates.comparison import EXACT, Levels, compare, level_count
from assist.duplicates.frequency import Frequencies
from assist.duplicates.pairs import Pairs
from assist.duplicates.settings import Settings
from assist.duplicates.table import Layout, Part, Table
from assist.duplicates.taught import Taught
from assist.duplicates.weights import Weights, learn

Real = NDArray[np.float64]
Index = NDArray[np.int64]
_CHUNK = 250_000
_LONG = 300.0  # characters of a value on average: twice as long cost four times as much to compare
_LOOKED_AT = 1_000  # values of a part, for how long they are
_NOTHING_KNOWN = -20.0  # bits: nothing was learned, so nothing is one


@dataclass(frozen=True, kw_only=True)
class Model:
    """Weights with the value frequencies they lean on, and the layout they were learned for.

    Attributes:
        taught: what people's decisions correct, if they do.
    """

    layout: Layout
    frequencies: Sequence[Frequencies]
    weights: Weights
    taught: Taught | None = None

    @classmethod
    def learned(cls, table: Table, layout: Layout, pairs: Pairs, settings: Settings) -> "Model":
        """Return a model learned from compared pairs of one table, without labels."""
        if table.size < 2 or not table.parts:
            return cls(layout=layout, frequencies=[], weights=learn([], [], [], []))
        rng = np.random.default_rng(settings.seed)
        if len(pairs) > table.size:  # else few are compared
            cores.each(lambda part: part.bags, table.parts)
        frequencies = cores.each(Frequencies.of, [part.codes for part in table.parts])
        sample = rng.permutation(pairs)[: settings.learning_pairs]
        levels = compare(table, sample // table.size, table, sample % table.size)
        rare = _rare(table, sample // table.size, levels, frequencies)
        kinds = [part.kind for part in table.parts]
        weights = learn(kinds, levels, rare, _blind(table, frequencies, settings, rng))
        return cls(layout=layout, frequencies=frequencies, weights=weights)

    def bits(self, left: Table, i: Index, right: Table, j: Index) -> Real:
        """Return the evidence for each pair of rows in bits."""
        found = np.full(len(i), _NOTHING_KNOWN)
        if not self.frequencies:
            return found
        by_row = _by_row(left, self.frequencies) if len(i) > left.size else None

        def judge(start: int) -> None:
            some = slice(start, start + _CHUNK)
            levels = compare(left, i[some], right, j[some])
            found[some] = self.judged(levels, _rare(left, i[some], levels, self.frequencies, by_row))

        cores.each(judge, range(0, len(i), _CHUNK))
        return found

    def judged(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Real:
        """Return the evidence of compared pairs in bits, with what people taught."""
        bits = self.weights.bits(levels, rare)
        return bits if self.taught is None else self.taught.bits(bits, self.weights.parts(levels, rare))

    def untaught(self, left: Table, i: Index, right: Table, j: Index) -> tuple[Real, Real]:
        """Return the evidence alone: of each pair in bits, and of each comparison, pairs by comparisons."""
        levels = compare(left, i, right, j)
        rare = self.rarity(left, i, levels)
        return self.weights.bits(levels, rare), self.weights.parts(levels, rare)

    def rarity(self, left: Table, i: Index, levels: Sequence[Levels]) -> list[Real]:
        """Return, for each comparison, the bits by which agreed values are commoner than usual."""
        return _rare(left, i, levels, self.frequencies)

    def last_level(self, at: int) -> int:
        """Return the level of a comparison that means different."""
        return int(self.weights.chances[at].shape[1]) - 1


def _rare(
    table: Table,
    rows: Index,
    levels: Sequence[Levels],
    frequencies: Sequence[Frequencies],
    by_row: Sequence[Real] | None = None,
) -> list[Real]:
    """Return, for each comparison, the bits by which agreed values are commoner than usual; 0 where they differ.

    Args:
        by_row: what `_by_row` returned; worth it where rows come often.
    """
    found = []
    for at, (part, level, known) in enumerate(zip(table.parts, levels, frequencies, strict=True)):
        bits = np.zeros(len(rows))
        same = np.flatnonzero(level == EXACT)
        agreed = rows[same]
        bits[same] = known.rarity(part.codes[agreed]) if by_row is None else by_row[at][agreed]
        found.append(bits)
    return found


def _by_row(table: Table, frequencies: Sequence[Frequencies]) -> list[Real]:
    """Return, for each comparison, by how many bits each row's own value is commoner than usual."""
    return cores.each(
        lambda both: both[0].rarity(both[1].codes), list(zip(frequencies, table.parts, strict=True))
    )


def _blind(
    table: Table, frequencies: Sequence[Frequencies], settings: Settings, rng: np.random.Generator
) -> list[Real]:
    """Return the chance of each level among pairs drawn blindly; agreement is exact from the frequencies.

    A table tells no more than it has pairs, and none is looked at twice where all can be: what five records do not share
    by chance, the sixth may.
    """
    if table.size * (table.size - 1) / 2 <= settings.random_pairs:
        i, j = np.triu_indices(table.size, 1)
    else:
        i, j = rng.integers(0, table.size, (2, settings.random_pairs))
    apart = i != j
    levels = _levels_by_work(table, i[apart], j[apart])
    found = []
    for part, level, known in zip(table.parts, levels, frequencies, strict=True):
        counts = np.bincount(level, minlength=level_count(part.kind) + 1).astype(np.float64)
        counts[:2] = 0
        counts[2:] += 0.5
        chance = counts / counts.sum() * (1 - known.agreement)
        chance[EXACT] = known.agreement
        found.append(chance)
    return found


def _levels_by_work(table: Table, i: Index, j: Index) -> list[Levels]:
    """Return the levels of each part for pairs of rows, of long values for so many of the pairs as cost no more than those of usual ones."""
    lengths = [_usual_length(part) for part in table.parts]
    usual = Table(size=table.size, parts=[p for p, n in zip(table.parts, lengths, strict=True) if n <= _LONG])
    of_usual = iter(compare(usual, i, usual, j))
    found = []
    for part, length in zip(table.parts, lengths, strict=True):
        if length <= _LONG:
            found.append(next(of_usual))
            continue
        count = int(len(i) * (_LONG / length) ** 2)
        some = np.linspace(0, len(i) - 1, max(count, 1)).astype(np.int64)
        alone = Table(size=table.size, parts=[part])
        found += compare(alone, i[some], alone, j[some])
    return found


def _usual_length(part: Part) -> float:
    """Return how many characters a value of a part has on average, by some of them."""
    some = part.values[:: max(1, len(part.values) // _LOOKED_AT)]
    return sum(map(len, some)) / max(len(some), 1)
