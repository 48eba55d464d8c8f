"""A changed deal changes its order as far as finance allows; finance's own work stays, and nothing is doubled."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.flows.hold_desk import DISMISS, HoldDesk
from streak_netsuite.flows.order_edits import OrderEdits
from streak_netsuite.flows.settings import LONGEST_COMMIT_SECONDS
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"
PACIFIC = ZoneInfo("America/Los_Angeles")


def ordered(world: World) -> str:
    """Win a deal (4 robots at 12,500) and let its order be made; return the box key."""
    box = str(world.win(BOX))
    world.run()
    world.hint(box)  # the box's own echo: the write-back
    world.drain()
    return box


def changed(world: World, box: str, **fields: Any) -> Any:
    """Change fields of a box, as a salesperson does, and let the flow run."""
    for name, value in fields.items():
        world.set_field(box, name.replace("_", " "), value)
    world.hint(box)
    report = world.drain()
    with world.product() as product:
        product.tell_boxes()
    return report


def order_of(world: World, box: str) -> dict[str, Any]:
    (order,) = world.orders(box)
    return dict(order)


def lines_of(world: World, box: str) -> list[dict[str, Any]]:
    return list(order_of(world, box)["itemList"])


def tasks(world: World, box: str) -> list[str]:
    answer = world.streak.get(f"v2/boxes/{box}/tasks").raise_for_status().json()
    return [task["text"] for task in answer["results"]]


def finance_edits(world: World, order: str, *rows: dict[str, Any], **values: Any) -> None:
    """Change an order as finance does in NetSuite."""
    lines = tuple(Fields(values=row) for row in rows)
    sublists = {"itemList": Sublist(rows=lines, mode=SublistMode.MERGE)} if lines else {}
    record = SuiteRecord(type="salesOrder", internal_id=order, values=values, sublists=sublists)
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status


def finance(world: World, path: str, **body: Any) -> Any:
    answer = world.control.post(f"/netsuite/{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def updates(world: World) -> int:
    return len(world.received("netsuite", "update"))


# --- what is followed ---


def drop_shipped(world: World) -> tuple[str, str]:
    """Order an item that a vendor sends; return the box and the purchase order's number."""
    world.control.post(
        "/netsuite/records/inventoryItem/101/touch", json={"isDropShipItem": True}
    ).raise_for_status()
    box = ordered(world)
    (purchase,) = world.netsuite()["purchaseOrders"]
    return box, str(purchase["tranId"])


def test_what_a_vendor_was_asked_for_does_not_change_behind_the_buyers_back(world: World) -> None:
    box, purchase = drop_shipped(world)
    changed(world, box, Quantity="6", PO_number="PO-9")
    order = order_of(world, box)
    assert ([line["quantity"] for line in order["itemList"]], order["otherRefNum"]) == (["4"], "PO-9")
    (task,) = tasks(world, box)
    assert f"quantity: 4 -> 6 (it is ordered from the vendor (purchase order {purchase}))" in task
    changed(world, box, Unit_price="12000.00")
    assert order_of(world, box)["total"] == "48000.00", "our own price is no business of the vendor's"


def test_a_buyer_who_looks_after_purchases_lets_their_orders_follow(world: World, tmp_path: Path) -> None:
    world.change_mapping(tmp_path, "\nchanges:\n", "\nchanges:\n  purchased: follow\n")
    box, _ = drop_shipped(world)
    changed(world, box, Quantity="6")
    assert [line["quantity"] for line in lines_of(world, box)] == ["6"]
    assert tasks(world, box) == []


def test_a_changed_deal_changes_its_order_and_makes_no_other(world: World) -> None:
    box = ordered(world)
    report = changed(world, box, Quantity="6", PO_number="PO-9")
    order = order_of(world, box)
    assert order["total"] == "75000.00"
    assert order["otherRefNum"] == "PO-9"
    assert [line["quantity"] for line in order["itemList"]] == ["6"]
    assert report.count(Action.UPDATED) == 2  # decided, and written
    assert "\n".join(tasks(world, box)) == ""


def test_places_shipping_and_discount_follow_the_deal_and_are_left_to_finance_where_it_changed_them(
    world: World, tmp_path: Path
) -> None:
    memo = "    memo: {from: box.name, transform: [collapse_spaces], clip: 999}\n"
    head = (
        "    ship_method: {from: box.fields.Reseller, lookup: shipping}\n"
        "    discount_item: {value: 206, when: \"{{ box.fields['PO number'] | default('') }}\"}\n"
        '    discount_rate: {from: box.fields.PO number, transform: [{prefix: "-"}, {suffix: "%"}]}\n'
    )
    world.change_mapping(tmp_path / "mapping", memo, memo + head)
    text = world.mapping.read_text()
    text = text.replace("    purchase_order_number: {from: box.fields.PO number, transform: [strip]}\n", "")
    text = text.replace("    custbody_reseller: {type: text, from: box.fields.Reseller}\n", "")
    text = text.replace("    custbody_account_manager: {type: text, from: box.fields.Account manager}\n", "")
    rate = (
        "      rate: {from: box.fields.Unit price, required: true} # not required: NetSuite prices the line\n"
    )
    place = "      location: {from: box.fields.Account manager, lookup: place}\n"
    text = text.replace(rate, rate + place)
    lists = (
        "  shipping: {netsuite: salesOrder.shipMethod}\n  place: {netsuite: salesOrder.itemList.location}\n"
    )
    world.mapping.write_text(text.replace("lookups:\n", "lookups:\n" + lists, 1))
    world.set_field(world.box_key(BOX), "Account manager", "Oakland warehouse")
    world.set_field(world.box_key(BOX), "PO number", "")
    box = ordered(world)
    assert lines_of(world, box)[0]["location"]["name"] == "Oakland warehouse"

    changed(world, box, Reseller="Courier", PO_number="10", Account_manager="Munich warehouse")
    order = order_of(world, box)
    assert (order["shipMethod"]["name"], order["discountRate"], order["total"]) == (
        "Courier",
        "-10%",
        "45000.00",
    )
    (line,) = order["itemList"]
    assert (line["location"]["name"], line["rate"]) == ("Munich warehouse", "12500.00")

    finance_edits(
        world, order["internalId"], {"line": 1, "location": RecordRef(internal_id="1")}, discountRate="-12%"
    )
    changed(world, box, PO_number="15", Reseller="Freight")
    order = order_of(world, box)
    assert (order["shipMethod"]["name"], order["discountRate"]) == ("Freight", "-12%")
    assert order["itemList"][0]["location"]["name"] == "Oakland warehouse"
    assert "discount rate: -12% -> -15% (finance has changed it" in "\n".join(tasks(world, box))

    changed(world, box, PO_number="")
    assert "discountItem" not in order_of(world, box)


