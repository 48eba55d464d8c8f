"""The history of one deal: all that the ledger knows of it, and which deal is meant."""

from datetime import timedelta

import pytest

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action, Hold, Outcome

BUYER = ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id="org-1")
CUSTOMER = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id="1001")
HOLD = Hold(code="MAPPING", reason="deal '100% Robots': no price", fix="enter it", payload={"total": "1"})


@pytest.fixture
def customer_draft():
    return IntentDraft(
        operation_key="streak-cust-1",
        flow="deal_to_order",
        kind=RecordKind.CUSTOMER,
        subject=BUYER,
        payload={"company_name": "Blue Harbor"},
    )


@pytest.fixture
def ordered(
    ledger, a_hint, claim_boxes, settle_all, an_order_draft, a_success, a_binding, customer_draft, now
):
    """box-1 has order 501 of customer 1001, and owes a comment; box-2 has order 502."""
    ledger.store_hints([a_hint("box-1"), a_hint("box-2")], now=now)
    claim = claim_boxes()
    order = an_order_draft(payload={"customer": {"internal_id": "1001"}})
    ledger.open_intents(claim, [customer_draft, order, an_order_draft("streak-so-2", "box-2")], now=now)
    comment = an_order_draft("streak-comment-1", kind=RecordKind.COMMENT)
    answers = [
        a_success("streak-cust-1", "1001", binding=Binding(streak=BUYER, netsuite=CUSTOMER, rule="created")),
        a_success("streak-so-1", "501", binding=a_binding("box-1", "501"), follow_ups=(comment,)),
        a_success("streak-so-2", "502", binding=a_binding("box-2", "502")),
    ]
    ledger.record_answers(answers, now=now + timedelta(seconds=1))
    settle_all(claim, now=now + timedelta(seconds=2), reason="made")


@pytest.fixture
def tell(ledger, box_ref):
    """Record an outcome about a box that no hint asked for."""

    def record(box, reason, now, **fields):
        outcome = Outcome(
            event_id=None,
            record=box_ref(box),
            action=Action.HELD if "hold" in fields else Action.UPDATED,
            rule="comment",
            reason=reason,
            **fields,
        )
        ledger.record_outcomes([outcome], flow="write_back", run_id="run-2", now=now)

    return record


def test_the_history_has_all_of_a_deal_and_nothing_of_another(ledger, ordered, box_ref, now):
    known = ledger.history.of(box_ref("box-1"))
    assert [(h.event, h.state, h.attempts) for h in known.hints] == [("BOX_CHANGE_STAGE", "done", 1)]
    assert [(w.intent.operation_key, w.intent.result_id, w.queued) for w in known.writes] == [
        ("streak-cust-1", "1001", False),
        ("streak-so-1", "501", False),
        ("streak-comment-1", None, True),
    ]
    assert [(t.tie.netsuite, t.created_at) for t in known.ties] == [
        (CUSTOMER, now + timedelta(seconds=1)),
        (
            ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id="501"),
            now + timedelta(seconds=1),
        ),
    ]
    assert [(o.action, o.rule, o.reason) for o in known.outcomes] == [(Action.CREATED, "stage", "made")]
    assert known.lease_until is None


def test_a_write_shows_its_payload_its_times_and_what_is_due(ledger, ordered, box_ref, now):
    _, order, comment = ledger.history.of(box_ref("box-1")).writes
    assert order.intent.payload == {"customer": {"internal_id": "1001"}}
    assert (order.created_at, order.answered_at) == (now, now + timedelta(seconds=1))
    assert (comment.intent.state, comment.due_at) == (IntentState.PLANNED, now + timedelta(seconds=1))


def test_the_buyer_is_known_from_the_hint_before_there_is_an_order(
    ledger, a_hint, claim_boxes, customer_draft, box_ref, now
):
    payload = {"organizations": [{"key": "org-1"}, "odd", {"key": 1}], "contacts": None}
    ledger.store_hints([a_hint("box-1", payload=payload)], now=now)
    ledger.open_intents(claim_boxes(), [customer_draft], now=now)
    (write,) = ledger.history.of(box_ref("box-1")).writes
    assert write.intent.operation_key == "streak-cust-1"


