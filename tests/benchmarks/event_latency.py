"""Webhook to order in NetSuite, beside an empty DAG with the same number of tasks on the same Airflow."""

import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
from measurement import Measurement, quantile
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from streak_netsuite.connections import ConnectionParts, ledger_settings
from streak_netsuite.connectors.streak.hints import hint_of_box
from streak_netsuite.demo.local_airflow import login
from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.demo.stage import Stage, ledger_connection, set_up
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.outcome import Action, Outcome

ROOT = Path(__file__).parents[2]
EVENTS = 24
WARM_UP = 3
SPACING_SECONDS = 2.0

EMPTY_DAG = '''
"""The same wake-up and the same number of tasks, doing nothing."""
from datetime import UTC, datetime
from airflow.sdk import DAG, Asset, AssetWatcher, task
from streak_netsuite.triggers.inbox import InboxTrigger

bell = Asset("bench_bell", watchers=[AssetWatcher(name="bench_watcher", trigger=InboxTrigger(ledger_conn_id="bench_ledger"))])

with DAG("bench_empty", schedule=[bell], start_date=datetime(2024, 1, 1, tzinfo=UTC), catchup=False, max_active_runs=1):
    @task
    def first() -> None:
        """Nothing."""
    @task
    def second() -> None:
        """Nothing."""
    first() >> second()
'''


def measure() -> list[Measurement]:
    """Alternate between a won deal and a bell for the empty DAG; quantiles of both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dags = folder / "dags"
        shutil.copytree(ROOT / "dags", dags)
        (dags / "bench_empty.py").write_text(EMPTY_DAG)
        bell = Bell()
        with (
            set_up(
                folder / "stage", port=free_port(), root=ROOT, dags=dags, more_connections=bell.connections
            ) as stage,
            bell,
        ):
            return _measure(stage, bell)


class Bell:
    """A ledger of its own, so that the empty DAG is woken in the same way as the real one."""

    def __init__(self) -> None:
        self._settings: LedgerSettings | None = None
        self._count = 0

    def connections(self, postgres: EmbeddedPostgres) -> dict[str, str]:
        """Make the ledger; return its Airflow connection."""
        postgres.create_database("bench_ledger")
        connection = ledger_connection(postgres.url("bench_ledger"))
        self._settings = ledger_settings(ConnectionParts.from_json("bench_ledger", connection))
        with Ledger.connect(self._settings) as ledger:
            upgrade(ledger.engine)
        return {"bench_ledger": connection}

    def __enter__(self) -> Self:
        assert self._settings is not None
        self._ledger = Ledger.connect(self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.close()

    def ring(self) -> None:
        """Store a hint."""
        self._count += 1
        hint = hint_of_box({"key": f"bell-{self._count}"}, event="BOX_EDIT", origin=HintOrigin.WEBHOOK)
        self._ledger.store_hints([hint], now=datetime.now(UTC))

    def hush(self) -> None:
        """Settle what rang: nobody else does."""
        now = datetime.now(UTC)
        claim = self._ledger.claim_events(kind=RecordKind.BOX, limit=10, lease_seconds=60, now=now)
        outcomes = [
            Outcome(event_id=e.id, record=e.record, action=Action.SKIPPED, rule="bench", reason="heard")
            for e in claim.events
        ]
        if outcomes:
            self._ledger.settle(claim, outcomes, flow="bench", run_id="bench", now=now)


def _measure(stage: Stage, bell: Bell) -> list[Measurement]:
    airflow = create_engine(stage.airflow.database_url)
    deals = _deals(stage, EVENTS + WARM_UP)
    _wait_for_dags(stage)
    ours: list[float] = []
    empty_first: list[float] = []
    empty_all: list[float] = []
    try:
        for n, deal in enumerate(deals):
            seconds = _win(stage, deal)
            time.sleep(SPACING_SECONDS)
            first, whole = _ring(bell, airflow)
            time.sleep(SPACING_SECONDS)
            if n >= WARM_UP:
                ours.append(seconds)
                empty_first.append(first)
                empty_all.append(whole)
    finally:
        airflow.dispose()
    return [
        *_rows("event_latency", ours, "empty DAG of two tasks, bell to end", empty_all, "<= 1.5"),
        *_rows("event_latency_first_task", ours, "empty DAG, bell to end of its first task", empty_first, ""),
    ]


def _rows(
    name: str, ours: list[float], reference: str, theirs: list[float], wanted: str
) -> list[Measurement]:
    return [
        Measurement(
            name=f"{name}_{label}",
            value=quantile(ours, share),
            unit="s",
            reference=reference,
            reference_value=quantile(theirs, share),
            ratio=quantile(ours, share) / quantile(theirs, share),
            wanted=wanted,
        )
        for label, share in (("p50", 0.5), ("p95", 0.95))
    ]


def _deals(stage: Stage, count: int) -> list[str]:
    body = {
        "count": count,
        "pipeline": "Sales",
        "stage": "Negotiation",
        "organizations": count,
        "fields": {"Product": "Atlas Arm", "Quantity": "2", "Unit price": "100.00", "Currency": "USD"},
    }
    with stage.control() as control:
        return list(control.post("/streak/boxes", json=body).raise_for_status().json()["keys"])


def _wait_for_dags(stage: Stage) -> None:
    with httpx.Client(base_url=stage.airflow.url, timeout=10, trust_env=False) as client:
        for _ in until(60, every=0.5):
            rows = client.get("/api/v2/dags", headers=login(client, stage.airflow)).json()["dags"]
            if {"deal_to_order", "bench_empty"} <= {row["dag_id"] for row in rows}:
                return
    raise AssertionError("the DAGs did not appear")


def _win(stage: Stage, box_key: str) -> float:
    with stage.control() as control:
        start = time.time()
        control.post("/streak/move", json={"box": box_key, "stage": "Closed-Won"}).raise_for_status()
        number = control.get("/requests", params={"system": "netsuite", "operation": "upsertList"}).json()
        after = max((r["number"] for r in number["requests"]), default=0)

        def written() -> float | None:
            answer = control.get(
                "/requests",
                params={"system": "netsuite", "operation": "upsertList", "after": max(0, after - 2)},
            ).json()
            done = [r for r in answer["requests"] if box_key in r["body"] and "SalesOrder" in r["body"]]
            return done[0]["at"] + done[0]["seconds"] - start if done else None

        return _await(written)


def _ring(bell: Bell, airflow: Engine) -> tuple[float, float]:
    """Ring the bell of the empty DAG; return seconds to the end of its first task and of the run."""
    start = time.time()
    bell.ring()

    def task_end(task: str) -> Callable[[], float | None]:
        query = text(
            "SELECT max(end_date) FROM task_instance WHERE dag_id = 'bench_empty' AND task_id = :task "
            "AND state = 'success' AND start_date >= to_timestamp(:start)"
        )

        def look() -> float | None:
            with airflow.connect() as connection:
                ended: Any = connection.execute(query, {"task": task, "start": start}).scalar()
            return ended.timestamp() - start if isinstance(ended, datetime) else None

        return look

    started = text(
        "SELECT count(*) FROM dag_run WHERE dag_id = 'bench_empty' AND queued_at >= to_timestamp(:start)"
    )

    def heard() -> float | None:
        with airflow.connect() as connection:
            return 1.0 if connection.execute(started, {"start": start}).scalar() else None

    _await(heard)
    bell.hush()
    first = _await(task_end("first"))
    return first, _await(task_end("second"))


def _await(look: Callable[[], float | None]) -> float:
    for _ in until(60, every=0.02):
        found = look()
        if found is not None:
            return found
    raise AssertionError("it did not happen within 60 s")
