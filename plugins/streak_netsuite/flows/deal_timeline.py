"""One deal on one timeline: what came in, what was decided, written and answered, who waits for what."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from streak_netsuite.flows.deal_history import (
    AuditFact,
    DealHistory,
    HintFact,
    HoldFact,
    OutcomeFact,
    TieFact,
    WriteFact,
)
from streak_netsuite.flows.masking import Mask
from streak_netsuite.flows.order_timeline import course_entries
from streak_netsuite.flows.timeline import EntryKind, Timeline, TimelineEntry, in_order
from streak_netsuite.model.order_story import OrderStory
from streak_netsuite.model.plain import to_plain
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import IntentState

DONE = "done"
OPEN = "open"


def assemble(history: DealHistory, *, story: OrderStory | None = None, unmasked: bool = False) -> Timeline:
    """Return the timeline of a deal, without personal data unless that is asked for.

    Args:
        story: what NetSuite has of its order now; takes the place of what the deal was told of it.
    """
    facts = [entry for entries in _entries(history) for entry in entries]
    entries = [*facts, *course_entries(history, story)]
    timeline = Timeline(record=history.deal, entries=in_order(entries), is_masked=not unmasked)
    return timeline if unmasked else timeline.masked(_mask(history))


def _entries(history: DealHistory) -> Iterator[Iterator[TimelineEntry]]:
    yield from (_of_hint(hint, history) for hint in history.hints)
    yield from (_of_write(write) for write in history.writes)
    yield from (_of_tie(tie) for tie in history.ties)
    yield from (_of_outcome(outcome) for outcome in history.outcomes)
    yield from (_of_hold(hold) for hold in history.holds)
    yield from (_of_audit(noted) for noted in history.audit)


def _mask(history: DealHistory) -> Mask:
    ids = {history.deal.id, *(h.record.id for h in history.hints)}
    ids |= {w.intent.subject.id for w in history.writes} | {w.intent.operation_key for w in history.writes}
    ids |= {t.tie.netsuite.id for t in history.ties} | {t.tie.streak.id for t in history.ties}
    payloads = [
        *(h.payload for h in history.hints),
        *(w.intent.payload for w in history.writes),
        *(h.what.payload for h in history.holds),
    ]
    return Mask(payloads, keep=ids)


def _entry(
    at: datetime, kind: EntryKind, title: str, /, *, state: str, rank: int, **details: Any
) -> TimelineEntry:
    kept = {
        name: to_plain(value) for name, value in details.items() if value not in (None, "", (), [], {}, 0)
    }
    return TimelineEntry(at=at, kind=kind, title=title, details=kept, state=str(state), rank=rank)


# Hints


def _of_hint(hint: HintFact, history: DealHistory) -> Iterator[TimelineEntry]:
    about = "" if hint.record == history.deal else f" about {hint.record.kind} {hint.record.id}"
    yield _entry(
        hint.received_at,
        EntryKind.HINT,
        f"a {hint.origin} brought the hint {hint.event}{about}",
        state=hint.state,
        # A person's hint is what a release leads to, and is kept in the same moment.
        rank=12 if hint.origin is HintOrigin.PERSON else 0,
        source=hint.origin,
        version=hint.version,
        taken=hint.attempts,
        repeats=hint.repeats,
        note=hint.note,
    )
    if hint.repeats and hint.last_repeat_at is not None:
        times = "once more" if hint.repeats == 1 else f"{hint.repeats} more times, the last one now"
        title = f"the same hint ({hint.event}, version {hint.version}) came {times}; it is known already"
        yield _entry(hint.last_repeat_at, EntryKind.REPEAT, title, state=DONE, rank=0, repeats=hint.repeats)
    if hint.state != DONE:
        yield _due_hint(hint, history)


def _due_hint(hint: HintFact, history: DealHistory) -> TimelineEntry:
    is_leased = hint.state == "claimed" and history.lease_until is not None and hint.record == history.deal
    if is_leased and history.lease_until is not None:
        title = "a worker has the deal; when it dies, another takes over from then on"
        return _entry(
            history.lease_until, EntryKind.DUE, title, state="claimed", rank=0, version=hint.version
        )
    title = f"the hint {hint.event} waits to be worked on"
    return _entry(
        hint.ready_at,
        EntryKind.DUE,
        title,
        state=hint.state,
        rank=0,
        version=hint.version,
        taken=hint.attempts,
        note=hint.note,
    )


# Writes and answers

_RANKS: Mapping[bool, tuple[int, int, int]] = {False: (1, 1, 2), True: (4, 5, 6)}
"""Of a write: planned, sent, answered. A queued one is planned by an answer, so it comes behind the tie."""


def _of_write(write: WriteFact) -> Iterator[TimelineEntry]:
    yield from _sendings(write)
    yield from _answer(write)
    yield from _due_write(write)


def _sendings(write: WriteFact) -> Iterator[TimelineEntry]:
    """Tell the first and the last time; the ledger keeps no others. The payload is told once."""
    intent, (planned, sent, _) = write.intent, _RANKS[write.queued]
    what = f"{intent.kind} as {intent.operation_key}"
    details: dict[str, Any] = {
        "kind": intent.kind,
        "operation_key": intent.operation_key,
        "flow": intent.flow,
        "attempts": intent.attempts,
    }
    whole = {**details, "payload": intent.payload}
    if write.queued or intent.sent_at is None or intent.sent_at > write.created_at:
        title = f"{what} {'was queued' if write.queued else 'was sent for the first time'}"
        yield _entry(write.created_at, EntryKind.WRITE, title, state=DONE, rank=planned, **whole)
        whole = details
    if intent.sent_at is not None:
        # A try may end with the look-up: what is found under its key is not sent again.
        again = f"{what} was taken up again, try {intent.attempts}; it is looked up before it is sent"
        title = again if intent.attempts > 1 else f"{what} was sent"
        yield _entry(intent.sent_at, EntryKind.WRITE, title, state=intent.state, rank=sent, **whole)


def _answer(write: WriteFact) -> Iterator[TimelineEntry]:
    intent = write.intent
    said = _ANSWERS.get(intent.state)
    # One that was planned anew still has the time of the answer before.
    is_about_this_try = intent.state is not IntentState.PLANNED or bool(write.error_code or intent.error)
    if write.answered_at is not None and said is not None and is_about_this_try:
        yield _entry(
            write.answered_at,
            EntryKind.ANSWER,
            said(write),
            state=intent.state,
            rank=_RANKS[write.queued][2],
            operation_key=intent.operation_key,
            result_id=intent.result_id,
            code=write.error_code,
            error=intent.error,
        )


_ANSWERS: Mapping[IntentState, Callable[[WriteFact], str]] = {
    IntentState.SUCCEEDED: lambda w: f"{w.intent.kind} landed: its id is {w.intent.result_id}",
    IntentState.REJECTED: lambda w: f"{w.intent.kind} was refused: {w.error_code} {w.intent.error}".rstrip(),
    IntentState.UNKNOWN: lambda w: (
        f"no usable answer for {w.intent.kind}; it may have landed: {w.intent.error}"
    ),
    IntentState.PLANNED: lambda w: f"{w.intent.kind} was put back: {w.error_code} {w.intent.error}".rstrip(),
}


def _due_write(write: WriteFact) -> Iterator[TimelineEntry]:
    """Say what becomes of a write without an end. One that a hint drives is looked up when the hint is taken."""
    intent = write.intent
    if intent.state in (IntentState.SUCCEEDED, IntentState.REJECTED):
        return
    at = write.due_at or intent.sent_at or write.created_at
    if write.queued and write.due_at is None:
        return
    title = (
        f"{intent.kind} waits to be written"
        if intent.state is IntentState.PLANNED
        else f"{intent.kind} may have landed: it is looked up by its key before it is sent again"
    )
    key = intent.operation_key
    yield _entry(
        at, EntryKind.DUE, title, state=intent.state, rank=1, operation_key=key, tries=intent.attempts
    )


# Ties, outcomes, holds, audit


def _of_tie(fact: TieFact) -> Iterator[TimelineEntry]:
    tie = fact.tie
    title = f"{tie.streak.kind} is tied to {tie.netsuite}"
    details = {"streak": str(tie.streak), "netsuite": str(tie.netsuite), "rule": tie.rule}
    yield _entry(fact.created_at, EntryKind.TIE, title, state=DONE, rank=3, **details)
    if fact.updated_at > fact.created_at:
        renewed = f"the tie of {tie.streak.kind} to {tie.netsuite} was renewed"
        yield _entry(fact.updated_at, EntryKind.TIE, renewed, state=DONE, rank=3, **details)


def _of_outcome(outcome: OutcomeFact) -> Iterator[TimelineEntry]:
    yield _entry(
        outcome.recorded_at,
        EntryKind.OUTCOME,
        f"{outcome.flow}: {outcome.action}, {outcome.reason}",
        state=outcome.action,
        rank=8,
        rule=outcome.rule,
        flow=outcome.flow,
        run=outcome.run_id,
        target=str(outcome.target) if outcome.target else "",
        operation_key=outcome.operation_key,
        retry_at=outcome.retry_at,
    )


def _of_hold(hold: HoldFact) -> Iterator[TimelineEntry]:
    name = f"hold {hold.id}, {hold.what.code}"
    yield _entry(
        hold.opened_at,
        EntryKind.HOLD,
        f"{name}, waits for a person: {hold.what.reason}",
        state=hold.state,
        rank=9,
        hold=hold.id,
        code=hold.what.code,
        rule=hold.rule,
        flow=hold.flow,
        faults=hold.what.faults,
        candidates=hold.what.candidates,
        next_step=hold.what.fix,
        times=hold.times,
        payload=hold.what.payload,
    )
    if hold.times > 1:
        title = f"{name}, was renewed; held {hold.times} times in all"
        yield _entry(hold.renewed_at, EntryKind.HOLD, title, state=hold.state, rank=9, hold=hold.id)
    if hold.closed_at is None:
        title = f"a person decides {name}: {hold.what.fix or 'no next step is known'}"
        yield _entry(hold.renewed_at, EntryKind.DUE, title, state=OPEN, rank=2, hold=hold.id)
        return
    how = "was released" if hold.state == "released" else "was closed"
    title = f"{name}, {how} by {hold.closed_by}: {hold.close_reason}"
    yield _entry(hold.closed_at, EntryKind.HOLD, title, state=hold.state, rank=10, hold=hold.id)


def _of_audit(noted: AuditFact) -> Iterator[TimelineEntry]:
    # The hold as it was is on the timeline already.
    noted_details = {name: value for name, value in noted.details.items() if name != "hold"}
    yield _entry(
        noted.at,
        EntryKind.AUDIT,
        f"{noted.actor} noted {noted.action} of {noted.subject}",
        state=DONE,
        rank=11,
        actor=noted.actor,
        action=noted.action,
        noted=noted_details,
    )
