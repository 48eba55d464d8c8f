"""Reads what changed in Streak into the inbox, whatever webhooks have missed."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.deal_to_order import StreakSweepOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="streak_sweep",
    description="Finds the changes in Streak that no webhook has brought",
    doc_md="""
### Sweep

Every five minutes: the boxes changed since the watermark, newest first, with an overlap. A change that a
webhook brought already is counted as known; the log says how many were **new**. The watermark moves
together with the hints, so a sweep that fails starts again at the same place.
""",
    schedule=CronTriggerTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "sweep"],
) as dag:
    StreakSweepOperator(task_id="sweep_boxes")
