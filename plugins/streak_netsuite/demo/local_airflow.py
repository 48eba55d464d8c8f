"""A real Airflow on loopback: api-server, scheduler, dag-processor and triggerer."""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from streak_netsuite.demo.processes import Process, ProcessGroup, until
from streak_netsuite.errors import StreakNetSuiteError

# Measured on Airflow 3.3.2: the scheduler's idle sleep decides how soon a task starts, and the worker's
# heartbeat interval how long its slot stays taken afterwards.
_TUNING = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__CORE__PARALLELISM": "4",
}


class DemoError(StreakNetSuiteError):
    """The demonstration cannot go on; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class AirflowPlace:
    """Where an Airflow lives and what it is given.

    Attributes:
        connections: Airflow connections by id, in Airflow's JSON form.
        extra_env: further settings of Airflow.
    """

    home: Path
    port: int
    database_url: str
    dags: Path
    plugins: Path
    connections: Mapping[str, str]
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    extra_env: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the UI and the API."""
        return f"http://127.0.0.1:{self.port}"

    def env(self) -> dict[str, str]:
        """Return the environment of every component."""
        passwords = self.home / "passwords.json"
        return {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url,
            # psycopg 3 serves Airflow's asynchronous sessions too; its default would ask for asyncpg.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": self.database_url.replace("+psycopg2", "+psycopg"),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.plugins),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "NO_PROXY": "127.0.0.1,localhost",
            **_TUNING,
            **{f"AIRFLOW_CONN_{name.upper()}": text for name, text in self.connections.items()},
            **self.extra_env,
        }

    def prepare(self) -> dict[str, str]:
        """Make the home with its password and keys; return the whole environment."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "passwords.json").write_text(json.dumps({"admin": self.password}))
        (self.home / "passwords.json").chmod(0o600)
        return {
            **self.env(),
            "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        }


def migrate(group: ProcessGroup, env: Mapping[str, str]) -> None:
    """Create Airflow's own tables.

    Raises:
        DemoError: it failed; the message holds the end of its log.
    """
    process = group.start("airflow-migrate", [sys.executable, "-m", "airflow", "db", "migrate"], env=env)
    for _ in until(600):
        if process.exit_code is not None:
            break
    if process.exit_code != 0:
        raise DemoError(f"Airflow's database could not be made:\n{process.log_tail()}")
    group.forget(process)


def start(group: ProcessGroup, env: Mapping[str, str]) -> None:
    """Start the four components."""
    airflow = [sys.executable, "-m", "airflow"]
    group.start("api-server", [*airflow, "api-server"], env=env)
    start_scheduler(group, env)
    group.start("dag-processor", [*airflow, "dag-processor"], env=env)
    group.start("triggerer", [*airflow, "triggerer", "--skip-serve-logs"], env=env)


def start_scheduler(group: ProcessGroup, env: Mapping[str, str]) -> Process:
    """Start a scheduler, whose children are the workers."""
    return group.start(
        "scheduler", [sys.executable, "-m", "airflow", "scheduler", "--skip-serve-logs"], env=env
    )


def wait_until_ready(
    group: ProcessGroup, place: AirflowPlace, *, dag_ids: frozenset[str], seconds: float = 600
) -> None:
    """Wait until all components are healthy and the DAGs are known.

    Raises:
        DemoError: a component ended, or it took too long.
    """
    with httpx.Client(base_url=place.url, timeout=15, trust_env=False) as client:
        for _ in until(seconds, every=0.25):
            ended = group.ended()
            if ended is not None:
                raise DemoError(f"{ended.name} ended with code {ended.exit_code}:\n{ended.log_tail()}")
            if _healthy(client) and dag_ids <= _dags(client, place):
                return
    raise DemoError(f"Airflow was not ready after {seconds:.0f} s; its logs are in {place.home}")


def wait_until_quiet(place: AirflowPlace, *, dag_ids: frozenset[str], seconds: float = 45) -> None:
    """Wait until the runs that a fresh Airflow starts by itself are over; go on without them after a while."""
    with httpx.Client(base_url=place.url, timeout=15, trust_env=False) as client:
        for _ in until(seconds, every=0.25):
            rows = _runs(client, place)
            begun = {row["dag_id"] for row in rows}
            if dag_ids <= begun and all(row["state"] in {"success", "failed"} for row in rows):
                return


def login(client: httpx.Client, place: AirflowPlace) -> dict[str, str]:
    """Return the headers of a logged-in request."""
    answer = client.post("/auth/token", json={"username": "admin", "password": place.password})
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _healthy(client: httpx.Client) -> bool:
    try:
        health = client.get("/api/v2/monitor/health").json()
    except (httpx.HTTPError, ValueError):
        return False
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    return all((health.get(part) or {}).get("status") == "healthy" for part in parts)


def _dags(client: httpx.Client, place: AirflowPlace) -> set[str]:
    try:
        rows = client.get("/api/v2/dags", headers=login(client, place)).json()
        return {row["dag_id"] for row in rows.get("dags", [])}
    except (httpx.HTTPError, ValueError, KeyError):
        return set()


def _runs(client: httpx.Client, place: AirflowPlace) -> list[dict[str, str]]:
    try:
        found = client.get("/api/v2/dags/~/dagRuns", headers=login(client, place)).json()
    except (httpx.HTTPError, ValueError):
        return []
    return list(found.get("dag_runs", []))
