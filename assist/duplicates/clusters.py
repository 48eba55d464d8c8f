"""Groups of records that are one customer: agglomerated by mean evidence, so that they do not chain."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # it ships no types
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]  # it ships no types

from assist.duplicates.pairs import Pairs, packed, union, without

Real = NDArray[np.float64]
Index = NDArray[np.int64]
Score = Callable[[Pairs], Real]
_LARGEST_COMPLETED = 150
_UNSEEN = -4.0
_LEAST = -12.0
RULED_OUT = -10_000.0  # bits: no evidence says so much; a person did
_NEVER = -1e12  # outweighs all the pairs between two groups together


def clustered(
    pairs: Pairs,
    bits: Real,
    rows: int,
    threshold: float,
    score: Score,
    clip: float,
    units: Index | None = None,
) -> Index:
    """Return a group number for each record.

    Args:
        pairs: packed pairs, in order, with their evidence in `bits`.
        threshold: mean bits between two groups above which they are one.
        score: gives the bits of pairs that were not compared yet.
        clip: bits beyond which more evidence does not count more. Pairs below `RULED_OUT` are never in one group.
        units: for each record the one that it is in one group with whatever the evidence says (`joined`).
    """
    label = components(pairs[bits > threshold], rows)
    pairs, bits = _completed(pairs, bits, label, np.bincount(label), rows, score)
    inside = label[pairs // rows] == label[pairs % rows]
    pairs, bits = pairs[inside], _counted(bits[inside], clip)
    units = np.arange(rows, dtype=np.int64) if units is None else units
    return _agglomerated(pairs // rows, pairs % rows, bits, units, threshold)


def joined(certain: Pairs, never: Pairs, rows: int) -> Index:
    """Return for each record the first of those that certain pairs make one with it.

    Args:
        certain: the weightiest first: where they lead to a pair of `never`, those that come later yield.
    """
    label = components(certain, rows)
    first = np.full(rows, rows, np.int64)
    np.minimum.at(first, label, np.arange(rows))
    units = first[label]
    left, right = never // rows, never % rows
    torn = label[left] == label[right]
    if torn.any():
        parted = np.isin(label, label[left[torn]])
        units[parted] = np.flatnonzero(parted)
        some = certain[parted[certain // rows]]
        _join(units, some, never[torn], rows)
    return units


def _join(units: Index, certain: Pairs, never: Pairs, rows: int) -> None:
    """Join records pair by pair, but none that are ruled out; few are, so that this may take its time."""
    held: dict[int, set[int]] = {}
    foes: dict[int, set[int]] = {}
    for one, other in (divmod(pair, rows) for pair in never.tolist()):
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    for one, other in (divmod(pair, rows) for pair in certain.tolist()):
        into, gone = sorted((int(units[one]), int(units[other])))
        ours, theirs = held.get(into, {into}), held.get(gone, {gone})
        if into == gone or foes.get(into, set()) & theirs:
            continue
        held[into] = ours | theirs
        foes[into] = foes.get(into, set()) | foes.get(gone, set())
        units[list(theirs)] = into


def _counted(bits: Real, clip: float) -> Real:
    """Return what each pair counts in a mean, which a pair that is ruled out decides alone."""
    return np.where(bits < RULED_OUT, _NEVER, np.clip(bits, _LEAST, clip))


def components(pairs: Pairs, rows: int) -> Index:
    """Return a number for each record, the same for those that pairs lead to from one another."""
    graph = sparse.coo_array(
        (np.ones(len(pairs), np.int8), (pairs // rows, pairs % rows)), shape=(rows, rows)
    )
    label: Index = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def _completed(
    pairs: Pairs, bits: Real, label: Index, sizes: Index, rows: int, score: Score
) -> tuple[Pairs, Real]:
    """Add the pairs inside components of three and more that blocking did not propose."""
    order = np.argsort(label, kind="stable")
    starts = np.cumsum(sizes) - sizes
    wanted = []
    for size in np.unique(sizes[(sizes > 2) & (sizes <= _LARGEST_COMPLETED)]):
        members = np.sort(order[starts[sizes == size][:, None] + np.arange(size)], axis=1)
        first, second = np.triu_indices(size, 1)
        wanted.append((members[:, first] * rows + members[:, second]).ravel())
    if not wanted:
        return pairs, bits
    unseen = without(union(*wanted), pairs)
    return np.concatenate([pairs, unseen]), np.concatenate([bits, score(unseen)])


def _agglomerated(left: Index, right: Index, bits: Real, units: Index, threshold: float) -> Index:
    """Return groups joined by average linkage, all components of the graph at once.

    Two groups that are each other's nearest are joined in every round, which gives the tree that joining
    the nearest of all would (Murtagh 1983: average linkage is reducible). A pair that was not compared
    counts as `_UNSEEN` bits. A group without a partner above the threshold can never get one, so its
    pairs are dropped. A unit counts as many records as it has.
    """
    rows = len(units)
    group, size = units.copy(), np.bincount(units, minlength=rows).astype(float)
    left, right, bits = _of_units(units, left, right, bits)
    extra = (bits - _UNSEEN) * size[left] * size[right]
    while len(left):
        mean = _UNSEEN + extra / (size[left] * size[right])
        best = np.full(rows, -np.inf)
        np.maximum.at(best, left, mean)
        np.maximum.at(best, right, mean)
        mutual = (mean > threshold) & (mean == best[left]) & (mean == best[right])
        taken = _one_each(left[mutual], right[mutual])
        into, gone = left[mutual][taken], right[mutual][taken]
        group[gone] = into
        size[into] += size[gone]
        alive = (best[left] > threshold) & (best[right] > threshold)
        left, right, extra = _merged(group[left[alive]], group[right[alive]], extra[alive], rows)
    return _roots(group)


def _of_units(units: Index, left: Index, right: Index, bits: Real) -> tuple[Index, Index, Real]:
    """Return pairs of units with their evidence: what is like one record of a unit is like the unit."""
    rows = len(units)
    apart = units[left] != units[right]
    both, bits = packed(units[left[apart]], units[right[apart]], rows), bits[apart]
    order = np.lexsort((bits, both))
    both, bits = both[order], bits[order]
    change = both[1:] != both[:-1]
    first, last = (np.flatnonzero(edge) for edge in (np.append(True, change), np.append(change, True)))
    if not len(both):
        return left[:0], right[:0], bits
    worst, best = bits[first], bits[last]
    return both[first] // rows, both[first] % rows, np.where(worst < RULED_OUT, worst, best)


def _merged(left: Index, right: Index, extra: Real, rows: int) -> tuple[Index, Index, Real]:
    """Return pairs of groups with what their records' pairs add up to."""
    apart = left != right
    both, extra = packed(left[apart], right[apart], rows), extra[apart]
    order = np.argsort(both)
    both, extra = both[order], extra[order]
    starts = np.flatnonzero(np.concatenate(([True], both[1:] != both[:-1]))) if len(both) else both
    both, extra = both[starts], np.add.reduceat(extra, starts) if len(both) else extra
    return both // rows, both % rows, extra


