"""Tells when Streak and the mapping have moved apart, before records fail for it."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.drift import StreakDriftOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="streak_drift",
    description="Tells when names that the mapping uses were changed in Streak",
    doc_md="""
### Drift

Every hour: the pipelines, stages, fields and options of Streak, beside those the mapping uses and beside what
they were. A stage that is renamed makes deals look unfinished, and no record fails for it: so this run fails,
and a hold named **DRIFT** says what to do. It closes by itself once everything fits again. Changes that the
mapping does not use are in the log.
""",
    schedule=CronTriggerTimetable("23 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "mapping"],
) as dag:
    StreakDriftOperator(task_id="compare_names")
