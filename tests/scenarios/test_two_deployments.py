"""Two deployments that are pointed at one team and one account do the work of one."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from streak_netsuite.flows.deal_to_order import order_key
from streak_netsuite.ledger import schema
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.outcome import Action

World = Any
DEALS = 8


def comments(world: World, box: str) -> list[str]:
    return [text for text in world.comments(box) if "Sales order" in text]


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two deployments ask for work in the same moment, the first time that they do."""
    barrier, asked, claim = threading.Barrier(2), threading.local(), Ledger.claim_events

    def rendezvous(ledger: Ledger, **wanted: Any) -> Claim:
        if not hasattr(asked, "before"):
            asked.before = True
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(60)
        return claim(ledger, **wanted)

    monkeypatch.setattr(Ledger, "claim_events", rendezvous)


@pytest.mark.usefixtures("together")
def test_two_deployments_with_one_ledger_share_the_work(world: World) -> None:
    boxes = world.won_deals(DEALS, organizations=3)
    world.configure_netsuite(call_seconds=0.02)
    world.flow = {"batch_size": 2}
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: world.drain(), range(2)))
        list(pool.map(lambda _: world.write_back(), range(2)))
    world.configure_netsuite(call_seconds=0)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            world.wait(10)
            list(pool.map(lambda _: world.run(), range(2)))
    assert len(reports) == 2
    assert [len(world.orders(box)) for box in boxes] == [1] * DEALS
    assert [len(comments(world, box)) for box in boxes] == [1] * DEALS
    sent = [str(write["body"]) for write in world.writes("netsuite")]
    assert [sum(order_key(box) in body for body in sent) for box in boxes] == [1] * DEALS, (
        "none was sent twice"
    )
    assert all(report.count(Action.CREATED) for report in reports), "both had a part of the work"


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
