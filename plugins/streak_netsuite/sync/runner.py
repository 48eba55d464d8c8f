"""Carries writes out so that a crash at any line loses nothing and repeats nothing.

Intent before write; the answer kept in the moment it comes; lookup by key when no answer came.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from streak_netsuite.errors import RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.intent import ADOPTED, Answer, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Aside
from streak_netsuite.sync.ports import (
    Found,
    Memory,
    NotWritten,
    OnAnswer,
    OnSend,
    RecordWrite,
    WriteResult,
    Written,
)

RecordT = TypeVar("RecordT", Customer, SalesOrder, CustomerSubsidiary)

# Status codes that say "this key or name is taken": perhaps by an earlier write of ours.
PERHAPS_OURS = frozenset(
    {"DUP_RCRD", "UNIQUE_RCRD_ID_REQD", "NONUNIQUE_INDEX_VALUE", "CANT_CREATE_NON_UNIQUE_RCRD"}
)

# A list leaves later than its records were opened: others go before it, and a slot is waited for. A few seconds do not matter.
_LEAVES_AT_ONCE = timedelta(seconds=10)
_IDS = frozenset({"internal_id", "external_id"})  # what makes a part of a payload a reference


@dataclass(frozen=True, kw_only=True)
class PlannedWrite(Generic[RecordT]):
    """One record to write, with what follows once it is there.

    Attributes:
        bind: the tie that the vendor's id proves; None for a record that no Streak record stands behind.
        follow_ups: writes that become due, given the vendor's id.
        aside: outcomes that become true with the record.
        behind: whether the draft is an earlier try's, of something else than what is wanted now.
    """

    draft: IntentDraft
    record: RecordT
    bind: Callable[[str], Binding | None]
    follow_ups: Callable[[str], tuple[IntentDraft, ...]] = lambda _: ()
    aside: Aside | None = None
    behind: bool = False

    @property
    def operation_key(self) -> str:
        """The key that makes a repeat harmless."""
        return self.draft.operation_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Landed:
    """A record that is at the vendor.

    Attributes:
        adopted: it was found there, written by an earlier try, instead of written now.
        behind: that try sent something else than what is wanted now; the ledger keeps what it sent.
    """

    internal_id: str
    adopted: bool = False
    behind: bool = False
    warnings: tuple[str, ...] = ()


class Runner(Generic[RecordT]):
    """Writes records of one kind: looks for earlier tries, opens intents, sends, keeps answers.

    Attributes:
        settle_seconds: how long after sending an unanswered write is only looked up, never sent again.
        commit_seconds: how long it may still land, over what was sent since: until then nothing else is sent.
        look_always: whether to look at the vendor for records that this ledger has never sent: another
            ledger may have written them. Not needed where the caller has just looked.

    Args:
        look: the first look, when the caller has begun one before; after a write, `find` asks anew.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        upsert: Callable[[Sequence[RecordWrite[RecordT]], OnAnswer, OnSend], None],
        find: Callable[[Sequence[str]], Mapping[str, Found]],
        clock: Callable[[], datetime],
        settle_seconds: float,
        commit_seconds: float,
        look_always: bool = True,
        look: Callable[[Sequence[str]], Mapping[str, Found]] | None = None,
    ) -> None:
        self._memory = memory
        self._upsert: Callable[[Sequence[RecordWrite[RecordT]], OnAnswer, OnSend], None] = upsert
        self._find = find
        self._look = look or find
        self._clock = clock
        self.settle_seconds = settle_seconds
        self.commit_seconds = commit_seconds
        self.look_always = look_always

    def write(self, claim: Claim, planned: Sequence[PlannedWrite[RecordT]]) -> dict[str, Landed | NotWritten]:
        """Write the records and return what became of each, by operation key.

        What an earlier try has written is adopted: known to the ledger, or found at the vendor under its
        key. What an earlier try may still write is left alone for a while.

        Raises:
            LeaseLost: another worker took over; nothing more was sent.
            PermanentError: the vendor refuses us; answers that came before are kept.
        """
        if not planned:
            return {}
        intents = self._memory.find_intents([write.operation_key for write in planned])
        results: dict[str, Landed | NotWritten] = dict(_written_before(intents))
        perhaps = [w for w in _without(planned, results) if self.look_always or w.operation_key in intents]
        results.update(self._adopt(claim, perhaps, self._look, intents))
        results.update(self._unsettled(_without(planned, results), intents))
        results.update(self._send(claim, _without(planned, results)))
        return results

    def adopt(self, claim: Claim, planned: Sequence[PlannedWrite[RecordT]]) -> dict[str, Landed]:
        """Keep those of the writes that are at the vendor under their keys, and return them; nothing is sent.

        Raises:
            LeaseLost: another worker took over.
        """
        return self._adopt(claim, planned, self._look)

    def _send(self, claim: Claim, planned: Sequence[PlannedWrite[RecordT]]) -> dict[str, Landed | NotWritten]:
        if not planned:
            return {}
        by_key = {write.operation_key: write for write in planned}
        results: dict[str, Landed | NotWritten] = {}

        def keep(answers: Sequence[WriteResult]) -> None:
            self._memory.record_answers(
                [_answer(by_key[a.operation_key], a) for a in answers], now=self._clock()
            )
            results.update({a.operation_key: _landed(a) for a in answers})

        opened_at = self._clock()

        def leave(keys: Sequence[str]) -> None:
            now = self._clock()
            if now - opened_at > _LEAVES_AT_ONCE:
                self._memory.note_sent(claim, keys, now=now)

        self._memory.open_intents(claim, [write.draft for write in planned], now=opened_at)
        self._upsert(
            [RecordWrite(operation_key=w.operation_key, record=w.record) for w in planned], keep, leave
        )
        results.update(
            self._adopt(
                claim, [by_key[key] for key, result in results.items() if _unclear(result)], self._find
            )
        )
        return results

    def _adopt(
        self,
        claim: Claim,
        planned: Sequence[PlannedWrite[RecordT]],
        find: Callable[[Sequence[str]], Mapping[str, Found]],
        intents: Mapping[str, Intent] | None = None,
    ) -> dict[str, Landed]:
        """Look the records up by key, and keep those that are there as written by us.

        Args:
            intents: of earlier tries. A record that is found holds what the try has sent, and not what is wanted by now.
        """
        if not planned:
            return {}
        found = find([write.operation_key for write in planned])
        there = [
            _as_sent(write, (intents or {}).get(write.operation_key))
            for write in planned
            if write.operation_key in found
        ]
        if not there:
            return {}
        self._memory.open_intents(claim, [write.draft for write in there], now=self._clock(), found=True)
        landed = {w.operation_key: found[w.operation_key].internal_id for w in there}
        self._memory.record_answers([_adopted(w, landed[w.operation_key]) for w in there], now=self._clock())
        return {
            w.operation_key: Landed(internal_id=landed[w.operation_key], adopted=True, behind=w.behind)
            for w in there
        }

    def _unsettled(
        self, planned: Sequence[PlannedWrite[RecordT]], intents: Mapping[str, Intent]
    ) -> dict[str, NotWritten]:
        now = self._clock()
        waiting = {
            write.operation_key: until
            for write in planned
            if (intent := intents.get(write.operation_key)) is not None
            and (until := self._settles_at(write, intent)) is not None
            and until > now
        }
        return {
            key: NotWritten(
                operation_key=key,
                error=UncertainWrite(
                    f"{key}: an earlier try was sent and may still land", settles_at=settles_at
                ),
            )
            for key, settles_at in waiting.items()
        }

    def _settles_at(self, write: PlannedWrite[RecordT], intent: Intent) -> datetime | None:
        """Return until when nothing is sent, as what was sent before may still land; None when nothing was."""
        if not _is_same(write, intent):
            since = intent.may_land_since
            return since + timedelta(seconds=self.commit_seconds) if since is not None else None
        if intent.sent_at is None or intent.state not in {IntentState.SENT, IntentState.UNKNOWN}:
            return None
        return intent.sent_at + timedelta(seconds=self.settle_seconds)


