"""Changes of orders that exist: what their deals ask for is merged with what NetSuite holds, and written."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.activities import activity_draft
from streak_netsuite.flows.queued import QueuedWrites, Sent
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.held_order import HeldOrder, OrderStatus
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.order_story import EventKind, OrderStory
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.plain_order import held_line_from_plain, order_from_plain
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.order_change import (
    LINES_AFTER,
    LINES_BEFORE,
    WRITTEN_AFTER,
    WRITTEN_BEFORE,
    LineNumbers,
    OrderChange,
    PartChange,
    Verdict,
)
from streak_netsuite.sync.order_merge import plan_change
from streak_netsuite.sync.outcome import Hold
from streak_netsuite.sync.ports import OrderEditor, StorySource

log = logging.getLogger(__name__)
Write = Callable[[], None]

FLOW = "order_edits"
END_FLOW = FLOW
CHANGE_KEY = "streak-soc"
END_KEY = "streak-soe"
ORDER_GONE = "ORDER_GONE"
ORDER_GONE_FIX = (
    "ask finance why it was deleted. To order once more, copy the box and win the copy, or make the order in NetSuite by hand; "
    "then dismiss this"
)
FOUND = "found"  # in the payload of a written course: how the order was found, though it is to be open
LINES_CLOSED = (
    "closed"  # in the payload of a course: the lines that were closed for the deal, by their numbers
)
NOTHING_TO_END = "NOTHING_TO_END"
NOT_FOLLOWED = "NOT_FOLLOWED"
OTHER_RECORD = "OTHER_RECORD"
PURCHASE_OPEN = "PURCHASE_OPEN"
DEPOSIT_OPEN = "DEPOSIT_OPEN"


class Course(StrEnum):
    """What an order is turned to when its deal ends or begins again.

    LOOKED_AT writes nothing: it takes the place of an end whose deal is won again, and finds out whether the order has ended.
    """

    CLOSED = "closed"
    CANCELLED = "cancelled"
    OPEN = "opened again"
    LOOKED_AT = "looked at"

    @property
    def is_end(self) -> bool:
        """Whether the order ends by it."""
        return self in {Course.CLOSED, Course.CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOrders:
    """What NetSuite holds, read once for many changes.

    Attributes:
        closed_periods: first and last days of closed accounting periods; empty where they do not matter.
        unanswered: by operation key of a write, when another one to its order was sent last of which no answer tells.
    """

    orders: Mapping[str, HeldOrder]
    closed_periods: Sequence[tuple[date, date]] = ()
    unanswered: Mapping[str, datetime] = field(default_factory=dict)

    def period_closed(self, order: HeldOrder) -> bool:
        """Tell whether an order is dated in a closed period."""
        dated = order.order.transaction_date
        return any(first <= dated <= last for first, last in self.closed_periods)


def read_held(erp: OrderEditor, spec: MappingSpec, order_ids: Sequence[str]) -> HeldOrders:
    """Read orders, and the closed periods where the mapping asks for them."""
    needs_periods = spec.changes.in_closed_period is not None
    return HeldOrders(
        orders=erp.held_orders(sorted(set(order_ids)), more=spec.sales_order.more_names),
        closed_periods=erp.closed_periods() if needs_periods else (),
    )


class EditedOrders(OrderEditor, StorySource, Protocol):
    """Reads orders whole, with what became of them, and changes them."""


@dataclass(frozen=True, kw_only=True)
class OrderEdits(QueuedWrites[HeldOrders]):
    """Writes what deals have asked of their orders.

    Nothing is remembered of a try: each one reads the order and merges anew with what it was when the change was
    planned, so what an earlier try has written is found there, and nothing is written twice.

    Attributes:
        zone: the account's; a task is due on its day.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.ORDER_CHANGE, RecordKind.ORDER_END)
    GONE: ClassVar[frozenset[str]] = frozenset({NOTHING_TO_END})

    erp: EditedOrders
    spec: MappingSpec
    order_key: Callable[[str], str]
    zone: ZoneInfo

    def _prepare(self, intents: Sequence[Intent]) -> HeldOrders:
        held = read_held(self.erp, self.spec, [str(one.payload["order_id"]) for one in intents])
        return replace(held, unanswered=self._unanswered(intents))

    def _unanswered(self, intents: Sequence[Intent]) -> Mapping[str, datetime]:
        others = {one.operation_key: self._others(one) for one in intents}
        known = self.memory.find_intents([key for keys in others.values() for key in keys])
        sent = {key: one.may_land_since for key, one in known.items()}
        found = {
            key: [at for other in keys if (at := sent.get(other)) is not None] for key, keys in others.items()
        }
        return {key: max(times) for key, times in found.items() if times}

    def _others(self, intent: Intent) -> list[str]:
        """Return the keys of what else is written to an order for its deal: the order itself, its changes, its end."""
        box = intent.subject.id
        keys = [self.order_key(box), external_id(CHANGE_KEY, box), external_id(END_KEY, box)]
        return [key for key in keys if key != intent.operation_key]

    def _others_since(self, intent: Intent, context: HeldOrders) -> datetime | None:
        return context.unanswered.get(intent.operation_key)

    def _touches(self, intent: Intent) -> str:
        return str(intent.payload["order_id"])

    def _look(self, intent: Intent, context: HeldOrders) -> Sent | None:
        """Tell what a try has done when nothing of it is left to do."""
        sent, write = self._decide(intent, context)
        return sent if write is None else None

    def _send(self, intent: Intent, context: HeldOrders) -> Sent:
        sent, write = self._decide(intent, context)
        if write is not None:
            write()
        return sent

    def _decide(self, intent: Intent, context: HeldOrders) -> tuple[Sent, Write | None]:
        """Return what becomes of an order, and what writes that; None when it is there already."""
        order_id = str(intent.payload["order_id"])
        held = context.orders.get(order_id)
        if held is None:
            raise order_gone(order_id, is_end=intent.kind is RecordKind.ORDER_END)
        self._require_its_own(held, intent)
        if intent.kind is RecordKind.ORDER_END:
            return self._end(intent, held)
        return self._change(intent, held, context)

    def _require_its_own(self, held: HeldOrder, intent: Intent) -> None:
        """Make sure that an order is its deal's. One without any key may be: a person may have emptied it."""
        key, carried = self.order_key(intent.subject.id), {one.casefold() for one in held.keys}
        if not carried or key.casefold() in carried:
            return
        tie = self.memory.find_bindings([intent.subject], RecordKind.SALES_ORDER).get(intent.subject)
        if tie is not None and tie.netsuite.id == held.internal_id and tie.other_key.casefold() in carried:
            return
        raise RecordError(
            f"sales order {held.number} ({held.internal_id}) carries '{', '.join(sorted(held.keys))}', and is not the one that "
            f"was made for this deal ('{key}')",
            code=OTHER_RECORD,
            fix="see who has given it another key. It is the deal's all the same: streak-netsuite netsuite rebind --keep "
            f"{intent.subject.id} --yes, then release this. After a sandbox was refreshed: streak-netsuite netsuite rebind",
        )

    # --- a changed deal ---

    def _change(self, intent: Intent, held: HeldOrder, context: HeldOrders) -> tuple[Sent, Write | None]:
        before = intent.payload.get(WRITTEN_BEFORE)
        change = plan_change(
            order_from_plain(intent.payload["base"]),
            order_from_plain(intent.payload["wanted"]),
            held,
            self.spec.changes.policy,
            earlier=[order_from_plain(one) for one in intent.payload.get("earlier", ())],
            seen=[held_line_from_plain(one) for one in intent.payload["seen"]],
            written=None if before is None else order_from_plain(before),
            numbers=LineNumbers.of(intent.payload.get(LINES_BEFORE)),
            period_closed=context.period_closed(held),
        )
        return self._followed(intent, held, change), (
            None if change.is_empty else partial(self._write, held, change)
        )

    def _write(self, held: HeldOrder, change: OrderChange) -> None:
        if change.has_values:
            self.erp.change_order(change)
        if change.opened:
            self.erp.close_lines(held, change.opened, closed=False)

    def _followed(self, intent: Intent, held: HeldOrder, change: OrderChange) -> Sent:
        kept_back = change.with_verdict(Verdict.REFUSED, Verdict.LOST)
        refused = self.spec.changes.refused
        if refused == "task" and intent.payload.get("silent"):
            refused = "hold"
        return Sent(
            result_id=held.internal_id,
            what=told(change),
            follow_ups=(self._task(intent, held, kept_back),) if kept_back and refused == "task" else (),
            hold=_hold(held, kept_back) if kept_back and refused == "hold" else None,
            payload=_with_left(intent.payload, change),
        )

    def _task(self, intent: Intent, held: HeldOrder, kept_back: Sequence[PartChange]) -> IntentDraft:
        listed = "\n".join(f"- {part}" for part in kept_back)
        text = (
            f"Sales order {held.number} does not follow this deal in:\n{listed}\n"
            "Agree with finance which is right, then correct the deal or the order."
        )
        today = self.clock().astimezone(self.zone).date()
        activity = Activity(
            text=text,
            happened_at=datetime.combine(today, time(12), tzinfo=UTC),  # the same day nearly everywhere
            style=ActivityStyle.TASK,
            assignee=str(intent.payload.get("owner", "")),
        )
        return activity_draft(
            intent.subject.id,
            f"order {held.internal_id} does not follow: {listed}",
            activity,
            whenever_it_was=True,
        )

    # --- a deal that ended, or began again ---

    def _noted(self, intent: Intent, context: HeldOrders) -> Mapping[str, Any] | None:
        """Keep the lines that a close will have closed: afterwards, they look like those that finance closed itself."""
        held = context.orders.get(str(intent.payload["order_id"]))
        if (
            held is None
            or intent.kind is not RecordKind.ORDER_END
            or not Course(intent.payload["course"]).is_end
        ):
            return None
        return {**intent.payload, LINES_CLOSED: _lines_closed(intent.payload, held)}

    def _end(self, intent: Intent, held: HeldOrder) -> tuple[Sent, Write | None]:
        course = Course(intent.payload["course"])
        if not course.is_end:
            return self._begin_again(intent, held, course)
        done, write = self._close(held, course)
        sent = Sent(
            result_id=held.internal_id,
            what=f"sales order {held.number}: {done}",
            hold=_end_hold(held, self._story(held)),
            payload={**intent.payload, LINES_CLOSED: _lines_closed(intent.payload, held)},
        )
        return sent, write

    def _story(self, held: HeldOrder) -> OrderStory | None:
        """Return what became of an order; None where the mapping tells nothing of deposits, so that the role need not see them."""
        if EventKind.DEPOSITED not in self.spec.status.events:
            return None
        return self.erp.order_stories([held.internal_id]).get(held.internal_id)

    def _begin_again(self, intent: Intent, held: HeldOrder, course: Course) -> tuple[Sent, Write | None]:
        payload, write = dict(intent.payload), None
        if course is Course.OPEN:
            done, write = self._open(held, payload.get(LINES_CLOSED))
            payload[LINES_CLOSED] = []
        else:
            done = f"it is {held.status or 'there'}"
        if write is None and held.status in {OrderStatus.CLOSED, OrderStatus.CANCELLED}:
            payload[FOUND] = str(held.status)
        sent = Sent(result_id=held.internal_id, what=f"sales order {held.number}: {done}", payload=payload)
        return sent, write

    def _close(self, held: HeldOrder, course: Course) -> tuple[str, Write | None]:
        if held.status is not None and held.status.ended:
            return f"it is {held.status} already", None
        if course is Course.CANCELLED and held.status is OrderStatus.PENDING_APPROVAL:
            return "cancelled", partial(self.erp.cancel_order, held)
        numbers = _open_lines(held)
        if not numbers:
            return "all its lines are closed already", None
        return f"{len(numbers)} lines closed", partial(self.erp.close_lines, held, numbers)

    def _open(self, held: HeldOrder, ours: Sequence[int] | None) -> tuple[str, Write | None]:
        """Open the lines that were closed for the deal; what finance has closed itself stays closed."""
        if held.status is OrderStatus.CANCELLED:
            raise RecordError(
                f"sales order {held.number} was cancelled, and a cancelled order cannot be opened again",
                code="ORDER_CANCELLED",
                fix="make a new order for the deal in NetSuite, or copy the box",
            )
        closed = [one.number for one in held.lines if one.closed and one.used < one.line.quantity]
        # Closes of earlier releases did not say which lines they closed.
        numbers = closed if ours is None else _still_closed(ours, closed, held)
        if not numbers:
            return "none of its lines was closed for the deal", None
        return f"{len(numbers)} lines opened again", partial(
            self.erp.close_lines, held, numbers, closed=False
        )


