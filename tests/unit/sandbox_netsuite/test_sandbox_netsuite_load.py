"""An account under load, out of order, or ahead of our schema."""

import pytest
from lxml import etree

from streak_netsuite.sandbox.netsuite import misfortunes


def state(soap, name):
    return soap.control("GET", "/state")[name]


def company_names(soap):
    return {c["companyName"] for c in state(soap, "customers")}


def get_customer(soap):
    return soap.get("customer", "501")


# --- other clients ---


def test_other_clients_take_slots_until_they_are_freed(soap):
    soap.settings(concurrency_limit=5)
    assert soap.control("POST", "/occupy", {"slots": 5}) == {"occupied": 5}
    assert get_customer(soap).fault == ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED")
    soap.control("POST", "/occupy", {"slots": 4})
    assert get_customer(soap).outcomes == [(True, "")]
    soap.control("POST", "/occupy", {"slots": 0})
    assert soap.control("GET", "/occupy") == {"occupied": 0}


def test_other_clients_may_take_slots_for_a_time(soap, running):
    running.sandbox.gate.occupy(5, seconds=-0.001)
    assert get_customer(soap).outcomes == [(True, "")]
    soap.control("POST", "/occupy", {"slots": 5, "seconds": 60})
    assert get_customer(soap).fault[1] == "WS_REQUEST_BLOCKED"


def test_an_own_share_is_not_taken_by_others(soap):
    soap.settings(concurrency_limit=5, integration_concurrency_limit=2)
    soap.control("POST", "/occupy", {"slots": 5})
    assert get_customer(soap).outcomes == [(True, "")]


def test_a_reset_frees_the_slots(soap, running):
    soap.control("POST", "/occupy", {"slots": 5})
    running.sandbox.reset()
    assert get_customer(soap).outcomes == [(True, "")]


def test_throttling_may_look_like_a_bad_login(soap):
    soap.settings(throttle_as="invalid_credentials")
    soap.control("POST", "/occupy", {"slots": 5})
    assert get_customer(soap).fault == ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS")
    assert soap.control("GET", "/logins")[-1]["detail"] == ""


# --- the account ---


