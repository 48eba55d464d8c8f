"""The demonstration's stage: PostgreSQL, sandbox, ledger and Airflow, set up and torn down."""

import contextlib
import json
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from streak_netsuite.assembly import open_webhooks
from streak_netsuite.connections import (
    ConnectionParts,
    ledger_settings,
    streak_settings,
    webhook_settings,
)
from streak_netsuite.demo import local_airflow
from streak_netsuite.demo.local_airflow import AirflowPlace, DemoError
from streak_netsuite.demo.processes import ProcessGroup, free_port, until
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.sync.registration import receiver_prefix

# They run once as soon as they are known.
SCHEDULED = frozenset(
    {"deal_to_order", "streak_drift", "streak_full_sweep", "streak_sweep", "streak_webhooks"}
)
DAG_IDS = SCHEDULED | {"deal_to_order_plan"}
PIPELINE = "Sales"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything that runs.

    Attributes:
        sandbox: the line the sandbox printed: addresses and credentials of both vendors and its control API.
        env: the environment of Airflow's components.
    """

    sandbox: Mapping[str, Any]
    airflow: AirflowPlace
    ledger: Ledger
    group: ProcessGroup
    connections: Mapping[str, str]
    env: Mapping[str, str]

    @property
    def receiver_url(self) -> str:
        """Where Streak sends its webhooks, without the event's name."""
        return receiver_prefix(f"{self.airflow.url}/streak-netsuite").rstrip("/")

    def control(self) -> httpx.Client:
        """Return a client of the sandbox's control API."""
        return _control(self.sandbox)

    def streak(self) -> httpx.Client:
        """Return a plain client of the sandbox's Streak, as a salesperson's browser would be."""
        streak = self.sandbox["streak"]
        return httpx.Client(
            base_url=streak["base_url"] + "/", auth=(streak["api_key"], ""), timeout=30, trust_env=False
        )


@contextlib.contextmanager
def set_up(
    folder: Path,
    *,
    port: int,
    root: Path,
    say: Callable[[str], None] = lambda _: None,
    dags: Path | None = None,
    more_connections: Callable[[EmbeddedPostgres], Mapping[str, str]] = lambda _: {},
    airflow_settings: Mapping[str, str] | None = None,
    customers: Sequence[Mapping[str, Any]] = (),
) -> Iterator[Stage]:
    """Set everything up on loopback for the length of a block; afterwards no process is left.

    Args:
        folder: where data and logs go; emptied first.
        root: the project's top folder, with `dags` and `plugins`.
        dags: other DAG files than the project's.
        more_connections: makes further Airflow connections once PostgreSQL runs.
        airflow_settings: further settings, as environment variables (`AIRFLOW__SECTION__OPTION`).
        customers: further customers of NetSuite, there before Airflow is.

    Raises:
        DemoError: something did not start; the message says what.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    token = secrets.token_urlsafe(24)
    with contextlib.ExitStack() as stack:
        say("starting PostgreSQL")
        postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres", durable=False))
        postgres.create_database("airflow")
        postgres.create_database("streak_netsuite")
        group = stack.enter_context(ProcessGroup(env=_base_env(), logs=folder / "logs"))
        say("starting the sandbox for Streak and NetSuite")
        sandbox = _start_sandbox(group)
        add_customers(sandbox, customers)
        connections = _connections(sandbox, postgres.url("streak_netsuite"), token, folder, port)
        connections |= more_connections(postgres)
        place = AirflowPlace(
            home=folder / "airflow",
            port=port,
            database_url=_airflow_url(postgres.url("airflow")),
            dags=dags or root / "dags",
            plugins=root / "plugins",
            connections=connections,
            extra_env=airflow_settings or {},
        )
        ledger = stack.enter_context(_open_ledger(connections))
        env = _start_airflow(group, place, ledger, say)
        stage = Stage(
            sandbox=sandbox, airflow=place, ledger=ledger, group=group, connections=connections, env=env
        )
        local_airflow.wait_until_ready(group, place, dag_ids=DAG_IDS if dags is None else frozenset())
        register_webhooks(stage)
        say("waiting for Airflow's own first runs")
        local_airflow.wait_until_quiet(place, dag_ids=SCHEDULED)
        yield stage


def _control(sandbox: Mapping[str, Any]) -> httpx.Client:
    control = sandbox["control"]
    return httpx.Client(
        base_url=control["base_url"],
        headers={"X-Sandbox-Token": control["token"]},
        timeout=30,
        trust_env=False,
    )


def add_customers(sandbox: Mapping[str, Any], customers: Sequence[Mapping[str, Any]]) -> None:
    """Add customers to the sandbox's NetSuite."""
    with _control(sandbox) as control:
        for customer in customers:
            control.post("/netsuite/customers", json=customer).raise_for_status()


