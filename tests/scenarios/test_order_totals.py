"""What NetSuite adds to an order's total by itself is no difference; what somebody has changed is one, to the cent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb

World = Any

TAX = RecordRef(internal_id="304")  # 7 percent
DISCOUNT = RecordRef(internal_id="206")
MEMO = "    memo: {from: box.name, transform: [collapse_spaces], clip: 999}\n"


def order_of(world: World, **fields: Any) -> tuple[str, dict[str, Any]]:
    """Let an order over 2 at 100.00 be made; return its box and it."""
    (box,) = world.won_deals(1, **fields)
    world.run()
    (order,) = world.orders(box)
    return box, order


def finance(
    world: World,
    order: dict[str, Any],
    *rows: dict[str, Any],
    mode: SublistMode = SublistMode.MERGE,
    **values: Any,
) -> None:
    """Change an order as finance does in NetSuite; it may replace all lines."""
    lines = Sublist(rows=tuple(Fields(values=row) for row in rows), mode=mode)
    record = SuiteRecord(
        type="salesOrder",
        internal_id=order["internalId"],
        values=values,
        sublists={"itemList": lines} if rows else {},
    )
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, record))
    assert answer.status.success, answer.status


def reconciled(world: World) -> Any:
    with world.product() as product:
        return product.reconcile(quick=True).run()


def totals(world: World) -> list[str]:
    return [one.what for one in reconciled(world).differences if one.drift == "total"]


def adds(world: World, folder: Path, rule: str) -> None:
    text = f"reconcile:\n  netsuite_adds: {rule}\n\nsales_order:\n"
    world.change_mapping(folder, "sales_order:\n", text)


def total(world: World, box: str) -> str:
    (order,) = world.orders(box)
    return str(order["total"])


def test_tax_shipping_and_handling_are_netsuites_and_stand_beside_the_sums(world: World) -> None:
    box, order = order_of(world)
    costs = {"shippingCost": Decimal("12.50"), "handlingCost": Decimal("3.00")}
    finance(world, order, {"line": 1, "taxCode": TAX}, **costs)
    assert total(world, box) == "229.50"
    report = reconciled(world)
    assert [one for one in report.differences if one.drift == "total"] == []
    assert report.written == report.found
    assert {
        currency: {str(part): str(amount) for part, amount in parts.items()}
        for currency, parts in report.added.items()
    } == {"US Dollar": {"tax": "14.00", "shipping": "12.50", "handling": "3.00"}}
    line = "US Dollar: 200.00 written, 200.00 in NetSuite, and 3.00 handling, 12.50 shipping, 14.00 tax added there"
    assert line in report.lines()


def test_orders_whose_totals_fit_are_not_read_one_by_one(world: World) -> None:
    _, order = order_of(world)
    finance(world, order, {"line": 1, "taxCode": TAX}, shippingCost=Decimal(10))
    before = len(world.received("netsuite", "getList"))
    reconciled(world)
    assert len(world.received("netsuite", "getList")) == before


@pytest.mark.parametrize(("rate", "differs"), [("100.025", False), ("100.03", True)])
def test_a_cent_beyond_the_tolerance_is_a_difference(world: World, rate: str, differs: bool) -> None:
    _, order = order_of(world)
    finance(world, order, {"line": 1, "taxCode": TAX, "rate": Decimal(rate)}, shippingCost=Decimal(10))
    assert bool(totals(world)) is differs


def test_a_changed_line_is_named_with_what_is_tax_of_the_total(world: World) -> None:
    _, order = order_of(world)
    finance(world, order, {"line": 1, "taxCode": TAX, "quantity": Decimal(12)})
    assert totals(world) == [
        f"order {order['tranId']} is 1,284.00 US Dollar, of it 84.00 tax; 200.00 was written"
    ]


def test_a_discount_that_the_deal_did_not_give_is_a_difference(world: World) -> None:
    _, order = order_of(world)
    finance(world, order, discountItem=DISCOUNT, discountRate="-20.00")
    (told,) = totals(world)
    assert told == f"order {order['tranId']} is 180.00 US Dollar, of it -20.00 discount; 200.00 was written"


def test_a_discount_that_what_netsuite_adds_makes_up_for_is_a_difference(world: World) -> None:
    box, order = order_of(world)
    finance(world, order, discountItem=DISCOUNT, discountRate="-20.00", handlingCost=Decimal(20))
    assert total(world, box) == "200.00"
    assert len(totals(world)) == 1


def test_the_discount_of_the_deal_is_part_of_what_was_written(world: World, tmp_path: Path) -> None:
    discount = '    discount_item: {value: 206}\n    discount_rate: {value: "-12.5%"}\n'
    world.change_mapping(tmp_path, MEMO, MEMO + discount)
    box, order = order_of(world, **{"Unit price": "33.33"})
    assert total(world, box) == "58.33"
    report = reconciled(world)
    assert [one for one in report.differences if one.drift == "total"] == []
    assert sum(report.written.values()) == Decimal("58.33")

    finance(world, order, discountRate="-50%")
    assert "of it -25.00 discount; 58.33 was written" in totals(world)[0]
    finance(world, order, discountRate="0.00")
    assert "of it 8.33 discount; 58.33 was written" in totals(world)[0]


def test_the_mapping_says_what_netsuite_may_add(world: World, tmp_path: Path) -> None:
    adds(world, tmp_path, "{handling: false, discount: true}")
    _, order = order_of(world)
    finance(world, order, discountItem=DISCOUNT, discountRate="-20.00")
    assert totals(world) == []
    finance(world, order, handlingCost=Decimal(3))
    (told,) = totals(world)
    assert "3.00 handling" in told
    (difference,) = [one for one in reconciled(world).differences if one.drift == "total"]
    assert "NetSuite may not add this much handling" in difference.repair


@pytest.mark.parametrize("bound", ["{most: 13.99}", "{most_percent: 6.9}"])
def test_a_tax_beyond_its_bound_is_a_difference(world: World, tmp_path: Path, bound: str) -> None:
    adds(world, tmp_path, f"{{tax: {bound}}}")
    _, order = order_of(world)
    finance(world, order, {"line": 1, "taxCode": TAX})
    assert "14.00 tax" in totals(world)[0]


@pytest.mark.parametrize("bound", ["{most: 14}", "{most_percent: 7}", "{most: 14, most_percent: 7}"])
def test_a_tax_within_its_bound_is_none(world: World, tmp_path: Path, bound: str) -> None:
    adds(world, tmp_path, f"{{tax: {bound}}}")
    _, order = order_of(world)
    finance(world, order, {"line": 1, "taxCode": TAX})
    assert totals(world) == []


# --- changes that were not taken ---


def changed(world: World, box: str, **fields: str) -> None:
    """Change a deal's fields and let its order follow as far as it can."""
    for name, value in fields.items():
        world.set_field(box, name.replace("_", " "), value)
    world.wait(1)
    world.hint(box)
    world.drain()


