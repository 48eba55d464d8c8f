"""Weighing many pairs at once says of each what weighing it alone does."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from assist.duplicates import Findings, Kind, find_duplicates
from assist.duplicates import model as models
from assist.duplicates.comparison import CLOSE, compare
from assist.duplicates.table import COMPARED, Table, layout_of, prepare


def test_levels_that_are_looked_up_together_weigh_what_they_weigh_one_by_one(found: Findings) -> None:
    table, model = found.table, found.model
    left, right = found.compared // table.size, found.compared % table.size
    levels = compare(table, left, table, right)
    rare = model.rarity(table, left, levels)
    weights = model.weights
    expected = np.log2(weights.shares) + sum(
        np.log2(chance).T[level] + value[:, None] * which
        for chance, level, value, which in zip(weights.chances, levels, rare, weights.rarity, strict=True)
    )
    assert np.allclose(weights.joint(levels, rare), expected, rtol=0, atol=1e-9)


def test_pairs_that_are_judged_in_parts_by_several_threads_are_judged_alike(
    found: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, model = found.table, found.model
    left, right = found.compared // table.size, found.compared % table.size
    assert len(left) > table.size, "how rare a value is, is looked up once a record"
    whole = model.bits(table, left, table, right)
    monkeypatch.setattr(models, "_CHUNK", 97)
    assert np.allclose(model.bits(table, left, table, right), whole, rtol=0, atol=1e-9)
    alone = model.bits(table, left[:5], table, right[:5])
    assert np.allclose(alone, whole[:5], rtol=0, atol=1e-9)


def test_a_few_records_are_compared_as_often_as_they_have_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"company": ["Hobday Ltd", "Hobday Limited", "Aster Roofing", "Birch", "Cedar"]})
    looked: list[int] = []

    def counted(left: Table, i: Any, right: Table, j: Any) -> Any:
        looked.append(len(i))
        return compare(left, i, right, j)

    monkeypatch.setattr(models, "compare", counted)
    find_duplicates(frame, kinds={"company": Kind.COMPANY})
    assert looked
    assert max(looked) <= len(frame) * (len(frame) - 1) // 2


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.TITLE, Kind.COMPANY])
def test_long_texts_are_compared_by_their_beginning_and_are_equal_only_as_a_whole(kind: Kind) -> None:
    words = " ".join(f"w{number}" for number in range(2_000))
    frame = pd.DataFrame({"notes": [f"{words} left", f"{words} right", f"{words} left", "Cedar"]})
    table = prepare(frame, layout_of(frame, {"notes": kind}))
    (part,) = [one for one in table.parts if one.kind is kind]
    assert max(map(len, part.values)) == COMPARED
    (levels,) = [
        level
        for one, level in zip(
            table.parts, compare(table, np.array([0, 0]), table, np.array([1, 2])), strict=True
        )
        if one is part
    ]
    assert levels.tolist() == [CLOSE, 1]


def texts(rng: np.random.Generator, rows: int, words: int) -> list[str]:
    """Return texts that have nothing to do with each other, of words with four letters."""
    letters = rng.integers(97, 123, (rows, words, 4), dtype=np.uint8)
    return [" ".join(word.tobytes().decode() for word in row) for row in letters]


def test_long_texts_are_drawn_blindly_so_often_as_costs_no_more_than_usual_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(5)
    long, short = texts(rng, 120, 200), texts(rng, 120, 4)
    frame = pd.DataFrame({"notes": [*long, f"{long[7]} more"], "company": [*short, short[7]]})
    looked: dict[str, int] = {}

    def counted(left: Table, i: Any, right: Table, j: Any) -> Any:
        looked.update({part.column: max(looked.get(part.column, 0), len(i)) for part in left.parts})
        return compare(left, i, right, j)

    monkeypatch.setattr(models, "compare", counted)
    found = find_duplicates(frame, kinds={"notes": Kind.TEXT, "company": Kind.COMPANY})
    pairs = len(frame) * (len(frame) - 1) // 2
    assert looked == {"notes": pairs // 4, "company": pairs}
    assert found.groups[7] == found.groups[120]
    assert len(set(found.groups.tolist())) == 120
