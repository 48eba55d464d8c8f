"""Duplicate customers in the ledger, as the review queue uses it."""

from dataclasses import replace

import pytest
from made_duplicates import PAIRS, found_duplicates

from streak_netsuite.duplicate_review.review import DuplicateReview
from streak_netsuite.sync.duplicate_case import SCOPE, Among, PairName, Sameness


@pytest.fixture
def review(ledger, now):
    ledger.duplicates.keep_run(found_duplicates(), now=now)
    return DuplicateReview(ledger.duplicates, clock=lambda: now)


def said(pair, what, **more):
    return {"left": pair.left, "right": pair.right, "said": what, **more}


def test_questions_come_in_their_order_with_both_records_side_by_side(review):
    state = review.answer("open", {}, by="maya")["result"]
    assert [(one["left"], one["right"]) for one in state["questions"]] == [(p.left, p.right) for p in PAIRS]
    assert state["waiting"] == {"customers": 3, "organizations": 0, "contacts": 0}
    first = state["questions"][0]
    assert {"name": "city", "left": "Leeds", "right": "Leeds"} in first["fields"]
    assert first["probability"] == pytest.approx(0.569, abs=0.001)
    assert state["runs"][0]["groups"] == 2


def test_a_decision_is_kept_with_who_and_why_and_the_next_pair_comes(review, ledger):
    state = review.answer("decide", said(PAIRS[0], "same", reason="same VAT"), by="maya")["result"]
    assert (state["waiting"]["customers"], state["decided"]) == (2, 1)
    assert state["questions"][0]["left"] == PAIRS[1].left
    (kept,) = ledger.duplicates.decisions(SCOPE)
    assert (kept.pair, kept.said, kept.actor, kept.reason) == (PAIRS[0], Sameness.SAME, "maya", "same VAT")
    (noted,) = ledger.list_audit(subject=str(PAIRS[0]))
    assert noted.action == "duplicates.same"
    assert noted.details["reasons"][0]["words"] == "nearly the same"


def test_a_pair_may_be_named_either_way_round(review, ledger):
    review.answer("decide", {"left": PAIRS[0].right, "right": PAIRS[0].left, "said": "unsure"}, by="maya")
    assert [one.pair for one in ledger.duplicates.decisions(SCOPE)] == [PAIRS[0]]


def test_a_decision_can_be_taken_back_and_both_are_in_the_audit(review, ledger):
    review.answer("decide", said(PAIRS[0], "different"), by="maya")
    back = {"left": PAIRS[0].left, "right": PAIRS[0].right}
    state = review.answer("take_back", back, by="maya")["result"]
    assert (state["waiting"]["customers"], state["decided"]) == (3, 0)
    actions = [one.action for one in ledger.list_audit(subject=str(PAIRS[0]))]
    assert actions == ["duplicates.taken_back", "duplicates.different"]
    assert "nobody has decided" in review.answer("take_back", back, by="maya")["error"]


def kept(ledger):
    return [(one.said, one.actor, one.reason) for one in ledger.duplicates.decisions(SCOPE)]


def test_of_two_who_see_the_same_pair_the_first_decides_and_the_other_is_told(review, ledger):
    review.answer("decide", said(PAIRS[0], "different", reason="two branches"), by="ann")
    told = review.answer("decide", said(PAIRS[0], "same"), by="bob")["error"]
    assert (
        told
        == f"{PAIRS[0]}: decided meanwhile by ann: different (two branches); nothing was changed: look at it again"
    )
    assert kept(ledger) == [(Sameness.DIFFERENT, "ann", "two branches")]
    assert len(ledger.list_audit(subject=str(PAIRS[0]))) == 1


def test_who_saw_a_decision_may_replace_it_and_their_own_always(review, ledger):
    review.answer("decide", said(PAIRS[0], "different"), by="ann")
    assert "result" in review.answer("decide", said(PAIRS[0], "unsure"), by="ann")
    assert (
        "decided meanwhile" in review.answer("decide", said(PAIRS[0], "same", over="eve"), by="bob")["error"]
    )
    assert "result" in review.answer("decide", said(PAIRS[0], "same", over="ann"), by="bob")
    assert kept(ledger) == [(Sameness.SAME, "bob", "")]


