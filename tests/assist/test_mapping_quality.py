"""The matcher holds its bars on labelled pairs of source systems it learned nothing from."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from assist.mapping import trained
from assist.mapping.evaluation import Case, Ranking, cases, joined, ranking, recall_at_ground_truth
from assist.mapping.matcher import FEATURES
from assist.mapping.shortlist import shortlist
from assist.mapping.suggester import Suggester
from assist.mapping.training_pairs import groups, groups_kept_aside

pytestmark = pytest.mark.shared_data


def systems_learned() -> set[str]:
    return {group.system for group in (*groups(), *groups_kept_aside())}


@pytest.fixture(scope="module")
def judged(labelled_pairs: Sequence[dict[str, str]]) -> Sequence[Case]:
    return cases(labelled_pairs)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester()


@pytest.fixture(scope="module")
def result(judged: Sequence[Case], suggester: Suggester) -> Ranking:
    return joined(ranking(case, suggester.chances(case.sources, case.targets)) for case in judged)


def test_no_judged_system_is_among_those_learned_from(judged: Sequence[Case]) -> None:
    learned = {name.lower().split()[0] for name in systems_learned()}
    assert not learned & {case.system.lower().split()[0] for case in judged}


def test_the_right_field_of_all_of_the_record_comes_first_from_names_only(result: Ranking) -> None:
    assert result.top_1 >= 0.75
    assert result.top_5 >= 0.90
    assert result.mean_reciprocal_rank >= 0.82


def test_a_probability_means_what_it_says(result: Ranking) -> None:
    assert result.calibration_error <= 0.05


def test_columns_of_unknown_tables_are_matched(
    table_cases: Callable[[str], Sequence[Case]], suggester: Suggester
) -> None:
    found = [
        recall_at_ground_truth(case, suggester.chances(case.sources, case.targets))
        for group in ("chembl", "magellan")
        for case in table_cases(group)
    ]
    assert np.mean(found) >= 0.86


def test_the_shortlist_loses_next_to_nothing(judged: Sequence[Case], suggester: Suggester) -> None:
    kept = []
    for case in judged:
        chosen, _ = shortlist(suggester.features(case.sources, case.targets), FEATURES)
        kept += [any(chosen[row, column] for column in right) for row, right in case.truth]
    assert np.mean(kept) >= 0.96


def test_training_again_gives_the_kept_matcher(judged: Sequence[Case], suggester: Suggester) -> None:
    again = Suggester(matcher=trained.train())
    for case in judged[:3]:
        assert np.allclose(
            again.chances(case.sources, case.targets),
            suggester.chances(case.sources, case.targets),
            atol=1e-3,
        )
