"""One way to talk HTTP: timeouts always set, answers classified once, retries bounded and polite."""

import asyncio
import email.utils
import logging
import os
import random
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx
import tenacity

from streak_netsuite.errors import LeaseLost, RateLimited, TransientError, Unavailable, UncertainWrite

log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")

_TOO_MANY = {408, 425, 429}
_LONGEST_SERVER_WAIT_SECONDS = 60.0  # a longer Retry-After is for the scheduler, not for a waiting worker


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryRule:
    """How long to keep trying what is safe to repeat.

    Attributes:
        attempts: calls at most, the first one included.
        total_seconds: no new attempt after this long.
        first_wait_seconds: doubled each time, with full jitter, unless the server names a time.
        patience_seconds: no attempt is waited for beyond this long, whatever the server asks for; None for no such limit.
    """

    attempts: int = 5
    total_seconds: float = 90.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20.0
    patience_seconds: float | None = None


def build_client(
    base_url: str,
    *,
    auth: httpx.Auth | None = None,
    connect_seconds: float = 10.0,
    read_seconds: float = 60.0,
    connections: int = 20,
) -> httpx.Client:
    """Return a client with connect, read, write and pool timeouts set, no redirects followed and no cookies kept.

    The environment's proxy settings are honoured, as Airflow's users expect.
    """
    return httpx.Client(**_options(base_url, auth, connect_seconds, read_seconds, connections))


def build_async_client(
    base_url: str,
    *,
    auth: httpx.Auth | None = None,
    connect_seconds: float = 10.0,
    read_seconds: float = 60.0,
    connections: int = 20,
) -> httpx.AsyncClient:
    """Return what `build_client` returns, for an event loop."""
    return httpx.AsyncClient(**_options(base_url, auth, connect_seconds, read_seconds, connections))


def exchange(client: httpx.Client, request: httpx.Request, *, writes: bool, name: str) -> httpx.Response:
    """Send a request and return its answer, whatever its status.

    Args:
        writes: whether the call may change something; decides what a lost answer means.
        name: what to call the request in messages ("Streak GET /v1/boxes/…").

    Raises:
        Unavailable: it never left, or it was a read and no answer came.
        UncertainWrite: it was a write, it may have been received, and no answer came.
    """
    with _lost_answers(writes=writes, name=name):
        return client.send(request)


async def exchange_async(
    client: httpx.AsyncClient, request: httpx.Request, *, writes: bool, name: str
) -> httpx.Response:
    """Do what `exchange` does, in an event loop."""
    with _lost_answers(writes=writes, name=name):
        return await client.send(request)


def refuse_unready(response: httpx.Response, *, writes: bool, name: str) -> None:
    """Raise for the answers that mean "not now", whichever vendor gave them.

    Raises:
        RateLimited: 408, 425, 429: refused before it was processed.
        Unavailable: 5xx on a read.
        UncertainWrite: 5xx on a write: a gateway may have passed it on.
    """
    wait = retry_after_seconds(response)
    if response.status_code in _TOO_MANY:
        raise RateLimited(
            f"{name}: refused with {response.status_code}, too many requests", retry_after_seconds=wait
        )
    if response.status_code >= 500:
        if writes:
            raise UncertainWrite(f"{name}: answered {response.status_code}; it may have landed")
        raise Unavailable(f"{name}: answered {response.status_code}", retry_after_seconds=wait)


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Return how long the server asked us to wait: `retry-after-ms`, seconds, or an HTTP date (RFC 9110)."""
    milliseconds = response.headers.get("retry-after-ms", "")
    if _is_number(milliseconds):
        return max(0.0, float(milliseconds) / 1000)
    value = response.headers.get("retry-after", "")
    if _is_number(value):
        return max(0.0, float(value))
    try:
        at = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())


def retry(call: Callable[[], ResultT], rule: RetryRule, *, rng: random.Random) -> ResultT:
    """Call until it stops raising TransientError, within the rule; then raise the last one.

    Only TransientError is repeated: it says that nothing was written. One that says how often a repeat is worth it is
    repeated no more than that.
    """
    retrying = tenacity.Retrying(
        retry=_MAY_REPEAT,
        stop=_stop(rule),
        wait=lambda state: _wait_seconds(state, rule, rng),
        before_sleep=_log_wait,
        reraise=True,
    )
    return retrying(call)


async def retry_async(
    call: Callable[[], Awaitable[ResultT]], rule: RetryRule, *, rng: random.Random
) -> ResultT:
    """Do what `retry` does, in an event loop."""
    retrying = tenacity.AsyncRetrying(
        retry=_MAY_REPEAT,
        stop=_stop(rule),
        wait=lambda state: _wait_seconds(state, rule, rng),
        before_sleep=_log_wait,
        reraise=True,
    )

    async def attempt() -> ResultT:
        # tenacity awaits coroutine functions only; a lambda that returns a coroutine is none.
        return await call()

    return await retrying(attempt)


class TokenBucket:
    """Lets calls through at a steady rate with a small burst; callers wait their turn.

    Own code because it is 20 lines around one lock; the libraries bring stores and decorators.
    """

    def __init__(
        self,
        *,
        per_second: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = clock() - burst / per_second

    def take(self) -> None:
        """Wait until one call may be made."""
        wait = self.reserve()
        if wait > 0:
            self._sleep(wait)

    async def take_async(self) -> None:
        """Wait until one call may be made, and let others on the event loop work meanwhile."""
        wait = self.reserve()
        if wait > 0:
            await asyncio.sleep(wait)

    def reserve(self) -> float:
        """Take a place in the queue and return the seconds until it is that call's turn."""
        with self._lock:
            now = self._clock()
            self._free_at = max(self._free_at, now - self._burst / self._per_second) + 1 / self._per_second
            return self._free_at - now


