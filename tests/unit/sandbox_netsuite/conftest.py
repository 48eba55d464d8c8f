"""A running NetSuite sandbox and a small SOAP client that owes nothing to the product's own."""

import base64
import hashlib
import hmac
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import oracle_schema
import pytest
import uvicorn
from lxml import etree
from starlette.applications import Starlette
from starlette.routing import Mount

from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.netsuite.app import NetSuiteSandbox

VERSION = "2025_2"
NS = {
    "e": "http://schemas.xmlsoap.org/soap/envelope/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "m": f"urn:messages_{VERSION}.platform.webservices.netsuite.com",
    "c": f"urn:core_{VERSION}.platform.webservices.netsuite.com",
    "k": f"urn:common_{VERSION}.platform.webservices.netsuite.com",
    "f": f"urn:faults_{VERSION}.platform.webservices.netsuite.com",
    "r": f"urn:relationships_{VERSION}.lists.webservices.netsuite.com",
    "s": f"urn:sales_{VERSION}.transactions.webservices.netsuite.com",
    "a": f"urn:accounting_{VERSION}.lists.webservices.netsuite.com",
}
_XMLNS = " ".join(f'xmlns:{p}="{uri}"' for p, uri in NS.items())


class MovableClock:
    """The real time, plus what a test moved it by."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Reply:
    """A SOAP reply, easy to ask."""

    status: int
    root: Any
    text: str
    headers: httpx.Headers

    def all(self, path: str) -> list[Any]:
        return self.root.xpath(path, namespaces=NS)

    def one(self, path: str) -> str:
        found = self.all(path)
        assert len(found) == 1, (path, self.text)
        return found[0] if isinstance(found[0], str) else (found[0].text or "")

    @property
    def outcomes(self) -> list[tuple[bool, str]]:
        """Success and code of every record, in order."""
        return [
            (
                s.get("isSuccess") == "true",
                s.findtext("c:statusDetail/c:code", "", NS),
            )
            for s in self.all("//m:writeResponse/c:status | //m:readResponse/c:status")
        ]

    @property
    def messages(self) -> list[str]:
        return [m.text for m in self.all("//c:statusDetail/c:message")]

    @property
    def ids(self) -> list[str]:
        return [r.get("internalId", "") for r in self.all("//m:writeResponse/m:baseRef")]

    @property
    def fault(self) -> tuple[str, str]:
        """Name and code of the fault; empty when the detail holds the host only."""
        detail = self.all("//detail/*[local-name() != 'hostname']")
        if not detail:
            return "", ""
        return etree.QName(detail[0]).localname, detail[0].findtext("f:code", "", NS)

    @property
    def faultstring(self) -> str:
        return self.one("//faultstring")


@dataclass
class Soap:
    """Sends signed requests to a sandbox."""

    base_url: str
    credentials: dict[str, str]
    http: httpx.Client
    clock: Callable[[], datetime]
    sandbox: NetSuiteSandbox
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.base_url}/netsuite/services/NetSuitePort_{VERSION}"

    def passport(self, **changes: str) -> str:
        """A tokenPassport; changes replace parts, before signing unless it is the signature."""
        known = self.credentials
        parts = {
            "account": known["account"],
            "consumerKey": known["consumer_key"],
            "token": known["token_id"],
            "nonce": secrets.token_hex(10),
            "timestamp": str(int(self.clock().timestamp())),
        } | {k: v for k, v in changes.items() if k not in {"signature", "algorithm"}}
        key = f"{known['consumer_secret']}&{known['token_secret']}"
        digest = hmac.new(key.encode(), "&".join(parts.values()).encode(), hashlib.sha256).digest()
        signature = changes.get("signature", base64.b64encode(digest).decode())
        inner = "".join(f"<c:{k}>{v}</c:{k}>" for k, v in parts.items())
        algorithm = changes.get("algorithm", "HMAC-SHA256")
        return (
            f"<m:tokenPassport>{inner}"
            f'<c:signature algorithm="{algorithm}">{signature}</c:signature></m:tokenPassport>'
        )

    def envelope(self, body: str, *, header: str = "", passport: str | None = None) -> str:
        passport = self.passport() if passport is None else passport
        return f"<e:Envelope {_XMLNS}><e:Header>{passport}{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"

    def call(self, body: str, *, header: str = "", passport: str | None = None, **options: Any) -> Reply:
        return self.post(self.envelope(body, header=header, passport=passport), **options)

    def post(self, content: str | bytes, *, url: str | None = None, **options: Any) -> Reply:
        response = self.http.post(
            url or self.url, content=content, headers={"Content-Type": "text/xml"} | self.headers, **options
        )
        self.http.cookies.clear()
        oracle_schema.check_reply(self.sandbox, response.content)
        return Reply(
            status=response.status_code,
            root=etree.fromstring(response.content) if response.content.startswith(b"<?xml") else None,
            text=response.text,
            headers=response.headers,
        )

    def write(self, operation: str, *records: str, **options: Any) -> Reply:
        return self.call(f"<m:{operation}>{''.join(records)}</m:{operation}>", **options)

    def get(self, kind: str, internal_id: str = "", *, external_id: str = "") -> Reply:
        key = f'internalId="{internal_id}"' if internal_id else f'externalId="{external_id}"'
        ref = f'<m:baseRef xsi:type="c:RecordRef" type="{kind}" {key}/>'
        return self.call(f"<m:getList>{ref}</m:getList>")

    def search(self, kind: str, criteria: str, *, header: str = "") -> Reply:
        """Search customers ("r:Customer"), orders ("s:Transaction") or items ("a:Item")."""
        return self.call(
            f'<m:search><m:searchRecord xsi:type="{kind}Search"><{kind[0]}:basic>{criteria}</{kind[0]}:basic>'
            "</m:searchRecord></m:search>",
            header=header,
        )

    def control(self, method: str, path: str, json: Any = None) -> Any:
        response = self.http.request(method, f"{self.base_url}/control/netsuite{path}", json=json)
        response.raise_for_status()
        return response.json()

    def settings(self, **changes: Any) -> None:
        self.control("PATCH", "/settings", changes)


@dataclass
class Builders:
    """Records as XML that show only what matters to a test."""

    @staticmethod
    def customer(
        inner: str = "",
        *,
        external_id: str = "",
        internal_id: str = "",
        name: str = "Blue Harbor Logistics",
        subsidiary: str = "1",
        after: str = "",
    ) -> str:
        """`inner` comes between companyName and subsidiary, `after` behind it, as the schema orders them."""
        company = f"<r:companyName>{name}</r:companyName>" if name else ""
        home = f'<r:subsidiary internalId="{subsidiary}"/>' if subsidiary else ""
        ids = _ids(internal_id, external_id)
        return f'<m:record xsi:type="r:Customer"{ids}>{company}{inner}{home}{after}</m:record>'

    @staticmethod
    def order(
        lines: str | None = None,
        *,
        external_id: str = "",
        internal_id: str = "",
        entity: str = 'internalId="501"',
        head: str = "",
        custom: str = "",
        replace_all: str = "true",
    ) -> str:
        """`head` comes between entity and itemList, in the schema's order."""
        if lines is None:
            lines = Builders.line()
        party = f"<s:entity {entity}/>" if entity else ""
        items = f'<s:itemList replaceAll="{replace_all}">{lines}</s:itemList>' if lines else ""
        fields = f"<s:customFieldList>{custom}</s:customFieldList>" if custom else ""
        ids = _ids(internal_id, external_id)
        return f'<m:record xsi:type="s:SalesOrder"{ids}>{party}{head}{items}{fields}</m:record>'

    @staticmethod
    def line(
        item: str = "101", *, quantity: str = "2", rate: str = "100.00", price: str = "-1", after: str = ""
    ) -> str:
        parts = [
            f'<s:item internalId="{item}"/>' if item else "",
            f"<s:quantity>{quantity}</s:quantity>" if quantity else "",
            f'<s:price internalId="{price}"/>' if price else "",
            f"<s:rate>{rate}</s:rate>" if rate else "",
            after,
        ]
        return f"<s:item>{''.join(parts)}</s:item>"

    @staticmethod
    def custom(kind: str, script_id: str, value: str) -> str:
        return (
            f'<c:customField xsi:type="c:{kind}CustomFieldRef" scriptId="{script_id}">{value}</c:customField>'
        )

    @staticmethod
    def text(script_id: str, value: str) -> str:
        return Builders.custom("String", script_id, f"<c:value>{value}</c:value>")


