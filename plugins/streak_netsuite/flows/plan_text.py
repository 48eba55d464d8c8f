"""A plan in words, field by field, for people."""

from collections.abc import Iterable, Sequence

from streak_netsuite.mapping.diff import diff
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.outcome import Outcome
from streak_netsuite.sync.plan import OrderPlan


def plan_text(plans: Sequence[OrderPlan], outcomes: Iterable[Outcome]) -> str:
    """Return what would be created, with each field and its rule, and what would not be, with the reason."""
    blocks = [_order(plan) for plan in plans]
    blocks += [_outcome(outcome) for outcome in outcomes]
    head = f"{len(plans)} orders would be written. Nothing was."
    return "\n\n".join([head, *blocks])


def _order(plan: OrderPlan) -> str:
    step = plan.customer
    lines = [f"CREATE sales order for box '{plan.deal.name}' ({plan.deal.key}) as {plan.operation_key}"]
    if step.record is not None:
        lines.append(f"  CREATE customer '{step.record.name}' as {step.operation_key}: {step.reason}")
        lines += _fields(step.record, plan)
    else:
        lines.append(f"  LINK customer {step.reference}: {step.reason} (rule {step.rule})")
    lines.append("  ORDER")
    lines += _fields(plan.order, plan)
    lines += [f"  NOTE {warning}" for warning in plan.warnings]
    return "\n".join(lines)


def _fields(record: Customer | SalesOrder, plan: OrderPlan) -> list[str]:
    changes = diff(None, record, plan.trace)
    width = max((len(c.field) for c in changes), default=0)
    return [f"    {c.field.ljust(width)}  (nothing) -> {c.new}   [{c.rule or 'default'}]" for c in changes]


def _outcome(outcome: Outcome) -> str:
    lines = [f"{str(outcome.action).upper()} box {outcome.record.id}: {outcome.reason} (rule {outcome.rule})"]
    if outcome.hold is not None:
        lines += [f"  candidate: {c}" for c in outcome.hold.candidates]
        lines += [f"  fault: {f}" for f in outcome.hold.faults]
        lines += [f"  next: {outcome.hold.fix}"] if outcome.hold.fix else []
    return "\n".join(lines)
