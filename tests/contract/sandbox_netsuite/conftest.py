"""The sandbox over HTTP, a zeep client for it, and Oracle's schema when it is at hand."""

import base64
import hashlib
import hmac
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import oracle_schema
import pytest
import requests
import uvicorn
import zeep
from starlette.applications import Starlette
from starlette.routing import Mount
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport

from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.netsuite.app import NetSuiteSandbox

_FOLDERS = {
    "core": "platform",
    "messages": "platform",
    "common": "platform",
    "faults": "platform",
    "relationships": "lists",
    "accounting": "lists",
    "sales": "transactions",
    "purchases": "transactions",
    "customers": "transactions",
    "customization": "setup",
}


@dataclass
class Account:
    """A sandbox of one endpoint version and a zeep client that talks to it."""

    sandbox: NetSuiteSandbox
    faults: FaultBook
    base_url: str
    client: zeep.Client
    history: HistoryPlugin

    def type(self, key: str, name: str) -> Callable[..., Any]:
        version = self.sandbox.version
        return self.client.get_type(f"{{urn:{key}_{version}.{_FOLDERS[key]}.webservices.netsuite.com}}{name}")

    def call(self, operation: str, *args: Any, headers: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Call an operation, signed; the reply's body."""
        version = self.sandbox.version
        service = self.client.create_service(
            f"{{urn:platform_{version}.webservices.netsuite.com}}NetSuiteBinding",
            f"{self.base_url}/netsuite/services/NetSuitePort_{version}",
        )
        sent = {"tokenPassport": self._passport(), **(headers or {})}
        return service[operation](*args, _soapheaders=sent, **kwargs).body

    def fault(self, kind: str, **options: Any) -> None:
        self.faults.add(Fault(system="netsuite", kind=kind, options=options))

    def _passport(self) -> dict[str, Any]:
        known = self.sandbox.credentials()
        parts = {
            "account": known["account"],
            "consumerKey": known["consumer_key"],
            "token": known["token_id"],
            "nonce": secrets.token_hex(10),
            "timestamp": str(int(time.time())),
        }
        key = f"{known['consumer_secret']}&{known['token_secret']}".encode()
        digest = hmac.new(key, "&".join(parts.values()).encode(), hashlib.sha256).digest()
        signature = {"_value_1": base64.b64encode(digest).decode(), "algorithm": "HMAC-SHA256"}
        return {**parts, "signature": signature}


@contextmanager
def _serve(version: str) -> Iterator[tuple[NetSuiteSandbox, FaultBook, str]]:
    faults = FaultBook(random.Random(7))
    sandbox = NetSuiteSandbox(
        faults=faults, journal=Journal(), clock=lambda: datetime.now(UTC), version=version
    )
    app = Starlette(routes=[Mount("/netsuite", routes=sandbox.routes())])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield sandbox, faults, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def _check(sandbox: NetSuiteSandbox, response: requests.Response) -> None:
    """Hold every answer to a call against Oracle's schema, where it is at hand."""
    if response.request.method == "POST":
        oracle_schema.check_reply(sandbox, response.content)


@contextmanager
def _account(version: str, wsdl: str | None) -> Iterator[Account]:
    with _serve(version) as (sandbox, faults, base_url), requests.Session() as session:
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.hooks["response"].append(lambda response, **_: _check(sandbox, response))
        history = HistoryPlugin()
        client = zeep.Client(
            wsdl or f"{base_url}/netsuite/wsdl/v{version}_0/netsuite.wsdl",
            transport=Transport(session=session, operation_timeout=60),
            plugins=[history],
        )
        yield Account(sandbox, faults, base_url, client, history)


@pytest.fixture(scope="session")
def netsuite_wsdl() -> Path:
    """Oracle's WSDL of 2023.2 and its XSDs, which are not ours to ship."""
    wsdl = oracle_schema.wsdl_file()
    if not wsdl.exists():
        pytest.skip(f"Oracle's WSDL is not at {wsdl}; set STREAK_NETSUITE_WSDL to its parent folder")
    return wsdl


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The sandbox as it is by default, through its own WSDL."""
    with _account("2025_2", None) as account:
        yield account


@pytest.fixture(scope="session")
def oracle_account(netsuite_wsdl: Path) -> Iterator[Account]:
    """The sandbox as endpoint 2023.2, through Oracle's own WSDL."""
    with _account("2023_2", str(netsuite_wsdl)) as account:
        yield account


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    """Start every test from the seeded account."""
    for name in ("account", "oracle_account"):
        if name in request.fixturenames:
            used: Account = request.getfixturevalue(name)
            used.faults.clear()
            used.sandbox.reset()
