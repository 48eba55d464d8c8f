"""A deal that is won becomes a customer and a sales order in NetSuite."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from streak_netsuite.errors import (
    LeaseLost,
    RateLimited,
    RecordError,
    RejectedByVendor,
    StreakNetSuiteError,
    TransientError,
    Unavailable,
    UncertainWrite,
)
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.credit_hold import credit_hold_draft
from streak_netsuite.flows.customers import CustomerResolver
from streak_netsuite.flows.deal_edits import with_edits
from streak_netsuite.flows.drafts import MappedDealDraft, buyer_of, mapping_hold
from streak_netsuite.flows.ended_deals import EndedDeals
from streak_netsuite.flows.lease import LeaseKeeper
from streak_netsuite.flows.look_ahead import LookAhead
from streak_netsuite.flows.order_follow import EngineMaker, OrderFollower
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.write_back import write_back_drafts
from streak_netsuite.mapping.approval import approval_reason
from streak_netsuite.mapping.engine import MappedDeal
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.hint import Claim, HintOrigin, InboxEvent
from streak_netsuite.sync.intent import Intent, IntentDraft, IntentState
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.plan import CustomerStep, OrderPlan
from streak_netsuite.sync.ports import DealSource, Memory, NotWritten, OrderEntry, OrderTarget
from streak_netsuite.sync.runner import Landed, PlannedWrite, Runner

log = logging.getLogger(__name__)

FLOW = "deal_to_order"
_BEHIND = "deal_changed_meanwhile"  # its order is there as an earlier try has sent it
SIDE_FLOW = "deal_to_order.side"  # holds that a later good outcome of the deal must not close
ORDER_KEY = "streak-so"
NEEDS_APPROVAL = "NEEDS_APPROVAL"
# Status codes that say "this reference leads nowhere" (section_N3539978, read 2026-11).
_DEAD_REFERENCE = frozenset(
    {"INVALID_KEY_OR_REF", "RCRD_DSNT_EXIST", "INVALID_REF_KEY", "NONEXISTENT_EXTERNAL_ID"}
)


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
        batch = Batch(_unclaimed(box_keys, self.clock()))
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
        # Holds of their own come first: after the claim is settled, nobody would come back for them.
        self._hold_side_faults(batch, plans)
        self._flag_credit_holds(batch, plans)
        return self._settle(batch)

    def _write(self, batch: Batch) -> list[OrderPlan]:
        with LookAhead(self.erp.find_orders) as orders:
            plans = self._plan(batch, orders, reserve=True)
            self._carry_out(batch, plans, orders)
        return plans

    def _hold_side_faults(self, batch: Batch, plans: Sequence[OrderPlan]) -> None:
        """Show a person what new records were made without, as holds of their own."""
        made = {plan.deal.key for plan in plans if _was_made(batch, plan)}
        held = [
            Outcome(
                event_id=None,
                record=_box_ref(plan.deal.key),
                action=Action.HELD,
                rule="side_fault",
                reason=str(fault),
                hold=hold_of(fault, payload={"deal": plan.deal.name}),
            )
            for plan in plans
            if plan.customer.record is not None and plan.deal.key in made
            for fault in plan.side_faults
        ]
        if held:
            self.memory.record_outcomes(held, flow=SIDE_FLOW, run_id=self.run_id, now=self.clock())

    def _flag_credit_holds(self, batch: Batch, plans: Sequence[OrderPlan]) -> None:
        """Tell the owners of deals whose customers are on credit hold, once for each order."""
        drafts = [
            credit_hold_draft(plan, now=self.clock())
            for plan in plans
            if plan.customer.on_credit_hold and plan.caught_up_on is None and _was_made(batch, plan)
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
        deals = self._screen(batch, self.deals.gather(batch.open_keys), plan=reserve)
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
            _order_plan(
                draft,
                steps[draft.deal.key],
                caught_up_on=self.clock().date() if batch.is_silent(draft.deal.key) else None,
            )
            for draft in drafts
            if draft.deal.key in steps
        ]

    def _screen(self, batch: Batch, found: Mapping[str, Deal | RecordError], *, plan: bool) -> list[Deal]:
        """Keep the deals that are ours to order; say of the others why they are not."""
        deals: list[Deal] = []
        self.ended.deleted(batch, [key for key in batch.open_keys if key not in found])
        self.ended.lost(batch, [deal for deal in found.values() if isinstance(deal, Deal)], plan=plan)
        for key in batch.open_keys:
            deal = found.get(key)
            if deal is None:
                batch.decide(key, Action.OBSOLETE, rule="gone", reason="the box does not exist any more")
            elif isinstance(deal, RecordError):
                batch.hold(key, hold_of(deal), rule="gather")
            elif reason := self._not_ours(deal, caught_up_on=batch.is_caught_up_on(key)):
                batch.decide(key, Action.SKIPPED, rule="source", reason=reason)
            else:
                deals.append(deal)
        return deals

    def _not_ours(self, deal: Deal, *, caught_up_on: bool) -> str:
        source = self.spec.source
        if source.pipeline not in {deal.pipeline, deal.pipeline_key}:
            return f"it is in pipeline '{deal.pipeline}', not in '{source.pipeline}'"
        if deal.stage not in {*source.stages, *self.spec.status.stages.values()}:
            return self._wrong_stage(deal)
        won_at = deal.stage_changed_at or deal.created_at
        if not caught_up_on and source.won_since is not None and won_at.date() < source.won_since:
            return f"it was won on {won_at.date()}, before {source.won_since}, from when on orders are made"
        return ""

    def _wrong_stage(self, deal: Deal) -> str:
        return f"its stage is '{deal.stage}'; an order is made in {_or(self.spec.source.stages)}"

    def _without_order(self, batch: Batch, deals: Sequence[Deal], *, plan: bool) -> list[Deal]:
        """Decide about deals whose order exists; return the others that are in a stage in which orders are made."""
        bound = self.memory.find_bindings([_box_ref(d.key) for d in deals], RecordKind.SALES_ORDER)
        ordered = [d for d in deals if _box_ref(d.key) in bound]
        won = [d for d in ordered if d.stage in self.spec.source.stages]
        self.ended.won_again(batch, won, bound, plan=plan)
        open_ = [d for d in ordered if d.key not in batch.decided]
        self.follower.follow(batch, open_, bound, plan=plan)
        for deal in deals:
            if deal.stage not in self.spec.source.stages and deal.key not in batch.decided:
                batch.decide(deal.key, Action.SKIPPED, rule="source", reason=self._wrong_stage(deal))
        return with_edits(
            self.memory, [d for d in deals if d.key not in batch.decided], digest_of=self.digest_of
        )

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
        """Hold orders that somebody has to approve, and pass over what was rejected, while a deal is what was decided on."""
        section, zone = self.spec.approval, self.engine_for(()).zone
        asked = {
            d.deal.key: why for d in drafts if (why := approval_reason(section, d.deal, d.order, zone=zone))
        }
        # A rejection stands also where no approval would be asked for any more.
        refs = [_box_ref(draft.deal.key) for draft in drafts]
        decisions = self.memory.find_decisions(refs, question="order") if refs else {}
        for draft in drafts:
            key = draft.deal.key
            decision = decisions.get(_box_ref(key))
            if decision is not None and decision.digest != draft.digest:
                decision = None
            if decision is not None and decision.choice is Choice.REJECT:
                batch.decide(key, Action.SKIPPED, rule="rejected", reason=_rejected(decision))
            elif key in asked and decision is None:
                batch.hold(key, _approval_hold(draft, asked[key]), rule="approval")
        return [d for d in drafts if d.deal.key not in batch.decided]

    def _carry_out(self, batch: Batch, plans: Sequence[OrderPlan], orders: LookAhead[OrderEntry]) -> None:
        customers = self._write_customers(batch, plans)
        ready: list[tuple[OrderPlan, Reference]] = []
        for plan in plans:
            reference = plan.customer.reference or customers.get(plan.customer.operation_key)
            if isinstance(reference, Reference):
                ready.append((plan, reference))
            elif isinstance(reference, NotWritten):
                self._decide_failed(batch, plan.deal, reference, what=f"customer '{plan.customer.reason}'")
        self._link_customers(plans)
        self._write_orders(batch, self._join_subsidiaries(batch, ready), orders)

    def _write_customers(self, batch: Batch, plans: Sequence[OrderPlan]) -> dict[str, Reference | NotWritten]:
        steps = {p.customer.operation_key: p for p in plans if p.customer.record is not None}
        runner: Runner[Customer] = Runner(
            self.memory,
            upsert=self.erp.upsert_customers,
            find=self.erp.find_customers,
            clock=self.clock,
            settle_seconds=self.settings.settle_seconds,
            look_always=False,  # the directory, refreshed a moment ago, knows every customer with our key
        )
        results = runner.write(batch.claim, [_planned_customer(plan) for plan in steps.values()])
        return {
            key: Reference(internal_id=result.internal_id) if isinstance(result, Landed) else result
            for key, result in results.items()
        }

    def _join_subsidiaries(
        self, batch: Batch, ready: Sequence[tuple[OrderPlan, Reference]]
    ) -> list[tuple[OrderPlan, Reference]]:
        """Add customers to the subsidiaries of their orders; return the plans whose customers are in them."""
        ties = {
            _tie_key(customer, plan.customer.joins): CustomerSubsidiary(
                customer=customer, subsidiary=plan.customer.joins
            )
            for plan, customer in ready
            if plan.customer.joins is not None
        }
        if not ties:
            return list(ready)
        runner: Runner[CustomerSubsidiary] = Runner(
            self.memory,
            upsert=self.erp.upsert_subsidiaries,
            find=lambda keys: self.erp.find_subsidiaries({key: ties[key] for key in keys}),
            clock=self.clock,
            settle_seconds=self.settings.settle_seconds,
        )
        results = runner.write(batch.claim, [_planned_tie(key, tie) for key, tie in ties.items()])
        fine: list[tuple[OrderPlan, Reference]] = []
        for plan, customer in ready:
            joins = plan.customer.joins
            result = results.get(_tie_key(customer, joins)) if joins is not None else None
            if isinstance(result, NotWritten):
                what = f"customer {customer} in subsidiary {joins}"
                self._decide_failed(batch, plan.deal, result, what=what, payload=plan.order)
            else:
                fine.append((plan, customer))
        return fine

    def _link_customers(self, plans: Sequence[OrderPlan]) -> None:
        """Keep the ties to customers that were recognised. A customer tied elsewhere stays so; the order is right."""
        ties = {
            _buyer_ref(p.customer): Binding(
                streak=_buyer_ref(p.customer),
                netsuite=_netsuite(RecordKind.CUSTOMER, p.customer.reference.internal_id or ""),
                rule=p.customer.rule,
            )
            for p in plans
            if p.customer.reference is not None and p.customer.rule != "binding"
        }
        for refused in self.memory.keep_bindings(list(ties.values()), now=self.clock()) if ties else ():
            log.info("customer %s is tied to another Streak record already", refused.netsuite.id)

    def _write_orders(
        self, batch: Batch, ready: Sequence[tuple[OrderPlan, Reference]], orders: LookAhead[OrderEntry]
    ) -> None:
        by_key = {plan.operation_key: plan for plan, _ in ready}
        runner: Runner[SalesOrder] = Runner(
            self.memory,
            upsert=self.erp.upsert_orders,
            find=self.erp.find_orders,
            look=orders.find,
            clock=self.clock,
            settle_seconds=self.settings.settle_seconds,
        )
        results = runner.write(batch.claim, [_planned_order(plan, customer) for plan, customer in ready])
        gone = self._forget_gone(
            {key: customer for (_, customer), key in zip(ready, by_key, strict=True)}, results
        )
        for key, result in results.items():
            plan = by_key[key]
            if key in gone:
                reason = (
                    f"customer {plan.customer.reference} does not exist any more; its successor is looked for"
                )
                self._defer(batch, plan.deal.key, "customer_gone", reason)
            elif isinstance(result, Landed) and result.behind:
                reason = f"sales order {result.internal_id} is as an earlier try has sent it; what has changed since follows"
                self._defer(batch, plan.deal.key, _BEHIND, reason)
            elif isinstance(result, Landed):
                self._decide_landed(
                    batch, plan.deal, key, result, reason=f"for {plan.customer.reason}", plan=plan
                )
            else:
                self._decide_failed(batch, plan.deal, result, what="the order", payload=plan.order)

    def _forget_gone(
        self, customers: Mapping[str, Reference], results: Mapping[str, Landed | NotWritten]
    ) -> frozenset[str]:
        """Return the orders that were refused because their customer is gone, and drop those customers."""
        suspects = {
            key: customers[key].internal_id or ""
            for key, result in results.items()
            if isinstance(result, NotWritten) and _names_nobody(result.error)
        }
        gone = self.erp.missing_customers(sorted(set(suspects.values()))) if suspects else frozenset()
        self.memory.directory.forget(gone)
        return frozenset(key for key, customer in suspects.items() if customer in gone)

    def _decide_landed(
        self, batch: Batch, deal: Deal, key: str, order: Landed, *, reason: str, plan: OrderPlan | None = None
    ) -> None:
        remarks = [*(plan.warnings if plan else ()), *order.warnings]
        batch.decide(
            deal.key,
            Action.ADOPTED if order.adopted else Action.CREATED,
            rule="order",
            reason="; ".join([f"sales order {order.internal_id}: {reason}", *remarks]),
            operation_key=key,
            target=_netsuite(RecordKind.SALES_ORDER, order.internal_id),
        )

    def _decide_failed(
        self, batch: Batch, deal: Deal, result: NotWritten, *, what: str, payload: object = None
    ) -> None:
        error = result.error
        if isinstance(error, UncertainWrite):
            self._decide_unknown(batch, deal.key, result.operation_key, str(error))
        elif isinstance(error, TransientError):
            self._decide_busy(batch, deal.key, error)
        else:
            batch.hold(
                deal.key, hold_of(error, payload={"what": what, "record": to_plain(payload)}), rule="vendor"
            )

    def _decide_busy(self, batch: Batch, box_key: str, error: TransientError) -> None:
        """Try again as often as it is worth it; then a person should know what keeps the record from passing."""
        attempts = batch.event(box_key).attempts
        most = error.retry_times or self.settings.attempts
        if isinstance(error, RateLimited | Unavailable) or attempts <= most:
            self._defer(batch, box_key, "vendor_busy", str(error), after=error.retry_after_seconds)
            return
        hold = Hold(
            code="VENDOR_BUSY",
            reason=f"after {attempts} tries NetSuite still does not take the record: {error}",
            fix="see who or what else changes the record at the same time, then release this",
        )
        batch.hold(box_key, hold, rule="vendor_busy")

    def _decide_unknown(self, batch: Batch, box_key: str, operation_key: str, reason: str) -> None:
        attempts = batch.event(box_key).attempts
        if attempts < self.settings.attempts:
            self._defer(batch, box_key, "outcome_unknown", reason)
            return
        hold = Hold(
            code="OUTCOME_UNKNOWN",
            reason=f"after {attempts} tries nobody knows whether the record landed: {reason}",
            fix=f"look for external id {operation_key} in NetSuite, then release this record",
        )
        batch.hold(box_key, hold, rule="outcome_unknown")

    def _defer(
        self, batch: Batch, box_key: str, rule: str, reason: str, *, after: float | None = None
    ) -> None:
        wait = max(after or 0.0, self.settings.wait_seconds(batch.event(box_key).attempts))
        batch.decide(
            box_key,
            Action.DEFERRED,
            rule=rule,
            reason=reason,
            retry_at=self.clock() + timedelta(seconds=wait),
        )


def _was_made(batch: Batch, plan: OrderPlan) -> bool:
    """Tell whether a deal has got its order in this run."""
    decided = batch.decided[plan.deal.key]
    return decided.action in {Action.CREATED, Action.ADOPTED} or decided.rule == _BEHIND


def _names_nobody(error: Exception) -> bool:
    """Tell a refusal for a reference that leads nowhere."""
    return isinstance(error, RejectedByVendor) and error.code in _DEAD_REFERENCE


def order_key(box_key: str) -> str:
    """Return the external id of a box's order."""
    return external_id(ORDER_KEY, box_key)


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


