"""Holds of one cause are one issue, however their records are named."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.flows.hold_causes import causes_of


@dataclass(frozen=True)
class Held:
    id: int
    code: str
    reason: str
    fix: str = "mend it"


def test_five_hundred_deals_of_one_cause_are_one_issue() -> None:
    holds = [Held(n, "MAPPING", f"deal 'Deal {n}': currency 'EURO' is unknown") for n in range(500)]
    (cause,) = causes_of(holds)
    assert len(cause.holds) == 500
    assert cause.text == "deal …: currency 'EURO' is unknown"


def test_two_values_that_many_share_are_two_issues() -> None:
    holds = [Held(n, "MAPPING", f"deal 'Deal {n}': currency 'EURO' is unknown") for n in range(50)]
    holds += [Held(n, "MAPPING", f"deal 'Deal {n}': currency 'FRANC' is unknown") for n in range(50, 80)]
    first, second = causes_of(holds)
    assert (len(first.holds), len(second.holds)) == (50, 30)
    assert "'EURO'" in first.text
    assert "'FRANC'" in second.text


def test_codes_are_never_mixed() -> None:
    assert len(causes_of([Held(1, "A", "x 'y'"), Held(2, "B", "x 'y'")])) == 2


def test_a_cause_keeps_its_key_while_others_join() -> None:
    holds = [Held(n, "MAPPING", f"deal 'Deal {n}': currency 'EURO' is unknown") for n in range(20)]
    assert causes_of(holds)[0].key == causes_of(holds[:10])[0].key


@given(st.lists(st.tuples(st.sampled_from("AB"), st.text(max_size=30)), max_size=30))
def test_every_hold_is_in_exactly_one_cause(given_: list[tuple[str, str]]) -> None:
    holds = [Held(n, code, reason) for n, (code, reason) in enumerate(given_)]
    assert sorted(i for cause in causes_of(holds) for i in cause.holds) == list(range(len(holds)))
