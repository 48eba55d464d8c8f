"""An account in trouble, or ahead of our schema: what the connector takes its answers for, and what it does next."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls import jobs, reads
from streak_netsuite.connectors.netsuite.calls.deleted import get_deleted
from streak_netsuite.connectors.netsuite.calls.jobs import JobState
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RateLimited,
    RejectedByVendor,
    StreakNetSuiteError,
    TransientError,
    Unavailable,
    UncertainWrite,
)
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import OrderChange
from streak_netsuite.sync.ports import NotWritten, RecordWrite, WriteResult, Written

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
COMPANY = Customer(company_name="Kestrel Aerospace", subsidiary=Reference(internal_id="1"))
LINE = OrderLine(item=Reference(internal_id="101"), quantity=Decimal(2), rate=Decimal(100))
ORDER = SalesOrder(customer=Reference(internal_id="501"), transaction_date=date(2026, 3, 8), lines=(LINE,))


def write_company(gateway: NetSuiteGateway) -> WriteResult:
    answers: list[WriteResult] = []
    gateway.upsert_customers([RecordWrite(operation_key="streak-org-1", record=COMPANY)], answers.extend)
    (answer,) = answers
    return answer


def write_order(gateway: NetSuiteGateway) -> WriteResult:
    answers: list[WriteResult] = []
    gateway.upsert_orders([RecordWrite(operation_key="streak-so-1", record=ORDER)], answers.extend)
    (answer,) = answers
    return answer


def refusal(answer: WriteResult) -> StreakNetSuiteError:
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, StreakNetSuiteError)
    return answer.error


def operations(endpoint: Any) -> list[str]:
    """Return the operations that came, in order."""
    return [entry.operation for entry in endpoint.sandbox._journal.entries()]


def is_written(endpoint: Any) -> bool:
    return "Kestrel Aerospace" in {
        c.fields.get("companyName") for c in endpoint.sandbox.store.all("customer")
    }


# --- the state of the account ---------------------------------------------------------------------------

STATES = [
    pytest.param("maintenance", Unavailable, "ACCT_TEMP_UNAVAILABLE", 1, id="maintenance"),
    pytest.param("token_expired", InvalidCredentials, "Login Audit Trail", 2, id="token expired"),
    pytest.param("role_revoked", InvalidCredentials, "WS_PERMISSION_REQD", 1, id="role revoked"),
    pytest.param("services_off", ConfigurationError, "Switch SOAP Web Services on", 1, id="services off"),
]


@pytest.mark.parametrize(("state", "error", "told", "tries"), STATES)
def test_a_closed_account_is_not_knocked_at_again_and_again(
    endpoint: Any, state: str, error: type[Exception], told: str, tries: int
) -> None:
    endpoint.sandbox.settings.account_state = state
    with endpoint.gateway() as gateway:
        with pytest.raises(error, match=told):
            gateway.server_time()
        assert len(endpoint.recorder.sent) == tries
        endpoint.sandbox.settings.account_state = "open"
        gateway.server_time()


def test_a_write_during_maintenance_never_happened_and_may_be_sent_again(endpoint: Any) -> None:
    endpoint.sandbox.settings.account_state = "maintenance"
    with endpoint.gateway() as gateway:
        assert isinstance(refusal(write_company(gateway)), Unavailable)
        assert not is_written(endpoint)
        endpoint.sandbox.settings.account_state = "open"
        assert isinstance(write_company(gateway), Written)


@pytest.mark.parametrize("state", ["token_expired", "role_revoked"])
def test_a_write_without_a_right_to_it_stops_the_run(endpoint: Any, state: str) -> None:
    endpoint.sandbox.settings.account_state = state
    with endpoint.gateway() as gateway, pytest.raises(InvalidCredentials):
        write_company(gateway)
    assert not is_written(endpoint)


# --- answers that failed as a whole -----------------------------------------------------------------------

READS: dict[str, Callable[[NetSuiteGateway], object]] = {
    "getList": lambda g: g.find_customers(["streak-org-1"]),
    "search": lambda g: list(g.changed_customers(None)),
    "getItemAvailability": lambda g: list(g.items(with_stock=True)),
    "getDeleted": lambda g: g._client.send(get_deleted(first=SINCE, last=g.server_time())),
    "getAll": lambda g: g._client.send(reads.get_all("currency")),
}


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize(
    ("code", "error", "tries"),
    [
        ("UNEXPECTED_ERROR", Unavailable, 3),
        ("SEARCH_TIMED_OUT", Unavailable, 3),
        ("CONCURRENCY_LIMIT_EXCEEDED", RateLimited, 3),
        ("INSUFFICIENT_PERMISSION", RejectedByVendor, 1),
    ],
)
def test_a_read_that_failed_as_a_whole_is_never_an_empty_answer(
    endpoint: Any, operation: str, code: str, error: type[Exception], tries: int
) -> None:
    endpoint.fault("status_failed", operation=operation, times=None, options={"code": code})
    with endpoint.gateway(attempts=3) as gateway, pytest.raises(error, match=code):
        READS[operation](gateway)
    assert operations(endpoint).count(operation) == tries


def test_a_list_of_writes_that_failed_for_an_unknown_reason_is_looked_up_and_not_sent_again(
    endpoint: Any,
) -> None:
    endpoint.fault("status_failed", operation="upsertList", options={"code": "UNEXPECTED_ERROR"})
    with endpoint.gateway() as gateway:
        assert type(refusal(write_company(gateway))) is UncertainWrite
    assert operations(endpoint) == ["upsertList", "getList"]
    assert not is_written(endpoint)


def test_a_list_of_writes_that_failed_because_too_much_goes_on_is_sent_again(endpoint: Any) -> None:
    endpoint.fault("status_failed", operation="upsertList", options={"code": "CONCURRENCY_LIMIT_EXCEEDED"})
    with endpoint.gateway() as gateway:
        result = write_company(gateway)
    assert isinstance(result, Written)
    assert operations(endpoint) == ["upsertList", "upsertList"]
    assert is_written(endpoint)


def test_a_list_of_writes_that_the_role_may_not_make_stops_the_work(endpoint: Any) -> None:
    endpoint.fault("status_failed", operation="upsertList", options={"code": "INSUFFICIENT_PERMISSION"})
    with endpoint.gateway() as gateway, pytest.raises(InvalidCredentials):
        write_company(gateway)
    assert operations(endpoint) == ["upsertList"]
    assert not is_written(endpoint)


@pytest.mark.parametrize("submit", ["writes", "search"])
def test_a_job_that_failed_is_over_and_says_why(endpoint: Any, submit: str) -> None:
    record = SuiteRecord(type="customer", external_id="k-1", values={"companyName": "Kestrel Aerospace"})
    operation = {"writes": "asyncUpsertList", "search": "asyncGetList"}[submit]
    call = {
        "writes": jobs.submit_writes(Verb.UPSERT, [record]),
        "search": jobs.submit_reads([RecordRef(type="customer", internal_id="501")]),
    }[submit]
    endpoint.fault("job_failed", operation=operation)
    with endpoint.client() as client:
        job = client.send(call)
        for _ in range(200):
            if job.state.is_over:
                break
            job = client.send(jobs.check(job.job_id))
        assert job.state is JobState.FAILED
        if submit == "writes":
            result = client.send(jobs.result(job.job_id)).writes
            assert result is not None
            assert not result.status.success
            assert isinstance(result.answers[0].status.error(name="customer k-1"), UncertainWrite)
        else:
            with pytest.raises(Unavailable, match="The job failed"):
                client.send(jobs.result(job.job_id))
    assert not is_written(endpoint)


# --- records in the way -----------------------------------------------------------------------------------


def test_a_record_that_a_workflow_holds_is_for_a_person(endpoint: Any) -> None:
    endpoint.sandbox.settings.locked_records = ["salesOrder/8004"]
    change = OrderChange(internal_id="8004", number="SO1004", wanted=ORDER, fields=("memo",))
    with endpoint.gateway() as gateway, pytest.raises(RejectedByVendor) as caught:
        gateway.change_order(change)
    assert (caught.value.code, caught.value.owner) == ("RCRD_LOCKED_BY_WF", "finance")
    assert "workflow" in (caught.value.fix or "")
    assert operations(endpoint) == ["update"]


def credit_limit(endpoint: Any, handling: str) -> None:
    endpoint.sandbox.settings.credit_limit_handling = handling
    acme = next(c for c in endpoint.sandbox.store.all("customer") if c.internal_id == "501")
    acme.fields["creditLimit"] = Decimal(1)


def test_an_order_beyond_the_credit_limit_is_for_finance(endpoint: Any) -> None:
    credit_limit(endpoint, "block")
    with endpoint.gateway() as gateway:
        error = refusal(write_order(gateway))
    assert isinstance(error, RejectedByVendor)
    assert (error.code, error.owner) == ("BALANCE_EXCEEDS_CREDIT_LIMIT", "finance")
    assert operations(endpoint) == ["upsertList"]


@pytest.mark.parametrize("strict", [False, True], ids=["warnings pass", "warnings refuse"])
def test_a_warning_refuses_a_record_only_where_the_settings_say_so(endpoint: Any, strict: bool) -> None:
    credit_limit(endpoint, "warn")
    with endpoint.gateway(warning_as_error=strict) as gateway:
        answer = write_order(gateway)
        found = gateway.find_orders(["streak-so-1"])
    if strict:
        error = refusal(answer)
        assert isinstance(error, RejectedByVendor)
        assert error.code == "BALANCE_EXCEEDS_CREDIT_LIMIT"
    else:
        assert isinstance(answer, Written)
        assert "BALANCE_EXCEEDS_CREDIT_LIMIT" in answer.warnings[0]
    assert bool(found) is not strict


# --- answers ahead of our schema ----------------------------------------------------------------------------


def pages_of(gateway: NetSuiteGateway) -> list[Sequence[Any]]:
    return list(gateway.changed_customers(None))


@pytest.mark.parametrize("setting", ["unknown_reply_elements", "shuffle_replies"])
def test_answers_of_another_release_mean_the_same(endpoint: Any, setting: str) -> None:
    def everything(gateway: NetSuiteGateway) -> list[object]:
        written = write_company(gateway)
        endpoint.fault("record_error", operation="upsertList", options={"code": "RCRD_HAS_BEEN_CHANGED"})
        error = refusal(write_company(gateway))
        found = gateway.find_customers(["streak-org-1", "nobody"])
        return [
            written,
            (type(error), str(error)),
            [(key, entry.internal_id, entry.name, entry.subsidiary) for key, entry in found.items()],
            gateway.held_orders(["8001", "8004", "9999"]),
            [[entry.internal_id for entry in page] for page in pages_of(gateway)],
            gateway.concurrency(),
            gateway.find_items(["Atlas Arm"]),
        ]

    with endpoint.gateway(search_page_size=5) as gateway:
        usual = everything(gateway)
        endpoint.sandbox.reset()
        setattr(endpoint.sandbox.settings, setting, True)
        assert everything(gateway) == usual
    assert usual[1] == (TransientError, usual[1][1])  # type: ignore[index]  # a pair, put in above


def test_an_unknown_status_code_refuses_one_record_and_is_shown(endpoint: Any) -> None:
    endpoint.sandbox.settings.unknown_status_codes = True
    endpoint.fault("record_error", operation="upsertList", options={"message": "The moon is full."})
    with endpoint.gateway() as gateway:
        error = refusal(write_company(gateway))
        assert isinstance(error, RejectedByVendor)
        assert (error.code, "The moon is full." in str(error)) == ("FUTURE_STATUS_CODE", True)
        assert error.fix
        # A read that fails for a reason we do not know is never read as absence: that would make a second record.
        with pytest.raises(RejectedByVendor, match="FUTURE_STATUS_CODE"):
            gateway.find_customers(["nobody"])


def test_a_text_of_more_than_ten_megabytes_is_read(endpoint: Any) -> None:
    size = 11 * 1024 * 1024  # where libxml2 stops by default: 10 MB
    endpoint.sandbox.settings.huge_text_bytes = size
    with endpoint.client() as client:
        record = client.send(reads.get(RecordRef(type="customer", internal_id="501"))).record
    assert record is not None
    assert size in {len(value) for value in record.values.values() if isinstance(value, str)}


def test_a_write_while_services_are_off_names_the_remedy(endpoint: Any) -> None:
    endpoint.sandbox.settings.account_state = "services_off"
    with (
        endpoint.gateway() as gateway,
        pytest.raises(ConfigurationError, match="Switch SOAP Web Services on"),
    ):
        write_company(gateway)