def _approval_hold(draft: MappedDealDraft, why: str) -> Hold:
    return Hold(
        code=NEEDS_APPROVAL,
        reason=f"deal '{draft.deal.name}' needs an approval: {why}",
        fix="approve or reject it; a deal that changes is asked for again",
        payload={"digest": draft.digest, "deal": draft.deal.name, "order": to_plain(draft.order)},
    )


def _rejected(decision: Decision) -> str:
    when = f"{decision.decided_at:%Y-%m-%d}"
    return f"{decision.actor} rejected its order on {when}: {decision.reason}; it is asked for again when the deal changes"


def _untied_hold(intent: Intent) -> Hold:
    return Hold(
        code="ORDER_UNTIED",
        reason=f"sales order {intent.result_id} was written for this box, but the two are not linked any more",
        fix="look at the order and the box; another order is not made for a box that had one",
    )


def _order_plan(draft: MappedDealDraft, step: CustomerStep, *, caught_up_on: date | None) -> OrderPlan:
    return OrderPlan(
        deal=draft.deal,
        customer=step,
        order=draft.order,
        operation_key=order_key(draft.deal.key),
        digest=draft.digest,
        caught_up_on=caught_up_on,
        trace=draft.trace,
        warnings=(*draft.warnings, *_joining(step)),
        side_faults=draft.side_faults,
    )


