"""The inbox: hints, claims, leases."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from streak_netsuite.errors import LeaseLost
from streak_netsuite.ledger import inbox
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.states import EventState
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import HintOrigin, StoredHints
from streak_netsuite.sync.outcome import Action, Outcome


def keys(claim):
    return [e.record.id for e in claim.events]


def test_redelivered_hint_is_counted_and_stays_a_no_op_with_a_reason(
    ledger, a_hint, box_ref, claim_boxes, settle_all, now
):
    first = ledger.store_hints([a_hint(payload={"key": "box-1"})], now=now)
    settle_all(claim_boxes())
    later = now + timedelta(minutes=3)

    again = [ledger.store_hints([a_hint(payload={"forged": True})], now=later) for _ in range(2)]

    assert (first, again) == (
        StoredHints(new=1, repeated=0),
        [StoredHints(new=0, repeated=1)] * 2,
    )
    assert ledger.count_waiting(now=later) == 0
    (event,) = ledger.events_for("box-1")
    assert (event.state, event.repeats, event.last_repeat_at) == (EventState.DONE, 2, later)
    assert ledger.event_payload(event.id) == {"key": "box-1"}
    created, repeated = ledger.outcomes_for(box_ref("box-1"))
    assert created.action is Action.CREATED
    assert (repeated.action, repeated.rule) == (Action.SKIPPED, "repeated_hint")
    assert "2 more times" in repeated.reason


def test_a_webhook_and_a_sweep_that_saw_the_same_state_are_one_hint(ledger, a_hint, now):
    ledger.store_hints([a_hint()], now=now)
    assert ledger.store_hints([a_hint(event="sweep", origin=HintOrigin.SWEEP)], now=now).repeated == 1
    assert [e.origin for e in ledger.events_for("box-1")] == [HintOrigin.WEBHOOK]


def test_the_same_hint_twice_in_one_batch_is_one_hint(ledger, a_hint, now):
    stored = ledger.store_hints([a_hint(), a_hint("box-2"), a_hint()], now=now)
    assert stored == StoredHints(new=2, repeated=1)
    assert ledger.store_hints([a_hint(), a_hint()], now=now) == StoredHints(new=0, repeated=2)
    assert ledger.events_for("box-1")[0].repeats == 3


def test_no_hints_are_nothing(ledger, now):
    assert ledger.store_hints([], now=now) == StoredHints(new=0, repeated=0)


def test_the_same_hint_from_twenty_threads_at_once_is_one_row(ledger, a_hint, now):
    start = threading.Barrier(20)

    def deliver(_):
        start.wait()
        return ledger.store_hints([a_hint()], now=now).new

    with ThreadPoolExecutor(20) as pool:
        new = list(pool.map(deliver, range(20)))

    assert sum(new) == 1
    assert [e.repeats for e in ledger.events_for("box-1")] == [19]


def test_all_ready_events_of_a_record_are_claimed_together(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint(version="1"), a_hint(version="2"), a_hint("box-2")], now=now)
    claim = claim_boxes(limit=1)
    assert [(e.record.id, e.version, e.attempts) for e in claim.events] == [
        ("box-1", "1", 1),
        ("box-1", "2", 1),
    ]


def test_claims_are_oldest_first_and_of_the_asked_kind(ledger, a_hint, box_ref, claim_boxes, now):
    for box in ("box-c", "box-a", "box-b"):
        ledger.store_hints([a_hint(box)], now=now)
    assert keys(claim_boxes(limit=2)) == ["box-c", "box-a"]
    other = ledger.claim_events(kind=RecordKind.ORGANIZATION, limit=9, lease_seconds=60, now=now)
    assert other.events == ()


def test_a_hint_for_a_claimed_record_waits_until_the_claim_is_settled(
    ledger, a_hint, claim_boxes, settle_all, now
):
    ledger.store_hints([a_hint(version="1")], now=now)
    claim = claim_boxes()
    ledger.store_hints([a_hint(version="2")], now=now)
    assert ledger.count_waiting(now=now) == 0
    assert claim_boxes().events == ()

    settle_all(claim)

    assert ledger.count_waiting(now=now) == 1
    assert [e.version for e in claim_boxes().events] == ["2"]


def test_events_of_a_dead_worker_are_claimed_again_with_what_came_since(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint(version="1")], now=now)
    claim_boxes(lease_seconds=60)
    ledger.store_hints([a_hint(version="2")], now=now)
    assert claim_boxes(now + timedelta(seconds=59)).events == ()

    again = claim_boxes(now + timedelta(seconds=60))

    assert [(e.version, e.attempts) for e in again.events] == [("1", 2), ("2", 1)]


def test_an_expired_claim_goes_to_exactly_one_of_many_workers(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint(f"box-{i}") for i in range(10)], now=now)
    claim_boxes(lease_seconds=1)
    later = now + timedelta(seconds=2)
    start = threading.Barrier(8)

    def take(_):
        start.wait()
        return keys(claim_boxes(later))

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))

    assert sorted(len(t) for t in taken) == [0] * 7 + [10]


def test_workers_at_once_never_share_a_record_and_lose_nothing(ledger, a_hint, claim_boxes, settle_all, now):
    """Eight workers drain an inbox that is still being filled, with two hints for most records."""
    boxes = [f"box-{i}" for i in range(120)]
    ledger.store_hints([a_hint(b, version="1") for b in boxes], now=now)
    held, overlaps, settled = set(), [], []
    lock = threading.Lock()
    filling = threading.Event()
    deadline = time.monotonic() + 120

    def work(_):
        while time.monotonic() < deadline:
            claim = claim_boxes(limit=7)
            mine = {e.record.id for e in claim.events}
            with lock:
                overlaps.extend(mine & held)
                held.update(mine)
            for box in mine:
                ledger.events_for(box)  # holds it for a while, as work would
            with lock:
                held.difference_update(mine)
                settled.extend((e.record.id, e.version) for e in claim.events)
            if claim.events:
                settle_all(claim)
            elif filling.is_set():
                return

    def fill():
        for box in boxes[:100]:
            ledger.store_hints([a_hint(box, version="2")], now=now)
        filling.set()

    with ThreadPoolExecutor(9) as pool:
        jobs = [pool.submit(work, i) for i in range(8)] + [pool.submit(fill)]
        for job in jobs:
            job.result()
    while (rest := claim_boxes()).events:
        settled.extend((e.record.id, e.version) for e in rest.events)
        settle_all(rest)

    assert overlaps == []
    assert sorted(settled) == sorted([(b, "1") for b in boxes] + [(b, "2") for b in boxes[:100]])
    assert ledger.summary(now=now).events == {"done": 220}


@pytest.mark.parametrize("late", ["settle", "release", "renew", "open_intents"])
def test_a_worker_that_was_taken_over_changes_nothing(
    ledger, a_hint, claim_boxes, settle_all, an_order_draft, box_ref, now, late
):
    ledger.store_hints([a_hint(), a_hint("box-2")], now=now)
    stale = claim_boxes(lease_seconds=1)
    later = now + timedelta(seconds=5)
    taken_over = claim_boxes(later, limit=1)
    actions = {
        "settle": lambda: settle_all(stale, now=later),
        "release": lambda: ledger.release_claim(stale, retry_at=later, reason="", now=later),
        "renew": lambda: ledger.renew_claim(stale, lease_seconds=60, now=later),
        "open_intents": lambda: ledger.open_intents(stale, [an_order_draft()], now=later),
    }

    with pytest.raises(LeaseLost, match="1 of 2 records"):
        actions[late]()

    assert ledger.outcomes_for(box_ref("box-1")) == []
    assert ledger.find_intents(["streak-so-1"]) == {}
    assert [e.state for e in ledger.events_for("box-1")] == [EventState.CLAIMED]
    settle_all(taken_over, now=later)
    assert keys(claim_boxes(later)) == ["box-2"]


def test_a_settled_claim_cannot_be_settled_again(ledger, a_hint, claim_boxes, settle_all, box_ref, now):
    ledger.store_hints([a_hint()], now=now)
    claim = claim_boxes()
    settle_all(claim)
    with pytest.raises(LeaseLost):
        settle_all(claim)
    assert len(ledger.outcomes_for(box_ref("box-1"))) == 1


def test_a_lease_that_ran_out_unnoticed_is_renewed(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint()], now=now)
    claim = claim_boxes(lease_seconds=1)
    later = now + timedelta(seconds=5)

    renewed = ledger.renew_claim(claim, lease_seconds=60, now=later)

    assert renewed.lease_until == later + timedelta(seconds=60)
    assert claim_boxes(later + timedelta(seconds=30)).events == ()


def test_a_claim_that_is_renewed_in_the_same_moment_is_not_taken_over(
    ledger, a_hint, claim_boxes, settle_all, until_blocked, now
):
    """The other worker has seen the lease as expired, and waits for the row that the renewal holds."""
    ledger.store_hints([a_hint()], now=now)
    slow = claim_boxes(lease_seconds=1)
    later = now + timedelta(seconds=5)
    with ThreadPoolExecutor(1) as pool:
        with ledger.engine.begin() as connection:
            inbox.renew(connection, slow, lease_seconds=60, now=later)
            other = pool.submit(claim_boxes, later)
            until_blocked()
        assert other.result().events == ()
    settle_all(slow)


def test_a_deferred_event_is_ready_at_its_time(ledger, a_hint, claim_boxes, settle_all, now):
    ledger.store_hints([a_hint()], now=now)
    retry_at = now + timedelta(seconds=90)
    settle_all(claim_boxes(), Action.DEFERRED, retry_at=retry_at, reason="NetSuite is slow")

    assert ledger.next_due(now=now) == retry_at
    assert claim_boxes(retry_at - timedelta(seconds=1)).events == ()
    assert ledger.events_for("box-1")[0].note == "NetSuite is slow"
    (event,) = claim_boxes(retry_at).events
    assert event.attempts == 2


def test_a_released_claim_is_no_attempt(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint()], now=now)
    retry_at = now + timedelta(seconds=5)
    ledger.release_claim(claim_boxes(), retry_at=retry_at, reason="token refused", now=now)
    assert ledger.count_waiting(now=now) == 0
    (event,) = claim_boxes(retry_at).events
    assert event.attempts == 1


def test_settling_needs_an_outcome_for_each_event_and_no_other(ledger, a_hint, claim_boxes, box_ref, now):
    ledger.store_hints([a_hint(), a_hint("box-2")], now=now)
    claim = claim_boxes()
    one = Outcome(
        event_id=claim.events[0].id, record=box_ref("box-1"), action=Action.SKIPPED, rule="r", reason=""
    )
    with pytest.raises(ValueError, match="one outcome for each"):
        ledger.settle(claim, [one], flow="f", run_id="r", now=now)
    assert ledger.outcomes_for(box_ref("box-1")) == []


def test_an_empty_claim_settles_and_releases_to_nothing(ledger, claim_boxes, settle_all, now):
    settle_all(claim_boxes())
    ledger.release_claim(claim_boxes(), retry_at=now, reason="", now=now)
    assert ledger.summary(now=now).events == {}


def test_the_watermark_moves_with_its_hints_or_not_at_all(ledger, a_hint, now):
    assert ledger.get_watermark("streak.boxes") is None
    ledger.store_hints([a_hint()], now=now, watermark=("streak.boxes", now))
    assert ledger.get_watermark("streak.boxes") == now

    naive = datetime(2026, 5, 5)  # noqa: DTZ001 - the point: what is not aware is refused
    with pytest.raises(Exception, match="naive"):
        ledger.store_hints([a_hint("box-2")], now=now, watermark=("streak.boxes", naive))

    assert ledger.get_watermark("streak.boxes") == now
    assert ledger.events_for("box-2") == []


def test_a_sweep_that_was_overtaken_does_not_move_the_watermark_back(ledger, now):
    for at in (now, now - timedelta(hours=1)):
        ledger.store_hints([], now=now, watermark=("streak.boxes", at))
    assert ledger.get_watermark("streak.boxes") == now


def test_waiting_boxes_are_those_nobody_works_on(ledger, a_hint, claim_boxes, settle_all, now):
    for box in ("box-b", "box-a", "box-c"):
        ledger.store_hints([a_hint(box)], now=now)
    claim_boxes(limit=1)
    assert ledger.waiting_boxes() == ["box-a", "box-c"]
    assert ledger.waiting_boxes(limit=1) == ["box-a"]


def test_what_no_database_can_keep_costs_no_hint(ledger, a_hint, now):
    hint = a_hint(event="odd\x00\ud800", payload={"note": "\x00\ud800"})
    ledger.store_hints([hint], now=now)
    (event,) = ledger.events_for("box-1")
    assert event.event == "odd\ufffd\ufffd"
    assert ledger.event_payload(event.id) == {"note": "\x00\ud800"}


def test_the_summary_counts_by_state_and_says_how_long_the_oldest_waits(
    ledger, a_hint, claim_boxes, settle_all, now
):
    ledger.store_hints([a_hint()], now=now, watermark=("streak.boxes", now))
    settle_all(claim_boxes(), Action.HELD)
    ledger.store_hints([a_hint("box-2")], now=now)
    settle_all(claim_boxes(), Action.DEFERRED, retry_at=now + timedelta(hours=1))
    ledger.store_hints([a_hint("box-3")], now=now)
    claim_boxes()
    ledger.store_hints([a_hint("box-4")], now=now)

    summary = ledger.summary(now=now + timedelta(seconds=30))

    assert summary.events == {"done": 1, "deferred": 1, "claimed": 1, "ready": 1}
    assert summary.open_holds == {"MAPPING": 1}
    assert summary.oldest_waiting_seconds == 30
    assert summary.watermarks == {"streak.boxes": now}


def test_ids_come_from_outside_so_that_a_replay_is_exact(ledger_settings, a_hint, now):
    ids = iter(["token-1", "token-2"])
    with Ledger.connect(ledger_settings, new_id=lambda: next(ids)) as ledger:
        ledger.store_hints([a_hint()], now=now)
        claim = ledger.claim_events(kind=RecordKind.BOX, limit=1, lease_seconds=60, now=now)
    assert claim.token == "token-1"


def test_equal_keys_of_two_systems_are_two_records(ledger, a_hint, claim_boxes, now):
    theirs = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.BOX, id="box-1")
    ledger.store_hints([a_hint("box-1"), replace(a_hint("box-1"), record=theirs)], now=now)
    claimed = [claim_boxes(limit=1).events for _ in range(3)]
    assert [len(events) for events in claimed] == [1, 1, 0]
    assert {events[0].record.system for events in claimed[:2]} == {SystemId.STREAK, SystemId.NETSUITE}
