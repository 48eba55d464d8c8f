"""Whether orders have ended with their deals: those of lost deals, and no won deal's that knows nothing of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from streak_netsuite.flows.batch import Batch, unclaimed
from streak_netsuite.flows.ended_deals import (
    DEAL_LOST,
    DEAL_WON_AGAIN,
    ON_ITS_WAY,
    SINCE,
    EndedDeals,
    course_of,
    end_key,
    since_of,
)
from streak_netsuite.flows.source_rule import not_ours
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.held_order import HeldOrder, OrderStatus
from streak_netsuite.sync.intent import GIVEN_UP, Intent, IntentState
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import Memory

_ENDED = frozenset({OrderStatus.CLOSED, OrderStatus.CANCELLED})


class News(StrEnum):
    """What a deal knows of the end of its order.

    TOLD      all that the mapping wants it to be told
    UNDERWAY  that is written, or was refused
    UNTOLD    not that
    SILENT    the mapping tells nothing of it
    """

    TOLD = "told"
    UNDERWAY = "underway"
    UNTOLD = "untold"
    SILENT = "silent"


class Amiss(StrEnum):
    """What is not right about the end of an order.

    GOES_ON  its deal is lost
    ENDED    its deal is won
    """

    GOES_ON = "goes_on"
    ENDED = "ended"


class Way(StrEnum):
    """What sees to it.

    INBOX    the deal is looked at again, and what the mapping says is done
    TELLING  the deal is told
    ITSELF   what is to be done waits to be written
    PERSON   nothing but a person
    """

    INBOX = "inbox"
    TELLING = "telling"
    ITSELF = "itself"
    PERSON = "person"


@dataclass(frozen=True, kw_only=True, slots=True)
class DealAndOrder:
    """A deal and its order, as both are now."""

    deal: Deal
    order: HeldOrder
    news: News

    @property
    def goes_on(self) -> bool:
        """Whether something of the order is still to be shipped or billed."""
        if self.order.status is not None and self.order.status.ended:
            return False
        return any(not one.closed and one.used < one.line.quantity for one in self.order.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class EndFault:
    """An order that has not ended with its deal, or has ended without it.

    Attributes:
        end_key: the operation key of what the order is turned to by its deal's end.
        next_step: what a person can do; "" where `way` says it.
    """

    amiss: Amiss
    way: Way
    box_key: str
    order_id: str
    end_key: str
    text: str
    next_step: str = ""


def has_ended(order: HeldOrder) -> bool:
    """Tell whether an order was closed or cancelled."""
    return order.status in _ENDED


@dataclass(frozen=True, kw_only=True)
class EndCheck:
    """Compares the stages of deals with the statuses of their orders. Writes nothing.

    What is right follows from the mapping's policies, what is written or waits for a person, and what people have seen
    to: an order that finance ends by itself is right once its deal was told.

    Attributes:
        zone: the account's, in which a day begins.
    """

    memory: Memory
    ended: EndedDeals
    spec: MappingSpec
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def check(self, pairs: Sequence[DealAndOrder], *, read_since: datetime) -> list[EndFault]:
        """Return what is not right, whether or not it waits for a person.

        Args:
            read_since: when the reading of these began: what has landed since may not be in them.
        """
        lost_stages = self.spec.source.lost_stages
        lost = [one for one in pairs if one.deal.stage in lost_stages and one.goes_on]
        won = [one for one in pairs if self._is_won(one.deal) and has_ended(one.order)]
        found = [*self._left_open(lost), *self._ended_alone(won)]
        keys = [one.end_key for one in found]
        intents = self.memory.find_intents(keys) if keys else {}
        return [one for one in found if not _landed_since(intents.get(one.end_key), read_since)]

    def _is_won(self, deal: Deal) -> bool:
        source = self.spec.source
        stages = {*source.stages, *self.spec.status.stages.values()} - {*source.lost_stages}
        return deal.stage in stages and source.pipeline in {deal.pipeline, deal.pipeline_key}

    def _left_open(self, lost: Sequence[DealAndOrder]) -> Iterator[EndFault]:
        policy = self.spec.source.when_lost
        if not lost or policy == "ignore":
            return
        if policy == "hold":
            seen = self.ended.seen([one.deal for one in lost], DEAL_LOST)
            for one in lost:
                if one.deal.key not in seen:
                    yield _goes_on(one, "nobody was asked what becomes of it", Way.INBOX)
            return
        intents = self.memory.find_intents([end_key(one.deal.key) for one in lost])
        for one in lost:
            yield from self._not_ended(one, intents.get(end_key(one.deal.key)))

    def _not_ended(self, one: DealAndOrder, intent: Intent | None) -> Iterator[EndFault]:
        """Yield why the order of a lost deal is open that the mapping ends; nothing when a person has left it so."""
        if intent is not None and intent.state in ON_ITS_WAY:
            yield _goes_on(one, f"it is to be {course_of(intent)}", Way.ITSELF)
        elif (
            intent is None
            or not course_of(intent).is_end
            or intent.payload.get(SINCE, "") != since_of(one.deal)
        ):
            yield _goes_on(one, "that the deal was lost was not seen", Way.INBOX)
        elif intent.state is IntentState.SUCCEEDED:
            why = f"it was {course_of(intent)} with the deal, and somebody has opened it again"
            yield _goes_on(
                one, why, Way.PERSON, "ask finance who wants it, then close it or win the deal again"
            )
        elif not self._is_dismissed(intent):
            why = f"it could not be {course_of(intent)}: {intent.error}"
            yield _goes_on(one, why, Way.PERSON, "close it in NetSuite")

    def _is_dismissed(self, intent: Intent) -> bool:
        """Tell whether a person wants nothing more done about a write that was refused."""
        if intent.error_code == GIVEN_UP:
            return True
        found = self.memory.find_dismissals([intent.subject], code=intent.error_code)
        since = intent.answered_at
        mine = [one for one in found if one.operation_key == intent.operation_key]
        return any(since is None or one.at >= since for one in mine)

    def _ended_alone(self, won: Sequence[DealAndOrder]) -> Iterator[EndFault]:
        if not won:
            return
        asked = self._still_asked([one.deal for one in won])
        seen = self._seen_to([one.deal for one in won])
        for one in won:
            action = asked.get(one.deal.key)
            if action is Action.DEFERRED:
                yield _ended(one, "what becomes of it is being written", Way.ITSELF)
            elif action is not None:
                yield _ended(one, "that the deal is won again was not seen", Way.INBOX)
            elif one.deal.key not in seen:
                yield from _not_known(one)

    def _still_asked(self, deals: Sequence[Deal]) -> dict[str, Action]:
        """Return what would be done about these orders if their deals were looked at now, by box key."""
        ours = [
            deal
            for deal in deals
            if deal.stage in self.spec.source.stages and not not_ours(self.spec, deal, zone=self.zone)
        ]
        if not ours:
            return {}
        batch = Batch(unclaimed([deal.key for deal in ours], self.clock()))
        bound = self.memory.find_bindings([_box_ref(deal.key) for deal in ours], RecordKind.SALES_ORDER)
        self.ended.won_again(batch, ours, bound, plan=False)
        return {key: outcome.action for key, outcome in batch.decided.items()}

    def _seen_to(self, deals: Sequence[Deal]) -> set[str]:
        """Return the deals of which a person has seen that they are won and their orders have ended.

        One that has moved on from there was seen in the stage before.
        """
        later = [_box_ref(deal.key) for deal in deals if deal.stage not in self.spec.source.stages]
        moved = self.memory.find_dismissals(later, code=DEAL_WON_AGAIN) if later else ()
        return {*self.ended.seen(deals, DEAL_WON_AGAIN), *(one.record.id for one in moved)}


def _not_known(one: DealAndOrder) -> Iterator[EndFault]:
    """Yield that a deal does not know of the end of its order; what is being told is a difference of its own."""
    if one.news is News.UNTOLD:
        yield _ended(one, "the deal was not told", Way.TELLING)
    elif one.news is News.SILENT:
        step = (
            "ask finance why; open it again, or move the deal to a lost stage. Where the mapping tells of such an end "
            "(`status.events.closed` and `cancelled`), the deal knows and this is right"
        )
        yield _ended(one, "the mapping tells the deal nothing of it", Way.PERSON, step)


def _goes_on(one: DealAndOrder, why: str, way: Way, next_step: str = "") -> EndFault:
    return _fault(one, Amiss.GOES_ON, f"its order {one.order.number} goes on: {why}", way, next_step)


def _ended(one: DealAndOrder, why: str, way: Way, next_step: str = "") -> EndFault:
    return _fault(
        one, Amiss.ENDED, f"its order {one.order.number} is {one.order.status}: {why}", way, next_step
    )


def _fault(one: DealAndOrder, amiss: Amiss, what: str, way: Way, next_step: str) -> EndFault:
    return EndFault(
        amiss=amiss,
        way=way,
        box_key=one.deal.key,
        order_id=one.order.internal_id,
        end_key=end_key(one.deal.key),
        text=f"deal '{one.deal.name}' is in '{one.deal.stage}', and {what}",
        next_step=next_step,
    )


def _landed_since(intent: Intent | None, read_since: datetime) -> bool:
    if intent is None or intent.state is not IntentState.SUCCEEDED:
        return False
    return intent.answered_at is not None and intent.answered_at >= read_since


def _box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)
