"""What each agreement weighs, learned without labels.

A Fellegi-Sunter model (Fellegi and Sunter 1969) fitted by expectation maximisation, with one match class
and several kinds of non-match, because unlike records are unlike in different ways: two branches of one
company share its name and mail domain, two people of one household its address, namesakes their name.
What unrelated records share is counted on pairs drawn blindly; rare values weigh more than common ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assist.duplicates.comparison import Levels, level_count
from assist.duplicates.kind import Kind

Real = NDArray[np.float64]
Index = NDArray[np.int64]
_ROUNDS = 20
_PRIOR = 40.0
_FLOOR = 1e-6
_PIECE = 5_000  # pairs whose classes stay in the cache of one core: three times as fast as 20,000
_MOST_LEVELS = 1_000  # rows of a table that is looked into: it stays in the processor's cache
_SIBLING_MOST, _CHANCE_MOST = 0.12, 0.35
_HALF_ORDERS, _TOLD_AT_ONCE = 8, 500
_MOVED = "the same, moved"
_MOVES = frozenset({Kind.STREET, Kind.HOUSE_NUMBER, Kind.POSTCODE})
_COLLEAGUE = "another person of the same company"
_PLACE = {Kind.STREET, Kind.HOUSE_NUMBER, Kind.POSTCODE, Kind.CITY}
_SHARED: Mapping[str, frozenset[Kind]] = {
    "another branch of the same company": frozenset({Kind.COMPANY, Kind.DOMAIN, Kind.MARKS}),
    "another company of the same name": frozenset({Kind.COMPANY, Kind.MARKS}),
    "another at the same address": frozenset(_PLACE),
    _COLLEAGUE: frozenset({Kind.COMPANY, Kind.MARKS, Kind.DOMAIN, Kind.PHONE, *_PLACE}),
    "a namesake": frozenset({Kind.PERSON}),
    "another of the same place and time": frozenset({Kind.CITY, Kind.POSTCODE, Kind.DATE, Kind.CATEGORY}),
}


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Learned probabilities of levels.

    Attributes:
        names: the classes; the first is the match, the second unrelated records.
        matching: which classes mean the same customer.
        shares: how common each class is among compared pairs.
        chances: per comparison, classes by levels (the first level, missing, is certain).
        rarity: per comparison, which classes count a rare value as stronger than a common one.
        most: per comparison, the highest chance of agreement each class may learn.
        shared: per comparison, which classes agree as often as a match does.
    """

    names: Sequence[str]
    matching: NDArray[np.bool_]
    shares: Real
    chances: Sequence[Real]
    rarity: Sequence[NDArray[np.bool_]]
    most: Sequence[Real]
    shared: Sequence[NDArray[np.bool_]]

    def joint(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Real:
        """Return log2 of share times likelihood, pairs by classes."""
        total = np.stack(rare).T @ np.stack(self.rarity).astype(np.float64)
        total += np.log2(self.shares)
        for says, which in self._tables:
            place = levels[which[0]].astype(np.int64)
            for at in which[1:]:
                place *= self.chances[at].shape[1]
                place += levels[at]
            total += says[place]
        return total

    @cached_property
    def _tables(self) -> Sequence[tuple[Real, Sequence[int]]]:
        return list(_looked_up([np.log2(chance).T for chance in self.chances]))

    def _says(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Iterator[Real]:
        """Give what each comparison adds to the joint, pairs by classes."""
        for chance, level, value, which in zip(self.chances, levels, rare, self.rarity, strict=True):
            says = np.log2(chance).T[level]
            says += value[:, None] * which
            yield says

    def bits(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Real:
        """Return how many bits speak for a match, all non-matches together against."""
        found = np.zeros(len(levels[0]))
        for start in range(0, len(found), _PIECE):
            some = slice(start, start + _PIECE)
            joint = self.joint([level[some] for level in levels], [value[some] for value in rare])
            found[some] = self._odds(joint)
        return found

    @property
    def start(self) -> float:
        """Return the bits before anything is compared: how common a match is among compared pairs."""
        return float(self._odds(np.log2(self.shares)[None, :])[0])

    def credited(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Real:
        """Return what each comparison adds to the evidence: comparisons by pairs, in bits.

        With `start` they add up to `bits`; what is missing adds nothing. The kinds of non-match overlap, so what a
        comparison adds depends on which are known before it. Its mean over all orders would be its due (Shapley 1953);
        some orders, each with its reverse, come close.
        """
        says = np.array(list(self._says(levels, rare)))
        credit = np.zeros(says.shape[:2])
        orders = _orders(len(says))
        for begin in range(0, says.shape[1], _TOLD_AT_ONCE):
            some = slice(begin, begin + _TOLD_AT_ONCE)
            joint = np.log2(self.shares) + np.cumsum(says[orders, some], axis=1)
            odds = self._odds(joint.reshape(-1, joint.shape[-1])).reshape(joint.shape[:-1])
            added = np.diff(odds, axis=1, prepend=self.start)
            for order, steps in zip(orders, added, strict=True):
                credit[order, some] += steps / len(orders)
        return credit

    def _odds(self, joint: Real) -> Real:
        by_class = np.ascontiguousarray(joint.T)
        odds: Real = _together(by_class[self.matching]) - _together(by_class[~self.matching])
        return odds

    def parts(self, levels: Sequence[Levels], rare: Sequence[Real]) -> Real:
        """Return what each comparison says by itself, match beside unrelated records, pairs by comparisons."""
        found = np.zeros((len(levels[0]), len(levels)))
        for at, (chance, level, value, which) in enumerate(
            zip(self.chances, levels, rare, self.rarity, strict=True)
        ):
            says = np.log2(chance[0]) - np.log2(chance[1])
            found[:, at] = says[level] - value * which[1]
        return found


def _looked_up(tables: Sequence[Real]) -> Iterator[tuple[Real, Sequence[int]]]:
    """Yield tables of several comparisons added up for all their levels at once, with the comparisons each is about.

    One look into a table of some thousand rows takes the place of several into small ones.
    """
    says, which = tables[0], [0]
    for at, table in enumerate(tables[1:], start=1):
        if len(says) * len(table) > _MOST_LEVELS:
            yield says, which
            says, which = table, [at]
            continue
        says = (says[:, None, :] + table[None, :, :]).reshape(-1, says.shape[1])
        which = [*which, at]
    yield says, which


def _orders(count: int) -> Index:
    """Return some orders of comparisons, each followed by its reverse; the same ones at every time."""
    rng = np.random.default_rng(0)
    some = [rng.permutation(count) for _ in range(_HALF_ORDERS)]
    return np.array([order for one in some for order in (one, one[::-1])], np.int64)


def _together(by_class: Real) -> Real:
    """Return log2 of the sum over classes, which are the rows: NumPy adds up many pairs at once so."""
    top = by_class.max(axis=0)
    found: Real = top + np.log2(np.exp2(by_class - top).sum(axis=0))
    return found


def learn(
    kinds: Sequence[Kind], levels: Sequence[Levels], rare: Sequence[Real], blind: Sequence[Real]
) -> Weights:
    """Return weights fitted to compared pairs.

    Args:
        blind: per comparison, the chance of each level among pairs drawn blindly.
    """
    weights = _first_guess(kinds, blind)
    if not levels:
        return weights
    start = weights.chances
    counts = [np.eye(level_count(kind) + 1)[level] for kind, level in zip(kinds, levels, strict=True)]
    for _ in range(_ROUNDS):
        joint = weights.joint(levels, rare)
        duty = np.exp2(joint - joint.max(axis=1, keepdims=True))
        duty /= duty.sum(axis=1, keepdims=True)
        chances = [
            _bounded(_updated(duty, count, guess), most, tied)
            for count, guess, most, tied in zip(counts, start, weights.most, weights.shared, strict=True)
        ]
        weights = Weights(
            names=weights.names,
            matching=weights.matching,
            shares=(duty.sum(axis=0) + 10) / (len(duty) + 10 * duty.shape[1]),
            chances=chances,
            rarity=weights.rarity,
            most=weights.most,
            shared=weights.shared,
        )
    return weights


def _updated(duty: Real, count: Real, guess: Real) -> Real:
    seen = duty.T @ count
    seen[:, 0] = 0
    made = seen + _PRIOR * _without_missing(guess)
    made /= made.sum(axis=1, keepdims=True)
    made = np.maximum(made, _FLOOR)
    made[:, 0] = 0
    made /= made.sum(axis=1, keepdims=True)
    made[1] = _without_missing(guess)[1]
    return made


def _bounded(chance: Real, most: Real, shared: NDArray[np.bool_]) -> Real:
    """Keep non-matches from taking the place of the match.

    What siblings share they share as the same customer would; elsewhere they may agree at most so often.
    """
    made = chance.copy()
    agreed = 1 - made[:, -1]
    factor = np.where(agreed > most, most / np.maximum(agreed, _FLOOR), 1)
    made[:, 1:-1] *= factor[:, None]
    made[:, -1] = 1 - np.minimum(agreed, most)
    made[shared] = made[0]
    made[:, 0] = 1
    return np.maximum(made, _FLOOR)


def _without_missing(chance: Real) -> Real:
    kept = chance.copy()
    kept[:, 0] = 0
    return kept


def _first_guess(kinds: Sequence[Kind], blind: Sequence[Real]) -> Weights:
    present = set(kinds)
    shared = {name: alike for name, alike in _SHARED.items() if alike & present and present - alike}
    if not _lists_people_of_companies(kinds):
        shared.pop(_COLLEAGUE, None)
    if present & _MOVES and present - _MOVES:
        shared = {_MOVED: frozenset(present - _MOVES)} | shared
    names = ["the same", "unrelated", *shared, "alike by chance"]
    matching = np.array([name in {"the same", _MOVED} for name in names])
    chances, rare, most, tied = [], [], [], []
    for kind, apart in zip(kinds, blind, strict=True):
        alike = _agreeing(level_count(kind))
        joined = np.array([False, False, *(kind in some for some in shared.values()), False])
        rows = [alike, apart, *(alike if kind in some else apart for some in shared.values())]
        table = np.maximum(np.array([*rows, 0.7 * apart + 0.3 * alike]), _FLOOR)
        table[:, 0] = 1
        usual = 1 - apart[-1]
        loose, strict = max(_CHANCE_MOST, usual), max(_SIBLING_MOST, usual)
        chances.append(table)
        rare.append(np.array([False, True, *~joined[2:-1], False]))
        most.append(np.array([1.0, 1.0, *([strict] * len(shared)), loose]))
        tied.append(joined)
    shares = np.full(len(names), 1 / len(names))
    return Weights(
        names=names, matching=matching, shares=shares, chances=chances, rarity=rare, most=most, shared=tied
    )


def _lists_people_of_companies(kinds: Sequence[Kind]) -> bool:
    """Return whether records are persons at companies: a given name and a surname, where a company has a contact at most."""
    return kinds.count(Kind.PERSON) > 1 and bool({Kind.COMPANY, Kind.DOMAIN} & set(kinds))


def _agreeing(count: int) -> Real:
    steps = 0.3 ** np.arange(count)
    return np.concatenate(([0], steps / steps.sum()))
