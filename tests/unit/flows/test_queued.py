"""Queued writes: each is sent only by who holds it, and from what is read of late."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from streak_netsuite.errors import RecordError, UncertainWrite
from streak_netsuite.flows.queued import QueuedWrites, Sent
from streak_netsuite.flows.settings import LONGEST_COMMIT_SECONDS, FlowSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.intent import Answer, Intent, IntentState
from streak_netsuite.sync.outcome import Action, Outcome

PATIENCE = 5.0


@dataclass
class Queue:
    """The part of a ledger that queued writes use."""

    waiting: list[Intent]
    taken_over: set[str] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    renewed: threading.Event = field(default_factory=threading.Event)

    def claim_intents(self, *_: Any, **__: Any) -> list[Intent]:
        claimed, self.waiting = self.waiting, []
        return claimed

    def begin_intent(self, operation_key: str, **_: Any) -> bool:
        return operation_key not in self.taken_over

    def renew_intents(self, held: Mapping[str, int], **_: Any) -> frozenset[str]:
        self.renewed.set()
        return frozenset(held)

    def record_answers(self, answers: Sequence[Answer], *, now: datetime) -> None:
        self.answers += answers
        self.log.append("answer")

    def record_outcomes(self, outcomes: Sequence[Outcome], **_: Any) -> None:
        self.outcomes += outcomes
        self.log += [str(one.action) for one in outcomes]


@dataclass(frozen=True, kw_only=True)
class Writes(QueuedWrites[int]):
    """Sends into a list, with the number of the reading that it was made from."""

    FLOW: ClassVar[str] = "writes"
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.COMMENT,)

    sent: list[tuple[str, int]] = field(default_factory=list)
    read: list[list[str]] = field(default_factory=list)
    meanwhile: Callable[[str], None] = lambda _: None
    found: str = ""
    harmless: bool = False
    others: datetime | None = None

    def _prepare(self, intents: Sequence[Intent]) -> int:
        self.read.append([one.operation_key for one in intents])
        return len(self.read)

    def _touches(self, intent: Intent) -> str:
        return str(intent.payload.get("order", ""))

    def _may_repeat(self, intent: Intent) -> bool:
        return self.harmless

    def _others_since(self, intent: Intent, context: int) -> datetime | None:
        return self.others

    def _look(self, intent: Intent, context: int) -> Sent | None:
        return Sent(result_id=self.found, what="found") if self.found else None

    def _send(self, intent: Intent, context: int) -> Sent:
        self.meanwhile(intent.operation_key)
        self.sent.append((intent.operation_key, context))
        return Sent(result_id="1", what="it")


class WritesIntoStreak(Writes):
    """The same, of what is written to Streak."""

    INTO: ClassVar[SystemId] = SystemId.STREAK


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


def an_intent(key: str, **fields: Any) -> Intent:
    values = {"state": IntentState.PLANNED, "attempts": 0, "sent_at": None, "payload": {}} | fields
    return Intent(
        operation_key=key,
        flow="writes",
        kind=RecordKind.COMMENT,
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="box-1"),
        result_id=None,
        **values,
    )


def writes(queue: Queue, clock: Clock, *, settings: FlowSettings | None = None, **more: Any) -> Writes:
    return Writes(memory=queue, settings=settings or FlowSettings(), clock=clock, run_id="run-1", **more)  # type: ignore[arg-type]


def test_what_another_worker_took_over_is_not_sent(clock: Clock) -> None:
    queue = Queue([an_intent("a"), an_intent("b")], taken_over={"a"})
    flow = writes(queue, clock)
    report = flow.drain()
    assert flow.sent == [("b", 1)]
    assert [one.operation_key for one in queue.answers] == ["b"]
    assert report.as_dict()["counts"] == {"updated": 1}


def test_a_claim_is_renewed_during_a_slow_send(clock: Clock) -> None:
    queue = Queue([an_intent("a")])
    flow = writes(
        queue,
        clock,
        settings=FlowSettings(lease_seconds=0.03),
        meanwhile=lambda _: queue.renewed.wait(PATIENCE),
    )
    flow.drain()
    assert queue.renewed.is_set()


def test_what_writes_have_in_common_is_read_once(clock: Clock) -> None:
    flow = writes(
        Queue([an_intent("a", payload={"order": "1"}), an_intent("b", payload={"order": "2"})]), clock
    )
    flow.drain()
    assert flow.read == [["a", "b"]]


def test_what_an_earlier_write_of_the_claim_has_changed_is_read_again(clock: Clock) -> None:
    flow = writes(Queue([an_intent(key, payload={"order": "1"}) for key in "ab"]), clock)
    flow.drain()
    assert flow.sent == [("a", 1), ("b", 2)]
    assert flow.read == [["a", "b"], ["b"]]


def test_what_was_read_long_ago_is_read_again(clock: Clock) -> None:
    flow = writes(Queue([an_intent(key) for key in "abc"]), clock, meanwhile=lambda _: clock.wait(6))
    flow.drain()
    assert flow.sent == [("a", 1), ("b", 1), ("c", 2)]


# --- writes without an answer ---


def an_unanswered(now: datetime, seconds_ago: float) -> Intent:
    sent_at = now - timedelta(seconds=seconds_ago)
    return an_intent("a", state=IntentState.UNKNOWN, attempts=1, sent_at=sent_at)


@pytest.mark.parametrize(("seconds_ago", "pause"), [(2, 5), (20, 20), (50, 10)])
def test_what_may_still_land_is_not_sent_again(clock: Clock, seconds_ago: float, pause: float) -> None:
    queue = Queue([an_unanswered(clock.now, seconds_ago)])
    flow = writes(queue, clock)
    flow.drain()
    (outcome,) = queue.outcomes
    assert flow.sent == []
    assert (outcome.action, outcome.retry_at) == (Action.DEFERRED, clock.now + timedelta(seconds=pause))
    (answer,) = queue.answers
    assert (answer.state, answer.attempt, answer.sent) == (IntentState.UNKNOWN, 2, False)


def test_what_has_had_its_time_is_looked_for_before_it_is_sent_again(clock: Clock) -> None:
    queue = Queue([an_unanswered(clock.now, 60)])
    flow = writes(queue, clock, found="7001")
    flow.drain()
    assert flow.sent == []
    assert [one.result_id for one in queue.answers] == ["7001"]


def test_what_has_had_its_time_is_sent_again(clock: Clock) -> None:
    flow = writes(Queue([an_unanswered(clock.now, 60)]), clock)
    flow.drain()
    assert flow.sent == [("a", 1)]


def test_what_is_found_meanwhile_counts_as_written(clock: Clock) -> None:
    queue = Queue([an_unanswered(clock.now, 20)])
    flow = writes(queue, clock, found="7001")
    flow.drain()
    assert flow.sent == []
    assert [(one.state, one.result_id) for one in queue.answers] == [(IntentState.SUCCEEDED, "7001")]


def test_nothing_is_concluded_while_what_a_write_replaces_may_still_land(clock: Clock) -> None:
    unanswered = an_unanswered(clock.now, 2)
    planned_anew = replace(unanswered, payload={"text": "new"}, replaces=True)
    queue = Queue([planned_anew])
    flow = writes(queue, clock, found="7001")
    flow.drain()
    assert flow.sent == []
    assert [one.state for one in queue.answers] == [IntentState.UNKNOWN]
    clock.wait(600)
    queue.waiting = [planned_anew]
    flow.drain()
    assert flow.sent == [], "NetSuite may take much longer than it usually does"
    assert [one.state for one in queue.answers] == [IntentState.UNKNOWN] * 2
    clock.wait(LONGEST_COMMIT_SECONDS - 600)
    queue.waiting = [planned_anew]
    flow.drain()
    assert flow.sent == [("a", 3)]
    assert queue.answers[-1].state is IntentState.SUCCEEDED


def test_what_a_write_replaces_may_also_be_a_try_before_the_last(clock: Clock) -> None:
    """The last one was answered: what follows it waits for the one before, which was not."""
    before = clock.now - timedelta(seconds=900)
    flow = writes(Queue([an_intent("a", unanswered_at=before, replaces=True)]), clock, harmless=True)
    flow.drain()
    assert flow.sent == []
    clock.wait(200)
    flow.memory.waiting = [an_intent("a", unanswered_at=before, replaces=True)]  # type: ignore[attr-defined]
    flow.drain()
    assert flow.sent == [("a", 2)]


@pytest.mark.parametrize(("harmless", "seconds"), [(True, 0), (False, 60)])
def test_streak_is_not_waited_for_as_long_as_netsuite(clock: Clock, harmless: bool, seconds: float) -> None:
    planned_anew = replace(an_unanswered(clock.now, 0), replaces=True)
    flow = WritesIntoStreak(
        memory=Queue([planned_anew]),  # type: ignore[arg-type]
        settings=FlowSettings(),
        clock=clock,
        run_id="run-1",
        harmless=harmless,
    )
    clock.wait(seconds)
    flow.drain()
    assert flow.sent == [("a", 1)]


def test_a_write_waits_for_others_to_the_same_record(clock: Clock) -> None:
    queue = Queue([an_intent("a")])
    flow = writes(queue, clock, found="7001", others=clock.now - timedelta(seconds=30))
    flow.drain()
    assert flow.sent == []
    (answer,) = queue.answers
    assert (answer.state, answer.sent) == (IntentState.PLANNED, False), "nothing of it was sent"
    assert answer.retry_at == clock.now + timedelta(seconds=30)


def test_what_may_be_written_twice_is_sent_again_at_once(clock: Clock) -> None:
    flow = writes(Queue([an_unanswered(clock.now, 2)]), clock, harmless=True)
    flow.drain()
    assert flow.sent == [("a", 1)]


def cut_off(_: str) -> None:
    raise UncertainWrite("cut off")


def test_what_stays_unknown_is_shown_to_a_person_and_stays_unknown(clock: Clock) -> None:
    queue = Queue([an_intent("a", attempts=2)])
    report = writes(queue, clock, settings=FlowSettings(attempts=3), meanwhile=cut_off).drain()
    (answer,), (outcome,) = queue.answers, queue.outcomes
    assert (answer.state, answer.parked, answer.retry_at) == (IntentState.UNKNOWN, True, None)
    assert outcome.hold is not None
    assert (outcome.hold.code, outcome.operation_key) == ("OUTCOME_UNKNOWN", "a")
    assert report.as_dict()["counts"] == {"held": 1}


def refused(_: str) -> None:
    raise RecordError("no", code="USER_ERROR")


@pytest.mark.parametrize("failure", [cut_off, refused])
def test_a_hold_is_kept_before_the_answer_after_which_nobody_would_come_back(
    clock: Clock, failure: Callable[[str], None]
) -> None:
    queue = Queue([an_intent("a")])
    writes(queue, clock, settings=FlowSettings(attempts=1), meanwhile=failure).drain()
    assert queue.log == ["held", "answer"]
