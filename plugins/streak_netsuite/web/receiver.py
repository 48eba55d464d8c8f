"""Receives Streak's webhooks: checks the token, keeps the hint, answers 200. Nothing else.

Streak signs nothing; a static token in a header is all the proof there is, and the body is a hint to be
refetched. Exactly 200 means delivered; 410 would make Streak delete the webhook, so it is never sent;
anything else is tried again (streak.readme.io "Webhooks", read 2026-11).
"""

import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from streak_netsuite.connections import ReceiverSettings
from streak_netsuite.connectors.streak.hints import hint_of, records_in
from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints

log = logging.getLogger(__name__)

TOKEN_HEADER = "X-Streak-Webhook-Token"  # noqa: S105 - the name of a header
# What an event is about, and how the settings call that.
_KINDS = {
    "BOX": (RecordKind.BOX, "boxes"),
    "CONTACT": (RecordKind.CONTACT, "contacts"),
    "ORG": (RecordKind.ORGANIZATION, "organizations"),
}
_EVENT = re.compile(r"[A-Z][A-Z_]{2,39}\Z")


class Refused(Exception):
    """A webhook that is not accepted; nothing of it is kept."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """What the endpoint needs.

    Attributes:
        settings: called per request until it succeeds once; a missing connection is then a clear answer.
        store: keeps hints durably; returns when they are.
    """

    settings: Callable[[], ReceiverSettings]
    store: Callable[[Sequence[Hint], datetime], StoredHints]
    clock: Callable[[], datetime]


def create_receiver(receiver: Receiver) -> FastAPI:
    """Return the app with the one endpoint, `POST /webhooks/streak/{event}`."""
    app = FastAPI(title="Streak webhooks", openapi_url=None, docs_url=None, redoc_url=None)

    @app.post("/webhooks/streak/{event}")
    async def receive(event: str, request: Request) -> JSONResponse:
        try:
            stored = await _accept(receiver, event, request)
        except Refused as refused:
            log.warning("webhook refused with %d: %s", refused.status, refused.reason)
            return JSONResponse({"error": refused.reason}, status_code=refused.status)
        return JSONResponse({"new": stored.new, "repeated": stored.repeated})

    return app


async def _accept(receiver: Receiver, event: str, request: Request) -> StoredHints:
    settings = await run_in_threadpool(_settings, receiver)
    _check_token(request, settings)
    if not _EVENT.match(event):
        raise Refused(404, "no such event")
    body = await _read(request, settings.max_bytes)
    hints = _hints(body, event, settings)
    try:
        return await run_in_threadpool(receiver.store, hints, receiver.clock())
    except StreakNetSuiteError:
        log.exception("the ledger cannot keep a hint now; Streak will send it again")
        raise Refused(503, "not ready, send it again") from None


def _settings(receiver: Receiver) -> ReceiverSettings:
    try:
        settings = receiver.settings()
    except ConfigurationError:
        log.exception("the receiver is not configured")
        raise Refused(503, "not configured") from None
    if not settings.tokens:
        log.error("the Streak connection has no 'webhook_tokens'; no webhook can be accepted")
        raise Refused(503, "not configured")
    return settings


def _check_token(request: Request, settings: ReceiverSettings) -> None:
    sent = request.headers.get(TOKEN_HEADER, "").encode()
    # Every token is compared, each in constant time, so that the time taken tells nothing.
    equal = [hmac.compare_digest(sent, token.get_secret_value().encode()) for token in settings.tokens]
    if not any(equal):
        raise Refused(401, "wrong or missing token")


async def _read(request: Request, max_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > max_bytes:
        raise Refused(413, "body too large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Refused(413, "body too large")
    return bytes(body)


def _hints(body: bytes, event: str, settings: ReceiverSettings) -> list[Hint]:
    try:
        rows = records_in(json.loads(body))
    except (ValueError, RecursionError):
        raise Refused(400, "body is not a JSON object or array of objects") from None
    kind, plural = _KINDS.get(event.partition("_")[0], (None, ""))
    if kind is None or plural not in settings.kinds:
        log.info("webhook %s is not used by any flow; nothing was kept", event)
        return []
    for row in rows:
        _check_scope(row, settings)
    try:
        return [hint_of(row, kind=kind, event=event, origin=HintOrigin.WEBHOOK) for row in rows]
    except ValueError:
        raise Refused(400, "an object has no key") from None


def _check_scope(row: Mapping[str, Any], settings: ReceiverSettings) -> None:
    pipeline, team = row.get("pipelineKey"), row.get("teamKey")
    if settings.pipeline_keys and pipeline is not None and pipeline not in settings.pipeline_keys:
        raise Refused(403, "another pipeline")
    if settings.team_keys and team is not None and team not in settings.team_keys:
        raise Refused(403, "another team")
