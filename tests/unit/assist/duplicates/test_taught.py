"""What people decide corrects the evidence, in the measure of how much they decided, and only where it helps."""

import numpy as np
import pandas as pd
import pytest

from assist.duplicates import Findings, Rules, find_duplicates
from assist.duplicates.decision import probability
from assist.duplicates.explanation import explain, in_words
from assist.duplicates.kept import from_plain, to_plain
from assist.duplicates.taught import FEWEST, learn

RNG = np.random.default_rng(4)


def pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return evidence of pairs: whole, and of two comparisons."""
    parts = RNG.normal(0, 4, (count, 2))
    return parts.sum(axis=1), parts


def test_people_who_weigh_a_field_otherwise_are_followed() -> None:
    bits, parts = pairs(200)
    said = parts[:, 0] > 0  # the second comparison says nothing here, whatever the engine thinks of it
    taught, teaching = learn(bits, parts, said, *pairs(500))
    assert teaching is not None
    assert teaching.used
    assert teaching.after < 0.7 * teaching.before
    assert taught is not None
    new_bits, new_parts = pairs(500)
    truth = new_parts[:, 0] > 0
    before = ((probability(new_bits) > 0.5) == truth).mean()
    after = ((probability(taught.bits(new_bits, new_parts)) > 0.5) == truth).mean()
    assert after > before + 0.1


def test_a_few_answers_change_nothing() -> None:
    bits, parts = pairs(2 * FEWEST)
    said = np.arange(len(bits)) < FEWEST - 1
    assert learn(bits, parts, said, *pairs(500)) == (None, None)


def test_answers_that_agree_with_the_evidence_leave_it_nearly_as_it_is() -> None:
    bits, parts = pairs(60)
    said = RNG.random(60) < probability(bits)
    taught, teaching = learn(bits, parts, said, *pairs(500))
    assert teaching is not None
    if taught is not None:
        far = np.abs(probability(taught.bits(bits, parts)) - probability(bits))
        assert far.mean() < 0.1


def test_answers_by_chance_are_not_learned_as_knowledge() -> None:
    bits, parts = pairs(60)
    said = RNG.random(60) < 0.5
    taught, _ = learn(bits, parts, said, *pairs(500))
    if taught is not None:
        sure = np.abs(probability(taught.bits(bits, parts)) - 0.5)
        assert sure.mean() < np.abs(probability(bits) - 0.5).mean()


@pytest.fixture(scope="module")
def branches() -> pd.DataFrame:
    """Firms and their copies; and branches that share all but a phone and a house number with their firm."""
    rng = np.random.default_rng(8)
    rows: dict[str, dict[str, str]] = {}
    for number in range(240):
        row = {
            "company": f"{_word(rng)} {_word(rng)} Ltd",
            "email": f"info@{_word(rng).lower()}.example.co",
            "phone": f"01{rng.integers(10**8, 10**9)}",
            "street": f"{rng.integers(1, 99)} {_word(rng)} Road",
            "postcode": f"{_word(rng)[:2].upper()}{rng.integers(1, 30)}",
        }
        rows[f"{number}"] = row
        if number < 60:
            rows[f"{number}-copy"] = row | {"company": row["company"].upper(), "email": ""}
        elif number < 120:
            rows[f"{number}-branch"] = row | {
                "phone": f"01{rng.integers(10**8, 10**9)}",
                "street": f"{rng.integers(100, 199)} {row['street'].split(' ', 1)[1]}",
            }
    return pd.DataFrame.from_dict(rows, orient="index")


def _word(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("bcdfglmnprstv"), 3)).title() + "".join(rng.choice(list("aeiou"), 2)) + "n"


def joined(findings: Findings, kind: str, numbers: range) -> int:
    groups = findings.clusters
    return sum(bool(groups[str(n)] == groups[f"{n}-{kind}"]) for n in numbers)


def test_decisions_about_some_branches_part_the_others(branches: pd.DataFrame) -> None:
    untaught = find_duplicates(branches)
    rules = Rules(
        same=[(str(n), f"{n}-copy") for n in range(30)],
        never=[(str(n), f"{n}-branch") for n in range(60, 95)],
    )
    taught = find_duplicates(branches, rules=rules)
    unseen = range(95, 120)
    assert joined(taught, "copy", range(30, 60)) >= 29
    assert taught.teaching is not None
    assert joined(taught, "branch", unseen) <= joined(untaught, "branch", unseen)
    bits = {name: _bits(one, branches, unseen) for name, one in (("before", untaught), ("after", taught))}
    assert bits["after"].mean() < bits["before"].mean()


def _bits(findings: Findings, frame: pd.DataFrame, numbers: range) -> np.ndarray:
    i = np.array([frame.index.get_loc(str(n)) for n in numbers])
    j = np.array([frame.index.get_loc(f"{n}-branch") for n in numbers])
    return findings.model.bits(findings.table, i, findings.table, j)


def test_what_people_taught_is_kept_with_the_model_and_told_as_a_reason(branches: pd.DataFrame) -> None:
    rules = Rules(
        same=[(str(n), f"{n}-copy") for n in range(30)],
        never=[(str(n), f"{n}-branch") for n in range(60, 95)],
    )
    findings = find_duplicates(branches, rules=rules)
    assert findings.teaching is not None
    assert findings.teaching.used
    kept = from_plain(to_plain(findings.model))
    i = np.array([branches.index.get_loc("100")])
    j = np.array([branches.index.get_loc("100-branch")])
    table = findings.table
    assert np.allclose(kept.bits(table, i, table, j), findings.model.bits(table, i, table, j))
    (reasons,) = explain(findings.model, table, i, table, j)
    assert "people: have told apart what is like it" in in_words(reasons)
