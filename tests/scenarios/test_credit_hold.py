"""Customers whom finance has put on credit hold: the deal's owner is told, or the deal waits, as the mapping says."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.model.external_ref import RecordKind
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


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        pytest.param("America/Los_Angeles", time(23, 30), id="half past eleven, tomorrow in UTC"),
        pytest.param("Asia/Kolkata", time(0, 30), id="half past midnight, yesterday in UTC"),
    ],
)
def test_the_task_is_due_on_the_accounts_day(known: World, zone: str, moment: time) -> None:
    put(known, "_on")
    known.netsuite_extra |= {"account_time_zone": zone}
    today = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    known.later = datetime.combine(today, moment, tzinfo=ZoneInfo(zone)) - datetime.now(UTC)
    assert known.now().date() != today
    box = deal(known)
    work(known)
    (task,) = known.streak.get(f"v2/boxes/{box}/tasks").json()["results"]
    assert datetime.fromtimestamp(task["dueDate"] / 1000, UTC).date() == today


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


# --- a hold that comes after the order ---


def tell(world: World) -> Any:
    """Look, plan and tell, as the DAG does."""
    with world.product() as product:
        product.netsuite_sweep().run()
        looked = product.credit_look().run()
        product.status_to_streak().drain()
        product.tell_boxes()
    return looked


def about(world: World, box: str) -> list[str]:
    return [text for text in world.comments(box) if "on credit hold" in text]


def shown(world: World, box: str) -> str:
    return str(world.field(box, "NetSuite status"))


@pytest.fixture
def ordered(known: World) -> tuple[World, str, str]:
    """A deal was ordered and told, and its customer is in good standing; the box and the order."""
    tell(known)
    box = known.box_key(BOX)
    (order,) = known.orders(box)
    return known, box, order["internalId"]


def test_a_hold_that_comes_after_the_order_is_told_once_and_so_is_its_end(
    ordered: tuple[World, str, str],
) -> None:
    world, box, _ = ordered
    assert about(world, box) == []
    put(world, "_on")
    for _ in range(2):
        tell(world)
        world.wait(24 * 3600)
    (told,) = about(world, box)
    assert "Blue Harbor Logistics is on credit hold in NetSuite" in told
    assert shown(world, box) == "Pending Fulfillment, customer on credit hold"
    assert tasks(world, box) == []
    before = len(world.writes("streak"))
    assert tell(world).new == 0
    assert len(world.writes("streak")) == before, "a repeat writes nothing"

    put(world, "_auto")
    for _ in range(2):
        tell(world)
    (told,) = about(world, box)
    assert "was on credit hold in NetSuite" in told
    assert shown(world, box) == "Pending Fulfillment"

    put(world, "_on")
    tell(world)
    (told,) = about(world, box)
    assert "is on credit hold in NetSuite" in told, "the same activity, as it is now"


def go_beyond_the_limit(world: World, order: str) -> None:
    """Let a customer owe more than his limit: a part of his order is shipped and billed."""
    world.finance(f"orders/{order}/fulfill", lines={"1": "1"})
    world.finance(f"orders/{order}/bill")
    (customer,) = world.customers(CUSTOMER)
    values = {"creditLimit": Decimal(100)}
    record = SuiteRecord(type="customer", internal_id=customer["internalId"], values=values)
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(write(Verb.UPDATE, record)).status.success


def test_a_customer_beyond_his_limit_is_on_hold_by_netsuites_own_judgement(
    ordered: tuple[World, str, str],
) -> None:
    world, box, order = ordered
    world.netsuite_extra = {"credit_holds": "manualCreditHold"}
    tell(world)
    go_beyond_the_limit(world, order)
    tell(world)
    assert about(world, box) == [], "finance has not set the hold by hand"
    world.netsuite_extra = {}
    tell(world)
    assert len(about(world, box)) == 1


def test_a_deal_whose_order_has_left_hears_nothing_of_a_hold(ordered: tuple[World, str, str]) -> None:
    world, box, order = ordered
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    put(world, "_on")
    tell(world)
    assert about(world, box) == []
    assert "credit hold" not in shown(world, box)


def test_an_order_that_leaves_in_spite_of_the_hold_does_not_wait_any_more(
    ordered: tuple[World, str, str],
) -> None:
    world, box, order = ordered
    put(world, "_on")
    tell(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    tell(world)
    (told,) = about(world, box)
    assert "does not wait for that any more" in told
    assert "credit hold" not in shown(world, box)


def test_an_order_made_during_the_hold_is_told_by_its_task_alone_and_of_the_release(known: World) -> None:
    tell(known)
    put(known, "_on")
    box = deal(known)
    work(known)
    tell(known)
    assert len(tasks(known, box)) == 1
    assert about(known, box) == []
    put(known, "_off")
    for _ in range(2):
        tell(known)
    (told,) = about(known, box)
    assert "was on credit hold" in told


def test_a_worker_that_dies_after_it_told_of_a_hold_tells_it_once(ordered: tuple[World, str, str]) -> None:
    world, box, _ = ordered
    put(world, "_on")
    with world.product() as product:
        product.credit_look().run()
        product.status_to_streak().drain()
    world.die("comment")
    assert len(about(world, box)) == 1
    for _ in range(2):
        world.wait(60)
        tell(world)
    assert len(about(world, box)) == 1


def test_a_look_that_cannot_be_kept_is_made_again(ordered: tuple[World, str, str]) -> None:
    world, box, _ = ordered
    put(world, "_on")

    class Dying:
        """Fails in the moment the look is kept."""

        def __init__(self, memory: Any) -> None:
            self.memory = memory

        def get_snapshot(self, name: str) -> Any:
            return self.memory.get_snapshot(name)

        def store_hints(self, hints: Any, *, now: Any, snapshot: Any) -> Any:
            return self.memory.store_hints(hints, now=now, snapshot=(None, snapshot[1]))

    with world.product() as product:
        look = product.credit_look()
        with pytest.raises(Exception, match="null value"):  # the snapshot fails behind the hints
            replace(look, memory=Dying(look.memory)).run()
        assert product.ledger.count_waiting(now=world.now(), kinds=(RecordKind.CUSTOMER,)) == 0
    assert tell(world).new == 1
    assert len(about(world, box)) == 1


def test_reconcile_misses_a_hold_that_a_deal_was_not_told(ordered: tuple[World, str, str]) -> None:
    world, box, _ = ordered
    put(world, "_on")
    with world.product() as product:
        found = [one.drift.value for one in product.reconcile().run().differences if one.record == box]
    assert "course_not_told" in found
    tell(world)
    with world.product() as product:
        assert [one for one in product.reconcile().run().differences if one.record == box] == []


def refuse(world: World) -> None:
    """Let the account refuse to search customers by their credit holds."""
    world.fault(
        "netsuite",
        "status_failed",
        operation="search",
        match="onCreditHold",
        times=None,
        options={"code": "FEATURE_DISABLED"},
    )


def refusals(caplog: pytest.LogCaptureFixture) -> int:
    return sum("set `credit_holds` of the NetSuite connection" in text for text in caplog.messages)


def test_an_account_that_cannot_be_asked_says_which_setting_helps_and_tells_the_rest(
    known: World, caplog: pytest.LogCaptureFixture
) -> None:
    box = known.box_key(BOX)
    known.finance(f"orders/{known.orders(box)[0]['internalId']}/fulfill")
    refuse(known)
    tell(known)
    assert refusals(caplog) == 1
    assert len(known.told(box, "Shipped on")) == 1


def test_a_refusal_releases_nobody(ordered: tuple[World, str, str], caplog: pytest.LogCaptureFixture) -> None:
    world, box, order = ordered
    put(world, "_on")
    tell(world)
    refuse(world)
    world.finance(f"orders/{order}/fulfill", lines={"1": "1"})
    tell(world)
    assert refusals(caplog) == 1
    assert len(world.told(box, "Shipped on")) == 1
    (told,) = about(world, box)
    assert "is on credit hold" in told


def test_billing_asks_nobody_about_credit(known: World, tmp_path: Path) -> None:
    known.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice: {when: shipped}\nstatus:\n")
    (order,) = known.orders(known.box_key(BOX))
    known.finance(f"orders/{order['internalId']}/fulfill")
    refuse(known)
    with known.product() as product:
        product.order_to_invoice().run()
    made = [one.get("createdFrom") or {} for one in known.netsuite()["invoices"]]
    assert [one.get("internalId") for one in made].count(order["internalId"]) == 1


@pytest.mark.parametrize("setting", ["never", "manualCreditHold"])
def test_a_look_at_less_releases_nobody(ordered: tuple[World, str, str], setting: str) -> None:
    world, box, order = ordered
    go_beyond_the_limit(world, order)
    tell(world)
    assert len(about(world, box)) == 1
    world.netsuite_extra = {"credit_holds": setting}
    assert tell(world).new == 0
    (told,) = about(world, box)
    assert "is on credit hold" in told


def test_with_never_a_deal_that_was_made_during_a_hold_is_not_told_of_a_release(known: World) -> None:
    known.netsuite_extra = {"credit_holds": "never"}
    tell(known)
    put(known, "_on")
    box = deal(known)
    work(known)
    (order,) = known.orders(box)
    known.finance(f"orders/{order['internalId']}/fulfill", lines={"1": "1"})
    tell(known)
    assert len(tasks(known, box)) == 1
    assert len(known.told(box, "Shipped on")) == 1
    assert [text for text in known.comments(box) if "credit hold" in text] == []


def test_holds_that_were_there_before_the_first_look_are_no_news(known: World) -> None:
    box = known.box_key(BOX)
    with known.product() as product:  # as before there were looks
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()
    put(known, "_on")
    known.wait(2 * 24 * 3600)
    assert tell(known).new == 0
    (order,) = known.orders(box)
    known.finance(f"orders/{order['internalId']}/fulfill", lines={"1": "1"})
    tell(known)
    assert len(known.told(box, "Shipped on")) == 1
    assert about(known, box) == []
    with known.product() as product:
        assert [one.text for one in product.reconcile().run().differences if one.record == box] == []

    put(known, "_off")
    assert tell(known).new == 1
    put(known, "_on")
    tell(known)
    (told,) = about(known, box)
    assert "is on credit hold" in told


def test_an_order_made_after_the_first_look_is_told_that_it_waits(known: World, tmp_path: Path) -> None:
    mapped(known, tmp_path, "ignore")
    put(known, "_on")
    tell(known)
    known.wait(24 * 3600)
    box = deal(known)
    work(known)
    tell(known)
    assert len(about(known, box)) == 1
