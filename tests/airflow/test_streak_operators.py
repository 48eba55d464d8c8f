"""Operators of Streak in real Airflow tasks: find, change, log, wait."""

from pathlib import Path
from typing import Any

import pytest

Place = Any
BOX = "Blue Harbor warehouse robots"
DAG = """
from datetime import UTC, datetime

from airflow.sdk import DAG

from streak_netsuite.operators.streak import (
    StreakActivityOperator,
    StreakBoxStageSensor,
    StreakFindBoxesOperator,
    StreakUpdateBoxOperator,
)

with DAG(dag_id="streak_operators", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
    find = StreakFindBoxesOperator(task_id="find", pipeline="Sales", stages=["Negotiation"])
    change = StreakUpdateBoxOperator(
        task_id="change",
        box="BOX_KEY",
        fields={"Tier": "Silver", "Quantity": 7, "Rush order": True, "PO number": None},
        stage="Closed-Won",
    )
    wait = StreakBoxStageSensor(task_id="wait", box="BOX_KEY", stages=["Closed-Won"], poke_seconds=0.1, first_look_seconds=0)
    paid, told_again = (
        StreakActivityOperator(
            task_id=task_id,
            box="BOX_KEY",
            event="invoice 4711",
            text="Invoice 4711 is paid",
            happened_at="2026-05-04T15:30:00+02:00",
            style="meeting_note",
        )
        for task_id in ("paid", "told_again")
    )
    find >> change >> wait >> paid >> told_again
"""
WAITING = """
from datetime import UTC, datetime

from airflow.sdk import DAG

from streak_netsuite.operators.streak import StreakBoxStageSensor

with DAG(dag_id="streak_operators", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
    StreakBoxStageSensor(task_id="wait", box="BOX_KEY", stages=["Closed-Won"], poke_seconds=0.1, first_look_seconds=0)
"""


def run_dag(place: Place, folder: Path, text: str) -> Any:
    file = folder / "streak_operators.py"
    file.write_text(text)
    place.env["AIRFLOW__CORE__DAGS_FOLDER"] = str(folder)
    return place.run(str(file))


@pytest.fixture
def box(place: Place) -> dict[str, Any]:
    key = place.info["streak"]["pipelines"]["Sales"]
    rows = place.streak.get(f"v1/pipelines/{key}/boxes").raise_for_status().json()
    return next(row for row in rows if row["name"] == BOX)


def test_a_box_is_found_changed_waited_for_and_told(
    place: Place, box: dict[str, Any], tmp_path: Path
) -> None:
    run = run_dag(place, tmp_path, DAG.replace("BOX_KEY", box["key"]))
    assert run.state == "success", run.output
    assert box["key"] in run.xcoms["find"]
    assert run.xcoms["wait"] == "Closed-Won"
    assert run.xcoms["paid"]["rules"] == {"updated: activity": 1}
    assert run.xcoms["told_again"]["counts"] == {}
    after = place.streak.get(f"v1/boxes/{box['key']}").json()
    assert sorted(set(map(str, after["fields"].values())) & {"9002", "7", "True"}) == ["7", "9002", "True"]
    (note,) = place.streak.get(f"v2/boxes/{box['key']}/meetings").json()["results"]
    assert note["notes"].startswith("Invoice 4711 is paid")


def test_an_option_that_does_not_exist_fails_the_task_with_those_there_are(
    place: Place, box: dict[str, Any], tmp_path: Path
) -> None:
    run = run_dag(place, tmp_path, DAG.replace("BOX_KEY", box["key"]).replace('"Silver"', '"Platinum"'))
    assert run.state == "failed"
    assert "Platinum" in run.output
    assert "Gold" in run.output
    assert place.writes("streak") == []


def test_a_box_that_is_gone_ends_the_waiting(place: Place, box: dict[str, Any], tmp_path: Path) -> None:
    place.streak.delete(f"v1/boxes/{box['key']}").raise_for_status()
    run = run_dag(place, tmp_path, WAITING.replace("BOX_KEY", box["key"]))
    assert run.state == "failed"
    assert "not found" in run.output
