"""The connectors against the sandbox over real HTTP, and what they put on the wire."""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from lxml import etree
from oracle_schema import compiled, faults_of, is_ahead, wsdl_file
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.streak.box_desk import BoxDesk
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.netsuite.app import NetSuiteSandbox
from streak_netsuite.sandbox.server import RunningSandbox, bind

_FAST = {"attempts": 4, "retry_total_seconds": 5, "connect_seconds": 2}


class Listener:
    """Reads what uvicorn receives, and keeps it. What cuts the connection looks for uvicorn's own object, so it is passed on."""

    def __init__(self, receive: Receive, sent: list[bytes]) -> None:
        self.__self__ = getattr(receive, "__self__", None)
        self._receive = receive
        self._sent = sent
        self._chunks: list[bytes] = []

    async def __call__(self) -> Message:
        message = await self._receive()
        self._chunks.append(message.get("body", b""))
        if message["type"] == "http.request" and not message.get("more_body"):
            self._sent.append(b"".join(self._chunks))
        return message


class Recorder:
    """Keeps the body of every POST as it came over the wire, the replies, and the paths of every GET.

    Attributes:
        replies: what was answered to POSTs, until `misfits` looks at it.
        instead: answers to the next GETs, in place of the files.
    """

    def __init__(self, app: ASGIApp, sandbox: NetSuiteSandbox) -> None:
        self._app = app
        self._sandbox = sandbox
        self.sent: list[bytes] = []
        self.fetched: list[str] = []
        self.replies: list[bytes] = []
        self.instead: list[Response] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        posted = scope["type"] == "http" and scope["method"] == "POST"
        if scope["type"] == "http" and not posted:
            self.fetched.append(scope["path"])
        app = self.instead.pop(0) if self.instead and not posted else self._app
        if posted:
            await app(scope, Listener(receive, self.sent), self._answering(send))
        else:
            await app(scope, receive, send)

    def _answering(self, send: Send) -> Send:
        chunks: list[bytes] = []

        async def answer(message: Message) -> None:
            chunks.append(message.get("body", b""))
            is_whole = message["type"] == "http.response.body" and not message.get("more_body")
            if is_whole and not is_ahead(self._sandbox):
                self.replies.append(b"".join(chunks))
            await send(message)

        return answer

    def misfits(self) -> list[str]:
        """Return where replies since the last look do not fit Oracle's schema; nothing where that is not at hand."""
        replies, self.replies = self.replies, []
        found: list[str] = []
        for reply in replies:
            # Pages of proxies and broken envelopes are none of NetSuite's web services.
            with contextlib.suppress(etree.XMLSyntaxError):
                found += faults_of(reply, version=self._sandbox.version)
        return found


@dataclass
class Endpoint:
    """One NetSuite endpoint: its sandbox, and what was sent to it."""

    sandbox: NetSuiteSandbox
    faults: FaultBook
    recorder: Recorder
    base_url: str
    opened: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _plain: NetSuiteGateway | None = None

    def settings(self, **changes: Any) -> NetSuiteSettings:
        """Return a client's settings."""
        known = self.sandbox.credentials()
        return NetSuiteSettings.model_validate({"base_url": self.base_url, **known, **_FAST, **changes})

    @contextlib.contextmanager
    def gateway(self, **changes: Any) -> Iterator[NetSuiteGateway]:
        """Open a gateway."""
        settings = self.settings(**changes)
        with SoapClient(settings, rng=random.Random(1)) as client:
            yield NetSuiteGateway(client, settings)

    @contextlib.contextmanager
    def client(self, **changes: Any) -> Iterator[SoapClient]:
        """Open a client."""
        with SoapClient(self.settings(**changes), rng=random.Random(1)) as client:
            yield client

    def sent_by(self, act: Callable[[NetSuiteGateway], object]) -> list[Any]:
        """Return the envelopes that an action puts on the wire, in order, against the seeded account."""
        if self._plain is None:  # Oracle's WSDL takes a second to read
            self._plain = self.opened.enter_context(self.gateway(concurrency=1, search_page_size=5))
        self.sandbox.reset()
        self.recorder.sent.clear()
        act(self._plain)
        return [etree.fromstring(body) for body in self.recorder.sent]

    def fault(self, kind: str, *, times: int | None = 1, operation: str = "*", **more: Any) -> None:
        """Let something go wrong."""
        self.faults.add(Fault(system="netsuite", kind=kind, operation=operation, times=times, **more))

    def logins(self) -> list[str]:
        """Return the reasons in the login audit trail; "" for each success."""
        return [login.detail for login in self.sandbox.gatekeeper.trail]

    def journal(self, operation: str) -> list[Any]:
        """Return the requests of an operation."""
        return self.sandbox._journal.entries(operation=operation)


