"""Holds, outcomes and the audit: what people see and do."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from streak_netsuite.errors import RecordError
from streak_netsuite.ledger import holds
from streak_netsuite.ledger.states import HoldState
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import Answer, IntentState
from streak_netsuite.sync.outcome import Action, Aside, Hold, Outcome

HOLD = Hold(
    code="MAPPING",
    reason="currency 'EURO' is unknown",
    fix="add it to lookups/currency.yaml",
    faults=("currency: unknown", "price: missing"),
    candidates=("EUR",),
    payload={"total": "12.50"},
)


@pytest.fixture
def held(ledger, a_hint, claim_boxes, settle_all, now):
    """One box that waits for a person; returns its hold."""
    ledger.store_hints([a_hint()], now=now)
    settle_all(claim_boxes(), Action.HELD, hold=HOLD, rule="mapping")
    (hold,) = ledger.list_holds()
    return hold


@pytest.fixture
def come_again(ledger, a_hint, claim_boxes, settle_all):
    """Let a new state of the box come to an outcome."""
    versions = iter(range(2, 100))

    def settle(action, at, **fields):
        ledger.store_hints([a_hint(version=str(next(versions)))], now=at)
        settle_all(claim_boxes(at), action, at, **fields)

    return settle


def test_a_held_record_waits_with_all_that_a_person_needs(ledger, held, box_ref, now):
    assert ledger.get_hold(held.id) == held
    assert (held.record, held.what, held.state, held.times) == (box_ref("box-1"), HOLD, HoldState.OPEN, 1)
    assert (held.flow, held.run_id, held.rule, held.opened_at) == ("deal_to_order", "run-1", "mapping", now)
    assert ledger.count_waiting(now=now) == 0


def test_a_hold_can_be_shown_as_json(held):
    shown = json.loads(json.dumps(held.as_dict()))
    assert shown["faults"] == ["currency: unknown", "price: missing"]
    assert shown["record"] == {"system": "streak", "kind": "box", "id": "box-1"}


def test_a_record_that_is_held_again_renews_its_hold(ledger, held, come_again, now):
    later = now + timedelta(hours=1)
    come_again(Action.HELD, later, hold=Hold(code="AMBIGUOUS", reason="two customers"))
    (hold,) = ledger.list_holds(open_only=False)
    assert (hold.id, hold.times, hold.code) == (held.id, 2, "AMBIGUOUS")
    assert (hold.opened_at, hold.renewed_at) == (now, later)


@pytest.mark.parametrize("action", [Action.CREATED, Action.SKIPPED, Action.OBSOLETE])
def test_a_later_outcome_closes_the_hold(ledger, held, come_again, now, action):
    come_again(action, now)
    assert ledger.list_holds() == []
    (hold,) = ledger.list_holds(open_only=False)
    assert (hold.state, hold.closed_at, hold.closed_by) == (HoldState.CLOSED, now, "deal_to_order")


def test_a_deferred_outcome_leaves_the_hold_open(ledger, held, come_again, now):
    come_again(Action.DEFERRED, now, retry_at=now + timedelta(minutes=1))
    assert [h.id for h in ledger.list_holds()] == [held.id]


def test_an_older_hint_that_was_superseded_does_not_close_the_hold_of_the_newer(
    ledger, a_hint, claim_boxes, now
):
    ledger.store_hints([a_hint(version="1"), a_hint(version="2")], now=now)
    claim = claim_boxes()
    older, newer = claim.events
    outcomes = [
        Outcome(event_id=newer.id, record=newer.record, action=Action.HELD, rule="r", reason="", hold=HOLD),
        Outcome(event_id=older.id, record=older.record, action=Action.SKIPPED, rule="superseded", reason=""),
    ]
    ledger.settle(claim, outcomes, flow="deal_to_order", run_id="run-1", now=now)
    assert len(ledger.list_holds()) == 1


def test_a_closed_hold_opens_as_a_new_one(ledger, held, come_again, now):
    come_again(Action.CREATED, now)
    come_again(Action.HELD, now)
    assert [(h.id > held.id, h.times) for h in ledger.list_holds()] == [(True, 1)]


def test_another_flow_has_its_own_hold_of_the_record(ledger, held, box_ref, now):
    outcome = Outcome(event_id=None, record=box_ref("box-1"), action=Action.SKIPPED, rule="r", reason="")
    ledger.record_outcomes([outcome], flow="other_flow", run_id="run-2", now=now)
    assert [h.id for h in ledger.list_holds()] == [held.id]


def test_a_released_record_is_tried_again_and_the_audit_says_who_and_why(
    ledger, held, claim_boxes, settle_all, now
):
    ledger.release_hold(held.id, actor="ada", reason="currency added", now=now)

    assert ledger.list_holds() == []
    released = ledger.get_hold(held.id)
    assert (released.state, released.closed_by, released.close_reason) == (
        HoldState.RELEASED,
        "ada",
        "currency added",
    )
    (event,) = claim_boxes().events
    assert (event.record, event.origin) == (held.record, HintOrigin.PERSON)
    (note,) = ledger.list_audit(subject=f"hold {held.id}")
    assert (note.actor, note.action, note.at) == ("ada", "hold.released", now)
    assert note.details["reason"] == "currency added"
    assert note.details["hold"]["payload"] == {"total": "12.50"}


def test_a_hold_can_be_released_again_after_it_was_resolved(ledger, held, claim_boxes, settle_all, now):
    for _ in range(2):
        ledger.release_hold(held.id, actor="ada", reason="once more", now=now)
        claim = claim_boxes()
        assert len(claim.events) == 1
        settle_all(claim)
    assert len(ledger.list_audit()) == 2
    assert ledger.get_hold(held.id).state is HoldState.RELEASED


def test_what_somebody_has_dismissed_meanwhile_is_not_put_back_with_the_others(
    ledger, held, claim_boxes, now
):
    (hold,) = ledger.list_holds()
    ledger.dismiss_hold(hold.id, actor="maya", reason="nothing to do", now=now)
    assert not ledger.release_open_hold(hold.id, actor="li", reason="mended", now=now)
    assert ledger.get_hold(hold.id).close_reason == "nothing to do"
    assert claim_boxes().events == ()


def test_what_still_waits_is_put_back_once(ledger, held, now):
    (hold,) = ledger.list_holds()
    done = [ledger.release_open_hold(hold.id, actor="li", reason="mended", now=now) for _ in range(2)]
    assert done == [True, False]


def test_an_unknown_hold_is_an_error_that_says_where_to_look(ledger, now):
    for call in (ledger.get_hold, lambda i: ledger.release_hold(i, actor="a", reason="", now=now)):
        with pytest.raises(RecordError, match="no hold 99") as raised:
            call(99)
        assert "holds list" in raised.value.fix


def test_two_writes_to_one_box_are_held_and_closed_apart(ledger, box_ref, now):
    """A box may owe fields and a comment; the comment's success says nothing about the fields."""

    def outcome(key, action):
        hold = HOLD if action is Action.HELD else None
        return Outcome(
            event_id=None,
            record=box_ref("box-1"),
            action=action,
            rule="r",
            reason="",
            operation_key=key,
            hold=hold,
        )

    both = [outcome("streak-fields", Action.HELD), outcome("streak-comment", Action.HELD)]
    ledger.record_outcomes(both, flow="write_back", run_id="run-1", now=now)
    assert len(ledger.list_holds()) == 2

    ledger.record_outcomes(
        [outcome("streak-comment", Action.UPDATED)], flow="write_back", run_id="r", now=now
    )

    assert [h.operation_key for h in ledger.list_holds()] == ["streak-fields"]


