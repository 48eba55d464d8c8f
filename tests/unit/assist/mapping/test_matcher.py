"""The matcher keeps scikit-learn's contract and its own: reasons that add up, kept numbers that answer alike."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone  # type: ignore[import-untyped]
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
from sklearn.exceptions import NotFittedError  # type: ignore[import-untyped]

from assist.mapping.matcher import FEATURES, FieldMatcher
from assist.mapping.settings import SuggesterSettings
from assist.mapping.trees import Trees

Rows = tuple[NDArray[np.float64], NDArray[np.int64]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    rng = np.random.default_rng(7)
    features = rng.random((1200, len(FEATURES)))
    features[:, -1] = np.arange(1200) % 3 == 0
    labels = (features[:, 0] + features[:, 1] + 0.3 * rng.normal(size=1200) > 1.2).astype(np.int64)
    return features, labels


@pytest.fixture(scope="module")
def fitted(rows: Rows) -> FieldMatcher:
    return FieldMatcher(trees=20, folds=3).fit(*rows, groups=np.arange(1200) % 6)


def test_parameters_are_stored_as_given_and_cloned() -> None:
    made = FieldMatcher(trees=7, C=0.5)
    assert clone(made).get_params() == made.get_params()
    assert made.get_params()["trees"] == 7


def test_an_unfitted_matcher_says_so(rows: Rows) -> None:
    with pytest.raises(NotFittedError):
        FieldMatcher().predict_proba(rows[0])


def test_probabilities_are_probabilities_and_predictions_follow_them(
    fitted: FieldMatcher, rows: Rows
) -> None:
    chances = fitted.predict_proba(rows[0])
    assert chances.shape == (1200, 2)
    assert np.allclose(chances.sum(axis=1), 1)
    assert ((chances[:, 1] > 0.5) == fitted.predict(rows[0])).all()
    assert fitted.score(*rows) > 0.8


def test_the_same_data_gives_the_same_matcher(rows: Rows, fitted: FieldMatcher) -> None:
    again = clone(fitted).fit(*rows, groups=np.arange(1200) % 6)
    assert np.allclose(again.predict_proba(rows[0]), fitted.predict_proba(rows[0]))


def test_other_features_are_refused(rows: Rows, fitted: FieldMatcher) -> None:
    with pytest.raises(ValueError, match="features"):
        FieldMatcher().fit(rows[0][:, :5], rows[1])
    with pytest.raises(ValueError, match="expects"):
        fitted.predict_proba(rows[0][:, :5])
    with pytest.raises(ValueError, match="train it again"):
        FieldMatcher.from_dict({**fitted.to_dict(), "features": ["one"]})


def test_what_was_learned_survives_as_plain_numbers(rows: Rows, fitted: FieldMatcher) -> None:
    again = FieldMatcher.from_dict(fitted.to_dict())
    assert np.allclose(again.predict_proba(rows[0]), fitted.predict_proba(rows[0]), atol=1e-5)


def test_what_was_learned_before_anything_was_bent_answers_as_it_did(
    rows: Rows, fitted: FieldMatcher
) -> None:
    older = {name: value for name, value in fitted.to_dict().items() if name != "bend_"}
    again = FieldMatcher.from_dict(older)
    assert np.allclose(again.predict_proba(rows[0]), fitted.predict_proba(rows[0]), atol=1e-5)


def test_bending_lifts_the_first_choices_by_name_of_systems_that_were_kept_aside(rows: Rows) -> None:
    features, labels = rows[0][:400].copy(), np.zeros(400, dtype=np.int64)
    features[:, -1] = 0
    queries = np.repeat(np.arange(100), 4)
    matcher = FieldMatcher(trees=20, folds=3).fit(*rows, groups=np.arange(1200) % 6)
    before = matcher.predict_proba(features, queries=queries)[:, 1].reshape(100, 4)
    firsts = before.argmax(axis=1)
    labels.reshape(100, 4)[np.arange(99), firsts[:99]] = 1
    labels.reshape(100, 4)[99, (firsts[99] + 1) % 4] = 1
    assert matcher.bend_ == 0
    after = matcher.bend(features, labels, queries=queries).predict_proba(features, queries=queries)[:, 1]
    kept = FieldMatcher.from_dict(matcher.to_dict()).predict_proba(features, queries=queries)[:, 1]
    shown = before.max(axis=1) > SuggesterSettings().review_from
    assert (after.reshape(100, 4).max(axis=1) > before.max(axis=1)).tolist() == shown.tolist()
    assert np.allclose(np.sort(after.reshape(100, 4))[:, :-1], np.sort(before)[:, :-1]), "no other pair moves"
    assert np.allclose(kept, after, atol=1e-5)


def test_the_reasons_of_a_pair_sum_to_its_log_odds(rows: Rows, fitted: FieldMatcher) -> None:
    plain = rows[0][rows[0][:, -1] == 0]
    told = fitted.weights(plain).sum(axis=1) + fitted.names_.start
    assert np.allclose(told, fitted.decision_function(plain))


def test_a_stronger_sign_never_lowers_and_a_difference_never_raises_the_log_odds(
    rows: Rows, fitted: FieldMatcher
) -> None:
    plain = rows[0][rows[0][:, -1] == 0]
    for name, sign in (("known_words", 1), ("same_name", 1), ("digits_differ", -1), ("kind_differs", -1)):
        more = plain.copy()
        more[:, FEATURES.index(name)] = 1.0
        assert (sign * (fitted.decision_function(more) - fitted.decision_function(plain)) >= -1e-9).all()


def test_ranking_orders_by_probability_and_takes_empty_cubes(rows: Rows, fitted: FieldMatcher) -> None:
    cube = rows[0][:1000].reshape(10, 100, -1)
    chances, order = fitted.rank(cube)
    best = np.take_along_axis(chances, order, axis=1)
    assert (np.diff(best, axis=1) <= 1e-12).all()
    assert fitted.rank(np.zeros((0, 4, len(FEATURES))))[0].shape == (0, 4)


def test_our_reading_of_the_trees_is_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    features = rng.random((500, 4))
    labels = (features[:, 0] > features[:, 1]).astype(int)
    told = {"max_iter": 12, "max_leaf_nodes": 6, "learning_rate": 0.2, "random_state": 0}
    theirs = HistGradientBoostingClassifier(early_stopping=False, **told).fit(features, labels)
    ours = Trees.grow(features, labels, [0, 0, 0, 0], **told)
    assert np.allclose(ours.log_odds(features), theirs.decision_function(features), atol=1e-6)
    assert np.allclose(Trees.from_dict(ours.to_dict()).log_odds(features), ours.log_odds(features))