def _is_same(write: PlannedWrite[RecordT], intent: Intent) -> bool:
    """Tell whether what is wanted now is what was sent before."""
    return without_names(intent.payload) == without_names(write.draft.payload)


def _written_before(intents: Mapping[str, Intent]) -> dict[str, Landed]:
    """Return what the ledger knows to be written already: it is never written again."""
    return {
        key: Landed(internal_id=intent.result_id, adopted=True)
        for key, intent in intents.items()
        if intent.state is IntentState.SUCCEEDED and intent.result_id is not None
    }


def _as_sent(write: PlannedWrite[RecordT], earlier: Intent | None) -> PlannedWrite[RecordT]:
    """Return a write as an earlier try has sent it.

    Its tie says that nothing was compared since, so that what has changed meanwhile is followed, and not taken for written.
    """
    if earlier is None or earlier.state not in {IntentState.SENT, IntentState.UNKNOWN}:
        return write
    if _is_same(write, earlier):
        return write

    def bind(internal_id: str) -> Binding | None:
        tie = write.bind(internal_id)
        return replace(tie, base_digest="") if tie is not None else None

    return replace(write, draft=replace(write.draft, payload=earlier.payload), bind=bind, behind=True)


def without_names(value: object) -> object:
    """Return a payload without the names of its references: they are for people, and known or not by the way."""
    if isinstance(value, Mapping):
        leads = not _IDS.isdisjoint(value)
        return {key: without_names(one) for key, one in value.items() if not (leads and key == "name")}
    if isinstance(value, list | tuple):
        return [without_names(one) for one in value]
    return value


def _without(
    planned: Sequence[PlannedWrite[RecordT]], results: Mapping[str, Landed | NotWritten]
) -> list[PlannedWrite[RecordT]]:
    return [write for write in planned if write.operation_key not in results]


def _unclear(result: Landed | NotWritten) -> bool:
    if isinstance(result, Landed):
        return False
    error = result.error
    return isinstance(error, UncertainWrite) or (
        isinstance(error, RejectedByVendor) and error.code in PERHAPS_OURS
    )


def _landed(result: WriteResult) -> Landed | NotWritten:
    if isinstance(result, Written):
        return Landed(internal_id=result.internal_id, warnings=result.warnings)
    return result


def _answer(write: PlannedWrite[RecordT], result: WriteResult) -> Answer:
    if isinstance(result, Written):
        return _success(write, result.internal_id)
    error = result.error
    state = IntentState.UNKNOWN if isinstance(error, UncertainWrite) else IntentState.REJECTED
    code = "TRANSIENT" if isinstance(error, TransientError) else getattr(error, "code", "")
    return Answer(operation_key=write.operation_key, state=state, error_code=code, error=str(error))


def _adopted(write: PlannedWrite[RecordT], internal_id: str) -> Answer:
    answer = _success(write, internal_id)
    marked = (replace(one, payload={**one.payload, ADOPTED: True}) for one in answer.follow_ups)
    return replace(answer, follow_ups=tuple(marked))


def _success(write: PlannedWrite[RecordT], internal_id: str) -> Answer:
    return Answer(
        operation_key=write.operation_key,
        state=IntentState.SUCCEEDED,
        result_id=internal_id,
        binding=write.bind(internal_id),
        follow_ups=write.follow_ups(internal_id),
        aside=write.aside,
    )
