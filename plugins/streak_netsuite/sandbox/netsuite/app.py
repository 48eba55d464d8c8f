"""The NetSuite sandbox over HTTP: one account, its SOAP endpoint and its WSDL."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from streak_netsuite.sandbox.cut import cut_connection
from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.netsuite import (
    control,
    envelope,
    misfortunes,
    sales_desk,
    seed,
    soap_faults,
    wsdl,
)
from streak_netsuite.sandbox.netsuite.codec import codec_for
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.gate import Gate
from streak_netsuite.sandbox.netsuite.late_commits import LateCommits
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes
from streak_netsuite.sandbox.netsuite.operations import WRITING, Operations
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.soap_faults import SoapFault
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.tba import Credentials, Gatekeeper

ACCOUNT = "1234567_SB1"
ENDPOINT_VERSION = "2025_2"  # the last endpoint Oracle plans to offer
_XML = "text/xml; charset=utf-8"
_FAULT_STATUS = 500


def _made_up(what: str) -> str:
    """Return a key that looks like NetSuite's and is the same every time."""
    return hashlib.sha256(f"northwind robotics sandbox {what}".encode()).hexdigest()


@dataclass(slots=True)
class _Visit:
    """One request on its way, as the journal will tell it; `text` is without the credentials."""

    text: str
    at: float
    started: float
    operation: str = ""
    records: int = 1
    fault: str = ""


class _Cut(Exception):
    """The connection is to be reset without an answer."""


