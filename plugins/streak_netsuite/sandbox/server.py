"""One server for both vendors and the control API, on loopback."""

import contextlib
import hmac
import random
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from streak_netsuite.sandbox import control, page
from streak_netsuite.sandbox.faults import FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.netsuite.app import NetSuiteSandbox
from streak_netsuite.sandbox.streak.app import StreakSandbox

HOST = "127.0.0.1"
TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 - the name of a header
_START_SECONDS = 60.0

Endpoint = Callable[[Request], Awaitable[Response]]


def utc_now() -> datetime:
    """Return the time now, aware and in UTC."""
    return datetime.now(UTC)


class Sandbox:
    """Both stand-ins and what they share.

    Args:
        clock: the vendors' time, aware.
        seed: of what is random (fault probabilities, shuffled deliveries).
        token: what the control API asks for; a fresh one by default.
    """

    def __init__(
        self, *, clock: Callable[[], datetime] = utc_now, seed: int = 1, token: str | None = None
    ) -> None:
        rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.token = token or secrets.token_urlsafe(24)
        self.faults = FaultBook(rng)
        self.journal = Journal()
        self.streak = StreakSandbox(faults=self.faults, journal=self.journal, clock=clock, rng=rng)
        self.netsuite = NetSuiteSandbox(faults=self.faults, journal=self.journal, clock=clock)

    def reset(self) -> None:
        """Return everything to its seeded state."""
        self.faults.clear()
        self.streak.reset()
        self.netsuite.reset()
        self.journal.clear()

    def app(self) -> Starlette:
        """Return the ASGI app."""
        routes = [
            Route("/", page.show(self.streak.store, self.netsuite.store)),
            Mount("/streak/api", routes=self.streak.routes()),
            Mount("/netsuite", routes=self.netsuite.routes()),
            Mount("/control/streak", app=self._guarded(Starlette(routes=self.streak.control_routes()))),
            Mount("/control/netsuite", app=self._guarded(Starlette(routes=self.netsuite.control_routes()))),
            Mount(
                "/control",
                app=self._guarded(Starlette(routes=control.routes(self.faults, self.journal, self.reset))),
            ),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    def describe(self, port: int) -> dict[str, Any]:
        """Return addresses and credentials, as the command prints them."""
        root = f"http://{HOST}:{port}"
        return {
            "streak": {"base_url": f"{root}/streak/api", **self.streak.credentials()},
            "netsuite": {
                "base_url": f"{root}/netsuite",
                "wsdl_url": f"{root}/netsuite/wsdl/v{self.netsuite.version}_0/netsuite.wsdl",
                **self.netsuite.credentials(),
            },
            "control": {"base_url": f"{root}/control", "token": self.token},
            "page": f"{root}/",
        }

    def _guarded(self, app: Starlette) -> Any:
        async def guard(scope: Any, receive: Any, send: Any) -> None:
            sent = Request(scope).headers.get(TOKEN_HEADER, "") if scope["type"] == "http" else ""
            if not hmac.compare_digest(sent.encode(), self.token.encode()):
                await JSONResponse({"error": f"send the token in {TOKEN_HEADER}"}, 401)(scope, receive, send)
                return
            await app(scope, receive, send)

        return guard

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.streak.courier.open()
        try:
            yield
        finally:
            await self.streak.courier.close()


def bind(port: int) -> socket.socket:
    """Return a listening socket on loopback; port 0 takes any free one.

    Raises:
        OSError: the port is taken.
    """
    # The protocol is named because asyncio turns Nagle's algorithm off only where it sees TCP by name: without,
    # every answer waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def server(sandbox: Sandbox) -> uvicorn.Server:
    """Return a server for a sandbox, quiet but for warnings."""
    config = uvicorn.Config(
        sandbox.app(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=120,
    )
    return uvicorn.Server(config)


class RunningSandbox:
    """A sandbox in a thread, for tests: `with RunningSandbox() as running: running.info`."""

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.sandbox = Sandbox(clock=clock)
        self._listener = bind(0)
        self._server = server(self.sandbox)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="sandbox", daemon=True
        )
        self.info = self.sandbox.describe(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        ready = threading.Event()
        for _ in range(int(_START_SECONDS / 0.01)):
            if self._server.started:
                return self
            ready.wait(0.01)
        raise RuntimeError("the sandbox did not start")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)
        self._listener.close()
