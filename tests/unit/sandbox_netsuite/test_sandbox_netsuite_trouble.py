"""Limits and faults: what goes wrong on demand."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from streak_netsuite.sandbox.fault_kinds import UnfitFault
from streak_netsuite.sandbox.netsuite import app, misfortunes, wsdl
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.search_rows import SUBJECTS
from streak_netsuite.sandbox.netsuite.settings import Settings

TIME = "<m:getServerTime/>"
BLOCKED = ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED")


def orders_made(soap):
    return soap.control("GET", "/state")["totals"]["orders"] - 5


def wait_for(condition, seconds=30.0):
    """Wait until something that happens in the server has happened."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition() and time.monotonic() < deadline:
        pause.wait(0.01)
    assert condition()


def test_requests_beyond_the_limit_are_refused_at_once(soap):
    soap.settings(concurrency_limit=2, call_seconds=2)
    answered = []

    def call(_):
        reply = soap.call(TIME)
        answered.append(reply.status)
        return reply

    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(call, range(6)))
    refused = [r for r in replies if r.status == 500]
    assert [r.fault for r in refused] == [BLOCKED] * 4
    assert answered == [500] * 4 + [200] * 2, "nobody who is refused waits for those who are served"
    assert soap.control("GET", "/peak") == {"peak": 2, "running": 0, "refused": 4}
    assert soap.control("POST", "/peak/reset") == {"peak": 0, "refused": 0}
    assert soap.call(TIME).status == 200


def test_work_takes_the_time_it_is_told_to_take(soap, build):
    soap.settings(record_seconds=0.05)
    started = time.monotonic()
    soap.write("upsertList", build.order(external_id="1"), build.order(external_id="2"))
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("concurrency", BLOCKED),
        ("governor", ("exceededUsageLimitFault", "USER_ERROR")),
        ("invalid_credentials", ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS")),
        ("session_timed_out", ("invalidSessionFault", "SESSION_TIMED_OUT")),
        ("unexpected_error", ("unexpectedErrorFault", "UNEXPECTED_ERROR")),
        ("maintenance", ("invalidAccountFault", "ACCT_TEMP_UNAVAILABLE")),
    ],
)
def test_a_fault_strikes_once_and_nothing_is_written(soap, running, build, kind, fault):
    running.fault(kind, "upsertList")
    order = build.order(external_id="so-1")
    assert soap.write("upsertList", order).fault == fault
    assert orders_made(soap) == 0
    assert soap.write("upsertList", order).outcomes == [(True, "")]
    assert [(e.fault, e.status) for e in running.journal.entries()] == [(kind, 500), ("", 200)]


def test_one_record_fails_by_its_place_or_its_text(soap, running, build):
    orders = [build.order(external_id=f"so-{n}") for n in range(3)]
    running.fault("record_error", index=1, code="RCRD_HAS_BEEN_CHANGED", message="changed")
    by_place = soap.write("upsertList", *orders)
    assert by_place.outcomes == [(True, ""), (False, "RCRD_HAS_BEEN_CHANGED"), (True, "")]
    running.fault("record_error", match="so-0", code="UNEXPECTED_ERROR")
    running.fault("record_error", match="so-2", code="SSS_TIME_LIMIT_EXCEEDED")
    by_text = soap.write("upsertList", *orders)
    assert by_text.outcomes == [(False, "UNEXPECTED_ERROR"), (True, ""), (False, "SSS_TIME_LIMIT_EXCEEDED")]


@pytest.mark.parametrize("reordered", [False, True])
def test_a_script_may_fail_after_the_record_was_saved(soap, running, build, reordered):
    soap.settings(reorder_replies=reordered)
    running.fault("after_submit_failed", match="so-1")
    reply = soap.write("upsertList", build.order(external_id="so-1"), build.order(external_id="so-2"))
    assert reply.outcomes == [(False, "JS_EXCEPTION"), (True, "")]
    assert reply.ids == ["8006", "8007"]
    order = [c.tag.rpartition("}")[2] for c in reply.all("//c:statusDetail/*")]
    first, rest = ["afterSubmitFailed"], ["code", "message"]
    assert order == (first + rest if reordered else rest + first)
    assert orders_made(soap) == 2


def test_a_success_may_carry_a_warning(soap, running, build):
    running.fault("record_warning", "upsert", times=2, code="BALANCE_EXCEEDS_CREDIT_LIMIT")
    reply = soap.write("upsert", build.order(external_id="so-1"))
    assert reply.outcomes == [(True, "BALANCE_EXCEEDS_CREDIT_LIMIT")]
    assert reply.one("//c:statusDetail/@type") == "WARN"
    strict = "<m:preferences><m:warningAsError>true</m:warningAsError></m:preferences>"
    refused = soap.write("upsert", build.order(external_id="so-2"), header=strict)
    assert refused.outcomes == [(False, "BALANCE_EXCEEDS_CREDIT_LIMIT")]
    assert orders_made(soap) == 1


