"""Sweeps over 100,000 boxes in a process of their own, so that its memory is its own, too."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet
from order_throughput import sandbox

from streak_netsuite.ledger.embedded import EmbeddedPostgres
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.schema import upgrade
from streak_netsuite.ledger.settings import LedgerSettings

BOXES = 100_000
PAGE = 100
_PIPELINE = "Sales"


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What one sweep did.

    Attributes:
        requests: what Streak received.
        megabytes: most memory during the sweep, less what the process had just before it.
    """

    requests: int
    seconds: float
    megabytes: float
    read: int
    new: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """A Streak with 100,000 boxes, and an empty ledger."""

    info: Mapping[str, Any]
    control: httpx.Client
    ledger: LedgerSettings

    def sweep(self, kind: str, **flow: float) -> Swept:
        """Sweep once in a process of its own."""
        self.control.delete("/requests").raise_for_status()
        done = subprocess.run(
            [sys.executable, __file__, kind],
            input=json.dumps({**self._settings(), "flow": flow}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        received = self.control.get("/requests", params={"system": "streak"}).raise_for_status().json()
        return Swept(requests=len(received["requests"]), **json.loads(done.stdout))

    def _settings(self) -> dict[str, Any]:
        return {
            "streak": {
                "api_key": self.info["streak"]["api_key"],
                "base_url": self.info["streak"]["base_url"],
                "pipelines": [_PIPELINE],
                "page_size": PAGE,
                # The rate is a promise to Streak, not a cost of ours: it would only be waited for.
                "requests_per_second": 20,
                "burst": 10_000,
            },
            "url": self.ledger.url.get_secret_value(),
            "keys": [key.get_secret_value() for key in self.ledger.encryption_keys],
        }

    def change(self, count: int) -> None:
        """Edit some boxes."""
        pipeline = self.info["streak"]["pipelines"][_PIPELINE]
        with httpx.Client(
            base_url=self.info["streak"]["base_url"] + "/",
            auth=(self.info["streak"]["api_key"], ""),
            trust_env=False,
        ) as streak:
            listed = streak.get(f"v1/pipelines/{pipeline}/boxes", params={"page": 300, "limit": count})
            for box in listed.raise_for_status().json()["results"]:
                streak.post(f"v1/boxes/{box['key']}", json={"notes": "changed"}).raise_for_status()

    def watch_from(self, name: str) -> None:
        """Pretend that a sweep has just read everything."""
        from datetime import UTC, datetime

        with Ledger.connect(self.ledger) as ledger:
            ledger.sweeps.end_sweep(name, watermark=datetime.now(UTC))

    @property
    def stream(self) -> str:
        """Name of the boxes' list."""
        return f"streak.boxes.{self.info['streak']['pipelines'][_PIPELINE]}"


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """Set everything up."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox() as info,
        EmbeddedPostgres(Path(folder) / "pg", durable=False) as postgres,
        httpx.Client(
            base_url=info["control"]["base_url"],
            headers={"X-Sandbox-Token": info["control"]["token"]},
            timeout=300,
            trust_env=False,
        ) as control,
    ):
        postgres.create_database("ledger")
        ledger = LedgerSettings(url=postgres.url("ledger"), encryption_keys=(Fernet.generate_key().decode(),))
        with Ledger.connect(ledger) as opened:
            upgrade(opened.engine)
        wish = {"count": BOXES, "pipeline": _PIPELINE, "stage": "Lead", "organizations": 1000}
        control.post("/streak/boxes", json=wish).raise_for_status()
        yield Place(info=info, control=control, ledger=ledger)


def _work(kind: str, wish: Mapping[str, Any]) -> dict[str, float]:
    import time
    from datetime import UTC, datetime

    import psutil

    from streak_netsuite.connectors.streak.client import StreakClient
    from streak_netsuite.connectors.streak.gateway import StreakGateway
    from streak_netsuite.connectors.streak.settings import StreakSettings
    from streak_netsuite.flows.settings import FlowSettings
    from streak_netsuite.flows.sweep import DeltaSweep, FullSweep

    settings = StreakSettings.model_validate(wish["streak"])
    ledger_settings = LedgerSettings(url=wish["url"], encryption_keys=tuple(wish["keys"]))
    with Ledger.connect(ledger_settings) as ledger, StreakClient(settings) as client:
        parts = {
            "streams": StreakGateway(client, settings).streams(),
            "memory": ledger.sweeps,
            "settings": FlowSettings.model_validate(wish["flow"]),
            "clock": lambda: datetime.now(UTC),
        }
        sweep = FullSweep(**parts) if kind == "full" else DeltaSweep(**parts)
        idle = psutil.Process(os.getpid()).memory_info().rss
        start = time.perf_counter()
        report = sweep.run()
        seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "megabytes": (_peak_bytes() - idle) / 1e6,
        "read": report.read,
        "new": report.new,
    }


def _peak_bytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(_work(sys.argv[1], json.load(sys.stdin))))  # noqa: T201