def _open_lines(held: HeldOrder) -> list[int]:
    return [line.number for line in held.lines if not line.closed]


def _still_closed(ours: Sequence[int], closed: Sequence[int], held: HeldOrder) -> list[int]:
    """Return the closed lines that are still as our close left them: none, once one is open again or never was closed."""
    return [] if set(ours) & set(_open_lines(held)) else [one for one in closed if one in ours]


def _lines_closed(payload: Mapping[str, Any], held: HeldOrder) -> list[int]:
    """Return the lines that are closed for the deal, once an end has landed on the order as it is held.

    An earlier close of which a line is open has not landed, or was taken back: who closed its other lines is not known,
    so they are taken for finance's.
    """
    is_over = held.status is not None and held.status.ended
    open_ = set() if is_over else set(_open_lines(held))
    before = set(payload.get(LINES_CLOSED) or ())
    return sorted(open_ if open_ & before else open_ | before)


def order_gone(order_id: str, *, is_end: bool = False) -> RecordError:
    """Return what it means that an order is not there that was to be changed; one that was to end has ended."""
    text = f"sales order {order_id} does not exist in NetSuite any more"
    if is_end:
        return RecordError(text, code=NOTHING_TO_END)
    return RecordError(f"{text}; another order is not made by itself", code=ORDER_GONE, fix=ORDER_GONE_FIX)


