"""A script whose imports are made once, and whose runs are processes of their own, forked after that.

Imports are most of what a short run of Airflow or of the product costs. Airflow's scheduler forks its tasks
from a process that has made them, too. This file is also the program that forks: it reads a job as JSON from each
line of its input and answers with one line.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended: as `subprocess.CompletedProcess` says it."""

    returncode: int
    stdout: str
    stderr: str


class WarmScript:
    """A script that can be run for the length of a block; its imports are made when it is first run.

    Args:
        env: the environment in which it is imported; a run may have another one.
        folder: where output is kept.
    """

    def __init__(self, script: Path, *, env: Mapping[str, str], folder: Path) -> None:
        self._script = script
        self._env = dict(env)
        self._folder = folder
        self._server: subprocess.Popen[str] | None = None
        self._runs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.communicate()

    def start(self, arguments: Sequence[str], *, env: Mapping[str, str]) -> "Run":
        """Start the script in a process of its own."""
        self._runs += 1
        output = self._folder / f"{self._script.stem}-{self._runs}"
        job = {"arguments": list(arguments), "env": dict(env), "output": str(output)}
        return Run(self, int(self._ask(job)), output)

    def run(self, arguments: Sequence[str], *, env: Mapping[str, str], timeout: int) -> Ended:
        """Run the script in a process of its own."""
        return self.start(arguments, env=env).wait(timeout)

    def _ask(self, job: Mapping[str, Any]) -> str:
        self._server = self._server or self._started()
        asked, answers = self._server.stdin, self._server.stdout
        assert asked is not None
        assert answers is not None
        asked.write(json.dumps(job) + "\n")
        asked.flush()
        answer = answers.readline()
        assert answer, self._log.read_text()[-3000:]
        return answer

    @property
    def _log(self) -> Path:
        return self._folder / f"{self._script.stem}.log"

    def _started(self) -> "subprocess.Popen[str]":
        with self._log.open("w") as log:
            return subprocess.Popen(
                [sys.executable, __file__, str(self._script)],
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )


class Run:
    """One run of a script."""

    def __init__(self, script: WarmScript, pid: int, output: Path) -> None:
        self._script = script
        self._pid = pid
        self._output = output
        self._ended: Ended | None = None

    def wait(self, timeout: int) -> Ended:
        """Return how it ended; it is killed when it has not after so many seconds."""
        if self._ended is None:
            code = int(self._script._ask({"wait": self._pid, "seconds": timeout}))
            texts = [Path(f"{self._output}.{name}").read_text(errors="replace") for name in ("out", "err")]
            self._ended = Ended(returncode=code, stdout=texts[0], stderr=texts[1])
        return self._ended

    def kill(self) -> None:
        """End it, unless it has ended."""
        if self._ended is None:
            os.kill(self._pid, signal.SIGKILL)  # until it is waited for, the number is its own
            self.wait(timeout=1)


# --- the program that forks ---


def _serve(script: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is imported may write there, too
    runpy.run_path(script, run_name="warming up")
    for line in sys.stdin:
        job = json.loads(line)
        answer = _waited(job["wait"], job["seconds"]) if "wait" in job else _forked(script, job)
        answers.write(f"{answer}\n")
        answers.flush()


def _waited(child: int, seconds: int) -> int:
    """Return the exit code of a run, as `subprocess` counts."""

    def end(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


def _forked(script: str, job: Mapping[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        _run(script, job)
    return child


def _run(script: str, job: Mapping[str, Any]) -> NoReturn:
    """Run the script in a process that has just been forked, and end it."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the jobs are none of its business
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{job['output']}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(job["env"])
    sys.argv = [script, *job["arguments"]]
    code = 1
    try:
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001 - as Python itself shows it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