def test_what_a_success_makes_true_is_kept_with_it_or_not_at_all(
    ledger, a_hint, claim_boxes, an_order_draft, a_success, now
):
    ledger.store_hints([a_hint()], now=now)
    ledger.open_intents(claim_boxes(), [an_order_draft()], now=now)
    draft = an_order_draft()
    held = Outcome(
        event_id=None,
        record=draft.subject,
        action=Action.HELD,
        rule="side_fault",
        reason="no country",
        hold=HOLD,
    )
    success = a_success(aside=Aside(flow="deal_to_order.side", run_id="run-1", outcomes=(held,)))
    unopened = a_success("streak-so-never")

    with pytest.raises(ValueError, match="no intent was opened"):
        ledger.record_answers([success, unopened], now=now)
    assert ledger.list_holds() == []
    ledger.record_answers([success], now=now)

    assert [(one.flow, one.code) for one in ledger.list_holds()] == [("deal_to_order.side", HOLD.code)]


def test_releasing_a_write_back_makes_that_write_due_again(
    ledger, a_hint, claim_boxes, settle_all, an_order_draft, a_success, now
):
    ledger.store_hints([a_hint()], now=now)
    claim = claim_boxes()
    ledger.open_intents(claim, [an_order_draft()], now=now)
    fields = an_order_draft("streak-fields", kind=RecordKind.BOX_FIELDS)
    ledger.record_answers([a_success(follow_ups=(fields,))], now=now)
    settle_all(claim)
    ledger.claim_intents([RecordKind.BOX_FIELDS], limit=1, lease_seconds=60, now=now)
    ledger.record_answers([Answer(operation_key="streak-fields", state=IntentState.REJECTED)], now=now)
    held = Outcome(
        event_id=None,
        record=fields.subject,
        action=Action.HELD,
        rule="write_back",
        reason="no such field",
        operation_key="streak-fields",
        hold=HOLD,
    )
    ledger.record_outcomes([held], flow="write_back", run_id="run-1", now=now)
    (hold,) = ledger.list_holds()

    ledger.release_hold(hold.id, actor="ada", reason="field added", now=now)

    (again,) = ledger.claim_intents([RecordKind.BOX_FIELDS], limit=1, lease_seconds=60, now=now)
    assert (again.operation_key, again.attempts) == ("streak-fields", 1)
    assert claim_boxes().events == ()