def _with_left(payload: Mapping[str, Any], change: OrderChange) -> Mapping[str, Any]:
    """Return the payload with what the change has left of the order, as far as that is not all that the deal wants."""
    payload = {**payload, LINES_AFTER: change.numbers.plain()}
    if change.left is None or to_plain(change.left) == payload["wanted"]:
        return payload
    return {**payload, WRITTEN_AFTER: to_plain(change.left)}


def told(change: OrderChange) -> str:
    """Return a change in words: what is written, what is there already, what is not followed and why."""
    words = {
        Verdict.WRITTEN: "changed",
        Verdict.THERE: "there already",
        Verdict.REFUSED: "not followed",
        Verdict.LOST: "left to finance",
    }
    parts = [
        f"{word}: {'; '.join(str(one) for one in found)}"
        for verdict, word in words.items()
        if (found := change.with_verdict(verdict))
    ]
    return f"sales order {change.number}: " + ("; ".join(parts) or "nothing to change")


def _end_hold(held: HeldOrder, story: OrderStory | None) -> Hold | None:
    """Return what a person has to see of an order that ended: goods that a vendor was asked for, and money of the customer's."""
    found = [
        one for one in (_purchase_hold(held), None if story is None else _deposit_hold(held, story)) if one
    ]
    if len(found) < 2:
        return found[0] if found else None
    first, *_ = found
    return replace(
        first,
        reason="; ".join(one.reason for one in found),
        fix="; ".join(one.fix for one in found),
    )


