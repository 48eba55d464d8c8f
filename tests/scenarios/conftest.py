"""Scenarios run the product against the sandbox over real HTTP, with a real ledger."""

import contextlib
import json
import os
import shutil
import signal
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url
from warm_script import Run, WarmScript

from streak_netsuite import connections
from streak_netsuite.assembly import Product, Settings, open_product
from streak_netsuite.connectors.streak.hints import hint_of_box
from streak_netsuite.flows.report import RunReport
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.outcomes import StoredOutcome
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sandbox.server import RunningSandbox
from streak_netsuite.sync.hint import HintOrigin

PIPELINE = "Sales"
WON = "Closed-Won"


@dataclass
class World:
    """Both vendors, the ledger and the product, as one test sees them."""

    info: Mapping[str, Any]
    ledger_url: str
    key: str
    control: httpx.Client
    streak: httpx.Client
    workers: WarmScript
    streak_extra: dict[str, Any] = field(default_factory=dict)
    netsuite_extra: dict[str, Any] = field(default_factory=dict)
    flow: dict[str, Any] = field(default_factory=dict)
    mapping: Path = field(default_factory=lambda: shipped_spec_path("deal_to_order"))
    wsdl: Path | None = None
    later: timedelta = timedelta()

    # --- connections ---------------------------------------------------------------------------------

    @property
    def connection_texts(self) -> dict[str, str]:
        """Airflow's JSON form of the three connections."""
        ledger = make_url(self.ledger_url)
        netsuite = self.info["netsuite"]
        names = ("consumer_key", "consumer_secret", "token_id", "token_secret")
        fast = {"attempts": 3, "retry_total_seconds": 5, "connect_seconds": 2}
        return {
            "streak_default": json.dumps(
                {
                    "conn_type": "streak",
                    "host": self.info["streak"]["base_url"],
                    "password": self.info["streak"]["api_key"],
                    "extra": {
                        "pipelines": [PIPELINE],
                        "requests_per_second": 20,
                        "burst": 500,
                        **fast,
                        **self.streak_extra,
                    },
                }
            ),
            "netsuite_default": json.dumps(
                {
                    "conn_type": "netsuite",
                    "host": netsuite["base_url"],
                    "login": netsuite["account"],
                    "extra": {
                        **{name: netsuite[name] for name in names},
                        **fast,
                        "wsdl_directory": str(self.wsdl) if self.wsdl else None,
                        **self.netsuite_extra,
                    },
                }
            ),
            "streak_netsuite_ledger": json.dumps(
                {
                    "conn_type": "streak_netsuite_ledger",
                    "host": ledger.host,
                    "port": ledger.port,
                    "login": ledger.username,
                    "password": ledger.password,
                    "schema": ledger.database,
                    "extra": {"encryption_secret": [self.key]},
                }
            ),
        }

    def settings(self) -> Settings:
        """Return the product's settings."""
        parts = {
            name: connections.ConnectionParts.from_json(name, text)
            for name, text in self.connection_texts.items()
        }
        return Settings(
            streak=connections.streak_settings(parts["streak_default"]),
            netsuite=connections.netsuite_settings(parts["netsuite_default"]),
            ledger=connections.ledger_settings(parts["streak_netsuite_ledger"]),
            mapping=self.mapping,
            flow=FlowSettings(
                **{"lease_seconds": 30, "settle_seconds": 20, "first_wait_seconds": 1, **self.flow}
            ),
        )

    def change_mapping(self, folder: Path, old: str, new: str) -> None:
        """Work with a copy of the mapping in which a text is replaced."""
        shutil.copytree(self.mapping.parent / "lookups", folder / "lookups")
        text = self.mapping.read_text()
        assert old in text
        self.mapping = folder / "deal_to_order.yaml"
        self.mapping.write_text(text.replace(old, new))

    # --- the product ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the product's clock: ours, and whatever a test has let pass."""
        return datetime.now(UTC) + self.later

    def wait(self, seconds: float) -> None:
        """Let time pass for the product, without waiting."""
        self.later += timedelta(seconds=seconds)

    @contextlib.contextmanager
    def product(self) -> Iterator[Product]:
        """Open the product."""
        with open_product(self.settings(), run_id=uuid.uuid4().hex, clock=self.now) as product:
            yield product

    def drain(self) -> RunReport:
        """Run deal_to_order once."""
        with self.product() as product:
            return product.work_inbox()

    def write_back(self) -> RunReport:
        """Run write_back once."""
        with self.product() as product:
            return product.write_back().drain()

    def run(self) -> RunReport:
        """Run both tasks, as the DAG does."""
        return self.drain() + self.write_back()

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger alone."""
        with Ledger.connect(self.settings().ledger) as ledger:
            yield ledger

    def held_because(self) -> list[str]:
        """Return why deals wait for a person, for what a failing test says."""
        with self.ledger() as ledger:
            return [
                f"{one.what.code}: {one.what.reason}" for one in ledger.list_holds(open_only=True, limit=100)
            ]

    def outcomes(self, box_key: str) -> list[StoredOutcome]:
        """Return what became of a box, oldest first."""
        with self.ledger() as ledger:
            return ledger.outcomes_for(ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box_key))

    def hint(self, box_key: str, *, version: str | None = None, event: str = "BOX_CHANGE_STAGE") -> None:
        """Put a hint into the inbox, as the receiver does."""
        answer = self.streak.get(f"v1/boxes/{box_key}")
        box = answer.json() if answer.status_code == 200 else {"key": box_key, "lastSavedTimestamp": 1}
        if version is not None:
            box = {**box, "lastSavedTimestamp": int(version)}
        with self.ledger() as ledger:
            ledger.store_hints([hint_of_box(box, event=event, origin=HintOrigin.WEBHOOK)], now=self.now())

    def die(self, where: str, *, records: str = "") -> None:
        """Run everything in a process that is killed right after the vendor's answer to one kind of write.

        Args:
            records: a record type that is run, too.
        """
        done = self._start_worker(where, records=records).wait(300)
        assert done.returncode == -signal.SIGKILL, done.stderr

    def work_in_processes(self, count: int) -> None:
        """Run everything in several processes at once."""
        workers = [self._start_worker("never") for _ in range(count)]
        try:
            for worker in workers:
                done = worker.wait(300)
                assert done.returncode == 0, done.stderr
        finally:
            for worker in workers:  # none goes on into the next test
                worker.kill()

    def _start_worker(self, where: str, *, records: str = "") -> Run:
        return self.workers.start([where], env=self.worker_env(records=records))

    def worker_env(self, *, records: str = "") -> dict[str, str]:
        """Return the environment of a worker in a process of its own."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        env |= {f"AIRFLOW_CONN_{name.upper()}": text for name, text in self.connection_texts.items()}
        env["STREAK_NETSUITE_MAPPING"] = str(self.mapping)
        env["STREAK_NETSUITE_RECORDS"] = records
        env["STREAK_NETSUITE_FLOW"] = self.settings().flow.model_dump_json()
        return env

    # --- Streak --------------------------------------------------------------------------------------

    def box_key(self, name: str) -> str:
        """Return the key of a box by name."""
        pipeline = self.info["streak"]["pipelines"][PIPELINE]
        boxes = self.streak.get(f"v1/pipelines/{pipeline}/boxes").raise_for_status().json()
        return str(next(box["key"] for box in boxes if box["name"] == name))

    def box(self, key: str) -> dict[str, Any]:
        """Return a box as Streak has it."""
        found: dict[str, Any] = self.streak.get(f"v1/boxes/{key}").raise_for_status().json()
        return found

    def field(self, box_key: str, name: str) -> Any:
        """Return a box's value of a field by name."""
        return self.box(box_key).get("fields", {}).get(self.field_key(name))

    def field_key(self, name: str) -> str:
        """Return a field's key."""
        return str(self._definition(name)["key"])

    def set_field(self, box_key: str, name: str, value: Any) -> None:
        """Set a field by name; options by label."""
        definition = self._definition(name)
        options = {o["name"]: o["key"] for o in (definition.get("dropdownSettings") or {}).get("items", [])}
        tags = {o["tag"]: o["key"] for o in (definition.get("tagSettings") or {}).get("tags", [])}
        if isinstance(value, list):
            value = [tags[v] for v in value]
        body = {"fields": {definition["key"]: options.get(value, value) if isinstance(value, str) else value}}
        self.streak.post(f"v1/boxes/{box_key}", json=body).raise_for_status()

    def _definition(self, name: str) -> dict[str, Any]:
        pipeline = self.info["streak"]["pipelines"][PIPELINE]
        fields = self.streak.get(f"v1/pipelines/{pipeline}/fields").raise_for_status().json()
        return next(f for f in fields if f["name"] == name)

    def comments(self, box_key: str) -> list[str]:
        """Return the texts of a box's comments."""
        answer = self.streak.get(f"v2/boxes/{box_key}/comments").raise_for_status().json()
        return [comment["message"] for comment in answer["results"]]

    def win(self, name_or_key: str) -> str:
        """Move a box to Closed-Won, put its hint into the inbox, and return its key."""
        moved = self.control.post("/streak/move", json={"box": name_or_key, "stage": WON}).raise_for_status()
        key = str(moved.json().get("key") or name_or_key)
        self.hint(key)
        return key

    def deals(self, count: int, *, organizations: int = 1, stage: str = WON, **fields: Any) -> list[str]:
        """Make boxes in a stage, of some new organizations, and return their keys."""
        values = {
            "Product": "Atlas Arm",
            "Quantity": "2",
            "Unit price": "100.00",
            "Currency": "USD",
            **fields,
        }
        body = {
            "count": count,
            "pipeline": PIPELINE,
            "stage": stage,
            "organizations": organizations,
            "fields": {name: value for name, value in values.items() if value is not None},
        }
        made = self.control.post("/streak/boxes", json=body).raise_for_status().json()
        return list(made["keys"])

    def won_deals(self, count: int, *, organizations: int = 1, **fields: Any) -> list[str]:
        """Make closed-won boxes with their hints in the inbox."""
        keys = self.deals(count, organizations=organizations, **fields)
        hints = [
            hint_of_box(self.box(key), event="BOX_CHANGE_STAGE", origin=HintOrigin.WEBHOOK) for key in keys
        ]
        with self.ledger() as ledger:
            ledger.store_hints(hints, now=self.now())
        return keys

    # --- what becomes of orders ----------------------------------------------------------------------

    def tell(self) -> RunReport:
        """Sweep NetSuite, and tell boxes what has become of their orders, as the DAG does; return what was planned."""
        with self.product() as product:
            product.netsuite_sweep().run()
            report = product.status_to_streak().drain()
            product.tell_boxes()
        return report

    def told(self, box_key: str, *words: str) -> list[str]:
        """Return the texts of a box's comments that have all these words."""
        return [text for text in self.comments(box_key) if all(word in text for word in words)]

    def finance(self, path: str, **body: Any) -> dict[str, Any]:
        """Do something in NetSuite as finance does ("orders/8006/fulfill"), and return the record."""
        answer = self.control.post(f"/netsuite/{path}", json=body)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ordered(self, name: str) -> tuple[str, str]:
        """Win a deal, let its order be made and told; return the box's key and the order's internal id."""
        box = str(self.win(name))
        self.run()
        (order,) = self.orders(box)
        self.tell()
        return box, str(order["internalId"])

    def billed(self, name: str) -> tuple[str, str]:
        """Take a deal to its invoice, all told; return the box's key and the invoice's internal id."""
        box, order = self.ordered(name)
        self.finance(f"orders/{order}/fulfill")
        invoice = self.finance(f"orders/{order}/bill")["internalId"]
        self.tell()
        return box, str(invoice)

    def differences(self, box_key: str) -> list[str]:
        """Return what `reconcile` finds amiss with a box, by kind."""
        with self.product() as product:
            return [one.drift.value for one in product.reconcile().run().differences if one.record == box_key]

    # --- NetSuite ------------------------------------------------------------------------------------

    def netsuite(self) -> dict[str, Any]:
        """Return what NetSuite holds."""
        state: dict[str, Any] = self.control.get("/netsuite/state").raise_for_status().json()
        return state

    def orders(self, box_key: str | None = None) -> list[dict[str, Any]]:
        """Return the orders this product wrote, of one box or all."""
        written = [o for o in self.netsuite()["orders"] if o["custom"].get("custbody_streak_box")]
        return [o for o in written if box_key in {None, o["custom"]["custbody_streak_box"]}]

    def customers(self, name: str) -> list[dict[str, Any]]:
        """Return the customers of a name."""
        return [c for c in self.netsuite()["customers"] if c.get("companyName") == name]

    def configure_netsuite(self, **settings: Any) -> None:
        """Change the sandbox's NetSuite."""
        self.control.patch("/netsuite/settings", json=settings).raise_for_status()

    # --- faults and what was received ----------------------------------------------------------------

    def fault(
        self, system: str, kind: str, *, operation: str = "*", times: int | None = 1, **more: Any
    ) -> None:
        """Let something go wrong."""
        body = {"system": system, "kind": kind, "operation": operation, "times": times, **more}
        answer = self.control.post("/faults", json=body)
        assert answer.status_code == 201, answer.text

    def land(self) -> None:
        """Let NetSuite commit what the fault "commit_later" has put off."""
        landed = self.control.post("/netsuite/land").raise_for_status().json()["landed"]
        assert landed, "there is something to commit"

    def received(self, system: str, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the requests a vendor received."""
        params = {"system": system, **({"operation": operation} if operation else {})}
        answer = self.control.get("/requests", params=params).raise_for_status().json()
        return list(answer["requests"])

    def writes(self, system: str) -> list[dict[str, Any]]:
        """Return the writing requests a vendor received."""
        return [r for r in self.received(system) if r["writes"]]


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """One sandbox for the whole session; reset before each test."""
    with RunningSandbox() as running:
        yield running


@pytest.fixture(scope="session")
def dying_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmScript]:
    """Workers in processes of their own."""
    script = Path(__file__).with_name("dying_worker.py")
    folder = tmp_path_factory.mktemp("dying-workers")
    with WarmScript(script, env=os.environ, folder=folder) as workers:
        yield workers


@pytest.fixture(scope="session")
def wsdl_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sandbox's WSDL is kept, which is the same for all tests: reading it takes a second."""
    return tmp_path_factory.mktemp("wsdl")


@pytest.fixture
def world(
    running_sandbox: RunningSandbox,
    ledger_settings: LedgerSettings,
    dying_workers: WarmScript,
    wsdl_directory: Path,
) -> Iterator[World]:
    """A fresh world."""
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
    with control, streak:
        control.post("/reset").raise_for_status()
        yield World(
            info=info,
            ledger_url=ledger_settings.sqlalchemy_url.render_as_string(hide_password=False),
            key=ledger_settings.encryption_keys[0].get_secret_value(),
            control=control,
            streak=streak,
            workers=dying_workers,
            wsdl=wsdl_directory,
        )
