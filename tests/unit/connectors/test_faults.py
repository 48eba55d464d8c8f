"""SOAP faults and record statuses, classified by element and code."""

import pytest
from lxml import etree

from streak_netsuite.connectors.netsuite.faults import classify_fault, classify_status, fault_detail
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    PermanentError,
    RateLimited,
    RejectedByVendor,
    TransientError,
    Unavailable,
    UncertainWrite,
)


@pytest.mark.parametrize(
    ("element", "code", "error"),
    [
        ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", RateLimited),
        ("exceededRequestLimitFault", "WS_CONCUR_SESSION_DISALLWD", RateLimited),
        ("exceededUsageLimitFault", "", RateLimited),
        ("invalidSessionFault", "SESSION_TIMED_OUT", TransientError),
        ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS", InvalidCredentials),
        ("insufficientPermissionFault", "INSUFFICIENT_PERMISSION", InvalidCredentials),
        ("invalidVersionFault", "INVALID_VERSION", ConfigurationError),
        ("exceededRecordCountFault", "MAX_RCRDS_EXCEEDED", ConfigurationError),
        ("unexpectedErrorFault", "UNEXPECTED_ERROR", UncertainWrite),
        ("", "ACCT_TEMP_UNAVAILABLE", Unavailable),
        ("someNewFault", "SOME_NEW_CODE", PermanentError),
    ],
)
def test_a_fault_on_a_write_says_what_to_do_next(element: str, code: str, error: type[Exception]) -> None:
    assert type(classify_fault(element, code, "text", writes=True, name="x")) is error


def test_an_unexpected_error_on_a_read_may_be_repeated() -> None:
    assert isinstance(classify_fault("unexpectedErrorFault", "", "", writes=False, name="x"), Unavailable)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("MISSING_REQD_FLD", RejectedByVendor),
        ("A_CODE_NOBODY_KNOWS", RejectedByVendor),
        ("RCRD_HAS_BEEN_CHANGED", TransientError),
        ("UNEXPECTED_ERROR", UncertainWrite),
    ],
)
def test_a_records_status_concerns_that_record(code: str, error: type[Exception]) -> None:
    assert isinstance(classify_status(code, "text", name="x"), error)


def test_a_refusal_names_code_and_next_step() -> None:
    error = classify_status("MISSING_REQD_FLD", "Please enter value(s) for: Location", name="order")
    assert isinstance(error, RejectedByVendor)
    assert error.code == "MISSING_REQD_FLD"
    assert "mapping" in error.fix
    assert "Location" in str(error)


def test_the_detail_is_found_beside_the_host_name() -> None:
    detail = etree.fromstring(
        '<detail><h:hostname xmlns:h="http://xml.apache.org/axis/">host</h:hostname>'
        '<f:invalidCredentialsFault xmlns:f="urn:faults"><f:code>USER_ERROR</f:code><f:message>no</f:message>'
        "</f:invalidCredentialsFault></detail>"
    )
    assert fault_detail(detail) == ("invalidCredentialsFault", "USER_ERROR", "no")


def test_a_detail_may_hold_nothing_of_use() -> None:
    assert fault_detail(None) == ("", "", "")
    assert fault_detail(etree.fromstring("<detail><hostname>x</hostname></detail>")) == ("", "", "")
