"""The whole product in a real Airflow: api-server, scheduler, dag-processor, triggerer, PostgreSQL, sandbox."""

import io
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.demo.stage import set_up
from streak_netsuite.demo.story import tell

ROOT = Path(__file__).parents[2]


@pytest.mark.airflow
@pytest.mark.scheduler
def test_a_won_deal_becomes_an_order_and_the_box_knows_it(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    with set_up(tmp_path / "stage", port=free_port(), root=ROOT) as stage:
        family = [psutil.Process(p.pid) for p in stage.group.processes]
        ending = tell(stage, console)
        assert ending.customer == "Blue Harbor Logistics"
        assert ending.total.startswith("50000")
        assert ending.write_back.startswith("SO1006")
        assert ending.order_seconds < 30

        with stage.control() as control:
            body = {"count": 12, "pipeline": "Sales", "stage": "Negotiation", "organizations": 2,
                    "fields": {"Product": "Care Plan", "Quantity": "1", "Unit price": "10", "Currency": "USD"}}  # fmt: skip
            keys = control.post("/streak/boxes", json=body).raise_for_status().json()["keys"]
            moved = {"boxes": keys, "stage": "Closed-Won"}
            control.post("/streak/move_many", json=moved).raise_for_status()
            written: list[str] = []
            for _ in until(60, every=0.25):
                orders = control.get("/netsuite/state").json()["orders"]
                written = [o["custom"].get("custbody_streak_box", "") for o in orders]
                if set(keys) <= set(written):
                    break
        assert sorted(key for key in written if key in set(keys)) == sorted(keys)
        _refuses_strangers(stage.receiver_url)
    alive = [
        process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    assert alive == [], "nothing is left running"


def _refuses_strangers(receiver_url: str) -> None:
    with httpx.Client(trust_env=False, timeout=10) as client:
        url = f"{receiver_url}/BOX_EDIT"
        assert client.post(url, json=[{"key": "x"}]).status_code == 401
        assert (
            client.post(url, json=[{"key": "x"}], headers={"X-Streak-Webhook-Token": "guess"}).status_code
            == 401
        )
