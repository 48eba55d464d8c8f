"""Deals that end, or begin again, after their order was made: deleted, lost, won once more."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.flows.batch import Batch
from streak_netsuite.flows.order_edits import (
    END_FLOW,
    END_KEY,
    FOUND,
    LINES_CLOSED,
    ORDER_GONE,
    ORDER_GONE_FIX,
    Course,
)
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.intent import ASKED_AGAIN, Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import GOES_ON, Action, Dismissal, Hold
from streak_netsuite.sync.ports import Memory

BOX_DELETED, DEAL_LOST, DEAL_WON_AGAIN = "BOX_DELETED", "DEAL_LOST", "DEAL_WON_AGAIN"
ON_ITS_WAY = frozenset({IntentState.PLANNED, IntentState.SENT, IntentState.UNKNOWN})
SINCE = "since"
"""In payloads: which time it is that the deal is in its stage."""


@dataclass(frozen=True, kw_only=True)
class EndedDeals:
    """Decides, by the mapping's policies, about orders whose deals ended. What is to be written is only planned."""

    memory: Memory
    spec: MappingSpec
    settings: FlowSettings
    clock: Callable[[], datetime]

    def deleted(self, batch: Batch, gone: Sequence[str]) -> None:
        """Show a person the orders whose deals were deleted, unless the mapping says that nobody cares."""
        if not gone or self.spec.source.when_deleted == "ignore":
            return
        bound = self.memory.find_bindings([_box_ref(key) for key in gone], RecordKind.SALES_ORDER)
        seen = {one.record for one in self._dismissals(bound, BOX_DELETED)}
        for ref, binding in bound.items():
            if ref not in seen:
                batch.hold(ref.id, _deleted_hold(binding), rule="deleted")

    def lost(self, batch: Batch, deals: Sequence[Deal], *, plan: bool) -> None:
        """Close, cancel or show the orders of deals that were lost afterwards, as the mapping says.

        Args:
            plan: False for a dry run, which keeps nothing.
        """
        source = self.spec.source
        lost = {_box_ref(deal.key): deal for deal in deals if deal.stage in source.lost_stages}
        if not lost or source.when_lost == "ignore":
            return
        bound = self.memory.find_bindings(list(lost), RecordKind.SALES_ORDER)
        gone = self.memory.find_deletions([one.netsuite for one in bound.values()]) if bound else {}
        for ref, binding in bound.items():
            if binding.netsuite in gone:
                reason = f"deal '{lost[ref].name}' was lost, and sales order {gone[binding.netsuite].name} is deleted already"
                batch.decide(ref.id, Action.SKIPPED, rule="order_deleted", reason=reason)
        there = {ref: binding for ref, binding in bound.items() if binding.netsuite not in gone}
        if source.when_lost == "hold":
            self._show_lost(batch, [lost[ref] for ref in there], there)
            return
        course = Course.CLOSED if source.when_lost == "close" else Course.CANCELLED
        before = self.memory.find_intents([end_key(ref.id) for ref in there]) if there else {}
        for ref, binding in there.items():
            if not plan or self._plan(lost[ref], binding, course, before=before.get(end_key(ref.id))):
                self._turn(batch, lost[ref], binding, course, rule="lost")
            else:
                reason = "what its order was to be turned to before is being written"
                self._later(batch, lost[ref], binding, rule="lost", reason=reason)

    def without_their_order(
        self,
        batch: Batch,
        deals: Sequence[Deal],
        bound: Mapping[ExternalRef, Binding],
        *,
        digest_of: Callable[[Deal], str],
    ) -> None:
        """Show a person the deals that ask something of an order that was deleted: none is made in its place by itself."""
        orders = {bound[_box_ref(deal.key)].netsuite: deal for deal in deals if _box_ref(deal.key) in bound}
        gone = self.memory.find_deletions(list(orders)) if orders else {}
        seen = self._dismissals([_box_ref(orders[ref].key) for ref in gone], ORDER_GONE)
        for ref, deletion in gone.items():
            deal = orders[ref]
            base = bound[_box_ref(deal.key)].base_digest
            is_won_since = (
                deal.stage in self.spec.source.stages
                and deal.stage_changed_at is not None
                and deletion.is_before(deal.stage_changed_at)
            )
            hold = _order_deleted_hold(deal, deletion, asks=digest_of(deal))
            is_seen = any(one.record.id == deal.key and one.payload == hold.payload for one in seen)
            if not is_seen and (is_won_since or (base and digest_of(deal) != base)):
                batch.hold(deal.key, hold, rule="order_deleted")
            else:
                reason = f"sales order {deletion.name} was deleted in NetSuite, and the deal asks nothing new of it"
                batch.decide(deal.key, Action.SKIPPED, rule="order_deleted", reason=reason, target=ref)

    def won_again(
        self, batch: Batch, deals: Sequence[Deal], bound: Mapping[ExternalRef, Binding], *, plan: bool
    ) -> None:
        """Open the orders again, or show them, whose deals were lost and are won once more."""
        keys = {end_key(deal.key): deal for deal in deals if _box_ref(deal.key) in bound}
        intents = self.memory.find_intents(list(keys)) if keys else {}
        ended = {key: keys[key] for key, one in intents.items() if _may_have_ended(one)}
        seen = self.seen(list(ended.values()), DEAL_WON_AGAIN)
        left = self._left_to_people(list(keys.values()))
        for key, deal in keys.items():
            binding, intent = bound[_box_ref(deal.key)], intents.get(key)
            if _is_newer(left.get(deal.key), intent):
                self._begin_again(batch, deal, binding, Course.LOOKED_AT, intent, plan=plan)
            elif intent is None:
                continue
            elif (course := self._course_again(intent)) is not None:
                self._begin_again(batch, deal, binding, course, intent, plan=plan)
            elif deal.key in seen:
                continue  # a person has seen to it; the deal is followed like any other
            elif key in ended:
                batch.hold(deal.key, _again_hold(deal, binding, _how_ended(intent)), rule="won_again")
            elif intent.state in ON_ITS_WAY:
                self._follow_later(batch, deal, binding, course_of(intent))

    def _left_to_people(self, deals: Sequence[Deal]) -> Mapping[str, str]:
        """Return since when deals were lost whose orders a person was asked to close, by box key.

        Whether that was answered does not matter: whoever closes the order may leave the hold to close by itself.
        """
        refs = [_box_ref(deal.key) for deal in deals]
        found = self.memory.find_last_holds(refs, code=DEAL_LOST) if refs else {}
        return {ref.id: str(hold.payload.get(SINCE, "")) for ref, hold in found.items()}

    def _course_again(self, intent: Intent) -> Course | None:
        """Return what the order of a deal that is won again is to be turned to; None where nothing is to be sent.

        An end that has not landed is replaced in any case: it would end the order of a won deal.
        """
        if not course_of(intent).is_end:
            is_released = intent.state is IntentState.REJECTED and intent.error_code == ASKED_AGAIN
            return course_of(intent) if is_released else None
        if self.spec.source.when_won_again == "reopen":
            return Course.OPEN
        return None if intent.state is IntentState.SUCCEEDED else Course.LOOKED_AT

    def _begin_again(
        self, batch: Batch, deal: Deal, binding: Binding, course: Course, intent: Intent | None, *, plan: bool
    ) -> None:
        if plan:
            # What becomes of it decides how the deal goes on, also when another worker was faster.
            self._plan(deal, binding, course, before=intent)
            self._follow_later(batch, deal, binding, course)
        else:
            self._turn(batch, deal, binding, course, rule="won_again")

    def _follow_later(self, batch: Batch, deal: Deal, binding: Binding, course: Course) -> None:
        """Look at a deal again once its order is open: it may have changed while it was lost, and closed lines follow nothing."""
        self._later(
            batch,
            deal,
            binding,
            rule="won_again",
            reason=f"deal '{deal.name}' is won again: sales order {binding.netsuite.id} is to be {course} first, "
            "then it follows the deal",
        )

    def _later(self, batch: Batch, deal: Deal, binding: Binding, *, rule: str, reason: str) -> None:
        wait = self.settings.wait_seconds(batch.event(deal.key).attempts)
        batch.decide(
            deal.key,
            Action.DEFERRED,
            rule=rule,
            reason=reason,
            operation_key=end_key(deal.key),
            target=binding.netsuite,
            retry_at=self.clock() + timedelta(seconds=wait),
        )

    def _show_lost(self, batch: Batch, deals: Sequence[Deal], bound: Mapping[ExternalRef, Binding]) -> None:
        """Show a person orders whose deals are lost, each once for each time that its deal is."""
        seen = self.seen(deals, DEAL_LOST)
        for deal in deals:
            binding = bound[_box_ref(deal.key)]
            if (dismissal := seen.get(deal.key)) is None:
                batch.hold(deal.key, _lost_hold(deal, binding), rule="lost")
                continue
            batch.decide(
                deal.key,
                Action.SKIPPED,
                rule="lost",
                reason=f"{dismissal.actor} has seen on {dismissal.at:%Y-%m-%d} that it was lost: {dismissal.reason}",
                target=binding.netsuite,
            )

    def seen(self, deals: Sequence[Deal], code: str) -> Mapping[str, Dismissal]:
        """Return who has dismissed this hold of deals since they came to the stage they are in."""
        if not deals:
            return {}
        since = {_box_ref(deal.key): since_of(deal) for deal in deals}
        found = self._dismissals(since, code)
        return {
            one.record.id: one
            for one in found
            if since[one.record] and one.payload.get(SINCE) == since[one.record]
        }

    def _dismissals(self, refs: Collection[ExternalRef], code: str) -> Sequence[Dismissal]:
        return self.memory.find_dismissals(list(refs), code=code) if refs else ()

    def _turn(self, batch: Batch, deal: Deal, binding: Binding, course: Course, *, rule: str) -> None:
        batch.decide(
            deal.key,
            Action.UPDATED,
            rule=rule,
            reason=f"deal '{deal.name}' is in '{deal.stage}': sales order {binding.netsuite.id} is to be {course}",
            operation_key=end_key(deal.key),
            target=binding.netsuite,
        )

    def _plan(self, deal: Deal, binding: Binding, course: Course, *, before: Intent | None) -> bool:
        """Plan what an order is turned to, unless another worker is faster; tell whether it is planned."""
        draft = _draft(deal, binding, course, before)
        seen = {} if before is None else {draft.operation_key: before}
        return bool(self.memory.plan_unless_changed([draft], seen=seen, now=self.clock()))


