"""A claim being worked on: one outcome for each of its events, in the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from streak_netsuite.errors import Ambiguous, RecordError, RejectedByVendor
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Claim, HintOrigin, InboxEvent
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.plan import ChangePlan

STUCK = "STUCK"
STUCK_AFTER = 6  # by then the record was alone in its claim: no other can be what ends the workers

_NOTHING_DONE = frozenset({Action.SKIPPED, Action.OBSOLETE, Action.HELD})


class Batch:
    """Collects the outcome of each record; the first decision for a record stands.

    Attributes:
        reserved: names that are ours to create while the batch is worked on.
        changes: what orders would follow of their deals, by box; filled by a dry run alone.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.reserved: tuple[str, ...] = ()
        self.changes: dict[str, ChangePlan] = {}
        self._events: dict[str, InboxEvent] = {}
        self._older: list[Outcome] = []
        self._backfilled: set[str] = set()
        self._live: set[str] = set()
        self._decided: dict[str, Outcome] = {}
        for event in sorted(claim.events, key=lambda e: e.id):
            self._supersede(event)

    def _supersede(self, event: InboxEvent) -> None:
        (self._backfilled if event.origin is HintOrigin.BACKFILL else self._live).add(event.record.id)
        earlier = self._events.get(event.record.id)
        if earlier is not None:
            reason = f"hint {event.id} ({event.event}) of the same record is newer; the record is read once, as it is now"
            self._older.append(_outcome(earlier, Action.SKIPPED, "superseded", reason))
        self._events[event.record.id] = event

    @property
    def keys(self) -> list[str]:
        """The records, oldest hint first."""
        return list(self._events)

    @property
    def open_keys(self) -> list[str]:
        """The records that nothing was decided about yet."""
        return [key for key in self._events if key not in self._decided]

    def is_caught_up_on(self, key: str) -> bool:
        """Tell whether a backfill asks for a record."""
        return key in self._backfilled

    def is_silent(self, key: str) -> bool:
        """Tell whether only a backfill asks for a record: nothing happens to it now that anybody should hear of."""
        return key in self._backfilled and key not in self._live

    def event(self, key: str) -> InboxEvent:
        """Return the newest event of a record."""
        return self._events[key]

    def decide(
        self,
        key: str,
        action: Action,
        *,
        rule: str,
        reason: str,
        operation_key: str | None = None,
        target: ExternalRef | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        """Note what became of a record."""
        self._decided.setdefault(
            key,
            _outcome(
                self._events[key],
                action,
                rule,
                reason,
                operation_key=operation_key,
                target=target,
                retry_at=retry_at,
            ),
        )

    def hold(self, key: str, hold: Hold, *, rule: str) -> None:
        """Note that a record waits for a person."""
        self._decided.setdefault(key, _outcome(self._events[key], Action.HELD, rule, hold.reason, hold=hold))

    def take_back(self, keys: Iterable[str]) -> dict[str, Outcome]:
        """Open those of these records again that were passed over or held; return what was decided. What is done stays."""
        passed = {key: self._decided[key] for key in keys if key in self._decided}
        passed = {key: outcome for key, outcome in passed.items() if outcome.action in _NOTHING_DONE}
        for key in passed:
            del self._decided[key]
        return passed

    def keep(self, outcome: Outcome) -> None:
        """Let stand what was decided and taken back."""
        self._decided.setdefault(outcome.record.id, outcome)

    def hold_stuck(self) -> None:
        """Hold the records that workers are lost with again and again: trying on would lose more of them."""
        for key in self.open_keys:
            losses = self._events[key].losses
            if losses >= STUCK_AFTER:
                self.hold(key, _stuck(self._events[key], losses), rule="stuck")

    def defer_rest(self, *, rule: str, reason: str, retry_at: Callable[[InboxEvent], datetime]) -> None:
        """Put back every record that nothing was decided about."""
        for key in self.open_keys:
            self.decide(key, Action.DEFERRED, rule=rule, reason=reason, retry_at=retry_at(self._events[key]))

    @property
    def decided(self) -> Mapping[str, Outcome]:
        """Outcomes so far, by record."""
        return self._decided

    def outcomes(self) -> list[Outcome]:
        """Return one outcome for each event of the claim.

        Raises:
            RuntimeError: a record was forgotten. Nothing is settled then, and the claim is worked on again.
        """
        if self.open_keys:
            raise RuntimeError(
                f"nothing was decided about {len(self.open_keys)} records, {self.open_keys[0]} first"
            )
        return [*self._decided.values(), *self._older]


def unclaimed(keys: Sequence[str], now: datetime) -> Claim:
    """Return these boxes as a claim that takes nothing from the inbox: for saying what would be done, and doing nothing."""
    events = tuple(
        InboxEvent(
            id=-position,
            record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key),
            version="",
            event="plan",
            origin=HintOrigin.PERSON,
            received_at=now,
            attempts=1,
            repeats=0,
        )
        for position, key in enumerate(dict.fromkeys(keys), start=1)
    )
    return Claim(token="", events=events, lease_until=now)


def _stuck(event: InboxEvent, losses: int) -> Hold:
    return Hold(
        code=STUCK,
        reason=f"{losses} workers were lost one after the other while they worked on {event.record}",
        fix="see in their logs what ended them (memory, a crash); release this once it is mended",
    )


def hold_of(
    error: RecordError, *, payload: Mapping[str, object] | None = None, faults: Iterable[str] = ()
) -> Hold:
    """Return the hold that a record's error asks for."""
    return Hold(
        code=error.code,
        reason=str(error),
        fix=_addressed(error),
        faults=tuple(faults) or (str(error),),
        candidates=error.candidates if isinstance(error, Ambiguous) else (),
        payload=payload or {},
    )


def _addressed(error: RecordError) -> str:
    """Return the next step, with who is to take it where the vendor's refusal says so."""
    owner = error.owner if isinstance(error, RejectedByVendor) else ""
    return f"{owner}: {error.fix}" if owner and error.fix else error.fix


def _outcome(
    event: InboxEvent,
    action: Action,
    rule: str,
    reason: str,
    *,
    operation_key: str | None = None,
    target: ExternalRef | None = None,
    hold: Hold | None = None,
    retry_at: datetime | None = None,
) -> Outcome:
    return Outcome(
        event_id=event.id if event.id > 0 else None,
        record=event.record,
        action=action,
        rule=rule,
        reason=reason,
        operation_key=operation_key,
        target=target,
        hold=hold,
        retry_at=retry_at,
    )
