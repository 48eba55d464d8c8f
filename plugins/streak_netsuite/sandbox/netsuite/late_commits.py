"""Calls that are carried out after their callers have lost the connection."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class LateCommits:
    """The calls that wait to be carried out. Only the event loop touches them."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Event()

    def add(
        self, carry_out: Callable[[], Awaitable[object]], *, seconds: float, then: Callable[[], None]
    ) -> None:
        """Carry out a call after some seconds, or as soon as somebody asks for it.

        Args:
            then: what is done in the end, also when the call is dropped.
        """
        at_once = self._at_once

        async def work() -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(at_once.wait(), seconds)
            await carry_out()

        task = asyncio.create_task(work())
        self._waiting.add(task)
        task.add_done_callback(lambda _task: then())
        task.add_done_callback(self._waiting.discard)

    async def land(self) -> int:
        """Carry out all that wait, and return how many there were."""
        waiting = list(self._waiting)
        self._at_once.set()
        self._at_once = asyncio.Event()
        await asyncio.gather(*waiting, return_exceptions=True)
        return len(waiting)

    def drop(self) -> None:
        """Forget all that wait."""
        for task in self._waiting:
            task.cancel()
