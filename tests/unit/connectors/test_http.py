"""Answers classified once, retries bounded and polite."""

import random
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from streak_netsuite.connectors.http import (
    RetryRule,
    TokenBucket,
    build_client,
    exchange,
    refuse_unready,
    retry,
    retry_after_seconds,
)
from streak_netsuite.errors import RateLimited, TransientError, Unavailable, UncertainWrite

RULE = RetryRule(attempts=3, total_seconds=5, first_wait_seconds=0.001, longest_wait_seconds=0.002)


def failing(error: Exception) -> httpx.Client:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.Client(transport=httpx.MockTransport(handler), base_url="http://vendor.test")


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
@pytest.mark.parametrize("writes", [True, False])
def test_what_never_left_may_be_tried_again(error: Exception, writes: bool) -> None:
    with failing(error) as client, pytest.raises(Unavailable, match="nothing was sent"):
        exchange(client, client.build_request("POST", "/x"), writes=writes, name="Vendor POST /x")


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed"),
        httpx.WriteError("reset"),
    ],
)
def test_a_lost_answer_to_a_write_is_uncertain_and_to_a_read_is_not(error: Exception) -> None:
    with failing(error) as client:
        request = client.build_request("POST", "/x")
        with pytest.raises(UncertainWrite, match="no answer came"):
            exchange(client, request, writes=True, name="Vendor POST /x")
        with pytest.raises(Unavailable):
            exchange(client, request, writes=False, name="Vendor POST /x")


@pytest.mark.parametrize(
    ("status", "writes", "error"),
    [
        pytest.param(429, True, RateLimited, id="refused before it was processed"),
        pytest.param(503, False, Unavailable, id="a read may be repeated"),
        pytest.param(502, True, UncertainWrite, id="a gateway may have passed a write on"),
    ],
)
def test_statuses_mean_one_thing_each(status: int, writes: bool, error: type[Exception]) -> None:
    with pytest.raises(error):
        refuse_unready(httpx.Response(status), writes=writes, name="x")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, 7.0, id="seconds"),
        pytest.param({"Retry-After": "0"}, 0.0, id="now"),
        pytest.param({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5, id="milliseconds first"),
        pytest.param({"Retry-After": "soon"}, None, id="nonsense"),
        pytest.param({}, None, id="nothing said"),
    ],
)
def test_the_server_says_how_long(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(httpx.Response(429, headers=headers)) == seconds


def test_the_server_may_say_it_as_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    seconds = retry_after_seconds(httpx.Response(429, headers={"Retry-After": at}))
    assert seconds is not None
    assert 25 < seconds <= 30


def counting(errors: list[Exception | None]) -> tuple[Callable[[], str], list[int]]:
    calls: list[int] = []

    def call() -> str:
        error = errors[len(calls)]
        calls.append(1)
        if error is not None:
            raise error
        return "answer"

    return call, calls


def test_what_is_transient_is_repeated() -> None:
    call, calls = counting([TransientError("a"), RateLimited("b", retry_after_seconds=0.001), None])
    assert retry(call, RULE, rng=random.Random(1)) == "answer"
    assert len(calls) == 3


def test_repeating_ends_with_the_last_error() -> None:
    call, calls = counting([Unavailable("1"), Unavailable("2"), Unavailable("3"), None])
    with pytest.raises(Unavailable, match="3"):
        retry(call, RULE, rng=random.Random(1))
    assert len(calls) == 3


def test_an_uncertain_write_is_never_repeated() -> None:
    call, calls = counting([UncertainWrite("sent"), None])
    with pytest.raises(UncertainWrite):
        retry(call, RULE, rng=random.Random(1))
    assert len(calls) == 1


def test_a_worker_does_not_sit_out_a_long_retry_after() -> None:
    call, calls = counting([RateLimited("come back later", retry_after_seconds=3600), None])
    with pytest.raises(RateLimited):
        retry(call, RULE, rng=random.Random(1))
    assert len(calls) == 1


def test_nobody_waits_beyond_their_patience_whatever_the_server_asks_for() -> None:
    call, calls = counting([RateLimited("come back later", retry_after_seconds=3), None])
    with pytest.raises(RateLimited):
        retry(call, replace(RULE, patience_seconds=2), rng=random.Random(1))
    assert len(calls) == 1


def test_calls_pass_at_a_steady_rate_after_a_burst() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    bucket = TokenBucket(per_second=5, burst=10, clock=lambda: now[0], sleep=sleep)
    for _ in range(10):
        bucket.take()
    assert slept == []
    for _ in range(50):
        bucket.take()
    assert now[0] == pytest.approx(10.0)


def test_a_repeat_is_tried_no_more_often_than_the_error_says() -> None:
    tried = 0

    def call() -> None:
        nonlocal tried
        tried += 1
        raise Unavailable("down", retry_times=1)

    with pytest.raises(Unavailable):
        retry(call, RULE, rng=random.Random(1))
    assert tried == 2


def test_a_client_keeps_no_cookie() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert "cookie" not in request.headers
        return httpx.Response(200, headers={"Set-Cookie": "JSESSIONID=1; Path=/"})

    with build_client("http://vendor.test") as client:
        client._transport = httpx.MockTransport(handler)
        for _ in range(2):
            client.get("/x")
        assert not client.cookies


def trusted_by(client: httpx.Client) -> Any:
    transport = client._transport
    assert isinstance(transport, httpx.HTTPTransport)
    return transport._pool._ssl_context


def test_clients_read_the_certificates_once_for_all_of_them() -> None:
    with build_client("https://one.test") as one, build_client("https://other.test") as other:
        assert trusted_by(one) is trusted_by(other)
        assert trusted_by(one).cert_store_stats()["x509_ca"] > 0
        assert trusted_by(one).verify_mode is ssl.CERT_REQUIRED


def test_a_client_follows_what_the_environment_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with build_client("https://one.test") as one:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))  # which has none
        with build_client("https://one.test") as other:
            assert trusted_by(one) is not trusted_by(other)
            assert trusted_by(other).cert_store_stats()["x509_ca"] == 0