@contextlib.contextmanager
def _serve(version: str, wsdl: Path | None = None) -> Iterator[Endpoint]:
    faults = FaultBook(random.Random(7))
    sandbox = NetSuiteSandbox(
        faults=faults, journal=Journal(), clock=lambda: datetime.now(UTC), version=version
    )
    oracle = [Mount(f"/netsuite/wsdl/v{version}_0", StaticFiles(directory=wsdl.parent))] if wsdl else []
    routes = [*oracle, Mount("/netsuite", routes=sandbox.routes())]
    recorder = Recorder(Starlette(routes=routes), sandbox)
    listener = bind(0)
    config = uvicorn.Config(recorder, log_level="error", ws="none", lifespan="off", timeout_keep_alive=30)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/netsuite"
    endpoint = Endpoint(sandbox, faults, recorder, base_url)
    with endpoint.opened:
        yield endpoint
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="session")
def netsuite_wsdl() -> Path:
    """Oracle's WSDL of 2023.2 and its XSDs, which are not ours to ship."""
    wsdl = wsdl_file()
    if not wsdl.exists():
        pytest.skip(f"Oracle's WSDL is not at {wsdl}; set STREAK_NETSUITE_WSDL to its parent folder")
    return wsdl


@pytest.fixture(scope="session")
def oracle_schema(netsuite_wsdl: Path) -> etree.XMLSchema:
    """Oracle's schema."""
    schema = compiled()
    assert schema is not None, f"{netsuite_wsdl} has no XSDs beside it"
    return schema


