"""Waits for the inbox to be notified, without a thread and without asking again and again."""

from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from streak_netsuite.errors import Unavailable
from streak_netsuite.ledger.inbox import CHANNEL
from streak_netsuite.ledger.settings import LedgerSettings


class InboxListener:
    """Sleeps on PostgreSQL's LISTEN in an event loop.

    A hint that is committed after the block was entered is noticed by the next `wait`, also when it
    came in between. A notification is a wake-up, no more: what waits is asked of the ledger.
    """

    def __init__(self, settings: LedgerSettings) -> None:
        self._settings = settings
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def __aenter__(self) -> Self:
        """Start to listen.

        Raises:
            Unavailable: the server cannot be reached.
        """
        url = self._settings.sqlalchemy_url.set(drivername="postgresql")
        try:
            self._connection = await psycopg.AsyncConnection.connect(
                url.render_as_string(hide_password=False),
                autocommit=True,
                connect_timeout=self._settings.connect_timeout_seconds,
                application_name="streak-netsuite listener",
            )
            await self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        except psycopg.Error as error:
            await self._close()
            raise self._unavailable(error) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to listen."""
        await self._close()

    async def wait(self, *, timeout_seconds: float) -> bool:
        """Return True as soon as something was stored or put back, False after the time is over.

        Raises:
            Unavailable: the connection broke; enter a new block.
        """
        assert self._connection is not None, "wait is called inside the block"
        heard = False
        try:
            async for _ in self._connection.notifies(timeout=timeout_seconds, stop_after=1):
                heard = True
        except psycopg.Error as error:
            raise self._unavailable(error) from None
        return heard

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    def _unavailable(self, error: psycopg.Error) -> Unavailable:
        words = str(error).strip().splitlines()
        return Unavailable(
            f"the ledger at {self._settings.place} is not available: {words[0] if words else type(error).__name__}"
        )
