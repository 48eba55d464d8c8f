"""Keeps what the NetSuite account says of itself."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.netsuite_account import NetSuiteAccountOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="netsuite_account",
    description="Reads how many calls the NetSuite account allows, and compares clocks",
    doc_md="""
### NetSuite account

Twice a day: how many calls at once the account or our integration record allows, kept for every worker; how far
its clock is from ours, because a signature is only good for five minutes; until when our endpoint lives; and how
many of the last day's calls were refused. What to mend is a warning in the log.
""",
    schedule=CronTriggerTimetable("41 5,17 * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1), "retry_policy": FLOW_RETRY_POLICY},
    tags=["netsuite"],
) as dag:
    NetSuiteAccountOperator(task_id="ask_account")