def _draft(deal: Deal, binding: Binding, course: Course, before: Intent | None) -> IntentDraft:
    closed = None if before is None else _lines_closed(before, course)
    return IntentDraft(
        operation_key=end_key(deal.key),
        flow=END_FLOW,
        kind=RecordKind.ORDER_END,
        subject=_box_ref(deal.key),
        payload={
            "order_id": binding.netsuite.id,
            "course": course.value,
            "deal": deal.name,
            # Lost, won, lost again is another end than the first: told by when the deal came to its stage.
            SINCE: since_of(deal),
            **({} if closed is None else {LINES_CLOSED: closed}),
        },
    )


def _lines_closed(before: Intent, course: Course) -> Sequence[int] | None:
    """Return the lines that were closed for a deal so far; None when nobody knows."""
    was_not_closed = before.state is IntentState.REJECTED or (
        before.state is IntentState.PLANNED and before.sent_at is None
    )
    known: Sequence[int] | None = before.payload.get(LINES_CLOSED)
    if course_of(before).is_end and not course.is_end and was_not_closed:
        # What it was to close on top of that is open, or finance closed it since.
        return [] if before.state is IntentState.REJECTED or known is None else known
    return known


def since_of(deal: Deal) -> str:
    """Return when a deal came to its stage; "" when Streak did not say."""
    return deal.stage_changed_at.isoformat() if deal.stage_changed_at else ""