def _joining(step: CustomerStep) -> tuple[str, ...]:
    return (f"the customer is added to subsidiary {step.joins}",) if step.joins is not None else ()


def _planned_customer(plan: OrderPlan) -> PlannedWrite[Customer]:
    step = plan.customer
    if step.record is None:
        raise ValueError("only a customer that is to be created can be planned")
    streak = _buyer_ref(step)
    return PlannedWrite(
        draft=IntentDraft(
            operation_key=step.operation_key,
            flow=FLOW,
            kind=RecordKind.CUSTOMER,
            subject=streak,
            payload=to_plain(step.record),
        ),
        record=step.record,
        bind=lambda internal_id: Binding(
            streak=streak, netsuite=_netsuite(RecordKind.CUSTOMER, internal_id), rule="created"
        ),
    )


def _tie_key(customer: Reference, subsidiary: Reference | None) -> str:
    named = subsidiary.internal_id if subsidiary is not None else ""
    return external_id("streak-sub", customer.internal_id or "", named or "")


def _planned_tie(key: str, tie: CustomerSubsidiary) -> PlannedWrite[CustomerSubsidiary]:
    return PlannedWrite(
        draft=IntentDraft(
            operation_key=key,
            flow=FLOW,
            kind=RecordKind.CUSTOMER_SUBSIDIARY,
            subject=_netsuite(RecordKind.CUSTOMER, tie.customer.internal_id or ""),
            payload=to_plain(tie),
        ),
        record=tie,
        bind=lambda _internal_id: None,
    )


