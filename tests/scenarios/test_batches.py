"""One record, one outcome: what is bad waits, the others pass."""

import re
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.sync.outcome import Action

World = Any


def test_one_bad_record_of_200_waits_and_199_pass(world: World) -> None:
    boxes = world.won_deals(200, organizations=10)
    bad = boxes[36]
    world.set_field(bad, "Quantity", "a few")
    report = world.drain()
    assert report.count(Action.CREATED) == 199
    assert report.count(Action.HELD) == 1
    assert len(world.orders()) == 199
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        whole = ledger.get_hold(hold.id)
    assert hold.record.id == bad
    assert "a few" in hold.reason
    assert "number" in hold.reason
    assert whole.what.payload["key"] == bad


def test_one_record_that_netsuite_refuses_does_not_hold_up_its_list(world: World) -> None:
    boxes = world.won_deals(20, organizations=4)
    world.fault(
        "netsuite", "record_error", operation="upsertList", match=boxes[7],
        options={"code": "INVALID_FLD_VALUE", "message": "Invalid Field Value 12 for memo"},
    )  # fmt: skip
    report = world.drain()
    assert report.count(Action.CREATED) == 19
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert (hold.record.id, hold.code) == (boxes[7], "INVALID_FLD_VALUE")
    assert hold.fix


def test_fields_that_only_the_form_requires_are_all_named(world: World) -> None:
    (box,) = world.won_deals(1)
    world.configure_netsuite(form_required={"salesOrder": ["department", "location"]})
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.record.id == box
    assert "department" in hold.reason.lower()
    assert "location" in hold.reason.lower()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        pytest.param("Quantity", "two dozen", ["Quantity", "two dozen", "number"], id="text into a number"),
        pytest.param("Competitor count", "3.5", ["Competitor count", "3.5"], id="fraction into an integer"),
        pytest.param("PO number", "P" * 60, ["PO number", "45"], id="text too long"),
        pytest.param("Unit price", "12,5,0", ["Unit price", "12,5,0"], id="a number nobody can read"),
        pytest.param("Ship to", "Atlantis, Lost City", ["address"], id="an address without a country"),
    ],
)
def test_a_value_that_does_not_fit_is_a_typed_error_and_nothing_is_written(
    world: World, field: str, value: str, words: list[str]
) -> None:
    (box,) = world.won_deals(1)
    world.set_field(box, field, value)
    report = world.drain()
    assert report.count(Action.HELD) == 1
    assert world.writes("netsuite") == []
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.code == "MAPPING"
    assert hold.record.id == box
    missing = [word for word in words if word not in hold.reason]
    assert not missing, hold.reason


def test_every_fault_of_a_record_is_reported_at_once(world: World) -> None:
    (box,) = world.won_deals(1)
    world.set_field(box, "Quantity", "many")
    world.set_field(box, "Unit price", "cheap")
    world.set_field(box, "PO number", "P" * 60)
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        whole = ledger.get_hold(hold.id)
    assert len(whole.what.faults) == 3
    assert all(re.search(r"\[deal_to_order\.yaml line \d+\]$", fault) for fault in whole.what.faults)


def test_a_long_name_is_clipped_only_because_the_mapping_says_so(world: World) -> None:
    (box,) = world.deals(1)
    world.streak.post(f"v1/boxes/{box}", json={"name": "N" * 1200}).raise_for_status()
    world.hint(box)
    world.run()
    (order,) = world.orders(box)
    assert order["memo"] == "N" * 999
    (outcome,) = [o for o in world.outcomes(box) if o.action == Action.CREATED]
    assert "memo" in outcome.reason


def test_a_currency_the_customer_is_not_billed_in_is_stopped_before_the_write(world: World) -> None:
    (box,) = world.deals(1, Currency="EUR")
    found = world.streak.get(
        f"v2/teams/{world.info['streak']['team_key']}/organizations", params={"limit": 1000}
    )
    key = next(o["key"] for o in found.json()["results"] if o["name"] == "Acme Robotics, Inc.")
    world.streak.post(
        f"v1/boxes/{box}", json={"organizations": [{"key": key}], "contacts": []}
    ).raise_for_status()
    world.hint(box)
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.code == "CURRENCY"
    assert "ACME Robotics Inc" in hold.reason
    assert "EUR" in hold.reason
    assert world.writes("netsuite") == []


def with_tax_code(world: World, folder: Path, code: int) -> None:
    """Let every line carry a tax code."""
    line = "      quantity: {from: box.fields.Quantity"
    world.change_mapping(folder, line, f"      tax_code: {{value: {code}}}\n{line}")


@pytest.mark.parametrize(
    ("code", "named"),
    [
        pytest.param(302, "'VAT-DE 19%' (302) is offered in subsidiary 2 only", id="another subsidiary"),
        pytest.param(303, "'VAT-DE 16%' (303) is inactive", id="inactive"),
        pytest.param(999, "tax code 999 does not exist", id="unknown"),
    ],
)
def test_a_tax_code_the_customer_cannot_have_is_stopped_before_the_write(
    world: World, tmp_path: Path, code: int, named: str
) -> None:
    with_tax_code(world, tmp_path, code)
    (box,) = world.won_deals(1)
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert (hold.record.id, hold.code) == (box, "TAX_CODE")
    assert named in hold.reason
    assert "Atlas Arm" in hold.reason
    assert world.writes("netsuite") == []


