"""Operator that keeps what the NetSuite account says of itself."""

from typing import TYPE_CHECKING

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class NetSuiteAccountOperator(FlowOperator):
    """Reads the account's concurrency for all workers, compares clocks, and says what to mend. Returns counts."""

    ui_color = "#dbeafe"

    def execute(self, context: "Context") -> dict[str, int]:
        """Ask once."""
        with self.working(context) as product:
            report = product.account_watch().run()
        self.log.info("%s", "\n".join(report.lines()))
        for advice in report.advice:
            self.log.warning("%s", advice)
        return {
            "concurrency": report.said.calls if report.said else 0,
            "calls": report.calls,
            "refused": report.refused,
            "to_mend": len(report.advice),
        }
