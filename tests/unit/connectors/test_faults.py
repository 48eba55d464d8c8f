"""SOAP faults and record statuses, classified by element and code."""

from pathlib import Path

import pytest
from lxml import etree

from streak_netsuite.connectors.netsuite.fault_book import FaultBook, Treat
from streak_netsuite.connectors.netsuite.faults import (
    ALREADY_THERE,
    CONCURRENCY_FAULTS,
    UnreadRequest,
    classify_fault,
    classify_status,
    fault_detail,
)
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
from streak_netsuite.sync.runner import PERHAPS_OURS


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
        ("exceededUsageLimitFault", "USER_ERROR", RateLimited),
        ("exceededRequestSizeFault", "USER_ERROR", ConfigurationError),
        ("invalidAccountFault", "INVALID_ACCT", InvalidCredentials),
        ("invalidAccountFault", "ACCT_TEMP_UNAVAILABLE", Unavailable),
        ("unexpectedErrorFault", "USER_ERROR", UncertainWrite),
        ("aNewFault", "WS_REQUEST_BLOCKED", RateLimited),
        ("asyncFault", "JOB_NOT_COMPLETE", TransientError),
        ("asyncFault", "INVALID_JOB_ID", PermanentError),
        ("aNewFault", "WS_FEATURE_REQD", ConfigurationError),
        ("", "", PermanentError),
        ("", "ACCT_TEMP_UNAVAILABLE", Unavailable),
        ("someNewFault", "SOME_NEW_CODE", PermanentError),
    ],
)
def test_a_fault_on_a_write_says_what_to_do_next(element: str, code: str, error: type[Exception]) -> None:
    assert type(classify_fault(element, code, "text", writes=True, name="x")) is error


@pytest.mark.parametrize("name", ["SAXException", "SAXParseException", "NumberFormatException"])
def test_a_write_that_cannot_be_read_concerns_one_of_its_records(name: str) -> None:
    error = classify_fault(name, "", "a text", writes=True, name="x")
    assert isinstance(error, UnreadRequest)
    assert isinstance(error, RejectedByVendor)
    assert str(error.of_record("order 7")) == f"order 7: a text ({name})"
    assert error.of_record("order 7").fix == error.fix


def test_a_read_that_cannot_be_read_is_for_a_person() -> None:
    assert type(classify_fault("SAXException", "", "", writes=False, name="x")) is PermanentError


def test_a_value_outside_an_enumeration_is_named() -> None:
    said = (
        "org.xml.sax.SAXException: _nextWeek is not a legal value for {urn:types.sales_2023_2.x}OrderStatus"
    )
    error = classify_fault("SAXException", "", said, writes=True, name="x")
    assert isinstance(error, UnreadRequest)
    assert error.cause == "The value '_nextWeek' is none of those that NetSuite has for OrderStatus."


def test_an_unexpected_error_on_a_read_may_be_repeated() -> None:
    assert isinstance(classify_fault("unexpectedErrorFault", "", "", writes=False, name="x"), Unavailable)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("MISSING_REQD_FLD", RejectedByVendor),
        ("A_CODE_NOBODY_KNOWS", RejectedByVendor),
        ("", RejectedByVendor),
        ("INSUFFICIENT_PERMISSION", RejectedByVendor),
        ("FEATURE_DISABLED", RejectedByVendor),
        ("INVALID_JOB_ID", RejectedByVendor),
        ("RCRD_LOCKED_BY_WF", RejectedByVendor),
        ("JS_EXCEPTION", RejectedByVendor),
        ("RCRD_HAS_BEEN_CHANGED", TransientError),
        ("RCRD_EDITED_SINCE_RETRIEVED", TransientError),
        ("CONCURRENCY_LIMIT_EXCEEDED", RateLimited),
        ("EXCEEDED_MAX_CONCUR_RQST", RateLimited),
        ("SSS_REQUEST_LIMIT_EXCEEDED", RateLimited),
        ("WS_REQUEST_BLOCKED", RateLimited),
        ("ACCT_TEMP_UNAVAILABLE", Unavailable),
        ("UNEXPECTED_ERROR", UncertainWrite),
        ("EXCEEDED_MAX_TIME", UncertainWrite),
        ("SSS_TIME_LIMIT_EXCEEDED", UncertainWrite),
        ("SSS_USAGE_LIMIT_EXCEEDED", UncertainWrite),
        ("SEARCH_TIMED_OUT", UncertainWrite),
        ("SSS_SEARCH_TIMEOUT", UncertainWrite),
    ],
)
def test_a_records_status_concerns_that_record(code: str, error: type[Exception]) -> None:
    assert type(classify_status(code, "text", name="x")) is error


