"""10,000 old deals caught up on, beside the lower bound that NetSuite's limits allow."""

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from measurement import Measurement
from order_throughput import CALL_SECONDS, RECORD_SECONDS, SLOTS, lower_bound_seconds, sandbox, settings_of

from streak_netsuite.assembly import open_product
from streak_netsuite.flows.backfill import Progress, Window
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.preload import preload
from streak_netsuite.sync.outcome import Action

DEALS = int(os.environ.get("BACKFILL_DEALS", "10000"))
ORGANIZATIONS = DEALS // 10  # each a new customer


def measure() -> list[Measurement]:
    """Catch up once, from listing the window to the last order, then again: nothing may be written twice."""
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
            name="backfill",
            value=seconds,
            unit=f"s for {DEALS:,} deals",
            reference="lower bound of the limits",
            reference_value=bound,
            ratio=bound / seconds,
            wanted=">= 0.85",
        ),
        Measurement(
            name="backfill_refused",
            value=refused,
            unit="refused calls",
            reference="deals",
            reference_value=DEALS,
            ratio=refused / DEALS,
        ),
    ]


def _run(info: Mapping[str, Any], ledger_settings: LedgerSettings, folder: Path) -> tuple[float, float]:
    control = httpx.Client(
        base_url=info["control"]["base_url"],
        headers={"X-Sandbox-Token": info["control"]["token"]},
        timeout=300,
        trust_env=False,
    )
    with control, Ledger.connect(ledger_settings) as ledger:
        upgrade(ledger.engine)
        _make_deals(control)
        limits = {"concurrency_limit": SLOTS, "call_seconds": CALL_SECONDS, "record_seconds": RECORD_SECONDS}
        control.patch("/netsuite/settings", json=limits).raise_for_status()
        with open_product(settings_of(info, ledger_settings, folder, flow=FlowSettings())) as product:
            product.netsuite.server_time()
            start = time.perf_counter()
            first = _to_the_end(product)
            seconds = time.perf_counter() - start
            refused = float(product.netsuite.governor.refused_calls)
            again = _to_the_end(product)
        orders = control.get("/netsuite/state").json()["orders"]
    boxes = [box for o in orders if (box := o["custom"].get("custbody_streak_box"))]
    if first.report.count(Action.CREATED) < DEALS or len(boxes) != len(set(boxes)) or len(boxes) < DEALS:
        raise AssertionError(f"{DEALS} deals, {len(boxes)} orders of {len(set(boxes))} boxes: {first.report}")
    if again.report.count(Action.CREATED) or again.left:
        raise AssertionError(f"the same backfill again was to write nothing: {again.report}")
    return seconds, refused


def _to_the_end(product: Any) -> Progress:
    *_, last = product.backfill().run(Window())
    return last  # type: ignore[no-any-return] # the product is made by the context manager above


def _make_deals(control: httpx.Client) -> None:
    body = {
        "count": DEALS,
        "pipeline": "Sales",
        "stage": "Closed-Won",
        "organizations": ORGANIZATIONS,
        "fields": {"Product": "Atlas Arm", "Quantity": "2", "Unit price": "100.00", "Currency": "USD"},
    }
    control.post("/streak/boxes", json=body).raise_for_status()
