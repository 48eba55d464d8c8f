"""netsuitesdk, a client somebody else wrote, gets along with the sandbox as it does with NetSuite."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streak_netsuite.sandbox.server import RunningSandbox

VERSION = "3.3.0"
REPOSITORY = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("talk_with_netsuitesdk.py")
INSTALL_SECONDS = 120


def install(folder: Path) -> str:
    """Make an environment with the library; what went wrong, or nothing."""
    python = folder / "bin/python"
    uv = shutil.which("uv")
    make = [uv, "venv", "--clear", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
    get = (
        [uv, "pip", "install", "--python", str(python)]
        if uv
        else [str(python), "-m", "pip", "install", "--retries", "1", "--timeout", "15"]
    )
    for command in ([*make, str(folder)], [*get, f"netsuitesdk=={VERSION}"]):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"{command[:4]} took longer than {INSTALL_SECONDS} s"
        if done.returncode:
            return done.stderr.strip()[-300:]
    return ""


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of an environment that has netsuitesdk; kept in build/ from one run to the next."""
    folder = REPOSITORY / f"build/netsuitesdk-{VERSION}"
    ready = folder / "ready"
    if not ready.exists():
        problem = install(folder)
        if problem:
            pytest.skip(f"netsuitesdk {VERSION} cannot be installed here: {problem}")
        ready.touch()
    return folder / "bin/python"


@pytest.fixture(scope="module")
def seen(python: Path) -> dict:
    with RunningSandbox() as running:
        # The library keeps cookies, which our sandbox refuses next to a token as Oracle's pages say.
        running.sandbox.netsuite.settings.set_session_cookie = False
        done = subprocess.run(
            [python, SCRIPT, json.dumps(running.info["netsuite"])],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"},
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_customers_are_added_upserted_read_searched_and_listed(seen):
    assert seen["customers"] == {
        "same": True,
        "read": "hello@sdk.example",
        "found": ["sdk-customer"],
        "added": True,
        "all": [
            "ACME Robotics Inc",
            "Delta Foods",
            "Delta Foods Ltd",
            "Eclair Patisserie",
            "Copperline Tools",
            "SDK Company",
            "SDK Added",
        ],
        "count": 6,
    }


def test_orders_are_added_upserted_read_and_searched(seen):
    assert seen["orders"] == {"same": True, "amount": "25000.0", "box": ["box-1"], "found": ["sdk-order"]}


def test_currencies_and_items_are_listed(seen):
    assert seen["lists"]["currencies"] == ["USD", "GBP", "CAD", "EUR"]
    assert {"Atlas Arm", "Install Service"} <= set(seen["lists"]["items"])
    assert "Legacy Gripper" not in seen["lists"]["items"]


def test_refusals_are_understood(seen):
    assert seen["refusals"]["record"] == "USER_ERROR"
    assert "Invalid login attempt" in seen["refusals"]["login"]
