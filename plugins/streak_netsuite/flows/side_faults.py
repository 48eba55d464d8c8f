"""What new customers are made without, such as an address nobody can read: each shown to a person as a hold of its own."""

from collections.abc import Sequence

from streak_netsuite.flows.batch import hold_of
from streak_netsuite.flows.planned_order import box_ref
from streak_netsuite.sync.outcome import Action, Aside, Outcome
from streak_netsuite.sync.plan import OrderPlan

SIDE_FLOW = "deal_to_order.side"  # holds that a later good outcome of the deal must not close


def side_faults(plans: Sequence[OrderPlan], *, run_id: str) -> Aside | None:
    """Return the holds of deals whose customer comes to be; None when nothing is amiss."""
    held = tuple(_held(plan) for plan in plans if plan.side_faults)
    return Aside(flow=SIDE_FLOW, run_id=run_id, outcomes=held) if held else None


def _held(plan: OrderPlan) -> Outcome:
    faults = [str(fault) for fault in plan.side_faults]
    return Outcome(
        event_id=None,
        record=box_ref(plan.deal.key),
        action=Action.HELD,
        rule="side_fault",
        reason="; ".join(faults),
        hold=hold_of(plan.side_faults[0], payload={"deal": plan.deal.name}, faults=faults),
    )
