"""`python -m streak_netsuite.sandbox` as another program sees it."""

import contextlib
import json
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from streak_netsuite.sandbox.server import bind

COMMAND = [sys.executable, "-m", "streak_netsuite.sandbox"]
ENDINGS = (signal.SIGTERM, signal.SIGINT)
PATIENCE_SECONDS = 120


def start(*arguments):
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def processes(taken_port):
    """All processes of this module, started together, as starting is what takes time."""
    with contextlib.ExitStack() as stack:
        found = {ending: stack.enter_context(start()) for ending in ENDINGS}
        found["taken"] = stack.enter_context(start("--port", str(taken_port)))
        for process in found.values():
            stack.callback(process.kill)
        yield found


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda s: s.name)
def test_it_prints_one_line_of_json_serves_and_ends_well_on_a_signal(processes, ending):
    process = processes[ending]
    info = json.loads(process.stdout.readline())
    streak, control = info["streak"], info["control"]
    assert set(streak) == {"base_url", "api_key", "team_key", "pipelines"}
    me = httpx.get(f"{streak['base_url']}/v1/users/me", auth=(streak["api_key"], ""), timeout=10)
    assert me.status_code == 200
    token = {"X-Sandbox-Token": control["token"]}
    assert httpx.post(f"{control['base_url']}/reset", headers=token, timeout=10).status_code == 200
    assert httpx.get(info["netsuite"]["wsdl_url"], timeout=10).status_code == 200
    process.send_signal(ending)
    rest, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_taken_port_is_said_in_one_line_and_exit_code_2(processes, taken_port):
    process = processes["taken"]
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, output) == (2, "")
    assert errors.count("\n") == 1
    assert str(taken_port) in errors
    assert "--port" in errors


def test_answers_do_not_wait_for_acknowledgements():
    """Asyncio sets TCP_NODELAY only on connections whose protocol is TCP by name, as their listener's is."""
    with bind(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
