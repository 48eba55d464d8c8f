"""Two clients for Streak's HTTP API, one for threads and one for an event loop, over the same calls."""

import contextlib
import dataclasses
import itertools
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from streak_netsuite.connectors.http import (
    RetryRule,
    TokenBucket,
    build_async_client,
    build_client,
    exchange,
    exchange_async,
    retry,
    retry_async,
)
from streak_netsuite.connectors.streak import protocol
from streak_netsuite.connectors.streak.auth import auth_of
from streak_netsuite.connectors.streak.call import Call, Effect, ResultT
from streak_netsuite.connectors.streak.calls import users
from streak_netsuite.connectors.streak.paging import Listing, Page, Walk
from streak_netsuite.connectors.streak.protocol import Unauthorized
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.errors import ConfigurationError, InvalidCredentials, RejectedByVendor

RowT = TypeVar("RowT")
_LEAST_SECONDS = 0.1  # of a request's time limits


class StreakClient:
    """Streak over HTTP: rate limited, retried where harmless, errors classified once.

    Use it in a `with` block, one client a task; threads may share it. What can be called is in
    `streak_netsuite.connectors.streak.calls`::

        with StreakClient(settings) as streak:
            box = streak.send(boxes.get(key))
            for contact in streak.iterate(contacts.of_team(team_key)): ...
    """

    def __init__(
        self,
        settings: StreakSettings,
        *,
        rng: random.Random | None = None,
        bucket: TokenBucket | None = None,
        read_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.was_accepted = False  # whether Streak has taken our key since this client was made
        self.has_written = False  # whether a write has left since then
        self._settings = settings
        self._read_only = read_only
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._bucket = bucket or _bucket(settings)
        self._rule = _rule(settings)
        self._clock = clock
        self._until: float | None = None
        self._http = build_client(
            settings.base_url,
            auth=auth_of(settings),
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Wait for Streak no longer than this in all within a block, whatever it asks for: somebody waits for us.

        What is not answered by then raises what it raises after the last try. For a client of one thread.
        """
        before, self._until = self._until, self._clock() + seconds
        try:
            yield
        finally:
            self._until = before

    @property
    def patience_seconds(self) -> float | None:
        """How long Streak may still be waited for; None when nobody has set a limit."""
        return None if self._until is None else max(0.0, self._until - self._clock())

    def send(self, call: Call[ResultT]) -> ResultT:
        """Make a call and return its result.

        Reads and repeatable writes are tried again within the settings' limits.

        Raises:
            TransientError: Streak cannot answer now; a repeatable write may or may not have landed.
            UncertainWrite: a call whose effect is ONCE may have landed; look before sending it again.
            InvalidCredentials: the key is not known.
            RejectedByVendor: Streak refused this call.
        """
        tries = itertools.count()
        try:
            rule = dataclasses.replace(self._rule, patience_seconds=self.patience_seconds)
            return retry(lambda: self._once(call, next(tries)), rule, rng=self._rng)
        except RejectedByVendor as error:
            return self.send(protocol.as_form(call, error))
        except Unauthorized:
            # Streak answers 401 both for a bad key and for a resource the key may not see; only asking
            # for the key's own user tells the two apart (streak.readme.io "Error codes", read 2026-11).
            raise (protocol.no_access(call) if self._key_works(call) else protocol.bad_key()) from None

    def attempt(self, call: Call[ResultT]) -> ResultT:
        """Do what `send` does, but try only once: for writes whose body may be stale by the next try."""
        try:
            return self._once(call, 0)
        except Unauthorized:
            raise (protocol.no_access(call) if self._key_works(call) else protocol.bad_key()) from None

    def pages(self, listing: Listing[RowT], *, start: str | None = None) -> Iterator[Page[RowT]]:
        """Yield a list's pages; `next_position` of the last one read is where a later call resumes."""
        walk = Walk(listing, start=start)
        while (call := walk.next_call()) is not None:
            yield walk.take(self.send(call))

    def iterate(self, listing: Listing[RowT]) -> Iterator[RowT]:
        """Yield a list's rows, page by page."""
        for page in self.pages(listing):
            yield from page.rows

    def _once(self, call: Call[ResultT], tries: int) -> ResultT:
        if self._read_only and call.effect is not Effect.READ:
            raise ConfigurationError(f"{call.name} in a dry run: nothing may be written; this is a defect")
        self._bucket.take()
        request = protocol.build(self._http, call, self._settings.base_url)
        self._hurry(request)
        once = call.effect is Effect.ONCE
        self.has_written = self.has_written or call.effect is not Effect.READ
        answer = exchange(self._http, request, writes=once, name=call.name)
        result = protocol.read(call, answer, again=tries > 0)
        self.was_accepted = True
        return result

    def _hurry(self, request: httpx.Request) -> None:
        """Let a request time out by when Streak is not waited for any more."""
        left = self.patience_seconds
        if left is not None:
            limits: dict[str, float] = request.extensions["timeout"]
            least = max(left, _LEAST_SECONDS)
            request.extensions["timeout"] = {name: min(limit, least) for name, limit in limits.items()}

    def _key_works(self, refused: Call[Any]) -> bool:
        if refused.path == users.me().path:
            return False
        try:
            self.send(users.me())
        except InvalidCredentials:
            return False
        return True


class AsyncStreakClient:
    """The same, for an event loop: `await streak.send(...)`, `async for row in streak.iterate(...)`."""

    def __init__(
        self, settings: StreakSettings, *, rng: random.Random | None = None, bucket: TokenBucket | None = None
    ) -> None:
        self._settings = settings
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._bucket = bucket or _bucket(settings)
        self._rule = _rule(settings)
        self._http = build_async_client(
            settings.base_url,
            auth=auth_of(settings),
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, call: Call[ResultT]) -> ResultT:
        """Make a call and return its result; see `StreakClient.send`."""
        tries = itertools.count()

        async def once() -> ResultT:  # tenacity awaits what it can see to be a coroutine function, no lambda
            return await self._once(call, next(tries))

        try:
            return await retry_async(once, self._rule, rng=self._rng)
        except RejectedByVendor as error:
            return await self.send(protocol.as_form(call, error))
        except Unauthorized:
            works = await self._key_works(call)
            raise (protocol.no_access(call) if works else protocol.bad_key()) from None

    async def pages(self, listing: Listing[RowT], *, start: str | None = None) -> AsyncIterator[Page[RowT]]:
        """Yield a list's pages; see `StreakClient.pages`."""
        walk = Walk(listing, start=start)
        while (call := walk.next_call()) is not None:
            yield walk.take(await self.send(call))

    async def iterate(self, listing: Listing[RowT]) -> AsyncIterator[RowT]:
        """Yield a list's rows, page by page."""
        async for page in self.pages(listing):
            for row in page.rows:
                yield row

    async def _once(self, call: Call[ResultT], tries: int) -> ResultT:
        await self._bucket.take_async()
        request = protocol.build(self._http, call, self._settings.base_url)
        once = call.effect is Effect.ONCE
        answer = await exchange_async(self._http, request, writes=once, name=call.name)
        return protocol.read(call, answer, again=tries > 0)

    async def _key_works(self, refused: Call[Any]) -> bool:
        if refused.path == users.me().path:
            return False
        try:
            await self.send(users.me())
        except InvalidCredentials:
            return False
        return True


def _bucket(settings: StreakSettings) -> TokenBucket:
    return TokenBucket(per_second=settings.requests_per_second, burst=settings.burst)


def _rule(settings: StreakSettings) -> RetryRule:
    return RetryRule(attempts=settings.attempts, total_seconds=settings.retry_total_seconds)
