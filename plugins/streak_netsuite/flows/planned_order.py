"""What is to be written for a deal: its order, its customer, and the subsidiary that the customer joins. Pure."""

from dataclasses import replace
from datetime import date

from streak_netsuite.flows.drafts import MappedDealDraft
from streak_netsuite.flows.write_back import write_back_drafts
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.customer_subsidiary import CustomerSubsidiary
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.plain_order import order_from_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.outcome import Aside
from streak_netsuite.sync.plan import CustomerStep, OrderPlan
from streak_netsuite.sync.runner import PlannedWrite

FLOW = "deal_to_order"
ORDER_KEY = "streak-so"


def order_key(box_key: str) -> str:
    """Return the external id of a box's order."""
    return external_id(ORDER_KEY, box_key)


def order_plan(draft: MappedDealDraft, step: CustomerStep, *, caught_up_on: date | None) -> OrderPlan:
    """Return what is to be written for a deal that has its customer."""
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


def planned_customer(plan: OrderPlan, *, aside: Aside | None) -> PlannedWrite[Customer]:
    """Return the write of a customer that is to be created, with what it makes true beside."""
    step = plan.customer
    if step.record is None:
        raise ValueError("only a customer that is to be created can be planned")
    streak = buyer_ref_of(step)
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
            streak=streak, netsuite=netsuite_ref(RecordKind.CUSTOMER, internal_id), rule="created"
        ),
        aside=aside,
    )


def tie_key(customer: Reference, subsidiary: Reference | None) -> str:
    """Return the key under which a customer is added to a subsidiary."""
    named = subsidiary.internal_id if subsidiary is not None else ""
    return external_id("streak-sub", customer.internal_id or "", named or "")


def planned_tie(key: str, tie: CustomerSubsidiary) -> PlannedWrite[CustomerSubsidiary]:
    """Return the write that adds a customer to a subsidiary."""
    return PlannedWrite(
        draft=IntentDraft(
            operation_key=key,
            flow=FLOW,
            kind=RecordKind.CUSTOMER_SUBSIDIARY,
            subject=netsuite_ref(RecordKind.CUSTOMER, tie.customer.internal_id or ""),
            payload=to_plain(tie),
        ),
        record=tie,
        bind=lambda _internal_id: None,
    )


def planned_order(plan: OrderPlan, customer: Reference) -> PlannedWrite[SalesOrder]:
    """Return the write of an order for a customer that exists."""
    box = box_ref(plan.deal.key)
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
            netsuite=netsuite_ref(RecordKind.SALES_ORDER, internal_id),
            rule="created",
            base_digest=plan.digest,
        ),
        follow_ups=lambda internal_id: write_back_drafts(
            plan.deal, internal_id, caught_up_on=plan.caught_up_on
        ),
    )


def order_as_sent(intent: Intent, deal: object, *, caught_up_on: date | None) -> PlannedWrite[SalesOrder]:
    """Return the write of an order as an earlier try has sent it, to be kept when it is found, and not to be sent.

    Its tie says that nothing was compared since, so that what has changed of the deal is followed.

    Args:
        deal: None when the box does not exist any more: then there is nobody to be told.
    """
    draft = IntentDraft(
        operation_key=intent.operation_key,
        flow=intent.flow,
        kind=intent.kind,
        subject=intent.subject,
        payload=intent.payload,
    )
    return PlannedWrite(
        draft=draft,
        record=order_from_plain(intent.payload),
        bind=lambda internal_id: Binding(
            streak=intent.subject,
            netsuite=netsuite_ref(RecordKind.SALES_ORDER, internal_id),
            rule="created",
        ),
        follow_ups=lambda internal_id: (
            write_back_drafts(deal, internal_id, caught_up_on=caught_up_on) if isinstance(deal, Deal) else ()
        ),
    )


def box_ref(key: str) -> ExternalRef:
    """Return where a deal lives."""
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)


def buyer_ref_of(step: CustomerStep) -> ExternalRef:
    """Return where the buyer of a step lives."""
    kind = RecordKind.CONTACT if step.is_person else RecordKind.ORGANIZATION
    return ExternalRef(system=SystemId.STREAK, kind=kind, id=step.buyer_key)


def netsuite_ref(kind: RecordKind, internal_id: str) -> ExternalRef:
    """Return where a record lives in NetSuite."""
    return ExternalRef(system=SystemId.NETSUITE, kind=kind, id=internal_id)
