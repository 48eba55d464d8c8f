"""What both clients do with a request and its answer, without sending anything."""

import json
from dataclasses import replace
from typing import Any

import httpx

from streak_netsuite.connectors.http import refuse_unready
from streak_netsuite.connectors.streak.answers import UnexpectedAnswer, error_body
from streak_netsuite.connectors.streak.call import Call, Effect, ResultT
from streak_netsuite.errors import (
    InvalidCredentials,
    RejectedByVendor,
    Unavailable,
    UncertainWrite,
)

NOT_FOUND = "NOT_FOUND"  # our code for Streak's 404
MISSING_PARAMETERS = "MISSING_PARAMETERS"  # our code for what Streak says without one
NO_ACCESS = "NO_ACCESS"  # our code for a 401 on a resource while the key itself works


class Unauthorized(Exception):
    """A 401 or 403: a bad key, or a resource that the key's user may not see. Only another call can tell."""


def build(http: httpx.Client | httpx.AsyncClient, call: Call[Any], base_url: str) -> httpx.Request:
    """Return the request of a call, with the client's timeouts and headers."""
    content: dict[str, Any] = {}
    if call.body is not None:
        content = {"data" if call.form else "json": call.body}
    elif call.method == "POST":
        # Streak answers "Missing parameters" to a POST without a JSON content type.
        content = {"json": {}}
    # Joined by hand: httpx would decode and re-encode the escaped key segments of a relative path.
    return http.build_request(call.method, base_url.rstrip("/") + call.path, params=call.params, **content)


def read(call: Call[ResultT], response: httpx.Response, *, again: bool = False) -> ResultT:
    """Return the result in an answer.

    Args:
        again: whether the call was sent before; what a removal does not find then, it has removed.

    Raises:
        Unauthorized: 401 or 403.
        TransientError, UncertainWrite: "not now", or an answer that cannot be read; UncertainWrite only for
            calls that must not be sent twice.
        RejectedByVendor: Streak refused the call; code NOT_FOUND, MISSING_PARAMETERS, Streak's error code, or
            the HTTP status.
    """
    once = call.effect is Effect.ONCE
    refuse_unready(response, writes=once, name=call.name)
    if again and call.effect is Effect.REMOVAL and response.status_code == 404:
        return call.read({"success": True})
    if response.status_code >= 400:
        raise _refusal(call, response)
    try:
        return call.read(response.content if call.raw else _json(response))
    except UnexpectedAnswer as error:
        # A lasting misunderstanding is not cured by sending again, but only a person can know that it lasts.
        message = f"{call.name}: answered with {error}"
        raise (UncertainWrite(message) if once else Unavailable(message)) from error


def as_form(call: Call[ResultT], error: RejectedByVendor) -> Call[ResultT]:
    """Return the call with its body as a form, when Streak may have meant that; else raise the error."""
    if not call.form_too or error.code != MISSING_PARAMETERS:
        raise error
    return replace(call, form=True, form_too=False)


def no_access(call: Call[Any]) -> RejectedByVendor:
    """Return the error for a resource that the key's user may not see."""
    return RejectedByVendor(
        f"{call.name}: the key's user may not see this; share the pipeline or team with that user",
        code=NO_ACCESS,
    )


def bad_key() -> InvalidCredentials:
    """Return the error for a key that Streak does not know."""
    return InvalidCredentials(
        "Streak refused the API key; make a new one (Gmail, Streak icon, Integrations, Streak API) "
        "and put it into the Airflow connection",
        system="streak",
    )


def _refusal(call: Call[Any], response: httpx.Response) -> Exception:
    if response.status_code == 404:
        return RejectedByVendor(f"{call.name}: not found", code=NOT_FOUND)
    if response.status_code in {401, 403}:
        return Unauthorized(call.name)
    code, text = error_body(response)
    if not code and text.lower().startswith("missing parameters"):
        code = MISSING_PARAMETERS
    return RejectedByVendor(
        f"{call.name}: refused with {response.status_code}: {text}", code=code or str(response.status_code)
    )


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError as error:
        if not response.content:
            what = "an empty body"
        else:
            what = response.headers.get("content-type", "no content type")
        raise UnexpectedAnswer(f"{response.status_code} and {what} instead of JSON") from error
