"""From the deal to the last payment in a real Airflow: both sides are equal in the end, also when much goes wrong."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from streak_netsuite.assembly import Settings, open_product
from streak_netsuite.connections import ConnectionParts, ledger_settings, netsuite_settings, streak_settings
from streak_netsuite.connectors.netsuite.desk import NetSuiteDesk
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.demo import local_airflow
from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.demo.stage import Stage, set_up
from streak_netsuite.errors import TransientError, UncertainWrite
from streak_netsuite.flows.course_check import Money
from streak_netsuite.flows.reconcile import Drift, Reconciliation
from streak_netsuite.mapping.spec import shipped_spec_path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 1200
# A scheduler that died is noticed within seconds instead of minutes, so that the test does not wait for Airflow.
SETTINGS = {
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "6",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
}
# What becomes of the deals, and how many of each.
KINDS: Mapping[str, int] = {
    "ordered": 4,
    "shipped": 4,
    "shipped in a closed period": 4,
    "shipped in parts": 6,
    "paid": 4,
    "paid in part": 6,
    "paid in euros": 4,
    "paid by a deposit": 4,
    "credited": 4,
    "refunded": 4,
    "changed": 4,
    "payment voided": 2,
}
QUANTITY, RATE = 4, Decimal("250.25")
DEPOSIT = Decimal("300.10")


@dataclass
class Deal:
    """A deal of the test, and what is known of it."""

    key: str
    kind: str
    order: str = ""
    payment: str = ""
    steps: list[str] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return QUANTITY + 3 if self.kind == "changed" else QUANTITY

    @property
    def is_shipped(self) -> bool:
        return self.kind not in {"ordered", "changed"}

    @property
    def total(self) -> Decimal:
        return self.quantity * RATE


@dataclass
class Office:
    """Sales and finance at work, and the product in the middle."""

    stage: Stage
    control: httpx.Client
    streak: httpx.Client
    api: httpx.Client
    mapping: Path
    deals: list[Deal]
    seen: dict[str, Any] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """Return what NetSuite holds, and keep it: with all orders of the test it is much to ask for each of them."""
        self.seen = self.control.get("/netsuite/state").raise_for_status().json()
        return self.seen

    def do(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.control.post(f"/netsuite/{path}", json=body)
        assert answer.status_code < 300, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def fields(self, key: str) -> dict[str, Any]:
        """Return a box's values by field name."""
        pipeline = self.stage.sandbox["streak"]["pipelines"]["Sales"]
        names = {f["key"]: f["name"] for f in self.ask(f"v1/pipelines/{pipeline}/fields")}
        return {names[k]: v for k, v in self.ask(f"v1/boxes/{key}").get("fields", {}).items()}

    def comments(self, key: str) -> list[str]:
        return [c["message"] for c in self.ask(f"v2/boxes/{key}/comments")["results"]]

    def ask(self, path: str) -> Any:
        """Read from Streak as a person does, who tries again."""
        for _ in range(20):
            try:
                answer = self.streak.get(path)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return answer.json()
        raise AssertionError(f"Streak does not answer {path}")

    def run(self, *dag_ids: str) -> None:
        """Start DAGs as a person does; one that waits for its start already is left alone."""
        for dag_id in dag_ids:
            runs = f"/api/v2/dags/{dag_id}/dagRuns"
            waiting = self.api.get(runs, params={"state": "queued", "limit": 1})
            if waiting.is_success and not waiting.json()["dag_runs"]:
                self.api.post(runs, json={"logical_date": None})

    def reconcile(self) -> Reconciliation:
        parts = {n: ConnectionParts.from_json(n, text) for n, text in self.stage.connections.items()}
        settings = Settings(
            streak=streak_settings(parts["streak_default"]),
            netsuite=netsuite_settings(parts["netsuite_default"]),
            ledger=ledger_settings(parts["streak_netsuite_ledger"]),
            mapping=self.mapping,
        )
        with open_product(settings) as product:
            return product.reconcile().run()

    def make(self, kind: str, source: str, source_id: str) -> str:
        """Make a document of another one through NetSuite's own transform, once; return its internal id."""

        def made(desk: NetSuiteDesk) -> str:
            return desk.transform(
                source_type=source,
                source_id=source_id,
                target_type=kind,
                external_id=f"finance-{kind}-{source_id}",
                fields={},
            )

        return self._finance(made)

    def deposit(self, order: str, customer: str, amount: Decimal) -> str:
        """Take a deposit for an order, once."""
        record = {
            "type": "customerDeposit",
            "externalId": f"finance-deposit-{order}",
            "fields": {
                "customer": {"internalId": customer},
                "salesOrder": {"internalId": order},
                "payment": str(amount),
            },
        }

        def taken(desk: NetSuiteDesk) -> str:
            written, failed = desk.upsert([record])
            for error in failed.values():
                raise error
            return written[record["externalId"]]

        return self._finance(taken)

    def _finance(self, act: Callable[[NetSuiteDesk], str]) -> str:
        """Let finance do something, who tries again."""
        parts = ConnectionParts.from_json("netsuite_default", self.stage.connections["netsuite_default"])
        settings = netsuite_settings(parts)
        for _ in range(20):
            try:
                with SoapClient(settings) as client:
                    return act(NetSuiteDesk(client, settings))
            except (TransientError, UncertainWrite):
                continue
        raise AssertionError("NetSuite does not answer finance")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("order-to-cash")
    mapping = _mapping(folder)
    settings = {**SETTINGS, "AIRFLOW__STREAK_NETSUITE__MAPPING": str(mapping)}
    with (
        set_up(folder / "stage", port=free_port(), root=ROOT, airflow_settings=settings) as stage,
        stage.control() as control,
        stage.streak() as streak,
        httpx.Client(base_url=stage.airflow.url, trust_env=False, timeout=30) as api,
    ):
        api.headers.update(local_airflow.login(api, stage.airflow))
        yield Office(stage=stage, control=control, streak=streak, api=api, mapping=mapping, deals=[])


