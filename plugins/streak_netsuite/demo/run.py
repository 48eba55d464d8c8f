"""`make demo`: sets the stage, tells the story, and leaves the UI open until it is told to stop."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from rich.console import Console

from streak_netsuite.demo.duplicates import CUSTOMERS, PAGE
from streak_netsuite.demo.local_airflow import DemoError
from streak_netsuite.demo.processes import port_is_free
from streak_netsuite.demo.stage import Stage, set_up
from streak_netsuite.demo.story import show, tell


class Stopped(Exception):
    """Somebody said stop."""


def run(*, root: Path, folder: Path, port: int, once: bool, console: Console) -> int:
    """Run the demonstration; return the exit code.

    Args:
        root: the project's top folder.
        folder: where its data goes.
        port: for Airflow's UI.
        once: end after the story instead of leaving the UI open.
    """
    try:
        _check(root, port)
        with _stop_signals():
            began = time.monotonic()
            with set_up(
                folder,
                port=port,
                root=root,
                say=lambda text: console.print(f"[cyan]{text}[/cyan]"),
                customers=CUSTOMERS,
            ) as stage:
                console.print(f"[cyan]ready after {time.monotonic() - began:.0f} s[/cyan]")
                show(tell(stage, console), console)
                _addresses(stage, console)
                if not once:
                    console.print("\nPress Ctrl-C to stop.")
                    threading.Event().wait()
    except Stopped:
        console.print("\nstopped; nothing is left running")
        return 0
    except DemoError as error:
        console.print(f"[red]{error}[/red]", highlight=False, markup=True)
        return 1
    return 0


def _check(root: Path, port: int) -> None:
    if not (root / "dags").is_dir() or not (root / "plugins").is_dir():
        raise DemoError(f"{root} has no dags and plugins folders; run the demo from the project's top folder")
    if not port_is_free(port):
        raise DemoError(f"port {port} is taken; choose another: make demo ARGS='--port {port + 1}'")


@contextlib.contextmanager
def _stop_signals() -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into an exception that unwinds the stage; ignore the impatient second."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _addresses(stage: Stage, console: Console) -> None:
    lines = {
        "Airflow": f"{stage.airflow.url}/dags/deal_to_order",
        "Look at": f"{stage.airflow.url}{PAGE}, where pairs of customers wait for you",
        "Login": f"admin, password {stage.airflow.password}",
        "Sandbox": stage.sandbox["page"],
        "Logs": str(stage.airflow.home.parent / "logs"),
    }
    console.print()
    for name, text in lines.items():
        console.print(f"{name:<9}{text}", soft_wrap=True, highlight=False)