def test_nobody_takes_back_what_somebody_else_has_decided(review, ledger):
    review.answer("decide", said(PAIRS[0], "different"), by="ann")
    review.answer("decide", said(PAIRS[0], "same", over="ann"), by="bob")
    back = {"left": PAIRS[0].left, "right": PAIRS[0].right}
    assert "decided meanwhile by bob: same" in review.answer("take_back", back, by="ann")["error"]
    assert kept(ledger) == [(Sameness.SAME, "bob", "")]
    assert "result" in review.answer("take_back", back, by="bob")


def test_a_new_run_asks_anew_but_never_what_was_decided(review, ledger, now):
    review.answer("decide", said(PAIRS[1], "different"), by="maya")
    ledger.duplicates.keep_run(found_duplicates(), now=now)
    asked = [one.pair for one in ledger.duplicates.questions(SCOPE)]
    assert asked == [PAIRS[0], PAIRS[2]]


def test_any_two_of_a_group_may_be_decided_about(review, ledger):
    pair = PairName.of("51", "52")
    assert "result" in review.answer("decide", said(pair, "different"), by="maya")
    assert [one.pair for one in ledger.duplicates.decisions(SCOPE)] == [pair]


@pytest.mark.parametrize(
    ("command", "payload", "words"),
    [
        pytest.param("merge", {}, "knows no 'merge'", id="unknown command"),
        pytest.param("decide", {"left": "11"}, "right", id="half a pair"),
        pytest.param("decide", {"left": "11", "right": "12", "said": "maybe"}, "said", id="unknown answer"),
        pytest.param("decide", {"left": "11", "right": "11", "said": "same"}, "of itself", id="one record"),
        pytest.param(
            "decide", {"left": "98", "right": "99", "said": "same"}, "nobody was asked", id="unasked"
        ),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(review, ledger, command, payload, words):
    assert words in review.answer(command, payload, by="maya")["error"]
    assert ledger.duplicates.decisions(SCOPE) == []
    assert ledger.list_audit() == []


def test_a_group_that_was_told_apart_is_ignored_and_others_are_resolved(review, ledger, now):
    review.answer("decide", said(PAIRS[0], "different"), by="maya")
    empty = found_duplicates()
    run = ledger.duplicates.keep_run(
        type(empty)(scope=SCOPE, records=9, groups=[], questions=[], page="", sheet=""), now=now
    )
    assert (run.ignored, run.resolved, run.new) == (1, 1, 0)
    again = ledger.duplicates.keep_run(found_duplicates(), now=now)
    assert again.new == 2


@pytest.mark.parametrize("among", [Among.ORGANIZATIONS, Among.CONTACTS])
def test_each_table_has_a_queue_and_decisions_of_its_own(review, ledger, now, among):
    ledger.duplicates.keep_run(replace(found_duplicates(), scope=among.scope), now=now)
    asked = {"among": among.value}
    state = review.answer("open", asked, by="maya")["result"]
    assert (state["among"], state["waiting"][among.value], len(state["questions"])) == (among.value, 3, 3)
    assert [run["groups"] for run in state["runs"]] == [2]
    state = review.answer("decide", said(PAIRS[0], "same", **asked), by="maya")["result"]
    assert state["waiting"] == {"customers": 3, "organizations": 0, "contacts": 0} | {among.value: 2}
    assert state["decided"] == 1
    assert ledger.duplicates.decisions(SCOPE) == []
    (kept,) = ledger.duplicates.decisions(among.scope)
    assert (kept.pair, kept.actor) == (PAIRS[0], "maya")
    back = {"left": PAIRS[0].left, "right": PAIRS[0].right, **asked}
    assert review.answer("take_back", back, by="maya")["result"]["waiting"][among.value] == 3
    assert "among" in review.answer("open", {"among": "invoices"}, by="maya")["error"]
