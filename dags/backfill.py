"""Catches up on deals that were won before the product went live."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Param

from streak_netsuite.operators.backfill import BackfillOperator
from streak_netsuite.operators.deal_to_order import WriteBackOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="backfill",
    description="Makes orders of deals that were won in a window of days, silently",
    doc_md="""
### Backfill

```
deals won in the window → inbox, behind what happens now → write_orders → fields of the boxes
```

* Trigger it with two days. While **write_orders** runs, its XCom `progress` and its log show how many are done and left, the
  rate and the time left.
* **Silent**: the fields of the boxes are set; no comment is written, nobody is notified.
* **Behind live work**: deals that are won now go first, and never wait for more than one batch.
* Stopped at any moment, the next try goes on. The same window again looks at every deal anew and makes nothing twice.
* `won_since` of the mapping does not hold here: the window says which deals are meant.
""",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params={
        "since": Param(
            None, type=["null", "string"], format="date", title="First day won (the NetSuite account's zone)"
        ),
        "until": Param(
            None, type=["null", "string"], format="date", title="Last day won (the NetSuite account's zone)"
        ),
    },
    default_args={
        "retries": 10,
        "retry_delay": timedelta(minutes=1),
        "retry_policy": FLOW_RETRY_POLICY,
    },
    tags=["streak", "netsuite"],
) as dag:
    write_orders = BackfillOperator(
        task_id="write_orders",
        since="{{ params.since or '' }}",
        until="{{ params.until or '' }}",
        doc_md="List the window's deals, then work through them batch by batch. Safe to run again at any point.",
    )
    write_back = WriteBackOperator(
        task_id="write_back", doc_md="Order number and status into the boxes; no comments."
    )
    write_orders >> write_back