_BILLING = """invoice:
  when: each_shipment
  dated: shipment
  closed_period: next_open
  deposits: apply
"""


def _mapping(folder: Path) -> Path:
    """Return the shipped mapping, with billing of each shipment on its day, and deposits applied."""
    shipped = shipped_spec_path("deal_to_order")
    own = folder / "mapping" / "ours.yaml"
    (own.parent / "lookups").mkdir(parents=True)
    for table in (shipped.parent / "lookups").iterdir():
        (own.parent / "lookups" / table.name).write_text(table.read_text())
    own.write_text(shipped.read_text().replace("\nstatus:\n", f"\n{_BILLING}\nstatus:\n"))
    return own


# --- what sales and finance do ---


def win(office: Office, rng: random.Random) -> list[Deal]:
    """Make deals of all kinds and win them, in no order."""
    deals: list[Deal] = []
    for kind, count in KINDS.items():
        values = {
            "Product": "Atlas Arm",
            "Quantity": str(QUANTITY),
            "Unit price": str(RATE),
            "Currency": "EUR" if kind == "paid in euros" else "USD",
        }
        wish = {
            "count": count,
            "pipeline": "Sales",
            "stage": "Negotiation",
            "organizations": count,
            "fields": values,
        }
        made = office.control.post("/streak/boxes", json=wish).raise_for_status().json()["keys"]
        deals += [Deal(key=key, kind=kind) for key in made]
    rng.shuffle(deals)
    moved = {"boxes": [deal.key for deal in deals], "stage": "Closed-Won"}
    office.control.post("/streak/move_many", json=moved).raise_for_status()
    return deals


