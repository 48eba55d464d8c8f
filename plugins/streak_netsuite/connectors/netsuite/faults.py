"""SOAP faults and record statuses, classified once into our errors.

By fault element and code, never by text: texts change with the account's language.
Source: SuiteTalk help "SOAP Web Services Error Handling" (section_N3539420, section_N3539978),
read 2026-11. Codes that are not listed are tolerated: they concern the record and wait for a person.
"""

from collections.abc import Mapping
from typing import Any

from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    PermanentError,
    RateLimited,
    RejectedByVendor,
    StreakNetSuiteError,
    TransientError,
    Unavailable,
    UncertainWrite,
)

CONCURRENCY_FAULTS = frozenset({"exceededConcurrentRequestLimitFault", "exceededRequestLimitFault"})
CONCURRENCY_CODES = frozenset(
    {"WS_REQUEST_BLOCKED", "WS_CONCUR_SESSION_DISALLWD", "CONCURRENCY_LIMIT_EXCEEDED"}
)
MAINTENANCE_CODES = frozenset({"ACCT_TEMP_UNAVAILABLE"})
_MAINTENANCE_SECONDS = 300.0

_TRANSIENT_STATUS = frozenset(
    "RCRD_HAS_BEEN_CHANGED RCRD_EDITED_SINCE_RETRIEVED CONCURRENCY_LIMIT_EXCEEDED EXCEEDED_MAX_CONCUR_RQST "
    "SSS_REQUEST_LIMIT_EXCEEDED ACCT_TEMP_UNAVAILABLE".split()
)
_UNCERTAIN_STATUS = frozenset(
    "UNEXPECTED_ERROR EXCEEDED_MAX_TIME SSS_TIME_LIMIT_EXCEEDED SSS_USAGE_LIMIT_EXCEEDED "
    "SEARCH_TIMED_OUT SSS_SEARCH_TIMEOUT".split()
)
ALREADY_THERE = frozenset(
    {"DUP_RCRD", "UNIQUE_RCRD_ID_REQD", "NONUNIQUE_INDEX_VALUE", "CANT_CREATE_NON_UNIQUE_RCRD"}
)

_FIXES: Mapping[str, str] = {
    "MISSING_REQD_FLD": "map the missing field, or give it a constant in the mapping file",
    "USER_ERROR": "map or fill what the message names; the order's form in NetSuite decides what is required",
    "DATA_REQD": "map the missing field, or give it a constant in the mapping file",
    "VALID_LINE_ITEM_REQD": "the deal needs at least one product that NetSuite can sell",
    "INVALID_KEY_OR_REF": "the record it points to is missing, inactive or hidden from the integration's role",
    "RCRD_DSNT_EXIST": "the record it points to is missing or hidden from the integration's role",
    "INVALID_FLD_VALUE": "correct the value in Streak, or its type in the mapping file",
    "EXCEEDED_MAX_FIELD_LENGTH": "shorten the text in Streak, or let the mapping clip it",
    "DUP_ENTITY": "link the deal's organization to the customer that has this name already",
    "DUP_RCRD": "another record carries this key or name; look it up in NetSuite",
    "UNIQUE_CUST_ID_REQD": "link the deal's organization to the customer that has this name already",
    "INSUFFICIENT_PERMISSION": "give the integration's role the permission the message names",
    "PERMISSION_VIOLATION": "give the integration's role the permission the message names",
    "MISMATCHED_CURRENCY": "add the currency to the customer in NetSuite, or correct the deal's currency",
    "INVALID_SUB": "the customer, item or location does not belong to the order's subsidiary",
}


def classify_fault(element: str, code: str, message: str, *, writes: bool, name: str) -> StreakNetSuiteError:
    """Return the error a SOAP fault means. A fault refuses the whole request: nothing of it was processed.

    Only an unexpected server error leaves the outcome of a write open.
    """
    text = f"{name}: {code or element or 'fault'}: {message}"
    if element in CONCURRENCY_FAULTS or code in CONCURRENCY_CODES:
        return RateLimited(text)
    if code in MAINTENANCE_CODES:
        return Unavailable(text, retry_after_seconds=_MAINTENANCE_SECONDS)
    if element == "exceededUsageLimitFault":
        return RateLimited(text)
    if element == "invalidSessionFault":
        return TransientError(text)
    if element in {"invalidCredentialsFault", "invalidAccountFault"}:
        return InvalidCredentials(
            f"{text}. Check account id, keys and clock; NetSuite's Login Audit Trail shows the reason"
        )
    if element == "insufficientPermissionFault":
        return InvalidCredentials(f"{text}. Give the integration's role the permission the message names")
    if element == "invalidVersionFault":
        return ConfigurationError(
            f"{text}. Set 'endpoint_version' of the NetSuite connection to a supported one"
        )
    if element in {"exceededRecordCountFault", "exceededRequestSizeFault"}:
        return ConfigurationError(f"{text}. Lower the list sizes of the NetSuite connection")
    if element == "unexpectedErrorFault" or code == "UNEXPECTED_ERROR":
        return UncertainWrite(text) if writes else Unavailable(text)
    return PermanentError(text)


def classify_status(
    code: str, message: str, *, name: str
) -> RejectedByVendor | TransientError | UncertainWrite:
    """Return the error that one record's failed status means."""
    text = f"{name}: {message} ({code})"
    if code in _TRANSIENT_STATUS:
        return TransientError(text)
    if code in _UNCERTAIN_STATUS:
        return UncertainWrite(text)
    return RejectedByVendor(
        text, code=code, fix=_FIXES.get(code, "correct it in NetSuite or Streak, then release it")
    )


def fault_detail(detail: Any) -> tuple[str, str, str]:
    """Return element, code and message of a fault's detail; empty texts for what is not there.

    The detail may hold the fault, the axis host name, both or neither.
    """
    for child in [] if detail is None else detail:
        name = child.tag.rpartition("}")[2]
        if name.lower().endswith("fault"):
            texts = {entry.tag.rpartition("}")[2]: (entry.text or "").strip() for entry in child}
            return name, texts.get("code", ""), texts.get("message", "")
    return "", "", ""
