"""Duplicates and identity: one customer, one order, whatever arrives how often."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"


def test_the_same_webhook_three_times_makes_one_customer_and_one_order(world: World) -> None:
    box = world.win(BOX)
    world.hint(box)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.hint(box), range(4)))
    report = world.run()
    assert report.count(Action.CREATED) == 1
    assert len(world.orders(box)) == 1
    assert len(world.customers("Blue Harbor Logistics")) == 1
    reasons = [o.reason for o in world.outcomes(box)]
    assert any("the same hint (BOX_CHANGE_STAGE) was received 5 more times" in reason for reason in reasons)


def test_a_later_version_of_a_box_with_an_order_changes_nothing_and_says_why(world: World) -> None:
    box = world.win(BOX)
    world.run()
    world.hint(box, version="99999999999999", event="BOX_EDIT")
    report = world.run()
    assert report.as_dict()["rules"] == {"skipped: order_exists": 1}
    assert len(world.orders(box)) == 1


def test_two_boxes_of_one_new_organization_make_one_customer(world: World) -> None:
    boxes = world.won_deals(2, organizations=1)
    world.run()
    orders = [world.orders(box) for box in boxes]
    assert [len(found) for found in orders] == [1, 1]
    assert len({found[0]["entity"]["internalId"] for found in orders}) == 1


def test_two_workers_with_two_boxes_of_one_new_organization_make_one_customer(world: World) -> None:
    boxes = world.deals(2, organizations=1)
    world.flow["batch_size"] = 1
    world.configure_netsuite(call_seconds=0.05)
    with ThreadPoolExecutor(2) as pool:
        for box in boxes:
            world.hint(box)
        list(pool.map(lambda _: world.drain(), range(2)))
    world.configure_netsuite(call_seconds=0)
    for _ in range(5):
        world.wait(10)
        world.run()
    orders = [world.orders(box) for box in boxes]
    assert [len(found) for found in orders] == [1, 1]
    assert len({found[0]["entity"]["internalId"] for found in orders}) == 1


def test_many_workers_at_once_make_each_order_once(world: World) -> None:
    boxes = world.won_deals(24, organizations=5)
    world.flow["batch_size"] = 3
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.drain(), range(4)))
    for _ in range(5):
        world.wait(10)
        world.run()
    assert [len(world.orders(box)) for box in boxes] == [1] * 24
    assert len({order["entity"]["internalId"] for order in world.orders()}) == 5


def test_two_customers_that_match_hold_the_deal_and_show_both(world: World) -> None:
    box = _won_for(world, "Delta Foods")
    report = world.drain()
    assert report.count(Action.HELD) == 1
    assert world.orders(box) == []
    assert world.writes("netsuite") == []
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        whole = ledger.get_hold(hold.id)
    assert whole.code == "AMBIGUOUS"
    assert [c.split("'")[0].split()[-1] for c in whole.what.candidates] == ["502", "503"]


def test_a_name_in_another_spelling_is_the_customer_with_score_and_reason(world: World) -> None:
    box = _won_for(world, "Éclair Pâtisserie SARL")
    world.set_field(box, "Currency", "EUR")
    world.run()
    (order,) = world.orders(box)
    assert order["entity"]["internalId"] == "504"
    (outcome,) = [o for o in world.outcomes(box) if o.action == Action.CREATED]
    assert "legal form (name 1.00)" in outcome.reason


def test_a_second_deal_uses_the_customer_of_the_first(world: World) -> None:
    first, second = world.deals(2, organizations=1)
    world.hint(first)
    world.run()
    world.hint(second)
    world.run()
    assert world.orders(first)[0]["entity"]["internalId"] == world.orders(second)[0]["entity"]["internalId"]


def _twins(world: World) -> tuple[str, str]:
    """Return two deals of two organizations of one name."""
    one, other = world.deals(2, organizations=2)
    name = world.streak.get(f"v2/organizations/{world.box(one)['organizations'][0]['key']}").json()["name"]
    twin = world.box(other)["organizations"][0]["key"]
    world.streak.post(f"v2/organizations/{twin}", json={"name": f"{name}, Inc."}).raise_for_status()
    return one, other


def _buyers(world: World, *boxes: str) -> list[str]:
    return [order["entity"]["internalId"] for box in boxes for order in world.orders(box)]


def test_two_organizations_of_one_name_in_one_batch_make_one_customer(world: World) -> None:
    one, other = _twins(world)
    world.hint(one)
    world.hint(other)
    world.run()
    assert world.orders(one)[0]["entity"]["internalId"] == world.orders(other)[0]["entity"]["internalId"]


def _sent(world: World, box: str) -> int:
    """Send the customer of a deal, so that nobody knows whether it lands; return how many customers there are."""
    world.hint(box)
    world.fault("netsuite", "cut_before", operation="upsertList")
    world.drain()
    return len(world.netsuite()["customers"])


def _move(world: World, box: str, stage: str) -> None:
    world.control.post("/streak/move", json={"box": box, "stage": stage}).raise_for_status()
    world.hint(box)


def _made_one(world: World, one: str, other: str, *, before: int) -> bool:
    """Tell whether two deals get one customer in the end."""
    for _ in range(4):
        world.wait(30)
        world.run()
    first, second = _buyers(world, one, other)
    return first == second and len(world.netsuite()["customers"]) == before + 1


def test_no_customer_is_made_of_a_name_while_one_that_was_sent_may_still_land(world: World) -> None:
    one, other = _twins(world)
    before = _sent(world, one)
    world.hint(other)
    world.drain()
    assert len(world.netsuite()["customers"]) == before, "it may still land"
    assert _made_one(world, one, other, before=before)


def test_of_two_organizations_of_a_name_the_one_whose_customer_may_still_land_makes_it(world: World) -> None:
    one, other = _twins(world)
    before = _sent(world, one)
    _move(world, one, "Closed-Lost")
    world.wait(5)
    world.drain()
    world.hint(other)
    _move(world, one, "Closed-Won")
    world.drain()
    assert len(world.netsuite()["customers"]) == before, "it may still land"
    assert _made_one(world, one, other, before=before)


def test_a_name_is_free_again_when_the_customer_that_was_sent_cannot_land_any_more(world: World) -> None:
    one, other = _twins(world)
    _sent(world, one)
    _move(world, one, "Closed-Lost")
    world.hint(other)
    world.wait(600)
    world.drain()
    assert world.orders(other) == []
    world.wait(600)
    world.run()
    assert len(world.orders(other)) == 1


def test_a_released_hold_is_tried_again_as_things_are_now(world: World) -> None:
    box = _won_for(world, "Delta Foods")
    world.drain()
    organization = world.box(box)["organizations"][0]["key"]
    world.streak.post(
        f"v2/organizations/{organization}", json={"name": "Delta Foods Iberia"}
    ).raise_for_status()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        ledger.release_hold(hold.id, actor="ops", reason="renamed in Streak", now=world.now())
    world.run()
    with world.ledger() as ledger:
        still = ledger.list_holds(open_only=True, limit=10)
    assert len(world.orders(box)) == 1 or still, "either written, or held again for a new reason"


def _won_for(world: World, organization: str) -> str:
    """Win a new deal of a seeded organization."""
    (box,) = world.deals(1)
    found = world.streak.get(
        f"v2/teams/{world.info['streak']['team_key']}/organizations", params={"limit": 1000}
    )
    key = next(o["key"] for o in found.json()["results"] if o["name"] == organization)
    world.streak.post(
        f"v1/boxes/{box}", json={"organizations": [{"key": key}], "contacts": []}
    ).raise_for_status()
    world.hint(box)
    return str(box)
