"""The event loop's side of HTTP does what the threads' side does."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from streak_netsuite.connectors.http import (
    RetryRule,
    TokenBucket,
    build_async_client,
    exchange_async,
    retry_async,
)
from streak_netsuite.connectors.streak.calls import boxes, comments, meetings, users
from streak_netsuite.connectors.streak.client import AsyncStreakClient
from streak_netsuite.connectors.streak.protocol import MISSING_PARAMETERS, NO_ACCESS, NOT_FOUND
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.errors import (
    InvalidCredentials,
    RateLimited,
    RejectedByVendor,
    Unavailable,
    UncertainWrite,
)

RULE = RetryRule(attempts=3, total_seconds=5, first_wait_seconds=0.001, longest_wait_seconds=0.002)
SETTINGS = StreakSettings(api_key="k", requests_per_second=20, burst=100, attempts=3, retry_total_seconds=2)
REFUSED = httpx.Response(429, headers={"retry-after-ms": "1"})


def answering(*answers: httpx.Response | Exception) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    """A transport that gives these answers in turn, the last one forever, and what it was sent."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = answers[min(len(seen), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return httpx.MockTransport(handler), seen


def with_client(
    act: Callable[[AsyncStreakClient], Awaitable[Any]], *answers: httpx.Response | Exception
) -> tuple[Any, list[httpx.Request]]:
    transport, seen = answering(*answers)

    async def run() -> Any:
        async with AsyncStreakClient(SETTINGS, rng=random.Random(1)) as client:
            await client._http.aclose()
            client._http = httpx.AsyncClient(transport=transport)
            return await act(client)

    return asyncio.run(run()), seen


@pytest.mark.parametrize(
    ("error", "writes", "told"),
    [
        (httpx.ConnectError("refused"), True, Unavailable),
        (httpx.ReadTimeout("slow"), True, UncertainWrite),
        (httpx.ReadTimeout("slow"), False, Unavailable),
        (httpx.RemoteProtocolError("closed"), True, UncertainWrite),
    ],
)
def test_a_lost_answer_means_the_same(error: Exception, writes: bool, told: type[Exception]) -> None:
    async def run() -> None:
        transport, _ = answering(error)
        async with httpx.AsyncClient(transport=transport, base_url="http://vendor.test") as client:
            await exchange_async(client, client.build_request("POST", "/x"), writes=writes, name="x")

    with pytest.raises(told):
        asyncio.run(run())


def test_what_is_transient_is_tried_again_until_it_passes() -> None:
    tries: list[int] = []

    async def twice_unavailable() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("not now")
        return "done"

    assert asyncio.run(retry_async(twice_unavailable, RULE, rng=random.Random(1))) == "done"


def test_a_wait_for_the_rate_lets_others_work() -> None:
    bucket = TokenBucket(per_second=5, burst=1)

    async def run() -> tuple[float, int]:
        worked = 0
        begun = time.monotonic()
        waiting = asyncio.gather(bucket.take_async(), bucket.take_async(), bucket.take_async())
        while not waiting.done():
            await asyncio.sleep(0.01)
            worked += 1
        return time.monotonic() - begun, worked

    seconds, worked = asyncio.run(run())
    assert seconds >= 0.39
    assert worked > 3


def test_timeouts_are_set_and_redirects_are_not_followed() -> None:
    client = build_async_client("http://vendor.test", connect_seconds=3, read_seconds=4)
    assert (client.timeout.connect, client.timeout.read) == (3, 4)
    assert client.follow_redirects is False


def test_a_read_is_repeated_and_a_create_is_not() -> None:
    box = httpx.Response(200, json={"key": "agxB"})
    made, seen = with_client(lambda c: c.send(boxes.get("agxB")), httpx.ReadTimeout("slow"), REFUSED, box)
    assert (made["key"], len(seen)) == ("agxB", 3)
    with pytest.raises(UncertainWrite):
        with_client(lambda c: c.send(comments.create("agxB", "hi")), httpx.ReadTimeout("slow"), box)


def test_a_removal_is_done_when_the_repeat_finds_nothing() -> None:
    gone = httpx.Response(404, json={"success": False})
    done, seen = with_client(lambda c: c.send(boxes.delete("agxB")), httpx.ReadTimeout("slow"), gone)
    assert (done, len(seen)) == (None, 2)
    with pytest.raises(RejectedByVendor) as caught:
        with_client(lambda c: c.send(boxes.delete("agxB")), gone)
    assert caught.value.code == NOT_FOUND


def test_a_meeting_that_misses_parameters_goes_as_a_form() -> None:
    missing = httpx.Response(400, json={"success": False, "error": "Missing parameters"})
    made = httpx.Response(200, json={"key": "agxM"})
    at = datetime(2026, 3, 2, tzinfo=UTC)
    found, seen = with_client(lambda c: c.send(meetings.create("agxB", "CALL_LOG", at)), missing, made)
    assert found.key == "agxM"
    assert [request.headers["content-type"] for request in seen] == [
        "application/json",
        "application/x-www-form-urlencoded",
    ]
    with pytest.raises(RejectedByVendor) as caught:
        with_client(lambda c: c.send(meetings.create("agxB", "CALL_LOG", at)), missing)
    assert caught.value.code == MISSING_PARAMETERS


def test_a_401_is_a_bad_key_or_no_access() -> None:
    refused, me = httpx.Response(401, json={}), httpx.Response(200, json={"key": "agxU"})
    with pytest.raises(RejectedByVendor) as caught:
        with_client(lambda c: c.send(boxes.get("agxB")), refused, me)
    assert caught.value.code == NO_ACCESS
    with pytest.raises(InvalidCredentials):
        with_client(lambda c: c.send(boxes.get("agxB")), refused)
    with pytest.raises(InvalidCredentials):
        with_client(lambda c: c.send(users.me()), refused)


def test_a_long_wait_is_left_to_the_scheduler() -> None:
    with pytest.raises(RateLimited):
        with_client(lambda c: c.send(users.me()), httpx.Response(429, headers={"Retry-After": "600"}))


def test_pages_resume_at_a_position() -> None:
    async def keys(client: AsyncStreakClient) -> list[str]:
        listing = boxes.of_pipeline("agxP", size=1)
        return [key async for page in client.pages(listing, start="4") for key in page.keys]

    page = httpx.Response(200, json={"results": [{"key": "agxB"}], "hasNextPage": False})
    found, seen = with_client(keys, page)
    assert found == ["agxB"]
    assert seen[0].url.params["page"] == "4"
