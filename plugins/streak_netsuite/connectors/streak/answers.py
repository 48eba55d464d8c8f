"""Reading Streak's answers: bare arrays, envelopes, keyed objects, error bodies."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from streak_netsuite.connectors.streak.wire import Wire

WireT = TypeVar("WireT", bound=Wire)


class UnexpectedAnswer(ValueError):
    """The answer has a form that Streak does not document."""


def rows(answer: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a bare array, a page envelope, or an object keyed by key: Streak uses all three."""
    if isinstance(answer, Mapping):
        answer = answer["results"] if "results" in answer else list(answer.values())
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        raise UnexpectedAnswer("something that is not a list of objects")
    return answer


def mapping(answer: Any) -> Mapping[str, Any]:
    """Return an object."""
    if not isinstance(answer, Mapping):
        raise UnexpectedAnswer("something that is not an object")
    return answer


def one(model: type[WireT]) -> Callable[[Any], WireT]:
    """Return a reader of one object."""
    return lambda answer: _validated(model, answer)


def many(model: type[WireT]) -> Callable[[Any], list[WireT]]:
    """Return a reader of a list, in any of its three forms."""
    return lambda answer: [_validated(model, row) for row in rows(answer)]


def nothing(_: Any) -> None:
    """Read an answer that says no more than that it worked."""


def done(answer: Any) -> None:
    """Read `{"success": true}`, and an answer that does not say."""
    if isinstance(answer, Mapping) and answer.get("success") is False:
        raise UnexpectedAnswer('"success": false')


def text(answer: bytes) -> str:
    """Return a raw answer as text."""
    return answer.decode("utf-8", "replace")


def keyed(model: type[WireT]) -> Callable[[Any], dict[str, WireT]]:
    """Return a reader of an object whose values are rows."""
    return lambda answer: {key: _validated(model, row) for key, row in mapping(answer).items()}


def error_body(response: httpx.Response) -> tuple[str, str]:
    """Return code and text of an error body: an object, a bare JSON string, or whatever came."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "", response.text[:200]
    if isinstance(body, Mapping):
        return str(body.get("errorCode") or ""), str(body.get("error") or "no reason given")
    return "", str(body)[:200]


def _validated(model: type[WireT], row: object) -> WireT:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        what = model.__name__.removesuffix("Wire").lower()
        raise UnexpectedAnswer(f"a {what} in an unknown form: {places or what}") from error
