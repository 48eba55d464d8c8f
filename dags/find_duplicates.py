"""Looks for customers that are one, and for organizations and contacts."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable, chain

from streak_netsuite.hooks.configured import duplicates_among
from streak_netsuite.operators.duplicates import FindDuplicatesOperator, FindLinksOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="find_duplicates",
    description="Looks for customers of the NetSuite account that are one, and for organizations and contacts in Streak",
    doc_md="""
### Find duplicates

Every Monday: reads all customers with their addresses and balances, groups those that are one, and keeps a report with the
reasons; then the same among the organizations and the contacts in Streak. The reports, their history and the pairs that a person
should look at: **Browse → Duplicate customers**. Which of the three are looked at says `[streak_netsuite] duplicates_among` in
Airflow's configuration (`customers, organizations, contacts`).

Organizations in Streak that are customers already and are not tied to them are looked for, too, and wait on the same page.

Nothing is merged and nothing is written to Streak or NetSuite. What people decided counts in the next run and is not asked again.
""",
    schedule=CronTriggerTimetable("7 4 * * 1", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "netsuite", "people"],
) as dag:
    searches = [
        FindDuplicatesOperator(task_id=f"look_{among}", among=among.value) for among in duplicates_among()
    ]
    # One after the other: each holds all of its records in memory.
    chain(*searches, FindLinksOperator(task_id="link"))
