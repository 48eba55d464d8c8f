"""Who gets in: token-based authentication as NetSuite checks it."""

import httpx
import pytest

from streak_netsuite.sandbox.netsuite.tba import Passport, sign

TIME = "<m:getServerTime/>"
LOGIN_FAULT = ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS")


def why(soap):
    return soap.control("GET", "/logins")[-1]["detail"]


def test_oracles_published_vector_is_reproduced():
    passport = Passport(
        account="123456",
        consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
        token="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
        nonce="fjaLirsIcCGVZWzBX0pg",
        timestamp="1508242306",
        signature="",
        algorithm="HMAC-SHA256",
    )
    signature = sign(
        passport,
        consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
        token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
    )
    assert signature == "tIcC5zyKUmycB5Ml/cNxOHDusw03Y5KPQiXVNUHHp4U="


@pytest.mark.parametrize("algorithm", ["HMAC-SHA256", "HMAC_SHA256"])
def test_a_signed_request_gets_in(soap, algorithm):
    reply = soap.call(TIME, passport=soap.passport(algorithm=algorithm))
    assert reply.status == 200
    assert reply.one("//c:serverTime").startswith("20")
    assert reply.one("//m:documentInfo/m:nsId").startswith("WEBSERVICES_1234567_SB1_")
    assert why(soap) == ""


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        pytest.param({"account": "1234567_sb1"}, "InvalidAccount", id="account in lower case"),
        pytest.param({"account": "1234567-sb1"}, "InvalidAccount", id="account in host form"),
        pytest.param({"consumerKey": "nobody"}, "ConsumerKeyUnknown", id="unknown consumer key"),
        pytest.param({"token": "nothing"}, "TokenUnknown", id="unknown token"),
        pytest.param({"algorithm": "HMAC-SHA1"}, "SignatureMethodRejected", id="SHA1"),
        pytest.param({"algorithm": "hmac-sha256"}, "SignatureMethodRejected", id="spelling of the algorithm"),
        pytest.param({"nonce": "abc12"}, "NonceRejected", id="nonce too short"),
        pytest.param({"nonce": "a" * 65}, "NonceRejected", id="nonce too long"),
        pytest.param({"nonce": "abc-def-123"}, "NonceRejected", id="nonce with dashes"),
        pytest.param({"timestamp": "1508242306"}, "InvalidTimestamp", id="long ago"),
        pytest.param({"timestamp": "soon"}, "InvalidTimestamp", id="no number"),
        pytest.param({"signature": "AAAA"}, "InvalidSignature", id="wrong signature"),
    ],
)
def test_a_bad_passport_is_refused_without_saying_why(soap, changes, detail):
    reply = soap.call(TIME, passport=soap.passport(**changes))
    assert (reply.status, reply.fault, reply.faultstring) == (500, LOGIN_FAULT, "Invalid login attempt.")
    assert why(soap) == detail


def test_both_secrets_count(soap):
    soap.credentials = soap.credentials | {"token_secret": "other"}
    assert soap.call(TIME).fault == LOGIN_FAULT


def test_a_nonce_works_once(soap):
    passport = soap.passport()
    assert soap.call(TIME, passport=passport).status == 200
    assert soap.call(TIME, passport=passport).fault == LOGIN_FAULT
    assert why(soap) == "NonceUsed"


def test_a_clock_four_minutes_off_is_tolerated_and_six_is_not(soap, running):
    now = int(running.clock().timestamp())
    assert soap.call(TIME, passport=soap.passport(timestamp=str(now - 240))).status == 200
    assert soap.call(TIME, passport=soap.passport(timestamp=str(now + 360))).fault == LOGIN_FAULT


def test_no_passport_is_no_login(soap):
    assert soap.call(TIME, passport="").fault == LOGIN_FAULT


def test_two_ways_to_say_who_one_is_are_ambiguous(soap):
    ambiguous = ("invalidCredentialsFault", "USER_ERROR")
    two = soap.call(TIME, passport=soap.passport() + soap.passport())
    application = soap.call(
        TIME, header="<m:applicationInfo><m:applicationId>X</m:applicationId></m:applicationInfo>"
    )
    soap.headers = {"Cookie": "JSESSIONID=abc"}
    cookie = soap.call(TIME)
    assert [r.fault for r in (two, application, cookie)] == [ambiguous] * 3
    assert cookie.faultstring == "Ambiguous authentication"


def test_a_client_that_keeps_cookies_fails_on_its_second_call(soap, running):
    with httpx.Client() as keeping:
        first = keeping.post(soap.url, content=soap.envelope(TIME))
        second = keeping.post(soap.url, content=soap.envelope(TIME))
    assert (first.status_code, second.status_code) == (200, 500)
    assert "Ambiguous authentication" in second.text


def test_data_center_urls_need_no_login(soap):
    ask = "<m:getDataCenterUrls><m:account>{}</m:account></m:getDataCenterUrls>"
    known = soap.call(ask.format("1234567_SB1"), passport="")
    assert known.one("//c:webservicesDomain") == "https://1234567-sb1.suitetalk.api.netsuite.com"
    assert soap.call(ask.format(""), passport="").one("//c:code") == "DATA_REQD"


def test_a_fault_has_netsuites_shape(soap):
    reply = soap.call(TIME, passport="")
    assert reply.one("//faultcode") == "soapenv:Server.userException"
    detail = reply.all("//detail/*")
    assert [d.tag for d in detail] == [
        "{urn:faults_2025_2.platform.webservices.netsuite.com}invalidCredentialsFault",
        "{http://xml.apache.org/axis/}hostname",
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<not closed", id="no XML"),
        pytest.param("<html/>", id="no envelope"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_soap_request_gets_a_fault_with_the_host_only(soap, content):
    reply = soap.post(content)
    assert (reply.status, reply.fault) == (500, ("", ""))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<m:makeCoffee/>", id="unknown operation"),
        pytest.param("<m:getServerTime><m:now/></m:getServerTime>", id="unknown element"),
        pytest.param(
            '<m:addList><m:record xsi:type="r:Customer"><r:subsidiary internalId="1"/>'
            "<r:companyName>Wrong order</r:companyName></m:record></m:addList>",
            id="wrong order",
        ),
        pytest.param(
            '<m:addList><m:record xsi:type="r:Customer"><r:companyNam>x</r:companyNam></m:record></m:addList>',
            id="misspelt element",
        ),
        pytest.param(
            '<m:get><m:baseRef xsi:type="c:RecordRef" type="custommer" internalId="1"/></m:get>',
            id="misspelt enum",
        ),
        pytest.param("<m:get><m:baseRef/></m:get>", id="abstract type"),
    ],
)
def test_content_that_does_not_fit_the_schema_is_refused(soap, body):
    reply = soap.call(body)
    assert (reply.status, reply.fault) == (500, ("", ""))
    assert soap.control("GET", "/state")["totals"]["customers"] == 5


def test_another_endpoint_version_is_refused(soap):
    url = soap.url.replace("2025_2", "2019_1")
    assert soap.post(soap.envelope(TIME), url=url).fault == ("invalidVersionFault", "UNSUPPORTED_WS_VERSION")
    old = soap.envelope(TIME).replace("_2025_2", "_2023_2")
    assert soap.post(old).fault == ("invalidVersionFault", "UNSUPPORTED_WS_VERSION")
