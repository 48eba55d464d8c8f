"""Names of terms, tax codes and custom lists are asked of NetSuite, as the fields offer them."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.outcome import Action

World = Any


@pytest.fixture
def listed(world: World, tmp_path: Path) -> World:
    """A world whose mapping takes the terms from a text field, as NetSuite calls them."""
    world.change_mapping(
        tmp_path / "mapping",
        "  item: {netsuite: item}",
        "  terms: {netsuite: salesOrder.terms}\n  item: {netsuite: item}",
    )
    text = world.mapping.read_text()
    world.mapping.write_text(
        text.replace(
            "    purchase_order_number:", "    terms: {from: box.fields.PO number, lookup: terms}\n    x:"
        ).replace("    x: {from: box.fields.PO number, transform: [strip]}\n", "")
    )
    return world


def written(world: World, box: str) -> SalesOrder:
    (order,) = world.orders(box)
    with world.product() as product:
        return product.netsuite.held_orders([order["internalId"]])[order["internalId"]].order


def test_an_entry_is_found_by_its_name_whatever_the_case(listed: World) -> None:
    (box,) = listed.won_deals(1, **{"PO number": " net  30 "})
    assert listed.run().count(Action.CREATED) == 1
    terms = written(listed, box).terms
    assert terms is not None
    assert terms.name == "Net 30"


def test_many_deals_ask_for_the_list_once(listed: World) -> None:
    listed.won_deals(6, organizations=3, **{"PO number": "Net 30"})
    listed.run()
    asked = listed.control.get("/requests", params={"system": "netsuite"}).json()["requests"]
    assert len([one for one in asked if one["operation"] == "getSelectValue"]) == 1


def test_an_unknown_name_is_held_with_near_ones(listed: World) -> None:
    (box,) = listed.won_deals(1, **{"PO number": "Nett 30"})
    listed.run()
    with listed.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert "PO number 'Nett 30' is unknown; did you mean 'Net 30'?" in hold.reason
    assert listed.orders(box) == []


def test_a_field_that_offers_no_list_is_named_before_anything_is_written(listed: World) -> None:
    text = listed.mapping.read_text()
    listed.mapping.write_text(text.replace("salesOrder.terms", "salesOrder.trems"))
    listed.won_deals(1, **{"PO number": "Net 30"})
    with pytest.raises(ConfigurationError, match=r"lookups\.terms: .*salesOrder\.trems"):
        listed.run()
    assert listed.writes("netsuite") == []


def test_a_new_customer_gets_the_terms_its_deal_names(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path / "mapping",
        "  item: {netsuite: item}",
        "  terms: {netsuite: customer.terms}\n  item: {netsuite: item}",
    )
    text = world.mapping.read_text()
    phone = "    phone: {from: buyer.phone}\n"
    terms = "    terms: {from: box.fields.PO number, lookup: terms}\n"
    world.mapping.write_text(text.replace(phone, phone + terms))
    (box,) = world.won_deals(1, **{"PO number": "net 60"})
    assert world.run().count(Action.CREATED) == 1
    order = written(world, box)
    (customer,) = [c for c in world.netsuite()["customers"] if c["internalId"] == order.customer.internal_id]
    assert customer["terms"]["name"] == "Net 60"
    assert order.terms is not None
    assert order.terms.name == "Net 60"  # NetSuite's own doing: an order gets its customer's


def test_a_column_of_the_lines_is_asked_for_too(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path / "mapping",
        "  item: {netsuite: item}",
        "  tier: {netsuite: salesOrder.custbody_streak_tier}\n  item: {netsuite: item}",
    )
    world.mapping.write_text(world.mapping.read_text().replace("  tier: {file: lookups/tier.yaml}\n", ""))
    (box,) = world.won_deals(1, Tier="Gold")
    assert world.run().count(Action.CREATED) == 1
    (field,) = [one for one in written(world, box).custom_fields if one.script_id == "custbody_streak_tier"]
    assert field.value.name == "Gold"
