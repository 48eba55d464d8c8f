"""Orders, and the customers they need, are written: each under its key, in lists, and every deal gets its outcome."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.errors import RateLimited, RejectedByVendor, TransientError, Unavailable, UncertainWrite
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.customers import identity_keys, unanswered_token
from streak_netsuite.flows.look_ahead import LookAhead
from streak_netsuite.flows.planned_order import (
    buyer_ref_of,
    netsuite_ref,
    planned_customer,
    planned_order,
    planned_tie,
    tie_key,
)
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.side_faults import side_faults
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.outcome import Action, Hold
from streak_netsuite.sync.plan import OrderPlan
from streak_netsuite.sync.ports import Memory, NotWritten, OrderEntry, OrderTarget
from streak_netsuite.sync.runner import Landed, PlannedWrite, Runner

log = logging.getLogger(__name__)

BEHIND = "deal_changed_meanwhile"  # its order is there as an earlier try has sent it
# Status codes that say "this reference leads nowhere" (section_N3539978, read 2026-11).
_DEAD_REFERENCE = frozenset(
    {"INVALID_KEY_OR_REF", "RCRD_DSNT_EXIST", "INVALID_REF_KEY", "NONEXISTENT_EXTERNAL_ID"}
)


@dataclass(frozen=True, kw_only=True)
class OrderWriting:
    """Carries plans out: customers first, then the orders that have theirs. Leaves the ledger true at any line it may die on."""

    erp: OrderTarget
    memory: Memory
    settings: FlowSettings
    clock: Callable[[], datetime]
    run_id: str

    def carry_out(self, batch: Batch, plans: Sequence[OrderPlan], orders: LookAhead[OrderEntry]) -> None:
        """Write what was planned, and decide each deal of it."""
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
        steps: dict[str, list[OrderPlan]] = defaultdict(list)
        for plan in plans:
            if plan.customer.record is not None:
                steps[plan.customer.operation_key].append(plan)
        runner: Runner[Customer] = Runner(
            self.memory,
            upsert=self.erp.upsert_customers,
            find=self.erp.find_customers,
            clock=self.clock,
            settle_seconds=self.settings.settle_seconds,
            # Which of its deals a customer is made from is chance: all of them would wait where they say different things.
            commit_seconds=self.settings.settle_seconds,
            look_always=False,  # the directory, refreshed a moment ago, knows every customer with our key
        )
        planned = [
            planned_customer(deals[-1], aside=side_faults(deals, run_id=self.run_id))
            for deals in steps.values()
        ]
        results: Mapping[str, Landed | NotWritten] = {}
        try:
            results = runner.write(batch.claim, planned)
        finally:
            self._keep_names(batch, planned, results)
        return {
            key: Reference(internal_id=result.internal_id) if isinstance(result, Landed) else result
            for key, result in results.items()
        }

    def _keep_names(
        self,
        batch: Batch,
        planned: Sequence[PlannedWrite[Customer]],
        results: Mapping[str, Landed | NotWritten],
    ) -> None:
        """Let nobody make a customer of the name of one that may still land: under another key, it would be a second one."""
        for write in planned:
            result = results.get(write.operation_key)
            is_open = isinstance(result, NotWritten) and isinstance(result.error, UncertainWrite)
            if result is not None and not is_open:
                continue
            kept = self.memory.hand_over_identities(
                sorted(identity_keys(write.record)),
                token=batch.claim.token,
                to=unanswered_token(write.operation_key),
                lease_seconds=self.settings.longest_commit_seconds,
                now=self.clock(),
            )
            batch.reserved = tuple(name for name in batch.reserved if name not in kept)

    def _join_subsidiaries(
        self, batch: Batch, ready: Sequence[tuple[OrderPlan, Reference]]
    ) -> list[tuple[OrderPlan, Reference]]:
        """Add customers to the subsidiaries of their orders; return the plans whose customers are in them."""
        ties = {
            tie_key(customer, plan.customer.joins): CustomerSubsidiary(
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
            commit_seconds=self.settings.settle_seconds,  # a tie says one thing alone
        )
        results = runner.write(batch.claim, [planned_tie(key, tie) for key, tie in ties.items()])
        fine: list[tuple[OrderPlan, Reference]] = []
        for plan, customer in ready:
            joins = plan.customer.joins
            result = results.get(tie_key(customer, joins)) if joins is not None else None
            if isinstance(result, NotWritten):
                what = f"customer {customer} in subsidiary {joins}"
                self._decide_failed(batch, plan.deal, result, what=what, payload=plan.order)
            else:
                fine.append((plan, customer))
        return fine

    def _link_customers(self, plans: Sequence[OrderPlan]) -> None:
        """Keep the ties to customers that were recognised. A customer tied elsewhere stays so; the order is right."""
        # Those with our key were made by a worker that died before it could say without what.
        ours = side_faults([p for p in plans if p.customer.rule == "external_id"], run_id=self.run_id)
        if ours is not None:
            self.memory.record_outcomes(ours.outcomes, flow=ours.flow, run_id=ours.run_id, now=self.clock())
        ties = {
            buyer_ref_of(p.customer): Binding(
                streak=buyer_ref_of(p.customer),
                netsuite=netsuite_ref(RecordKind.CUSTOMER, p.customer.reference.internal_id or ""),
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
            commit_seconds=self.settings.longest_commit_seconds,
        )
        results = runner.write(batch.claim, [planned_order(plan, customer) for plan, customer in ready])
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
                self._defer(batch, plan.deal.key, BEHIND, reason)
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
            target=netsuite_ref(RecordKind.SALES_ORDER, order.internal_id),
        )

    def _decide_failed(
        self, batch: Batch, deal: Deal, result: NotWritten, *, what: str, payload: object = None
    ) -> None:
        error = result.error
        if isinstance(error, UncertainWrite):
            self._decide_unknown(batch, deal.key, result.operation_key, error)
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

    def _decide_unknown(self, batch: Batch, box_key: str, operation_key: str, error: UncertainWrite) -> None:
        attempts, reason = batch.event(box_key).attempts, str(error)
        # While it may still land there is nothing that a person could do better.
        if error.settles_at is not None or attempts < self.settings.attempts:
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


def was_made(batch: Batch, plan: OrderPlan) -> bool:
    """Tell whether a deal has got its order in this run."""
    decided = batch.decided[plan.deal.key]
    return decided.action in {Action.CREATED, Action.ADOPTED} or decided.rule == BEHIND


def _names_nobody(error: Exception) -> bool:
    """Tell a refusal for a reference that leads nowhere."""
    return isinstance(error, RejectedByVendor) and error.code in _DEAD_REFERENCE
