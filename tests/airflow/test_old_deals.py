"""Old deals are caught up on, items are offered and both sides compared, in real Airflow tasks that share one home."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.mapping.spec import shipped_spec_path

pytestmark = pytest.mark.airflow
Place = Any
BOX = "Blue Harbor warehouse robots"
ITEMS = "\nitems:\n  fields: [Product]\n"


@pytest.fixture
def selling(place: Place, tmp_path: Path) -> Place:
    """A place whose mapping brings items to Streak."""
    shipped = shipped_spec_path("deal_to_order")
    shutil.copytree(shipped.parent / "lookups", tmp_path / "lookups")
    mapping = tmp_path / "ours.yaml"
    mapping.write_text(shipped.read_text().replace("\nwrite_back:", f"{ITEMS}\nwrite_back:"))
    place.env["AIRFLOW__STREAK_NETSUITE__MAPPING"] = str(mapping)
    return place


def made(place: Place, **fields: str) -> list[str]:
    """Make won deals that no hint has told of."""
    values = {"Product": "Atlas Arm", "Quantity": "2", "Unit price": "100.00", "Currency": "USD", **fields}
    wish = {"count": 3, "pipeline": "Sales", "stage": "Closed-Won", "organizations": 2, "fields": values}
    keys: list[str] = place.control.post("/streak/boxes", json=wish).raise_for_status().json()["keys"]
    return keys


def comments(place: Place, box: str) -> list[Any]:
    found: list[Any] = place.streak.get(f"v2/boxes/{box}/comments").raise_for_status().json()["results"]
    return found


def run(place: Place, dag_file: str, **conf: str) -> Any:
    done = place.run(dag_file, conf)
    assert done.state == "success", done.output[-3000:]
    return done


def test_old_deals_are_caught_up_on_silently_and_both_sides_are_equal(selling: Place) -> None:
    old = made(selling)
    caught_up = run(selling, "backfill.py")
    boxes = [order["custom"]["custbody_streak_box"] for order in selling.orders()]
    assert set(old) <= set(boxes)
    assert len(boxes) == len(set(boxes))
    assert [comments(selling, box) for box in old] == [[]] * len(old), "nobody was notified"
    progress = caught_up.xcoms["write_orders.progress"]
    assert (progress["percent"], progress["left"]) == (100.0, 0)
    assert progress["done"] >= len(old)
    assert "(100 %)" in caught_up.output

    before = len(selling.writes("netsuite"))
    run(selling, "backfill.py")
    assert len(selling.writes("netsuite")) == before, "the same again makes nothing twice"

    run(selling, "status_to_streak.py")
    run(selling, "status_to_streak.py")
    compared = run(selling, "reconcile.py")
    assert compared.xcoms["compare"]["ties"] == len(boxes)
    assert set(compared.xcoms["compare"]) <= {"boxes", "ties", "orders", "waiting"}

    (missed, *_) = made(selling)
    differs = selling.run("reconcile.py")
    assert differs.state == "failed"
    assert f"streak-netsuite plan {missed}" in differs.output


def test_items_are_offered_once(selling: Place) -> None:
    offered = run(selling, "items_to_streak.py")
    assert offered.xcoms["offer_items"]["counts"]["updated"] >= 1
    assert selling.writes("netsuite") == []
    before = len(selling.writes("streak"))
    run(selling, "items_to_streak.py")
    assert len(selling.writes("streak")) == before
