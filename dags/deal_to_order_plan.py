"""Shows what deal_to_order would write, field by field, without writing."""

from datetime import UTC, datetime

from airflow.sdk import DAG, Param

from streak_netsuite.operators.deal_to_order import PlanOrdersOperator

with DAG(
    dag_id="deal_to_order_plan",
    description="Dry run: what deal_to_order would write, field by field",
    doc_md="""
### Dry run

Prints, for each box that waits in the inbox or for the boxes you name, the customer and the order that would
be written: each field, its value and the rule that gave it. Records that would be held are listed with
their faults. **No write leaves**, and no watermark moves.
""",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    params={
        "boxes": Param(
            [],
            type="array",
            items={"type": "string"},
            title="Boxes",
            description="Keys of the boxes to plan for; empty for all that wait in the inbox",
        )
    },
    render_template_as_native_obj=True,
    tags=["streak", "netsuite", "dry run"],
) as dag:
    PlanOrdersOperator(task_id="plan_orders", boxes="{{ params.boxes }}")
