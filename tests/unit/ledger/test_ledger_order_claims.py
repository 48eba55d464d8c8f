"""Writes to one order: one at a time, whoever takes them, and none while another may still land."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from streak_netsuite.ledger import intent_claims
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.intent import Answer, IntentDraft, IntentState

CHANGE, END = RecordKind.ORDER_CHANGE, RecordKind.ORDER_END
LEASE_SECONDS = 60


@pytest.fixture
def plan(ledger: Ledger, an_order_draft: Callable[..., IntentDraft]) -> Callable[..., None]:
    """Plan writes by names such as "change-1": a change of box-1's order."""

    def write(*names: str, at: datetime, **fields: object) -> None:
        drafts = []
        for name in names:
            kind, _, box = name.partition("-")
            drafts.append(
                an_order_draft(name, f"box-{box}", kind=CHANGE if kind == "change" else END, **fields)
            )
        ledger.plan_writes(drafts, now=at)

    return write


@pytest.fixture
def claimed(ledger: Ledger) -> Callable[[datetime], set[str]]:
    def claim(at: datetime) -> set[str]:
        taken = ledger.claim_intents([CHANGE, END], limit=9, lease_seconds=LEASE_SECONDS, now=at)
        return {one.operation_key for one in taken}

    return claim


@pytest.fixture
def answer(ledger: Ledger) -> Callable[..., None]:
    def write(
        key: str, state: IntentState = IntentState.SUCCEEDED, *, at: datetime, **fields: object
    ) -> None:
        result = "8006" if state is IntentState.SUCCEEDED else None
        ledger.record_answers(
            [Answer(operation_key=key, state=state, result_id=result, **fields)],  # type: ignore[arg-type]  # by name
            now=at,
        )

    return write


def begin(ledger: Ledger, key: str, now: datetime, attempt: int = 1) -> bool:
    return ledger.begin_intent(key, attempt=attempt, lease_seconds=LEASE_SECONDS, now=now)


def test_two_workers_do_not_change_one_order_at_once(plan, claimed, answer, now):
    plan("change-1", "end-2", at=now)
    assert claimed(now) == {"change-1", "end-2"}
    plan("end-1", "change-3", at=now)
    assert claimed(now) == {"change-3"}, "the first worker has box-1's order in hand"
    answer("change-1", at=now)
    assert claimed(now) == {"end-1"}
    later = now + timedelta(seconds=61)
    again = claimed(later) | claimed(later) | claimed(later)
    assert again == {"end-2", "change-3", "end-1"}, "a dead worker's lease keeps nobody"


def test_two_claims_in_the_same_moment_do_not_take_two_writes_of_one_order(
    ledger, plan, claimed, until_blocked, now
):
    """What the first has taken is not committed yet, and the other's clock is behind: it would go first for it."""
    plan("end-1", at=now)
    with ThreadPoolExecutor(1) as pool:
        with ledger.engine.begin() as connection:
            (taken,) = intent_claims.claim(
                connection, ledger._cipher, [CHANGE, END], limit=9, lease_seconds=LEASE_SECONDS, now=now
            )
            plan("change-1", at=now - timedelta(seconds=1))
            other = pool.submit(claimed, now)
            until_blocked()
        assert taken.operation_key == "end-1"
        assert other.result(timeout=60) == set()


def test_a_claim_takes_one_write_of_an_order_at_a_time_in_the_order_they_became_due(
    plan, claimed, answer, now
):
    """Nobody could tell the other, in the same hands, from one that another worker has taken over."""
    plan("end-1", at=now)
    plan("change-1", at=now + timedelta(seconds=1))
    later = now + timedelta(seconds=2)
    assert claimed(later) == {"end-1"}
    answer("end-1", at=later)
    assert claimed(later) == {"change-1"}


def test_an_order_waits_until_it_is_known_what_became_of_the_write_before(ledger, plan, claimed, answer, now):
    plan("change-1", at=now)
    assert claimed(now) == {"change-1"}
    assert begin(ledger, "change-1", now)
    plan("end-1", at=now)
    again = now + timedelta(seconds=30)
    answer("change-1", IntentState.UNKNOWN, at=now, error="cut off", retry_at=again)
    assert claimed(now) == set(), "it may still land, and what the end closes would be read before that"
    assert ledger.count_waiting(now=now) == 0, "nobody is to be woken for it again and again"
    assert ledger.next_due(now=now) == again
    assert claimed(again) == {"change-1"}, "it is looked for first"
    answer("change-1", at=again)
    assert claimed(again) == {"end-1"}


def test_what_is_planned_anew_while_it_is_being_sent_keeps_the_order_too(ledger, plan, claimed, now):
    plan("end-1", at=now, payload={"course": "closed"})
    assert claimed(now) == {"end-1"}
    assert begin(ledger, "end-1", now)
    plan("end-1", "change-1", at=now, payload={"course": "opened again"})
    assert claimed(now) == set()
    ended = now + timedelta(seconds=LEASE_SECONDS)
    assert claimed(ended) == {"end-1"}


def test_a_worker_that_was_away_too_long_finds_its_write_taken_and_not_another_of_its_order(
    ledger, plan, claimed, now
):
    plan("change-1", at=now)
    assert claimed(now) == {"change-1"}
    plan("end-1", at=now)
    assert claimed(now + timedelta(seconds=61)) == {"change-1"}
    assert not begin(ledger, "change-1", now + timedelta(seconds=62)), "it is another worker's now"


def test_two_writes_of_an_order_that_a_dead_worker_held_together_are_taken_up_one_by_one(
    ledger, plan, claimed, answer, now
):
    """The release before took both in one claim."""
    plan("change-1", "end-1", at=now)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE streak_netsuite.intent SET state = 'sent', attempts = 1")
    assert claimed(now) == {"change-1"}
    answer("change-1", at=now)
    assert claimed(now) == {"end-1"}


def test_a_write_that_waits_for_a_person_keeps_no_other(ledger, plan, claimed, answer, now):
    plan("change-1", at=now)
    assert claimed(now) == {"change-1"}
    assert begin(ledger, "change-1", now)
    answer("change-1", IntentState.UNKNOWN, at=now, error="cut off", parked=True)
    plan("end-1", at=now)
    assert claimed(now) == {"end-1"}
