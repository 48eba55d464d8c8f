"""Follows customers that were merged in NetSuite."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.duplicates import (
    FillCustomersOperator,
    FollowMergesOperator,
    RelinkBoxesOperator,
)
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="follow_merges",
    description="Follows customers that were merged in NetSuite",
    doc_md="""
### Follow merges

Every hour: writes the values that people wanted for customers that stay, as far as that is still due, and looks which customers
that people called one are gone. What was tied to one of those leads to the customer that stayed from then on.

Boxes in Streak link to the organization or contact that stays, where somebody has asked for that and it is still due.

Nothing is merged here: that is a person's, in NetSuite. What there is to merge: `streak-netsuite duplicates merges`.
""",
    schedule=CronTriggerTimetable("23 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5), "retry_policy": FLOW_RETRY_POLICY},
    tags=["netsuite", "people"],
) as dag:
    FillCustomersOperator(task_id="fill") >> FollowMergesOperator(task_id="follow")
    RelinkBoxesOperator(task_id="relink")
