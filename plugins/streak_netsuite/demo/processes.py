"""Child processes that are surely gone when we are."""

import contextlib
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_PATIENCE_SECONDS = 8.0
_NOT_GIVEN_AWAY = range(
    20_000, 32_768
)  # Linux gives away those from 32768 on, others from 49152 on (RFC 6335)


class Process:
    """One child with its descendants, logging to a file."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal reaches us alone, and we end our children in order.
            self._popen = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._popen.poll()

    def kill(self) -> None:
        """End it and whatever it started at once, as a power cut would."""
        family = _family(self.pid)
        for member in family:
            _signal(member.pid, signal.SIGKILL)
        psutil.wait_procs(family, timeout=_PATIENCE_SECONDS)
        self.reap(_PATIENCE_SECONDS)

    def reap(self, seconds: float) -> None:
        """Wait for its end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=seconds)

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class ProcessGroup:
    """The children of one demonstration or test; ended together, in reverse order."""

    def __init__(self, *, env: Mapping[str, str], logs: Path) -> None:
        self._env = dict(env)
        self._logs = logs
        self._processes: list[Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Process:
        """Start a child; its output goes to a file named after it."""
        process = Process(name, command, env={**self._env, **(env or {})}, log=self._logs / f"{name}.log")
        self._processes.append(process)
        return process

    @property
    def processes(self) -> list[Process]:
        """The children that were started and not forgotten."""
        return list(self._processes)

    def forget(self, process: Process) -> None:
        """Leave out a child that has done its work."""
        self._processes.remove(process)

    def ended(self) -> Process | None:
        """Return a child that has ended by itself, if there is one."""
        return next((p for p in self._processes if p.exit_code is not None), None)

    def stop(self) -> None:
        """End all children and whatever they started. Asks first, then insists."""
        family = [member for p in self._processes for member in _family(p.pid)]
        for process in reversed(self._processes):
            _signal(process.pid, signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=_PATIENCE_SECONDS)
        family = list({m.pid: m for m in [*alive, *(d for a in alive for d in _family(a.pid))]}.values())
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=_PATIENCE_SECONDS)
        for process in self._processes:
            process.reap(_PATIENCE_SECONDS)
        self._processes.clear()


def free_port() -> int:
    """Return a loopback port that is free now, of those that systems give to nobody by themselves.

    It may be a minute until a server listens there. A port that the system chose could be the near end of somebody's
    connection by then.
    """
    chosen = secrets.SystemRandom()
    return next(port for _ in range(10_000) if port_is_free(port := chosen.choice(_NOT_GIVEN_AWAY)))


def port_is_free(port: int) -> bool:
    """Tell whether a loopback port can be listened on."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def until(seconds: float, *, every: float = 0.1) -> Iterator[float]:
    """Yield the seconds passed, every so often, until the time is over."""
    start = time.monotonic()
    while (passed := time.monotonic() - start) < seconds:
        yield passed
        time.sleep(every)


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).send_signal(number)
