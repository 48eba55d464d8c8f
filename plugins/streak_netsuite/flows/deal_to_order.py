"""A deal that is won becomes a customer and a sales order in NetSuite."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from streak_netsuite.errors import LeaseLost, RecordError, StreakNetSuiteError
from streak_netsuite.flows.approvals import Proposal, hold_unapproved
from streak_netsuite.flows.batch import Batch, hold_of, unclaimed
from streak_netsuite.flows.credit_hold import credit_hold_draft
from streak_netsuite.flows.customers import CustomerResolver
from streak_netsuite.flows.deal_edits import with_edits
from streak_netsuite.flows.drafts import MappedDealDraft, buyer_of, mapping_hold
from streak_netsuite.flows.ended_deals import EndedDeals
from streak_netsuite.flows.late_orders import LateOrders
from streak_netsuite.flows.lease import LeaseKeeper
from streak_netsuite.flows.look_ahead import LookAhead
from streak_netsuite.flows.order_follow import EngineMaker, OrderFollower
from streak_netsuite.flows.order_writing import OrderWriting, was_made
from streak_netsuite.flows.planned_order import FLOW, box_ref, order_key, order_plan
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.source_rule import not_ours, wrong_stage
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.outcome import Action, Hold
from streak_netsuite.sync.plan import OrderPlan
from streak_netsuite.sync.ports import DealSource, Memory, OrderEntry, OrderTarget


@dataclass(frozen=True, kw_only=True)
class DealToOrder:
    """The flow. Each method leaves the ledger true at any line it may die on.

    Attributes:
        digest_of: a digest of all that the mapping reads of a deal.
        clock: aware UTC now.
        run_id: names the run in outcomes.
    """

    deals: DealSource
    erp: OrderTarget
    memory: Memory
    spec: MappingSpec
    engine_for: EngineMaker
    digest_of: Callable[[Deal], str]
    follower: OrderFollower
    ended: EndedDeals
    settings: FlowSettings
    clock: Callable[[], datetime]
    run_id: str

    def drain(self) -> RunReport:
        """Work through the inbox until nothing is ready, batch by batch; return what was done; raises as `batches`."""
        return sum(self.batches(), RunReport())

    def batches(self, *, backfill: bool = False) -> Iterator[RunReport]:
        """Work through the inbox until nothing is ready; yield what was done, batch by batch.

        Args:
            backfill: records that are caught up on, instead of those that something happens to now.

        Raises:
            TransientError, PermanentError: a vendor or the ledger stopped us. What was done is kept, and
                the rest of the batch is back in the inbox.
        """
        while True:
            claim = self.memory.claim_events(
                kind=RecordKind.BOX,
                limit=self.settings.backfill_batch_size if backfill else self.settings.batch_size,
                lease_seconds=self.settings.lease_seconds,
                now=self.clock(),
                backfill=backfill,
            )
            if not claim.events:
                return
            yield self._work(claim)

    def plan(self, box_keys: Sequence[str]) -> tuple[list[OrderPlan], Batch]:
        """Return what would be written for these boxes, and what was decided about the others. Writes nothing."""
        batch = Batch(unclaimed(box_keys, self.clock()))
        return self._plan(batch, reserve=False), batch

    def _work(self, claim: Claim) -> RunReport:
        batch = Batch(claim)
        with LeaseKeeper(self.memory, batch, lease_seconds=self.settings.lease_seconds, clock=self.clock):
            try:
                plans = self._write(batch)
            except LeaseLost:
                raise
            except StreakNetSuiteError as error:
                self._put_back(batch, error)
                raise
            finally:
                self.memory.release_identities(token=claim.token)
        # After the keeper has ended: it must not mistake a settled claim for one that was taken over.
        # Credit tasks come first: after the claim is settled, nobody would come back for them.
        self._flag_credit_holds(batch, plans)
        return self._settle(batch)

    def _write(self, batch: Batch) -> list[OrderPlan]:
        with LookAhead(self.erp.find_orders) as orders:
            plans = self._plan(batch, orders, reserve=True)
            OrderWriting(
                erp=self.erp,
                memory=self.memory,
                settings=self.settings,
                clock=self.clock,
                run_id=self.run_id,
            ).carry_out(batch, plans, orders)
        return plans

    def _flag_credit_holds(self, batch: Batch, plans: Sequence[OrderPlan]) -> None:
        """Tell the owners of deals whose customers are on credit hold, once for each order."""
        drafts = [
            credit_hold_draft(plan, today=self._today())
            for plan in plans
            if plan.customer.on_credit_hold and plan.caught_up_on is None and was_made(batch, plan)
        ]
        if drafts:
            self.memory.plan_writes(drafts, now=self.clock())

    def _settle(self, batch: Batch) -> RunReport:
        outcomes = batch.outcomes()
        self.memory.settle(batch.claim, outcomes, flow=FLOW, run_id=self.run_id, now=self.clock())
        return RunReport.of(outcomes)

    def _put_back(self, batch: Batch, error: StreakNetSuiteError) -> None:
        """The run cannot go on: keep what was decided, and put the rest back without losing a hint."""
        retry_at = self.clock() + timedelta(seconds=self.settings.wait_after(error))
        if not batch.decided:
            self.memory.release_claim(batch.claim, retry_at=retry_at, reason=str(error), now=self.clock())
            return
        batch.defer_rest(rule="run_stopped", reason=str(error), retry_at=lambda _: retry_at)
        self._settle(batch)

    def _plan(
        self, batch: Batch, orders: LookAhead[OrderEntry] | None = None, *, reserve: bool
    ) -> list[OrderPlan]:
        batch.hold_stuck()
        unanswered = self._late_orders.find_unanswered(batch.open_keys) if reserve else {}
        found = self.deals.gather(batch.open_keys)
        try:
            plans = self._plan_found(batch, found, orders, reserve=reserve)
        except StreakNetSuiteError:
            batch.take_back(
                unanswered
            )  # what is decided will be settled, and nobody has looked for their orders yet
            raise
        if unanswered:
            self._late_orders.see_to(batch, unanswered, found, today=self._today())
        return plans

    def _plan_found(
        self,
        batch: Batch,
        found: Mapping[str, Deal | RecordError],
        orders: LookAhead[OrderEntry] | None,
        *,
        reserve: bool,
    ) -> list[OrderPlan]:
        deals = self._screen(batch, found, plan=reserve)
        deals = self._without_order(batch, deals, plan=reserve)
        if orders is not None:
            # What is there already is asked while the deals are mapped: in a large batch that takes as long.
            orders.start([order_key(deal.key) for deal in deals])
        drafts = self._map(batch, deals)
        drafts = self._without_untied(batch, drafts) if drafts else []
        drafts = self._approved(batch, drafts)
        if not drafts:
            return []
        resolver = CustomerResolver(
            self.memory,
            self.erp,
            self.settings,
            policy=self.spec.match,
            credit_hold=self.spec.sales_order.when_on_credit_hold,
            other_subsidiary=self.spec.customer.other_subsidiary,
        )
        steps = resolver.resolve(batch, drafts, now=self.clock(), reserve=reserve)
        return [
            order_plan(
                draft,
                steps[draft.deal.key],
                caught_up_on=self._today() if batch.is_silent(draft.deal.key) else None,
            )
            for draft in drafts
            if draft.deal.key in steps
        ]

    def _today(self) -> date:
        """Return the day in the account's zone: shipments and invoices are dated in it."""
        return self.clock().astimezone(self.engine_for(()).zone).date()

    @property
    def _late_orders(self) -> LateOrders:
        return LateOrders(erp=self.erp, memory=self.memory, settings=self.settings, clock=self.clock)

    def _screen(self, batch: Batch, found: Mapping[str, Deal | RecordError], *, plan: bool) -> list[Deal]:
        """Keep the deals that are ours to order; say of the others why they are not."""
        deals: list[Deal] = []
        self.ended.deleted(batch, [key for key in batch.open_keys if key not in found])
        self.ended.lost(batch, [deal for deal in found.values() if isinstance(deal, Deal)], plan=plan)
        zone = self.engine_for(()).zone
        for key in batch.open_keys:
            deal = found.get(key)
            if deal is None:
                batch.decide(key, Action.OBSOLETE, rule="gone", reason="the box does not exist any more")
            elif isinstance(deal, RecordError):
                batch.hold(key, hold_of(deal), rule="gather")
            elif reason := not_ours(self.spec, deal, zone=zone, caught_up_on=batch.is_caught_up_on(key)):
                batch.decide(key, Action.SKIPPED, rule="source", reason=reason)
            else:
                deals.append(deal)
        return deals

    def _without_order(self, batch: Batch, deals: Sequence[Deal], *, plan: bool) -> list[Deal]:
        """Decide about deals whose order exists; return the others that are in a stage in which orders are made."""
        deals = with_edits(self.memory, deals, digest_of=self.digest_of)
        bound = self.memory.find_bindings([box_ref(d.key) for d in deals], RecordKind.SALES_ORDER)
        ordered = [d for d in deals if box_ref(d.key) in bound]
        won = [d for d in ordered if d.stage in self.spec.source.stages]
        self.ended.without_their_order(batch, ordered, bound, digest_of=self.digest_of)
        self.ended.won_again(batch, [d for d in won if d.key not in batch.decided], bound, plan=plan)
        open_ = [d for d in ordered if d.key not in batch.decided]
        self.follower.follow(batch, open_, bound, plan=plan)
        for deal in deals:
            if deal.stage not in self.spec.source.stages and deal.key not in batch.decided:
                batch.decide(deal.key, Action.SKIPPED, rule="source", reason=wrong_stage(self.spec, deal))
        return [d for d in deals if d.key not in batch.decided]

    def _map(self, batch: Batch, deals: Sequence[Deal]) -> list[MappedDealDraft]:
        if not deals:
            return []
        engine = self.engine_for(deals)
        drafts: list[MappedDealDraft] = []
        for deal in deals:
            mapped, digest = engine.map(deal), engine.digest(deal)
            draft = _draft(deal, mapped, digest=digest)
            if draft is not None:
                drafts.append(draft)
            else:
                batch.hold(deal.key, mapping_hold(deal, mapped, digest=digest), rule="mapping")
        return drafts

    def _without_untied(self, batch: Batch, drafts: Sequence[MappedDealDraft]) -> list[MappedDealDraft]:
        """Hold deals whose order was written once and is not linked any more: a person took it away."""
        keys = {order_key(d.deal.key): d for d in drafts}
        for key, intent in self.memory.find_intents(list(keys)).items():
            if intent.state is IntentState.SUCCEEDED:
                batch.hold(keys[key].deal.key, _untied_hold(intent), rule="order_untied")
        return [d for d in drafts if d.deal.key not in batch.decided]

    def _approved(self, batch: Batch, drafts: Sequence[MappedDealDraft]) -> list[MappedDealDraft]:
        """Return the deals whose orders nobody has to approve any more, and nobody has rejected."""
        proposals = [Proposal(deal=d.deal, order=d.order, digest=d.digest) for d in drafts]
        zone = self.engine_for(()).zone
        hold_unapproved(batch, proposals, memory=self.memory, section=self.spec.approval, zone=zone)
        return [d for d in drafts if d.deal.key not in batch.decided]


def _draft(deal: Deal, mapped: MappedDeal, *, digest: str) -> MappedDealDraft | None:
    if mapped.blocking or mapped.customer is None or mapped.order is None or buyer_of(deal) is None:
        return None
    return MappedDealDraft(
        deal=deal,
        customer=mapped.customer,
        order=mapped.order,
        trace=mapped.rules,
        warnings=mapped.warnings,
        digest=digest,
        side_faults=tuple(fault for fault in mapped.faults if fault not in mapped.blocking),
    )


def _untied_hold(intent: Intent) -> Hold:
    return Hold(
        code="ORDER_UNTIED",
        reason=f"sales order {intent.result_id} was written for this box, but the two are not linked any more",
        fix="look at the order and the box; another order is not made for a box that had one",
    )
