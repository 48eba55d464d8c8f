"""Customers whom finance has put on credit hold: the deal's owner is told, or the deal waits, as the mapping says."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.sync.outcome import Action

World = Any
BOX, CUSTOMER = "Blue Harbor warehouse robots", "Blue Harbor Logistics"


def put(world: World, override: str) -> None:
    """Put the customer on credit hold, or release it, as finance does."""
    (customer,) = world.customers(CUSTOMER)
    record = SuiteRecord(
        type="customer", internal_id=customer["internalId"], values={"creditHoldOverride": override}
    )
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status


@pytest.fixture
def known(world: World) -> World:
    """The customer exists: a deal of it was ordered before."""
    world.win(BOX)
    world.run()
    return world


def work(world: World) -> None:
    """Run both tasks, and write the activities that are due, as the DAG does."""
    world.drain()
    with world.product() as product:
        product.tell_boxes()


def tasks(world: World, box: str) -> list[str]:
    answer = world.streak.get(f"v2/boxes/{box}/tasks").raise_for_status().json()
    return [task["text"] for task in answer["results"] if "credit hold" in task["text"]]


def deal(world: World) -> str:
    """Make another deal of the same organization, and win it."""
    (party,) = world.box(world.box_key(BOX))["organizations"]
    (box,) = world.deals(1)
    world.streak.post(f"v1/boxes/{box}", json={"organizations": [{"key": party["key"]}]}).raise_for_status()
    return str(world.win(box))


def mapped(world: World, folder: Path, word: str) -> None:
    world.change_mapping(folder, "\nsales_order:\n", f"\nsales_order:\n  when_on_credit_hold: {word}\n")


def test_by_default_the_order_is_made_and_the_owner_gets_one_task(known: World) -> None:
    put(known, "_on")
    box = deal(known)
    work(known)
    assert len(known.orders(box)) == 1
    assert len(tasks(known, box)) == 1
    known.hint(box, version="99999999999999")
    work(known)
    assert len(tasks(known, box)) == 1


def test_the_task_is_the_owners_and_not_the_keys_users(known: World) -> None:
    put(known, "_on")
    box = deal(known)
    known.streak.post(
        f"v1/boxes/{box}", json={"assignedToSharingEntries": [{"email": "raj@northwind-robotics.example"}]}
    ).raise_for_status()
    work(known)
    (task,) = [
        one
        for one in known.streak.get(f"v2/boxes/{box}/tasks").json()["results"]
        if "credit hold" in one["text"]
    ]
    assert [person["email"] for person in task["assignedTo"]] == ["raj@northwind-robotics.example"]


def test_a_deal_can_wait_until_finance_releases_the_customer(known: World, tmp_path: Path) -> None:
    mapped(known, tmp_path, "hold")
    put(known, "_on")
    box = deal(known)
    assert known.run().count(Action.HELD) == 1
    with known.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "CREDIT_HOLD"
    assert known.orders(box) == []
    put(known, "_auto")
    with known.ledger() as ledger:
        ledger.release_hold(hold.id, actor="fiona", reason="they have paid", now=known.now())
    known.run()
    assert len(known.orders(box)) == 1


def test_netsuite_alone_can_be_left_to_decide(known: World, tmp_path: Path) -> None:
    mapped(known, tmp_path, "ignore")
    put(known, "_on")
    box = deal(known)
    work(known)
    assert len(known.orders(box)) == 1
    assert tasks(known, box) == []
