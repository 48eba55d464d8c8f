"""A customer that would be created is compared as a whole with all that exist; what looks like one is held."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event

from streak_netsuite.model.address import Address
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.customer_profile import CustomerProfile
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import RecordWrite

World = Any
BOX = "Blue Harbor warehouse robots"
TRADES = ("Roofing", "Plumbing", "Robotics", "Textiles", "Catering", "Printing", "Logistics", "Dental")
NAMES = ("Abbot", "Byrne", "Castell", "Dawes", "Ekholm", "Farrow", "Gladwin", "Hobday", "Ibarra", "Jessop")
EXISTING = CustomerProfile(
    name="Vandermeer Kowalski Robotics Ltd",
    email="office@vkrobotics.example",
    phone="+44 20 7932 5980",
    street="45 Mill Lane",
    city="Leeds",
    postcode="LS7 2AB",
    country="GB",
)


def a_customer(number: int) -> Customer:
    name = f"{NAMES[number % 10]} {NAMES[(number // 10) % 10]} {TRADES[number % 8]}"
    return written(
        CustomerProfile(
            name=f"{name} Ltd",
            email=f"office@{name.replace(' ', '').lower()}.example",
            phone=f"+44 20 79{number * 7919 % 100000:05} {number:02}",
            street=f"{number + 3} Orchard Way",
            city="Leeds",
            postcode=f"LS{number % 9 + 1} {number % 8}CD",
            country="GB",
        )
    )


def written(profile: CustomerProfile) -> Customer:
    address = Address(country=profile.country, addr1=profile.street, city=profile.city, zip=profile.postcode)
    return Customer(
        subsidiary=Reference(internal_id="1"),
        company_name=profile.name,
        email=profile.email,
        phone=profile.phone,
        addresses=(address,),
    )


def fill(world: World) -> str:
    """Write a hundred customers and the one that is looked for; return its internal id."""
    records = {f"c{number}": a_customer(number) for number in range(100)} | {"it": written(EXISTING)}
    ids: dict[str, str] = {}

    def answered(answers: Sequence[Any]) -> None:
        ids.update({one.operation_key: one.internal_id for one in answers})

    with world.product() as product:
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key=key, record=record) for key, record in records.items()], answered
        )
        product.ledger.directory.refresh(
            product.netsuite.changed_customers(None), watermark="netsuite.customers", position=product.clock()
        )
    return ids["it"]


def alike(world: World, profile: CustomerProfile) -> Sequence[Any]:
    with world.ledger() as ledger:
        return ledger.directory.alike_of({"new": profile}).get("new", ())


def test_another_name_at_the_same_phone_and_house_is_found_with_the_reasons(world: World) -> None:
    id_ = fill(world)
    with world.product() as product:
        product.duplicate_search().run()
    sought = CustomerProfile(
        name="CE Automation", phone="020 79325980", street="45 Mill Ln", city="Leeds", postcode="LS7 2AB"
    )
    (found, *_) = alike(world, sought)
    entry, probability, why = found
    assert entry.internal_id == id_
    assert probability > 0.2
    assert "phone: the same" in why
    assert "house number: the same" in why


def test_a_look_costs_two_ways_to_the_database_and_is_planned_by_the_index(world: World) -> None:
    fill(world)
    with world.product() as product:
        product.duplicate_search().run()
    asked: list[str] = []
    with world.ledger() as ledger:
        assert ledger.directory.alike_of({"new": EXISTING})
        event.listen(ledger.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert ledger.directory.alike_of({"new": EXISTING})
    assert len(asked) == 2
    assert "set_config" in asked[0]
    assert "block_codes" in asked[1]


def test_a_stranger_is_nobody(world: World) -> None:
    fill(world)
    with world.product() as product:
        product.duplicate_search().run()
    stranger = CustomerProfile(
        name="Quite Another Foundry",
        phone="+49 30 901820",
        email="info@foundry.example",
        street="7 Kiln Row",
        city="Cardiff",
        postcode="CF10 1AA",
    )
    assert [one for one in alike(world, stranger) if one[1] >= 0.2] == []


def neighbours(count: int) -> list[CustomerProfile]:
    """Return customers that have nothing in common but the street they are in."""
    names = [
        f"{one}{other.lower()} {trade}" for one, other, trade in zip(NAMES, NAMES[3:], TRADES, strict=False)
    ]
    return [
        CustomerProfile(
            name=name,
            email=f"pat@c000{31 + 13 * number}.example",
            street=f"{100 + number % 2} Main Street",
            city="Springfield",
            postcode="62701",
            country="US",
        )
        for number, name in enumerate(names[:count])
    ]


@pytest.mark.parametrize("known", [0, 3, 5])
def test_an_account_with_few_customers_is_not_asked_about_everybody_in_one_street(
    world: World, known: int
) -> None:
    everybody = neighbours(7)
    records = [RecordWrite(operation_key=f"c{n}", record=written(one)) for n, one in enumerate(everybody)]
    with world.product() as product:
        product.netsuite.upsert_customers(records[:known], lambda _: None)
        product.duplicate_search().run()
        product.netsuite.upsert_customers(records[known:-1], lambda _: None)
        product.ledger.directory.refresh(
            product.netsuite.changed_customers(None), watermark="netsuite.customers", position=product.clock()
        )
    assert [one for one in alike(world, everybody[-1]) if one[1] >= 0.2] == []


def test_before_duplicates_were_ever_searched_for_the_gate_says_nothing(world: World) -> None:
    fill(world)
    assert alike(world, EXISTING) == ()


def test_a_customer_that_was_created_a_moment_ago_is_found(world: World) -> None:
    fill(world)
    with world.product() as product:
        product.duplicate_search().run()
        late = written(
            CustomerProfile(
                name="Zephyr Instruments",
                phone="+44 113 496 0777",
                street="8 Kiln Row",
                city="York",
                postcode="YO1 7HH",
                country="GB",
            )
        )
        product.netsuite.upsert_customers([RecordWrite(operation_key="late", record=late)], lambda _: None)
        product.ledger.directory.refresh(
            product.netsuite.changed_customers(None), watermark="netsuite.customers", position=product.clock()
        )
    sought = CustomerProfile(
        name="Zephir Instr", phone="0113 4960777", street="8 Kiln Row", postcode="YO1 7HH"
    )
    (found, *_) = alike(world, sought)
    assert found[0].name == "Zephyr Instruments"


def test_a_deal_whose_customer_looks_like_one_that_exists_is_held_with_the_reasons(world: World) -> None:
    fill(world)
    box = world.win(BOX)
    with world.product() as product:
        (deal,) = product.streak.gather([box]).values()
        organization = deal.organization
        twin = CustomerProfile(
            name="BH Freight",
            phone=organization.phones[0] if organization.phones else "",
            street=organization.addresses[0] if organization.addresses else "",
        )
        assert twin.phone
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key="twin", record=written(twin))], lambda _: None
        )
        product.duplicate_search().run()
    world.run()
    assert world.orders(box) == []
    (outcome,) = [one for one in world.outcomes(box) if one.action == "held"]
    assert "may be a customer that exists" in outcome.reason


def rename(world: World, box: str, **values: Any) -> None:
    """Give a deal's organization other values, as a person would."""
    (one, *_) = world.box(box)["organizations"]
    world.streak.post(f"v2/organizations/{one['key']}", json=values).raise_for_status()


