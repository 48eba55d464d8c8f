"""What finance does with an order is told to its deal: fields, a stage, and one activity for each thing that happened."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from streak_netsuite.errors import LeaseLost, MappingError, RecordError, StreakNetSuiteError
from streak_netsuite.flows.activities import activity_draft, activity_key, is_untold
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.credit_hold import credit_task
from streak_netsuite.flows.deleted_documents import (
    NOTHING,
    Deleted,
    deleted_events,
    find_deleted,
    find_moved,
    moved_events,
)
from streak_netsuite.flows.lease import LeaseKeeper
from streak_netsuite.flows.order_to_invoice import invoice_keys
from streak_netsuite.flows.planned_order import order_key
from streak_netsuite.flows.queued import QueuedWrites, Sent
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.write_back import caught_up_days, status_key
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.mapping.status import event_text, status_values
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.order_story import EventKind, OrderStory, StoryEvent, deleted_order
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.intent import Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import BoxWriter, DealSource, Memory, StorySource

log = logging.getLogger(__name__)

FLOW = "status_to_streak"
_AT_ONCE = 200  # orders whose stories are read together
_CLOCKS_APART = timedelta(seconds=5)  # ours and Streak's, at most
KINDS = (
    RecordKind.CUSTOMER,
    RecordKind.SALES_ORDER,
    RecordKind.FULFILLMENT,
    RecordKind.INVOICE,
    RecordKind.PAYMENT,
    RecordKind.DEPOSIT,
    RecordKind.DEPOSIT_APPLICATION,
    RecordKind.CREDIT_MEMO,
    RecordKind.REFUND,
)


@dataclass(frozen=True, kw_only=True)
class StatusToStreak:
    """The flow. A changed transaction is only a hint: the order behind it is read whole, as it is now.

    Nothing is written here. What differs from what the box was told last is planned in the ledger and written
    by `StatusWrites` and `Activities`; the same story again plans nothing.

    Attributes:
        zone: the company's; decides what is overdue today.
        is_older_hold: tells of a customer, and the day of his order, whether the credit hold was there before anybody looked.
    """

    erp: StorySource
    deals: DealSource
    memory: Memory
    spec: MappingSpec
    settings: FlowSettings
    zone: ZoneInfo
    is_older_hold: Callable[[str, date], bool]
    clock: Callable[[], datetime]
    run_id: str

    def drain(self) -> RunReport:
        """Work through NetSuite's hints until none is ready; return what was done.

        Raises:
            TransientError, PermanentError: a vendor or the ledger stopped us; the rest is back in the inbox.
        """
        report = RunReport()
        for kind in KINDS:
            while (claim := self._claim(kind)).events:
                report += self._work(claim)
        return report

    def tell(self, order_ids: Sequence[str]) -> int:
        """Plan what the boxes of these orders are to be told; return how many writes are due."""
        return sum(self._tell(order_ids).values())

    def preview(self, box_keys: Sequence[str], deletions: Iterable[Deletion] = ()) -> list[str]:
        """Return in words what these boxes would be told now, each field old and new. Writes and keeps nothing.

        Args:
            deletions: what was deleted in NetSuite and no sweep has brought in yet.
        """
        gone = {one.record: one for one in deletions}
        return [text for part in _parts(box_keys) for text in self._preview(part, gone)]

    def _preview(self, box_keys: Sequence[str], gone: Mapping[ExternalRef, Deletion]) -> list[str]:
        boxes = [ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key) for key in box_keys]
        ties = self.memory.find_bindings(boxes, RecordKind.SALES_ORDER)
        deals = self.deals.gather([ref.id for ref in ties]) if ties else {}
        orders = [tie.netsuite for tie in ties.values()]
        ended = {one.id: gone[one] for one in orders if one in gone}
        ended |= {ref.id: one for ref, one in self.memory.find_deletions(orders).items()} if orders else {}
        stories = self._stories([order.id for order in orders], ended)
        told: list[str] = []
        for ref, tie in ties.items():
            deal, story = deals.get(ref.id), stories.get(tie.netsuite.id)
            if isinstance(deal, Deal) and story is not None:
                told += self._previewed(deal, story, list(gone))
            elif isinstance(deal, Deal):
                told.append(
                    f"SKIP box '{deal.name}': sales order {tie.netsuite.id} does not exist for the integration's role, and "
                    "NetSuite has named no deletion of it: nothing is told (rule gone)"
                )
        return told

    def _stories(self, order_ids: Sequence[str], ended: Mapping[str, Deletion]) -> dict[str, OrderStory]:
        """Return the stories of orders that exist, and of those that were deleted what can still be told."""
        stories = dict(self.erp.order_stories(order_ids)) if order_ids else {}
        for order in order_ids:
            if order in ended and order not in stories:
                one = ended[order]
                stories[order] = deleted_order(order, one.name, one.at.astimezone(self.zone).date())
        return stories

    def _previewed(self, deal: Deal, story: OrderStory, deleted: Sequence[ExternalRef]) -> Iterator[str]:
        try:
            drafts = self.drafts_of(deal, story, deleted)
        except MappingError as error:
            yield f"HOLD box '{deal.name}': {error}"
            return
        known = self.memory.find_intents([draft.operation_key for draft in drafts])
        box = _box(deal)
        until = caught_up_days(self.memory, [box]).get(box)
        for draft in drafts:
            before = known.get(draft.operation_key)
            if _is_due(draft, before) and not is_untold(draft.payload, until):
                yield from _told_draft(self.spec, deal, draft, before)

    def _claim(self, kind: RecordKind) -> Claim:
        return self.memory.claim_events(
            kind=kind,
            limit=self.settings.batch_size,
            lease_seconds=self.settings.lease_seconds,
            now=self.clock(),
        )

    def _work(self, claim: Claim) -> RunReport:
        batch = Batch(claim)
        with LeaseKeeper(self.memory, batch, lease_seconds=self.settings.lease_seconds, clock=self.clock):
            try:
                self._decide(batch)
            except LeaseLost:
                raise
            except StreakNetSuiteError as error:
                retry_at = self.clock() + timedelta(seconds=self.settings.wait_after(error))
                self.memory.release_claim(claim, retry_at=retry_at, reason=str(error), now=self.clock())
                raise
        outcomes = batch.outcomes()
        self.memory.settle(claim, outcomes, flow=FLOW, run_id=self.run_id, now=self.clock())
        return RunReport.of(outcomes)

    def _decide(self, batch: Batch) -> None:
        batch.hold_stuck()
        documents = {key: batch.event(key).record for key in batch.open_keys}
        if not self.spec.status.is_wanted:
            for key in documents:
                batch.decide(
                    key, Action.SKIPPED, rule="not_wanted", reason="the mapping has no section 'status'"
                )
            return
        behind = self.erp.orders_behind(list(documents.values()))
        deleted = find_deleted(self.memory, [ref for ref in documents.values() if ref not in behind])
        moved = find_moved(self.memory, behind)
        deleted = replace(deleted, moved=moved)
        behind = {**behind, **deleted.behind}
        for order, refs in moved.items():
            behind |= {ref: behind[ref] | {order} for ref in refs}
        orders = sorted({order for found in behind.values() for order in found})
        told, faults = self._told(orders, deleted)
        for key, ref in documents.items():
            ours = sorted(order for order in behind.get(ref, ()) if order in told or order in faults)
            self._outcome(batch, key, ref, ours, told, faults, exists=ref in behind)

    def _outcome(
        self,
        batch: Batch,
        key: str,
        ref: ExternalRef,
        orders: Sequence[str],
        told: Mapping[str, int],
        faults: Mapping[str, RecordError],
        *,
        exists: bool,
    ) -> None:
        fault = next((faults[order] for order in orders if order in faults), None)
        if not exists:
            batch.decide(
                key, Action.OBSOLETE, rule="gone", reason=f"{ref.kind} {ref.id} does not exist any more"
            )
        elif not orders:
            batch.decide(key, Action.SKIPPED, rule="not_ours", reason="no box is tied to an order behind it")
        elif fault is not None:
            batch.hold(key, hold_of(fault), rule="status")
        else:
            count = sum(told[order] for order in orders)
            named = ", ".join(orders)
            what = (
                f"{count} writes to the box of order {named}"
                if count
                else f"the box of order {named} knows it"
            )
            batch.decide(key, Action.UPDATED if count else Action.SKIPPED, rule="status", reason=what)

    def _told(
        self, order_ids: Sequence[str], deleted: Deleted
    ) -> tuple[dict[str, int], dict[str, RecordError]]:
        """Plan for each order that has a box; return how many writes became due, and what kept one from being planned."""
        faults: dict[str, RecordError] = {}
        told = self._tell(order_ids, faults, deleted)
        return told, faults

    def _tell(
        self,
        order_ids: Sequence[str],
        faults: dict[str, RecordError] | None = None,
        deleted: Deleted = NOTHING,
    ) -> dict[str, int]:
        boxes = self.memory.find_boxes(order_ids) if order_ids else {}
        told: dict[str, int] = {}
        # A payment may have settled thousands of orders, or may have been voided: their stories do not fit the memory at once.
        for part in _parts(list(boxes)):
            told |= self._tell_boxes({order: boxes[order] for order in part}, faults, deleted)
        return told

    def _tell_boxes(
        self, boxes: Mapping[str, Binding], faults: dict[str, RecordError] | None, deleted: Deleted
    ) -> dict[str, int]:
        deals = self.deals.gather([tie.streak.id for tie in boxes.values()])
        stories = self._stories(list(boxes), deleted.orders)
        told: dict[str, int] = {}
        for order, tie in boxes.items():
            deal, story = deals.get(tie.streak.id), stories.get(order)
            if not isinstance(deal, Deal) or story is None:
                told[order] = 0  # the box is gone, or nobody knows what became of the order
                continue
            try:
                drafts = self.drafts_of(
                    deal, story, deleted.documents.get(order, ()), deleted.moved.get(order, ())
                )
            except MappingError as error:
                if faults is None:
                    raise
                faults[order] = error
                continue
            told[order] = self.memory.plan_writes(drafts, now=self.clock())
        return told

    def drafts_of(
        self,
        deal: Deal,
        story: OrderStory,
        deleted: Collection[ExternalRef] = (),
        moved: Collection[ExternalRef] = (),
    ) -> list[IntentDraft]:
        """Return everything that a deal is to be told of its order, whatever it was told before.

        Args:
            deleted: documents that NetSuite calls deleted, the order's or others'.
            moved: documents that do not count for the order any more.

        Raises:
            MappingError: the mapping's expressions cannot be computed.
        """
        today = self.clock().astimezone(self.zone).date()
        story = self._with_news(deal, story, today)
        return [
            *_field_drafts(deal, status_values(self.spec, story, today=today)),
            *_stage_drafts(deal, self.spec.status.stages.get(story.state(today), ""), story),
            *self._event_drafts(deal, story, today, deleted, moved),
        ]

    def _with_news(self, deal: Deal, story: OrderStory, today: date) -> OrderStory:
        """Return the story without a credit hold that was there before anybody looked, unless the deal was told of it."""
        if not story.on_credit_hold or not self.is_older_hold(story.customer.internal_id or "", story.dated):
            return story
        names = [event.name for event in _credit_events(story, today)]
        told = [activity_key(deal.key, name) for name in names]
        known = self.memory.find_intents([*told, _credit_task(deal)])
        return story if known else replace(story, customer_on_hold=None)

    def _event_drafts(
        self,
        deal: Deal,
        story: OrderStory,
        today: date,
        deleted: Collection[ExternalRef],
        moved: Collection[ExternalRef],
    ) -> Iterable[IntentDraft]:
        style = ActivityStyle(self.spec.status.events_as)
        since = self.spec.status.events_since
        told = self._known(deal, story, today)
        for event in (
            *story.events(),
            *_overdue(deal, story, today, told),
            *_ended(deal, story, told),
            *_credit(deal, story, today, told),
            *_voided(deal, story, told),
            *self._deleted(deal, story, told, deleted),
            *_taken_back(deal, story, today, told),
            *moved_events(self.memory, deal.key, list(moved), shown=_names(story)),
        ):
            if since is not None and event.dated < since:
                continue
            text = event_text(self.spec, story, event, today=today)
            if text:
                # Noon in UTC is the same day nearly everywhere.
                at = datetime.combine(event.dated, time(12), tzinfo=UTC)
                yield activity_draft(deal.key, event.name, Activity(text=text, happened_at=at, style=style))

    def _known(self, deal: Deal, story: OrderStory, today: date) -> Mapping[str, Intent]:
        """Return what the deal was told, and what was billed here, as far as it decides what is told now."""
        events = (
            story.ended_event(),
            *_credit_events(story, today),
            *story.overdue_events(today),
            *story.voided_events(),
            *story.taken_back_events(today),
        )
        told = [activity_key(deal.key, event.name) for event in events]
        billed = invoice_keys(story.internal_id, len(story.bills))
        return self.memory.find_intents([*told, *billed, _credit_task(deal)])

    def _deleted(
        self,
        deal: Deal,
        story: OrderStory,
        known: Mapping[str, Intent],
        deleted: Collection[ExternalRef],
    ) -> list[StoryEvent]:
        """Return that documents were deleted that the deal was told of; invoices of ours are missed by themselves."""
        there = {bill.internal_id for bill in story.bills}
        keys = invoice_keys(story.internal_id, len(there))
        made = [known[key].result_id for key in keys if key in known]
        missed = [_invoice(one) for one in made if one and one not in there]
        return deleted_events(
            self.memory,
            deal.key,
            list(dict.fromkeys((*missed, *deleted))),
            shown=_names(story),
        )


def _names(story: OrderStory) -> list[str]:
    """Return the names of what has happened to an order, and stands."""
    return [event.name for event in story.events()]


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


@dataclass(frozen=True, kw_only=True)
class StatusWrites(QueuedWrites[None]):
    """Writes fields and stages that were planned. Fields may be repeated; a box is moved once."""

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.BOX_STATUS, RecordKind.BOX_STAGE)
    INTO: ClassVar[SystemId] = SystemId.STREAK

    boxes: BoxWriter

    def _prepare(self, intents: Sequence[Intent]) -> None:
        """Nothing is needed."""

    def _may_repeat(self, intent: Intent) -> bool:
        return intent.kind is RecordKind.BOX_STATUS

    def _look(self, intent: Intent, context: None) -> Sent | None:  # noqa: ARG002 - nothing is prepared
        return self._moved(intent)

    def _send(self, intent: Intent, context: None) -> Sent:  # noqa: ARG002 - nothing is prepared
        box, payload = intent.subject.id, intent.payload
        if intent.kind is RecordKind.BOX_STAGE:
            return self._moved(intent) or self._move(intent)
        self.boxes.write_fields(box, str(payload["pipeline_key"]), dict(payload["values"]))
        return Sent(result_id=box, what="fields about the order's course")

    def _moved(self, intent: Intent) -> Sent | None:
        """Tell of a try that has moved the box and whose answer was lost: a person may have moved it back meanwhile."""
        if intent.attempts == 0 or intent.created_at is None:
            return None
        box, stage = intent.subject.id, str(intent.payload["stage"])
        since = intent.created_at - _CLOCKS_APART
        if not self.boxes.has_entered(box, str(intent.payload["pipeline_key"]), stage, since=since):
            return None
        return Sent(result_id=box, what=f"stage '{stage}': an earlier try has moved the box there")

    def _move(self, intent: Intent) -> Sent:
        box, stage = intent.subject.id, str(intent.payload["stage"])
        self.boxes.move_box(box, str(intent.payload["pipeline_key"]), stage)
        return Sent(result_id=box, what=f"stage '{stage}'")


def _overdue(deal: Deal, story: OrderStory, today: date, told: Mapping[str, Intent]) -> list[StoryEvent]:
    """Return what is late, and what was told to be and is settled now."""
    late = story.overdue_events(today)
    return [event for event in late if event.open or activity_key(deal.key, event.name) in told]


def _taken_back(
    deal: Deal, story: OrderStory, today: date, told: Mapping[str, Intent]
) -> Iterator[StoryEvent]:
    """Yield what the deal was told and does not hold any more, at the day that was told."""
    for event in story.taken_back_events(today):
        before = told.get(activity_key(deal.key, event.name))
        if before is not None:
            yield replace(event, dated=datetime.fromisoformat(before.payload["happened_at"]).date())


def _voided(deal: Deal, story: OrderStory, told: Mapping[str, Intent]) -> list[StoryEvent]:
    """Return what was voided since the deal was told of it."""
    shown = {event.name for event in story.events()}
    void = (event for event in story.voided_events() if event.name not in shown)
    return [event for event in void if activity_key(deal.key, event.name) in told]


def _ended(deal: Deal, story: OrderStory, told: Mapping[str, Intent]) -> list[StoryEvent]:
    """Return that the order was closed or cancelled, or is open again and was told to have ended."""
    event = story.ended_event()
    is_news = event.kind is not EventKind.REOPENED or activity_key(deal.key, event.name) in told
    return [event] if is_news else []


def _credit(deal: Deal, story: OrderStory, today: date, told: Mapping[str, Intent]) -> list[StoryEvent]:
    """Return that the order waits for its customer's credit, or was told to wait and does not any more.

    An order that was made while the customer was on hold has told so by a task. Dated the day it was told first:
    NetSuite keeps none.
    """
    event = story.credit_event(today)
    if event is None:
        return []
    before = told.get(activity_key(deal.key, event.name))
    if before is not None:
        return [replace(event, dated=datetime.fromisoformat(before.payload["happened_at"]).date())]
    is_told = _credit_task(deal) in told
    is_news = is_told if event.kind is EventKind.CREDIT_RELEASED else not is_told
    return [event] if is_news else []


def _credit_events(story: OrderStory, today: date) -> list[StoryEvent]:
    event = story.credit_event(today)
    return [event] if event is not None else []


def _credit_task(deal: Deal) -> str:
    return activity_key(deal.key, credit_task(order_key(deal.key)))


def _is_due(draft: IntentDraft, before: Intent | None) -> bool:
    """Tell whether a box is to be told something: it was told otherwise last, or that has not landed yet."""
    if before is None or before.state in {IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN}:
        return True
    return any(before.payload.get(name) != value for name, value in draft.payload.items())


def _told_draft(spec: MappingSpec, deal: Deal, draft: IntentDraft, before: Intent | None) -> Iterator[str]:
    if draft.kind is RecordKind.BOX_STAGE:
        yield f"UPDATE box '{deal.name}': stage {deal.stage} -> {draft.payload['stage']} (rule status.stages)"
    elif draft.kind is RecordKind.BOX_STATUS:
        for name, new in draft.payload["values"].items():
            old = deal.fields.get(name, "")
            if old != new:
                yield f"UPDATE box '{deal.name}': {name}: {old or '(empty)'} -> {new or '(empty)'} (rule status.fields.{name}: {spec.status.fields[name]})"
    elif before is None:
        yield f"CREATE {draft.payload['style']} on box '{deal.name}': {draft.payload['text']} (rule status.events)"
    else:
        yield (
            f"UPDATE {draft.payload['style']} on box '{deal.name}': {before.payload.get('text', '')} -> "
            f"{draft.payload['text']} (rule status.events)"
        )


def _field_drafts(deal: Deal, values: Mapping[str, str]) -> list[IntentDraft]:
    if not values:
        return []
    return [
        IntentDraft(
            operation_key=status_key(deal.key),
            flow=FLOW,
            kind=RecordKind.BOX_STATUS,
            subject=_box(deal),
            payload={"pipeline_key": deal.pipeline_key, "values": dict(values)},
        )
    ]


def _stage_drafts(deal: Deal, stage: str, story: OrderStory) -> list[IntentDraft]:
    """Return the move to a stage: once for each state and order, so that nobody who moves the box back is fought."""
    if not stage:
        return []
    return [
        IntentDraft(
            operation_key=external_id("streak-stage", deal.key, story.internal_id, stage),
            flow=FLOW,
            kind=RecordKind.BOX_STAGE,
            subject=_box(deal),
            payload={"pipeline_key": deal.pipeline_key, "stage": stage},
        )
    ]


def _invoice(internal_id: str) -> ExternalRef:
    return ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.INVOICE, id=internal_id)


def _box(deal: Deal) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=deal.key)
