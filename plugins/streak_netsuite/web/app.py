"""The app that Airflow's api-server mounts, built when it is first asked.

Airflow loads plugins in every process; only the api-server should pay for this one's imports.
"""

import functools
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from streak_netsuite.connections import ReceiverSettings
    from streak_netsuite.ledger.ledger import Ledger
    from streak_netsuite.sync.hint import Hint, StoredHints

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BOARD_PREFIX = "/streak-netsuite-mapping"
DUPLICATES_PREFIX = "/streak-netsuite-duplicates"
_SETTINGS_SECONDS = 30.0  # how soon a rotated token is accepted


class LazyApp:
    """An ASGI app that is built with its first request."""

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = functools.cache(build)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self._build()(scope, receive, send)


class ReceiverSource:
    """Connections for the receiver, read once and read again now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None
        self._settings: tuple[float, ReceiverSettings] | None = None

    def settings(self) -> "ReceiverSettings":
        """Return what the Streak connection accepts, at most half a minute old."""
        from streak_netsuite.hooks.streak import StreakHook

        with self._lock:
            now = time.monotonic()
            if self._settings is None or now - self._settings[0] > _SETTINGS_SECONDS:
                self._settings = (now, StreakHook().receiver_settings())
            return self._settings[1]

    def store(self, hints: "Sequence[Hint]", now: datetime) -> "StoredHints":
        """Keep hints in the ledger."""
        return self._open_ledger().store_hints(hints, now=now)

    def _open_ledger(self) -> "Ledger":
        from streak_netsuite.hooks.ledger import LedgerHook

        with self._lock:
            if self._ledger is None:
                self._ledger = LedgerHook().get_conn()
            return self._ledger


def build_receiver() -> Any:
    """Return the receiver over Airflow's connections."""
    from streak_netsuite.web.receiver import Receiver, create_receiver

    source = ReceiverSource()
    return create_receiver(
        Receiver(settings=source.settings, store=source.store, clock=lambda: datetime.now(UTC))
    )


def base_path() -> str:
    """Return the path below which Airflow is served ("/airflow"), "" for none."""
    from airflow.configuration import conf

    return urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


def build_board() -> Any:
    """Return the mapping board's pages: for those who may change the DAG of the mapping."""
    from streak_netsuite.web.board import create_board_pages
    from streak_netsuite.web.board_source import MappedProduct

    return create_board_pages(MappedProduct(), _login("deal_to_order"))


def build_duplicates() -> Any:
    """Return the pages about duplicate customers: for those who may change the DAG that looks for them."""
    from streak_netsuite.web.duplicates import create_duplicate_pages
    from streak_netsuite.web.duplicates_source import KeptDuplicates

    return create_duplicate_pages(KeptDuplicates(), _login("find_duplicates"))


def _login(dag_id: str) -> Any:
    """Return Airflow's login: it gives the name of a user who may change a DAG, and refuses everybody else."""
    from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
    from fastapi.concurrency import run_in_threadpool
    from fastapi.security import HTTPBearer
    from starlette.requests import Request

    may_change = requires_access_dag("PUT", param_dag_id=dag_id)

    async def login(request: Request) -> str:
        bearer = await HTTPBearer(auto_error=False)(request)
        user = await get_user(request, None, bearer)
        await run_in_threadpool(may_change, request, user)
        return user.get_name()

    return login


app = LazyApp(build_receiver)
board_app = LazyApp(build_board)
duplicates_app = LazyApp(build_duplicates)