@pytest.mark.parametrize(("body", "start"), [("html", "<!DOCTYPE html>"), ("empty", ""), ("broken", "<?xml")])
def test_a_proxy_may_answer_instead(soap, running, body, start):
    running.fault("status", status=502, body=body)
    response = soap.http.post(soap.url, content=soap.envelope(TIME))
    assert response.status_code == 502
    assert response.text.startswith(start)


@pytest.mark.parametrize(
    ("kind", "operation", "options", "told"),
    [
        ("surprise", "*", {}, "netsuite has no kind 'surprise'"),
        ("concurrency", "upserts", {}, "netsuite has no operation 'upserts'"),
        ("concurrency", "*", {"seconds": 1}, "concurrency: seconds: .* it takes none"),
        ("cut_after", "*", {"seconds": 1}, "cut_after: seconds: .* it takes none"),
        ("status", "*", {"code": "RCRD_HAS_BEEN_CHANGED"}, "status: code: .* it takes status, body"),
        ("status", "*", {"body": "<html>"}, "body: Input should be 'html', 'empty' or 'broken'"),
        ("status", "*", {"status": 1}, "status: Input should be greater"),
        ("delay", "*", {"seconds": "long"}, "seconds: Input should be a valid number"),
        ("record_error", "*", {"status": 503}, "status: .* it takes code, message, index"),
        ("record_error", "*", {"code": "changed meanwhile"}, "code: String should match"),
        ("record_error", "*", {"index": -1}, "index: Input should be greater"),
        ("record_error", "search", {}, "record_error never strikes search"),
        ("cut_list", "asyncUpsertList", {}, "cut_list never strikes asyncUpsertList"),
        ("cut_list", "*", {"commited": 1}, "it takes done, unknown, committed, code"),
        ("job_failed", "upsertList", {}, "job_failed never strikes upsertList"),
        ("status_failed", "getAsyncResult", {}, "status_failed never strikes getAsyncResult"),
    ],
)
def test_a_fault_that_would_not_do_what_it_says_is_refused(running, kind, operation, options, told):
    with pytest.raises(UnfitFault, match=told):
        running.fault(kind, operation, **options)
    assert running.faults.all() == []


def test_a_fault_of_any_call_passes_those_it_cannot_strike(soap, running, build):
    running.fault("status_failed", "*")
    running.fault("cut_list", "*")
    order = build.order(external_id="so-1")
    assert soap.write("asyncUpsertList", order).one("//c:jobId | //m:jobId")
    assert {fault.kind for fault in running.faults.all()} == {"status_failed", "cut_list"}


