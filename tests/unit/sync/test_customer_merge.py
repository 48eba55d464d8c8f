"""Who stays, what it takes over, and what contradictions do."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.errors import RecordError
from streak_netsuite.sync.customer_merge import MergeState, ValueChange, list_merge, plan_merge, sames
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import PairDecision, PairName, Sameness

AT = datetime(2026, 11, 23, tzinfo=UTC)


def row(internal_id: str, **values: Any) -> CustomerRow:
    return CustomerRow(internal_id=internal_id, name="Hobday", **values)


def said(one: str, other: str, sameness: Sameness = Sameness.SAME) -> PairDecision:
    return PairDecision(
        pair=PairName.of(one, other), said=sameness, actor="maya", reason="", decided_at=AT, bits=0.0
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({}, {"inactive": True, "balance": Decimal(9)}, id="in use"),
        pytest.param(
            {"orders": Decimal(5)}, {"balance": Decimal(4), "email": "a@b.example"}, id="most money"
        ),
        pytest.param({"balance": Decimal(-5)}, {"balance": Decimal(4)}, id="a credit is money, too"),
        pytest.param({"email": "a@b.example"}, {"created": AT}, id="most filled"),
        pytest.param({"created": AT}, {"created": AT.replace(year=2027)}, id="oldest"),
        pytest.param({"created": AT}, {}, id="of known age"),
    ],
)
def test_the_one_that_stays_is(first: dict[str, Any], second: dict[str, Any]) -> None:
    for records in ([row("1", **first), row("2", **second)], [row("2", **second), row("1", **first)]):
        assert plan_merge(records).survivor.internal_id == "1"


def test_an_empty_field_takes_the_value_of_the_next_that_has_one() -> None:
    records = [
        row("1", balance=Decimal(9), email="a@b.example"),
        row("2", balance=Decimal(5)),
        row("3", balance=Decimal(1), email="c@d.example", phone="3"),
    ]
    (change,) = plan_merge(records).changes
    assert change == ValueChange(name="phone", old="", new="3", source="3", rule="empty")


def test_a_merge_is_open_then_filled_then_seen_with_the_name_of_the_one_that_went() -> None:
    body = {"records": {"1": {"name": "Hobday"}, "2": {"name": "HOBDAY Ltd"}}}
    about = [replace(said("1", "2"), body=body), said("8", "9")]
    first, second = row("1", balance=Decimal(9)), row("2", phone="2")

    def listed(*rows: CustomerRow) -> Any:
        return list_merge({"1", "2"}, {one.internal_id: one for one in rows}, said=about, moved={})

    assert listed() is None
    assert listed(first, second).state is MergeState.OPEN
    assert listed(replace(first, phone="2"), second).state is MergeState.FILLED
    seen = listed(first)
    assert (seen.state, seen.gone, seen.merge.said) == (MergeState.SEEN, {"2": "HOBDAY Ltd"}, about[:1])


def test_a_person_names_who_stays_and_whose_value_is_right() -> None:
    records = [row("1", balance=Decimal(9), phone="1"), row("2", phone="2")]
    merge = plan_merge(records, survivor="2", chosen={"phone": "1"})
    assert merge.survivor.internal_id == "2"
    assert merge.changes == [ValueChange(name="phone", old="2", new="1", source="1", rule="person")]
    assert plan_merge(records, chosen={"phone": "1"}).changes == []  # it has it


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"survivor": "9"}, "9 is not one of these records"),
        ({"chosen": {"phone": "9"}}, "9 is not one of these records"),
        ({"chosen": {"phone": "2"}}, "2 has no phone"),
        ({"chosen": {"balance": "2"}}, "'balance' is not taken over here"),
    ],
)
def test_a_wish_that_cannot_be_met_is_named(wish: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        plan_merge([row("1"), row("2")], **wish)


def test_sameness_is_passed_on_and_a_contradiction_disputes_all_of_it() -> None:
    told = [said("1", "2"), said("2", "3"), said("7", "8"), said("4", "5", Sameness.UNSURE)]
    assert sames(told).sets == [frozenset("123"), frozenset("78")]
    disputed = sames([*told, said("1", "3", Sameness.DIFFERENT), said("1", "7", Sameness.DIFFERENT)])
    assert disputed.sets == [frozenset("78")]
    assert disputed.disputed == [frozenset("123")]


PAIRS = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] != pair[1])


@given(st.lists(st.tuples(PAIRS, st.sampled_from(Sameness)), unique_by=lambda one: frozenset(one[0])))
def test_no_set_holds_two_that_were_told_apart_and_no_record_is_in_two(
    told: list[tuple[tuple[int, int], Sameness]],
) -> None:
    decisions = [said(str(one), str(other), sameness) for (one, other), sameness in told]
    found = sames(decisions)
    members = [one for some in (*found.sets, *found.disputed) for one in some]
    assert len(members) == len(set(members))
    for decision in decisions:
        pair = {decision.pair.left, decision.pair.right}
        together = any(pair <= some for some in found.sets)
        if decision.said is Sameness.DIFFERENT:
            assert not together
        if decision.said is Sameness.SAME:
            assert any(pair <= some for some in (*found.sets, *found.disputed))
