"""The ledger's schema: brought up to this release, and checked."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.schema import CreateSchema

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.ledger.database import UPGRADE_COMMAND, translated
from streak_netsuite.ledger.tables import SCHEMA

_UPGRADE_LOCK = 0x5374_4E53  # "StNS": any number that nobody else locks


def upgrade(engine: Engine) -> None:
    """Create the tables, or bring them up to this release. Several at once are safe: the others wait.

    Raises:
        Unavailable: the server cannot be reached.
    """
    with translated(_place(engine)), engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(engine: Engine) -> str | None:
    """Return the revision of the database's schema, or None when it has none."""
    with translated(_place(engine)), engine.connect() as connection:
        return _revision(connection)


def require_current(engine: Engine) -> None:
    """Make sure that the schema is this release's.

    Raises:
        ConfigurationError: it is older, newer or missing; says what to run.
    """
    found, wanted = current(engine), head()
    if found == wanted:
        return
    what = (
        "has no tables yet" if found is None else f"is at revision {found}, and this release needs {wanted}"
    )
    raise ConfigurationError(f"the ledger at {_place(engine)} {what}; run: {UPGRADE_COMMAND}")


def head() -> str:
    """Return the revision that this release needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "streak_netsuite.ledger:migrations")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(
        connection, opts={"version_table_schema": SCHEMA}
    ).get_current_revision()


def _place(engine: Engine) -> str:
    return f"{engine.url.host}:{engine.url.port or 5432}/{engine.url.database}"
