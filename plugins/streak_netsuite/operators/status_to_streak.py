"""Operators that tell deals what became of their orders."""

from typing import TYPE_CHECKING

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class NetSuiteSweepOperator(FlowOperator):
    """Reads what changed in NetSuite into the inbox: transactions, credit holds, and once a day what became overdue.

    Returns counts: transactions read, hints that were new, hints that were known.
    """

    ui_color = "#ede9fe"

    def execute(self, context: "Context") -> dict[str, int]:
        """Sweep once; a sweep that was interrupted goes on behind the transaction it read last."""
        with self.working(context) as product:
            report = product.netsuite_sweep().run()
            late = product.overdue_look().run()
            credit = product.credit_look().run()
        self.log.info("the sweep read %d transactions, %d changes were new", report.read, report.new)
        if late.new:
            self.log.info("%d invoices became overdue", late.new)
        if credit.new:
            self.log.info("of %d customers the credit hold has begun or ended", credit.new)
        return report.as_dict()


class StatusToStreakOperator(FlowOperator):
    """Plans what boxes are told of what became of their orders, from the hints that wait.

    Returns counts by action and rule. Nothing is written to Streak here; `WriteBackOperator` does.
    """

    ui_color = "#dcfce7"

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Work through NetSuite's hints until none is ready."""
        with self.working(context) as product:
            report = product.status_to_streak().drain()
        self.log.info("%s", report)
        return report.as_dict()
