"""Two deployments that are pointed at one team and one account do the work of one."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from streak_netsuite.ledger import schema
from streak_netsuite.ledger.ledger import Ledger

World = Any
DEALS = 8


def comments(world: World, box: str) -> list[str]:
    return [text for text in world.comments(box) if "Sales order" in text]


def test_two_deployments_with_one_ledger_share_the_work(world: World) -> None:
    boxes = world.won_deals(DEALS, organizations=3)
    world.configure_netsuite(call_seconds=0.02)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: world.drain(), range(2)))
        list(pool.map(lambda _: world.write_back(), range(2)))
    world.configure_netsuite(call_seconds=0)
    for _ in range(3):
        world.wait(10)
        world.run()
    assert len(reports) == 2
    assert [len(world.orders(box)) for box in boxes] == [1] * DEALS
    assert [len(comments(world, box)) for box in boxes] == [1] * DEALS
    sent = [w for w in world.writes("netsuite") if "salesOrder" in str(w) or "SalesOrder" in str(w)]
    assert len(sent) <= DEALS, "no order was sent twice"


def test_a_second_deployment_with_a_ledger_of_its_own_doubles_nothing(
    world: World, empty_database: str
) -> None:
    boxes = world.won_deals(3)
    world.run()
    before = {box: world.orders(box)[0] for box in boxes}
    first, world.ledger_url = world.ledger_url, empty_database
    with Ledger.connect(world.settings().ledger) as other:
        schema.upgrade(other.engine)
    for box in boxes:
        world.hint(box)
    world.run()
    assert first != world.ledger_url
    assert [world.orders(box) for box in boxes] == [[before[box]] for box in boxes]
    assert [len(comments(world, box)) for box in boxes] == [1, 1, 1]
    assert len({order["entity"]["internalId"] for order in world.orders()}) == len(
        {order["entity"]["internalId"] for order in before.values()}
    )
