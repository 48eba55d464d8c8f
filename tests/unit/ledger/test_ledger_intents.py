"""Intents: kept before the write, answered in the moment the answer comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from streak_netsuite.errors import LeaseLost, RecordError
from streak_netsuite.ledger import intents
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.intent import WRITTEN_AS, Answer, Intent, IntentState

WRITE_BACKS = (RecordKind.BOX_FIELDS, RecordKind.COMMENT)


@pytest.fixture
def claim(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint()], now=now)
    return claim_boxes()


@pytest.fixture
def a_comment(an_order_draft):
    def build(key="streak-comment-1", **fields):
        return an_order_draft(key, flow="write_back", kind=RecordKind.COMMENT, **fields)

    return build


@pytest.fixture
def a_due_comment(ledger, claim, an_order_draft, a_success, a_comment, now):
    """A comment that an order has made due."""
    draft = a_comment(payload={"order_id": "501"})
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers([a_success(follow_ups=(draft,))], now=now)
    return draft


def take(ledger, now, *, limit=10, lease_seconds=60):
    return ledger.claim_intents(WRITE_BACKS, limit=limit, lease_seconds=lease_seconds, now=now)


def test_an_intent_is_kept_as_sent_before_anything_is_sent(ledger, claim, an_order_draft, now):
    draft = an_order_draft(payload={"total": "12.50"})
    ledger.open_intents(claim, [draft], now=now)
    assert ledger.find_intents(["streak-so-1", "streak-so-2"]) == {
        "streak-so-1": Intent(
            operation_key="streak-so-1",
            flow=draft.flow,
            kind=draft.kind,
            subject=draft.subject,
            state=IntentState.SENT,
            payload={"total": "12.50"},
            result_id=None,
            attempts=1,
            sent_at=now,
            created_at=now,
        )
    }


def test_opening_an_unanswered_intent_again_counts_an_attempt(ledger, claim, an_order_draft, now):
    later = now + timedelta(seconds=9)
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers(
        [Answer(operation_key="streak-so-1", state=IntentState.UNKNOWN, error="cut off")], now=now
    )
    ledger.open_intents(claim, [an_order_draft()], now=later)
    intent = ledger.find_intents(["streak-so-1"])["streak-so-1"]
    assert (intent.state, intent.attempts, intent.sent_at, intent.error) == (IntentState.SENT, 2, later, "")


def test_a_write_that_leaves_later_than_it_was_opened_may_land_from_then_on(
    ledger, claim, an_order_draft, a_success, claim_boxes, now
):
    drafts = [an_order_draft(f"streak-so-{n}") for n in (1, 2, 3)]
    ledger.open_intents(claim, drafts, now=now)
    ledger.record_answers([a_success("streak-so-3")], now=now)
    later = now + timedelta(seconds=30)
    ledger.note_sent(claim, ["streak-so-1", "streak-so-3"], now=later)
    sent = {key: one.sent_at for key, one in ledger.find_intents([d.operation_key for d in drafts]).items()}
    assert sent == {"streak-so-1": later, "streak-so-2": now, "streak-so-3": now}
    lost = now + timedelta(seconds=600)
    claim_boxes(now=lost)
    with pytest.raises(LeaseLost):
        ledger.note_sent(claim, ["streak-so-2"], now=lost)


def test_a_write_that_has_landed_is_never_opened_again(ledger, claim, an_order_draft, a_success, now):
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers([a_success()], now=now)

    with pytest.raises(RecordError, match="streak-so-1 has landed before") as raised:
        ledger.open_intents(claim, [an_order_draft(), an_order_draft("streak-so-2")], now=now)

    assert raised.value.code == "ALREADY_WRITTEN"
    found = ledger.find_intents(["streak-so-1", "streak-so-2"])
    assert {k: (i.state, i.result_id) for k, i in found.items()} == {
        "streak-so-1": (IntentState.SUCCEEDED, "501")
    }


def test_a_success_keeps_id_binding_and_follow_ups_at_once_and_repeating_it_changes_nothing(
    ledger, claim, an_order_draft, a_success, a_binding, a_comment, box_ref, now
):
    ledger.open_intents(claim, [an_order_draft()], now=now)
    answer = a_success(binding=a_binding(), follow_ups=(a_comment(),))

    for minutes in range(2):
        ledger.record_answers([answer], now=now + timedelta(minutes=minutes))

        intents = ledger.find_intents(["streak-so-1", "streak-comment-1"])
        assert intents["streak-so-1"].result_id == "501"
        assert intents["streak-comment-1"].state is IntentState.PLANNED
        bound = ledger.find_bindings([box_ref("box-1")], RecordKind.SALES_ORDER)
        assert bound == {box_ref("box-1"): a_binding()}
    assert len(take(ledger, now)) == 1
    assert ledger.list_audit() == []


def test_an_answer_that_cannot_be_kept_whole_is_not_kept_at_all(
    ledger, claim, an_order_draft, a_success, a_binding, box_ref, now
):
    ledger.open_intents(claim, [an_order_draft()], now=now)
    wrong_way_round = replace(a_binding(), streak=a_binding().netsuite, netsuite=a_binding().streak)
    with pytest.raises(ValueError, match="a binding ties"):
        ledger.record_answers([a_success(binding=wrong_way_round)], now=now)
    assert ledger.find_intents(["streak-so-1"])["streak-so-1"].state is IntentState.SENT


def test_a_late_answer_does_not_undo_a_success(ledger, claim, an_order_draft, a_success, now):
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers([a_success()], now=now)
    ledger.record_answers(
        [Answer(operation_key="streak-so-1", state=IntentState.UNKNOWN, error="timeout")], now=now
    )
    intent = ledger.find_intents(["streak-so-1"])["streak-so-1"]
    assert (intent.state, intent.error) == (IntentState.SUCCEEDED, "")


def test_a_second_result_for_one_write_is_noted_and_not_kept(
    ledger, claim, an_order_draft, a_success, a_binding, box_ref, now
):
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers([a_success()], now=now)
    ledger.record_answers([a_success(result_id="777", binding=a_binding(order="777"))], now=now)

    assert ledger.find_intents(["streak-so-1"])["streak-so-1"].result_id == "501"
    assert ledger.find_bindings([box_ref("box-1")], RecordKind.SALES_ORDER) == {}
    (note,) = ledger.list_audit(subject="streak-so-1")
    assert (note.action, note.details) == ("intent.contradicted", {"result_id": "777"})


def test_an_answer_to_nothing_is_refused(ledger, a_success, now):
    with pytest.raises(ValueError, match="no intent was opened under streak-so-1"):
        ledger.record_answers([a_success()], now=now)


def test_a_follow_up_that_is_known_is_left_as_it_is(
    ledger, a_due_comment, claim, an_order_draft, a_success, now
):
    (comment,) = take(ledger, now)
    ledger.record_answers([a_success(comment.operation_key, "c-1")], now=now)
    ledger.open_intents(claim, [an_order_draft("streak-so-2")], now=now)
    changed = replace(a_due_comment, payload={"order_id": "502"})

    ledger.record_answers([a_success("streak-so-2", "502", follow_ups=(changed,))], now=now)

    known = ledger.find_intents([comment.operation_key])[comment.operation_key]
    assert (known.state, known.payload) == (IntentState.SUCCEEDED, {"order_id": "501"})


def test_a_due_write_is_taken_once_and_shows_how_it_was_before(ledger, a_due_comment, now):
    (taken,) = take(ledger, now)
    assert (taken.state, taken.attempts, taken.sent_at) == (IntentState.PLANNED, 0, None)
    assert taken.payload == {"order_id": "501"}
    assert take(ledger, now) == []


def test_a_write_whose_worker_died_is_taken_again_and_shows_that_it_was_sent(ledger, a_due_comment, now):
    begun = now + timedelta(seconds=10)
    take(ledger, now)
    assert begin(ledger, a_due_comment, begun)
    assert take(ledger, begun + timedelta(seconds=59)) == []
    (again,) = take(ledger, begun + timedelta(seconds=60))
    assert (again.state, again.attempts, again.sent_at) == (IntentState.SENT, 1, begun)


def test_a_write_whose_worker_died_before_it_was_sent_shows_that_too(ledger, a_due_comment, now):
    take(ledger, now)
    (again,) = take(ledger, now + timedelta(seconds=60))
    assert (again.attempts, again.sent_at) == (1, None)


def test_a_write_that_another_worker_took_over_is_not_begun(ledger, a_due_comment, now):
    take(ledger, now)
    later = now + timedelta(seconds=61)
    take(ledger, later)
    assert not begin(ledger, a_due_comment, later)
    assert begin(ledger, a_due_comment, later, attempt=2)


def test_a_write_that_was_planned_anew_or_answered_is_not_begun(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    a_plan(ledger, an_order_draft, now, "paid")
    assert not begin(ledger, first, now)
    (second,) = taken(ledger, now + timedelta(seconds=61))
    answered(ledger, second, now, "c1")
    assert not begin(ledger, second, now, attempt=second.attempts + 1)


def test_the_lease_of_writes_is_prolonged_while_they_are_held(ledger, a_due_comment, now):
    take(ledger, now)
    key, soon = a_due_comment.operation_key, now + timedelta(seconds=50)
    renewed = ledger.renew_intents({key: 1, "streak-other": 1}, lease_seconds=60, now=soon)
    assert renewed == {key}
    assert take(ledger, soon + timedelta(seconds=59)) == []
    assert len(take(ledger, soon + timedelta(seconds=60))) == 1
    assert ledger.renew_intents({key: 1}, lease_seconds=60, now=soon) == frozenset()


def begin(ledger, one, now, *, attempt=1):
    return ledger.begin_intent(one.operation_key, attempt=attempt, lease_seconds=60, now=now)


@pytest.mark.parametrize("state", [IntentState.UNKNOWN, IntentState.PLANNED])
def test_a_write_is_due_again_at_the_time_its_answer_says(ledger, a_due_comment, state, now):
    take(ledger, now)
    retry_at = now + timedelta(minutes=10)
    ledger.record_answers(
        [Answer(operation_key=a_due_comment.operation_key, state=state, retry_at=retry_at)], now=now
    )
    assert take(ledger, retry_at - timedelta(seconds=1)) == []
    (again,) = take(ledger, retry_at)
    assert (again.state, again.attempts) == (state, 1)


def test_an_unknown_write_without_a_time_is_due_when_its_lease_ends(ledger, a_due_comment, now):
    take(ledger, now, lease_seconds=60)
    ledger.record_answers(
        [Answer(operation_key=a_due_comment.operation_key, state=IntentState.UNKNOWN)], now=now
    )
    assert take(ledger, now + timedelta(seconds=59)) == []
    assert len(take(ledger, now + timedelta(seconds=60))) == 1


def test_a_refused_write_is_not_due(ledger, a_due_comment, now):
    take(ledger, now)
    ledger.record_answers(
        [
            Answer(
                operation_key=a_due_comment.operation_key,
                state=IntentState.REJECTED,
                error_code="NOT_FOUND",
                error="gone",
            )
        ],
        now=now,
    )
    assert take(ledger, now + timedelta(days=1)) == []
    assert ledger.find_intents([a_due_comment.operation_key])[a_due_comment.operation_key].error == "gone"


def test_waiting_counts_due_write_backs_but_not_what_a_claim_has_open(
    ledger, claim, settle_all, a_due_comment, an_order_draft, now
):
    ledger.open_intents(claim, [an_order_draft("streak-so-2")], now=now)
    settle_all(claim)
    later = now + timedelta(days=1)
    assert ledger.count_waiting(now=later) == 1
    take(ledger, later)
    assert ledger.count_waiting(now=later) == 0
    assert ledger.next_due(now=later) == later + timedelta(seconds=60)


def test_write_backs_come_in_the_order_they_were_planned(
    ledger, claim, an_order_draft, a_success, a_comment, now
):
    keys = ["streak-z", "streak-a", "streak-m"]
    ledger.open_intents(claim, [an_order_draft()], now=now)
    ledger.record_answers([a_success(follow_ups=tuple(a_comment(k) for k in keys))], now=now)
    assert [i.operation_key for i in take(ledger, now, limit=2)] == keys[:2]
    assert [i.operation_key for i in take(ledger, now, limit=2)] == keys[2:]


# --- planned anew --------------------------------------------------------------------------------------


def a_plan(ledger, an_order_draft, now, text):
    draft = an_order_draft(kind=RecordKind.ACTIVITY, payload={"text": text})
    return ledger.plan_writes([draft], now=now)


def taken(ledger, now):
    return ledger.claim_intents([RecordKind.ACTIVITY], limit=5, lease_seconds=60, now=now)


def answered(ledger, intent, now, result_id):
    answer = Answer(
        operation_key=intent.operation_key,
        state=IntentState.SUCCEEDED,
        result_id=result_id,
        attempt=intent.attempts + 1,
    )
    ledger.record_answers([answer], now=now)


def test_a_write_planned_anew_changes_what_it_wrote_before(ledger, an_order_draft, now):
    assert a_plan(ledger, an_order_draft, now, "open") == 1
    (first,) = taken(ledger, now)
    answered(ledger, first, now, "c1")
    assert a_plan(ledger, an_order_draft, now, "open") == 0
    assert a_plan(ledger, an_order_draft, now, "paid") == 1
    (second,) = taken(ledger, now)
    assert second.payload == {"text": "paid", WRITTEN_AS: "c1"}
    answered(ledger, second, now, "c1")
    assert a_plan(ledger, an_order_draft, now, "paid") == 0


def test_an_answer_about_an_older_plan_does_not_swallow_the_newer_one(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    a_plan(ledger, an_order_draft, now, "paid")  # while the first is on its way
    answered(ledger, first, now, "c1")
    assert taken(ledger, now) == []  # it is left its time to land
    (second,) = taken(ledger, now + timedelta(seconds=61))
    assert (second.payload, second.attempts > 0) == ({"text": "paid"}, True)


def test_a_write_planned_anew_while_one_is_on_its_way_tells_since_when_that_may_land(
    ledger, an_order_draft, now
):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begun = now + timedelta(seconds=5)
    assert begin(ledger, first, begun)
    a_plan(ledger, an_order_draft, begun, "paid")
    a_plan(ledger, an_order_draft, begun, "late")
    (again,) = taken(ledger, now + timedelta(seconds=66))
    assert (again.payload["text"], again.state, again.sent_at) == ("late", IntentState.PLANNED, begun)


def test_a_write_planned_in_place_of_one_on_its_way_says_so(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    a_plan(ledger, an_order_draft, now, "paid")
    (first,) = taken(ledger, now)
    assert not first.replaces, "nothing had been sent"
    begin(ledger, first, now)
    assert a_plan(ledger, an_order_draft, now, "late")
    (again,) = taken(ledger, now + timedelta(hours=1))
    assert (again.payload, again.replaces) == ({"text": "late"}, True)
    assert not a_plan(ledger, an_order_draft, now, "late"), "that is no change"
    assert begin(ledger, again, now, attempt=again.attempts + 1)
    assert not known(ledger).replaces, "it is sent itself now"


def known(ledger):
    return ledger.find_intents(["streak-so-1"])["streak-so-1"]


def an_answer(one, state, **more):
    return Answer(operation_key=one.operation_key, state=state, attempt=one.attempts + 1, **more)


@pytest.mark.parametrize(
    ("answer", "waits", "written_as"),
    [
        ({"state": IntentState.SUCCEEDED, "result_id": "c1"}, False, "c1"),
        ({"state": IntentState.REJECTED}, False, None),
        ({"state": IntentState.PLANNED}, False, None),
        ({"state": IntentState.UNKNOWN}, True, None),
    ],
    ids=["landed", "refused", "not taken", "unknown"],
)
def test_what_replaces_a_write_need_not_wait_when_that_is_answered_after_all(
    ledger, an_order_draft, now, answer, waits, written_as
):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    a_plan(ledger, an_order_draft, now, "paid")
    ledger.record_answers([an_answer(first, **answer)], now=now)
    assert known(ledger).may_land_since == (now if waits else None)
    assert known(ledger).payload.get(WRITTEN_AS) == written_as
    assert len(taken(ledger, now)) == (0 if waits else 1), "due at once, or when its lease has ended"


def test_an_answer_about_what_a_worker_was_lost_with_lets_nobody_send_it_again(ledger, an_order_draft, now):
    """It was not planned anew: whoever holds it now looks for it."""
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    later = now + timedelta(seconds=61)
    taken(ledger, later)
    answered(ledger, first, later, "c1")
    assert (known(ledger).state, known(ledger).sent_at) == (IntentState.SENT, now)


def test_a_try_without_an_answer_is_remembered_when_a_later_one_has_one(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    ledger.record_answers([an_answer(first, IntentState.UNKNOWN)], now=now)
    later = now + timedelta(seconds=61)
    (second,) = taken(ledger, later)
    assert second.unanswered_at is None
    begin(ledger, second, later, attempt=2)
    answered(ledger, second, later, "c1")
    assert known(ledger).may_land_since == now
    a_plan(ledger, an_order_draft, later, "paid")
    (third,) = taken(ledger, later)
    assert (third.may_land_since, third.replaces) == (now, True)
    begin(ledger, third, later, attempt=3)
    answered(ledger, third, later, "c1")
    assert known(ledger).may_land_since == now


def test_a_try_without_an_answer_may_have_left_at_any_time_until_that_was_known(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    cut, put_off = now + timedelta(minutes=10), now + timedelta(minutes=20)
    ledger.record_answers([an_answer(first, IntentState.UNKNOWN, retry_at=cut)], now=cut)
    assert known(ledger).may_land_since == cut
    (again,) = taken(ledger, cut)
    ledger.record_answers([an_answer(again, IntentState.UNKNOWN, sent=False)], now=put_off)
    assert known(ledger).may_land_since == cut


@pytest.mark.parametrize(("tries", "since"), [(1, None), (2, 1)])
def test_of_two_tries_without_an_answer_one_may_land_though_the_other_is_found(
    ledger, an_order_draft, now, tries, since
):
    a_plan(ledger, an_order_draft, now, "open")
    for number in range(tries):
        at = now + timedelta(minutes=number)
        (one,) = taken(ledger, at + timedelta(seconds=59))
        begin(ledger, one, at, attempt=number + 1)
        unknown = an_answer(one, IntentState.UNKNOWN, retry_at=at + timedelta(seconds=60))
        ledger.record_answers([unknown], now=at)
    (one,) = taken(ledger, now + timedelta(minutes=tries))
    answered(ledger, one, now + timedelta(minutes=tries), "c1")  # found, and not sent
    assert known(ledger).may_land_since == (None if since is None else now + timedelta(minutes=since))


def test_a_write_that_a_person_gave_up_may_still_land(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    ledger.record_answers([an_answer(first, IntentState.UNKNOWN, parked=True)], now=now)
    with ledger._database.begin() as connection:
        intents.give_up(connection, first.operation_key, now=now + timedelta(minutes=1))
    a_plan(ledger, an_order_draft, now, "paid")
    assert (known(ledger).may_land_since, known(ledger).replaces) == (now, True)


@pytest.mark.parametrize(
    ("tries", "found", "since"),
    [(1, False, 0), (1, True, None), (2, False, 1), (2, True, 1)],
    ids=["sent again", "found", "sent a third time", "one of two found"],
)
def test_an_order_that_was_sent_without_an_answer_may_land_over_what_follows(
    ledger, an_order_draft, now, claim, tries, found, since
):
    for minute in range(tries):
        at = now + timedelta(minutes=minute)
        ledger.open_intents(claim, [an_order_draft()], now=at)
        unknown = Answer(operation_key="streak-so-1", state=IntentState.UNKNOWN)
        ledger.record_answers([unknown], now=at)
    last = now + timedelta(minutes=tries)
    ledger.open_intents(claim, [an_order_draft()], now=last, found=found)
    success = Answer(operation_key="streak-so-1", state=IntentState.SUCCEEDED, result_id="7001")
    ledger.record_answers([success], now=last)
    assert known(ledger).may_land_since == (None if since is None else now + timedelta(minutes=since))


def test_a_mark_of_the_release_before_is_read_and_is_no_part_of_the_payload(ledger, an_order_draft, now):
    draft = an_order_draft(kind=RecordKind.ACTIVITY, payload={"text": "x", "replaces": True})
    ledger.plan_writes([draft], now=now)
    assert (known(ledger).payload, known(ledger).replaces) == ({"text": "x"}, True)


def test_a_write_that_waits_for_a_person_is_not_due_until_it_is_released(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    unknown = Answer(operation_key=first.operation_key, state=IntentState.UNKNOWN, attempt=1, parked=True)
    ledger.record_answers([unknown], now=now)
    later = now + timedelta(days=9)
    assert taken(ledger, later) == []
    assert released(ledger, first, later)
    (again,) = taken(ledger, later)
    assert (again.state, again.attempts, again.sent_at) == (IntentState.UNKNOWN, 1, now)


def test_a_refused_write_that_is_released_is_planned_as_if_it_had_never_left(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    begin(ledger, first, now)
    ledger.record_answers([Answer(operation_key=first.operation_key, state=IntentState.REJECTED)], now=now)
    assert released(ledger, first, now)
    (again,) = taken(ledger, now)
    assert (again.state, again.sent_at) == (IntentState.PLANNED, None)


def test_a_write_that_a_worker_holds_stays_its_own_when_it_is_released(ledger, an_order_draft, now):
    a_plan(ledger, an_order_draft, now, "open")
    (first,) = taken(ledger, now)
    assert released(ledger, first, now)
    assert taken(ledger, now) == []
    assert begin(ledger, first, now)


def released(ledger, one, now):
    with ledger._database.begin() as connection:
        return intents.requeue(connection, one.operation_key, now=now)


def test_a_write_is_planned_anew_only_when_it_is_as_it_was_seen(ledger, an_order_draft, now):
    def draft(text):
        return an_order_draft("streak-act-1", kind=RecordKind.ACTIVITY, payload={"text": text})

    def plan(text, seen):
        return ledger.plan_unless_changed([draft(text)], seen=seen, now=now)

    assert plan("open", {}) == {"streak-act-1"}
    assert plan("paid", {}) == frozenset(), "another worker has planned it first"
    planned = ledger.find_intents(["streak-act-1"])
    assert plan("paid", planned) == {"streak-act-1"}
    assert plan("late", planned) == frozenset(), "planned otherwise meanwhile"
    planned = ledger.find_intents(["streak-act-1"])
    (first,) = taken(ledger, now)
    assert plan("late", planned) == frozenset(), "sent meanwhile"
    answered(ledger, first, now, "c1")
    assert plan("late", planned) == frozenset(), "written meanwhile"
    assert plan("late", ledger.find_intents(["streak-act-1"])) == {"streak-act-1"}
    (again,) = taken(ledger, now)
    assert again.payload == {"text": "late", WRITTEN_AS: "c1"}


def test_what_workers_were_lost_with_comes_after_all_others_and_alone(ledger, a_comment, now):
    """One of them may be what ended the worker; the others of its claim are done before it is met again."""
    ledger.plan_writes([a_comment("bad"), a_comment("good")], now=now)
    assert [one.operation_key for one in take(ledger, now)] == ["bad", "good"]
    later = now + timedelta(minutes=2)
    ledger.plan_writes([a_comment("new")], now=later)
    assert [one.operation_key for one in take(ledger, later)] == ["new"]
    assert [one.operation_key for one in take(ledger, later)] == ["bad"]
    at_last = later + timedelta(minutes=2)
    assert [one.operation_key for one in take(ledger, at_last)] == ["good"], (
        "it was tried less often than bad"
    )
    assert [one.operation_key for one in take(ledger, at_last)] == ["new"]
    assert [one.operation_key for one in take(ledger, at_last)] == ["bad"]
