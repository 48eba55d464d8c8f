"""Who we are to Streak, and how OAuth access tokens are bought, renewed and used up."""

import asyncio
import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from streak_netsuite.connectors.streak.auth import OAuthRefresh, auth_of
from streak_netsuite.connectors.streak.settings import OAuthSettings, StreakSettings
from streak_netsuite.errors import ConfigurationError, InvalidCredentials

TOKEN_URL = "https://login.example/token"


class Vendor:
    """A token address and an API, over httpx's own transport seam."""

    def __init__(self, **answer: Any) -> None:
        self.answer: dict[str, Any] = {"expires_in": 600, **answer}
        self.status = 200
        self.body: bytes | None = None
        self.revoked: set[str] = set()
        self.bought: list[dict[str, list[str]]] = []
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.bought.append(parse_qs(request.content.decode()))
            if self.body is not None:
                return httpx.Response(self.status, content=self.body)
            return httpx.Response(
                self.status, json={"access_token": f"token-{len(self.bought)}", **self.answer}
            )
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.seen.append(token)
        return httpx.Response(401 if token in self.revoked else 200, json={})


def oauth(vendor: Vendor, clock: Callable[[], float] = lambda: 0.0, **more: Any) -> httpx.Client:
    settings = OAuthSettings(token_url=TOKEN_URL, client_id="app", **more)
    auth = OAuthRefresh(settings, refresh_token="refresh-0", clock=clock)
    return httpx.Client(auth=auth, transport=httpx.MockTransport(vendor), base_url="https://api.example")


def test_the_key_is_the_user_name_of_basic_with_an_empty_password() -> None:
    auth = auth_of(StreakSettings(api_key="k3y"))
    request = next(auth.auth_flow(httpx.Request("GET", "https://api.example")))
    assert base64.b64decode(request.headers["authorization"].split()[1]) == b"k3y:"


def test_the_key_can_be_a_bearer_token() -> None:
    auth = auth_of(StreakSettings(api_key="k3y", auth="bearer"))
    request = next(auth.auth_flow(httpx.Request("GET", "https://api.example")))
    assert request.headers["authorization"] == "Bearer k3y"


def test_oauth_without_its_settings_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="token_url and client_id"):
        auth_of(StreakSettings(api_key="refresh-0", auth="oauth"))


def test_one_token_serves_many_calls() -> None:
    vendor = Vendor()
    with oauth(vendor) as client:
        assert [client.get("/x").status_code for _ in range(3)] == [200] * 3
    assert vendor.seen == ["token-1"] * 3
    assert vendor.bought == [
        {"grant_type": ["refresh_token"], "refresh_token": ["refresh-0"], "client_id": ["app"]}
    ]


def test_a_secret_is_sent_by_clients_that_have_one() -> None:
    vendor = Vendor()
    with oauth(vendor, client_secret="s3cret") as client:
        client.get("/x")
    assert vendor.bought[0]["client_secret"] == ["s3cret"]


def test_a_token_is_renewed_before_it_ends() -> None:
    now = [0.0]
    vendor = Vendor()
    with oauth(vendor, clock=lambda: now[0]) as client:
        for now[0] in (0.0, 569.0, 571.0):
            client.get("/x")
    assert vendor.seen == ["token-1", "token-1", "token-2"]


def test_a_revoked_token_is_renewed_once_and_the_call_sent_again() -> None:
    vendor = Vendor()
    with oauth(vendor) as client:
        client.get("/x")
        vendor.revoked = {"token-1"}
        assert client.get("/x").status_code == 200
    assert vendor.seen == ["token-1", "token-1", "token-2"]


def test_a_401_with_a_renewed_token_is_the_answer() -> None:
    vendor = Vendor()
    with oauth(vendor) as client:
        client.get("/x")
        vendor.revoked = {"token-1", "token-2"}
        assert client.get("/x").status_code == 401
    assert len(vendor.bought) == 2


def test_a_401_with_a_token_just_bought_buys_no_other() -> None:
    vendor = Vendor()
    vendor.revoked = {"token-1"}
    with oauth(vendor) as client:
        assert client.get("/x").status_code == 401
    assert len(vendor.bought) == 1


def test_a_refresh_token_that_rotates_is_used_from_then_on() -> None:
    now = [0.0]
    vendor = Vendor(refresh_token="refresh-1")
    with oauth(vendor, clock=lambda: now[0]) as client:
        for now[0] in (0.0, 1000.0):
            client.get("/x")
    assert [sent["refresh_token"] for sent in vendor.bought] == [["refresh-0"], ["refresh-1"]]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(400, b'{"error": "invalid_grant"}', id="refused"),
        pytest.param(200, b"{}", id="no token"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b'{"access_token": "t", "expires_in": "soon"}', id="an end that is no number"),
        pytest.param(500, b"", id="server error"),
    ],
)
def test_a_bad_answer_of_the_token_address_asks_for_authorization(status: int, body: bytes) -> None:
    vendor = Vendor()
    vendor.status, vendor.body = status, body
    with oauth(vendor) as client, pytest.raises(InvalidCredentials, match="authorize again") as caught:
        client.get("/x")
    assert "refresh-0" not in str(caught.value)
    assert vendor.seen == []


def test_tokens_are_renewed_in_an_event_loop_too() -> None:
    vendor = Vendor()
    settings = OAuthSettings(token_url=TOKEN_URL, client_id="app")

    async def calls() -> list[int]:
        auth = OAuthRefresh(settings, refresh_token="refresh-0", clock=lambda: 0.0)
        transport = httpx.MockTransport(vendor)
        async with httpx.AsyncClient(
            auth=auth, transport=transport, base_url="https://api.example"
        ) as client:
            first = await client.get("/x")
            vendor.revoked = {"token-1"}
            return [first.status_code, (await client.get("/x")).status_code]

    assert asyncio.run(calls()) == [200, 200]
    assert vendor.seen == ["token-1", "token-1", "token-2"]
