"""Operator that bills shipped orders."""

from typing import TYPE_CHECKING

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class OrderToInvoiceOperator(FlowOperator):
    """Bills our orders that are shipped and not billed, as the mapping's section `invoice` says; by default never.

    Returns counts by action and rule.
    """

    ui_color = "#fef3c7"

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Plan what is to be billed, and bill it."""
        with self.working(context) as product:
            report = product.order_to_invoice().run()
        self.log.info("%s", report)
        return report.as_dict()
