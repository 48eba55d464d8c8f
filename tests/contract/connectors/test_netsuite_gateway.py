"""The OrderTarget port over SOAP, against the sandbox."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    PermanentError,
    RateLimited,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)
from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sandbox.netsuite.values import Ref
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.ports import (
    ItemEntry,
    NotWritten,
    RecordWrite,
    TaxCodeEntry,
    WriteResult,
    Written,
)

LINE = OrderLine(item=Reference(internal_id="101"), quantity=Decimal(2), rate=Decimal("12500.00"))
ORDER = SalesOrder(customer=Reference(internal_id="501"), transaction_date=date(2026, 3, 8), lines=(LINE,))


def a_company(name: str, **fields: Any) -> Customer:
    return Customer(company_name=name, subsidiary=Reference(internal_id="1"), **fields)


def write_customers(gateway: NetSuiteGateway, *names: str) -> dict[str, WriteResult]:
    answers: list[WriteResult] = []
    writes = [RecordWrite(operation_key=f"streak-org-{n}", record=a_company(n)) for n in names]
    gateway.upsert_customers(writes, answers.extend)
    assert len(answers) == len(names)
    return {answer.operation_key.removeprefix("streak-org-"): answer for answer in answers}


def write_orders(gateway: NetSuiteGateway, *records: SalesOrder) -> list[WriteResult]:
    answers: list[WriteResult] = []
    writes = [RecordWrite(operation_key=f"streak-so-{n}", record=r) for n, r in enumerate(records, 1)]
    gateway.upsert_orders(writes, answers.extend)
    return sorted(answers, key=lambda a: a.operation_key)


def names(pages: Sequence[Sequence[CustomerEntry]]) -> list[str]:
    return [entry.name for page in pages for entry in page]


# --- each method of the port ---------------------------------------------------------------------------


def test_server_time_is_aware_utc_and_now(netsuite: NetSuiteGateway) -> None:
    at = netsuite.server_time()
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=5)


def test_customers_are_read_whole(netsuite: NetSuiteGateway) -> None:
    (page,) = netsuite.changed_customers(None)
    by_id = {entry.internal_id: entry for entry in page}
    assert set(by_id) == {"501", "502", "503", "504", "505"}
    assert replace(by_id["503"], last_modified=None) == CustomerEntry(
        internal_id="503",
        name="Delta Foods Ltd",
        entity_id="Delta Foods Ltd",
        email="accounts@deltafoods.test",
        address="4 Wharf Lane\nLeeds LS1 4AP\nUnited Kingdom",
        subsidiary="2",
        currencies=("4",),
    )
    assert by_id["505"].inactive
    assert all(entry.last_modified and entry.last_modified.utcoffset() == timedelta(0) for entry in page)


def test_customers_are_read_as_rows_with_address_and_money(netsuite: NetSuiteGateway) -> None:
    (page,) = netsuite.customer_rows()
    row = {one.internal_id: one for one in page}["503"]
    assert replace(row, created=None) == CustomerRow(
        internal_id="503",
        number="Delta Foods Ltd",
        name="Delta Foods Ltd",
        email="accounts@deltafoods.test",
        street="4 Wharf Lane",
        city="Leeds",
        postcode="LS1 4AP",
        country="GB",
    )
    assert row.created is not None
    assert row.created.utcoffset() == timedelta(0)


def test_only_customers_changed_since_are_read(netsuite: NetSuiteGateway) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert names(list(netsuite.changed_customers(since))) == []
    write_customers(netsuite, "New Co")
    assert names(list(netsuite.changed_customers(since))) == ["New Co"]


def test_a_customer_is_created_once_and_found_by_its_key(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    first = write_customers(netsuite, "New Co")["New Co"]
    again = write_customers(netsuite, "New Co")["New Co"]
    assert isinstance(first, Written)
    assert again == first
    found = netsuite.find_customers(["streak-org-New Co", "streak-org-nobody"])
    assert {key: entry.internal_id for key, entry in found.items()} == {
        "streak-org-New Co": first.internal_id
    }


def test_a_repeated_customer_keeps_one_address(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    address = Address(country="GB", addr1="3 Hangar Row", city="Bristol", zip="BS34 7PA")
    write = RecordWrite(operation_key="streak-org-1", record=a_company("Kestrel", addresses=(address,)))
    for _ in range(2):
        netsuite.upsert_customers([write], lambda _: None)
    (kept,) = (c for c in endpoint.sandbox.store.all("customer") if c.fields.get("companyName") == "Kestrel")
    assert len(kept.sublists["addressbookList"]) == 1


def test_an_order_is_written_and_read_back(netsuite: NetSuiteGateway) -> None:
    (written,) = write_orders(netsuite, ORDER)
    assert isinstance(written, Written)
    by_key = netsuite.find_orders(["streak-so-1", "streak-so-9"])
    by_id = netsuite.get_orders([written.internal_id, "999999"])
    assert list(by_key) == ["streak-so-1"]
    assert by_id == {written.internal_id: by_key["streak-so-1"]}
    order = by_key["streak-so-1"]
    assert (order.total, order.transaction_date, order.customer) == (
        Decimal("25000.00"),
        date(2026, 3, 8),
        Reference(internal_id="501", name="ACME Robotics Inc"),
    )
    assert order.number.startswith("SO")
    assert order.status == "pendingFulfillment"
    assert order.url == (
        "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/salesord.nl"
        f"?id={written.internal_id}"
    )


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "UTC"])
def test_an_order_keeps_its_day_in_every_zone_of_the_user(endpoint: Any, zone: str) -> None:
    endpoint.sandbox.settings.user_time_zone = zone
    with endpoint.gateway(user_time_zone=zone) as gateway:
        write_orders(gateway, ORDER)
        assert gateway.find_orders(["streak-so-1"])["streak-so-1"].transaction_date == date(2026, 3, 8)


def test_the_account_says_to_how_many_digits_amounts_are_rounded(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    yen = endpoint.sandbox.store.find(Ref(internal_id="3"), "currency")
    yen.fields |= {"name": "Japanese Yen", "symbol": "JPY", "currencyPrecision": "_zero"}
    found = netsuite.currency_digits()
    assert (found["Japanese Yen"], found["JPY"], found["3"]) == (0, 0, 0)
    assert (found["Euro"], found["4"], found[""]) == (2, 2, 2)


def test_items_are_found_by_name_inactive_ones_too(netsuite: NetSuiteGateway) -> None:
    assert netsuite.find_items(["Atlas Arm", "Legacy Gripper", "No Such Thing"]) == {
        "Atlas Arm": [ItemEntry(internal_id="101", name="Atlas Arm", inactive=False)],
        "Legacy Gripper": [ItemEntry(internal_id="109", name="Legacy Gripper", inactive=True)],
        "No Such Thing": [],
    }


def test_tax_codes_are_found_whether_items_or_groups(netsuite: NetSuiteGateway) -> None:
    item, group, gone = (Reference(internal_id=i) for i in ("303", "304", "999"))
    assert netsuite.find_tax_codes([item, group, gone]) == {
        item: TaxCodeEntry(internal_id="303", name="VAT-DE 16%", inactive=True, subsidiaries=("2",)),
        group: TaxCodeEntry(internal_id="304", name="PA-Pittsburgh", inactive=False, subsidiaries=("1",)),
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [("302", "subsidiary"), ("303", "inactive"), ("999", "Invalid taxCode reference key 999")],
)
def test_netsuite_itself_refuses_a_tax_code_that_does_not_suit(
    netsuite: NetSuiteGateway, code: str, reason: str
) -> None:
    line = replace(ORDER.lines[0], tax_code=Reference(internal_id=code))
    (answer,) = write_orders(netsuite, replace(ORDER, lines=(line,)))
    assert isinstance(answer, NotWritten)
    assert reason in str(answer.error)


def test_nothing_to_do_sends_nothing(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    netsuite.upsert_customers([], pytest.fail)
    assert (netsuite.find_customers([]), netsuite.get_orders([]), netsuite.find_items([])) == ({}, {}, {})
    assert netsuite.find_tax_codes([]) == {}
    assert endpoint.recorder.sent == []


def test_an_external_id_is_found_in_any_case(netsuite: NetSuiteGateway) -> None:
    write_customers(netsuite, "abc")
    found = netsuite.find_customers(["STREAK-ORG-ABC", "streak-org-abc"])
    assert list(found) == ["STREAK-ORG-ABC", "streak-org-abc"]
    assert len({entry.internal_id for entry in found.values()}) == 1


# --- what became of each record ------------------------------------------------------------------------


def test_a_list_succeeds_in_part(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    endpoint.fault(
        "record_error",
        operation="upsertList",
        match="Bad Co",
        options={"code": "INVALID_FLD_VALUE", "message": "no such value"},
    )
    answers = write_customers(netsuite, "Good Co", "Bad Co", "Fine Co")
    assert isinstance(answers["Good Co"], Written)
    assert isinstance(answers["Fine Co"], Written)
    refused = answers["Bad Co"]
    assert isinstance(refused, NotWritten)
    assert isinstance(refused.error, RejectedByVendor)
    assert (refused.error.code, "no such value" in str(refused.error)) == ("INVALID_FLD_VALUE", True)
    assert refused.error.fix


@pytest.mark.parametrize("reorder", [False, True], ids=["as in the schema", "reordered"])
def test_a_script_that_fails_after_saving_is_a_warning(
    netsuite: NetSuiteGateway, endpoint: Any, reorder: bool
) -> None:
    endpoint.sandbox.settings.reorder_replies = reorder
    endpoint.fault(
        "after_submit_failed", operation="upsertList", options={"code": "JS_EXCEPTION", "message": "oops"}
    )
    (written,) = write_orders(netsuite, ORDER)
    assert isinstance(written, Written)
    assert written.warnings == ("oops (JS_EXCEPTION)",)


def test_a_warning_does_not_keep_a_record_from_being_written(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    endpoint.fault("record_warning", operation="upsertList")
    (written,) = write_orders(netsuite, ORDER)
    assert isinstance(written, Written)
    assert written.warnings


def test_a_reordered_reply_keeps_code_and_message(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    endpoint.sandbox.settings.reorder_replies = True
    options = {"code": "MISSING_REQD_FLD", "message": "a memo is required"}
    endpoint.fault("record_error", operation="upsertList", options=options)
    (refused,) = write_orders(netsuite, ORDER)
    assert isinstance(refused, NotWritten)
    assert isinstance(refused.error, RejectedByVendor)
    assert refused.error.code == "MISSING_REQD_FLD"
    assert "a memo is required" in str(refused.error)


@pytest.mark.parametrize(
    ("code", "error"),
    [("RCRD_HAS_BEEN_CHANGED", TransientError), ("UNEXPECTED_ERROR", UncertainWrite)],
)
def test_the_status_of_a_record_says_what_to_do_next(
    netsuite: NetSuiteGateway, endpoint: Any, code: str, error: type[Exception]
) -> None:
    endpoint.fault("record_error", operation="upsertList", options={"code": code})
    (answer,) = write_orders(netsuite, ORDER)
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, error)


def test_a_cut_connection_leaves_every_record_of_the_list_uncertain(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    endpoint.fault("cut_after", operation="upsertList")
    answers = write_orders(netsuite, ORDER, ORDER)
    assert [type(a.error) for a in answers if isinstance(a, NotWritten)] == [UncertainWrite] * 2
    assert len(endpoint.journal("upsertList")) == 1
    assert set(netsuite.find_orders(["streak-so-1", "streak-so-2"])) == {"streak-so-1", "streak-so-2"}


@pytest.mark.parametrize("kind", ["cut_before", "timeout_before", "timeout_after", "delay", "commit_later"])
def test_a_write_without_an_answer_in_time_is_uncertain_whatever_became_of_it(
    endpoint: Any, kind: str
) -> None:
    options = {} if kind == "cut_before" else {"seconds": 4}
    endpoint.fault(kind, operation="upsertList", options=options)
    with endpoint.gateway(write_seconds=0.5) as gateway:
        (answer,) = write_orders(gateway, ORDER)
        assert isinstance(answer, NotWritten)
        assert isinstance(answer.error, UncertainWrite)
        assert bool(gateway.find_orders(["streak-so-1"])) is (kind == "timeout_after")


def test_answers_of_other_lists_are_kept_when_one_is_refused_for_good(endpoint: Any) -> None:
    endpoint.fault("invalid_credentials", operation="upsertList", match="Poison", times=None)
    answers: list[WriteResult] = []
    wanted = [*(f"Company {n}" for n in range(5)), *(f"Poison {n}" for n in range(5))]
    writes = [RecordWrite(operation_key=f"streak-org-{n}", record=a_company(n)) for n in wanted]
    with endpoint.gateway(customer_list_size=5) as gateway, pytest.raises(InvalidCredentials):
        gateway.upsert_customers(writes, answers.extend)
    assert sorted(a.operation_key for a in answers) == [f"streak-org-Company {n}" for n in range(5)]


def test_lists_are_no_longer_than_the_settings_say(endpoint: Any) -> None:
    with endpoint.gateway(customer_list_size=7, concurrency=2) as gateway:
        write_customers(gateway, *(f"Company {n:02}" for n in range(20)))
    assert sorted(entry.records for entry in endpoint.journal("upsertList")) == [6, 7, 7]


# --- searching -----------------------------------------------------------------------------------------


def test_a_search_over_several_pages_returns_everything(endpoint: Any) -> None:
    with endpoint.gateway(search_page_size=5) as gateway:
        write_customers(gateway, *(f"Company {n:02}" for n in range(18)))
        pages = list(gateway.changed_customers(None))
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert len(set(names(pages))) == 23
    assert len(endpoint.journal("search")) == 5


def test_a_record_that_vanishes_between_pages_hides_no_other(endpoint: Any) -> None:
    with endpoint.gateway(search_page_size=5) as gateway:
        write_customers(gateway, *(f"Company {n:02}" for n in range(9)))
        pages = gateway.changed_customers(None)
        first = next(pages)
        # The rows behind it move up, and one slips onto the page that was read already.
        customers = endpoint.sandbox.store.all("customer")
        endpoint.sandbox.store.remove(next(c for c in customers if c.internal_id == first[0].internal_id))
        rest = list(pages)
    assert len({entry.internal_id for page in [first, *rest] for entry in page}) == 14


# --- signatures, cookies, retries ----------------------------------------------------------------------


def test_the_session_cookie_never_comes_back(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    assert endpoint.sandbox.settings.set_session_cookie
    for _ in range(3):
        netsuite.server_time()
    assert endpoint.logins() == ["", "", ""]


@pytest.mark.parametrize(("kind", "times"), [("concurrency", 2), ("governor", 2), ("session_timed_out", 1)])
def test_every_retry_is_signed_anew(netsuite: NetSuiteGateway, endpoint: Any, kind: str, times: int) -> None:
    endpoint.fault(kind, operation="getServerTime", times=times)
    netsuite.server_time()
    assert endpoint.logins() == [""] * (times + 1)
    nonces = [etree.fromstring(body).findtext(".//{*}nonce") for body in endpoint.recorder.sent]
    assert len(set(nonces)) == len(nonces) == times + 1


def test_a_fault_is_repeated_as_often_as_the_fault_book_says(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    endpoint.fault("session_timed_out", operation="getServerTime", times=None)
    with pytest.raises(TransientError, match="SESSION_TIMED_OUT"):
        netsuite.server_time()
    assert len(endpoint.recorder.sent) == 2  # the book says: once


@pytest.mark.parametrize("status", [302, 400, 404])
def test_an_address_that_is_not_netsuites_is_a_wrong_setting(
    netsuite: NetSuiteGateway, endpoint: Any, status: int
) -> None:
    netsuite.server_time()
    endpoint.fault("status", operation="upsertList", times=None, options={"status": status})
    with pytest.raises(ConfigurationError, match=f"answered {status}.*check the account id"):
        write_customers(netsuite, "ACME")
    assert len(endpoint.journal("upsertList")) == 1


def test_no_cookie_comes_back_while_many_threads_call(endpoint: Any) -> None:
    assert endpoint.sandbox.settings.set_session_cookie
    with endpoint.gateway(concurrency=16, reserve=0) as gateway, ThreadPoolExecutor(16) as pool:
        gateway.server_time()
        assert not gateway._client._http.cookies
        list(pool.map(lambda _: gateway.server_time(), range(100)))
        assert not gateway._client._http.cookies
    assert set(endpoint.logins()) == {""}


def test_a_used_nonce_would_show(endpoint: Any) -> None:
    at = time.time()
    with endpoint.gateway() as gateway:
        client = gateway._client
        client._signer = replace(client._signer, nonce=lambda: "A" * 20, clock=lambda: at)
        gateway.server_time()
        with pytest.raises(InvalidCredentials):
            gateway.server_time()
    first, *others = endpoint.logins()
    assert first == ""
    assert set(others) == {"NonceUsed"}


def test_refused_credentials_are_signed_again_once_and_then_final(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    endpoint.fault("invalid_credentials", operation="getServerTime", times=None)
    with pytest.raises(InvalidCredentials, match="Login Audit Trail"):
        netsuite.server_time()
    assert len(endpoint.recorder.sent) == 2


def test_credentials_refused_once_pass_the_second_time(netsuite: NetSuiteGateway, endpoint: Any) -> None:
    endpoint.fault("invalid_credentials", operation="getServerTime", times=1)
    netsuite.server_time()
    assert len(endpoint.recorder.sent) == 2


def test_wrong_keys_are_invalid_credentials(endpoint: Any) -> None:
    with endpoint.gateway(token_secret="wrong") as gateway, pytest.raises(InvalidCredentials):
        gateway.server_time()


def test_a_lower_case_account_is_signed_as_netsuite_wants_it(endpoint: Any) -> None:
    with endpoint.gateway(account="1234567-sb1") as gateway:
        gateway.server_time()


def test_concurrency_faults_halve_the_window_and_calm_widens_it_again(endpoint: Any) -> None:
    endpoint.fault("concurrency", operation="getServerTime", times=2)
    with endpoint.gateway(concurrency=9) as gateway:
        assert gateway.governor.window == 8
        gateway.server_time()
        assert (gateway.governor.window, gateway.governor.refused_calls) == (2, 2)
        for _ in range(60):
            gateway.server_time()
        assert gateway.governor.window == 8


def test_concurrency_faults_without_end_are_rate_limited(endpoint: Any) -> None:
    endpoint.fault("concurrency", operation="getServerTime", times=None)
    with endpoint.gateway(attempts=2) as gateway, pytest.raises(RateLimited):
        gateway.server_time()
    assert len(endpoint.recorder.sent) == 2


def test_calls_in_flight_stay_within_the_slots(endpoint: Any) -> None:
    endpoint.sandbox.settings.call_seconds = 0.2
    deadline = time.monotonic() + 20
    while endpoint.sandbox.gate.running:  # calls that earlier tests gave up are still held
        assert time.monotonic() < deadline, "a call is held for ever"
        time.sleep(0.05)
    endpoint.sandbox.gate.reset_peak()
    with endpoint.gateway(concurrency=3, reserve=1) as gateway:
        gateway.find_items([f"Item {n}" for n in range(8)])
    assert endpoint.sandbox.gate.peak == 2


def test_an_unsupported_endpoint_is_a_matter_of_configuration(endpoint: Any) -> None:
    with (
        endpoint.gateway(endpoint_version="2024_2") as gateway,
        pytest.raises(PermanentError, match="2024_2"),
    ):
        gateway.server_time()


@pytest.mark.parametrize("body", ["html", "empty", "broken"])
def test_an_unreadable_answer_to_a_read_is_asked_for_again(
    netsuite: NetSuiteGateway, endpoint: Any, body: str
) -> None:
    endpoint.fault("status", operation="*", options={"status": 200, "body": body})
    netsuite.find_orders(["streak-so-1"])


def test_an_unexpected_error_leaves_a_write_uncertain_and_is_sent_once(
    netsuite: NetSuiteGateway, endpoint: Any
) -> None:
    endpoint.fault("unexpected_error", operation="upsertList", times=None)
    (answer,) = write_orders(netsuite, ORDER)
    assert isinstance(answer, NotWritten)
    assert isinstance(answer.error, UncertainWrite)
    assert len(endpoint.journal("upsertList")) == 1