@pytest.mark.parametrize(
    ("account_state", "fault", "detail"),
    [
        ("maintenance", ("invalidAccountFault", "ACCT_TEMP_UNAVAILABLE"), ""),
        ("token_revoked", ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS"), "TokenRejected"),
        ("token_expired", ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS"), "TokenExpired"),
        ("role_revoked", ("insufficientPermissionFault", "WS_PERMISSION_REQD"), ""),
        ("services_off", ("insufficientPermissionFault", "WS_FEATURE_REQD"), ""),
    ],
)
def test_an_account_is_closed_until_it_is_opened_again(soap, build, account_state, fault, detail):
    soap.settings(account_state=account_state)
    for _ in range(2):
        assert soap.write("add", build.customer()).fault == fault
    assert soap.control("GET", "/logins")[-1]["detail"] == detail
    soap.settings(account_state="open")
    assert soap.write("add", build.customer()).outcomes == [(True, "")]


def test_an_account_that_is_not_ours_is_a_bad_login(soap):
    reply = soap.call("<m:getServerTime/>", passport=soap.passport(account="7654321"))
    assert reply.fault == ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS")
    assert soap.control("GET", "/logins")[-1]["detail"] == "InvalidAccount"


# --- lists that are cut ---


def test_a_cut_list_answers_what_it_knows(soap, running, build):
    running.fault("cut_list", "upsertList", done=2, unknown=2, committed=1)
    records = [build.customer(external_id=f"c-{n}", name=f"Name {n}") for n in range(6)]
    reply = soap.write("upsertList", *records)
    assert reply.outcomes == [(True, "")] * 2 + [(False, "UNEXPECTED_ERROR")] * 4
    assert ["unknown" in m for m in reply.messages] == [True, True, False, False]
    assert [n for n in sorted(company_names(soap)) if n.startswith("Name")] == ["Name 0", "Name 1", "Name 2"]
    assert [b.get("externalId") for b in reply.all("//m:baseRef")] == [f"c-{n}" for n in range(6)]


def test_a_cut_list_of_reads_leaves_the_rest_unread(soap, running):
    running.fault("cut_list", "getList", done=1, unknown=0)
    refs = "".join(
        f'<m:baseRef xsi:type="c:RecordRef" type="customer" internalId="{i}"/>' for i in (501, 502)
    )
    assert soap.call(f"<m:getList>{refs}</m:getList>").outcomes == [(True, ""), (False, "UNEXPECTED_ERROR")]


def test_a_list_is_cut_when_its_time_is_over(soap, build):
    soap.settings(list_seconds=1.5, record_seconds=1)
    reply = soap.write("addList", *(build.customer(name=f"Name {n}") for n in range(4)))
    assert [ok for ok, _ in reply.outcomes] == [True, True, False, False]
    assert len([n for n in company_names(soap) if n.startswith("Name")]) == 2


def test_an_answer_may_be_a_failed_status(soap, running):
    running.fault("status_failed", "search", code="SEARCH_TIMED_OUT")
    criteria = '<k:email operator="notEmpty"/>'
    failed = soap.search("r:Customer", criteria)
    assert (failed.status, failed.one("//c:code"), failed.all("//m:record")) == (200, "SEARCH_TIMED_OUT", [])
    assert soap.search("r:Customer", criteria).one("//c:status/@isSuccess") == "true"


@pytest.mark.parametrize("operation", sorted(misfortunes.KINDS["status_failed"].operations or ()))
def test_any_answer_but_a_jobs_may_be_a_failed_status(soap, running, operation):
    soap.settings(check_schema=False)
    running.fault("status_failed", operation)
    failed = soap.call(f"<m:{operation}/>")
    assert {s.get("isSuccess") for s in failed.all("//c:status")} == {"false"}
    assert set(failed.all("//c:code/text()")) == {"UNEXPECTED_ERROR"}


# --- replies ---


def test_elements_may_come_in_another_order(soap, build):
    usual = [c.tag for c in get_customer(soap).all("//m:record")[0]]
    soap.settings(shuffle_replies=True)
    reply = get_customer(soap)
    shuffled = [c.tag for c in reply.all("//m:record")[0]]
    assert (shuffled != usual, sorted(shuffled)) == (True, sorted(usual))
    assert reply.one("//r:companyName") == "ACME Robotics Inc"
    lines = soap.get("salesOrder", "8001").all("//s:itemList/s:item/s:line")
    assert [line.text for line in lines] == ["1", "2"]


def test_replies_may_have_elements_nobody_knows(soap, build):
    soap.settings(unknown_reply_elements=True)
    assert len(get_customer(soap).all("//m:record/c:futureField")) == 1
    refused = soap.write("add", build.customer(subsidiary=""))
    assert len(refused.all("//c:statusDetail/c:futureField")) == 1


def test_codes_may_be_new(soap, build):
    soap.settings(unknown_status_codes=True)
    assert soap.write("add", build.customer(subsidiary="")).outcomes == [(False, "FUTURE_STATUS_CODE")]


def test_a_text_may_be_huge(soap):
    soap.settings(huge_text_bytes=11_000_000)
    with pytest.raises(etree.XMLSyntaxError, match="Text node too long"):
        get_customer(soap)


def test_a_reply_may_lead_elsewhere(soap, running):
    running.fault("status", status=302, body="html")
    reply = get_customer(soap)
    assert (reply.status, reply.headers["Location"].startswith("https://")) == (302, True)
    running.fault("status", status=200, body="html")
    assert (get_customer(soap).status, get_customer(soap).status) == (200, 200)


# --- control ---


def test_records_of_any_type_are_shown_and_touched(soap):
    assert [r["itemId"] for r in soap.control("GET", "/records/serviceSaleItem")][:1] == ["Install Service"]
    shown = soap.control("POST", "/records/customer/502/touch", {"comments": "called"})
    assert shown["comments"] == "called"
