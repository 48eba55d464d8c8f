"""First choices are right as often as is said, and nothing else moves: no order, and nothing that was kept back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit, logit  # type: ignore[import-untyped]  # scipy ships no types

from assist.mapping import trained
from assist.mapping.calibration import bend, rising
from assist.mapping.evaluation import expected_calibration_error
from assist.mapping.matcher import FieldMatcher
from assist.mapping.settings import SuggesterSettings
from assist.mapping.suggestion import Band, band

SHOWN_FROM = float(logit(SuggesterSettings().review_from))


@pytest.fixture(scope="module")
def unbent() -> FieldMatcher:
    learned = trained.matcher().to_dict()
    del learned["bend_"]
    return FieldMatcher.from_dict(learned)


def test_the_first_choice_of_each_field_rises_in_full_from_even_odds_on_and_less_below() -> None:
    scores, queries = np.array([0.2, 1.0, -0.5, SHOWN_FROM / 2, -3.0]), np.array([7, 7, 7, 2, 2])
    assert np.allclose(rising(scores, queries, np.zeros(5)), [0, 1, 0, 0.5, 0])


def test_what_is_shown_to_nobody_and_what_has_values_stays_where_it_is() -> None:
    scores, queries = np.array([SHOWN_FROM, -3.0, 4.0]), np.array([0, 0, 1])
    assert not rising(scores, queries, np.array([0, 0, 1])).any()


def test_first_choices_that_are_alike_rise_alike() -> None:
    assert rising(np.array([2.0, 2.0]), np.array([0, 0]), np.zeros(2)).tolist() == [1, 1]


def test_shy_first_choices_rise_until_they_are_right_as_often_as_is_said() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(1.0, 1.5, size=4000)
    shares = rising(scores, np.arange(4000), np.zeros(4000))
    right = rng.random(4000) < expit(scores + 0.5 * shares)
    bent = expit(scores + bend(scores, shares, right.astype(int)) * shares)
    assert expected_calibration_error(expit(scores), right) > 0.05
    assert expected_calibration_error(bent, right) < 0.025


def test_bold_first_choices_do_not_sink_behind_the_second() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(1.5, 1.5, size=4000)
    right = rng.random(4000) < expit(scores / 2)
    assert bend(scores, np.ones(4000), right.astype(int)) == pytest.approx(0, abs=1e-3)


def test_nothing_is_bent_where_nothing_can_be_learned() -> None:
    assert bend(np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([1, 1])) == 0
    assert bend(np.array([]), np.array([]), np.array([])) == 0


def test_the_shipped_matcher_bends() -> None:
    assert trained.matcher().bend_ > 0


@given(
    alone=st.lists(st.lists(st.floats(-30, 30), min_size=1, max_size=8), min_size=1, max_size=4),
    valued=st.lists(st.booleans(), min_size=32, max_size=32),
)
def test_bending_changes_no_order_and_shows_nothing_that_was_kept_back(
    unbent: FieldMatcher, alone: list[list[float]], valued: list[bool]
) -> None:
    settings = SuggesterSettings()
    queries = np.repeat(np.arange(len(alone)), [len(one) for one in alone])
    flat = np.concatenate([np.array(one) for one in alone])
    has_values = np.array(valued[: len(flat)], dtype=np.float64)
    before, after = (one.calibrated(flat, queries, has_values) for one in (unbent, trained.matcher()))
    for before_, after_ in _by_field(queries, before, after):
        assert np.argsort(-before_, kind="stable").tolist() == np.argsort(-after_, kind="stable").tolist()
        assert (after_ >= before_).all()
    kept_back = [band(one, settings) is Band.ABSTAIN for one in before]
    assert [band(one, settings) is Band.ABSTAIN for one in after] == kept_back
    assert np.allclose(before[has_values > 0], after[has_values > 0])


def _by_field(
    queries: NDArray[np.int64], *chances: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], ...]]:
    return [tuple(one[queries == field] for one in chances) for field in np.unique(queries)]
