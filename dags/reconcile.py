"""Compares won deals, their orders and the ledger."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.reconcile import ReconcileOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="reconcile",
    description="Compares won deals, their orders and the ledger, to the cent",
    doc_md="""
### Reconcile

Every night: all won deals, all sales orders with their invoices, payments and credits, and the ledger, read once and
compared by count, by sum of each currency, one by one and field by field. The log names every difference with the next
step; the run fails when there is one that does not just wait. Writes nothing.
""",
    schedule=CronTriggerTimetable("17 3 * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=2), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "netsuite"],
) as dag:
    ReconcileOperator(task_id="compare")