def _roots(group: Index) -> Index:
    """Follow each record to the group it ended in; groups are numbered from 0."""
    while not np.array_equal(following := group[group], group):
        group = following
    first = np.zeros(len(group), np.int64)
    first[group] = 1
    return (np.cumsum(first) - 1)[group]


def paired_off(pairs: Pairs, bits: Real, rows: int, threshold: float) -> Index:
    """Return group numbers where each record has one partner at most, the best pairs first."""
    held = bits > threshold
    left, right, score = pairs[held] // rows, pairs[held] % rows, bits[held]
    label = np.arange(rows, dtype=np.int64)
    while len(score):
        best = np.full(rows, -np.inf)
        np.maximum.at(best, left, score)
        np.maximum.at(best, right, score)
        mutual = (score == best[left]) & (score == best[right])
        taken = _one_each(left[mutual], right[mutual])
        label[right[mutual][taken]] = label[left[mutual][taken]]
        used = np.zeros(rows, bool)
        used[left[mutual][taken]] = used[right[mutual][taken]] = True
        free = ~(used[left] | used[right])
        left, right, score = left[free], right[free], score[free]
    return label


def _one_each(left: Index, right: Index) -> Index:
    """Return places of pairs in which no record comes twice (ties are settled by order)."""
    seen: Index = np.unique(np.stack([left, right], axis=1).ravel(), return_index=True)[1]
    fresh = np.zeros(2 * len(left), bool)
    fresh[seen] = True
    return np.flatnonzero(fresh[::2] & fresh[1::2])