def test_a_tax_code_is_judged_by_the_subsidiary_of_the_customer_that_exists(
    world: World, tmp_path: Path
) -> None:
    with_tax_code(world, tmp_path, 301)  # offered in subsidiary 1, and 'Eclair Patisserie' is in 2
    (box,) = world.deals(1, Currency="EUR")
    found = world.streak.get(
        f"v2/teams/{world.info['streak']['team_key']}/organizations", params={"limit": 1000}
    )
    key = next(o["key"] for o in found.json()["results"] if "clair" in o["name"])
    world.streak.post(
        f"v1/boxes/{box}", json={"organizations": [{"key": key}], "contacts": []}
    ).raise_for_status()
    world.hint(box)
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.code == "TAX_CODE"
    assert "the customer is in subsidiary 2" in hold.reason
    assert world.writes("netsuite") == []


@pytest.mark.parametrize("code", [pytest.param(304, id="a tax group"), pytest.param(-7, id="built in")])
def test_a_tax_code_that_suits_the_customer_reaches_the_order(
    world: World, tmp_path: Path, code: int
) -> None:
    with_tax_code(world, tmp_path, code)
    (box,) = world.won_deals(1)
    world.drain()
    (order,) = world.orders(box)
    assert [line["taxCode"]["internalId"] for line in order["itemList"]] == [str(code)]


def test_an_unknown_product_is_named_and_held(world: World) -> None:
    (box,) = world.won_deals(1)
    world.set_field(box, "Product", "Legacy Gripper")
    world.drain()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.record.id == box
    assert "Legacy Gripper" in hold.reason
    assert "inactive" in hold.reason


def test_a_customer_is_made_without_an_address_nobody_can_read_and_the_address_is_held(world: World) -> None:
    box = of_nowhere(world)
    report = world.run()
    assert report.count(Action.CREATED) == 1
    (order,) = world.orders(box)
    assert "billingAddress" not in order
    world.hint(box, version="99999999999999", event="BOX_EDIT")
    world.run()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert (hold.record.id, hold.code) == (box, "ADDRESS")
    assert "Atlantis" in hold.reason


def of_nowhere(world: World) -> str:
    """Win a deal of an organization whose address nobody can read; return the box key."""
    (box,) = world.deals(1)
    organization = world.box(box)["organizations"][0]["key"]
    nowhere = {"addresses": ["somewhere over there, Atlantis"]}
    world.streak.post(f"v2/organizations/{organization}", json=nowhere).raise_for_status()
    world.hint(box)
    return str(box)


@pytest.mark.parametrize("dies_at", ["customer", "order"])
def test_an_address_stays_held_when_the_worker_dies_before_its_deal_is_done(
    world: World, dies_at: str
) -> None:
    box = of_nowhere(world)
    world.die(dies_at)
    world.wait(120)
    world.run()
    assert len(world.orders(box)) == 1
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert (hold.record.id, hold.code) == (box, "ADDRESS")


def test_an_address_is_held_as_soon_as_its_customer_is_there_whatever_becomes_of_the_order(
    world: World,
) -> None:
    box = of_nowhere(world)
    refused = {"code": "RCRD_HAS_BEEN_CHANGED"}
    world.fault("netsuite", "record_error", operation="upsertList", after=1, options=refused)
    assert world.drain().count(Action.DEFERRED) == 1
    with world.ledger() as ledger:
        assert [hold.code for hold in ledger.list_holds()] == ["ADDRESS"]
    world.wait(60)
    world.run()
    assert len(world.orders(box)) == 1
    with world.ledger() as ledger:
        assert [hold.code for hold in ledger.list_holds()] == ["ADDRESS"]


def test_a_deal_lost_after_it_was_ordered_is_shown_once_and_forgotten_when_it_is_won_again(
    world: World,
) -> None:
    (box,) = world.won_deals(1)
    world.run()
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    world.hint(box)
    world.run()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert hold.code == "DEAL_LOST"
    assert len(world.orders(box)) == 1
    world.win(box)
    world.run()
    world.wait(5)  # its order is looked at first: a person may have closed it
    world.run()
    with world.ledger() as ledger:
        assert ledger.list_holds(open_only=True, limit=10) == []
    assert len(world.orders(box)) == 1


def test_a_lost_deal_without_an_order_is_passed_over(world: World) -> None:
    (box,) = world.deals(1, stage="Closed-Lost")
    world.hint(box)
    world.run()
    with world.ledger() as ledger:
        assert ledger.list_holds(open_only=True, limit=10) == []
    assert world.orders(box) == []


def test_a_value_that_netsuite_cannot_read_holds_its_own_deal_and_the_others_pass(
    world: World, tmp_path: Path
) -> None:
    """NetSuite refuses the whole list with a fault of its parser, which names neither the record nor a code."""
    rule = "  more_fields:\n    orderStatus: {type: text, from: box.fields.PO number}\n"
    world.change_mapping(tmp_path, "\nsales_order:\n", f"\nsales_order:\n{rule}")
    boxes = world.won_deals(40, organizations=4, **{"PO number": "_pendingApproval"})
    world.set_field(boxes[36], "PO number", "_soon")
    report = world.drain()
    assert report.count(Action.CREATED) == 39
    assert len(world.orders()) == 39
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert (hold.record.id, hold.code) == (boxes[36], "SAXException")
    assert "_soon" in hold.reason
    assert "orderStatus" in hold.reason
    assert hold.fix
    world.set_field(boxes[36], "PO number", "_pendingApproval")
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="sally", reason="corrected", now=world.now())
    world.drain()
    assert len(world.orders(boxes[36])) == 1
