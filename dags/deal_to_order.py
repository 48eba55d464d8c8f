"""A deal that reaches Closed-Won becomes a NetSuite customer and sales order."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable

from streak_netsuite.operators.deal_to_order import DealToOrderOperator, WriteBackOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY
from streak_netsuite.triggers.inbox import InboxTrigger

inbox = Asset(
    "streak_netsuite_inbox",
    watchers=[AssetWatcher(name="streak_netsuite_inbox_watcher", trigger=InboxTrigger())],
)

with DAG(
    dag_id="deal_to_order",
    description="A deal that reaches Closed-Won becomes a NetSuite customer and sales order",
    doc_md="""
### Deal to order

```
webhook or sweep → inbox → write_orders → write_back → the box knows its order
```

* **write_orders** claims the hints that wait, reads the deals from Streak, recognises or creates the
  customers, writes the sales orders in batches, and settles each record: created, skipped, deferred or held.
* **write_back** writes order number and status into the box, and one comment.

Runs start by themselves within a second of a webhook; every ten minutes one starts anyway.
A record that cannot proceed is **held** with its reason while the others go on:
`streak-netsuite holds list`. To see what would be written without writing, run **deal_to_order_plan**.
""",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[inbox]
    ),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # one run drains all that waits; the ledger keeps two runs apart all the same
    default_args={
        "retries": 3,
        "retry_delay": timedelta(seconds=20),
        "retry_policy": FLOW_RETRY_POLICY,
        "execution_timeout": timedelta(hours=2),
    },
    tags=["streak", "netsuite"],
) as dag:
    write_orders = DealToOrderOperator(
        task_id="write_orders",
        doc_md="Claim, gather, match, plan, write customers and orders, settle. Safe to run again at any point.",
    )
    write_back = WriteBackOperator(
        task_id="write_back",
        doc_md="Order number and status into the box, and one comment. Repeats nothing.",
    )
    write_orders >> write_back