@pytest.mark.parametrize(
    ("code", "message", "owner", "field"),
    [
        ("USER_ERROR", "Please enter value(s) for: Location, Terms", "sales", "Location, Terms"),
        ("INVALID_KEY_OR_REF", "Invalid entity reference key 501.", "finance", "entity"),
        ("INSUFFICIENT_PERMISSION", "no value for this", "admin", None),
        ("A_CODE_NOBODY_KNOWS", "custbody_x", "admin", None),
    ],
)
def test_a_refusal_says_whose_turn_it_is_and_which_field(
    code: str, message: str, owner: str, field: str | None
) -> None:
    error = classify_status(code, message, name="x")
    assert isinstance(error, RejectedByVendor)
    assert (error.code, error.owner, error.field) == (code, owner, field)
    assert error.cause


def test_all_missing_fields_are_in_the_fix_at_once() -> None:
    error = classify_status("USER_ERROR", "Please enter value(s) for: Location, Terms", name="order")
    assert isinstance(error, RejectedByVendor)
    assert "Location, Terms" in error.fix


def test_ids_become_names_where_someone_knows_them() -> None:
    error = classify_status(
        "INVALID_KEY_OR_REF",
        "Invalid entity reference key 501.",
        name="order",
        names=lambda kind, id_: {("customer", "501"): "ACME Robotics Inc"}.get((kind, id_)),
    )
    assert isinstance(error, RejectedByVendor)
    assert "the customer 'ACME Robotics Inc' (501)" in error.fix
    assert str(error) == "order: Invalid entity reference key 501. (INVALID_KEY_OR_REF)"


def test_a_customers_own_book_decides_about_their_scripts(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "statuses:\n- {pattern: 'PO number must be unique', treat: reject, owner: sales,\n"
        "   cause: The PO number is taken., next_step: Ask the customer for another PO number.}\n"
    )
    error = classify_status("USER_ERROR", "PO number must be unique", name="x", book=FaultBook.load(path))
    assert isinstance(error, RejectedByVendor)
    assert (error.owner, error.fix) == ("sales", "Ask the customer for another PO number.")


def test_a_fault_that_a_person_must_act_on_says_how() -> None:
    error = classify_fault(
        "invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS", "no.", writes=True, name="x"
    )
    assert str(error).startswith("x: INVALID_LOGIN_CREDENTIALS: no. Check account id, keys and clock")


def test_calls_beyond_the_limit_wait_as_the_client_sees_fit_and_maintenance_as_the_book_says() -> None:
    limited = classify_fault("exceededRequestLimitFault", "", "", writes=False, name="x")
    closed = classify_fault("invalidAccountFault", "ACCT_TEMP_UNAVAILABLE", "", writes=False, name="x")
    assert isinstance(limited, RateLimited)
    assert isinstance(closed, Unavailable)
    assert (limited.retry_after_seconds, closed.retry_after_seconds) == (None, 300)


def test_the_sets_that_others_use_are_the_books() -> None:
    book = FaultBook.load()
    taken = {c for e in book.statuses if e.treat is Treat.ALREADY_THERE for c in e.codes}
    assert taken == ALREADY_THERE == PERHAPS_OURS
    assert {book.explain("", "", name).treat for name in CONCURRENCY_FAULTS} == {Treat.RATE_LIMITED}


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