def _planned_order(plan: OrderPlan, customer: Reference) -> PlannedWrite[SalesOrder]:
    box = _box_ref(plan.deal.key)
    order = replace(plan.order, customer=customer)
    return PlannedWrite(
        draft=IntentDraft(
            operation_key=plan.operation_key,
            flow=FLOW,
            kind=RecordKind.SALES_ORDER,
            subject=box,
            payload=to_plain(order),
        ),
        record=order,
        bind=lambda internal_id: Binding(
            streak=box,
            netsuite=_netsuite(RecordKind.SALES_ORDER, internal_id),
            rule="created",
            base_digest=plan.digest,
        ),
        follow_ups=lambda internal_id: write_back_drafts(
            plan.deal, internal_id, caught_up_on=plan.caught_up_on
        ),
    )


def _box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


def _buyer_ref(step: CustomerStep) -> ExternalRef:
    kind = RecordKind.CONTACT if step.is_person else RecordKind.ORGANIZATION
    return ExternalRef(system=SystemId.STREAK, kind=kind, id=step.buyer_key)


def _netsuite(kind: RecordKind, internal_id: str) -> ExternalRef:
    return ExternalRef(system=SystemId.NETSUITE, kind=kind, id=internal_id)


def _or(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def _unclaimed(box_keys: Sequence[str], now: datetime) -> Claim:
    events = tuple(
        InboxEvent(
            id=-position,
            record=_box_ref(key),
            version="",
            event="plan",
            origin=HintOrigin.PERSON,
            received_at=now,
            attempts=1,
            repeats=0,
        )
        for position, key in enumerate(dict.fromkeys(box_keys), start=1)
    )
    return Claim(token="", events=events, lease_until=now)
