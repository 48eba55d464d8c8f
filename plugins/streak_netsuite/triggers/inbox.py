"""Watches the inbox: the alarm clock of the flows."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from streak_netsuite.hooks.ledger import LedgerHook

log = logging.getLogger(__name__)


class InboxTrigger(BaseEventTrigger):
    """Fires while hints or due writes wait, and goes on firing until somebody takes them.

    Level, not edge: an event that Airflow strands or a restarted triggerer loses costs a moment, no
    hint. Between hints it sleeps on PostgreSQL's LISTEN and wakes with the commit that stored one.

    :param ledger_conn_id: the ledger's connection.
    :param poll_seconds: how often to look although nobody notified, for what becomes due by time.
    :param again_seconds: how long to give a run before firing again while things still wait.
    """

    def __init__(
        self,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        poll_seconds: float = 2.0,
        again_seconds: float = 3.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow ships no annotation here
        self.ledger_conn_id = ledger_conn_id
        self.poll_seconds = poll_seconds
        self.again_seconds = again_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return class path and arguments."""
        return (
            "streak_netsuite.triggers.inbox.InboxTrigger",
            {
                "ledger_conn_id": self.ledger_conn_id,
                "poll_seconds": self.poll_seconds,
                "again_seconds": self.again_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield an event each time something waits."""
        while True:
            try:
                async for waiting in self._watch():
                    yield TriggerEvent({"waiting": waiting})
            except Exception:
                # A watcher that dies is not started again by itself, so no fault of the ledger may end it.
                log.exception("the inbox cannot be watched; trying again in %s s", self.poll_seconds)
                await asyncio.sleep(self.poll_seconds)

    async def _watch(self) -> AsyncIterator[int]:
        from streak_netsuite.ledger.ledger import Ledger
        from streak_netsuite.ledger.listener import InboxListener

        settings = await LedgerHook(self.ledger_conn_id).asettings()
        async with contextlib.AsyncExitStack() as stack:
            listener = await stack.enter_async_context(InboxListener(settings))
            ledger = await asyncio.to_thread(Ledger.connect, settings)
            stack.push_async_callback(asyncio.to_thread, ledger.close)
            while True:
                waiting = await asyncio.to_thread(ledger.count_waiting, now=datetime.now(UTC))
                if waiting:
                    yield waiting
                    await asyncio.sleep(self.again_seconds)
                else:
                    await listener.wait(timeout_seconds=self.poll_seconds)
