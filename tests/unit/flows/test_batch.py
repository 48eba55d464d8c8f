"""A batch ends with one outcome for each event of its claim."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from streak_netsuite.errors import Ambiguous, RejectedByVendor
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.outcome import Action, Hold

ClaimMaker = Callable[..., Claim]


def test_the_first_decision_stands(a_claim: ClaimMaker) -> None:
    batch = Batch(a_claim((1, "A")))
    batch.decide("A", Action.CREATED, rule="order", reason="made", operation_key="k")
    batch.decide("A", Action.SKIPPED, rule="late", reason="too late")
    batch.hold("A", Hold(code="X", reason="too late"), rule="late")
    (outcome,) = batch.outcomes()
    assert (outcome.action, outcome.rule, outcome.operation_key) == (Action.CREATED, "order", "k")


def test_a_hold_stands_too(a_claim: ClaimMaker) -> None:
    batch = Batch(a_claim((1, "A")))
    batch.hold("A", Hold(code="MAPPING", reason="no price"), rule="mapping")
    batch.decide("A", Action.CREATED, rule="order", reason="made")
    (outcome,) = batch.outcomes()
    assert (outcome.action, outcome.reason) == (Action.HELD, "no price")


def test_older_hints_of_a_record_are_superseded_by_the_newest(a_claim: ClaimMaker) -> None:
    batch = Batch(a_claim((7, "A"), (3, "A"), (5, "B"), (9, "A")))
    assert batch.keys == ["A", "B"]
    assert batch.event("A").id == 9
    for key in batch.keys:
        batch.decide(key, Action.CREATED, rule="order", reason="made")
    outcomes = {o.event_id: (o.action, o.rule) for o in batch.outcomes()}
    assert outcomes == {
        9: (Action.CREATED, "order"),
        5: (Action.CREATED, "order"),
        3: (Action.SKIPPED, "superseded"),
        7: (Action.SKIPPED, "superseded"),
    }


def test_keys_that_differ_by_case_alone_are_two_records(a_claim: ClaimMaker) -> None:
    assert Batch(a_claim((1, "agxzAb"), (2, "agxzaB"))).keys == ["agxzAb", "agxzaB"]


def test_a_forgotten_record_settles_nothing(a_claim: ClaimMaker) -> None:
    batch = Batch(a_claim((1, "A"), (2, "B")))
    batch.decide("A", Action.CREATED, rule="order", reason="made")
    assert batch.open_keys == ["B"]
    with pytest.raises(RuntimeError, match="1 records, B first"):
        batch.outcomes()


def test_deferring_the_rest_leaves_decisions_alone(a_claim: ClaimMaker, now: datetime) -> None:
    batch = Batch(a_claim((1, "A"), (2, "B"), (3, "C")))
    batch.decide("B", Action.CREATED, rule="order", reason="made")
    batch.defer_rest(
        rule="run_stopped", reason="down", retry_at=lambda event: now + timedelta(seconds=event.id)
    )
    found = {o.record.id: (o.action, o.retry_at) for o in batch.outcomes()}
    assert found == {
        "A": (Action.DEFERRED, now + timedelta(seconds=1)),
        "B": (Action.CREATED, None),
        "C": (Action.DEFERRED, now + timedelta(seconds=3)),
    }


def test_an_event_that_is_not_in_the_inbox_has_an_outcome_without_one(a_claim: ClaimMaker) -> None:
    batch = Batch(a_claim((-1, "A")))
    batch.decide("A", Action.SKIPPED, rule="source", reason="another stage")
    assert [o.event_id for o in batch.outcomes()] == [None]


def test_a_hold_says_everything_the_error_knows() -> None:
    error = Ambiguous("two could be meant", candidates=["customer 1", "customer 2"], fix="choose one")
    assert hold_of(error, payload={"deal": "x"}) == Hold(
        code="AMBIGUOUS",
        reason="two could be meant",
        fix="choose one",
        faults=("two could be meant",),
        candidates=("customer 1", "customer 2"),
        payload={"deal": "x"},
    )


def test_a_hold_may_list_faults_of_its_own() -> None:
    hold = hold_of(RejectedByVendor("refused", code="USER_ERROR"), faults=["line 1", "line 2"])
    assert (hold.code, hold.faults, hold.candidates) == ("USER_ERROR", ("line 1", "line 2"), ())


def test_what_is_passed_over_or_held_can_be_taken_back_and_what_is_done_cannot(
    a_claim: ClaimMaker, now: datetime
) -> None:
    batch = Batch(a_claim((1, "A"), (2, "B"), (3, "C"), (4, "D")))
    batch.decide("A", Action.CREATED, rule="order", reason="made")
    batch.decide("B", Action.SKIPPED, rule="source", reason="lost")
    batch.hold("C", Hold(code="MAPPING", reason="no price"), rule="mapping")
    taken = batch.take_back(["A", "B", "C", "D"])
    assert list(taken) == ["B", "C"]
    assert batch.open_keys == ["B", "C", "D"]
    batch.decide("B", Action.DEFERRED, rule="order_found", reason="found", retry_at=now)
    for outcome in taken.values():
        batch.keep(outcome)
    assert [batch.decided[key].action for key in "ABC"] == [Action.CREATED, Action.DEFERRED, Action.HELD]
