"""What can be sold reaches Streak."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.items_to_streak import ItemsToStreakOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="items_to_streak",
    description="Brings items, prices and stock from NetSuite to Streak, where the mapping says so",
    doc_md="""
### Items to Streak

```
items · prices by level · stock by location → offered? → label → options of dropdown fields, others' untouched
                                                      └────────→ fields of boxes that sell the item
```

Off until the mapping's section `items` names a field. Options are added and renamed; those that others added stay. An option of
ours whose item cannot be sold any more stays, is marked, or is removed once no box has it: `retire`. Only what differs is
written, so a repeat writes nothing.
""",
    schedule=CronTriggerTimetable("23 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30), "retry_policy": FLOW_RETRY_POLICY},
    tags=["netsuite", "streak"],
) as dag:
    ItemsToStreakOperator(task_id="offer_items")
