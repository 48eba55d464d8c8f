"""An address that stands in several fields is suggested as one rule, or nothing is said of it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assist.mapping.catalogue import Catalogue, Field, FieldType
from assist.mapping.memory import Decision, Memory
from assist.mapping.suggester import Suggester
from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping_desk.address_parts import AddressParts
from streak_netsuite.mapping_desk.draft import together
from streak_netsuite.mapping_desk.targets import targets_of
from streak_netsuite.model.address import Address

TARGETS = targets_of([])
BILLING = ("Billing street", "Billing city", "Billing state", "Billing zip", "Billing country")
SHIPPING = ("Ship to street", "Ship to city", "Ship to postal code", "Ship to country")
BILL, SHIP = "sales_order.fields.billing_address", "sales_order.fields.shipping_address"


def suggested(
    names: Sequence[str], *, record: str = "box", filled: Sequence[str] = (), memory: Memory | None = None
) -> dict[str, tuple[str, ...]]:
    """Which fields of these names are put together, by target."""
    sources = [Field(record=record, id=name, label=name, type=FieldType.TEXT) for name in names]
    left = [one for one in TARGETS.catalogue if TARGETS.paths[one.key] not in filled]
    found = AddressParts(
        suggester=Suggester(),
        sources=Catalogue(system="Streak", fields=sources),
        targets=Catalogue(system="NetSuite", fields=left),
        memory=memory or Memory(),
    ).suggestions()
    assert all(told.target.key in TARGETS.paths for one in found for told in one.candidates)
    return {
        TARGETS.path(one.chosen.target): tuple(part.id for part in one.parts) for one in found if one.chosen
    }


def test_parts_of_one_address_are_put_together_in_its_order() -> None:
    assert suggested([*reversed(BILLING), "PO number", "Product"]) == {BILL: BILLING}


def test_billing_and_shipping_are_told_apart() -> None:
    assert suggested([*SHIPPING, *BILLING]) == {SHIP: SHIPPING, BILL: BILLING}


def test_parts_of_an_organization_are_the_address_of_the_customer() -> None:
    names = ("Street", "City", "State", "Zip", "Country")
    assert suggested(names, record="organization") == {"customer.addresses[0]": names}


@pytest.mark.parametrize(
    "names",
    [
        ("Billing city",),
        ("Billing street",),
        ("Billing city", "Billing country"),
        ("Ship to",),
        ("PO number",),
    ],
)
def test_of_what_is_no_whole_address_nothing_is_said(names: Sequence[str]) -> None:
    assert suggested(names) == {}


def test_an_address_that_is_mapped_is_not_suggested() -> None:
    assert suggested(BILLING, filled=[BILL]) == {}


def test_an_address_that_a_person_turned_down_is_not_offered_again() -> None:
    no = Decision(
        source_record="box",
        source_field="Billing street",
        target_record="salesorder",
        target_field="billaddress",
        accepted=False,
    )
    assert suggested(BILLING, memory=Memory((no,))) == {}


@pytest.mark.parametrize(
    ("values", "address"),
    [
        (
            ("450 Harbor Blvd, Suite 200", "Oakland", "CA", "94607", "USA"),
            Address(
                addr1="450 Harbor Blvd",
                addr2="Suite 200",
                city="Oakland",
                state="CA",
                zip="94607",
                country="US",
            ),
        ),
        (
            ("Hauptstr. 5", "Berlin", None, "10115", "Germany"),
            Address(addr1="Hauptstr. 5", city="Berlin", zip="10115", country="DE"),
        ),
        ((None, "Oakland", "CA", "94607", "USA"), None),
        ((None, None, None, None, None), None),
    ],
    ids=["all", "no state", "no street", "nothing"],
)
def test_the_rule_makes_one_address_of_them(
    spec_of: Callable[..., Any],
    engine_for: Callable[..., Any],
    a_deal: Callable[..., Any],
    values: tuple[str | None, ...],
    address: Address | None,
) -> None:
    rule = together([f"box.fields.{name}" for name in BILLING])
    spec = spec_of(
        sales_order={
            "fields": {"transaction_date": {"from": "box.created_at"}, "billing_address": rule},
            "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
        }
    )
    mapped = engine_for(spec).map(a_deal(dict(zip(BILLING, values, strict=True))))
    assert mapped.faults == ()
    assert mapped.order.billing_address == address


def test_the_rule_reads_all_of_them() -> None:
    paths = [f"box.fields.{name}" for name in BILLING]
    assert list(Expression(together(paths)["expression"]).paths) == paths
