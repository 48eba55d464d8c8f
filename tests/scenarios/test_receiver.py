"""Webhooks over real HTTP, from Streak's stand-in to the inbox: strangers are turned away, and no hint is lost."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from streak_netsuite import connections
from streak_netsuite.assembly import open_webhooks
from streak_netsuite.demo.processes import until
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sandbox.server import bind
from streak_netsuite.web.receiver import TOKEN_HEADER, Receiver, create_receiver

World = Any
BOX = "Blue Harbor warehouse robots"
NEW, OLD = "the-new-token-0123456789", "the-old-token-0123456789"
Keep = Callable[..., None]


@pytest.fixture
def receiver(world: World) -> Iterator[str]:
    """The receiver over the world's ledger and Streak connection; its address."""

    def settings() -> connections.ReceiverSettings:
        text = world.connection_texts["streak_default"]
        return connections.receiver_settings(connections.ConnectionParts.from_json("streak_default", text))

    with contextlib.ExitStack() as stack:
        ledger = stack.enter_context(world.ledger())
        listener = stack.enter_context(bind(0))
        app = create_receiver(Receiver(settings=settings, store=_storing(ledger), clock=world.now))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def _storing(ledger: Any) -> Callable[..., Any]:
    return lambda hints, now: ledger.store_hints(hints, now=now)


@pytest.fixture
def keep(world: World, receiver: str) -> Keep:
    """Make the webhooks at Streak as the connection wants them."""

    def run(*tokens: str, **extra: Any) -> None:
        world.streak_extra |= {"webhook_url": receiver, "webhook_tokens": list(tokens or (NEW,)), **extra}
        text = world.connection_texts["streak_default"]
        parts = connections.ConnectionParts.from_json("streak_default", text)
        with open_webhooks(connections.streak_settings(parts), connections.webhook_settings(parts)) as keeper:
            assert keeper.run().failed == ()

    return run


def post(url: str, body: Any, token: str | None) -> int:
    with httpx.Client(trust_env=False, timeout=10) as client:
        headers = {TOKEN_HEADER: token} if token else {}
        return client.post(url, json=body, headers=headers).status_code


def arrived(world: World, key: str, count: int = 1) -> bool:
    """Wait until hints of a record are in the inbox."""
    with world.ledger() as ledger:
        return any(len(ledger.events_for(key)) >= count for _ in until(60))


def move(world: World, box: str, stage: str = "Closed-Won") -> str:
    moved = world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()
    return str(moved.json()["key"])


def test_a_deal_that_is_won_reaches_the_inbox_by_webhook_and_becomes_an_order(
    world: World, keep: Keep
) -> None:
    keep()
    key = move(world, BOX)
    assert arrived(world, key)
    world.run()
    assert len(world.orders(key)) == 1


def test_strangers_are_turned_away_and_nothing_of_theirs_is_kept(
    world: World, keep: Keep, receiver: str, caplog: pytest.LogCaptureFixture
) -> None:
    keep(pipeline_keys=[world.info["streak"]["pipelines"]["Sales"]], webhook_max_bytes=4096)
    url = f"{receiver}/webhooks/streak/BOX_EDIT"
    foreign = [{"key": "agxForeign", "pipelineKey": "agxElsewhere", "name": "Zaphod"}]
    large = [{"key": "agxForeign", "name": "Zaphod" * 2000}]
    with caplog.at_level(logging.DEBUG):
        answers = [
            post(url, foreign, None),
            post(url, foreign, "a-guess-of-some-length-0"),
            post(url, foreign, NEW),
            post(url, large, NEW),
            post(url, "Zaphod", NEW),
        ]
    assert answers == [401, 401, 403, 413, 400]
    with world.ledger() as ledger:
        assert ledger.events_for("agxForeign") == []
    assert "Zaphod" not in caplog.text
    registered = world.streak.get(
        f"v2/pipelines/{world.info['streak']['pipelines']['Sales']}/webhooks"
    ).json()
    assert len(registered) == 5  # no answer was a 410, which makes Streak delete a webhook


def test_a_replayed_webhook_is_counted_and_changes_nothing(world: World, keep: Keep, receiver: str) -> None:
    keep()
    key = move(world, BOX)
    assert arrived(world, key)
    world.run()
    body = [world.box(key)]
    url = f"{receiver}/webhooks/streak/BOX_EDIT"
    assert [post(url, body, NEW) for _ in range(3)] == [200] * 3
    world.run()
    assert len(world.orders(key)) == 1
    assert len(world.comments(key)) == 1


def test_no_hint_is_lost_while_the_token_is_rotated(world: World, keep: Keep) -> None:
    keep(OLD)
    world.control.patch("/streak/settings", json={"paused": True}).raise_for_status()
    before = move(world, BOX)  # on its way with the old token
    keep(NEW, OLD)
    after = move(world, "Acme line 3 retrofit")
    world.control.patch("/streak/settings", json={"paused": False}).raise_for_status()
    assert arrived(world, before)
    assert arrived(world, after)


def test_contacts_are_kept_for_flows_to_come_when_the_settings_ask_for_them(world: World, keep: Keep) -> None:
    keep(sweep=["boxes", "contacts"])
    path = f"v2/teams/{world.info['streak']['team_key']}/contacts"
    made = world.streak.post(path, json={"emailAddresses": ["zaphod@example.test"]}).raise_for_status().json()
    assert arrived(world, made["key"])
    with world.ledger() as ledger:
        (event,) = ledger.events_for(made["key"])
        assert ledger.count_waiting(now=world.now()) == 0  # they wake no flow
        assert ledger.summary(now=world.now()).oldest_waiting_seconds is None  # and raise no alarm
    assert (event.event, event.record.kind) == ("CONTACT_CREATE", RecordKind.CONTACT)
