"""The statuses replies are made of."""

from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.values import Fields
from streak_netsuite.sandbox.netsuite.writes import WriteOutcome


def ok() -> Fields:
    """Return the status of a success."""
    return {"@isSuccess": True}


def failed(refused: RecordRefused) -> Fields:
    """Return the status of a refusal."""
    return {"@isSuccess": False, "statusDetail": [_detail(refused.code, refused.message)]}


def failed_result(element: str, refused: RecordRefused, records: int) -> Fields:
    """Return the result of a call that failed as a whole.

    The schema wants at least one writeResponse in a list of writes, so each record says why again.
    """
    status = failed(refused)
    if element == "writeResponseList":
        return {element: {"status": status, "writeResponse": [{"status": status}] * max(1, records)}}
    return {element: {"status": status}}


def write_response(outcome: WriteOutcome) -> Fields:
    """Return the answer for one written record: its status and its reference."""
    status = ok()
    if outcome.code:
        severity = "WARN" if outcome.is_warning else "ERROR"
        detail = _detail(outcome.code, outcome.message, severity=severity)
        if outcome.after_submit_failed:
            detail["afterSubmitFailed"] = True
        status = {"@isSuccess": outcome.is_warning, "statusDetail": [detail]}
    return {"status": status, "baseRef": outcome.ref}


def _detail(code: str, message: str, *, severity: str = "ERROR") -> Fields:
    return {"@type": severity, "code": code, "message": message}
