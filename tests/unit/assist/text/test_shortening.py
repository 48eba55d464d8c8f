"""Short forms are told from names that merely share letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.text.shortening import is_subsequence, shortening


@pytest.mark.parametrize(
    ("short", "words"), [("custnm", "customer name"), ("ordqty", "order quantity"), ("asty", "assay type")]
)
def test_a_short_form_scores_above_a_name_with_the_same_letters(short: str, words: str) -> None:
    assert shortening(short, words.split()) > shortening(short, ["unrelated", *words[::-1].split()])


def test_first_letters_of_every_word_are_a_whole_short_form() -> None:
    assert shortening("asstety", ["assay", "test", "type"]) == 1.0


def test_letters_in_another_order_are_no_short_form() -> None:
    assert shortening("zx", ["ax", "z"]) == 0.0


def test_letters_have_to_stand_in_order() -> None:
    assert is_subsequence("abc", "aXbXc")
    assert not is_subsequence("acb", "abc")


@given(st.text("abcdefg1", max_size=12), st.lists(st.text("abcdefg1", max_size=8), max_size=4))
def test_the_score_stays_between_0_and_1(short: str, words: list[str]) -> None:
    assert 0 <= shortening(short, words) <= 1
