"""One request to Streak as a value: what is sent, what it does there, and how its answer is read.

A call holds no connection, so the same definition serves the sync and the async client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote

ResultT = TypeVar("ResultT")


class Effect(Enum):
    """What a call does at Streak, which decides what a lost answer means."""

    READ = "read"
    """Changes nothing: tried again freely."""
    REPEATABLE = "repeatable"
    """A second one leaves the same state: tried again after a lost answer."""
    ONCE = "once"
    """A second one would make a second thing: a lost answer is UncertainWrite."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Generic[ResultT]):
    """A request, and how to read its answer.

    Attributes:
        path: below the API's base, from the version on ("/v1/boxes/agx..."), key segments escaped.
        params: the query.
        body: sent as JSON, or as a form when `form` is set; None sends no body.
        read: turns the parsed JSON into the result; raises `UnexpectedAnswer` for a form nobody documented.
        raw: whether the answer is bytes (a file, markdown) and not JSON.
    """

    method: str
    path: str
    read: Callable[[Any], ResultT]
    effect: Effect = Effect.READ
    params: Mapping[str, Any] | None = None
    body: object = None
    form: bool = False
    raw: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"Streak {self.method} {self.path}"


def path(template: str, *keys: str) -> str:
    """Return a path with keys put in for each `{}`, escaped.

    Streak's keys are URL-safe today; nothing says that they stay so.
    """
    return template.format(*(quote(key, safe="") for key in keys))
