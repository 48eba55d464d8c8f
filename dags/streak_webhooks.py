"""Keeps the webhooks that Streak sends as they are wanted."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.webhooks import StreakWebhooksOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="streak_webhooks",
    description="Makes the webhooks registered at Streak equal to the wanted ones",
    doc_md="""
### Webhooks

Every six hours, and whenever you run it: one webhook for each event of each watched pipeline (and team), with
the connection's `webhook_url` and its first token. Missing ones are registered, others corrected, and those
that nothing wants are removed, last. Webhooks that lead elsewhere are listed and left alone.

**To rotate the token:** put the new one first in `webhook_tokens` and keep the old one behind it, run this,
then drop the old one. Without a `webhook_url` this is skipped; the sweep finds changes all the same.
""",
    schedule=CronTriggerTimetable("41 */6 * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=1), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "webhooks"],
) as dag:
    StreakWebhooksOperator(task_id="keep_webhooks")
