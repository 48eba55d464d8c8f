"""The webhook receiver."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from streak_netsuite.connections import ReceiverSettings
from streak_netsuite.errors import ConfigurationError, Unavailable
from streak_netsuite.sync.hint import Hint, StoredHints
from streak_netsuite.web.receiver import TOKEN_HEADER, Receiver, create_receiver

TOKEN = "correct-horse-battery-staple"
BOX = {"key": "agxB", "pipelineKey": "agxP", "lastSavedTimestamp": 17, "name": "Secret deal of Bob"}


class Inbox:
    """Keeps hints in a list, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.hints: list[Hint] = []
        self.error = error

    def store(self, hints: Sequence[Hint], now: datetime) -> StoredHints:
        if self.error:
            raise self.error
        self.hints += hints
        return StoredHints(new=len(hints), repeated=0)


class Client:
    """Sends requests to the app in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def post(self, url: str, **request: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
                return await client.post(url, **request)

        return asyncio.run(send())


async def chunks(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


def a_client(inbox: Inbox, **settings: object) -> Client:
    values = {
        "tokens": (SecretStr("an-older-token-being-rotated"), SecretStr(TOKEN)),
        "max_bytes": 2048,
        **settings,
    }

    def read() -> ReceiverSettings:
        return ReceiverSettings(**values)  # type: ignore[arg-type]

    return Client(
        create_receiver(Receiver(settings=read, store=inbox.store, clock=lambda: datetime.now(UTC)))
    )


def post(
    client: Client,
    *,
    json: object = None,
    content: bytes | None = None,
    token: str | None = TOKEN,
    event: str = "BOX_EDIT",
):
    headers = {} if token is None else {TOKEN_HEADER: token}
    url = f"/webhooks/streak/{event}"
    return (
        client.post(url, headers=headers, content=content)
        if content is not None
        else client.post(url, headers=headers, json=json)
    )


@pytest.mark.parametrize("body", [[BOX], BOX], ids=["array", "object"])
def test_a_webhook_is_kept_and_answered_with_exactly_200(body: object) -> None:
    inbox = Inbox()
    answer = post(a_client(inbox), json=body)
    assert answer.status_code == 200
    assert [hint.record.id for hint in inbox.hints] == ["agxB"]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "tøken"])
def test_a_wrong_or_missing_token_is_refused_and_nothing_kept(token: str | None) -> None:
    inbox = Inbox()
    header = None if token is None else token.encode("latin-1")
    answer = a_client(inbox).post(
        "/webhooks/streak/BOX_EDIT", json=[BOX], headers={} if header is None else {TOKEN_HEADER: header}
    )
    assert answer.status_code == 401
    assert inbox.hints == []


def test_the_older_token_works_while_it_is_rotated() -> None:
    assert post(a_client(Inbox()), json=[BOX], token="an-older-token-being-rotated").status_code == 200


def test_too_large_a_body_is_refused_whether_declared_or_streamed() -> None:
    inbox = Inbox()
    client = a_client(inbox)
    assert post(client, content=b"[" + b" " * 4000 + b"]").status_code == 413
    answer = client.post("/webhooks/streak/BOX_EDIT", content=chunks(5, 1000), headers={TOKEN_HEADER: TOKEN})
    assert answer.status_code == 413
    assert inbox.hints == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[1]", b"[]", b"7", b'[{"name":"no key"}]', b"[" * 1500]
)
def test_a_broken_body_is_refused_and_nothing_kept(content: bytes) -> None:
    inbox = Inbox()
    assert post(a_client(inbox), content=content).status_code == 400
    assert inbox.hints == []


@pytest.mark.parametrize(
    "settings",
    [{"pipeline_keys": frozenset({"agxQ"})}, {"team_keys": frozenset({"agxT"})}],
    ids=["pipeline", "team"],
)
def test_a_body_of_another_pipeline_or_team_is_refused(settings: dict[str, object]) -> None:
    inbox = Inbox()
    answer = post(a_client(inbox, **settings), json=[{**BOX, "teamKey": "agxOther"}])
    assert answer.status_code == 403
    assert inbox.hints == []


def test_one_foreign_box_refuses_the_whole_body() -> None:
    inbox = Inbox()
    client = a_client(inbox, pipeline_keys=frozenset({"agxP"}))
    assert post(client, json=[BOX, {**BOX, "key": "agxC", "pipelineKey": "agxQ"}]).status_code == 403
    assert inbox.hints == []


def test_while_the_ledger_is_down_streak_is_asked_to_send_again() -> None:
    assert post(a_client(Inbox(Unavailable("down"))), json=[BOX]).status_code == 503


def test_without_tokens_nothing_is_accepted() -> None:
    assert post(a_client(Inbox(), tokens=()), json=[BOX]).status_code == 503


def test_without_a_connection_nothing_is_accepted() -> None:
    def missing() -> ReceiverSettings:
        raise ConfigurationError("Airflow has no connection 'streak_default'")

    app = create_receiver(Receiver(settings=missing, store=Inbox().store, clock=lambda: datetime.now(UTC)))
    assert post(Client(app), json=[BOX]).status_code == 503


def test_events_of_other_things_are_answered_and_not_kept() -> None:
    inbox = Inbox()
    assert post(a_client(inbox), json=[{"key": "agxK"}], event="CONTACT_UPDATE").status_code == 200
    assert inbox.hints == []


@pytest.mark.parametrize("event", ["box_edit", "B", "BOX-EDIT", "A" * 60])
def test_a_path_that_is_no_event_does_not_exist(event: str) -> None:
    assert post(a_client(Inbox()), json=[BOX], event=event).status_code == 404


def test_no_refusal_is_ever_410_nor_shows_the_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = a_client(Inbox(), pipeline_keys=frozenset({"agxQ"}))
    answers = [
        post(client, json=[BOX]),
        post(client, json=[BOX], token="wrong-token-of-somebody"),
        post(client, content=b"{Secret deal of Bob"),
        post(client, content=b"Secret deal of Bob" * 400),
    ]
    assert 410 not in {answer.status_code for answer in answers}
    said = caplog.text + "".join(answer.text for answer in answers)
    assert "Secret" not in said
    assert TOKEN not in said
    assert "wrong-token" not in said


def test_a_short_token_is_refused_as_a_setting() -> None:
    with pytest.raises(ValueError, match="at least 16 characters"):
        ReceiverSettings(tokens=(SecretStr("short"),))
