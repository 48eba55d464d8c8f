"""Operator that compares both sides and the ledger."""

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class ReconcileOperator(FlowOperator):
    """Compares won deals, orders, invoices, payments and the ledger; the log names every difference. Returns counts.

    :param quick: leave out what became of the orders.
    :param fail_on_difference: fail when anything differs but deals that wait, so that Airflow alerts whoever it alerts.
    """

    ui_color = "#e0e7ff"

    def __init__(self, *, quick: bool = False, fail_on_difference: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.quick = quick
        self.fail_on_difference = fail_on_difference

    def execute(self, context: "Context") -> dict[str, int]:
        """Compare once."""
        from streak_netsuite.flows.reconcile import Drift

        with self.working(context, read_only=True) as product:
            report = product.reconcile(quick=self.quick).run()
        self.log.info("%s", "\n".join(report.lines()))
        wrong = [one for one in report.differences if one.drift is not Drift.WAITING]
        if wrong and self.fail_on_difference:
            raise AirflowFailException(
                f"{len(wrong)} differences; the first: {wrong[0].what}; {wrong[0].repair}"
            )
        return {"boxes": report.boxes, "ties": report.ties, "orders": report.orders, **report.counts()}
