"""Writes that wait in the ledger: taken, sent, and their answers kept."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from streak_netsuite.errors import (
    LeaseLost,
    PermanentError,
    RateLimited,
    RecordError,
    TransientError,
    Unavailable,
    UncertainWrite,
)
from streak_netsuite.flows.batch import STUCK, STUCK_AFTER, hold_of
from streak_netsuite.flows.lease import IntentKeeper
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.model.external_ref import RecordKind, SystemId
from streak_netsuite.sync.intent import Answer, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.ports import Memory

log = logging.getLogger(__name__)
ContextT = TypeVar("ContextT")

_AT_ONCE = 20  # intents in one claim
_FRESH_SECONDS = 10.0  # what was read for a claim is read again after that long: people and others write, too
_MARKER_LENGTH = 8
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
LEFT = "left"
"""In the payload of a write that was skipped: why, for whoever asks later what became of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A write that landed.

    Attributes:
        result_id: its id at the vendor.
        what: what was written, for people.
        follow_ups: writes it makes due, queued in the same transaction.
        hold: what of it a person has to see all the same.
        payload: what is kept in place of the intent's payload, when not all of it was written.
        skipped: whether nothing was written after all; `what` says why.
    """

    result_id: str
    what: str
    follow_ups: tuple[IntentDraft, ...] = ()
    hold: Hold | None = None
    payload: Mapping[str, Any] | None = None
    skipped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read(Generic[ContextT]):
    """What was read for some writes, when, and what was written to since."""

    context: ContextT
    at: datetime
    written: set[str] = field(default_factory=set)

    def is_stale(self, touches: str, *, now: datetime) -> bool:
        return touches in self.written or now - self.at > timedelta(seconds=_FRESH_SECONDS)


@dataclass(frozen=True, kw_only=True)
class QueuedWrites(ABC, Generic[ContextT]):
    """Carries queued writes out, one by one. What each is and how it is sent is its subclass's business.

    A write that may have landed before comes back with attempts above zero: whoever claimed it earlier may
    have died between the vendor's answer and the next line.

    Those of a claim are kept for as long as its worker lives. One that was taken over or planned anew all the same, as
    after a pause of the whole worker, is not sent: that is asked right before.

    A write without an answer may still land. Unless a repeat is harmless, it is only looked for until it has settled.
    Nothing else is sent over it, and nothing concluded from what is found, until it cannot land any more.

    A write whose worker dies is taken again alone. After `STUCK_AFTER` tries a person is asked: the others go on.
    """

    FLOW: ClassVar[str]
    KINDS: ClassVar[tuple[RecordKind, ...]]
    INTO: ClassVar[SystemId] = SystemId.NETSUITE
    """The system that is written to."""
    GONE: ClassVar[frozenset[str]] = frozenset({"NOT_FOUND"})
    """Codes that say that nothing is left to write to."""

    memory: Memory
    settings: FlowSettings
    clock: Callable[[], datetime]
    run_id: str

    @property
    def _only(self) -> str | None:
        """The flow whose writes are meant; None for all of these kinds."""
        return None

    @abstractmethod
    def _prepare(self, intents: Sequence[Intent]) -> ContextT:
        """Read what all of these need, in one go."""

    def _touches(self, intent: Intent) -> str:  # noqa: ARG002 - for subclasses
        """Return what a write changes of that which is read for others, too; "" for nothing."""
        return ""

    def _may_repeat(self, intent: Intent) -> bool:  # noqa: ARG002 - for subclasses
        """Tell whether a write without an answer may be sent again at once: landing twice, it leaves what it leaves once."""
        return False

    @property
    def _into(self) -> SystemId:
        return self.INTO

    def _commit_seconds(self, intent: Intent) -> float:
        """Return how long after it was sent a write without an answer may still land, over what was sent since."""
        if self._into is SystemId.NETSUITE:
            return self.settings.longest_commit_seconds
        # Streak answers within seconds, and is not known to go on after its caller has left.
        return 0.0 if self._may_repeat(intent) else self.settings.settle_seconds

    def _others_since(self, intent: Intent, context: ContextT) -> datetime | None:  # noqa: ARG002 - for subclasses
        """Return when another write to the same record was sent last of which no answer tells; None when there is none."""
        return None

    def _noted(self, intent: Intent, context: ContextT) -> Mapping[str, Any] | None:  # noqa: ARG002 - for subclasses
        """Return what is kept in place of a payload before it is sent, as nobody can tell it afterwards; None: nothing else."""
        return None

    def _look(self, intent: Intent, context: ContextT) -> Sent | None:  # noqa: ARG002 - for subclasses
        """Return what an earlier try has written, where that can be found without writing; None: it has not landed yet.

        Raises:
            RecordError: it cannot be looked for.
        """
        return None

    @abstractmethod
    def _send(self, intent: Intent, context: ContextT) -> Sent:
        """Write one; look first where it may have landed.

        Raises:
            RecordError: it cannot be written.
            UncertainWrite: nobody knows whether it landed.
        """

    def drain(self) -> RunReport:
        """Write until nothing is due; return what was done.

        Raises:
            TransientError, PermanentError: a vendor or the ledger stopped us; the rest is still due.
        """
        report = RunReport()
        while intents := self._claim(_AT_ONCE):
            report += self._work(intents)
        return report

    def drain_some(self, keys: Sequence[str], *, most: int, seconds: float) -> RunReport:
        """Write of these what is due, for somebody who waits; return what was done. What is left stays due.

        Args:
            keys: operation keys; nothing else is written.
            most: how many at most.
            seconds: after that long by the clock, no further ones are begun.

        Raises:
            TransientError, PermanentError: as `drain`.
        """
        report = RunReport()
        until = self.clock() + timedelta(seconds=seconds)
        for _ in range(most):
            # One by one: nothing is claimed that the time does not suffice for.
            if self.clock() >= until or not (intents := self._claim(1, keys=keys)):
                break
            report += self._work(intents)
        return report

    def _claim(self, limit: int, *, keys: Sequence[str] | None = None) -> Sequence[Intent]:
        return self.memory.claim_intents(
            self.KINDS,
            limit=limit,
            lease_seconds=self.settings.lease_seconds,
            now=self.clock(),
            flow=self._only,
            keys=keys,
        )

    def _work(self, intents: Sequence[Intent]) -> RunReport:
        stuck = [one for one in intents if _ends_its_workers(one)]
        report = RunReport.of(self._stuck(one) for one in stuck)
        rest = [one for one in intents if one not in stuck]
        return report + self._carry_out(rest) if rest else report

    def _carry_out(self, intents: Sequence[Intent]) -> RunReport:
        outcomes: list[Outcome] = []
        waiting, begun = list(intents), 0
        try:
            with IntentKeeper(
                self.memory, intents, lease_seconds=self.settings.lease_seconds, clock=self.clock
            ):
                read = self._read(waiting)
                while waiting:
                    if read.is_stale(self._touches(waiting[0]), now=self.clock()):
                        read = self._read(waiting)
                    outcome = self._put_off(waiting[0], read.context)
                    if outcome is None:
                        begun = 1
                        outcomes += self._one(waiting[0], read)
                    else:
                        outcomes.append(outcome)
                    waiting.pop(0)
                    begun = 0
        except (TransientError, PermanentError) as error:
            self._put_back(waiting, error, begun=begun)
            raise
        finally:
            self._record([one for one in outcomes if one.action is not Action.HELD])
        return RunReport.of(outcomes)

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        self.memory.record_outcomes(
            outcomes, flow=self._only or self.FLOW, run_id=self.run_id, now=self.clock()
        )

    def _put_off(self, intent: Intent, context: ContextT) -> Outcome | None:
        """Send nothing while something that was sent may still land; None when nothing is in the way."""
        replaced = intent.may_land_since if intent.replaces else None
        over = max((at for at in (replaced, self._others_since(intent, context)) if at), default=None)
        if over is not None:
            until = over + timedelta(seconds=self._commit_seconds(intent))
            if until > self.clock():
                # What is there says nothing yet.
                text = "what was sent for the same record before may still land"
                return self._wait_until(intent, until, text, since=over)
        return self._looked(intent, context)

    def _looked(self, intent: Intent, context: ContextT) -> Outcome | None:
        """Look for what an earlier try may have written; None when it is to be sent again.

        Known to have landed, it lands no more: what follows need not wait for it.
        """
        if intent.sent_at is None or intent.replaces or self._may_repeat(intent):
            return None
        try:
            found = self._look(intent, context)
        except RecordError:  # said when it is to be sent
            found = None
        if found is not None:
            return self._succeeded(intent, found)
        until = intent.sent_at + timedelta(seconds=self.settings.settle_seconds)
        if until <= self.clock():
            return None
        return self._wait_until(
            intent, until, "an earlier try was sent and may still land", since=intent.sent_at
        )

    def _wait_until(self, intent: Intent, until: datetime, reason: str, *, since: datetime) -> Outcome:
        """Take it up again then, or earlier: what is in its way may be known to have landed before."""
        now = self.clock()
        # Again after as long as that is underway now: soon at first.
        pause = max(timedelta(seconds=self.settings.first_wait_seconds), now - since)
        state = IntentState.PLANNED if intent.sent_at is None else IntentState.UNKNOWN
        return self._later(
            intent, state, "outcome_unknown", reason, retry_at=min(until, now + pause), sent=False
        )

    def _read(self, intents: Sequence[Intent]) -> _Read[ContextT]:
        at = self.clock()
        return _Read(context=self._prepare(intents), at=at)

    def _one(self, intent: Intent, read: _Read[ContextT]) -> list[Outcome]:
        """Send a write that is ours still, and return what became of it."""
        ours = self.memory.begin_intent(
            intent.operation_key,
            attempt=intent.attempts + 1,
            lease_seconds=self.settings.lease_seconds,
            now=self.clock(),
            payload=self._noted(intent, read.context),
        )
        if not ours:
            log.warning("%s was taken over or planned anew, and is not sent", intent.operation_key)
            return []
        if touches := self._touches(intent):
            read.written.add(touches)
        return [self._tried(intent, read.context)]

    def _tried(self, intent: Intent, context: ContextT) -> Outcome:
        try:
            sent = self._send(intent, context)
        except RecordError as error:
            return self._give_up(intent, error)
        except UncertainWrite as error:
            return self._wait(intent, error)
        except (RateLimited, Unavailable, LeaseLost):
            raise
        except TransientError as error:
            return self._busy(intent, error)
        return self._succeeded(intent, sent)

    def _succeeded(self, intent: Intent, sent: Sent) -> Outcome:
        rule = str(intent.kind)
        action = Action.SKIPPED if sent.skipped else Action.UPDATED
        outcome = _outcome(intent, action, rule=rule, reason=sent.what)
        if sent.hold is not None:
            outcome = self._hold(intent, sent.hold, rule=rule)
        self._answer(
            intent,
            IntentState.SUCCEEDED,
            result_id=sent.result_id,
            follow_ups=sent.follow_ups,
            payload=sent.payload,
        )
        return outcome

    def _give_up(self, intent: Intent, error: RecordError) -> Outcome:
        if error.code in self.GONE:
            outcome = _outcome(intent, Action.OBSOLETE, rule="gone", reason=str(error))
        else:
            hold = hold_of(error, payload=self._asked(intent, error))
            outcome = self._hold(intent, hold, rule=self.FLOW)
        self._answer(intent, IntentState.REJECTED, error_code=error.code, error=str(error))
        return outcome

    def _hold(self, intent: Intent, hold: Hold, *, rule: str) -> Outcome:
        """Show a write to a person. Before its answer is kept: after that, nobody would come back for the hold."""
        outcome = _held(intent, hold, rule=rule)
        self._record([outcome])
        return outcome

    def _asked(self, intent: Intent, error: RecordError) -> Mapping[str, Any]:  # noqa: ARG002 - for subclasses
        """Return what a person needs to decide about a write that is held."""
        return dict(intent.payload)

    def _busy(self, intent: Intent, error: TransientError) -> Outcome:
        """Try this one record again as often as it is worth it, while the others go on."""
        most = error.retry_times or self.settings.attempts
        if intent.attempts + 1 >= most:
            held = RecordError(
                f"after {intent.attempts + 1} tries the record is still not taken: {error}",
                code="VENDOR_BUSY",
                fix="see who or what else changes the record at the same time, then release this",
            )
            return self._give_up(intent, held)
        wait = max(error.retry_after_seconds or 0.0, self.settings.wait_seconds(intent.attempts + 1))
        retry_at = self.clock() + timedelta(seconds=wait)
        return self._later(intent, IntentState.PLANNED, "vendor_busy", str(error), retry_at=retry_at)

    def _wait(self, intent: Intent, error: UncertainWrite) -> Outcome:
        """Look for it later, and try again; ask a person when that was done often enough."""
        tries = intent.attempts + 1
        if tries < self.settings.attempts:
            retry_at = self.clock() + timedelta(seconds=self.settings.wait_seconds(tries))
            return self._later(intent, IntentState.UNKNOWN, "outcome_unknown", str(error), retry_at=retry_at)
        hold = Hold(
            code=OUTCOME_UNKNOWN,
            reason=f"after {tries} tries nobody knows whether it landed: {error}",
            fix="see what cuts the answers off, then release this: it is looked for before it is sent again; dismissed, it is given up",
            payload=dict(intent.payload),
        )
        outcome = self._hold(intent, hold, rule="outcome_unknown")
        self._answer(intent, IntentState.UNKNOWN, error=str(error), parked=True)
        return outcome

    def _stuck(self, intent: Intent) -> Outcome:
        """Ask a person about a write that ends its workers, and leave it alone."""
        reason = f"its worker has died with it, the last of {intent.attempts} times that it was taken up"
        hold = Hold(
            code=STUCK,
            reason=reason,
            fix="see in the worker's log what it died of, then release this: it is looked for before it is sent again; dismissed, it is given up",
            payload=dict(intent.payload),
        )
        outcome = self._hold(intent, hold, rule="stuck")
        self._answer(intent, IntentState.UNKNOWN, error=reason, parked=True)
        return outcome

    def _later(
        self,
        intent: Intent,
        state: IntentState,
        rule: str,
        reason: str,
        *,
        retry_at: datetime,
        sent: bool = True,
    ) -> Outcome:
        self._answer(intent, state, error=reason, retry_at=retry_at, sent=sent)
        return Outcome(
            event_id=None,
            record=intent.subject,
            action=Action.DEFERRED,
            rule=rule,
            reason=reason,
            operation_key=intent.operation_key,
            retry_at=retry_at,
        )

    def _answer(
        self,
        intent: Intent,
        state: IntentState,
        *,
        result_id: str | None = None,
        error_code: str = "",
        error: str = "",
        retry_at: datetime | None = None,
        follow_ups: tuple[IntentDraft, ...] = (),
        payload: Mapping[str, Any] | None = None,
        sent: bool = True,
        parked: bool = False,
    ) -> None:
        answer = Answer(
            operation_key=intent.operation_key,
            state=state,
            result_id=result_id,
            error_code=error_code,
            error=error,
            retry_at=retry_at,
            follow_ups=follow_ups,
            attempt=intent.attempts + 1,
            payload=payload,
            sent=sent,
            parked=parked,
        )
        self.memory.record_answers([answer], now=self.clock())

    def _put_back(self, intents: Sequence[Intent], error: Exception, *, begun: int) -> None:
        """Make them due again. Only the first `begun` of them were tried: the others' patience is not used up."""
        retry_at = self.clock() + timedelta(seconds=self.settings.wait_after(error))
        # One that was unknown before stays so: it must be looked for first.
        answers = [
            Answer(
                operation_key=i.operation_key,
                state=IntentState.PLANNED if i.sent_at is None else IntentState.UNKNOWN,
                error=str(error),
                retry_at=retry_at,
                attempt=i.attempts + 1,
                sent=place < begun,
            )
            for place, i in enumerate(intents)
        ]
        self.memory.record_answers(answers, now=self.clock())


def _ends_its_workers(intent: Intent) -> bool:
    return intent.state is IntentState.SENT and intent.attempts >= STUCK_AFTER


def marker(intent: Intent) -> str:
    """Return the short text by which what this intent wrote is found again."""
    return "ref " + intent.operation_key.rpartition("-")[2][:_MARKER_LENGTH]


def _held(intent: Intent, hold: Hold, *, rule: str) -> Outcome:
    return Outcome(
        event_id=None,
        record=intent.subject,
        action=Action.HELD,
        rule=rule,
        reason=hold.reason,
        operation_key=intent.operation_key,
        hold=hold,
    )


def _outcome(intent: Intent, action: Action, *, rule: str, reason: str) -> Outcome:
    return Outcome(
        event_id=None,
        record=intent.subject,
        action=action,
        rule=rule,
        reason=reason,
        operation_key=intent.operation_key,
    )
