"""Contacts of Streak become contacts of their customers in NetSuite."""

from typing import Any

from streak_netsuite.mapping.record_files import load_record_type, record_file

World = Any
PEOPLE = {"Tom Reyes", "Maya Okafor"}


def run(world: World) -> str:
    with world.product() as product:
        return str(product.record_sync(load_record_type(record_file("contacts"))).run())


def ours(world: World) -> list[dict[str, Any]]:
    """The contacts in NetSuite that carry our key."""
    found: list[dict[str, Any]] = world.netsuite()["contacts"]
    return [one for one in found if str(one.get("externalId") or "").startswith("streak-rt-")]


def people(world: World) -> list[dict[str, Any]]:
    """The contacts of the team in Streak."""
    team = world.info["streak"]["team_key"]
    found: list[dict[str, Any]] = world.streak.get(
        f"v2/teams/{team}/contacts", params={"limit": 1000}
    ).json()["results"]
    return found


def test_contacts_follow_their_organization_to_its_customer_once(world: World) -> None:
    assert run(world) == "nothing to do"
    assert ours(world) == [], "nobody's organization is a customer yet"
    world.win("Blue Harbor warehouse robots")
    world.run()
    run(world)
    made = ours(world)
    assert {one["entityId"] for one in made} == PEOPLE, (
        "they have not changed; their organization has become a customer"
    )
    assert {one["company"]["name"] for one in made} == {"Blue Harbor Logistics"}
    (maya,) = (one for one in made if one["firstName"] == "Maya")
    assert (maya["lastName"], maya["title"], maya["email"]) == (
        "Okafor",
        "COO",
        "maya.okafor@blueharbor.example",
    )
    assert run(world) == "nothing to do"
    assert ours(world) == made


def test_a_contact_follows_its_changes(world: World) -> None:
    world.win("Blue Harbor warehouse robots")
    world.run()
    run(world)
    contact = next(one for one in people(world) if one["givenName"] == "Maya")
    world.streak.post(
        f"v2/contacts/{contact['key']}", json={"title": "Chief of operations"}
    ).raise_for_status()
    run(world)
    assert {one["title"] for one in ours(world)} == {"Operations", "Chief of operations"}
    assert len(ours(world)) == len(PEOPLE)


def test_a_contact_that_netsuite_has_already_is_held_with_the_reason(world: World) -> None:
    world.win("Blue Harbor warehouse robots")
    world.run()
    run(world)
    first = next(one for one in people(world) if one["givenName"] == "Maya")
    team = world.info["streak"]["team_key"]
    twin = {"givenName": "Maya", "familyName": "Okafor", "emailAddresses": ["maya@elsewhere.example"]}
    made = world.streak.post(f"v2/teams/{team}/contacts", json=twin).raise_for_status().json()
    world.streak.post(f"v2/contacts/{made['key']}", json={"orgLinks": first["orgLinks"]}).raise_for_status()
    assert "held" in run(world)
    assert len(ours(world)) == len(PEOPLE)


def test_a_contact_of_two_organizations_belongs_to_the_one_that_is_a_customer(world: World) -> None:
    team = world.info["streak"]["team_key"]
    other = world.streak.post(
        f"v2/teams/{team}/organizations", json={"name": "Side business", "domains": ["side.example"]}
    ).raise_for_status()
    maya = next(one for one in people(world) if one["givenName"] == "Maya")
    links = [{"key": other.json()["key"]}, *({"key": one["key"]} for one in maya["orgLinks"])]
    world.streak.post(f"v2/contacts/{maya['key']}", json={"orgLinks": links}).raise_for_status()
    world.win("Blue Harbor warehouse robots")
    world.run()
    run(world)
    assert {one["entityId"]: one["company"]["name"] for one in ours(world)} == dict.fromkeys(
        PEOPLE, "Blue Harbor Logistics"
    )
