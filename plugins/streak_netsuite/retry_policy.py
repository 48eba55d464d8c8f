"""Which errors Airflow should try again, told by our error classes."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

_PACKAGE = "streak_netsuite.errors"

FLOW_RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=f"{_PACKAGE}.PermanentError",
            action=RetryAction.FAIL,
            reason="A person must act: see the message",
        ),
        RetryRule(
            exception=f"{_PACKAGE}.TransientError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="A vendor or the ledger is not ready; nothing was lost",
        ),
    ],
)
