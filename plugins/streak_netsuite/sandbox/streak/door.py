"""What every call goes through: who calls, what shall go wrong, how it is answered and noted."""

import asyncio
import base64
import contextlib
import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from streak_netsuite.sandbox.cut import cut_connection
from streak_netsuite.sandbox.fault_kinds import FaultKind, HttpStatus, NoOptions, Repertoire, Wait
from streak_netsuite.sandbox.faults import Fault, FaultBook
from streak_netsuite.sandbox.journal import Journal
from streak_netsuite.sandbox.streak.errors import Refusal, missing_parameters, refuse, unauthorized
from streak_netsuite.sandbox.streak.settings import Settings

SYSTEM = "streak"
_RATE_WINDOW_SECONDS = 1.0

Handler = Callable[["Call"], Any]


class StatusOptions(NoOptions):
    """The answer that comes instead of Streak's own."""

    status: HttpStatus = 500
    body: str = '{"success": false}'
    content_type: str = "application/json"
    headers: Mapping[str, str] = Field(default_factory=dict)


KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "status": FaultKind(options=StatusOptions),
        "delay": FaultKind(options=Wait),
        "cut_before": FaultKind(),
        "cut_after": FaultKind(),
        "timeout_before": FaultKind(options=Wait),
        "timeout_after": FaultKind(options=Wait),
    }
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, read.

    Attributes:
        body: parsed JSON, None without a body.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    queries: Mapping[str, list[str]]
    body: Any

    def object(self) -> dict[str, Any]:
        """Return the body as an object or refuse."""
        if not isinstance(self.body, dict):
            raise missing_parameters()
        return self.body

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """Return a whole number of the query, cut to `most`, or refuse."""
        text = self.query.get(name)
        if text is None:
            return default
        if not re.fullmatch(r"[0-9]{1,15}", text) or int(text) < least:
            raise refuse(f"Invalid {name}")
        return min(int(text), most) if most is not None else int(text)


@dataclass
class Door:
    """Lets calls in, one way for all of them."""

    api_keys: Callable[[], Collection[str]]
    faults: FaultBook
    journal: Journal
    settings: Settings
    clock: Callable[[], float]
    _names: set[str] = field(default_factory=set)
    _recent: list[float] = field(default_factory=list)

    def route(
        self,
        methods: str,
        path: str,
        name: str,
        handler: Handler,
        *,
        writes: bool = False,
        form: bool = False,
    ) -> Route:
        """Return a route.

        Args:
            methods: one or several, with blanks between.
            name: the operation, as faults and the journal know it.
            handler: takes a Call and returns what is sent as JSON.
            form: whether a form is read, too; its values arrive as text.
        """
        self._names.add(name)

        async def endpoint(request: Request) -> Response:
            return await self._answer(request, name, handler, writes=writes, form=form)

        return Route(path, endpoint, methods=methods.split(), name=f"{name} {methods}")

    def repertoire(self) -> Repertoire:
        """Return what can go wrong on the routes made so far."""
        return Repertoire(system=SYSTEM, kinds=KINDS, operations=frozenset(self._names))

    async def _answer(
        self, request: Request, name: str, handler: Handler, *, writes: bool, form: bool
    ) -> Response:
        at, started = self.clock(), time.perf_counter()
        text = (await request.body()).decode("utf-8", "replace")
        fault = self.faults.take(SYSTEM, name, f"{request.url.path} {text}")
        response = await self._serve(request, fault, lambda: self._perform(request, text, handler, form=form))
        self.journal.record(
            system=SYSTEM,
            operation=name,
            method=request.method,
            path=request.url.path,
            body=text,
            writes=writes,
            status=0 if response is None else response.status_code,
            at=at,
            seconds=time.perf_counter() - started,
            fault=fault.kind if fault else "",
        )
        return cut_connection(request) if response is None else response

    async def _serve(
        self, request: Request, fault: Fault | None, perform: Callable[[], Response]
    ) -> Response | None:
        """Return the answer, or None when the connection is to be cut."""
        kind = fault.kind if fault else ""
        if fault is not None and kind in {"delay", "timeout_before"}:
            await _hold(request, fault)
        if kind in {"cut_before", "timeout_before"}:
            return None
        if fault is not None and kind == "status":
            return _page(fault)
        if self.settings.latency_seconds:
            await asyncio.sleep(self.settings.latency_seconds)
        response = perform()
        if fault is not None and kind == "timeout_after":
            await _hold(request, fault)
        return None if kind in {"cut_after", "timeout_after"} else response

    def _perform(self, request: Request, text: str, handler: Handler, *, form: bool) -> Response:
        try:
            self._check_rate()
            self._check_key(request)
            answer = handler(_read(request, text, form=form))
            return answer if isinstance(answer, Response) else JSONResponse(answer)
        except Refusal as refusal:
            headers = (
                {"Retry-After": self.settings.retry_after}
                if refusal.status == 429 and self.settings.retry_after
                else None
            )
            return JSONResponse(refusal.body, status_code=refusal.status, headers=headers)

    def _check_rate(self) -> None:
        limit = self.settings.requests_per_second
        if not limit:
            return
        now = time.monotonic()
        self._recent = [at for at in self._recent if now - at < _RATE_WINDOW_SECONDS]
        if len(self._recent) >= limit:
            raise refuse("Too many requests", status=429)
        self._recent.append(now)

    def _check_key(self, request: Request) -> None:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        sent = value.strip() if scheme.lower() == "bearer" else ""
        if scheme.lower() == "basic":
            try:
                # The password is ignored.
                sent = base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
            except ValueError:
                sent = ""
        if not sent or sent not in self.api_keys():
            raise unauthorized()


def _read(request: Request, text: str, *, form: bool) -> Call:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if form and kind == "application/x-www-form-urlencoded":
        body: Any = dict(parse_qsl(text))
    elif text and kind != "application/json":
        raise missing_parameters()
    else:
        body = _parsed(text)
    query = request.query_params
    return Call(
        path=request.path_params,
        query=dict(query),
        queries={name: query.getlist(name) for name in query},
        body=body,
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise refuse("Invalid JSON") from None


def _page(fault: Fault) -> Response:
    told = StatusOptions.model_validate(fault.options)
    return Response(
        told.body, status_code=told.status, media_type=told.content_type, headers=dict(told.headers)
    )


async def _hold(request: Request, fault: Fault) -> None:
    """Wait until the time is over or the client has gone."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(request.receive(), Wait.model_validate(fault.options).seconds)