def differences(world: World, box: str) -> list[str]:
    with world.product() as product:
        product.tell_boxes()
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()
        report = product.reconcile().run()
    return [f"{one.drift}: {one.what}" for one in report.differences if one.record == box]


def billed(world: World, order: dict[str, Any]) -> None:
    for act in ("fulfill", "bill"):
        world.control.post(f"/netsuite/orders/{order['internalId']}/{act}", json={}).raise_for_status()


def test_a_change_that_the_order_could_not_follow_is_not_what_was_written(world: World) -> None:
    box, order = order_of(world)
    billed(world, order)
    changed(world, box, Quantity="5", PO_number="PO-9", Reseller="Kettle")
    assert differences(world, box) == []
    report = reconciled(world)
    assert sum(report.written.values()) == sum(report.found.values()) == Decimal(200)
    assert report.unfollowed == 1
    assert "1 orders could not follow all that their deals want" in report.lines()

    changed(world, box, Account_manager="Ada")  # one more that is taken, beside those that still are not
    assert differences(world, box) == []
    assert reconciled(world).unfollowed == 1

    (same,) = world.orders(box)
    assert (same["custom"]["custbody_reseller"], same["custom"]["custbody_account_manager"]) == (
        "Kettle",
        "Ada",
    )
    changed(world, box, Quantity="2", PO_number="")
    assert differences(world, box) == []
    assert reconciled(world).unfollowed == 0


def test_what_finance_changes_beside_a_refused_change_is_still_named(world: World) -> None:
    box, order = order_of(world)
    billed(world, order)
    changed(world, box, Quantity="5")
    finance(world, order, shippingCost=Decimal(7), handlingCost=Decimal(1))
    assert differences(world, box) == []
    finance(world, order, discountItem=DISCOUNT, discountRate="-1.00")
    (told,) = differences(world, box)
    assert "207.00 US Dollar, of it -1.00 discount, 1.00 handling, 7.00 shipping; 200.00 was written" in told


