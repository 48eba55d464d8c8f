"""Waits for jobs that NetSuite works off in its own time."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.hooks.netsuite import NetSuiteHook
from streak_netsuite.triggers.settling import SETTLE_SECONDS

log = logging.getLogger(__name__)

_SLOWER = 1.5
_LONGEST_SECONDS = 60.0


class NetSuiteJobsTrigger(BaseTrigger):
    """Asks NetSuite how far jobs are, ever more slowly, and fires once: with those that are not over.

    It reads only, so that a restarted triggerer may run it again.

    :param parts: the jobs, as `JobPart.plain` has them; they come back with the event.
    :param until: epoch seconds until which it waits.
    :param netsuite_conn_id: the connection.
    :param ledger_conn_id: the ledger, where all workers share the account's concurrency.
    :param poke_seconds: how long after the first question the second one is asked.
    :param first_look_seconds: how long to wait before the first question, see `settling.py`.
    """

    def __init__(
        self,
        parts: Sequence[dict[str, Any]],
        until: float,
        netsuite_conn_id: str = NetSuiteHook.default_conn_name,
        ledger_conn_id: str = LedgerHook.default_conn_name,
        poke_seconds: float = 5.0,
        first_look_seconds: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow ships no annotation here
        self.parts = list(parts)
        self.until = until
        self.netsuite_conn_id = netsuite_conn_id
        self.ledger_conn_id = ledger_conn_id
        self.poke_seconds = poke_seconds
        self.first_look_seconds = first_look_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return class path and arguments."""
        return (
            "streak_netsuite.triggers.netsuite.NetSuiteJobsTrigger",
            {
                "parts": self.parts,
                "until": self.until,
                "netsuite_conn_id": self.netsuite_conn_id,
                "ledger_conn_id": self.ledger_conn_id,
                "poke_seconds": self.poke_seconds,
                "first_look_seconds": self.first_look_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: `{"parts": ..., "unfinished": [job ids]}`, or `{"error": reason}` when NetSuite refuses to be asked."""
        from streak_netsuite.errors import PermanentError, TransientError

        await asyncio.sleep(self.first_look_seconds)
        left = [part["job_id"] for part in self.parts if part["job_id"]]
        pause = self.poke_seconds
        while True:
            try:
                still = await self._look(left)
            except TransientError as error:
                log.warning("NetSuite cannot say how far its jobs are: %s", error)
                still = left
            except PermanentError as error:
                yield TriggerEvent({"error": str(error)})
                return
            remaining = self.until - time.time()
            if not still or remaining <= 0:
                yield TriggerEvent({"parts": self.parts, "unfinished": still})
                return
            pause = self.poke_seconds if len(still) < len(left) else min(pause * _SLOWER, _LONGEST_SECONDS)
            left = still
            await asyncio.sleep(min(pause, remaining))

    async def _look(self, job_ids: Sequence[str]) -> list[str]:
        """Return those that are not over. A client is opened for each look: between two, nothing is held."""
        netsuite = await NetSuiteHook(self.netsuite_conn_id).asettings()
        ledger = await LedgerHook(self.ledger_conn_id).asettings() if self.ledger_conn_id else None

        def look() -> list[str]:
            from streak_netsuite.assembly import open_desk

            with open_desk(netsuite, ledger) as desk:
                return desk.unfinished_jobs(job_ids)

        return await asyncio.to_thread(look)