def _options(
    base_url: str, auth: httpx.Auth | None, connect_seconds: float, read_seconds: float, connections: int
) -> dict[str, Any]:
    return {
        "base_url": base_url,
        "auth": auth,
        "verify": _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        "timeout": httpx.Timeout(read_seconds, connect=connect_seconds),
        "limits": httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        "follow_redirects": False,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept, none is sent
        "headers": {"User-Agent": "streak-netsuite"},
    }


@cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return whom all clients of this process trust: reading the certificates takes longer than all else of a client.

    Args:
        _file: where the environment says they are, which httpx follows by itself; likewise `_folder`.
    """
    return httpx.create_ssl_context()


@contextmanager
def _lost_answers(*, writes: bool, name: str) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unavailable(f"{name}: no connection ({_reason(error)}); nothing was sent") from error
    except (httpx.TransportError, httpx.DecodingError) as error:
        if writes:
            raise UncertainWrite(f"{name}: sent, but no answer came ({_reason(error)})") from error
        raise Unavailable(f"{name}: no answer came ({_reason(error)})") from error


def _worth_waiting(error: BaseException) -> bool:
    if isinstance(error, LeaseLost):
        return False  # it is another worker's to repeat
    asked = getattr(error, "retry_after_seconds", None)
    return asked is None or asked <= _LONGEST_SERVER_WAIT_SECONDS


_MAY_REPEAT = tenacity.retry_if_exception_type(TransientError) & tenacity.retry_if_exception(_worth_waiting)


def _stop(rule: RetryRule) -> tenacity.stop.stop_base:
    stop = (
        tenacity.stop_after_attempt(rule.attempts)
        | tenacity.stop_after_delay(rule.total_seconds)
        | _NotWorthIt()
    )
    if rule.patience_seconds is None:
        return stop
    return stop | tenacity.stop_before_delay(rule.patience_seconds)


class _NotWorthIt(tenacity.stop.stop_base):
    """Stops when the last error was repeated as often as it says that a repeat is worth it."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        times = getattr(error, "retry_times", None)
        return times is not None and retry_state.attempt_number > times


def _wait_seconds(state: tenacity.RetryCallState, rule: RetryRule, rng: random.Random) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after_seconds", None)
    if asked is not None:
        return float(asked) + rng.uniform(0, 0.25)
    backoff = min(rule.longest_wait_seconds, rule.first_wait_seconds * 2 ** (state.attempt_number - 1))
    return rng.uniform(backoff / 2, backoff)


def _log_wait(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.info("waiting %.1f s before attempt %d: %s", state.upcoming_sleep, state.attempt_number + 1, error)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
