"""1,000 closed-won boxes to orders, beside the lower bound that NetSuite's limits allow."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from measurement import Measurement
from pydantic import SecretStr

from streak_netsuite.assembly import Settings, open_product
from streak_netsuite.connectors.netsuite.settings import UPSERT_LIST_MAX, NetSuiteSettings
from streak_netsuite.connectors.streak.hints import hint_of_box
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.preload import preload
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.outcome import Action

DEALS = 1000
ORGANIZATIONS = 100  # each a new customer
SLOTS = 5
CALL_SECONDS = 0.3
RECORD_SECONDS = 0.1


def lower_bound_seconds(orders: int, customers: int) -> float:
    """Return the least time that the limits allow for these writes alone, in the longest lists there are.

    Customers come before their orders, so the two waves cannot overlap. Reads are not counted: the bound
    is stricter than any client can reach.
    """
    return sum(_wave(records) for records in (customers, orders) if records)


def _wave(records: int) -> float:
    lanes = min(SLOTS, records)
    busiest = -(-records // lanes)
    return busiest * RECORD_SECONDS + -(-busiest // UPSERT_LIST_MAX) * CALL_SECONDS


def measure() -> list[Measurement]:
    """Run the flow once over all the deals; NetSuite must hold exactly one order for each.

    The process is warm as a task's is, which is forked from one that has imported everything.
    """
    preload(["airflow", "scheduler"])
    with tempfile.TemporaryDirectory() as name, sandbox() as info:
        folder = Path(name)
        with EmbeddedPostgres(folder / "pg", durable=False) as postgres:
            postgres.create_database("ledger")
            ledger = LedgerSettings(
                url=postgres.url("ledger"), encryption_keys=(Fernet.generate_key().decode(),)
            )
            seconds, refused = _run(info, ledger, folder)
    bound = lower_bound_seconds(DEALS, ORGANIZATIONS)
    return [
        Measurement(
            name="order_throughput",
            value=seconds,
            unit="s for 1,000 orders",
            reference="lower bound of the limits",
            reference_value=bound,
            ratio=bound / seconds,
            wanted=">= 0.8",
        ),
        Measurement(
            name="order_throughput_refused",
            value=refused,
            unit="refused calls",
            reference="orders",
            reference_value=DEALS,
            ratio=refused / DEALS,
        ),
    ]


def _run(info: Mapping[str, Any], ledger_settings: LedgerSettings, folder: Path) -> tuple[float, float]:
    control = httpx.Client(
        base_url=info["control"]["base_url"],
        headers={"X-Sandbox-Token": info["control"]["token"]},
        timeout=120,
        trust_env=False,
    )
    with control, Ledger.connect(ledger_settings) as ledger:
        upgrade(ledger.engine)
        _make_deals(info, control, ledger)
        limits = {"concurrency_limit": SLOTS, "call_seconds": CALL_SECONDS, "record_seconds": RECORD_SECONDS}
        control.patch("/netsuite/settings", json=limits).raise_for_status()
        settings = settings_of(info, ledger_settings, folder, flow=FlowSettings(batch_size=DEALS))
        with open_product(settings) as product:
            product.netsuite.server_time()
            start = time.perf_counter()
            report = product.deal_to_order().drain()
            seconds = time.perf_counter() - start
            refused = float(product.netsuite.governor.refused_calls)
        orders = control.get("/netsuite/state").json()["orders"]
    boxes = [o["custom"].get("custbody_streak_box") for o in orders]
    made = [box for box in boxes if box]
    if report.count(Action.CREATED) != DEALS or len(made) != DEALS or len(set(made)) != DEALS:
        raise AssertionError(f"{DEALS} deals, {len(made)} orders of {len(set(made))} boxes: {report}")
    return seconds, refused


def _make_deals(info: Mapping[str, Any], control: httpx.Client, ledger: Ledger) -> None:
    body = {
        "count": DEALS,
        "pipeline": "Sales",
        "stage": "Closed-Won",
        "organizations": ORGANIZATIONS,
        "fields": {"Product": "Atlas Arm", "Quantity": "2", "Unit price": "100.00", "Currency": "USD"},
    }
    keys = control.post("/streak/boxes", json=body).raise_for_status().json()["keys"]
    now = datetime.now(UTC)
    boxes = [{"key": key, "lastSavedTimestamp": int(now.timestamp() * 1000)} for key in keys]
    ledger.store_hints(
        [hint_of_box(b, event="BOX_CHANGE_STAGE", origin=HintOrigin.WEBHOOK) for b in boxes], now=now
    )


def settings_of(
    info: Mapping[str, Any], ledger: LedgerSettings, folder: Path, *, flow: FlowSettings
) -> Settings:
    """Return the settings of a run against a sandbox."""
    netsuite = info["netsuite"]
    return Settings(
        streak=StreakSettings(
            api_key=SecretStr(info["streak"]["api_key"]),
            base_url=info["streak"]["base_url"],
            pipelines=("Sales",),
        ),
        netsuite=NetSuiteSettings(
            account=netsuite["account"],
            base_url=netsuite["base_url"],
            concurrency=SLOTS,
            reserve=0,
            wsdl_directory=folder / "wsdl",
            **{
                n: SecretStr(netsuite[n])
                for n in ("consumer_key", "consumer_secret", "token_id", "token_secret")
            },
        ),
        ledger=ledger,
        mapping=shipped_spec_path("deal_to_order"),
        flow=flow,
    )


@contextmanager
def sandbox() -> Iterator[Mapping[str, Any]]:
    """Run the sandbox in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "streak_netsuite.sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