def test_a_change_that_netsuite_has_refused_is_not_what_was_written(world: World) -> None:
    box, _ = order_of(world)
    changed(world, box, Quantity="3")
    world.fault("netsuite", "record_error", operation="update", options={"code": "USER_ERROR"})
    changed(world, box, Quantity="5")
    assert [one for one in differences(world, box) if "total" in one] == []
    report = reconciled(world)
    assert sum(report.written.values()) == sum(report.found.values()) == Decimal(300)
    assert report.unfollowed == 1


def test_a_change_that_may_have_landed_is_not_compared(world: World) -> None:
    box, _ = order_of(world)
    world.fault("netsuite", "cut_after", operation="update", times=None)
    changed(world, box, Quantity="3")
    report = reconciled(world)
    assert [one for one in report.differences if one.drift == "total"] == []
    assert report.written == {}


def of_one_product(world: World, folder: Path, *rows: str) -> str:
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
    (box,) = world.deals(1)
    sells(world, box, *rows)
    world.hint(box)
    world.run()
    return box


def sells(world: World, box: str, *rows: str) -> None:
    world.streak.post(f"v1/boxes/{box}", json={"notes": "\n".join(rows)}).raise_for_status()


def test_of_several_lines_of_one_product_each_is_known_after_changes_that_were_refused(
    world: World, tmp_path: Path
) -> None:
    """Nobody but the deal has changed anything, then finance changes one line: that, and nothing else, is named."""
    world.change_mapping(
        tmp_path / "policy", "pending_fulfillment: [everything]", "pending_fulfillment: [memo]"
    )
    box = of_one_product(world, tmp_path / "lines", "Atlas Arm;2;10", "Atlas Arm;3;10", "Atlas Arm;5;20")
    (order,) = world.orders(box)

    def wants(*rows: str) -> list[str]:
        sells(world, box, *rows)
        world.wait(1)
        world.hint(box, version=f"{int(world.now().timestamp() * 1000)}")
        world.drain()
        return totals(world)

    assert wants("Atlas Arm;7;10", "Atlas Arm;3;10", "Atlas Arm;5;20") == []
    assert wants("Atlas Arm;3;10", "Atlas Arm;5;20", "Atlas Arm;7;30") == []
    assert wants("Atlas Arm;5;20", "Atlas Arm;9;10") == []
    assert wants("Atlas Arm;2;10", "Atlas Arm;2;10", "Atlas Arm;2;10", "Atlas Arm;2;10") == []
    report = reconciled(world)
    assert sum(report.written.values()) == sum(report.found.values()) == Decimal(150)
    assert report.unfollowed == 1
    finance(world, order, {"line": 2, "quantity": Decimal(2)})
    (told,) = totals(world)
    assert "140.00 US Dollar; 150.00 was written" in told
    (told,) = wants("Atlas Arm;4;10", "Atlas Arm;4;10")
    assert "140.00 US Dollar; 150.00 was written" in told


def test_a_line_that_finance_has_put_in_the_place_of_another_keeps_what_finance_entered(
    world: World, tmp_path: Path
) -> None:
    """As many lines of the product as before: NetSuite's numbers tell the deal's from finance's, also where the deal wins."""
    world.change_mapping(tmp_path / "policy", "  owner: netsuite", "  owner: streak")
    box = of_one_product(world, tmp_path / "lines", "Atlas Arm;1;10", "Atlas Arm;2;10")
    (order,) = world.orders(box)
    item = RecordRef(internal_id=order["itemList"][0]["item"]["internalId"])
    price = {"price": RecordRef(internal_id="-1"), "rate": "10.00"}
    stays = {"line": 2, "item": item, "quantity": Decimal(2), **price}
    own = {"item": item, "quantity": Decimal(5), **price}
    finance(world, order, stays, own, mode=SublistMode.REPLACE)

    def lines() -> list[tuple[int, str]]:
        (now,) = world.orders(box)
        return [(line["line"], line["quantity"]) for line in now["itemList"]]

    assert lines() == [(2, "2"), (3, "5")]
    for wish, left in (("3", [(2, "3"), (3, "5")]), ("4", [(2, "4"), (3, "5")])):
        sells(world, box, "Atlas Arm;1;10", f"Atlas Arm;{wish};10")
        world.wait(1)
        world.hint(box, version=f"{int(world.now().timestamp() * 1000)}")
        world.drain()
        assert lines() == left
    (told,) = totals(world)
    assert "90.00 US Dollar; 50.00 was written" in told
