"""Which orders a person has to approve before they are written."""

from zoneinfo import ZoneInfo

from streak_netsuite.mapping.expression import Expression, says_yes
from streak_netsuite.mapping.flow_sections import ApprovalSection
from streak_netsuite.mapping.source import view_of
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.sales_order import SalesOrder


def approval_reason(section: ApprovalSection, deal: Deal, order: SalesOrder, *, zone: ZoneInfo) -> str:
    """Return why somebody has to approve an order, "" when nobody has to.

    Args:
        zone: the account's time zone, in which the rule reads moments.
    """
    reasons = [_amount(section, order), rule_reason(section, deal, zone=zone)]
    return "; ".join(reason for reason in reasons if reason)


def _amount(section: ApprovalSection, order: SalesOrder) -> str:
    if not section.above:
        return ""
    currency = order.currency.name if order.currency is not None else ""
    limit = section.limit(order.currency)
    if limit is None:
        return ""
    if order.total is None:
        return "NetSuite prices a line of it, so its total is not known before it is written"
    if order.total <= limit:
        return ""
    return f"its total of {order.total:,f} {currency} is above {limit:,f}".replace("  ", " ")


def rule_reason(section: ApprovalSection, deal: Deal, *, zone: ZoneInfo) -> str:
    """Return why the rule over deals wants an approval, "" when it does not."""
    if section.when is None:
        return ""
    try:
        told = Expression(section.when, zone=zone).evaluate(view_of(deal))
    except Unfit as unfit:
        return f"the rule for approvals cannot be computed: {unfit}"
    if not says_yes(told):
        return ""
    return told if isinstance(told, str) and told not in {"True", "yes"} else "the rule for approvals says so"