def _open_ledger(connections: Mapping[str, str]) -> Ledger:
    name = "streak_netsuite_ledger"
    return Ledger.connect(ledger_settings(ConnectionParts.from_json(name, connections[name])))


def _start_airflow(
    group: ProcessGroup, place: AirflowPlace, ledger: Ledger, say: Callable[[str], None]
) -> Mapping[str, str]:
    env = {**_base_env(), **place.prepare()}
    say("creating Airflow's tables and the ledger's")
    with ThreadPoolExecutor(1) as pool:
        upgraded = pool.submit(upgrade, ledger.engine)
        local_airflow.migrate(group, env)
        upgraded.result()
    say("starting Airflow: api-server, scheduler, dag-processor, triggerer")
    local_airflow.start(group, env)
    return env


def register_webhooks(stage: Stage) -> None:
    """Tell Streak where to send changes of the pipeline's boxes, as `streak-netsuite webhooks sync` does."""
    parts = ConnectionParts.from_json("streak_default", stage.connections["streak_default"])
    with open_webhooks(streak_settings(parts), webhook_settings(parts)) as keeper:
        report = keeper.run()
    if report.failed:
        raise DemoError(f"webhooks could not be registered: {report.failed[0]}")


def _start_sandbox(group: ProcessGroup) -> Mapping[str, Any]:
    process = group.start(
        "sandbox", [sys.executable, "-m", "streak_netsuite.sandbox", "--port", str(free_port())]
    )
    for _ in until(120):
        lines = process.log.read_text().splitlines()
        if lines and lines[0].startswith("{"):
            info: Mapping[str, Any] = json.loads(lines[0])
            return info
        if process.exit_code is not None:
            break
    raise DemoError(f"the sandbox did not start:\n{process.log_tail()}")


def ledger_connection(url: str) -> str:
    """Return an Airflow connection to a ledger at a database's URL, with a new key."""
    ledger = make_url(url)
    return json.dumps(
        {
            "conn_type": "streak_netsuite_ledger",
            "host": ledger.host,
            "port": ledger.port,
            "login": ledger.username,
            "password": ledger.password,
            "schema": ledger.database,
            "extra": {"encryption_secret": [Fernet.generate_key().decode()]},
        }
    )


def _connections(
    sandbox: Mapping[str, Any],
    ledger_url: str,
    token: str,
    folder: Path,
    port: int,
) -> dict[str, str]:
    streak, netsuite = sandbox["streak"], sandbox["netsuite"]
    credentials = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    return {
        "streak_default": json.dumps(
            {
                "conn_type": "streak",
                "host": streak["base_url"],
                "password": streak["api_key"],
                "extra": {
                    "pipelines": [PIPELINE],
                    "pipeline_keys": [streak["pipelines"][PIPELINE]],
                    "webhook_tokens": [token],
                    "webhook_url": f"http://127.0.0.1:{port}/streak-netsuite",
                },
            }
        ),
        "netsuite_default": json.dumps(
            {
                "conn_type": "netsuite",
                "host": netsuite["base_url"],
                "login": netsuite["account"],
                "extra": {
                    **{name: netsuite[name] for name in credentials},
                    "wsdl_directory": str(folder / "wsdl"),
                },
            }
        ),
        "streak_netsuite_ledger": ledger_connection(ledger_url),
    }


def _airflow_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _base_env() -> dict[str, str]:
    """Return the environment of the children: ours without Airflow's, so that a user's Airflow is not touched."""
    import os

    kept = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    return {**kept, "PYTHONUNBUFFERED": "1", "PATH": f"{Path(sys.executable).parent}:{kept.get('PATH', '')}"}
