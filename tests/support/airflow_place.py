"""Real Airflow tasks against the sandbox and a real ledger."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from memory_folder import memory_folder
from warm_script import WarmScript

from streak_netsuite.connectors.streak.hints import hint_of_box
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.sandbox.server import RunningSandbox
from streak_netsuite.sync.hint import HintOrigin

ROOT = Path(__file__).parents[2]


@dataclass
class Outcome:
    """What a DAG run came to."""

    state: str
    xcoms: Mapping[str, Any]
    output: str


@dataclass
class Place:
    """An Airflow home with the three connections, beside a sandbox and a ledger."""

    env: dict[str, str]
    driver: WarmScript
    info: Mapping[str, Any]
    ledger_settings: LedgerSettings
    control: httpx.Client
    streak: httpx.Client

    def run(self, dag_file: str, conf: Mapping[str, Any] | None = None) -> Outcome:
        """Run a DAG of ours with `dag.test()`."""
        arguments = [str(ROOT / "dags" / dag_file), json.dumps(conf or {})]
        done = self.driver.run(arguments, env=self.env, timeout=300)
        output = done.stdout + done.stderr
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        assert lines, output[-3000:]
        result = json.loads(lines[-1].removeprefix("RESULT "))
        return Outcome(state=result["state"], xcoms=result["xcoms"], output=output)

    def win(self, box: str) -> str:
        """Move a box to Closed-Won and put its hint into the inbox."""
        moved = self.control.post("/streak/move", json={"box": box, "stage": "Closed-Won"}).raise_for_status()
        key = str(moved.json()["key"])
        hint = hint_of_box(
            self.streak.get(f"v1/boxes/{key}").json(), event="BOX_CHANGE_STAGE", origin=HintOrigin.WEBHOOK
        )
        with Ledger.connect(self.ledger_settings) as ledger:
            ledger.store_hints([hint], now=datetime.now(UTC))
        return key

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders that came from boxes."""
        state = self.control.get("/netsuite/state").raise_for_status().json()
        return [o for o in state["orders"] if o["custom"].get("custbody_streak_box")]

    def writes(self, system: str) -> list[dict[str, Any]]:
        """Return the writing requests a vendor received."""
        found = self.control.get("/requests", params={"system": system}).raise_for_status().json()["requests"]
        return [r for r in found if r["writes"]]


@pytest.fixture(scope="session")
def airflow_home() -> Iterator[Path]:
    """A migrated Airflow home on SQLite, once for the session: in memory, as each run commits some hundred times."""
    with tempfile.TemporaryDirectory(prefix="streak-netsuite-airflow-", dir=memory_folder()) as folder:
        home = Path(folder)
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=_airflow_env(home),
            check=True,
            capture_output=True,
            timeout=600,
        )
        yield home


@pytest.fixture(scope="session")
def dag_driver(airflow_home: Path) -> Iterator[WarmScript]:
    """What runs DAGs in that home."""
    script = Path(__file__).with_name("dag_driver.py")
    with WarmScript(script, env=_airflow_env(airflow_home), folder=airflow_home) as driver:
        yield driver


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """One sandbox for the session."""
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def place(
    airflow_home: Path,
    dag_driver: WarmScript,
    running_sandbox: RunningSandbox,
    ledger_settings: LedgerSettings,
) -> Iterator[Place]:
    """A fresh sandbox and ledger, and an Airflow that knows them."""
    info = running_sandbox.info
    control = httpx.Client(
        base_url=info["control"]["base_url"],
        headers={"X-Sandbox-Token": info["control"]["token"]},
        timeout=30,
        trust_env=False,
        verify=False,
    )
    streak = httpx.Client(
        base_url=info["streak"]["base_url"] + "/",
        auth=(info["streak"]["api_key"], ""),
        timeout=30,
        trust_env=False,
        verify=False,
    )
    env = {**_airflow_env(airflow_home), **connections_of(info, ledger_settings)}
    with control, streak:
        control.post("/reset").raise_for_status()
        yield Place(
            env=env,
            driver=dag_driver,
            info=info,
            ledger_settings=ledger_settings,
            control=control,
            streak=streak,
        )


def _airflow_env(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    return {
        **kept,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }


def connections_of(info: Mapping[str, Any], ledger: LedgerSettings) -> dict[str, str]:
    """Return the three connections as the environment has them."""
    url = ledger.sqlalchemy_url
    netsuite = info["netsuite"]
    names = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    fast = {"attempts": 2, "retry_total_seconds": 3}
    return {
        "AIRFLOW_CONN_STREAK_DEFAULT": json.dumps(
            {
                "conn_type": "streak",
                "host": info["streak"]["base_url"],
                "password": info["streak"]["api_key"],
                "extra": {"pipelines": ["Sales"], "webhook_tokens": ["a-token-of-sufficient-length"], **fast},
            }
        ),
        "AIRFLOW_CONN_NETSUITE_DEFAULT": json.dumps(
            {
                "conn_type": "netsuite",
                "host": netsuite["base_url"],
                "login": netsuite["account"],
                # The sandbox commits at once, or never: as little as the flow lets it be.
                "extra": {**{name: netsuite[name] for name in names}, **fast, "commit_seconds": 60},
            }
        ),
        "AIRFLOW_CONN_STREAK_NETSUITE_LEDGER": json.dumps(
            {
                "conn_type": "streak_netsuite_ledger",
                "host": url.host,
                "port": url.port,
                "login": url.username,
                "password": url.password,
                "schema": url.database,
                "extra": {"encryption_secret": [k.get_secret_value() for k in ledger.encryption_keys]},
            }
        ),
    }
