"""Half of the columns are read by another process, and nobody sees a difference.

Each in a process of its own: pytest's workers have threads, and what has threads does not fork.
"""

import os
import subprocess
import sys

import pytest

FORKS = pytest.mark.skipif(
    sys.platform != "linux" or os.cpu_count() == 1, reason="a process is split off on Linux, with two cores"
)

_THE_SAME = """
import dataclasses
import pandas as pd
from assist.duplicates import table
from assist.duplicates.beside import can_fork
frame = pd.DataFrame({
    "company": ["Müller & Söhne GmbH", "ACME Corp.", "", "شركة النور"] * 60,
    "street": ["Hauptstr. 5", "12 Main Street", "", "5b Rue X"] * 60,
    "email": ["a@acme.example", "b+c@gmail.com", "", "x"] * 60,
    "city": ["Köln", "Oakland", "Munich", ""] * 60,
})
layout = table.layout_of(frame)
here = table.prepare(frame, layout)
table._MANY = 1
assert can_fork()
beside = table.prepare(frame, layout)
assert [one.name for one in beside.parts] == [one.name for one in here.parts]
assert len(here.parts) > 6
for one, other in zip(here.parts, beside.parts):
    assert list(one.values) == list(other.values), one.name
    assert (one.codes == other.codes).all()
    assert {n: c.tolist() for n, c in one.blocks.items()} == {n: c.tolist() for n, c in other.blocks.items()}
"""
_RAISED = """
from assist.duplicates.beside import beside
try:
    beside(lambda: 1 // 0, lambda: 2)
except ZeroDivisionError:
    print("raised")
"""
_KILLED = """
import os, signal
from assist.duplicates.beside import beside
mother = os.getpid()
def work():
    if os.getpid() != mother:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done here"
assert beside(work, lambda: 2) == ("done here", 2)
"""
_OURS_FAILS = """
import multiprocessing, time
from assist.duplicates.beside import beside
try:
    beside(lambda: time.sleep(60), lambda: 1 // 0)
except ZeroDivisionError:
    assert multiprocessing.active_children() == []
    print("raised")
"""
_THREADS = """
import threading
from assist.duplicates.beside import can_fork
stop = threading.Event()
threading.Thread(target=stop.wait).start()
assert not can_fork()
stop.set()
"""


@FORKS
@pytest.mark.parametrize(
    ("script", "told"),
    [
        pytest.param(_THE_SAME, "", id="what it reads is what one process reads"),
        pytest.param(_RAISED, "raised\n", id="its error is raised"),
        pytest.param(_KILLED, "", id="killed, its work is done by the other"),
        pytest.param(_OURS_FAILS, "raised\n", id="it does not outlive an error of the other"),
        pytest.param(_THREADS, "", id="what has threads does not fork"),
    ],
)
def test_a_process_beside(script: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, told), done.stderr
