"""What the tools' pages share: files of a package, questions and answers in JSON, and who may ask."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from importlib import resources
from typing import Any, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from streak_netsuite.errors import StreakNetSuiteError

log = logging.getLogger(__name__)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_MOST_BYTES = 4_000_000
# What every tool's page has beside its own files.
_SHARED: Mapping[str, str] = {"theme.js": "text/javascript", "page.css": "text/css"}

Login = Callable[[Request], Awaitable[str]]


class Source(Protocol):
    """Where commands are answered."""

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        """Return {"result": ...} or {"error": ...}."""


def create_pages(
    source: Source, login: Login, *, title: str, package: str, files: Mapping[str, str], asked_by: str
) -> FastAPI:
    """Return the app with a tool's page, its files and its commands.

    Args:
        login: gives the name of whoever sends a request; raises an HTTPException for strangers. Asked for the page and
            for each command; the files hold nothing of anybody's.
        package: whose folder `static` has the files and "page.html".
        files: media types by file name.
        asked_by: what the page says in `X-Requested-With`. A form of another site cannot say it without asking the
            browser first.
    """
    app = FastAPI(title=title, openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/")
    async def page(request: Request) -> Response:
        await login(request)
        return _file(package, "page.html", "text/html")

    @app.get("/{name}")
    async def file(name: str) -> Response:
        if name in _SHARED:
            return _file("streak_netsuite.web", name, _SHARED[name])
        return _file(package, name, files[name]) if name in files else Response(status_code=404)

    @app.post("/api/{command}")
    async def answer(command: str, request: Request) -> Response:
        by = await login(request)
        if request.headers.get("X-Requested-With") != asked_by:
            return JSONResponse({"error": "only the page itself may ask"}, status_code=400)
        payload = await _payload(request)
        if payload is None:
            return JSONResponse({"error": "the question cannot be read"}, status_code=400)
        return JSONResponse(
            await run_in_threadpool(_answer, source, command, payload, by), headers=dict(HEADERS)
        )

    return app


def _answer(source: Source, command: str, payload: Mapping[str, Any], by: str) -> Mapping[str, Any]:
    try:
        return source.answer(command, payload, by=by)
    except StreakNetSuiteError as error:
        log.warning("the page cannot be answered %s: %s", command, error)
        return {"error": str(error)}


async def _payload(request: Request) -> Mapping[str, Any] | None:
    """Return the question's content; None for what is too large or no JSON object."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _file(package: str, name: str, kind: str) -> Response:
    text = resources.files(package).joinpath("static", name).read_text("utf-8")
    return Response(text, media_type=kind, headers=dict(HEADERS))
