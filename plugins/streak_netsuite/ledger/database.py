"""The way to PostgreSQL: transactions, and its errors in this product's terms."""

import contextlib
from collections.abc import Iterator

import psycopg.errors
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from streak_netsuite.errors import ConfigurationError, Unavailable
from streak_netsuite.ledger.settings import LedgerSettings

UPGRADE_COMMAND = "streak-netsuite ledger upgrade"


class Database:
    """Gives transactions on the ledger's database.

    Raises, from each transaction:
        Unavailable: the server cannot be reached, or gave up the transaction; nothing was kept.
        ConfigurationError: the schema is not there, or is not this release's.
    """

    def __init__(self, settings: LedgerSettings) -> None:
        self.engine = make_engine(settings)
        self._place = settings.place

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a transaction: committed at the end of the block, rolled back on any exception."""
        with translated(self._place), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def make_engine(settings: LedgerSettings) -> Engine:
    """Return an engine; it connects when it is first used. Its errors never show parameters."""
    milliseconds = int(settings.statement_timeout_seconds * 1000)
    return create_engine(
        settings.sqlalchemy_url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.pool_timeout_seconds,
        pool_pre_ping=True,  # a receiver lives for weeks; the server restarts in between
        hide_parameters=True,
        connect_args={
            "connect_timeout": settings.connect_timeout_seconds,
            "application_name": "streak-netsuite",
            # Every table is named with its schema, so that no other one on the path can take its place.
            "options": f"-c timezone=UTC -c search_path=public -c statement_timeout={milliseconds}",
        },
    )


@contextlib.contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the driver's errors into this product's."""
    try:
        yield
    except PoolTimeout:
        raise Unavailable(
            f"the ledger at {place}: all connections are in use; raise pool_size of its connection"
        ) from None
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(f"the ledger at {place} is not available: {_first_line(error)}") from None
    except ProgrammingError as error:
        if isinstance(error.orig, _SCHEMA_FAULTS):
            raise ConfigurationError(
                f"the ledger at {place} lacks tables of this release ({_first_line(error)}); run: {UPGRADE_COMMAND}"
            ) from None
        raise _refused(place, error) from None
    except DBAPIError as error:
        raise _refused(place, error) from None


_SCHEMA_FAULTS = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InvalidSchemaName,
)


def _refused(place: str, error: DBAPIError) -> RuntimeError:
    """A fault of this program. The driver's own exception would quote the row."""
    return RuntimeError(f"the ledger at {place} refused a statement: {_first_line(error)}")


def _first_line(error: DBAPIError) -> str:
    """Return the server's own words, without its details, which quote values."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
