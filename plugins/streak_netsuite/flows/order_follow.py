"""Deals that have an order already: has anything changed that the order was made of, and what follows of it?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from streak_netsuite.flows.approvals import Proposal, hold_unapproved
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.buyer_now import BuyerNow, BuyersNow
from streak_netsuite.flows.drafts import mapping_hold
from streak_netsuite.flows.order_edits import CHANGE_KEY, FLOW, order_gone, read_held, told
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.carried import with_carried
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.held_order import HeldOrder
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.plain_order import order_from_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.intent import Intent, IntentDraft, IntentState
from streak_netsuite.sync.order_change import (
    LINES_AFTER,
    LINES_BEFORE,
    WRITTEN_AFTER,
    WRITTEN_BEFORE,
    LineNumbers,
)
from streak_netsuite.sync.order_merge import plan_change
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.plan import ChangePlan
from streak_netsuite.sync.ports import Memory, OrderEditor

Bound = Mapping[ExternalRef, Binding]
_NOT_WRITTEN = frozenset({IntentState.PLANNED, IntentState.REJECTED})
_REMEMBERED = 6  # of what a deal has wanted: older values are taken for finance's


class EngineMaker(Protocol):
    """Builds the mapping engine for a batch, with the live lookups that its deals need."""

    def __call__(self, deals: Sequence[Deal]) -> Engine:
        """Return an engine that can map these deals."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a changed deal asks of its order.

    Attributes:
        history: the order as the deal wanted it before, newest first.
        wanted: as the deal wants it now.
        written: as our writes have left it; None: as the deal wanted it last.
        numbers: NetSuite's numbers of its lines; None when they are not known.
        change: what the ledger knew of its last change when this was thought out; None for the first.
        trace: the rule of each target field.
        silent: whether only a backfill asks: what is not followed is held in the ledger, and no box gets a task.
    """

    deal: Deal
    binding: Binding
    history: tuple[SalesOrder, ...]
    wanted: SalesOrder
    digest: str
    silent: bool
    written: SalesOrder | None = None
    numbers: LineNumbers | None = None
    change: Intent | None = None
    trace: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrderFollower:
    """Decides about deals whose order exists. What is to be written is planned in the ledger, or only told.

    Attributes:
        buyers: finds the customers that deals' buyers are now.
    """

    erp: OrderEditor
    buyers: BuyersNow
    memory: Memory
    spec: MappingSpec
    engine_for: EngineMaker
    settings: FlowSettings
    clock: Callable[[], datetime]
    order_key: Callable[[str], str]

    def follow(self, batch: Batch, deals: Sequence[Deal], bound: Bound, *, plan: bool) -> None:
        """Decide about every one of these deals.

        Args:
            plan: False for a dry run: the orders are read and what would change is told, and nothing is kept.
        """
        if not self.spec.changes.is_wanted:
            for deal in deals:
                self._leave(batch, deal, bound, "an order is made once")
            return
        changed = self._changed(batch, deals, bound)
        wishes = self._approved(batch, self._wishes(batch, changed, bound, plan=plan))
        if plan:
            self._plan(batch, wishes)
        elif wishes:
            self._tell(batch, wishes)

    def _changed(self, batch: Batch, deals: Sequence[Deal], bound: Bound) -> list[tuple[Deal, str]]:
        """Return the deals of which something has changed that their orders are made of."""
        if not deals:
            return []
        engine = self.engine_for(())
        changed: list[tuple[Deal, str]] = []
        for deal in deals:
            digest = engine.digest(deal)
            if digest == bound[_box_ref(deal.key)].base_digest:
                self._leave(batch, deal, bound, "nothing has changed that it was made of")
            else:
                changed.append((deal, digest))
        return changed

    def _wishes(
        self, batch: Batch, changed: Sequence[tuple[Deal, str]], bound: Bound, *, plan: bool
    ) -> list[Wish]:
        if not changed:
            return []
        engine = self.engine_for([deal for deal, _ in changed])
        keys = [key for deal, _ in changed for key in (_change_key(deal.key), self.order_key(deal.key))]
        intents = self.memory.find_intents(keys)
        every = {deal.key: engine.map(deal, updating=True) for deal, _ in changed}
        customers = self.buyers.find([(deal, every[deal.key].customer) for deal, _ in changed])
        wishes: list[Wish] = []
        for deal, digest in changed:
            mapped = every[deal.key]
            if mapped.order is None or mapped.blocking:
                batch.hold(deal.key, mapping_hold(deal, mapped, digest=digest), rule="mapping")
                continue
            history = self._history(batch, deal, intents, bound)
            if not history:
                continue
            wish = Wish(
                deal=deal,
                binding=bound[_box_ref(deal.key)],
                history=history,
                wanted=replace(
                    with_carried(mapped.order, history[0], self.spec.sales_order),
                    customer=_customer(history[-1], customers.get(deal.key)),
                ),
                digest=digest,
                silent=batch.is_silent(deal.key),
                written=_written(intents.get(_change_key(deal.key))),
                numbers=_numbers(intents.get(_change_key(deal.key))),
                change=intents.get(_change_key(deal.key)),
                trace=mapped.rules,
            )
            # One that was not written is replaced, also by none: it would be written else, or wait for a person for nothing.
            is_open = wish.change is not None and wish.change.state in _NOT_WRITTEN
            if to_plain(history[0]) == to_plain(wish.wanted) and not is_open:
                self._agree(batch, wish, keep=plan)
            else:
                wishes.append(wish)
        return wishes

    def _approved(self, batch: Batch, wishes: Sequence[Wish]) -> list[Wish]:
        """Return what nobody has to approve any more, and nobody has rejected: a change can ask for as much as a new order."""
        if not wishes:
            return []
        proposals = [Proposal(deal=one.deal, order=one.wanted, digest=one.digest) for one in wishes]
        zone = self.engine_for(()).zone
        hold_unapproved(batch, proposals, memory=self.memory, section=self.spec.approval, zone=zone)
        return [one for one in wishes if one.deal.key not in batch.decided]

    def _history(
        self, batch: Batch, deal: Deal, intents: Mapping[str, Intent], bound: Bound
    ) -> tuple[SalesOrder, ...]:
        """Return the order as the deal wanted it before, newest first; decide about the deal where nobody knows."""
        change = intents.get(_change_key(deal.key))
        if change is not None and change.state in {IntentState.SENT, IntentState.UNKNOWN}:
            # What NetSuite holds may be of that change: it has to be known before the next is merged.
            self._wait(batch, deal)
            return ()
        if change is not None:
            settled = [change.payload["wanted"]] if change.state is IntentState.SUCCEEDED else []
            plain = [*settled, change.payload["base"], *change.payload.get("earlier", ())]
            return tuple(order_from_plain(one) for one in plain[:_REMEMBERED])
        written = intents.get(self.order_key(deal.key))
        if written is None or written.state is not IntentState.SUCCEEDED:
            self._leave(
                batch, deal, bound, "it was not made by this product, so nobody knows what it was made of"
            )
            return ()
        return (order_from_plain(written.payload),)

    def _plan(self, batch: Batch, wishes: Sequence[Wish]) -> None:
        if not wishes:
            return
        held = self.erp.held_orders(
            sorted({wish.binding.netsuite.id for wish in wishes}), more=self.spec.sales_order.more_names
        )
        drafts = [_draft(wish, held.get(wish.binding.netsuite.id)) for wish in wishes]
        seen = {_change_key(wish.deal.key): wish.change for wish in wishes if wish.change is not None}
        # Another worker may have sent or written the change before meanwhile: this one would be of what was before that.
        planned = self.memory.plan_unless_changed(drafts, seen=seen, now=self.clock())
        kept = [wish for wish in wishes if _change_key(wish.deal.key) in planned]
        self._keep_digests(kept)
        for wish in kept:
            self._decide(batch, wish, "something has changed that it was made of; the order is to follow")
        for wish in wishes:
            if _change_key(wish.deal.key) not in planned:
                self._wait(batch, wish.deal)

    def _wait(self, batch: Batch, deal: Deal) -> None:
        wait = self.settings.wait_seconds(batch.event(deal.key).attempts)
        batch.decide(
            deal.key,
            Action.DEFERRED,
            rule="change_on_its_way",
            reason="an earlier change of its order is on its way",
            retry_at=self.clock() + timedelta(seconds=wait),
        )

    def _tell(self, batch: Batch, wishes: Sequence[Wish]) -> None:
        held = read_held(self.erp, self.spec, [wish.binding.netsuite.id for wish in wishes])
        for wish in wishes:
            order = held.orders.get(wish.binding.netsuite.id)
            if order is None:
                batch.hold(wish.deal.key, hold_of(order_gone(wish.binding.netsuite.id)), rule="order_deleted")
                continue
            change = plan_change(
                wish.history[0],
                wish.wanted,
                order,
                self.spec.changes.policy,
                earlier=wish.history[1:],
                written=wish.written,
                numbers=wish.numbers,
                period_closed=held.period_closed(order),
            )
            batch.changes[wish.deal.key] = ChangePlan(deal=wish.deal, change=change, trace=wish.trace)
            self._decide(batch, wish, told(change))

    def _agree(self, batch: Batch, wish: Wish, *, keep: bool) -> None:
        if keep:
            self._keep_digests([wish])
        self._leave(
            batch,
            wish.deal,
            {_box_ref(wish.deal.key): wish.binding},
            "nothing has changed that it was made of",
        )

    def _keep_digests(self, wishes: Sequence[Wish]) -> None:
        ties = [replace(wish.binding, base_digest=wish.digest) for wish in wishes]
        self.memory.keep_bindings(ties, now=self.clock())

    def _decide(self, batch: Batch, wish: Wish, reason: str) -> None:
        batch.decide(
            wish.deal.key,
            Action.UPDATED,
            rule="order_change",
            reason=reason,
            operation_key=_change_key(wish.deal.key),
            target=wish.binding.netsuite,
        )

    def _leave(self, batch: Batch, deal: Deal, bound: Bound, why: str) -> None:
        binding = bound[_box_ref(deal.key)]
        batch.decide(
            deal.key,
            Action.SKIPPED,
            rule="order_exists",
            reason=f"the box has sales order {binding.netsuite.id} already; {why}",
            target=binding.netsuite,
        )


def _customer(base: SalesOrder, now: BuyerNow | None) -> Reference | None:
    """Return the customer the deal wants: that of the order, unless its buyer is another one."""
    return base.customer if now is None else now.customer(base.customer)


def _numbers(change: Intent | None) -> LineNumbers | None:
    """Return NetSuite's numbers of the order's lines, when a change before has found them out."""
    if change is None:
        return None
    name = LINES_AFTER if change.state is IntentState.SUCCEEDED else LINES_BEFORE
    return LineNumbers.of(change.payload.get(name))


def _written(change: Intent | None) -> SalesOrder | None:
    """Return the order as our writes have left it; None when that is what its deal wanted last."""
    if change is None:
        return None
    name = WRITTEN_AFTER if change.state is IntentState.SUCCEEDED else WRITTEN_BEFORE
    plain = change.payload.get(name)
    return order_from_plain(plain) if plain is not None else None


def _draft(wish: Wish, held: HeldOrder | None) -> IntentDraft:
    before: dict[str, Any] = {} if wish.written is None else {WRITTEN_BEFORE: to_plain(wish.written)}
    if wish.numbers is not None:
        before[LINES_BEFORE] = wish.numbers.plain()
    return IntentDraft(
        operation_key=_change_key(wish.deal.key),
        flow=FLOW,
        kind=RecordKind.ORDER_CHANGE,
        subject=_box_ref(wish.deal.key),
        payload={
            "order_id": wish.binding.netsuite.id,
            "owner": wish.deal.owner_email,
            "silent": wish.silent,
            "base": to_plain(wish.history[0]),
            "earlier": [to_plain(one) for one in wish.history[1:]],
            "wanted": to_plain(wish.wanted),
            "seen": [to_plain(line) for line in held.lines] if held is not None else [],
            **before,
        },
    )


def _change_key(box_key: str) -> str:
    return external_id(CHANGE_KEY, box_key)


def _box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)
