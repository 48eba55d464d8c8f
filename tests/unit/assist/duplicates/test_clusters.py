"""Groups that do not chain, and their names."""

import numpy as np
import pytest

from assist.duplicates import evaluation
from assist.duplicates.clusters import clustered, joined, paired_off
from assist.duplicates.identity import stable_ids

Bits = dict[tuple[int, int], float]


def group(rows: int, bits: Bits, unseen: Bits | None = None) -> list[int]:
    """Cluster by pairs that were compared; `unseen` are the bits of those that are asked for later."""
    pairs = np.array(sorted(a * rows + b for a, b in bits), np.int64)
    strength = np.array([bits[pair // rows, pair % rows] for pair in pairs.tolist()], float)

    def score(some: np.ndarray) -> np.ndarray:
        known = unseen or {}
        return np.array([known.get((pair // rows, pair % rows), -20.0) for pair in some.tolist()], float)

    return clustered(pairs, strength, rows, 0.0, score, 12.0).tolist()


def test_two_that_are_each_like_a_third_are_not_joined_when_they_are_unlike() -> None:
    labels = group(3, {(0, 1): 9, (1, 2): 8, (0, 2): -30})
    assert labels[0] == labels[1] != labels[2]


def test_a_pair_that_was_not_compared_is_asked_for_before_it_is_joined() -> None:
    apart = group(3, {(0, 1): 9, (1, 2): 8}, unseen={(0, 2): -30})
    joined = group(3, {(0, 1): 9, (1, 2): 8}, unseen={(0, 2): 10})
    assert len(set(apart)) == 2
    assert len(set(joined)) == 1


def test_a_long_chain_is_cut() -> None:
    links: Bits = {(n, n + 1): 5.0 for n in range(9)}
    far: Bits = {(a, b): -25.0 for a in range(10) for b in range(a + 2, 10)}
    labels = group(10, links | far)
    assert max(labels.count(one) for one in labels) == 2


def test_what_is_below_the_threshold_is_alone() -> None:
    assert len(set(group(4, {(0, 1): -1, (2, 3): 1}))) == 3


@pytest.mark.parametrize("copies", [3, 4, 5, 9])
def test_a_pair_that_is_ruled_out_is_never_outvoted(copies: int) -> None:
    bits: Bits = {(a, b): 12.0 for a in range(copies) for b in range(a + 1, copies)}
    for pair in bits:
        labels = group(copies, bits | {pair: -100_000.0})
        assert labels[pair[0]] != labels[pair[1]]
        assert len(set(labels)) == 2


def units(rows: int, certain: list[tuple[int, int]], never: list[tuple[int, int]] | None = None) -> list[int]:
    said, apart = (np.array([a * rows + b for a, b in some], np.int64) for some in (certain, never or []))
    return joined(said, apart, rows).tolist()


def test_certain_pairs_hold_together_all_that_they_lead_to() -> None:
    assert units(6, [(3, 5), (1, 3)]) == [0, 1, 2, 1, 4, 1]


def test_where_certain_pairs_lead_to_one_that_is_ruled_out_the_later_ones_yield() -> None:
    assert units(5, [(0, 1), (1, 2), (2, 3)], [(0, 3)]) == [0, 0, 0, 3, 4]
    assert units(5, [(2, 3), (1, 2), (0, 1)], [(0, 3)]) == [0, 1, 1, 1, 4]
    assert units(5, [(0, 1), (2, 3), (1, 2)], [(0, 3), (1, 2)]) == [0, 0, 2, 2, 4]


def test_each_record_gets_one_partner_at_most_and_the_best_wins() -> None:
    rows = 4
    pairs = np.array([0 * rows + 2, 0 * rows + 3, 1 * rows + 2], np.int64)
    labels = paired_off(pairs, np.array([5.0, 9.0, 4.0]), rows, 0.0)
    assert labels[0] == labels[3]
    assert labels[1] == labels[2]
    assert labels[0] != labels[1]


def names(ids: list[str], groups: list[int], before: dict[str, str] | None = None) -> dict[str, str]:
    return dict(zip(ids, stable_ids(ids, np.array(groups), before).tolist(), strict=True))


def test_a_group_keeps_its_name_when_a_record_joins_it_and_rows_are_in_another_order() -> None:
    first = names(["a", "b", "c"], [0, 0, 1])
    later = names(["d", "c", "b", "a"], [1, 0, 1, 1], first)
    assert later["a"] == later["b"] == later["d"] == first["a"]
    assert later["c"] == first["c"]


def test_when_a_group_is_split_the_larger_part_keeps_the_name() -> None:
    first = names(["a", "b", "c"], [0, 0, 0])
    later = names(["a", "b", "c"], [0, 1, 1], first)
    assert later["b"] == later["c"] == first["b"]
    assert later["a"] != first["a"]


def test_when_groups_are_joined_the_name_most_records_had_stays() -> None:
    first = names(["a", "b", "c"], [0, 1, 1])
    assert set(names(["a", "b", "c"], [0, 0, 0], first).values()) == {first["b"]}


def test_names_do_not_depend_on_the_order_of_records() -> None:
    assert names(["a", "b", "c"], [0, 0, 1]) == names(["c", "b", "a"], [1, 0, 0])


def test_quality_is_counted_by_hand() -> None:
    found, truth = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    pairs = evaluation.pairwise(found, truth)
    assert (pairs.precision, pairs.recall) == (2 / 4, 2 / 4)
    records = evaluation.b_cubed(found, truth)
    assert records.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert records.recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    known = evaluation.truth_pairs(truth)
    assert sorted(known.tolist()) == [0 * 5 + 1, 2 * 5 + 3, 2 * 5 + 4, 3 * 5 + 4]
    assert evaluation.lost(known[:3], known) == pytest.approx(1 / 4)
