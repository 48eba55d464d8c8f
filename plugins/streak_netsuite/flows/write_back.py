"""What was ordered goes back to the box: fields and one comment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.queued import QueuedWrites, Sent, marker
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.mapping.write_back import comment_text, field_values
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.intent import ADOPTED, Intent, IntentDraft
from streak_netsuite.sync.ports import BoxWriter, Memory, OrderEntry, OrderTarget

FLOW = "write_back"
KINDS = (RecordKind.BOX_FIELDS, RecordKind.COMMENT)
_CAUGHT_UP_ON = "caught_up_on"


def write_back_key(kind: RecordKind, box_key: str, order_id: str) -> str:
    """Return the operation key of what a box is told about its order."""
    return external_id(f"streak-{kind.value.lower()}", box_key, order_id)


def status_key(box_key: str) -> str:
    """Return the operation key of the fields that show what became of a box's order."""
    return external_id("streak-status", box_key)


def write_back_drafts(
    deal: Deal, order_id: str, *, caught_up_on: date | None = None
) -> tuple[IntentDraft, ...]:
    """Return the writes that become due once a box's order exists.

    Args:
        deal: the box.
        order_id: its order.
        caught_up_on: the day of the backfill that brought the deal. Nobody is notified then: no comment, and later
            no activity for what happened to the order until that day.
    """
    box = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=deal.key)
    payload = {"order_id": order_id, "pipeline_key": deal.pipeline_key, "box_name": deal.name}
    if caught_up_on is not None:
        payload[_CAUGHT_UP_ON] = caught_up_on.isoformat()
    return tuple(
        IntentDraft(
            operation_key=write_back_key(kind, deal.key, order_id),
            flow=FLOW,
            kind=kind,
            subject=box,
            payload=payload,
        )
        for kind in ((RecordKind.BOX_FIELDS,) if caught_up_on is not None else KINDS)
    )


def caught_up_days(memory: Memory, boxes: Sequence[ExternalRef]) -> dict[ExternalRef, date]:
    """Return the days on which a backfill found or made the orders of these boxes; no others are named."""
    ties = memory.find_bindings(boxes, RecordKind.SALES_ORDER) if boxes else {}
    keys = {write_back_key(RecordKind.BOX_FIELDS, box.id, tie.netsuite.id): box for box, tie in ties.items()}
    intents = memory.find_intents(list(keys)) if keys else {}
    return {
        keys[key]: date.fromisoformat(intent.payload[_CAUGHT_UP_ON])
        for key, intent in intents.items()
        if _CAUGHT_UP_ON in intent.payload
    }


@dataclass(frozen=True, kw_only=True)
class WriteBack(QueuedWrites[Mapping[str, OrderEntry]]):
    """Carries out the writes to Streak that orders have made due.

    Setting fields may be repeated. A comment may not: it carries a marker, and after an unknown
    outcome the box's comments are searched for it first.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = KINDS
    INTO: ClassVar[SystemId] = SystemId.STREAK
    GONE: ClassVar[frozenset[str]] = frozenset({"NOT_FOUND", "ORDER_GONE"})

    boxes: BoxWriter
    erp: OrderTarget
    spec: MappingSpec

    def _prepare(self, intents: Sequence[Intent]) -> Mapping[str, OrderEntry]:
        return self.erp.get_orders(sorted({str(i.payload["order_id"]) for i in intents}))

    def _may_repeat(self, intent: Intent) -> bool:
        return intent.kind is RecordKind.BOX_FIELDS

    def _look(self, intent: Intent, context: Mapping[str, OrderEntry]) -> Sent | None:
        order = context.get(str(intent.payload["order_id"]))
        key = self.boxes.find_activity(intent.subject.id, marker(intent), self._style)
        return None if order is None or key is None else _commented(key, order)

    @property
    def _style(self) -> ActivityStyle:
        return ActivityStyle(self.spec.write_back.comment_as)

    def _send(self, intent: Intent, context: Mapping[str, OrderEntry]) -> Sent:
        order = context.get(str(intent.payload["order_id"]))
        if order is None:
            raise RecordError("the order does not exist any more", code="ORDER_GONE")
        box = intent.subject.id
        if intent.kind is RecordKind.BOX_FIELDS:
            self._write_fields(box, str(intent.payload["pipeline_key"]), field_values(self.spec, order))
            return Sent(result_id=box, what=f"fields for order {order.number}")
        style, mark = self._style, marker(intent)
        # Anything but a first try may have landed before: whoever claimed it earlier may have died. So may that of
        # an order which somebody else has made, such as a second deployment.
        looks = intent.attempts > 0 or bool(intent.payload.get(ADOPTED))
        key = self.boxes.find_activity(box, mark, style) if looks else None
        if key is None:
            text = f"{comment_text(self.spec, order)}\n[{mark}]"
            # Noon in UTC is the same day nearly everywhere.
            at = datetime.combine(order.transaction_date, time(12), tzinfo=UTC)
            key = self.boxes.write_activity(box, Activity(text=text, happened_at=at, style=style))
        return _commented(key, order)

    def _write_fields(self, box: str, pipeline_key: str, values: Mapping[str, str]) -> None:
        """Set fields; those that show what became of the order are left to it once it was told.

        This write may come late, after a cut or a crash, and would show an older state than the box knows by then.
        """
        shared = values.keys() & self.spec.status.fields.keys()
        key = status_key(box)
        if shared and self.memory.find_intents([key]):
            values = {name: text for name, text in values.items() if name not in shared}
            shared = set()
        if values:
            self.boxes.write_fields(box, pipeline_key, values)
        if shared:
            # It may have been told while this was on its way; then it is told once more. Without that, nothing is due.
            self.memory.write_again([key], actor=FLOW, reason="overwritten", now=self.clock())


def _commented(key: str, order: OrderEntry) -> Sent:
    return Sent(result_id=key, what=f"a comment for order {order.number}")
