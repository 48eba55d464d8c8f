"""The schema: migrations make what the code expects, once, also when two upgrade at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.schema import CheckConstraint

from streak_netsuite.errors import ConfigurationError, Unavailable
from streak_netsuite.ledger import schema
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.ledger.tables import SCHEMA, metadata
from streak_netsuite.sync.outcome import Action, Outcome


@pytest.fixture
def fresh(empty_database, a_fernet_key):
    """A ledger on a database that nobody has upgraded."""
    settings = LedgerSettings(url=SecretStr(empty_database), encryption_keys=(a_fernet_key(),))
    with Ledger.connect(settings) as ledger:
        yield ledger


def test_the_migrations_make_exactly_the_tables_of_the_code(ledger):
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_object": lambda o, *_: getattr(o, "schema", SCHEMA) == SCHEMA,
                "version_table_schema": SCHEMA,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_check_constraints_of_the_code(ledger):
    """Alembic does not compare these."""
    expected = {
        str(c.name)
        for table in metadata.tables.values()
        for c in table.constraints
        if isinstance(c, CheckConstraint)
    }
    query = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'streak_netsuite'::regnamespace"
    with ledger.engine.connect() as connection:
        found = set(connection.execute(text(query)).scalars())
    assert {name.split("_check")[0] for name in found} == {f"{n}".split("_check")[0] for n in expected}
    assert len(found) == len(expected)


def test_upgrading_again_changes_nothing(ledger):
    schema.upgrade(ledger.engine)
    assert schema.current(ledger.engine) == schema.head()
    schema.require_current(ledger.engine)


def test_two_upgrades_at_once_are_safe(fresh):
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(schema.upgrade, [fresh.engine, fresh.engine]))
    schema.require_current(fresh.engine)


def test_a_database_without_tables_says_what_to_run(fresh, now):
    assert schema.current(fresh.engine) is None
    for call in (lambda: schema.require_current(fresh.engine), lambda: fresh.count_waiting(now=now)):
        with pytest.raises(ConfigurationError, match="run: streak-netsuite ledger upgrade"):
            call()


def test_a_schema_of_another_release_says_what_to_run(ledger):
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE streak_netsuite.alembic_version SET version_num = '0000'"))
    with pytest.raises(ConfigurationError, match=r"revision 0000, and this release needs .* ledger upgrade"):
        schema.require_current(ledger.engine)


def test_a_server_that_is_not_there_is_unavailable_and_the_message_has_no_password(a_fernet_key, now):
    settings = LedgerSettings(
        url=SecretStr("postgresql://ada:hunter2@127.0.0.1:1/ledger"), encryption_keys=(a_fernet_key(),)
    )
    with Ledger.connect(settings) as ledger:
        for call in (lambda: ledger.count_waiting(now=now), lambda: schema.upgrade(ledger.engine)):
            with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/ledger") as raised:
                call()
            assert "hunter2" not in str(raised.value)


def test_a_wrong_password_is_told_without_the_password(ledger_settings, now):
    url = ledger_settings.sqlalchemy_url.set(password="hunter2").render_as_string(hide_password=False)
    with (
        Ledger.connect(ledger_settings.model_copy(update={"url": SecretStr(url)})) as ledger,
        pytest.raises(Unavailable, match="password authentication failed") as raised,
    ):
        ledger.count_waiting(now=now)
    assert "hunter2" not in str(raised.value)


def test_a_statement_that_takes_too_long_is_given_up(ledger_settings, now):
    hasty = ledger_settings.model_copy(update={"statement_timeout_seconds": 1})
    lock = text("LOCK TABLE streak_netsuite.inbox_event IN ACCESS EXCLUSIVE MODE")
    with Ledger.connect(ledger_settings) as other, Ledger.connect(hasty) as ledger:
        with other.engine.begin() as connection:
            connection.execute(lock)
            with pytest.raises(Unavailable, match="statement timeout"):
                ledger.count_waiting(now=now)
        assert ledger.count_waiting(now=now) == 0


def test_a_ledger_outlives_a_restart_of_its_connections(ledger, now):
    ledger.count_waiting(now=now)
    with ledger.engine.begin() as connection:
        ours = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"))
    assert ledger.count_waiting(now=now) == 0


def test_a_refused_row_is_not_quoted(ledger, a_hint, box_ref, now):
    outcome = Outcome(event_id=99, record=box_ref("box-1"), action=Action.SKIPPED, rule="r", reason="Zaphod")
    with pytest.raises(RuntimeError, match=r"refused a statement: .*foreign key") as raised:
        ledger.record_outcomes([outcome], flow="f", run_id="r", now=now)
    assert raised.value.__suppress_context__
    assert "Zaphod" not in str(raised.value)
