"""The same work on several things at once: NumPy, SciPy and rapidfuzz leave the interpreter while they compute."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

One = TypeVar("One")
Made = TypeVar("Made")
_MOST = 4
"""Each thread holds what it works on, so memory grows with their number."""


def each(function: Callable[[One], Made], things: Sequence[One]) -> list[Made]:
    """Return what a function makes of each thing, in their order; raises what the first that fails raises."""
    threads = min(_MOST, os.cpu_count() or 1, len(things))
    if threads < 2:
        return list(map(function, things))
    with ThreadPoolExecutor(threads, thread_name_prefix="duplicates") as pool:
        return list(pool.map(function, things))
