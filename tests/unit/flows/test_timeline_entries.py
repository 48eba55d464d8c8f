"""The timeline: what the ledger knows becomes entries in order, and entries become lines."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.flows.deal_history import (
    AuditFact,
    DealHistory,
    DealMatch,
    HintFact,
    HoldFact,
    OutcomeFact,
    TieFact,
    WriteFact,
)
from streak_netsuite.flows.deal_timeline import assemble
from streak_netsuite.flows.timeline import Timeline, TimelineEntry
from streak_netsuite.flows.timeline_text import matches_text, timeline_text
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.outcome import Action, Hold

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxBox")
ORDER = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id="501")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_hint(**fields: Any) -> HintFact:
    values = {"record": BOX, "event": "BOX_CHANGE_STAGE", "origin": HintOrigin.WEBHOOK, "version": "1"}
    return HintFact(**{**values, "state": "done", "received_at": NOW, "ready_at": NOW, **fields})


def a_write(state: IntentState = IntentState.SUCCEEDED, **fields: Any) -> WriteFact:
    intent = Intent(
        operation_key=fields.pop("key", "streak-so-1"),
        flow="deal_to_order",
        kind=fields.pop("kind", RecordKind.SALES_ORDER),
        subject=BOX,
        state=state,
        payload=fields.pop("payload", {"memo": "robots"}),
        result_id="501" if state is IntentState.SUCCEEDED else None,
        attempts=fields.pop("attempts", 1),
        sent_at=fields.pop("sent_at", NOW),
        error=fields.pop("error", ""),
    )
    return WriteFact(intent=intent, **{"queued": False, "created_at": NOW, **fields})


def a_tie(**fields: Any) -> TieFact:
    tie = Binding(streak=BOX, netsuite=ORDER, rule="created")
    return TieFact(**{"tie": tie, "created_at": NOW, "updated_at": NOW, **fields})


def an_outcome(action: Action = Action.CREATED, **fields: Any) -> OutcomeFact:
    values = {"record": BOX, "recorded_at": NOW, "flow": "deal_to_order", "run_id": "run-1", "rule": "order"}
    return OutcomeFact(**{**values, "action": action, "reason": "sales order 501", **fields})


def a_hold(**fields: Any) -> HoldFact:
    what = Hold(code="MAPPING", reason="no price", fix="enter it", faults=("price: missing", "tax: missing"))
    values = {"id": 7, "record": BOX, "flow": "deal_to_order", "rule": "mapping", "what": what, "times": 1}
    return HoldFact(**{**values, "state": "open", "opened_at": NOW, "renewed_at": NOW, **fields})


def story(history: DealHistory) -> list[tuple[str, str, str]]:
    return [(str(e.kind), e.title, e.state) for e in assemble(history).entries]


def test_what_happened_in_one_moment_is_told_causes_first() -> None:
    queued = a_write(
        IntentState.PLANNED, key="k2", kind=RecordKind.COMMENT, queued=True, sent_at=None, due_at=after(5)
    )
    history = DealHistory(
        deal=BOX,
        hints=(a_hint(),),
        writes=(queued, a_write(answered_at=NOW)),
        ties=(a_tie(),),
        outcomes=(an_outcome(),),
    )
    assert story(history) == [
        ("hint", "a webhook brought the hint BOX_CHANGE_STAGE", "done"),
        ("write", "salesOrder as streak-so-1 was sent", "succeeded"),
        ("answer", "salesOrder landed: its id is 501", "succeeded"),
        ("tie", "box is tied to netsuite salesOrder 501", "done"),
        ("write", "comment as k2 was queued", "done"),
        ("outcome", "deal_to_order: created, sales order 501", "created"),
        ("due", "comment waits to be written", "planned"),
    ]


def test_a_release_comes_before_the_hint_that_it_makes() -> None:
    hold = a_hold(state="released", closed_at=after(9), closed_by="ops", close_reason="price added")
    audit = AuditFact(at=after(9), actor="ops", action="hold.released", subject="hold 7")
    hint = a_hint(origin=HintOrigin.PERSON, event="hold_released", received_at=after(9))
    told = story(DealHistory(deal=BOX, hints=(hint,), holds=(hold,), audit=(audit,)))
    assert [title for _, title, _ in told] == [
        "hold 7, MAPPING, waits for a person: no price",
        "hold 7, MAPPING, was released by ops: price added",
        "ops noted hold.released of hold 7",
        "a person brought the hint hold_released",
    ]


def test_what_is_due_comes_last_even_when_it_is_overdue() -> None:
    history = DealHistory(
        deal=BOX,
        hints=(a_hint(state="ready", ready_at=NOW - timedelta(days=1)),),
        outcomes=(an_outcome(Action.DEFERRED, recorded_at=after(60)),),
    )
    assert [kind for kind, _, _ in story(history)] == ["hint", "outcome", "due"]


def test_a_hint_that_came_again_is_told_with_its_count_and_time() -> None:
    (first, again) = story(
        DealHistory(deal=BOX, hints=(a_hint(repeats=3, last_repeat_at=after(5)),), outcomes=())
    )
    assert first[0] == "hint"
    assert again[1] == (
        "the same hint (BOX_CHANGE_STAGE, version 1) came 3 more times, the last one now; it is known already"
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (IntentState.REJECTED, "salesOrder was refused: INVALID no such item"),
        (IntentState.UNKNOWN, "no usable answer for salesOrder; it may have landed: no such item"),
        (IntentState.PLANNED, "salesOrder was put back: INVALID no such item"),
    ],
)
def test_each_answer_is_told_in_words(state: IntentState, said: str) -> None:
    write = a_write(state, answered_at=after(1), error="no such item", error_code="INVALID")
    assert ("answer", said, str(state)) in story(DealHistory(deal=BOX, writes=(write,)))


def test_a_write_that_was_planned_anew_does_not_show_the_answer_before_as_its_own() -> None:
    write = a_write(IntentState.PLANNED, queued=True, sent_at=None, answered_at=after(1), due_at=after(2))
    kinds = [kind for kind, _, _ in story(DealHistory(deal=BOX, writes=(write,)))]
    assert kinds == ["write", "due"]


def test_a_worker_that_holds_the_deal_is_told_with_the_time_another_takes_over() -> None:
    history = DealHistory(deal=BOX, hints=(a_hint(state="claimed"),), lease_until=after(30))
    (due,) = assemble(history).due
    assert (due.at, due.state) == (after(30), "claimed")


def test_an_open_hold_is_due_to_a_person_with_its_next_step() -> None:
    (due,) = assemble(DealHistory(deal=BOX, holds=(a_hold(times=2, renewed_at=after(9)),))).due
    assert (due.at, due.title) == (after(9), "a person decides hold 7, MAPPING: enter it")


def test_a_tie_that_was_renewed_is_told_twice() -> None:
    titles = [title for _, title, _ in story(DealHistory(deal=BOX, ties=(a_tie(updated_at=after(9)),)))]
    assert titles == [
        "box is tied to netsuite salesOrder 501",
        "the tie of box to netsuite salesOrder 501 was renewed",
    ]


def test_an_entry_of_any_kind_takes_its_place_and_is_shown() -> None:
    history = DealHistory(deal=BOX, hints=(a_hint(),), outcomes=(an_outcome(recorded_at=after(9)),))
    shipped = TimelineEntry(
        at=after(5), kind="fulfillment", title="2 of 4 shipped", details={"carrier": "UPS"}
    )
    told = assemble(history).with_entries([shipped])
    assert [str(e.kind) for e in told.entries] == ["hint", "fulfillment", "outcome"]
    assert "fulfillment  2 of 4 shipped" in timeline_text(told)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["due", "hint", "payment"]), st.integers(0, 9)))
)
def test_entries_are_in_order_whatever_order_they_come_in(wanted: list[tuple[int, str, int]]) -> None:
    more = [TimelineEntry(at=after(s), kind=k, title="x", rank=r) for s, k, r in wanted]
    told = Timeline(record=BOX, entries=()).with_entries(more).entries
    places = [(e.kind == "due", e.at, e.rank) for e in told]
    assert len(told) == len(more)
    assert places == sorted(places)


def personal_history() -> DealHistory:
    payload = {"email": "maya@x.example", "first_name": "Maya", "addr1": "450 Harbor Blvd"}
    return DealHistory(
        deal=BOX,
        hints=(a_hint(payload={"contacts": [{"key": "c", "fullName": "Bob Stone"}]}),),
        writes=(a_write(payload=payload, answered_at=NOW),),
        outcomes=(an_outcome(reason="Bob Stone and Maya (maya@x.example) at 450 Harbor Blvd"),),
        holds=(
            a_hold(
                what=Hold(code="X", reason="Maya", candidates=("501 maya@x.example",), payload={"phone": "1"})
            ),
        ),
        audit=(AuditFact(at=NOW, actor="ops", action="x", subject="y", details={"reason": "Maya called"}),),
    )


def test_personal_data_is_in_no_entry_unless_it_is_asked_for() -> None:
    for show in (timeline_text, lambda told: json.dumps(told.as_dict())):
        masked, shown = (show(assemble(personal_history(), unmasked=unmasked)) for unmasked in (False, True))
        assert [p for p in ("Maya", "maya", "Harbor", "Bob", "Stone", "@") if p in masked] == []
        assert [p for p in ("Maya called", "maya@x.example", "450 Harbor Blvd") if p not in shown] == []


def test_the_text_says_whether_personal_data_is_hidden() -> None:
    assert "Personal data is hidden; --unmasked shows it." in timeline_text(assemble(personal_history()))
    assert "PERSONAL DATA IS SHOWN" in timeline_text(assemble(personal_history(), unmasked=True))


def test_the_text_has_a_line_for_each_fault_and_says_where_the_deal_is() -> None:
    text = timeline_text(assemble(DealHistory(deal=BOX, hints=(a_hint(),), holds=(a_hold(),))))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0].startswith("streak box agxBox: 2 entries.")
    assert lines[2] == ("2026-05-04 12:00:00 hint a webhook brought the hint BOX_CHANGE_STAGE [done]")
    assert lines.index("faults: price: missing") + 1 == lines.index("faults: tax: missing")
    assert lines[lines.index("Where it is now") + 1].endswith(
        "due a person decides hold 7, MAPPING: enter it [open]"
    )


def test_a_deal_with_nothing_to_do_says_so() -> None:
    text = timeline_text(assemble(DealHistory(deal=BOX, hints=(a_hint(),))))
    assert text.endswith("nothing is due, and nothing waits")


def test_several_matches_are_listed_and_none_says_what_to_look_for() -> None:
    match = DealMatch(deal=BOX, why="held: ann@x.example has no price")
    assert matches_text("price", [match, match]).splitlines() == [
        "2 deals match 'price'; name one by its key:",
        "agxBox  held: [hidden e-mail] has no price",
        "agxBox  held: [hidden e-mail] has no price",
    ]
    assert "nothing is known of a deal 'price'" in matches_text("price", [])
