"""The limit on calls at once that all workers share: who holds how much of it, and how much was used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from streak_netsuite.ledger.database import Database
from streak_netsuite.ledger.tables import call_limit, call_share, call_usage
from streak_netsuite.sync.call_share import CallUsage, SaidConcurrency

_LEASE = timedelta(seconds=20)  # a worker that died gives its slots back after this long
_LOCK_SPACE = 0x53_4C_4F_54  # "SLOT": our own advisory locks


@dataclass(frozen=True, kw_only=True, slots=True)
class CallLimit:
    """How many calls at once an account has said it allows, and where it said so."""

    concurrency: int
    source: str
    read_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MinuteOfCalls:
    """What was used of an account's concurrency in one minute."""

    minute: datetime
    calls: int
    refused: int
    busy_seconds: float
    most_in_flight: int
    window: int


@dataclass(frozen=True, slots=True)
class _Holding:
    wanted: int
    slots: int


class CallBook:
    """The shared limits, in the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def share(self, account: str, *, limit: int, holder: str, clock: Callable[[], datetime]) -> "LedgerShare":
        """Return a worker's share of an account's limit.

        Args:
            limit: how many calls at once all workers together may make.
            holder: the worker, unlike any other.
            clock: aware UTC.
        """
        return LedgerShare(self._database, account, limit=limit, holder=holder, clock=clock)

    def find_limit(self, account: str) -> CallLimit | None:
        """Return what the account has said it allows, or None before it was asked."""
        with self._database.begin() as connection:
            row = connection.execute(select(call_limit).where(call_limit.c.account == account)).one_or_none()
        if row is None:
            return None
        return CallLimit(concurrency=row.concurrency, source=row.source, read_at=row.read_at)

    def note_limit(self, account: str, said: SaidConcurrency, *, now: datetime) -> None:
        """Keep what the account has said."""
        values = {"concurrency": said.calls, "source": said.source, "read_at": now}
        row = insert(call_limit).values(account=account, **values)
        with self._database.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["account"], set_=values))

    def usage(self, account: str, *, since: datetime) -> Sequence[MinuteOfCalls]:
        """Return the minutes with calls from a time on, oldest first."""
        rows = (
            select(call_usage)
            .where(call_usage.c.account == account, call_usage.c.minute >= since)
            .order_by(call_usage.c.minute)
        )
        with self._database.begin() as connection:
            return [
                MinuteOfCalls(
                    minute=row.minute,
                    calls=row.calls,
                    refused=row.refused,
                    busy_seconds=row.busy_seconds,
                    most_in_flight=row.most_in_flight,
                    window=row.window,
                )
                for row in connection.execute(rows)
            ]


class LedgerShare:
    """One worker's share of an account's limit."""

    def __init__(
        self, database: Database, account: str, *, limit: int, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._account = account
        self._limit = limit
        self._holder = holder
        self._clock = clock

    def renew(self, wanted: int, *, in_use: int = 0) -> int:
        """Ask for up to `wanted` slots and return how many are ours until the lease ends; 0 when none is left.

        A worker that has more than its part gives some back as soon as another one wants them, except those
        `in_use` by calls in flight: these it keeps until it asks again after they ended.
        """
        now = self._clock()
        with self._database.begin() as connection:
            self._alone(connection)
            connection.execute(delete(call_share).where(self._ours, call_share.c.lease_until <= now))
            others = self._others(connection)
            slots = grant(wanted, self._limit, others)
            values = {"wanted": wanted, "slots": max(slots, in_use), "lease_until": now + _LEASE}
            row = insert(call_share).values(account=self._account, holder=self._holder, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["account", "holder"], set_=values))
        return slots

    def note(self, usage: CallUsage) -> None:
        """Add what was used to this minute's row."""
        row = insert(call_usage).values(
            account=self._account,
            minute=self._clock().replace(second=0, microsecond=0),
            calls=usage.calls,
            refused=usage.refused,
            busy_seconds=usage.seconds,
            most_in_flight=usage.most_in_flight,
            window=usage.window,
        )
        added = {
            name: call_usage.c[name] + row.excluded[name] for name in ("calls", "refused", "busy_seconds")
        }
        most = func.greatest(call_usage.c.most_in_flight, row.excluded.most_in_flight)
        with self._database.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["account", "minute"],
                    set_={**added, "most_in_flight": most, "window": row.excluded.window},
                )
            )

    def note_accepted(self, login: str) -> None:
        """Keep that the vendor has accepted our credentials just now."""
        mine = update(call_share).where(self._ours, call_share.c.holder == self._holder)
        with self._database.begin() as connection:
            connection.execute(mine.values(login=login, accepted_at=self._clock()))

    def accepted_elsewhere(self, login: str, *, within_seconds: float) -> bool:
        """Return whether another worker that has slots now was accepted with the same credentials lately."""
        now = self._clock()
        others = select(call_share.c.holder).where(
            self._ours,
            call_share.c.holder != self._holder,
            call_share.c.slots > 0,
            call_share.c.lease_until > now,
            call_share.c.login == login,
            call_share.c.accepted_at > now - timedelta(seconds=within_seconds),
        )
        with self._database.begin() as connection:
            return connection.execute(others).first() is not None

    def release(self) -> None:
        """Give the slots back."""
        with self._database.begin() as connection:
            connection.execute(delete(call_share).where(self._ours, call_share.c.holder == self._holder))

    @property
    def _ours(self) -> ColumnElement[bool]:
        return call_share.c.account == self._account

    def _alone(self, connection: Connection) -> None:
        """Let one worker at a time deal with this account's slots."""
        lock = func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(self._account))
        connection.execute(select(lock))

    def _others(self, connection: Connection) -> list[_Holding]:
        rows = select(call_share.c.wanted, call_share.c.slots).where(
            self._ours, call_share.c.holder != self._holder
        )
        return [_Holding(row.wanted, row.slots) for row in connection.execute(rows)]


def grant(wanted: int, limit: int, others: Sequence[_Holding]) -> int:
    """Return how many slots a worker gets: never more than is free, and its fair part while others lack."""
    free = max(0, limit - sum(other.slots for other in others))
    fair = max(1, limit // (len(others) + 1))
    lacking = any(other.slots < min(other.wanted, fair) for other in others)
    return min(wanted, free, fair) if lacking else min(wanted, free)
