"""Weighing many pairs at once says of each what weighing it alone does."""

import numpy as np
import pytest

from assist.duplicates import Findings
from assist.duplicates import model as models
from assist.duplicates.comparison import compare


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