def test_our_own_write_back_changes_nothing(world: World) -> None:
    box = ordered(world)
    before = updates(world)
    for _ in range(3):
        world.hint(box)
        world.drain()
    assert updates(world) == before
    with world.ledger() as ledger:
        rules = [outcome.rule for outcome in ledger.outcomes_for(box_ref(box))]
    assert "order_exists" in rules
    assert "order_change" not in rules


def box_ref(box: str) -> Any:
    from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)


def test_a_change_and_its_way_back_end_where_they_began(world: World) -> None:
    box = ordered(world)
    first = order_of(world, box)
    changed(world, box, Quantity="6")
    changed(world, box, Quantity="4")
    again = order_of(world, box)
    assert (again["total"], again["itemList"][0]["quantity"]) == (
        first["total"],
        first["itemList"][0]["quantity"],
    )


def test_another_product_takes_the_line_of_the_first(world: World) -> None:
    box = ordered(world)
    changed(world, box, Product="Beacon Sensor")
    (line,) = lines_of(world, box)
    assert line["item"]["name"] == "Beacon Sensor"


def test_a_cleared_field_is_emptied_in_the_order(world: World) -> None:
    box = ordered(world)
    changed(world, box, PO_number="PO-9")
    assert order_of(world, box)["otherRefNum"] == "PO-9"
    changed(world, box, PO_number="")
    assert not order_of(world, box).get("otherRefNum")