def know_orders(office: Office, deals: list[Deal]) -> bool:
    """Note the deals' orders; say whether all have one."""
    found = {o["custom"].get("custbody_streak_box"): o["internalId"] for o in office.state()["orders"]}
    for deal in deals:
        deal.order = found.get(deal.key, "")
    return all(deal.order for deal in deals)


def step(office: Office, deal: Deal) -> bool:
    """Let finance or sales do the next thing to a deal, once it can be done; say whether nothing is left."""
    done = len(deal.steps)
    for name, act in _course(deal)[done : done + 1]:
        if act(office, deal):
            deal.steps.append(name)
    return len(deal.steps) == len(_course(deal))


Act = Callable[[Office, Deal], bool]


def _course(deal: Deal) -> list[tuple[str, Act]]:
    ship_all: tuple[str, Act] = ("ship", lambda o, d: bool(o.do(f"orders/{d.order}/fulfill")))
    return {
        "ordered": [],
        "shipped": [ship_all],
        "shipped in a closed period": [("ship", _ship_long_ago)],
        "shipped in parts": [
            ("ship one", lambda o, d: bool(o.do(f"orders/{d.order}/fulfill", lines={"1": "1"}))),
            ("ship the rest", _ship_the_rest),
        ],
        "paid": [ship_all, ("pay", _pay(None))],
        "paid in part": [ship_all, ("pay a part", _pay("100.00")), ("pay more", _pay("50.50"))],
        "paid in euros": [ship_all, ("pay a part", _pay("100.00")), ("pay the rest", _pay(None))],
        "paid by a deposit": [("take a deposit", _take_a_deposit), ship_all],
        "credited": [ship_all, ("credit", _credit)],
        "refunded": [ship_all, ("pay", _pay(None)), ("credit", _credit), ("pay back", _pay_back)],
        "changed": [("change", _change)],
        "payment voided": [ship_all, ("pay", _pay_and_note), ("void", _void)],
    }[deal.kind]


def _invoices(office: Office, deal: Deal) -> list[dict[str, Any]]:
    """Return a deal's invoices as they were when NetSuite was last asked what it holds."""
    return [i for i in office.seen["invoices"] if i["createdFrom"]["internalId"] == deal.order]


def _ship_the_rest(office: Office, deal: Deal) -> bool:
    if len(_invoices(office, deal)) != 1:  # the first shipment is billed by itself before the second leaves
        return False
    office.do(f"orders/{deal.order}/fulfill")
    return True


def _pay(amount: str | None) -> Act:
    def pay(office: Office, deal: Deal) -> bool:
        for invoice in _invoices(office, deal)[:1]:
            office.do(f"invoices/{invoice['internalId']}/pay", **({"amount": amount} if amount else {}))
            return True
        return False

    return pay


def _pay_and_note(office: Office, deal: Deal) -> bool:
    for invoice in _invoices(office, deal)[:1]:
        deal.payment = office.do(f"invoices/{invoice['internalId']}/pay")["internalId"]
    return bool(deal.payment)


def _void(office: Office, deal: Deal) -> bool:
    """Void the payment once the deal knows of it: it would not hear of one that it never knew."""
    if not any(" paid on " in text for text in office.comments(deal.key)):
        return False
    office.do(f"records/customerPayment/{deal.payment}/void")
    return True


def _ship_long_ago(office: Office, deal: Deal) -> bool:
    """Ship into a month that finance closes right after."""
    office.control.patch("/netsuite/settings", json={"open_months_back": 12}).raise_for_status()
    office.do(f"orders/{deal.order}/fulfill", daysAgo=70)
    office.control.patch("/netsuite/settings", json={"open_months_back": 0}).raise_for_status()
    return True


def _take_a_deposit(office: Office, deal: Deal) -> bool:
    (order,) = [o for o in office.seen["orders"] if o["internalId"] == deal.order]
    return bool(office.deposit(deal.order, order["entity"]["internalId"], DEPOSIT))


