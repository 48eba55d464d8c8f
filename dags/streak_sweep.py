"""Reads what changed in Streak into the inbox, whatever webhooks have missed."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.sweep import StreakSweepOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="streak_sweep",
    description="Finds the changes in Streak that no webhook has brought",
    doc_md="""
### Sweep

Every five minutes: what changed since the watermark of each list, with an overlap. A change that a webhook
brought already is counted as known; the log says how many were **new**. The watermark moves with the last
page, and a sweep that fails on a page goes on at that page. Deletions are found by **streak_full_sweep**.
""",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "sweep"],
) as dag:
    StreakSweepOperator(task_id="sweep_changes")
