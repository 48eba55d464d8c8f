"""Operators of the deal-to-order flow."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from streak_netsuite.hooks.configured import default_mapping, netsuite_pool
from streak_netsuite.hooks.product import ProductHook

if TYPE_CHECKING:
    from airflow.sdk import Context

    from streak_netsuite.assembly import Product
    from streak_netsuite.errors import InvalidCredentials, RecordsReplaced


class FlowOperator(BaseOperator):
    """What the flow operators share: three connections and a mapping.

    :param streak_conn_id: Streak connection.
    :param netsuite_conn_id: NetSuite connection.
    :param ledger_conn_id: ledger connection.
    :param mapping: path of a mapping file, or the name of a shipped one. Left out, `[streak_netsuite] mapping` of Airflow's
        configuration says, and else it is the shipped one.
    """

    template_fields: Sequence[str] = ("mapping",)
    ui_color = "#dbeafe"
    calls_netsuite = True

    def __init__(
        self,
        *,
        streak_conn_id: str = "streak_default",
        netsuite_conn_id: str = "netsuite_default",
        ledger_conn_id: str = "streak_netsuite_ledger",
        mapping: str = "",
        **kwargs: Any,
    ) -> None:
        if self.calls_netsuite:
            kwargs.setdefault("pool", netsuite_pool())
        super().__init__(**kwargs)
        self.streak_conn_id = streak_conn_id
        self.netsuite_conn_id = netsuite_conn_id
        self.ledger_conn_id = ledger_conn_id
        self.mapping = mapping or default_mapping()

    @property
    def product(self) -> ProductHook:
        """The product behind the connections."""
        return ProductHook(
            streak_conn_id=self.streak_conn_id,
            netsuite_conn_id=self.netsuite_conn_id,
            ledger_conn_id=self.ledger_conn_id,
            mapping=self.mapping,
        )

    @contextlib.contextmanager
    def working(self, context: "Context", *, read_only: bool = False) -> "Iterator[Product]":
        """Open the product for a run.

        While a vendor does not let us work, or the account was replaced by another, the first run of any flow fails and the
        next ones are skipped: one alert for one cause, and work resumes by itself.
        """
        from streak_netsuite.errors import InvalidCredentials, RecordsReplaced

        flow, run_id = f"{self.dag_id}.{self.task_id}", str(context["run_id"])
        try:
            with self.product.open(run_id=run_id, read_only=read_only) as product:
                yield product
                for system in product.accepted_by:
                    if product.outages().end(system, flow=flow):
                        self.log.info("the credentials for %s work again", system)
        except (InvalidCredentials, RecordsReplaced) as error:  # opening asks NetSuite, too
            with self.product.outages() as outages:
                is_news = outages.begin(_what_is_out(error), str(error), flow=flow, run=run_id)
            if is_news:
                raise
            raise AirflowSkipException(f"still not possible: {error}") from error


def _what_is_out(error: "InvalidCredentials | RecordsReplaced") -> str:
    from streak_netsuite.errors import InvalidCredentials
    from streak_netsuite.flows.outage import RECORDS

    return error.system if isinstance(error, InvalidCredentials) else RECORDS


class DealToOrderOperator(FlowOperator):
    """Makes customers and sales orders of the deals whose hints wait in the inbox.

    Returns counts by action and rule; what was done to each record is in the ledger.
    """

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Work through the inbox until nothing is ready."""
        with self.working(context) as product:
            report = product.work_inbox()
        self.log.info("%s", report)
        return report.as_dict()


class PlanOrdersOperator(FlowOperator):
    """Prints what would be written for the deals that wait, field by field. Writes nothing.

    :param boxes: keys of the boxes to plan for; those that wait in the inbox when empty.
    """

    template_fields: Sequence[str] = ("mapping", "boxes")
    ui_color = "#fef9c3"

    def __init__(self, *, boxes: Sequence[str] | str = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.boxes = boxes

    def execute(self, context: "Context") -> int:
        """Print the plan; return for how many deals an order would be written."""
        from streak_netsuite.flows.plan_text import plan_text

        with self.working(context, read_only=True) as product:
            keys = [self.boxes] if isinstance(self.boxes, str) else list(self.boxes)
            plans, batch = product.deal_to_order().plan(
                [k for k in keys if k] or product.ledger.waiting_boxes()
            )
            text = plan_text(plans, batch.decided.values(), changes=batch.changes, spec=product.spec)
        self.log.info("\n%s", text)
        return len(plans)


class WriteBackOperator(FlowOperator):
    """Tells the boxes about their orders, fields and one comment each, and writes activities that are due."""

    ui_color = "#dcfce7"

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Write what is due."""
        with self.working(context) as product:
            report = product.tell_boxes()
        self.log.info("%s", report)
        return report.as_dict()
