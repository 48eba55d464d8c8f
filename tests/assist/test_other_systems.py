"""Systems that nothing was made from: what an unknown one can expect, names alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assist.mapping.evaluation import Case, Ranking, joined, ranking, written_cases
from assist.mapping.suggester import Suggester
from assist.mapping.training_pairs import groups, groups_kept_aside


@pytest.fixture(scope="module")
def judged() -> Sequence[Case]:
    return written_cases(Path(__file__).with_name("other_systems.yaml"))


@pytest.fixture(scope="module")
def result(judged: Sequence[Case]) -> Ranking:
    suggester = Suggester()
    return joined(ranking(case, suggester.chances(case.sources, case.targets)) for case in judged)


def test_no_judged_system_is_among_those_learned_from(judged: Sequence[Case]) -> None:
    learned = {group.system.lower() for group in (*groups(), *groups_kept_aside())}
    assert not learned & {case.system.lower() for case in judged}


def test_every_target_is_a_field_that_netsuite_has(judged: Sequence[Case]) -> None:
    lost = [
        (case.system, case.sources.fields[row].id)
        for case in judged
        for row, right in case.truth
        if not right
    ]
    assert lost == []


def test_the_right_field_of_all_of_the_record_comes_first_from_names_only(result: Ranking) -> None:
    assert result.top_1 >= 0.75
    assert result.top_5 >= 0.90
    assert result.mean_reciprocal_rank >= 0.82


def test_a_probability_means_what_it_says(result: Ranking) -> None:
    assert result.calibration_error <= 0.05
