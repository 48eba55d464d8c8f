"""The sandbox over real HTTP, as seeded before each test, and somebody who receives its webhooks."""

import json
import queue
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from streak_netsuite.sandbox.server import RunningSandbox

_PATIENCE_SECONDS = 60.0


@dataclass
class Place:
    """The sandbox and clients for it.

    Attributes:
        streak: a client with the API key.
        control: a client with the control token.
    """

    info: Mapping[str, Any]
    streak: httpx.Client
    control: httpx.Client

    @property
    def sales(self) -> str:
        return str(self.info["streak"]["pipelines"]["Sales"])

    @property
    def renewals(self) -> str:
        return str(self.info["streak"]["pipelines"]["Renewals"])

    @property
    def team(self) -> str:
        return str(self.info["streak"]["team_key"])

    def get(self, path: str, **query: Any) -> Any:
        return self.streak.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Any, **query: Any) -> Any:
        return self.streak.post(path, json=body, params=query).raise_for_status().json()

    def box(self, name: str = "Blue Harbor warehouse robots") -> dict[str, Any]:
        """Return a seeded box."""
        boxes: list[dict[str, Any]] = self.get(f"/v1/pipelines/{self.sales}/boxes")
        return next(box for box in boxes if box["name"] == name)

    def new_box(self, **values: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.post(f"/v2/pipelines/{self.sales}/boxes", {"name": "New deal", **values})
        return made

    def field_keys(self) -> dict[str, str]:
        """Return the Sales fields' keys by name."""
        return {f["name"]: f["key"] for f in self.get(f"/v1/pipelines/{self.sales}/fields")}

    def stage_keys(self) -> dict[str, str]:
        """Return the Sales stages' keys by name."""
        return {s["name"]: s["key"] for s in self.get(f"/v1/pipelines/{self.sales}/stages").values()}

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        body = {"system": "streak", "kind": kind, **more}
        made: dict[str, Any] = self.control.post("/faults", json=body).raise_for_status().json()
        return made

    def settings(self, **changes: Any) -> None:
        self.control.patch("/streak/settings", json=changes).raise_for_status()

    def requests(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control.get("/requests", params=query).json()["requests"]
        return found

    def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control.get("/streak/deliveries").json()["deliveries"]
        return found


@dataclass(frozen=True)
class Received:
    """One webhook as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Receiver:
    """Takes webhooks and answers 200, or what `answers` says first."""

    url: str
    answers: deque[int] = field(default_factory=deque)
    inbox: "queue.Queue[Received]" = field(default_factory=queue.Queue)

    def next(self) -> Received:
        """Return the next webhook, waiting for it."""
        return self.inbox.get(timeout=_PATIENCE_SECONDS)

    def several(self, count: int) -> list[Received]:
        return [self.next() for _ in range(count)]

    def take(self, received: Received) -> int:
        self.inbox.put(received)
        return self.answers.popleft() if self.answers else 200


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """One sandbox for all tests."""
    with RunningSandbox() as running:
        yield running


@pytest.fixture(scope="session")
def clients(running_sandbox: RunningSandbox) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    streak, control = running_sandbox.info["streak"], running_sandbox.info["control"]
    token = {"X-Sandbox-Token": control["token"]}
    with (
        httpx.Client(base_url=streak["base_url"], auth=(streak["api_key"], ""), timeout=60) as to_streak,
        httpx.Client(base_url=control["base_url"], headers=token, timeout=60) as to_control,
    ):
        yield to_streak, to_control


@pytest.fixture
def place(running_sandbox: RunningSandbox, clients: tuple[httpx.Client, httpx.Client]) -> Place:
    """The sandbox, freshly seeded."""
    clients[1].post("/reset").raise_for_status()
    # A reset makes the team anew; its keys are the same, as they follow from the order of making.
    return Place(info=running_sandbox.info, streak=clients[0], control=clients[1])


@pytest.fixture(scope="session")
def receiver_server() -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = self.server.receiver.take(Received(self.path, dict(self.headers), body))  # type: ignore[attr-defined]
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # webhooks come at once; what overflows the queue is repeated a second later

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def receiver(receiver_server: ThreadingHTTPServer) -> Receiver:
    """Somebody who takes webhooks."""
    receiver = Receiver(f"http://127.0.0.1:{receiver_server.server_address[1]}")
    receiver_server.receiver = receiver  # type: ignore[attr-defined]
    return receiver