def test_a_deal_that_a_worker_holds_says_until_when(ledger, a_hint, claim_boxes, box_ref, now):
    ledger.store_hints([a_hint("box-1")], now=now)
    claim_boxes(lease_seconds=30.0)
    known = ledger.history.of(box_ref("box-1"))
    assert (known.hints[0].state, known.lease_until) == ("claimed", now + timedelta(seconds=30))


def test_an_invoice_of_the_deals_order_is_part_of_its_history(ledger, ordered, order_ref, box_ref, now):
    draft = IntentDraft(
        operation_key="streak-inv-1",
        flow="order_to_invoice",
        kind=RecordKind.INVOICE,
        subject=order_ref("501"),
    )
    ledger.plan_writes([draft], now=now)
    keys = [w.intent.operation_key for w in ledger.history.of(box_ref("box-1")).writes]
    assert "streak-inv-1" in keys


def test_holds_open_and_released_and_who_released_them(ledger, ordered, tell, box_ref, now):
    tell("box-1", HOLD.reason, now, hold=HOLD, operation_key="streak-x-1")
    tell("box-2", HOLD.reason, now, hold=HOLD, operation_key="streak-x-2")
    held = [h.id for h in ledger.history.of(box_ref("box-1")).holds]
    ledger.release_hold(held[0], actor="ada", reason="mended", now=now + timedelta(minutes=1))
    known = ledger.history.of(box_ref("box-1"))
    assert [(h.id, h.state, h.closed_by, h.what) for h in known.holds] == [(held[0], "released", "ada", HOLD)]
    assert [(a.actor, a.action, a.details["reason"]) for a in known.audit] == [
        ("ada", "hold.released", "mended")
    ]
    assert known.hints[-1].origin is HintOrigin.PERSON


def test_a_contradicted_write_and_a_refused_tie_are_in_the_history(
    ledger, ordered, a_success, a_binding, box_ref, now
):
    ledger.record_answers([a_success("streak-so-1", "999")], now=now)
    assert [a.action for a in ledger.history.of(box_ref("box-1")).audit] == ["intent.contradicted"]


def test_a_deal_that_nothing_is_known_of_has_an_empty_history(ledger, box_ref):
    known = ledger.history.of(box_ref("box-9"))
    assert (known.hints, known.writes, known.ties, known.outcomes, known.holds, known.audit) == ((),) * 6


def found(ledger, text):
    return [match.deal.id for match in ledger.history.find(text)]


@pytest.mark.parametrize("text", ["box-1", " box-1 ", "501", "streak-nothing", "ox-1"])
def test_a_deal_is_found_by_its_key_its_orders_id_and_the_end_of_its_key(ledger, ordered, text):
    assert found(ledger, text) == ([] if text == "streak-nothing" else ["box-1"])


def test_a_deal_is_found_by_the_number_of_its_order_as_a_whole_word(ledger, ordered, tell, now):
    tell("box-1", "a comment for order SO10", now)
    tell("box-2", "a comment for order SO100", now)
    assert found(ledger, "so10") == ["box-1"]
    assert found(ledger, "SO100") == ["box-2"]


def test_a_deal_is_found_by_an_invoice_of_its_order(ledger, ordered, order_ref, a_success, now):
    draft = IntentDraft(
        operation_key="streak-inv-1",
        flow="order_to_invoice",
        kind=RecordKind.INVOICE,
        subject=order_ref("501"),
    )
    ledger.plan_writes([draft], now=now)
    ledger.claim_intents([RecordKind.INVOICE], limit=1, lease_seconds=60, now=now)
    ledger.record_answers([a_success("streak-inv-1", "7001")], now=now)
    assert found(ledger, "7001") == ["box-1"]


def test_a_part_of_a_name_in_a_holds_reason_lists_every_deal_that_has_it(ledger, tell, now):
    for box in ("box-1", "box-2"):
        tell(box, HOLD.reason, now, hold=HOLD)
    assert found(ledger, "robots") == ["box-1", "box-2"]
    assert found(ledger, "100% rob") == ["box-1", "box-2"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "(", "1.*", "\\"])
def test_a_text_with_signs_of_patterns_matches_only_itself(ledger, ordered, text):
    assert found(ledger, text) == []


def test_a_certain_match_hides_the_uncertain_ones(ledger, ordered, tell, now):
    tell("box-2", "instead of sales order 501", now)
    assert found(ledger, "501") == ["box-1"]
