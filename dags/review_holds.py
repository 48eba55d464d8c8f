"""Puts records that wait for a person before people: one question for each hold."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, CronTriggerTimetable

from streak_netsuite.operators.holds import AskAboutHoldOperator, FindHoldsOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

TAGS = ["streak", "netsuite", "people"]

with DAG(
    dag_id="review_holds",
    description="Asks people about records that wait for them",
    doc_md="""
### Review holds

```
open holds nobody is asked about → one run of answer_hold each → Required Actions
```

Also those whose run has failed, was deleted or was marked as ended; not those whose run waits, as while `answer_hold` is paused.

Every few minutes. Questions are found under **Browse → Required Actions**; waiting costs no worker slot.
""",
    schedule=CronTriggerTimetable("*/3 * * * *", timezone="UTC"),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1), "retry_policy": FLOW_RETRY_POLICY},
    tags=TAGS,
) as review_holds:
    find_holds = FindHoldsOperator(task_id="find_holds", asking_dag_id="answer_hold")
    TriggerDagRunOperator.partial(
        task_id="ask",
        trigger_dag_id="answer_hold",
        logical_date=None,
        skip_when_already_exists=True,
    ).expand_kwargs(find_holds.output)

with DAG(
    dag_id="answer_hold",
    description="One record that waits for a person: asks, and does what is answered",
    doc_md="""
### Answer a hold

One run for each hold that needs a person. The answers depend on the cause: approve, try again, say which customer is
meant, dismiss; values of a deal can be corrected with the answer. Who answered, why, and the values before and after are
kept in the ledger's audit.

The question is taken back when the record passes meanwhile, is held for something else, or is answered elsewhere
(`streak-netsuite holds`, the notebook).
""",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1000,  # runs that wait are active ones
    max_active_tasks=100,
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=10),  # the first one may hold an answer: see AskAboutHoldOperator
        "retry_exponential_backoff": 2,
        "retry_policy": FLOW_RETRY_POLICY,
    },
    tags=TAGS,
) as answer_hold:
    AskAboutHoldOperator(
        task_id="ask", hold_id="{{ dag_run.conf['hold_id'] }}", times="{{ dag_run.conf['times'] }}"
    )
