"""The whole product in a real Airflow: api-server, scheduler, dag-processor, triggerer, PostgreSQL, sandbox."""

import contextlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from rich.console import Console

from streak_netsuite.demo.local_airflow import login
from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.demo.stage import Stage, set_up
from streak_netsuite.demo.story import tell

ROOT = Path(__file__).parents[2]
ANSWERING = "/api/v2/dags/answer_hold/dagRuns"


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
            for _ in until(180, every=0.25):
                orders = control.get("/netsuite/state").json()["orders"]
                written = [o["custom"].get("custbody_streak_box", "") for o in orders]
                if set(keys) <= set(written):
                    break
        assert sorted(key for key in written if key in set(keys)) == sorted(keys)
        _refuses_strangers(stage.receiver_url)
        _a_person_answers_a_question(stage)
        _an_answer_outlives_the_try_it_was_given_to(stage)
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


def _a_person_answers_a_question(stage: Stage) -> None:
    """A deal whose buyer could be two customers is asked about in Airflow, and goes on as answered."""
    with stage.control() as control, _airflow(stage) as client:
        body = {"box": "Delta Foods palletizer", "stage": "Closed-Won"}
        box = control.post("/streak/move", json=body).raise_for_status().json()["key"]
        hold = _eventually(stage.ledger.list_holds)[0]
        assert hold.code == "AMBIGUOUS"
        question = _asked(stage, client, box)
        assert question["options"][:3] == ["Use customer 502", "Use customer 503", "Make a new customer"]
        assert "Delta Foods" in question["body"]
        assert "@" not in question["body"], "addresses of people stay in the ledger"
        _answer(client, question, "Use customer 502")

        def order() -> list[str]:
            orders = control.get("/netsuite/state").json()["orders"]
            return [
                o["entity"]["internalId"] for o in orders if o["custom"].get("custbody_streak_box") == box
            ]

        assert _eventually(order, tell=lambda: _standing(stage, box)) == ["502"]
    (event, *_) = stage.ledger.list_audit(subject=f"hold {hold.id}")
    assert (event.actor, event.details["reason"]) == ("admin", "asked them")


def _an_answer_outlives_the_try_it_was_given_to(stage: Stage) -> None:
    """A task that was ended does what was answered when it is tried again, and asks nobody twice."""
    with stage.control() as control, _airflow(stage) as client:
        fields = {"Quantity": "1", "Unit price": "10", "Currency": "USD"}
        body = {"count": 1, "pipeline": "Sales", "stage": "Negotiation", "organizations": 1, "fields": fields}
        (box,) = control.post("/streak/boxes", json=body).raise_for_status().json()["keys"]
        moved = {"box": box, "stage": "Closed-Won"}
        control.post("/streak/move", json=moved).raise_for_status()
        hold = _eventually(stage.ledger.list_holds)[0]
        question = _asked(stage, client, box)
        run = question["task_instance"]["dag_run_id"]
        # Otherwise its next run may ask in place of the one that has failed, before that is cleared.
        client.patch("/api/v2/dags/review_holds", json={"is_paused": True}).raise_for_status()
        ended = {"new_state": "failed"}
        client.patch(f"{ANSWERING}/{run}/taskInstances/ask", json=ended).raise_for_status()
        _answer(client, question, "Dismiss")

        def over() -> list[str]:
            state = client.get(f"{ANSWERING}/{run}").raise_for_status().json()["state"]
            return [state] if state == "failed" else []

        # What is cleared while the scheduler still ends its run is never taken up again.
        _eventually(over, tell=lambda: _standing(stage, box))
        again = {"dry_run": False, "dag_run_id": run, "task_ids": ["ask"], "only_failed": False}
        client.post("/api/v2/dags/answer_hold/clearTaskInstances", json=again).raise_for_status()

        def closed() -> list[str]:
            held = stage.ledger.get_hold(hold.id)
            return [] if held.is_open else [held.closed_by]

        assert _eventually(closed, tell=lambda: _standing(stage, box)) == ["admin"]


@contextlib.contextmanager
def _airflow(stage: Stage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stage.airflow.url, trust_env=False, timeout=30) as client:
        client.headers.update(login(client, stage.airflow))
        yield client


def _asked(stage: Stage, client: httpx.Client, box: str) -> dict[str, Any]:
    """Let people be asked, and return the question that waits."""
    client.post("/api/v2/dags/review_holds/dagRuns", json={"logical_date": None}).raise_for_status()

    def questions() -> list[dict[str, Any]]:
        found = client.get(f"{ANSWERING}/~/hitlDetails").raise_for_status().json()["hitl_details"]
        return [one for one in found if one["task_instance"]["state"] == "awaiting_input"]

    question: dict[str, Any] = _eventually(questions, tell=lambda: _standing(stage, box))[0]
    return question


def _answer(client: httpx.Client, question: dict[str, Any], option: str) -> None:
    run = question["task_instance"]["dag_run_id"]
    answer = {
        "chosen_options": [option],
        "params_input": {"reason": "asked them", "corrections": ""},
    }
    client.patch(f"{ANSWERING}/{run}/taskInstances/ask/-1/hitlDetails", json=answer).raise_for_status()


def _eventually(look: Callable[[], list[Any]], tell: Callable[[], str] = str) -> list[Any]:
    found: list[Any] = []
    for _ in until(300, every=0.25):
        if found := look():
            break
    assert found, f"nothing came within the time\n{tell()}"
    return found


def _standing(stage: Stage, box: str) -> str:
    """Say how far question, answer and deal have come, for what a failing test tells."""
    with _airflow(stage) as client:

        def rows(path: str, key: str, *columns: str) -> list[str]:
            found = client.get(f"/api/v2/{path}").raise_for_status().json()[key]
            return [f"  {[row[column] for column in columns]}" for row in found]

        runs = ("dag_run_id", "state", "queued_at", "start_date", "end_date")
        tries = ("dag_run_id", "task_id", "state", "try_number", "start_date", "end_date")
        lines = ["tasks that ask:"]
        lines += rows("dags/answer_hold/dagRuns/~/taskInstances", "task_instances", *tries)
        lines += ["what Airflow noted of them:"]
        lines += rows("eventLogs?dag_id=answer_hold&order_by=when", "event_logs", "when", "event", "extra")
        lines += ["latest runs of deal_to_order:"]
        lines += rows("dags/deal_to_order/dagRuns?order_by=-run_after&limit=5", "dag_runs", *runs)
    ledger = stage.ledger
    lines += [
        "holds:",
        *(f"  {hold.id} {hold.code} {hold.state}" for hold in ledger.list_holds(open_only=False)),
    ]
    lines += ["hints of the box:", *(f"  {event}" for event in ledger.events_for(box))]
    return "\n".join(lines)
