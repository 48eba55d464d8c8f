"""Operator that catches up on old deals."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


PROGRESS = "progress"
"""The XCom that tells how far the running task is."""


class BackfillOperator(FlowOperator):
    """Makes orders of deals that were won in a window of days.

    While it runs, its XCom `progress` and its log show how many are done and left, the rate and the time left.
    Returns counts by action and rule. What happens now goes first. A run that was stopped goes on where it was.

    :param since: first day, in the NetSuite account's zone ("2024-11-01"); empty for no bound.
    :param until: last day, in the same zone; empty for today.
    """

    template_fields: Sequence[str] = ("mapping", "since", "until")
    ui_color = "#e0f2fe"

    def __init__(self, *, since: str = "", until: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.since = since
        self.until = until

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """List the window, and work through it."""
        from streak_netsuite.flows.backfill import Window
        from streak_netsuite.flows.report import RunReport

        window = Window(since=_day(self.since), until=_day(self.until))
        report, left = RunReport(), 0
        with self.working(context) as product:
            for progress in product.backfill().run(window):
                report, left = progress.report, progress.left
                self.log.info("%s", progress)
                context["ti"].xcom_push(key=PROGRESS, value=progress.as_dict())
            report += product.order_edits().drain()
        self.log.info("%s", report)
        if left:
            raise AirflowException(
                f"{left} deals wait to be tried again; this task goes on with them when it is retried"
            )
        return report.as_dict()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
