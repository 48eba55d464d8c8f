"""What the letters of two values say beforehand of how alike they can be."""

import random

import numpy as np
import pytest
from rapidfuzz.distance import OSA, Indel, JaroWinkler

from assist.duplicates.bags import (
    Bags,
    Unlikeness,
    most_by_common_letters,
    most_by_edits,
    most_by_jaro_winkler,
)
from assist.duplicates.comparison import SCALES, compare
from assist.duplicates.kind import Kind
from assist.duplicates.normalise import as_array, codes
from assist.duplicates.table import Part, Table

COMPARED = [
    (OSA.normalized_similarity, most_by_edits),
    (Indel.normalized_similarity, most_by_common_letters),
    (JaroWinkler.normalized_similarity, most_by_jaro_winkler),
]


def values(letters: str, *, longest: int) -> list[str]:
    """Return words of these letters, half of them others with a slip."""
    rng = random.Random(3)
    made = ["".join(rng.choices(letters, k=rng.randint(1, longest))) for _ in range(120)]
    for one in list(made):
        at = rng.randrange(len(one))
        made.append(one[:at] + rng.choice([one[at + 1 :], one[at:][::-1], letters[0] + one[at:]]))
    return [one for one in made if one]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(values("0123456789", longest=9), id="phones"),
        pytest.param(values("abcdefghijklmnopqrstuvwxyz .@", longest=25), id="names"),
        pytest.param(values("ab", longest=90), id="more than fifteen of one letter"),
        pytest.param(values("aäñ漢字한ж", longest=12), id="other scripts"),
        pytest.param(["a", "b", "ab", "ba"], id="hardly any"),
    ],
)
@pytest.mark.parametrize(("similarity", "most"), COMPARED, ids=["edits", "letters in common", "Jaro"])
def test_no_two_values_are_more_alike_than_their_letters_allow(words, similarity, most) -> None:  # type: ignore[no-untyped-def]  # the functions of three libraries
    bags = Bags.of(as_array(words))
    i, j = (side.ravel() for side in np.meshgrid(np.arange(len(words)), np.arange(len(words))))
    allowed = most(Unlikeness.of(bags, i, bags, j))
    real = np.array([similarity(words[a], words[b]) for a, b in zip(i.tolist(), j.tolist(), strict=True)])
    assert (allowed >= real - 1e-5).all()


def test_values_of_other_letters_are_told_apart_at_once() -> None:
    bags = Bags.of(as_array(["hobday dental", "kirkfux mop", "latned yadboh"]))
    pairs = Unlikeness.of(bags, np.array([0, 0]), bags, np.array([1, 2]))
    assert pairs.length.tolist() == [13, 13]
    assert pairs.other.tolist() == [11, 13]
    unlike, turned = most_by_common_letters(pairs)
    assert unlike < 0.6
    assert turned == 1


def test_bags_of_many_values_are_those_of_each() -> None:
    words = values("abcdefgh", longest=12) * 300
    whole = Bags.of(as_array(words))
    for at in (0, 211, 49_999, 50_000, len(words) - 1):
        alone = Bags.of(as_array([words[at]]))
        assert (whole.counts[at], whole.lengths[at], whole.firsts[at]) == (
            alone.counts[0],
            alone.lengths[0],
            alone.firsts[0],
        )


@pytest.mark.parametrize("kind", [kind for kind in SCALES if kind is not Kind.NUMBER])
def test_a_look_at_the_letters_beforehand_changes_no_level(kind: Kind) -> None:
    words = values("abcdefghijklmnopqrstuvwxyz", longest=14)
    part = Part(
        column="a", name="a", kind=kind, values=as_array(words), codes=codes(as_array(words)), blocks={}
    )
    table = Table(size=len(words), parts=[part])
    left, right = (side.ravel() for side in np.meshgrid(np.arange(len(words)), np.arange(len(words))))
    assert len(left) > 20_000, "so many are looked at beforehand"
    whole = compare(table, left, table, right)[0]
    pieces = [
        compare(table, left[start : start + 9000], table, right[start : start + 9000])[0]
        for start in range(0, len(left), 9000)
    ]
    assert np.array_equal(whole, np.concatenate(pieces))
    assert len(set(whole.tolist())) > 1