class NetSuiteSandbox:
    """One NetSuite account that answers SuiteTalk SOAP requests.

    Args:
        faults: what shall go wrong.
        journal: where every request is noted.
        clock: the server's time, aware.
        base_path: where `routes` are mounted.
        version: the endpoint it serves, "2025_2".
    """

    def __init__(
        self,
        *,
        faults: FaultBook,
        journal: Journal,
        clock: Callable[[], datetime],
        base_path: str = "/netsuite",
        version: str = ENDPOINT_VERSION,
    ) -> None:
        self.base_path = base_path
        self.version = version
        self.settings = Settings()
        self.store = Store(settings=self.settings, clock=clock)
        self.gate = Gate(self.settings)
        self._credentials = Credentials(
            account=ACCOUNT,
            consumer_key=_made_up("consumer key"),
            consumer_secret=_made_up("consumer secret"),
            token_id=_made_up("token id"),
            token_secret=_made_up("token secret"),
        )
        self.gatekeeper = Gatekeeper(self._credentials, clock)
        self._codec = codec_for(version)
        self._journal = journal
        faults.accept(misfortunes.REPERTOIRE)
        self._misfortunes = Misfortunes(faults)
        self._operations = Operations(
            store=self.store, codec=self._codec, misfortunes=self._misfortunes, account=ACCOUNT
        )
        self._late = LateCommits()
        self._files = wsdl.render_files(version)
        seed.fill(self.store)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of NetSuite itself, to be mounted at `base_path`."""
        folder = wsdl.wsdl_path(self.version).rpartition("/")[0]
        return [
            Route("/services/NetSuitePort_{version}", self._soap, methods=["POST"]),
            Route(folder + "/{file:path}", self._file, methods=["GET"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Return the routes that look into and change the sandbox, to be mounted at /control/netsuite."""
        desk = control.routes(self.store, self.settings, self.gate, self.gatekeeper, self._late)
        return [*desk, *sales_desk.routes(self.store)]

    def reset(self) -> None:
        """Return to the seeded account and the default settings; late commits are dropped."""
        self._late.drop()
        for name, value in Settings().model_dump().items():
            setattr(self.settings, name, value)
        self.store.clear()
        self.gatekeeper.clear()
        self._operations.clear()
        self.gate.occupy(0)
        self.gate.reset_peak()
        seed.fill(self.store)

    def credentials(self) -> dict[str, str]:
        """Return what a client needs to sign in."""
        known = self._credentials
        return {
            "account": known.account,
            "consumer_key": known.consumer_key,
            "consumer_secret": known.consumer_secret,
            "token_id": known.token_id,
            "token_secret": known.token_secret,
            "endpoint_version": self.version,
        }

    # --- HTTP ---

    async def _file(self, request: Request) -> Response:
        content = self._files.get(request.path_params["file"])
        if content is None:
            return PlainTextResponse("There is no such file.", status_code=404)
        return Response(content, media_type=_XML)

    async def _soap(self, request: Request) -> Response:
        raw = await request.body()
        visit = _Visit(
            text=envelope.without_header(raw),
            at=self.store.clock().timestamp(),
            started=time.perf_counter(),
        )
        try:
            response = await self._answer(request, raw, visit)
        except _Cut:
            self._note(request, visit, status=0)
            return cut_connection(request)
        self._note(request, visit, status=response.status_code)
        return response

    def _note(self, request: Request, visit: _Visit, *, status: int) -> None:
        self._journal.record(
            system=misfortunes.SYSTEM,
            operation=visit.operation,
            method=request.method,
            path=request.url.path,
            body=visit.text,
            writes=visit.operation in WRITING,
            status=status,
            at=visit.at,
            seconds=time.perf_counter() - visit.started,
            records=visit.records,
            fault=visit.fault,
        )

    async def _answer(self, request: Request, raw: bytes, visit: _Visit) -> Response:
        try:
            return await self._serve(request, raw, visit)
        except SoapFault as problem:
            visit.fault = visit.fault or problem.name or "bad_content"
            content = envelope.fault(self._codec, problem)
            return Response(content, status_code=_FAULT_STATUS, media_type=_XML)

    async def _serve(self, request: Request, raw: bytes, visit: _Visit) -> Response:
        if request.path_params["version"] != self.version:
            raise soap_faults.unsupported_version(request.path_params["version"])
        call = envelope.parse(raw, self._codec)
        visit.operation, visit.records = call.operation, max(1, len(call.record_elements()))
        fault = self._misfortunes.strike_call(call.operation, visit.text)
        visit.fault = fault.kind if fault else ""
        if fault is not None and fault.kind in misfortunes.AT_THE_DOOR:
            return _turned_away(fault)
        self._let_in(request, call)
        if fault is not None and fault.kind in misfortunes.SOAP_FAULTS:
            problem = misfortunes.SOAP_FAULTS[fault.kind]()
            raise problem
        self.gate.enter()
        with contextlib.ExitStack() as slot:
            slot.callback(self.gate.leave)
            self._check(call)
            if fault is not None and fault.kind == "commit_later":
                self._commit_later(call, fault, slot.pop_all())
                raise _Cut
            async with self._troubled(request, fault):
                content = await self._perform(call)
            return self._reply(content)

    def _let_in(self, request: Request, call: Call) -> None:
        if call.operation == "getDataCenterUrls" and not call.passports:
            return  # the one operation that needs no login
        self.gatekeeper.let_in(
            call.passports,
            other_credentials=call.has_other_credentials or "JSESSIONID" in request.cookies,
            check_signature=not self.settings.allow_unsigned,
            revoked=misfortunes.REVOKED.get(self.settings.account_state, ""),
        )
        closed = misfortunes.ACCOUNT_FAULTS.get(self.settings.account_state)
        if closed is not None:
            problem = closed()
            raise problem

    def _check(self, call: Call) -> None:
        if self.settings.check_schema:
            envelope.check_schema(call, self.version)
        self._operations.refuse_oversize(call)

    async def _perform(self, call: Call) -> bytes:
        if self.settings.call_seconds:
            await asyncio.sleep(self.settings.call_seconds)
        content = await self._operations.run(call)
        return envelope.reply(
            self._codec,
            call.operation,
            content,
            account=ACCOUNT,
            settings=self.settings,
        )

    def _reply(self, content: bytes) -> Response:
        response = Response(content, media_type=_XML)
        if self.settings.set_session_cookie:
            # NetSuite hands out a session cookie; whoever sends it back next to a passport is refused.
            response.set_cookie("JSESSIONID", _made_up("session")[:32], path="/", httponly=True)
        return response

    # --- misfortunes ---

    @contextlib.asynccontextmanager
    async def _troubled(self, request: Request, fault: Fault | None) -> AsyncIterator[None]:
        """Hold or cut a call before or after its work, as the fault says."""
        kind = fault.kind if fault else ""
        if fault is not None and kind == "delay":
            await asyncio.sleep(misfortunes.seconds(fault))
        if fault is not None and kind == "timeout_before":
            await _hold(request, misfortunes.seconds(fault))
            raise _Cut
        yield
        if fault is not None and kind == "timeout_after":
            await _hold(request, misfortunes.seconds(fault))
        if kind in {"cut_after", "timeout_after"}:
            raise _Cut

    def _commit_later(self, call: Call, fault: Fault, slot: contextlib.ExitStack) -> None:
        """Do the work some time after the connection is gone, holding the slot until then."""
        self._late.add(lambda: self._perform(call), seconds=misfortunes.seconds(fault), then=slot.close)


def _turned_away(fault: Fault) -> Response:
    if fault.kind == "cut_before":
        raise _Cut
    status, content_type, body = misfortunes.status_page(fault)
    headers = {"Location": misfortunes.ELSEWHERE} if status in misfortunes.REDIRECTS else {}
    return Response(body, status_code=status, media_type=content_type, headers=headers)


async def _hold(request: Request, seconds: float) -> None:
    """Wait until the time is over or the client has gone."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), seconds)
