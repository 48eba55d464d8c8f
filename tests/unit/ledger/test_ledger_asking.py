"""Holds are asked about once for what they are, by one run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.outcome import Action, Hold, Outcome

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def held(ledger: Ledger, box: str) -> None:
    what = Outcome(
        record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box),
        event_id=None,
        action=Action.HELD,
        rule="mapping",
        reason="a value does not fit",
        hold=Hold(code="MAPPING", reason="a value does not fit", fix="correct it"),
    )
    ledger.record_outcomes([what], flow="deal_to_order", run_id="r1", now=NOW)


@pytest.fixture
def asked(ledger: Ledger) -> Any:
    held(ledger, "b1")
    held(ledger, "b2")
    return ledger


def test_a_hold_is_asked_about_until_a_run_has_taken_it(asked: Ledger) -> None:
    (one, _), (two, _) = asked.list_unasked_holds(limit=10)
    assert asked.list_unasked_holds(limit=1) == [(one, 1)]
    assert asked.note_hold_asked(one, times=1, run_id="q1")
    assert asked.list_unasked_holds(limit=10) == [(two, 1)]


def test_one_run_asks_and_may_ask_on(asked: Ledger) -> None:
    (one, _), _ = asked.list_unasked_holds(limit=10)
    assert asked.note_hold_asked(one, times=1, run_id="q1")
    assert asked.note_hold_asked(one, times=1, run_id="q1"), "a retry of the same run goes on"
    assert not asked.note_hold_asked(one, times=1, run_id="q2")


def test_a_run_knows_whether_it_has_taken_the_question_on_before(asked: Ledger) -> None:
    (one, _), (two, _) = asked.list_unasked_holds(limit=10)
    assert not asked.asks_about(one, times=1, run_id="q1")
    asked.note_hold_asked(one, times=1, run_id="q1")
    assert asked.asks_about(one, times=1, run_id="q1")
    assert not asked.asks_about(one, times=1, run_id="q2")
    assert not asked.asks_about(one, times=2, run_id="q1")
    assert not asked.asks_about(two, times=1, run_id="q1")
    asked.ask_again(one)
    assert not asked.asks_about(one, times=1, run_id="q1"), "an answer that was no good is not looked for"


def test_a_hold_that_is_renewed_is_asked_about_anew_and_the_old_question_is_void(asked: Ledger) -> None:
    (one, _), _ = asked.list_unasked_holds(limit=10)
    asked.note_hold_asked(one, times=1, run_id="q1")
    held(asked, "b1")
    assert (one, 2) in asked.list_unasked_holds(limit=10)
    assert not asked.note_hold_asked(one, times=1, run_id="q1")
    assert asked.note_hold_asked(one, times=2, run_id="q2")


def test_a_closed_hold_is_not_asked_about(asked: Ledger) -> None:
    (one, _), _ = asked.list_unasked_holds(limit=10)
    asked.note_hold_asked(one, times=1, run_id="q1")
    asked.dismiss_hold(one, actor="otto", reason="done", now=NOW)
    assert not asked.note_hold_asked(one, times=1, run_id="q1")


def test_a_hold_whose_answer_could_not_be_carried_out_is_asked_about_again(asked: Ledger) -> None:
    (one, _), _ = asked.list_unasked_holds(limit=10)
    asked.note_hold_asked(one, times=1, run_id="q1")
    asked.ask_again(one)
    assert (one, 1) in asked.list_unasked_holds(limit=10)
    assert asked.note_hold_asked(one, times=1, run_id="q2")


def test_what_a_run_asks_about_is_listed_and_taken_from_that_run_only(asked: Ledger) -> None:
    (one, _), (two, _) = asked.list_unasked_holds(limit=10)
    asked.note_hold_asked(one, times=1, run_id="q1")
    asked.note_hold_asked(two, times=1, run_id="q2")
    assert asked.list_asked_holds() == [(one, "q1"), (two, "q2")]
    asked.ask_again(two, run_id="q1")
    assert asked.list_asked_holds() == [(one, "q1"), (two, "q2")], "another run has taken it on meanwhile"
    asked.ask_again(two, run_id="q2")
    assert asked.list_asked_holds() == [(one, "q1")]
    held(asked, "b1")
    assert asked.list_asked_holds() == [], "renewed, nobody is asked about it as it is now"
