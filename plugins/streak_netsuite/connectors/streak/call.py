"""One request to Streak as a value: what is sent, what it does there, and how its answer is read.

A call holds no connection, so the same definition serves the sync and the async client.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote

ResultT = TypeVar("ResultT")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Effect(Enum):
    """What a call does at Streak, which decides what a lost answer means."""

    READ = "read"
    """Changes nothing: tried again freely."""
    REPEATABLE = "repeatable"
    """A second one leaves the same state: tried again after a lost answer."""
    ONCE = "once"
    """A second one would make a second thing: a lost answer is UncertainWrite."""
    REMOVAL = "removal"
    """A second one finds nothing: tried again after a lost answer, and then a 404 means that it is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Generic[ResultT]):
    """A request, and how to read its answer.

    Attributes:
        path: below the API's base, from the version on ("/v1/boxes/agx..."), key segments escaped.
        params: the query.
        body: sent as JSON, or as a form when `form` is set; None sends no body.
        read: turns the parsed JSON into the result; raises `UnexpectedAnswer` for a form nobody documented.
        form_too: whether the same body is sent as a form when Streak answers "Missing parameters" to JSON;
            with that answer nothing was done.
        raw: whether the answer is bytes (a file, markdown) and not JSON.
    """

    method: str
    path: str
    read: Callable[[Any], ResultT]
    effect: Effect = Effect.READ
    params: Mapping[str, Any] | None = None
    body: object = None
    form: bool = False
    form_too: bool = False
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


def given(**values: Any) -> dict[str, Any]:
    """Return the values that are not None: what is left out stays as it is at Streak."""
    return {name: value for name, value in values.items() if value is not None}


def milliseconds(at: datetime) -> int:
    """Return an aware time as Streak counts: whole milliseconds since 1970, exact and never rounded up."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def moment(milliseconds_: float) -> datetime:
    """Return Streak's milliseconds as an aware time in UTC, exact to the microsecond.

    Raises:
        OverflowError: a year that no calendar has.
    """
    return _EPOCH + timedelta(milliseconds=milliseconds_)