def _purchase_hold(held: HeldOrder) -> Hold | None:
    """Return that vendors were asked for something, and have not sent it all."""
    waiting = [line.purchase for line in held.lines if line.purchase and line.used < line.line.quantity]
    if not waiting:
        return None
    return Hold(
        code=PURCHASE_OPEN,
        reason=f"sales order {held.number} ended with its deal, and purchase order {', '.join(dict.fromkeys(waiting))} is with the vendor",
        fix="cancel the purchase order with the vendor or keep the goods, then dismiss this",
    )


def _deposit_hold(held: HeldOrder, story: OrderStory) -> Hold | None:
    """Return that the customer has paid in advance for what is not sent; what has left is billed yet, and may use it up."""
    if story.deposited <= story.paid or any(line.used for line in held.lines):
        return None
    numbers = ", ".join(one.number for one in story.deposits if not one.voided)
    return Hold(
        code=DEPOSIT_OPEN,
        reason=f"sales order {held.number} ended with its deal, and {story.deposited:,.2f} {story.currency} were paid for it in "
        f"advance ({numbers})",
        fix="pay the deposit back or use it for another order in NetSuite, then dismiss this",
    )


def _hold(held: HeldOrder, kept_back: Sequence[PartChange]) -> Hold:
    return Hold(
        code=NOT_FOLLOWED,
        reason=f"sales order {held.number} does not follow its deal in {len(kept_back)} points",
        fix="agree which is right, correct the deal or the order, then dismiss this",
        faults=tuple(str(part) for part in kept_back),
    )