@pytest.mark.parametrize(("kind", "made"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_connection_gives_no_answer(soap, running, build, kind, made):
    running.fault(kind)
    with pytest.raises(httpx.TransportError):
        soap.write("upsertList", build.order(external_id="so-1"))
    assert orders_made(soap) == made
    (entry,) = running.journal.entries()
    assert (entry.status, entry.fault, entry.records, entry.writes) == (0, kind, 1, True)


@pytest.mark.parametrize(("kind", "made"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_held_answer_comes_too_late(soap, running, build, kind, made):
    running.fault(kind, seconds=120)  # unless the client leaves earlier
    with pytest.raises(httpx.ReadTimeout):
        soap.write("upsertList", build.order(external_id="so-1"), timeout=1)
    wait_for(lambda: soap.control("GET", "/peak")["running"] == 0)
    assert orders_made(soap) == made


def test_a_commit_may_come_after_the_connection_is_gone(soap, running, build):
    running.fault("commit_later", seconds=600)
    with pytest.raises(httpx.TransportError):
        soap.write("upsertList", build.order(external_id="so-1"))
    assert orders_made(soap) == 0
    assert soap.control("GET", "/peak")["running"] == 1
    assert soap.control("POST", "/land") == {"landed": 1}
    assert orders_made(soap) == 1
    assert soap.control("POST", "/land") == {"landed": 0}
    assert soap.control("GET", "/peak")["running"] == 0
    assert soap.write("upsertList", build.order(external_id="so-1")).ids == ["8006"]


def test_a_late_commit_comes_by_itself_when_its_time_is_over(soap, running, build):
    running.fault("commit_later", seconds=0.05)
    with pytest.raises(httpx.TransportError):
        soap.write("upsertList", build.order(external_id="so-1"))
    wait_for(lambda: orders_made(soap) == 1)


def test_a_delay_only_costs_time(soap, running):
    running.fault("delay", seconds=0.1)
    started = time.monotonic()
    assert soap.call(TIME).status == 200
    assert time.monotonic() - started >= 0.1


def test_the_journal_keeps_requests_without_their_credentials(soap, running, build):
    soap.write("addList", build.customer(name="A"), build.customer(name="B"))
    soap.call(TIME)
    written, read = running.journal.entries()
    assert (written.operation, written.writes, written.records, written.status) == ("addList", True, 2, 200)
    assert (read.operation, read.writes) == ("getServerTime", False)
    assert "companyName" in written.body
    assert "tokenPassport" not in written.body
    assert soap.credentials["token_id"] not in written.body
    soap.post(soap.envelope(TIME).replace("</e:Header>", ""))
    assert running.journal.entries()[-1].body == ""


def test_settings_are_checked_and_reset(soap, running):
    response = soap.http.patch(f"{soap.base_url}/control/netsuite/settings", json={"concurrency_limit": 0})
    assert response.status_code == 422
    assert soap.http.patch(response.url, json={"speed": 1}).status_code == 422
    soap.settings(concurrency_limit=7)
    running.sandbox.reset()
    assert soap.control("GET", "/settings")["concurrency_limit"] == 5


def test_strictness_can_be_switched_off(soap, build):
    soap.settings(check_schema=False, allow_unsigned=True)
    sloppy = build.customer(after="<r:companyNam>x</r:companyNam>")
    assert soap.write("add", sloppy, passport=soap.passport(signature="AAAA")).outcomes == [(True, "")]


def test_bulk_customers_and_single_ones_are_made_from_outside(soap):
    made = soap.control("POST", "/customers", {"companyName": "New One", "externalId": "n-1"})
    assert (made["internalId"], made["externalId"]) == ("1001", "n-1")
    assert soap.control("POST", "/customers/bulk", {"count": 300})["count"] == 300
    assert soap.control("GET", "/state")["totals"]["customers"] == 306
    taken = soap.http.post(f"{soap.base_url}/control/netsuite/customers", json={"companyName": "new one"})
    assert (taken.status_code, taken.json()["code"]) == (422, "DUP_ENTITY")


def test_the_seed_is_the_same_every_time(soap, running, build):
    before = soap.control("GET", "/state")
    soap.write("add", build.order())
    running.sandbox.reset()
    after = soap.control("GET", "/state")
    assert after == before
    assert [c["internalId"] for c in after["customers"]] == ["501", "502", "503", "504", "505"]
    assert [o["tranId"] for o in after["orders"]] == ["SO1001", "SO1002", "SO1003", "SO1004", "SO1005"]


def test_the_limits_page_names_every_fault_setting_and_operation(running):
    page = (Path(app.__file__).parent / "LIMITS.md").read_text(encoding="utf-8")
    names = {
        *misfortunes.KINDS,
        *Settings.model_fields,
        *(operation.name for operation in wsdl.OPERATIONS),
    }
    assert {name for name in names if name not in page} == set()


def test_the_limits_page_names_every_record_type_by_what_may_be_done_with_it():
    page = (Path(app.__file__).parent / "LIMITS.md").read_text(encoding="utf-8")
    written, rest = page.partition("\nWritten: ")[2].split("Read only: ", 1)
    read_only, searched = rest.partition("\n\n")[0].split("Searched: ", 1)

    def names(text):
        return set(re.findall(r"\b[A-Z]\w+", text))

    types = {kind.type.partition(":")[2]: kind.writable for kind in KINDS.values()}
    assert names(written) == {name for name, writable in types.items() if writable}
    definitions = {name for name in types if name.endswith("CustomField")}  # told in words
    assert names(read_only) == {name for name, writable in types.items() if not writable} - definitions
    assert names(searched) == set(SUBJECTS)


def test_the_limits_page_names_every_list_of_the_state(soap):
    page = (Path(app.__file__).parent / "LIMITS.md").read_text(encoding="utf-8")
    told = re.search(r"`GET /state` \((.*?)\)", page, re.DOTALL)
    assert set(re.findall(r"\b[a-z]\w+", told[1].replace("with lines", ""))) == set(
        soap.control("GET", "/state")
    )


def test_the_limits_page_names_the_options_of_every_fault():
    page = (Path(app.__file__).parent / "LIMITS.md").read_text(encoding="utf-8")
    rows = [
        line.split("|") for line in page.partition("\n## Faults")[2].splitlines() if line.startswith("| `")
    ]
    told = {row[1].strip(" `"): set(re.findall(r"`(\w+)`(?: \(|:|,| )", row[2])) for row in rows}
    known = {kind: set(what.options.model_fields) for kind, what in misfortunes.KINDS.items()}
    assert set(told) == set(known)
    assert {kind: names - told[kind] for kind, names in known.items() if names - told[kind]} == {}


def test_a_hundred_orders_take_little_work(soap, build):
    records = [build.order(build.line() * 5, external_id=f"so-{n}") for n in range(100)]
    content = soap.envelope(f"<m:upsertList>{''.join(records)}</m:upsertList>")
    started = time.process_time()
    reply = soap.post(content)
    assert reply.outcomes == [(True, "")] * 100
    assert time.process_time() - started < 0.3