def _credit(office: Office, deal: Deal) -> bool:
    for invoice in _invoices(office, deal)[:1]:
        return bool(office.make("creditMemo", "invoice", invoice["internalId"]))
    return False


def _pay_back(office: Office, deal: Deal) -> bool:
    for invoice in _invoices(office, deal)[:1]:
        credit = office.make("creditMemo", "invoice", invoice["internalId"])  # known by its key
        return bool(office.make("customerRefund", "creditMemo", credit))
    return False


def _change(office: Office, deal: Deal) -> bool:
    pipeline = office.stage.sandbox["streak"]["pipelines"]["Sales"]
    keys = {f["name"]: f["key"] for f in office.ask(f"v1/pipelines/{pipeline}/fields")}
    body = {"fields": {keys["Quantity"]: str(deal.quantity)}}
    try:
        return office.streak.post(f"v1/boxes/{deal.key}", json=body).status_code == 200
    except httpx.TransportError:
        return False


# --- how it is in the end ---


def faults_of(office: Office, deals: list[Deal]) -> list[str]:
    """Return in words what is not as it has to be, deal by deal."""
    state = office.state()
    orders = Counter(o["custom"].get("custbody_streak_box") for o in state["orders"])
    wrong: list[str] = []
    for deal in deals:
        (order,) = [o for o in state["orders"] if o["internalId"] == deal.order]
        bills = _invoices(office, deal)
        told = office.comments(deal.key)
        shipments = [f for f in state["fulfillments"] if f["createdFrom"]["internalId"] == deal.order]
        expected = {
            "orders": (orders[deal.key], 1),
            "total": (Decimal(order["total"]), deal.total),
            "invoices": (len(bills), len(shipments)),
            "billed": (
                sum((Decimal(b["total"]) for b in bills), Decimal(0)),
                deal.total if deal.is_shipped else Decimal(0),
            ),
            "open": (sum((Decimal(b["amountRemaining"]) for b in bills), Decimal(0)), _open(deal)),
            "moved out of a closed period": (
                sum("is closed" in (b.get("memo") or "") for b in bills),
                int(deal.kind == "shipped in a closed period"),
            ),
            "order told": (sum("was made in NetSuite" in text for text in told), 1),
            "shipments told": (sum("Shipped on" in text for text in told), len(shipments)),
            "invoices told": (
                sum(text.startswith("Invoice ") and _IS_LATE not in text for text in told),
                len(bills),
            ),
            "payments told": (sum(" paid on " in text for text in told), _payments(deal)),
            "credits told": (
                sum(" credited " in text for text in told),
                int(deal.kind in {"credited", "refunded"}),
            ),
            "refunds told": (sum("paid back" in text for text in told), int(deal.kind == "refunded")),
            "voids told": (sum("was voided" in text for text in told), int(deal.kind == "payment voided")),
            "number shown": (office.fields(deal.key).get("NetSuite order"), order["tranId"]),
        }
        wrong += [
            f"{deal.kind} {deal.order}: {name} is {seen}, not {meant}"
            for name, (seen, meant) in expected.items()
            if seen != meant
        ]
    return wrong


_IS_LATE = (
    "overdue"  # an invoice that was moved to the first day of a month may be so, by the day of the test
)


def _payments(deal: Deal) -> int:
    return {"paid": 1, "refunded": 1, "paid in part": 2, "paid in euros": 2, "paid by a deposit": 1}.get(
        deal.kind, 0
    )


def _paid(deal: Deal) -> Decimal:
    """What was paid and not paid back."""
    known = {"paid": deal.total, "paid in euros": deal.total, "paid by a deposit": DEPOSIT}
    return {**known, "paid in part": Decimal("150.50")}.get(deal.kind, Decimal(0))


def _credited(deal: Deal) -> Decimal:
    return deal.total if deal.kind in {"credited", "refunded"} else Decimal(0)


def _open(deal: Deal) -> Decimal:
    return deal.total - _paid(deal) - _credited(deal) if deal.is_shipped else Decimal(0)


