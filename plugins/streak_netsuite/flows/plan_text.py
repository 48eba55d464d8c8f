"""A plan in words, field by field, for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from streak_netsuite.mapping.diff import diff, rendered
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.change_policy import ADD_LINE, CUSTOM_FIELDS, LINE_CUSTOM_FIELDS, kind_of_part
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.order_change import PartChange, Verdict
from streak_netsuite.sync.outcome import Action, Outcome
from streak_netsuite.sync.plan import ChangePlan, OrderPlan

NOTHING = "(nothing)"
_COUNTED = {Action.UPDATED: "changed", Action.HELD: "held"}
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.WRITTEN: "",
    Verdict.THERE: "THERE ALREADY ",
    Verdict.REFUSED: "NOT FOLLOWED ",
    Verdict.LOST: "LEFT TO FINANCE ",
}


def plan_text(
    plans: Sequence[OrderPlan],
    outcomes: Iterable[Outcome],
    *,
    changes: Mapping[str, ChangePlan] | None = None,
    spec: MappingSpec | None = None,
) -> str:
    """Return what would be created and changed, each field with its rule, and what would not be, with the reason.

    Args:
        changes: by box, what orders would follow of their deals.
        spec: the mapping, for what the boxes would be told; left out, that is not said.
    """
    changes = changes or {}
    decided = list(outcomes)
    blocks = [_order(plan, spec) for plan in plans]
    blocks += [_change(plan, spec) for plan in changes.values()]
    blocks += [_outcome(one) for one in decided if one.record.id not in changes]
    kept = {box for box, plan in changes.items() if plan.change.is_empty}
    return "\n\n".join([_head(plans, [one for one in decided if one.record.id not in kept]), *blocks])


def change_line(
    place: str, old: object, new: object, rule: str, *, width: int = 0, nothing: str = NOTHING
) -> str:
    """Return one field of a plan: its place, its value now, its value then, and the rule that gives it."""
    before, after = rendered(old) or nothing, rendered(new) or nothing
    return f"{place.ljust(width)}  {before} -> {after}   [{rule or 'default'}]"


def _head(plans: Sequence[OrderPlan], outcomes: Sequence[Outcome]) -> str:
    counts = Counter(_COUNTED[one.action] for one in outcomes if one.action in _COUNTED)
    told = [f"{len(plans)} orders would be written", *(f"{n} {word}" for word, n in sorted(counts.items()))]
    return f"{', '.join(told)}. Nothing was."


def _order(plan: OrderPlan, spec: MappingSpec | None) -> str:
    step = plan.customer
    lines = [f"CREATE sales order for {_box(plan.deal)} as {plan.operation_key}"]
    if step.record is not None:
        lines.append(f"  CREATE customer '{step.record.name}' as {step.operation_key}: {step.reason}")
        lines += _fields(step.record, plan)
    else:
        lines.append(f"  LINK customer {step.reference}: {step.reason} (rule {step.rule})")
    lines.append("  ORDER")
    lines += _fields(plan.order, plan)
    lines += [f"  NOTE {warning}" for warning in plan.warnings]
    if step.record is not None:
        lines += [f"  HOLD of its own: {fault}" for fault in plan.side_faults]
    if step.on_credit_hold and plan.caught_up_on is None:
        lines.append("  CREATE task: the customer is on credit hold   [sales_order.when_on_credit_hold]")
    lines += _told_box(plan, spec) if spec is not None else ()
    return "\n".join(lines)


def _told_box(plan: OrderPlan, spec: MappingSpec) -> Iterator[str]:
    """Yield what the box is told once it has its order; the number is known by then only, so the rule is shown."""
    section, width = spec.write_back, max(map(len, spec.write_back.fields), default=0)
    if section.fields:
        yield "  BOX"
    for name, expression in section.fields.items():
        old = rendered(plan.deal.fields.get(name)) or NOTHING
        yield f"    {name.ljust(width)}  {old} -> {expression}   [write_back.fields]"
    if section.comment and plan.caught_up_on is None:
        yield f"  CREATE {section.comment_as}: {section.comment.strip()}   [write_back.comment]"


def _fields(record: Customer | SalesOrder, plan: OrderPlan) -> list[str]:
    changes = diff(None, record, plan.trace)
    width = max((len(c.field) for c in changes), default=0)
    return ["    " + change_line(c.field, c.old, c.new, c.rule, width=width) for c in changes]


def _change(plan: ChangePlan, spec: MappingSpec | None) -> str:
    change = plan.change
    verb = "KEEP" if change.is_empty else "UPDATE"
    lines = [f"{verb} sales order {change.number} of {_box(plan.deal)}"]
    for part in change.parts:
        told = change_line(part.place, part.old, part.new, _rule(part, plan.trace))
        lines.append(f"  {_VERDICTS[part.verdict]}{told}{f' ({part.reason})' if part.reason else ''}")
    kept_back = change.with_verdict(Verdict.REFUSED, Verdict.LOST)
    if kept_back and spec is not None and spec.changes.refused in {"task", "hold"}:
        verb = "CREATE task on the box" if spec.changes.refused == "task" else "HOLD"
        lines.append(f"  {verb}: {len(kept_back)} points are not followed   [changes.refused]")
    return "\n".join(lines)


def _rule(part: PartChange, trace: Mapping[str, str]) -> str:
    """Return the rule that gives the value that the deal wants; "" for what it wants no more."""
    place = target_of(part)
    while place:
        if place in trace:
            return trace[place]
        place = place.rpartition(".")[0]
    return "the deal has it no more" if not part.new else ""


def target_of(part: PartChange) -> str:
    """Return the target field of the mapping that a part of an order is ("sales_order.lines[0].quantity")."""
    kind = kind_of_part(part.part)
    if kind == LINE_CUSTOM_FIELDS:
        name = f"custom_fields.{part.part}"
    elif kind == CUSTOM_FIELDS:
        return f"sales_order.custom_fields.{part.part}"
    elif part.part == ADD_LINE:
        name = "item"
    elif part.part.startswith("lines."):
        name = part.part.removeprefix("lines.")
    else:
        return f"sales_order.{part.part}" if "." in part.part else f"sales_order.fields.{part.part}"
    return "" if part.line is None else f"sales_order.lines[{part.line}].{name}"


def _outcome(outcome: Outcome) -> str:
    lines = [f"{str(outcome.action).upper()} box {outcome.record.id}: {outcome.reason} (rule {outcome.rule})"]
    if outcome.hold is not None:
        lines += [f"  candidate: {c}" for c in outcome.hold.candidates]
        lines += [f"  fault: {f}" for f in outcome.hold.faults]
        lines += [f"  next: {outcome.hold.fix}"] if outcome.hold.fix else []
    return "\n".join(lines)


def _box(deal: Deal) -> str:
    return f"box '{deal.name}' ({deal.key})"
