"""What finance does with an order is told to its deal."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.deal_to_order import WriteBackOperator
from streak_netsuite.operators.status_to_streak import NetSuiteSweepOperator, StatusToStreakOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="status_to_streak",
    description="Tells deals what became of their orders: sent, billed, paid, credited",
    doc_md="""
### Status to Streak

```
NetSuite's changed transactions → inbox → plan_status → tell_boxes → fields, stage, activities on the box
```

* **sweep_netsuite** reads the orders, deliveries, invoices, payments, credit memos and refunds that changed, whose
  customers' credit hold has begun or ended, and once a day the open invoices that became overdue.
* **plan_status** reads the order behind each as it is now, with all that came of it, and plans what its box is to be
  told: fields, a stage (once), and one activity for each thing that happened. What the box knows already is not planned.
* **tell_boxes** writes it. An activity that is told again is changed where it stands.

Every five minutes. What is told is the section `status` of the mapping.
""",
    schedule=CronTriggerTimetable("2-59/5 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30), "retry_policy": FLOW_RETRY_POLICY},
    tags=["streak", "netsuite"],
) as dag:
    sweep = NetSuiteSweepOperator(task_id="sweep_netsuite")
    plan = StatusToStreakOperator(task_id="plan_status")
    tell = WriteBackOperator(task_id="tell_boxes")
    sweep >> plan >> tell
