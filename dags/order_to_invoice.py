"""Shipped orders are billed."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.order_to_invoice import OrderToInvoiceOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

with DAG(
    dag_id="order_to_invoice",
    description="Bills shipped orders, where the mapping says so",
    doc_md="""
### Order to invoice

```
orders that wait to be billed (NetSuite's own status) → ours? → transform → invoice, once
```

Off until the mapping says `invoice: {when: shipped}` or `each_shipment`. Only orders of boxes are billed. Each invoice
has a key of its order and its place among the order's invoices, so a repeat finds it. A closed posting period **holds**
the invoice, or dates it in the next open one with a note in its memo: `closed_period`. Taxes, terms and due dates are
NetSuite's.
""",
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30), "retry_policy": FLOW_RETRY_POLICY},
    tags=["netsuite"],
) as dag:
    OrderToInvoiceOperator(task_id="bill_orders")