def test_a_deal_of_a_namesake_in_another_city_and_under_another_domain_is_held(world: World) -> None:
    munich = CustomerProfile(
        name="Meyer AG",
        email="info@meyer-muenchen.example",
        street="12 Sendlinger Str.",
        city="Munich",
        postcode="80331",
        country="DE",
    )
    box = world.win(BOX)
    berlin = ["90 Torstrasse, 10119 Berlin, Germany"]
    rename(world, box, name="Meyer AG", domains=["meyer-berlin.example"], addresses=berlin)
    with world.product() as product:
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key="munich", record=written(munich))], lambda _: None
        )
    world.run()
    assert world.orders(box) == []
    (outcome,) = [one for one in world.outcomes(box) if one.action == "held"]
    assert "another e-mail domain and another city" in outcome.reason


def test_two_deals_of_one_batch_whose_new_customers_look_alike_do_not_both_create_theirs(
    world: World,
) -> None:
    fill(world)
    with world.product() as product:
        product.duplicate_search().run()
    boxes = world.won_deals(2, organizations=2)
    there = {
        "phoneNumbers": ["+44 113 496 0777"],
        "addresses": ["8 Kiln Row, York, YO1 7HH, United Kingdom"],
    }
    for box, name in zip(boxes, ("Zephyr Instruments", "Zephyr Instrumnts"), strict=True):
        rename(world, box, name=name, domains=[f"{name.split()[0].lower()}.example"], **there)
    report = world.drain()
    assert report.count(Action.CREATED) == 1
    assert report.count(Action.DEFERRED) == 1
    world.wait(5)
    world.run()
    (hold,) = holds(world)
    assert hold.what.code == "AMBIGUOUS"
    assert "looks like it" in " ".join(hold.what.candidates)
    assert len(world.orders()) == 1


def holds(world: World) -> Any:
    with world.ledger() as ledger:
        return ledger.list_holds(open_only=True, limit=10)