def course_of(intent: Intent) -> Course:
    """Return what an order is turned to by an intent of this flow."""
    return Course(intent.payload["course"])


def _is_newer(lost: str | None, intent: Intent | None) -> bool:
    """Tell whether a deal was lost after what was done about its order last; None: it was not left to a person."""
    if lost is None or intent is None:
        return lost is not None
    last = str(intent.payload.get(SINCE, ""))
    return bool(lost and last) and datetime.fromisoformat(last) < datetime.fromisoformat(lost)


def _may_have_ended(intent: Intent) -> bool:
    """Tell whether an order was ended for its deal, or was found ended when it was to be opened or looked at."""
    return course_of(intent).is_end or (intent.state is IntentState.SUCCEEDED and FOUND in intent.payload)


def _how_ended(intent: Intent) -> str:
    return str(intent.payload.get(FOUND, course_of(intent)))


def end_key(box_key: str) -> str:
    """Return the operation key of what a box's order is turned to when the deal ends or begins again."""
    return external_id(END_KEY, box_key)


def _box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


def _deleted_hold(binding: Binding) -> Hold:
    return Hold(
        code=BOX_DELETED,
        reason=f"the box was deleted in Streak, and sales order {binding.netsuite.id} was made for it",
        fix="close or keep the order in NetSuite as the deal's end asks for, then dismiss this",
    )


def _order_deleted_hold(deal: Deal, deletion: Deletion, *, asks: str) -> Hold:
    return Hold(
        code=ORDER_GONE,
        reason=f"deal '{deal.name}' was changed or won again, and its sales order {deletion.name} ({deletion.record.id}) was "
        f"deleted in NetSuite on {deletion.at:%Y-%m-%d}; another order is not made by itself",
        fix=ORDER_GONE_FIX,
        payload={SINCE: since_of(deal), "asks": asks},
    )


def _lost_hold(deal: Deal, binding: Binding) -> Hold:
    return Hold(
        code=DEAL_LOST,
        reason=f"deal '{deal.name}' was moved to '{deal.stage}', and sales order {binding.netsuite.id} was made for it",
        fix="close, cancel or keep the order in NetSuite, then dismiss this; it closes by itself when the deal is won again",
        payload={SINCE: since_of(deal)},
    )


def _again_hold(deal: Deal, binding: Binding, how: str) -> Hold:
    return Hold(
        code=DEAL_WON_AGAIN,
        reason=f"deal '{deal.name}' is won again, and sales order {binding.netsuite.id} was {how} when it was lost; "
        "another order is not made by itself",
        fix="open the order again in NetSuite or make another by hand, then dismiss this; "
        "`when_won_again: reopen` in the mapping opens such orders by itself",
        payload={SINCE: since_of(deal), GOES_ON: True},
    )
