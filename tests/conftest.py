"""Fixtures for all tests: a real PostgreSQL, and ledgers on it."""

import contextlib
import gc
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from cryptography.fernet import Fernet
from memory_folder import memory_folder
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings

pytest_plugins = ("airflow_place",)

_TEMPLATE = "ledger_template"
_TEMPLATE_LOCK = 1
_ALLOCATIONS_PER_LOOK = 20_000  # Python's own 700 suit a smaller program
_SERVER = pytest.StashKey[contextlib.ExitStack]()

# How long one example takes says how busy the machine is. A test of what takes too long sets a deadline of its own.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Spare the collector what stays: thousands of tests and all modules, which it would look through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_PER_LOOK)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each worker of pytest-xdist the server's URL; the first one has it started, by the controller.

    The controller outlives its workers, so no worker can stop the server under another.
    """
    stash = node.config.stash
    if _SERVER not in stash:
        stash[_SERVER] = contextlib.ExitStack()
        node.config.add_cleanup(stash[_SERVER].close)
        node.config.postgres_url = stash[_SERVER].enter_context(_server())
    node.workerinput["postgres_url"] = node.config.postgres_url


@contextlib.contextmanager
def _server() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="streak-netsuite-tests-", dir=memory_folder()) as folder:
        Path(folder).chmod(0o711)  # under root, the server runs as somebody else
        with EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server:
            yield server.url()


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a PostgreSQL server that all tests share; make databases of your own in it."""
    workerinput = getattr(request.config, "workerinput", None)
    if workerinput is not None:
        yield workerinput["postgres_url"]
        return
    with _server() as url:
        yield url


@pytest.fixture(scope="session")
def ledger_template(postgres_url: str) -> str:
    """The name of a database that holds a migrated, empty ledger, made once per server."""
    with _connect(postgres_url) as connection:
        # Other workers wait here, and find it made.
        connection.execute("SELECT pg_advisory_lock(%s)", [_TEMPLATE_LOCK])
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, [_TEMPLATE]).fetchone() is None:
            making = f"{_TEMPLATE}_making"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
            with Ledger.connect(_settings(postgres_url, making)) as ledger:
                upgrade(ledger.engine)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(making), sql.Identifier(_TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """The URL of a database without anything in it."""
    with _database(postgres_url, template="template0") as url:
        yield url


@pytest.fixture
def ledger_settings(postgres_url: str, ledger_template: str) -> Iterator[LedgerSettings]:
    """Settings of a fresh, migrated, empty ledger."""
    with _database(postgres_url, template=ledger_template) as url:
        yield LedgerSettings(url=SecretStr(url), encryption_keys=(SecretStr(Fernet.generate_key().decode()),))


@pytest.fixture
def ledger(ledger_settings: LedgerSettings) -> Iterator[Ledger]:
    """A fresh, migrated, empty ledger."""
    with Ledger.connect(ledger_settings) as ledger:
        yield ledger


@contextlib.contextmanager
def _database(server_url: str, *, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    identifiers = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    create = sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**identifiers)
    with _connect(server_url) as connection:
        connection.execute(create)
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**identifiers))


def _settings(server_url: str, database: str) -> LedgerSettings:
    url = make_url(server_url).set(database=database).render_as_string(hide_password=False)
    return LedgerSettings(url=SecretStr(url), encryption_keys=(SecretStr(Fernet.generate_key().decode()),))


def _connect(server_url: str) -> psycopg.Connection[tuple[Any, ...]]:
    url = make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True)