@pytest.fixture(scope="session")
def oracle_endpoint(netsuite_wsdl: Path) -> Iterator[Endpoint]:
    """Endpoint 2023.2, which hands out Oracle's own WSDL, byte for byte."""
    with _serve("2023_2", netsuite_wsdl) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def _default_endpoint() -> Iterator[Endpoint]:
    with _serve("2025_2") as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(_default_endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint the product uses by default, as seeded; whatever it answers in a test has to fit Oracle's schema."""
    _default_endpoint.faults.clear()
    _default_endpoint.sandbox.reset()
    _default_endpoint.sandbox._journal.clear()
    _default_endpoint.recorder.sent.clear()
    _default_endpoint.recorder.fetched.clear()
    _default_endpoint.recorder.instead.clear()
    yield _default_endpoint
    assert _default_endpoint.recorder.misfits() == []


@pytest.fixture
def netsuite(endpoint: Endpoint) -> Iterator[NetSuiteGateway]:
    """NetSuite as the flows see it."""
    with endpoint.gateway() as gateway:
        yield gateway


@dataclass
class Team:
    """The Streak sandbox, its control, and gateways to it."""

    info: dict[str, Any]
    control: httpx.Client
    raw: httpx.Client
    opened: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def pipeline(self) -> str:
        """Key of the pipeline "Sales"."""
        return str(self.info["pipelines"]["Sales"])

    def settings(self, **changes: Any) -> StreakSettings:
        """Return a client's settings."""
        values = {"base_url": self.info["base_url"], "api_key": self.info["api_key"], "pipelines": ("Sales",)}
        return StreakSettings.model_validate(
            {**values, "requests_per_second": 20, "burst": 500, **_FAST, **changes}
        )

    def client(self, **changes: Any) -> StreakClient:
        """Return a client, closed with the test."""
        return self.opened.enter_context(StreakClient(self.settings(**changes), rng=random.Random(1)))

    def gateway(self, **changes: Any) -> StreakGateway:
        """Return a gateway, closed with the test."""
        return StreakGateway(self.client(**changes), self.settings(**changes))

    def desk(self, **changes: Any) -> BoxDesk:
        """Return a desk for boxes, closed with the test."""
        return BoxDesk(self.client(**changes), self.settings(**changes))

    def boxes(self, count: int, **wish: Any) -> list[str]:
        """Make boxes of new organizations; their keys."""
        body = {"count": count, "pipeline": "Sales", "stage": "Lead", "organizations": count, **wish}
        return list(self.control.post("/streak/boxes", json=body).raise_for_status().json()["keys"])

    def parties(self, plural: str) -> list[str]:
        """Return the keys of the team's contacts or organizations."""
        path = f"v2/teams/{self.info['team_key']}/{plural}"
        found = self.raw.get(path, params={"limit": 1000}).raise_for_status().json()["results"]
        return [row["key"] for row in found]

    def seeded(self, name: str) -> dict[str, Any]:
        """Return a seeded box by name, as the API shows it."""
        rows = self.raw.get(f"v1/pipelines/{self.pipeline}/boxes").raise_for_status().json()
        found: dict[str, Any] = next(row for row in rows if row["name"] == name)
        return found

    def field_key(self, name: str) -> str:
        """Return the key of a field of "Sales"."""
        fields = self.raw.get(f"v1/pipelines/{self.pipeline}/fields").raise_for_status().json()
        return str(next(f["key"] for f in fields if f["name"] == name))

    def show(self, box: str, **raw: Any) -> None:
        """Have a box shown with some raw properties, in whatever form."""
        shown = {**self.raw.get(f"v1/boxes/{box}").raise_for_status().json(), **raw}
        self.fault("boxes.get", match=box, times=None, status=200, body=json.dumps(shown))

    def configure(self, **settings: Any) -> None:
        """Change how the sandbox behaves."""
        self.control.patch("/streak/settings", json=settings).raise_for_status()

    def fault(
        self,
        operation: str,
        *,
        times: int | None = 1,
        kind: str = "status",
        match: str = "",
        **options: Any,
    ) -> None:
        """Let something go wrong."""
        body = {
            "system": "streak",
            "kind": kind,
            "operation": operation,
            "times": times,
            "match": match,
            "options": options,
        }
        answer = self.control.post("/faults", json=body)
        assert answer.status_code == 201, answer.text

    def bodies(self, operation: str) -> list[str]:
        """Return the bodies of the calls of an operation."""
        answer = self.control.get("/requests", params={"system": "streak", "operation": operation})
        return [request["body"] for request in answer.raise_for_status().json()["requests"]]

    def received(self, operation: str) -> int:
        """Return how many calls of an operation came."""
        answer = self.control.get("/requests", params={"system": "streak", "operation": operation})
        return len(answer.raise_for_status().json()["requests"])


@pytest.fixture(scope="session")
def _sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def team(_sandbox: RunningSandbox) -> Iterator[Team]:
    """The seeded Streak team."""
    info = _sandbox.info
    control = httpx.Client(
        base_url=info["control"]["base_url"],
        headers={"X-Sandbox-Token": info["control"]["token"]},
        trust_env=False,
        verify=False,
    )
    raw = httpx.Client(
        base_url=info["streak"]["base_url"] + "/",
        auth=(info["streak"]["api_key"], ""),
        trust_env=False,
        verify=False,
    )
    with control, raw:
        control.post("/reset").raise_for_status()
        team = Team(info=info["streak"], control=control, raw=raw)
        with team.opened:
            control.delete("/requests").raise_for_status()
            yield team
