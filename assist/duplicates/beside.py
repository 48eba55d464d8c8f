"""Python code on two cores: half of the work in a process of its own, which sees what is in memory already."""

import logging
import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

Made = TypeVar("Made")
Own = TypeVar("Own")
log = logging.getLogger(__name__)


def can_fork() -> bool:
    """Tell whether a process may be split off: on Linux, where there is a second core, and no thread could hold a lock."""
    return (
        sys.platform == "linux"
        and (os.cpu_count() or 1) > 1
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon  # such may have no children
    )


def beside(function: Callable[[], Made], own: Callable[[], Own]) -> tuple[Made, Own]:
    """Return what two functions make; the first is called in a process of its own.

    Should that process end without an answer, as one that is killed for want of memory, it is called here.

    Raises:
        Exception: what one of them raises.
    """
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(function, writer), daemon=True)
    with warnings.catch_warnings():
        # Threads of libraries: OpenBLAS is made for this, and the others are not used on the other side.
        warnings.filterwarnings("ignore", ".*multi-threaded.*", DeprecationWarning)
        child.start()
    writer.close()
    try:
        made_here = own()
        try:
            answer = reader.recv()
        except EOFError:
            log.warning("the process beside this one ended without an answer; its work is done here")
            return function(), made_here
    finally:
        reader.close()
        if child.is_alive():
            child.join(1)
            child.kill()
        child.join()
    if isinstance(answer, BaseException):
        raise answer
    return answer, made_here


def _answer(function: Callable[[], object], writer: Connection) -> None:
    try:
        made = function()
    except Exception as error:  # noqa: BLE001 - raised on the other side
        made = error
    writer.send(made)
    writer.close()
