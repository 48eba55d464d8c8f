"""What sales is told when an order was made for a customer whom finance has put on credit hold."""

from datetime import UTC, date, datetime, time

from streak_netsuite.flows.activities import activity_draft
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.sync.intent import IntentDraft
from streak_netsuite.sync.plan import OrderPlan


def credit_hold_draft(plan: OrderPlan, *, today: date) -> IntentDraft:
    """Return the task for the deal's owner, due today; the same order again is the same task.

    Args:
        today: in the account's zone.
    """
    name = plan.customer.reference.name if plan.customer.reference else ""
    activity = Activity(
        text=(
            f"The customer{f' {name}' if name else ''} is on credit hold in NetSuite. The order was made; finance decides "
            "when it ships."
        ),
        happened_at=datetime.combine(today, time(12), UTC),  # the same day nearly everywhere
        style=ActivityStyle.TASK,
        assignee=plan.deal.owner_email,
    )
    return activity_draft(plan.deal.key, credit_task(plan.operation_key), activity, whenever_it_was=True)


def credit_task(order_key: str) -> str:
    """Return the name of the task that tells a deal so of its order."""
    return f"credit hold of {order_key}"