def test_what_was_only_for_the_making_stays_and_what_is_to_be_kept_is_not_emptied(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(tmp_path, "memo: {from: box.name,", "memo: {on: create, from: box.name,")
    text, rule = world.mapping.read_text(), "purchase_order_number: {from: box.fields.PO number,"
    assert rule in text
    world.mapping.write_text(text.replace(rule, f"{rule} when_empty: keep,"))
    box = ordered(world)
    memo = order_of(world, box)["memo"]
    changed(world, box, PO_number="PO-9")
    world.streak.post(f"v1/boxes/{box}", json={"name": "Renamed"}).raise_for_status()
    changed(world, box, PO_number="", Quantity="6")
    order = order_of(world, box)
    assert (order["memo"], order["otherRefNum"]) == (memo, "PO-9")
    assert order["itemList"][0]["quantity"] == "6"


def buys(world: World, box: str, organization: dict[str, Any]) -> None:
    """Give a deal another buyer, and let the flow run."""
    links = {"organizations": [{"key": organization["key"]}], "contacts": []}
    world.streak.post(f"v1/boxes/{box}", json=links).raise_for_status()
    changed(world, box)


def organization_of(world: World, box: str) -> dict[str, Any]:
    (linked,) = world.box(box)["organizations"]
    found = world.streak.get(f"v2/organizations/{linked['key']}").raise_for_status().json()
    return dict(found)


def test_a_deal_that_gets_another_buyer_keeps_its_order_and_says_so_once(world: World) -> None:
    box = ordered(world)
    first, (stranger,) = organization_of(world, box), world.deals(1)
    other = organization_of(world, stranger)
    customer, count = order_of(world, box)["entity"], len(world.netsuite()["customers"])
    buys(world, box, other)
    (task,) = tasks(world, box)
    assert f"customer: {customer['name']} -> {other['name']} (an order keeps its customer)" in task
    changed(world, box, PO_number="PO-9")
    order = order_of(world, box)
    assert (order["entity"], order["otherRefNum"]) == (customer, "PO-9")
    assert len(world.netsuite()["customers"]) == count
    buys(world, box, first)
    changed(world, box, PO_number="PO-10")
    assert (order_of(world, box)["otherRefNum"], len(tasks(world, box))) == ("PO-10", 1)


def test_a_deal_whose_other_organization_is_the_same_customer_is_followed_without_a_word(
    world: World,
) -> None:
    box = ordered(world)
    name, (stranger,) = organization_of(world, box)["name"], world.deals(1)
    other = organization_of(world, stranger)
    renamed = {"name": f"{name.upper()} Inc."}
    world.streak.post(f"v2/organizations/{other['key']}", json=renamed).raise_for_status()
    buys(world, box, other)
    changed(world, box, PO_number="PO-9")
    assert (order_of(world, box)["otherRefNum"], tasks(world, box)) == ("PO-9", [])


def test_finances_own_line_stays_and_is_not_counted_as_ours(world: World) -> None:
    box = ordered(world)
    order = order_of(world, box)
    finance_edits(
        world,
        order["internalId"],
        {"item": RecordRef(internal_id=another_item(world)), "quantity": Decimal(1)},
    )
    changed(world, box, Quantity="5")
    lines = lines_of(world, box)
    assert [line["quantity"] for line in lines] == ["5", "1"]
    assert "\n".join(tasks(world, box)) == ""


def another_item(world: World) -> str:
    items = world.netsuite()["items"]
    return next(str(i["internalId"]) for i in items if i["itemId"] == "Beacon Sensor")


# --- products that go, come and come back ---

ARM, SENSOR, PLAN = "Atlas Arm; 4; 12500", "Beacon Sensor; 2; 100", "Care Plan; 1; 900"


def sells(world: World, box: str, *rows: str) -> None:
    """Let a deal sell these (item; quantity; price), and the flow run."""
    world.streak.post(f"v1/boxes/{box}", json={"notes": "\n".join(rows)}).raise_for_status()
    changed(world, box)


def ordered_by_table(world: World, folder: Path, *rows: str) -> str:
    """Win a deal whose products stand in a table in its notes, and let its order be made."""
    world.change_mapping(
        folder,
        "    - item: {from: box.fields.Product, lookup: item}\n"
        "      quantity: {from: box.fields.Quantity, required: true}\n"
        "      rate: {from: box.fields.Unit price, required: true} # not required: NetSuite prices the line\n"
        "      custom_fields:\n"
        "        custcol_streak_note: {type: text, from: box.notes, transform: [collapse_spaces], clip: 300}\n",
        "    - each: box.notes\n"
        "      table: {columns: [item, quantity, rate], separator: ';'}\n"
        "      item: {from: each.item, lookup: item}\n"
        "      quantity: {from: each.quantity}\n"
        "      rate: {from: each.rate}\n",
    )
    box = str(world.box_key(BOX))
    world.streak.post(f"v1/boxes/{box}", json={"notes": "\n".join(rows)}).raise_for_status()
    return ordered(world)


def sold(world: World, box: str) -> list[tuple[str, str]]:
    """Return item and quantity of the lines that are open, in NetSuite's order."""
    return [(one["item"]["name"], one["quantity"]) for one in lines_of(world, box) if not one["isClosed"]]


def test_a_product_added_after_another_was_removed_has_a_line_of_its_own(
    world: World, tmp_path: Path
) -> None:
    box = ordered_by_table(world, tmp_path, ARM, SENSOR)
    sells(world, box, SENSOR)
    assert sold(world, box) == [("Beacon Sensor", "2")]
    sells(world, box, PLAN, SENSOR)
    assert sold(world, box) == [("Beacon Sensor", "2"), ("Care Plan", "1")]
    assert "\n".join(tasks(world, box)) == ""


def test_a_product_removed_and_put_back_opens_its_line_again(world: World, tmp_path: Path) -> None:
    box = ordered_by_table(world, tmp_path, ARM, SENSOR)
    for _ in range(2):
        sells(world, box, SENSOR)
        sells(world, box, SENSOR, "Atlas Arm; 5; 12000")
        assert sold(world, box) == [("Atlas Arm", "5"), ("Beacon Sensor", "2")]
        assert order_of(world, box)["total"] == "60200.00"
    assert len(lines_of(world, box)) == 2
    assert "\n".join(tasks(world, box)) == ""


def test_products_in_another_order_with_a_new_one_between_add_one_line(world: World, tmp_path: Path) -> None:
    box = ordered_by_table(world, tmp_path, ARM, SENSOR)
    sells(world, box, SENSOR, PLAN, ARM)
    assert sold(world, box) == [("Atlas Arm", "4"), ("Beacon Sensor", "2"), ("Care Plan", "1")]


def test_finances_own_line_of_a_product_stays_when_the_deal_removes_it_and_puts_it_back(
    world: World, tmp_path: Path
) -> None:
    box = ordered_by_table(world, tmp_path, ARM, SENSOR)
    sells(world, box, ARM)
    order = order_of(world, box)["internalId"]
    row = {"item": RecordRef(internal_id=another_item(world)), "quantity": Decimal(7), "rate": Decimal(1)}
    finance_edits(world, order, row)
    sells(world, box, ARM, PLAN)
    sells(world, box, ARM, PLAN, SENSOR)
    mine = [("Atlas Arm", "4"), ("Beacon Sensor", "2"), ("Beacon Sensor", "7"), ("Care Plan", "1")]
    assert sold(world, box) == mine
    assert "\n".join(tasks(world, box)) == ""


def test_a_worker_killed_before_a_line_that_came_back_is_opened_opens_it_once(
    world: World, tmp_path: Path
) -> None:
    box = ordered_by_table(world, tmp_path, ARM, SENSOR)
    sells(world, box, SENSOR)
    world.streak.post(f"v1/boxes/{box}", json={"notes": f"{SENSOR}\n{ARM}\n{PLAN}"}).raise_for_status()
    world.hint(box)
    world.die("change")
    assert sold(world, box) == [("Beacon Sensor", "2"), ("Care Plan", "1")]
    world.wait(120)
    world.drain()
    assert sold(world, box) == [("Atlas Arm", "4"), ("Beacon Sensor", "2"), ("Care Plan", "1")]
    assert len(lines_of(world, box)) == 3


# --- what is not ---


def test_both_sides_change_different_things_and_both_are_kept(world: World) -> None:
    box = ordered(world)
    finance_edits(world, order_of(world, box)["internalId"], memo="agreed by phone")
    changed(world, box, Quantity="5")
    order = order_of(world, box)
    assert order["memo"] == "agreed by phone"
    assert order["itemList"][0]["quantity"] == "5"


def test_both_sides_change_the_same_thing_and_the_owner_rule_decides(world: World, tmp_path: Path) -> None:
    box = ordered(world)
    number = order_of(world, box)["itemList"][0]["line"]
    finance_edits(world, order_of(world, box)["internalId"], {"line": int(number), "quantity": Decimal(7)})
    changed(world, box, Quantity="5")
    assert lines_of(world, box)[0]["quantity"] == "7"
    (task,) = tasks(world, box)
    assert "quantity: 7 -> 5" in task
    assert "finance has changed it" in task
    world.change_mapping(tmp_path, "owner: netsuite", "owner: streak")
    changed(world, box, Quantity="9")
    assert lines_of(world, box)[0]["quantity"] == "9"


def test_a_billed_order_stays_and_its_deal_gets_a_task_once(world: World) -> None:
    box = ordered(world)
    order = order_of(world, box)["internalId"]
    finance(world, f"orders/{order}/fulfill")
    finance(world, f"orders/{order}/bill")
    changed(world, box, Quantity="5")
    changed(world, box)
    assert lines_of(world, box)[0]["quantity"] == "4"
    (task,) = tasks(world, box)
    assert "not allowed for an order that is billed" in task
    assert order_of(world, box)["tranId"] in task


def test_a_partly_shipped_order_follows_upwards_only(world: World) -> None:
    box = ordered(world)
    order = order_of(world, box)["internalId"]
    finance(world, f"orders/{order}/fulfill", lines={"1": "3"})
    changed(world, box, Quantity="2")
    assert lines_of(world, box)[0]["quantity"] == "4"
    (task,) = tasks(world, box)
    assert "3 are shipped or billed already" in task
    changed(world, box, Quantity="5")
    assert lines_of(world, box)[0]["quantity"] == "5"


def pending_approval(world: World, order: str) -> None:
    finance_edits(world, order, orderStatus="_pendingApproval")


def partly_shipped(world: World, order: str) -> None:
    finance(world, f"orders/{order}/fulfill", lines={"1": "1"})
    finance(world, f"orders/{order}/bill")


def shipped(world: World, order: str) -> None:
    finance(world, f"orders/{order}/fulfill")


def billed(world: World, order: str) -> None:
    shipped(world, order)
    finance(world, f"orders/{order}/bill")


def closed(world: World, order: str) -> None:
    finance_edits(world, order, {"line": 1, "isClosed": True})


@pytest.mark.parametrize(
    ("turn", "status", "taken"),
    [
        pytest.param(pending_approval, "Pending Approval", {"po", "quantity", "custom"}, id="to be approved"),
        pytest.param(lambda *_: None, "Pending Fulfillment", {"po", "quantity", "custom"}, id="approved"),
        pytest.param(
            partly_shipped, "Partially Fulfilled", {"po", "quantity", "custom"}, id="partly fulfilled"
        ),
        pytest.param(shipped, "Pending Billing", {"po", "custom"}, id="fulfilled"),
        pytest.param(billed, "Billed", {"custom"}, id="billed"),
        pytest.param(closed, "Closed", {"custom"}, id="closed"),
    ],
)
def test_of_one_change_an_order_takes_what_its_status_allows_and_a_task_names_the_rest(
    world: World, turn: Any, status: str, taken: set[str]
) -> None:
    box = ordered(world)
    turn(world, order_of(world, box)["internalId"])
    before = order_of(world, box)
    assert before["status"] == status
    changed(world, box, Quantity="5", PO_number="PO-9", Reseller="Kettle")
    order = order_of(world, box)
    now = {
        "po": order["otherRefNum"] == "PO-9",
        "quantity": order["itemList"][0]["quantity"] == "5",
        "custom": order["custom"].get("custbody_reseller") == "Kettle",
    }
    assert {part for part, is_taken in now.items() if is_taken} == taken
    told = "\n".join(tasks(world, box))
    assert ("purchase order number" in told, "Atlas Arm" in told) == (
        "po" not in taken,
        "quantity" not in taken,
    )


def test_refused_changes_become_a_hold_where_the_mapping_says_so(world: World, tmp_path: Path) -> None:
    box = ordered(world)
    world.change_mapping(tmp_path, "  owner: netsuite", "  refused: hold\n  owner: netsuite")
    order = order_of(world, box)["internalId"]
    finance(world, f"orders/{order}/fulfill")
    changed(world, box, Quantity="5")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        details = ledger.get_hold(hold.id)
    assert hold.code == "NOT_FOLLOWED"
    assert any("quantity: 4 -> 5" in fault for fault in details.what.faults)
    assert "\n".join(tasks(world, box)) == ""


def test_an_order_in_a_closed_period_follows_only_what_may_be_changed_there(
    world: World, tmp_path: Path
) -> None:
    box = ordered(world)
    world.change_mapping(tmp_path, "  owner: netsuite", "  in_closed_period: [memo]\n  owner: netsuite")
    long_ago = datetime.now(PACIFIC).date() - timedelta(days=70)
    finance_edits(world, order_of(world, box)["internalId"], tranDate=long_ago)
    world.configure_netsuite(open_months_back=0)
    changed(world, box, Quantity="5")
    assert lines_of(world, box)[0]["quantity"] == "4"
    (task,) = tasks(world, box)
    assert "closed period" in task


def test_without_the_section_an_order_is_made_once_and_left_alone(world: World, tmp_path: Path) -> None:
    world.change_mapping(tmp_path, "changes:\n  allowed:", "changes:\n  allowed: {}\n  # ")
    text = world.mapping.read_text()
    begin, end = text.index("  # \n"), text.index("  owner: netsuite")
    world.mapping.write_text(text[:begin] + text[end:])
    box = ordered(world)
    changed(world, box, Quantity="6")
    assert lines_of(world, box)[0]["quantity"] == "4"


def test_a_record_that_was_changed_meanwhile_is_read_and_merged_again(world: World) -> None:
    box = ordered(world)
    world.fault(
        "netsuite", "record_error", operation="update", times=2, options={"code": "RCRD_HAS_BEEN_CHANGED"}
    )
    report = changed(world, box, Quantity="6")
    assert report.count(Action.DEFERRED) == 1
    for _ in range(3):
        world.wait(60)
        world.drain()
    assert lines_of(world, box)[0]["quantity"] == "6"
    assert len(world.orders(box)) == 1


# --- crashes and lost answers ---


def test_a_worker_that_slept_past_its_lease_adds_no_line_that_another_has_added(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = ordered_by_table(world, tmp_path, ARM)
    world.streak.post(f"v1/boxes/{box}", json={"notes": f"{ARM}\n{PLAN}"}).raise_for_status()
    world.hint(box)
    with world.product() as sleeper, world.product() as other:
        sleeper.deal_to_order().drain()
        edits, read = sleeper.order_edits(), OrderEdits._prepare

        def read_and_sleep(self: OrderEdits, intents: Any) -> Any:
            found = read(self, intents)
            if self is edits:
                world.wait(100)
                other.order_edits().drain()
            return found

        monkeypatch.setattr(OrderEdits, "_prepare", read_and_sleep)
        assert edits.drain().as_dict()["counts"] == {}
    assert sold(world, box) == [("Atlas Arm", "4"), ("Care Plan", "1")]


def test_a_worker_killed_after_the_change_changes_nothing_twice(world: World) -> None:
    box = ordered(world)
    world.set_field(box, "Quantity", "6")
    world.set_field(box, "Product", "Beacon Sensor")
    world.hint(box)
    world.die("change")
    assert lines_of(world, box)[0]["quantity"] == "6"
    before = updates(world)
    world.wait(120)
    world.drain()
    (line,) = lines_of(world, box)
    assert line["quantity"] == "6"
    assert updates(world) == before
    with world.ledger() as ledger:
        assert "there already" in ledger.outcomes_for(box_ref(box))[-1].reason


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
def test_a_lost_answer_ends_as_one_change(world: World, fault: str) -> None:
    box = ordered(world)
    world.fault("netsuite", fault, operation="update", times=1)
    changed(world, box, Quantity="6")
    for _ in range(3):
        world.wait(120)
        world.drain()
    (line,) = lines_of(world, box)
    assert line["quantity"] == "6"
    assert "\n".join(tasks(world, box)) == ""


def test_a_change_that_netsuite_commits_late_adds_its_line_once(world: World, tmp_path: Path) -> None:
    box = ordered_by_table(world, tmp_path, ARM)
    world.streak.post(f"v1/boxes/{box}", json={"notes": f"{ARM}\n{PLAN}"}).raise_for_status()
    world.hint(box)
    world.fault("netsuite", "commit_later", operation="update", times=1, options={"seconds": 600})
    world.drain()
    world.wait(10)
    assert world.drain().count(Action.DEFERRED) == 1
    assert len(sold(world, box)) == 1
    world.land()
    assert len(sold(world, box)) == 2
    world.wait(120)
    world.drain()
    assert sold(world, box) == [("Atlas Arm", "4"), ("Care Plan", "1")]


def test_a_second_change_waits_until_the_first_is_known(world: World) -> None:
    box = ordered(world)
    world.fault("netsuite", "cut_after", operation="update", times=1)
    changed(world, box, Quantity="6")
    report = changed(world, box, Quantity="8")
    assert report.count(Action.DEFERRED) == 1
    for _ in range(4):
        world.wait(LONGEST_COMMIT_SECONDS / 3)
        world.drain()
    assert lines_of(world, box)[0]["quantity"] == "8"
    assert "\n".join(tasks(world, box)) == ""


# --- deals that end and begin again ---


def move(world: World, box: str, stage: str) -> None:
    world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()
    world.hint(box)
    world.drain()


def test_a_change_that_is_written_while_the_next_is_thought_out_is_not_forgotten(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = ordered_by_table(world, tmp_path, ARM)
    read, others = NetSuiteGateway.held_orders, [True]
    with world.product() as product, world.product() as other:

        def read_slowly(self: NetSuiteGateway, *asked: Any, **more: Any) -> Any:
            found = read(self, *asked, **more)
            if self is product.netsuite and others:
                others.pop()
                other.order_edits().drain()
            return found

        world.streak.post(f"v1/boxes/{box}", json={"notes": f"{ARM}\n{PLAN}"}).raise_for_status()
        world.hint(box)
        other.deal_to_order().drain()
        world.streak.post(f"v1/boxes/{box}", json={"notes": f"{ARM}\nCare Plan; 3; 900"}).raise_for_status()
        world.hint(box)
        monkeypatch.setattr(NetSuiteGateway, "held_orders", read_slowly)
        assert product.deal_to_order().drain().count(Action.DEFERRED) == 1
    world.wait(120)
    world.drain()
    assert sold(world, box) == [("Atlas Arm", "4"), ("Care Plan", "3")]


@pytest.mark.parametrize(("policy", "status"), [("close", "Closed"), ("cancel", "Cancelled")])
def test_a_lost_deal_ends_its_order_by_policy(world: World, tmp_path: Path, policy: str, status: str) -> None:
    world.configure_netsuite(default_order_status="_pendingApproval")
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", f"  when_lost: {policy}\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    if policy == "close":
        finance_edits(world, order_of(world, box)["internalId"], orderStatus="_pendingFulfillment")
    move(world, box, "Closed-Lost")
    assert order_of(world, box)["status"] == status
    move(world, box, "Closed-Won")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "DEAL_WON_AGAIN"
    assert len(world.orders(box)) == 1


def dismiss(world: World) -> str:
    """Dismiss the only hold; return its code."""
    return dismissed(world)[0]


def dismissed(world: World) -> tuple[str, str]:
    """Dismiss the only hold at the desk; return its code, and what the desk said holds now."""
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        desk = HoldDesk(book=ledger, clock=world.now)
        told = desk.answer(hold.id, DISMISS, actor="ann", reason="seen to")
    return hold.code, told.partition("; ")[2]


def test_a_lost_deal_that_a_person_has_seen_to_is_shown_again_only_when_it_is_lost_again(
    world: World,
) -> None:
    box = ordered(world)
    move(world, box, "Closed-Lost")
    assert dismissed(world) == ("DEAL_LOST", "nothing is done about the record")
    for version in ("1", "2"):  # our own write-back, or an edit
        world.hint(box, version=version)
        world.drain()
    assert world.held_because() == []
    assert "ann has seen" in world.outcomes(box)[-1].reason
    move(world, box, "Closed-Won")
    move(world, box, "Closed-Lost")
    assert dismiss(world) == "DEAL_LOST"


def test_a_deal_won_again_that_a_person_has_seen_to_is_followed_like_any_other(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    move(world, box, "Closed-Lost")
    move(world, box, "Closed-Won")
    changed(world, box, Quantity="5")
    finance_edits(world, order_of(world, box)["internalId"], {"line": 1, "isClosed": False})
    assert dismiss(world) == "DEAL_WON_AGAIN"
    world.drain()
    assert lines_of(world, box)[0]["quantity"] == "5", "what has changed while it was held"
    changed(world, box, Quantity="6")
    assert lines_of(world, box)[0]["quantity"] == "6"
    assert world.held_because() == []
    move(world, box, "Closed-Lost")
    assert order_of(world, box)["status"] == "Closed"
    move(world, box, "Closed-Won")
    told = "its record is in the inbox again, and is followed like any other"
    assert dismissed(world) == ("DEAL_WON_AGAIN", told)


def a_refused_change(world: World) -> tuple[str, int]:
    """Let NetSuite refuse a change from 4 to 6; return the box and the hold."""
    box = ordered(world)
    refused = {"code": "INVALID_FLD_VALUE", "message": "Not now."}
    world.fault("netsuite", "record_error", operation="update", times=1, options=refused)
    changed(world, box, Quantity="6")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    return box, hold.id


def release(world: World, hold_id: int) -> None:
    with world.ledger() as ledger:
        ledger.release_hold(hold_id, actor="ann", reason="mended", now=world.now())


def test_a_refused_change_that_its_deal_takes_back_waits_for_nobody(world: World) -> None:
    box, hold = a_refused_change(world)
    changed(world, box, Quantity="4")
    assert world.held_because() == []
    release(world, hold)
    later(world, box, times=1)
    assert lines_of(world, box)[0]["quantity"] == "4"


@pytest.mark.parametrize(("now", "written"), [("6", "6"), ("4", "4"), ("8", "8")])
def test_a_released_change_writes_what_its_deal_asks_for_by_now(world: World, now: str, written: str) -> None:
    box, hold = a_refused_change(world)
    world.set_field(box, "Quantity", now)  # and no word of it has come yet
    before = updates(world)
    release(world, hold)
    world.drain()
    assert lines_of(world, box)[0]["quantity"] == written
    assert updates(world) == before + (written != "4")
    assert world.held_because() == []


def policies(world: World, folder: Path, *lines: str) -> None:
    """Let the mapping say what becomes of orders whose deals end or begin again."""
    text = "".join(f"  {line}\n" for line in lines) + "  lost_stages: [Closed-Lost]"
    world.change_mapping(folder, "  lost_stages: [Closed-Lost]", text)


def later(world: World, box: str, *, times: int = 3) -> None:
    """Let time pass, in which the deal is read again and again: what was sent has landed then, or never will."""
    for _ in range(times):
        world.wait(LONGEST_COMMIT_SECONDS / 2)
        world.hint(box, version=str(world.later // timedelta(seconds=1)))
        world.drain()


def lands(world: World, box: str, status: str) -> None:
    """Let NetSuite commit what it took a while ago."""
    assert order_of(world, box)["status"] != status
    world.land()
    assert order_of(world, box)["status"] == status


@pytest.mark.parametrize("when_won_again", ["hold", "reopen"])
def test_a_close_that_was_not_sent_is_not_sent_once_the_deal_is_won_again(
    world: World, tmp_path: Path, when_won_again: str
) -> None:
    policies(world, tmp_path, "when_lost: close", f"when_won_again: {when_won_again}")
    box = ordered(world)
    before = updates(world)
    with world.product() as product:
        for stage in ("Closed-Lost", "Closed-Won"):
            world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()
            world.hint(box)
            product.deal_to_order().drain()
        product.order_edits().drain()
    later(world, box)
    assert (order_of(world, box)["status"], updates(world)) == ("Pending Fulfillment", before)
    assert world.held_because() == [], "nothing was closed that anybody has to see to"
    assert world.outcomes(box)[-1].action is not Action.DEFERRED
    move(world, box, "Closed-Lost")
    assert order_of(world, box)["status"] == "Closed", "lost once more"


def test_a_refused_close_is_not_sent_by_its_release_once_the_deal_is_won_again(
    world: World, tmp_path: Path
) -> None:
    policies(world, tmp_path, "when_lost: close")
    box = ordered(world)
    refused = {"code": "INSUFFICIENT_PERMISSION", "message": "You may not close lines."}
    world.fault("netsuite", "record_error", operation="update", times=1, options=refused)
    move(world, box, "Closed-Lost")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    move(world, box, "Closed-Won")
    later(world, box)
    assert world.held_because() == [], "the refused close is no matter any more"
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="ann", reason="the role may now", now=world.now())
    later(world, box)
    assert order_of(world, box)["status"] == "Pending Fulfillment"


def test_a_refused_close_or_reopening_is_sent_again_when_it_is_released(world: World, tmp_path: Path) -> None:
    policies(world, tmp_path, "when_lost: close", "when_won_again: reopen")
    box = ordered(world)
    refused = {"code": "INSUFFICIENT_PERMISSION", "message": "You may not do that."}
    for stage, status in (("Closed-Lost", "Closed"), ("Closed-Won", "Pending Fulfillment")):
        world.fault("netsuite", "record_error", operation="update", times=1, options=refused)
        move(world, box, stage)
        later(world, box, times=1)
        assert order_of(world, box)["status"] != status
        with world.ledger() as ledger:
            (hold,) = ledger.list_holds()
        release(world, hold.id)
        world.drain()
        assert order_of(world, box)["status"] == status
        assert world.held_because() == []


def test_a_close_that_lands_though_the_deal_is_won_again_is_shown_to_a_person(
    world: World, tmp_path: Path
) -> None:
    policies(world, tmp_path, "when_lost: close")
    box = ordered(world)
    world.fault("netsuite", "commit_later", operation="update", times=1, options={"seconds": 600})
    move(world, box, "Closed-Lost")
    move(world, box, "Closed-Won")
    world.wait(8)  # not settled yet
    world.drain()
    lands(world, box, "Closed")
    later(world, box)
    assert dismiss(world) == "DEAL_WON_AGAIN"


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [("Closed-Lost", "Closed-Won", "Pending Fulfillment"), ("Closed-Won", "Closed-Lost", "Closed")],
)
def test_an_order_ends_as_its_deal_did_though_what_it_was_turned_to_before_lands_late(
    world: World, tmp_path: Path, first: str, then: str, status: str
) -> None:
    policies(world, tmp_path, "when_lost: close", "when_won_again: reopen")
    box = ordered(world)
    if first == "Closed-Won":
        move(world, box, "Closed-Lost")
    late = "Closed" if first == "Closed-Lost" else "Pending Fulfillment"
    world.fault("netsuite", "commit_later", operation="update", times=1, options={"seconds": 600})
    move(world, box, first)
    assert order_of(world, box)["status"] != late
    move(world, box, then)
    world.wait(8)  # not settled yet
    world.drain()
    lands(world, box, late)
    later(world, box)
    assert order_of(world, box)["status"] == status
    assert world.held_because() == []
    assert world.outcomes(box)[-1].action is not Action.DEFERRED


@pytest.mark.parametrize("cut_off", [False, True])
def test_an_order_that_is_opened_again_keeps_closed_what_finance_had_closed(
    world: World, tmp_path: Path, *, cut_off: bool
) -> None:
    box = ordered_by_table(world, tmp_path, f"{ARM}\n{SENSOR}\n{PLAN}")
    text = world.mapping.read_text()
    ends = "  when_lost: close\n  when_won_again: reopen\n  lost_stages: [Closed-Lost]"
    world.mapping.write_text(text.replace("  lost_stages: [Closed-Lost]", ends))
    order = order_of(world, box)["internalId"]
    finance_edits(world, order, {"line": 2, "isClosed": True})  # out of stock
    for _ in range(2):
        if cut_off:
            world.fault("netsuite", "cut_after", operation="update", times=1)
        move(world, box, "Closed-Lost")
        later(world, box, times=1)
        assert [line["isClosed"] for line in lines_of(world, box)] == [True, True, True]
        move(world, box, "Closed-Won")
        assert [line["isClosed"] for line in lines_of(world, box)] == [False, True, False]
    finance_edits(world, order, {"line": 3, "isClosed": True})
    move(world, box, "Closed-Lost")
    move(world, box, "Closed-Won")
    assert [line["isClosed"] for line in lines_of(world, box)] == [False, True, True]


def test_an_order_that_finance_has_closed_is_shown_and_not_opened_with_its_deal(
    world: World, tmp_path: Path
) -> None:
    policies(world, tmp_path, "when_lost: close", "when_won_again: reopen")
    box = ordered(world)
    finance_edits(world, order_of(world, box)["internalId"], {"line": 1, "isClosed": True})
    move(world, box, "Closed-Lost")
    move(world, box, "Closed-Won")
    later(world, box, times=1)
    assert order_of(world, box)["status"] == "Closed"
    assert dismiss(world) == "DEAL_WON_AGAIN"
    later(world, box, times=1)
    assert world.held_because() == []


def test_a_deal_won_again_whose_order_a_person_has_closed_is_shown(world: World) -> None:
    box = ordered(world)
    for _ in range(2):
        move(world, box, "Closed-Lost")
        order = order_of(world, box)["internalId"]
        finance_edits(world, order, {"line": 1, "isClosed": True})  # as the hold asks for
        assert dismiss(world) == "DEAL_LOST"
        move(world, box, "Closed-Won")
        later(world, box, times=1)
        finance_edits(world, order, {"line": 1, "isClosed": False})
        assert dismiss(world) == "DEAL_WON_AGAIN"
        later(world, box, times=2)
        assert world.held_because() == []
        assert world.outcomes(box)[-1].rule == "order_exists"


@pytest.mark.parametrize("between", ["", "Negotiation"])
def test_a_deal_won_again_whose_order_a_person_has_closed_without_a_word_is_shown(
    world: World, between: str
) -> None:
    box = ordered(world)
    move(world, box, "Closed-Lost")
    finance_edits(world, order_of(world, box)["internalId"], {"line": 1, "isClosed": True})
    if between:
        move(world, box, between)  # nobody is asked any more
    move(world, box, "Closed-Won")
    later(world, box, times=1)
    assert dismiss(world) == "DEAL_WON_AGAIN"
    later(world, box, times=2)
    assert world.held_because() == []
    assert world.outcomes(box)[-1].rule == "order_exists"


@pytest.mark.parametrize("answered", [True, False])
def test_a_deal_won_again_whose_order_a_person_kept_goes_on(world: World, *, answered: bool) -> None:
    box = ordered(world)
    move(world, box, "Closed-Lost")
    assert not answered or dismiss(world) == "DEAL_LOST"
    before = updates(world)
    move(world, box, "Closed-Won")
    changed(world, box, Quantity="5")
    later(world, box)
    assert lines_of(world, box)[0]["quantity"] == "5"
    assert (world.held_because(), updates(world)) == ([], before + 1)


def test_a_deleted_deal_that_a_person_has_seen_to_is_not_shown_again(world: World) -> None:
    box = ordered(world)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    world.hint(box)
    world.drain()
    assert dismiss(world) == "BOX_DELETED"
    world.hint(box, version="2")
    world.drain()
    assert world.held_because() == []


def test_a_lost_deal_whose_goods_a_vendor_was_asked_for_is_closed_and_shown_to_a_person(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]"
    )
    box, purchase = drop_shipped(world)
    for _ in range(2):
        move(world, box, "Closed-Lost")
    assert order_of(world, box)["status"] == "Closed"
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "PURCHASE_OPEN"
    assert purchase in hold.reason


@pytest.mark.parametrize("sent", [False, True], ids=["nothing has left", "a part is billed yet"])
def test_money_that_was_paid_in_advance_for_a_lost_deal_is_shown_to_a_person(
    world: World, tmp_path: Path, *, sent: bool
) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    order = order_of(world, box)
    values = {
        "customer": RecordRef(internal_id=order["entity"]["internalId"]),
        "salesOrder": RecordRef(internal_id=order["internalId"]),
        "payment": Decimal(500),
    }
    with SoapClient(world.settings().netsuite) as client:
        made = client.send(write(Verb.ADD, SuiteRecord(type="customerDeposit", values=values)))
    assert made.status.success, made.status
    if sent:
        finance(world, f"orders/{order['internalId']}/fulfill", lines={"1": "1"})
    for _ in range(2):
        move(world, box, "Closed-Lost")
    assert all(line["isClosed"] for line in lines_of(world, box))
    told = "DEPOSIT_OPEN: sales order SO1006 ended with its deal, and 500.00 US Dollar were paid for it in advance (CD1001)"
    assert world.held_because() == ([] if sent else [told])


def test_a_deal_that_changes_and_is_lost_leaves_no_line_open(world: World, tmp_path: Path) -> None:
    box = ordered_by_table(world, tmp_path, ARM)
    text = world.mapping.read_text()
    world.mapping.write_text(
        text.replace("  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]")
    )
    world.streak.post(f"v1/boxes/{box}", json={"notes": f"{ARM}\n{PLAN}"}).raise_for_status()
    world.hint(box)
    with world.product() as product:
        product.deal_to_order().drain()
        world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
        world.hint(box)
        product.deal_to_order().drain()
        product.order_edits().drain()
    assert [line["isClosed"] for line in lines_of(world, box)] == [True, True]
    assert order_of(world, box)["status"] == "Closed"


def test_what_was_shipped_of_a_lost_deal_stays(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    order = order_of(world, box)["internalId"]
    finance(world, f"orders/{order}/fulfill", lines={"1": "3"})
    move(world, box, "Closed-Lost")
    assert order_of(world, box)["status"] == "Pending Billing"
    assert finance(world, f"orders/{order}/bill")["total"] == "37500.00"


def test_a_deal_won_lost_and_won_again_has_one_open_order(world: World, tmp_path: Path) -> None:
    policies = "  when_lost: close\n  when_won_again: reopen\n  lost_stages: [Closed-Lost]"
    world.change_mapping(tmp_path, "  lost_stages: [Closed-Lost]", policies)
    box = ordered(world)
    for _ in range(2):
        move(world, box, "Closed-Lost")
        assert order_of(world, box)["status"] == "Closed"
        move(world, box, "Closed-Won")
        assert order_of(world, box)["status"] == "Pending Fulfillment"
    assert len(world.orders(box)) == 1


def test_an_order_that_is_opened_again_follows_what_has_changed_while_its_deal_was_lost(
    world: World, tmp_path: Path
) -> None:
    policies = "  when_lost: close\n  when_won_again: reopen\n  lost_stages: [Closed-Lost]"
    world.change_mapping(tmp_path, "  lost_stages: [Closed-Lost]", policies)
    box = ordered(world)
    move(world, box, "Closed-Lost")
    world.set_field(box, "Quantity", "6")
    world.fault("netsuite", "cut_before", operation="update")  # it is not open at once
    move(world, box, "Closed-Won")
    for _ in range(3):
        world.wait(LONGEST_COMMIT_SECONDS / 2)
        world.drain()
    assert (lines_of(world, box)[0]["quantity"], order_of(world, box)["status"]) == (
        "6",
        "Pending Fulfillment",
    )
    assert world.outcomes(box)[-1].action is not Action.DEFERRED
    assert (world.held_because(), tasks(world, box)) == ([], [])


def test_a_worker_killed_after_closing_closes_once(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: close\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    world.hint(box)
    world.die("change")
    before = updates(world)
    world.wait(120)
    world.drain()
    assert order_of(world, box)["status"] == "Closed"
    assert updates(world) == before


def test_a_worker_killed_after_cancelling_cancels_once(world: World, tmp_path: Path) -> None:
    world.configure_netsuite(default_order_status="_pendingApproval")
    world.change_mapping(
        tmp_path, "  lost_stages: [Closed-Lost]", "  when_lost: cancel\n  lost_stages: [Closed-Lost]"
    )
    box = ordered(world)
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    world.hint(box)
    world.die("change")
    assert order_of(world, box)["status"] == "Cancelled"
    before = updates(world)
    world.wait(120)
    world.drain()
    assert updates(world) == before
    with world.ledger() as ledger:
        assert ledger.list_holds() == []
        assert "it is cancelled already" in ledger.outcomes_for(box_ref(box))[-1].reason


def test_a_worker_killed_after_a_task_was_made_makes_it_once(world: World) -> None:
    box = ordered(world)
    order = order_of(world, box)["internalId"]
    finance(world, f"orders/{order}/fulfill")
    finance(world, f"orders/{order}/bill")
    world.set_field(box, "Quantity", "5")
    world.hint(box)
    world.die("task")
    assert len(tasks(world, box)) == 1
    world.wait(120)
    for _ in range(2):
        changed(world, box)
    (task,) = tasks(world, box)
    assert "quantity: 4 -> 5" in task


# --- dry run, and what is gone ---


def test_a_dry_run_tells_each_change_and_writes_nothing(world: World) -> None:
    box = ordered(world)
    world.set_field(box, "Quantity", "6")
    writes = len(world.writes("netsuite")), len(world.writes("streak"))
    with world.product() as product:
        plans, batch = product.deal_to_order().plan([box])
    assert plans == []
    (outcome,) = batch.decided.values()
    assert outcome.action is Action.UPDATED
    assert "quantity: 4 -> 6" in outcome.reason
    assert (len(world.writes("netsuite")), len(world.writes("streak"))) == writes
    changed(world, box)
    assert lines_of(world, box)[0]["quantity"] == "6"


def test_an_order_that_finance_deleted_is_not_made_again_by_a_change(world: World) -> None:
    box = ordered(world)
    gone = RecordRef(type="salesOrder", internal_id=order_of(world, box)["internalId"])
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(gone)).status.success
    changed(world, box, Quantity="6")
    assert world.orders(box) == []
    with world.ledger() as ledger:
        assert "does not exist in NetSuite any more" in ledger.outcomes_for(box_ref(box))[-1].reason
        assert [one.code for one in ledger.list_holds()] == ["ORDER_GONE"]


def test_a_change_that_is_taken_back_before_it_was_sent_is_not_written(world: World) -> None:
    box = ordered(world)
    for quantity in ("6", "4"):
        world.set_field(box, "Quantity", quantity)
        world.hint(box)
        with world.product() as product:
            product.deal_to_order().drain()  # plans the change; nobody writes it yet
    with world.product() as product:
        product.order_edits().drain()
    assert [line["quantity"] for line in lines_of(world, box)] == ["4"]
    changed(world, box, Quantity="5")
    assert [line["quantity"] for line in lines_of(world, box)] == ["5"]


def test_a_change_that_is_given_up_does_not_keep_the_next_from_its_order(world: World) -> None:
    box = ordered(world)
    world.flow |= {"attempts": 2}
    world.fault("netsuite", "cut_before", operation="update", times=2)
    changed(world, box, Quantity="6")
    for _ in range(4):
        world.wait(120)
        world.drain()
    told = "its write is given up; later ones wait only as long as it may still land"
    assert dismissed(world) == ("OUTCOME_UNKNOWN", told)
    changed(world, box, Quantity="7")
    assert [line["quantity"] for line in lines_of(world, box)] == ["4"]
    world.wait(LONGEST_COMMIT_SECONDS)
    world.drain()
    assert [line["quantity"] for line in lines_of(world, box)] == ["7"]


# --- what was sent without an answer may land over what follows ---


def sent(world: World, operation: str) -> int:
    """Return how often orders were written by an operation."""
    return len([one for one in world.received("netsuite", operation) if "SalesOrder" in one["body"]])


def test_an_order_is_not_sent_otherwise_while_its_first_try_may_still_land(world: World) -> None:
    box = str(world.win(BOX))
    world.fault(
        "netsuite", "commit_later", operation="upsertList", match="SalesOrder", options={"seconds": 600}
    )
    world.drain()
    world.set_field(box, "Quantity", "3")
    world.hint(box)
    world.wait(60)  # it is settled: the same would be sent again
    world.drain()
    assert sent(world, "upsertList") == 1
    assert world.orders(box) == []
    world.land()
    assert world.orders(box) != []
    later(world, box)
    assert order_of(world, box)["total"] == "37500.00"
    assert sent(world, "upsertList") == 1, "it was found, and changed"


def test_a_change_is_not_sent_while_an_earlier_one_may_still_land(world: World) -> None:
    box = ordered(world)
    world.fault("netsuite", "cut_before", operation="update", times=1)
    changed(world, box, Quantity="6")
    world.wait(60)
    world.drain()
    assert (lines_of(world, box)[0]["quantity"], sent(world, "update")) == ("6", 2)
    changed(world, box, Quantity="8")
    world.wait(600)
    world.drain()
    assert sent(world, "update") == 2, "the first of the two may land over it"
    world.wait(LONGEST_COMMIT_SECONDS)
    world.drain()
    assert (lines_of(world, box)[0]["quantity"], sent(world, "update")) == ("8", 3)


def test_a_change_that_left_long_after_it_was_begun_is_waited_for_from_then_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = ordered(world)
    send = SoapClient.send

    def queued(self: SoapClient, call: Any, **more: Any) -> Any:
        if call.operation == "update":
            world.wait(900)  # for a slot, or for a call before it
        return send(self, call, **more)

    monkeypatch.setattr(SoapClient, "send", queued)
    world.fault("netsuite", "cut_before", operation="update")
    changed(world, box, Quantity="6")
    monkeypatch.undo()
    world.wait(60)
    world.drain()
    assert (lines_of(world, box)[0]["quantity"], sent(world, "update")) == ("6", 2)
    changed(world, box, Quantity="8")
    world.wait(200)
    world.drain()
    assert sent(world, "update") == 2, "the first of the two may land over it"
    world.wait(LONGEST_COMMIT_SECONDS)
    world.drain()
    assert (lines_of(world, box)[0]["quantity"], sent(world, "update")) == ("8", 3)


@pytest.mark.parametrize("what", ["a change", "its end"])
def test_nothing_is_done_to_an_order_while_a_try_to_make_it_may_still_land(
    world: World, tmp_path: Path, what: str
) -> None:
    policies(world, tmp_path, "when_lost: close")
    box = str(world.win(BOX))
    world.fault("netsuite", "cut_before", operation="upsertList", match="SalesOrder")
    world.drain()
    world.wait(60)
    world.run()
    assert (len(world.orders(box)), sent(world, "upsertList")) == (1, 2)
    if what == "a change":
        changed(world, box, Quantity="8")
    else:
        move(world, box, "Closed-Lost")
    world.wait(600)
    world.drain()
    assert sent(world, "update") == 0
    world.wait(LONGEST_COMMIT_SECONDS)
    world.drain()
    assert sent(world, "update") == 1
    assert (order_of(world, box)["status"] == "Closed") is (what == "its end")


def test_an_order_that_is_found_after_its_answer_was_lost_follows_its_deal_at_once(world: World) -> None:
    """There was one try, and it has landed: nothing of it can come later."""
    box = str(world.win(BOX))
    world.fault("netsuite", "cut_after", operation="upsertList", match="SalesOrder")
    world.run()
    changed(world, box, Quantity="8")
    assert lines_of(world, box)[0]["quantity"] == "8"
