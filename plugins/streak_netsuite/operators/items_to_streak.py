"""Operator that brings items to Streak."""

from typing import TYPE_CHECKING

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class ItemsToStreakOperator(FlowOperator):
    """Makes Streak's dropdowns and boxes show what NetSuite sells, as the mapping's section `items` says.

    Does nothing while the section names no field. Returns counts by action and rule.
    """

    ui_color = "#dcfce7"

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Compare items with Streak, and write what differs."""
        with self.working(context) as product:
            report = product.items_to_streak().run()
        self.log.info("%s", report)
        return report.as_dict()
