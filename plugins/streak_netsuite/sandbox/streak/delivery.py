"""Webhooks on their way: at least once, unordered if asked, again and again until exactly 200."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from streak_netsuite.sandbox.streak.settings import Settings

_KEPT = 5000


@dataclass
class Delivery:
    """One try of one webhook."""

    webhook_key: str
    event: str
    target_url: str
    box_key: str
    attempt: int
    status: int
    at: float


@dataclass
class Courier:
    """Delivers changes to the webhooks that want them.

    Attributes:
        registered: whether a webhook is still there; what waits for one that is not, is dropped.
        forget: removes a webhook, because its target answered 410.
    """

    settings: Settings
    clock: Callable[[], float]
    registered: Callable[[str], bool]
    forget: Callable[[str], None]
    rng: random.Random
    log: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _held: list[Callable[[], None]] = field(default_factory=list)
    _client: httpx.AsyncClient | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Start, in the server's event loop."""
        self._loop = asyncio.get_running_loop()
        self._client = httpx.AsyncClient(timeout=30, trust_env=False)

    async def close(self) -> None:
        """Stop; what is not delivered is dropped."""
        tasks = list(self._tasks)
        self.clear()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def clear(self) -> None:
        """Drop what is on its way, and the log."""
        for task in self._tasks:
            task.cancel()
        self._held.clear()
        self.log.clear()

    def send(self, webhook: dict[str, Any], event: str, body: dict[str, Any]) -> None:
        """Set out with one change for one webhook. Returns at once."""
        if self._loop is None:
            return
        if self.settings.drop_next > 0:
            self.settings.drop_next -= 1
            return
        for _ in range(1 + self.settings.duplicates):
            self._held.append(lambda: self._start(dict(webhook), event, body))
        self.release()

    def release(self) -> None:
        """Let what is held go, unless deliveries are paused."""
        if self.settings.paused or self._loop is None:
            return
        waiting, self._held = self._held, []
        if self.settings.shuffle:
            self.rng.shuffle(waiting)
        for start in waiting:
            start()

    def _start(self, webhook: dict[str, Any], event: str, body: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(webhook, event, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, webhook: dict[str, Any], event: str, body: dict[str, Any]) -> None:
        wait = self.settings.retry_seconds
        for attempt in range(1, self.settings.attempts + 1):
            if not self.registered(webhook["key"]):
                return
            status = await self._post(webhook, body)
            self._note(webhook, event, body, attempt, status)
            if status == 200:
                return
            if status == 410:
                self.forget(webhook["key"])
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, self.settings.longest_retry_seconds)

    async def _post(self, webhook: dict[str, Any], body: dict[str, Any]) -> int:
        assert self._client is not None
        headers = {"X-Streak-Webhook-Token": webhook["token"]} if webhook.get("token") else {}
        content = body if self.settings.single_object else [body]
        try:
            return (await self._client.post(webhook["targetUrl"], json=content, headers=headers)).status_code
        except httpx.HTTPError:
            return 0

    def _note(
        self, webhook: dict[str, Any], event: str, body: dict[str, Any], attempt: int, status: int
    ) -> None:
        del self.log[: max(0, len(self.log) - _KEPT)]
        self.log.append(
            Delivery(
                webhook_key=webhook["key"],
                event=event,
                target_url=webhook["targetUrl"],
                box_key=str(body.get("key", "")),
                attempt=attempt,
                status=status,
                at=self.clock(),
            )
        )

    def shown_log(self) -> list[dict[str, Any]]:
        """Return the log as plain values."""
        return [asdict(entry) for entry in self.log]