def _sums(deals: list[Deal]) -> dict[str, Money]:
    """What reconcile has to find, by currency, to the cent."""
    found: dict[str, Money] = {}
    for deal in deals:
        invoiced = deal.total if deal.is_shipped else Decimal(0)
        mine = Money(invoiced=invoiced, paid=_paid(deal), credited=_credited(deal), open=_open(deal))
        currency = "Euro" if deal.kind == "paid in euros" else "US Dollar"
        found[currency] = found.get(currency, Money()) + mine
    return found


def carry_through(
    office: Office, deals: list[Deal], meanwhile: Callable[[float], None] = lambda _: None
) -> list[str]:
    """Let everything happen; return what is wrong in the end."""
    wrong = ["nothing has happened yet"]
    for passed in until(PATIENCE_SECONDS, every=3.0):
        meanwhile(passed)
        know_orders(office, deals)
        over = [step(office, deal) for deal in deals if deal.order]
        office.run("streak_sweep", "order_to_invoice", "status_to_streak", "deal_to_order")
        if len(over) == len(deals) and all(over):
            wrong = faults_of(office, deals)
            if not wrong:
                return []
    return [*wrong, *waiting(office)]


def waiting(office: Office) -> list[str]:
    """Return in words what the product itself says is not done."""
    summary = office.stage.ledger.summary(now=datetime.now(UTC))
    holds = [f"held: {hold.flow} {hold.code} {hold.reason}" for hold in office.stage.ledger.list_holds()]
    return [f"events {summary.events}, writes {summary.intents}", *holds]


@pytest.mark.airflow
@pytest.mark.scheduler
def test_deals_of_all_kinds_end_with_both_sides_equal(office: Office) -> None:
    deals = win(office, random.Random(7))
    office.deals += deals
    assert "\n".join(carry_through(office, deals)) == ""
    _nothing_differs(office)


@pytest.mark.airflow
@pytest.mark.scheduler
def test_a_tenth_of_all_calls_failing_and_workers_killed_twice_change_nothing_of_that(office: Office) -> None:
    for system in ("streak", "netsuite"):
        for kind in ("cut_before", "cut_after"):
            fault = {"system": system, "kind": kind, "operation": "*", "times": None, "probability": 0.05}
            office.control.post("/faults", json=fault).raise_for_status()
    kills = [15.0, 60.0]

    def kill(passed: float) -> None:
        if kills and passed > kills[0]:
            kills.pop(0)
            (scheduler,) = [p for p in office.stage.group.processes if p.name == "scheduler"]
            scheduler.kill()
            office.stage.group.forget(scheduler)
            local_airflow.start_scheduler(office.stage.group, office.stage.env)

    deals = win(office, random.Random(8))
    assert "\n".join(carry_through(office, deals, kill)) == ""
    assert kills == [], "both kills happened before everything was done"
    hits = sum(f["hits"] for f in office.control.get("/faults").json()["faults"])
    assert hits > 50
    office.control.delete("/faults").raise_for_status()
    office.deals += deals
    assert faults_of(office, office.deals) == []
    _nothing_differs(office)


def _nothing_differs(office: Office) -> None:
    report = _settled(office)
    ours = {deal.key for deal in office.deals}
    assert [one for one in report.differences if one.record in ours or one.drift is Drift.DOUBLE] == []
    assert report.ties == len(office.deals)
    assert report.written == report.found
    assert len(report.found) == 2, "dollars and euros, each by itself"
    assert report.money == _sums(office.deals)


def _settled(office: Office) -> Reconciliation:
    """Reconcile once nothing is on its way any more: what waits to be written is no difference before its run is over."""
    for _ in until(PATIENCE_SECONDS, every=3.0):
        report = office.reconcile()
        if not any(one.drift is Drift.WAITING for one in report.differences):
            break
        office.run("status_to_streak", "deal_to_order")
    return report