def _ids(internal_id: str, external_id: str) -> str:
    internal = f' internalId="{internal_id}"' if internal_id else ""
    return internal + (f' externalId="{external_id}"' if external_id else "")


@dataclass
class Running:
    """The sandbox under test and what it was given."""

    sandbox: NetSuiteSandbox
    faults: FaultBook
    journal: Journal
    clock: MovableClock
    base_url: str

    def fault(self, kind: str, operation: str = "*", **options: Any) -> Fault:
        known = {k: options.pop(k) for k in ("times", "after", "match") if k in options}
        return self.faults.add(
            Fault(system="netsuite", kind=kind, operation=operation, options=options, **known)
        )


@pytest.fixture(scope="session")
def running_server() -> Iterator[Running]:
    faults, journal, clock = FaultBook(random.Random(7)), Journal(), MovableClock()
    sandbox = NetSuiteSandbox(faults=faults, journal=journal, clock=clock)
    app = Starlette(
        routes=[
            Mount("/netsuite", routes=sandbox.routes()),
            Mount("/control/netsuite", routes=sandbox.control_routes()),
        ]
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Running(sandbox, faults, journal, clock, f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def running(running_server: Running) -> Running:
    running_server.faults.clear()
    running_server.journal.clear()
    running_server.clock.shift = timedelta()
    running_server.sandbox.reset()
    return running_server


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


@pytest.fixture
def soap(running: Running, http: httpx.Client) -> Soap:
    return Soap(running.base_url, running.sandbox.credentials(), http, running.clock, running.sandbox)


@pytest.fixture
def build() -> type[Builders]:
    return Builders
