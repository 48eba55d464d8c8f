"""Compares all of Streak's lists with what was seen before, once a night."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.sweep import StreakSweepOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="streak_full_sweep",
    description="Finds what was deleted in Streak, and whatever else nothing has brought",
    doc_md="""
### Full sweep

Once a night: every watched list, page by page, compared with what was seen before. Finds **deletions**,
changes of organizations (their list cannot be asked for changes), and whatever webhooks and sweeps have
missed. A record that a list does not show is asked for by itself before it counts as gone. A run that is
interrupted goes on at its page.
""",
    schedule=CronTriggerTimetable("17 2 * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 5, "retry_delay": timedelta(minutes=2), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "sweep"],
) as dag:
    StreakSweepOperator(task_id="compare_all", full=True)
