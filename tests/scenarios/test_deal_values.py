"""Deals of no value, of nothing, and of several currencies: a clear rule for each, and totals to the cent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.sync.outcome import Action

World = Any


def only_hold(world: World) -> Any:
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    return hold


def test_a_price_of_zero_is_held_unless_the_mapping_says_that_things_may_be_free(
    world: World, tmp_path: Path
) -> None:
    (box,) = world.won_deals(1, **{"Unit price": "0"})
    assert world.run().count(Action.HELD) == 1
    hold = only_hold(world)
    assert hold.code == "MAPPING"
    assert "allow_zero_rate" in hold.reason
    assert world.orders(box) == []
    world.change_mapping(
        tmp_path,
        "      rate: {from: box.fields.Unit price, required: true}",
        "      allow_zero_rate: true\n      rate: {from: box.fields.Unit price, required: true}",
    )
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="otto", reason="it is a sample", now=world.now())
    world.run()
    (order,) = world.orders(box)
    assert Decimal(order["total"]) == 0


@pytest.mark.parametrize(
    ("discount", "worth"),
    [("-100%", "nothing"), ("-200", "nothing"), ("-500", "less than nothing"), ("-199.99", "0.01")],
)
def test_a_discount_that_leaves_nothing_of_an_order_is_held_and_named(
    world: World, tmp_path: Path, discount: str, worth: str
) -> None:
    """Two pieces at 100, and what is taken off."""
    memo = "    memo: {from: box.name, transform: [collapse_spaces], clip: 999}\n"
    off = "    discount_item: {value: 206}\n    discount_rate: {from: box.fields.PO number}\n"
    world.change_mapping(tmp_path, memo, memo + off)
    (box,) = world.won_deals(1, **{"PO number": discount})
    world.run()
    if worth == "0.01":
        assert [order["total"] for order in world.orders(box)] == [worth]
        return
    assert world.orders(box) == []
    hold = only_hold(world)
    assert f"the order would be worth {worth} with a discount of {discount}" in hold.reason
    assert ("allow_zero_rate" in hold.fix) == (worth == "nothing")


def test_a_price_too_small_to_be_paid_is_held_like_one_of_zero(world: World) -> None:
    (box,) = world.won_deals(1, **{"Unit price": "0.001"})
    world.run()
    assert world.orders(box) == []
    assert "the order would be worth nothing" in only_hold(world).reason


@pytest.mark.parametrize("product", ["Atlas  Arm", " Atlas Arm ", "Atlas\u00a0Arm"])
def test_a_product_with_blanks_that_nobody_sees_is_found(world: World, tmp_path: Path, product: str) -> None:
    """In a field of free text, that is."""
    item = "from: box.fields.Product, lookup: item"
    world.change_mapping(tmp_path, item, item.replace("Product", "PO number"))
    (box,) = world.won_deals(1, **{"PO number": product})
    world.run()
    assert world.held_because() == []
    assert len(world.orders(box)) == 1


def test_a_deal_without_a_product_is_held_and_says_so(world: World) -> None:
    (box,) = world.won_deals(1, Product=None)
    world.run()
    assert "product" in only_hold(world).reason.lower()
    assert world.orders(box) == []
    assert world.writes("netsuite") == []


@pytest.mark.parametrize("quantity", ["0", "-2", None])
def test_a_deal_of_no_pieces_is_held_and_says_so(world: World, quantity: str | None) -> None:
    (box,) = world.won_deals(1, Quantity=quantity)
    world.run()
    assert "quantity" in only_hold(world).reason.lower()
    assert world.orders(box) == []
    assert world.writes("netsuite") == []


def test_a_currency_that_nobody_knows_is_named_and_held_beside_the_others(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(
        tmp_path,
        "    currency: {from: box.fields.Currency, lookup: currency}\n    ship_date",
        "    currency: {from: box.fields.PO number, lookup: currency}\n    ship_date",
    )
    (odd,) = world.won_deals(1, **{"PO number": "EURO"})
    (fine,) = world.won_deals(1, **{"PO number": "USD"})
    world.run()
    assert "EURO" in only_hold(world).reason
    assert (world.orders(odd), len(world.orders(fine))) == ([], 1)


def test_deals_of_several_currencies_in_one_batch_are_orders_in_their_own(world: World) -> None:
    (dollars,) = world.won_deals(1, Currency="USD")
    (euros,) = world.won_deals(1, Currency="EUR")
    (none,) = world.won_deals(1, Currency=None)
    world.run()
    bought = {box: order["currency"]["name"] for box in (dollars, euros, none) for order in world.orders(box)}
    home = "US Dollar"  # of the subsidiary: a customer without a currency has that one, and so has its order
    assert bought == {dollars: "US Dollar", euros: "Euro", none: home}
    with world.product() as product:
        report = product.reconcile().run()
    assert report.written == report.found == {"US Dollar": Decimal(400), "Euro": Decimal(200)}


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("3", "33.33", "99.99"), ("7", "0.07", "0.49"), ("1000", "19.99", "19990.00"), ("2.5", "0.10", "0.25")],
)
def test_totals_are_right_to_the_cent(world: World, quantity: str, price: str, total: str) -> None:
    (box,) = world.won_deals(1, Quantity=quantity, **{"Unit price": price})
    world.run()
    (order,) = world.orders(box)
    assert Decimal(order["total"]) == Decimal(total)


def test_a_total_that_netsuite_rounds_otherwise_is_no_difference_within_the_tolerance(world: World) -> None:
    world.won_deals(1, Quantity="3", **{"Unit price": "33.335"})
    world.run()
    with world.product() as product:
        report = product.reconcile().run()
    assert [one for one in report.differences if one.drift == "total"] == []