def test_outcomes_tell_a_records_story_in_order(ledger, held, come_again, box_ref, order_ref, now):
    come_again(
        Action.CREATED, now + timedelta(minutes=1), target=order_ref("501"), operation_key="streak-so-1"
    )
    story = ledger.outcomes_for(box_ref("box-1"))
    assert [(o.action, o.target, o.flow, o.run_id) for o in story] == [
        (Action.HELD, None, "deal_to_order", "run-1"),
        (Action.CREATED, order_ref("501"), "deal_to_order", "run-1"),
    ]
    assert ledger.outcomes_for(box_ref("box-2")) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE streak_netsuite.audit_event SET actor = 'eve'",
        "DELETE FROM streak_netsuite.audit_event",
        "TRUNCATE streak_netsuite.audit_event",
        "SET LOCAL streak_netsuite.rotating = 'on'; UPDATE streak_netsuite.audit_event SET actor = 'eve'",
        "SET LOCAL streak_netsuite.rotating = 'on'; DELETE FROM streak_netsuite.audit_event",
    ],
)
def test_the_audit_cannot_be_changed(ledger, now, change):
    ledger.append_audit(actor="ada", action="a", subject="s", details={"amount": Decimal("1.20")}, now=now)
    with pytest.raises(DBAPIError, match="append-only"):
        execute(ledger.engine, change.split(";"))
    assert [(n.actor, n.details) for n in ledger.list_audit()] == [("ada", {"amount": "1.20"})]


def execute(engine, statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_what_people_dismissed_is_found_without_reading_all_that_was_ever_held(ledger, box_ref):
    filled = """
        INSERT INTO streak_netsuite.hold (flow, system, kind, record_key, run_id, rule, code, reason, fix, body_secret, state,
            opened_at, renewed_at, closed_at, closed_by)
        SELECT 'deal_to_order', 'streak', 'box', 'box-' || n, 'run', 'mapping', 'DEAL_LOST', repeat('why ', 40), '', '', 'closed',
            now(), now(), now(), 'deal_to_order'
        FROM generate_series(1, 3000) n"""
    asked = []
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql(filled)
        connection.exec_driver_sql("ANALYZE streak_netsuite.hold")
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        assert holds.find_dismissals(connection, ledger._cipher, [box_ref("box-7")], code="DEAL_LOST") == []
        ((statement, values),) = asked
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
    assert any("hold_record_idx" in line for line in plan), plan
