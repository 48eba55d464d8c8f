"""Work that is done on all cores gives what it gives on one."""

import threading

import numpy as np
import pytest

from assist.duplicates import cores
from assist.duplicates.blocking import blocks_of
from assist.duplicates.comparison import compare
from assist.duplicates.kind import Kind
from assist.duplicates.table import Layout, prepare_texts


def test_results_come_in_the_order_of_what_was_given() -> None:
    assert cores.each(lambda number: number * 2, range(200)) == list(range(0, 400, 2))


def test_nothing_gives_nothing() -> None:
    assert cores.each(lambda one: one, []) == []


def test_what_fails_is_raised_and_leaves_no_thread() -> None:
    def fail(number: int) -> int:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        cores.each(fail, [1, 0, 1])
    assert not [one for one in threading.enumerate() if one.name.startswith("duplicates")]


def test_many_pairs_are_compared_like_few() -> None:
    names = [f"Firm {number} Ltd" for number in range(300)]
    table = prepare_texts(
        {"name": names, "city": ["Bonn", "Born", ""] * 100},
        300,
        Layout(kinds={"name": Kind.COMPANY, "city": Kind.CITY}, repeats={}),
    )
    left, right = (side.ravel() for side in np.meshgrid(np.arange(300), np.arange(300)))
    whole = compare(table, left, table, right)
    pieces = [
        compare(table, left[start : start + 9000], table, right[start : start + 9000])
        for start in range(0, len(left), 9000)
    ]
    for at, levels in enumerate(whole):
        assert np.array_equal(levels, np.concatenate([some[at] for some in pieces]))


def test_blocks_hold_the_same_records_whatever_their_order() -> None:
    codes = np.array([7, 3, 7, 0, 3, 7, 9], np.uint64)
    blocks = blocks_of(codes)
    found = [
        sorted(blocks.order[start : start + size].tolist())
        for start, size in zip(blocks.starts, blocks.sizes, strict=True)
    ]
    assert sorted(found) == [[0, 2, 5], [1, 4]]
