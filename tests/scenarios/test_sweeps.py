"""What no webhook brought is found, resumed where it stopped, and deletions are seen without being guessed."""

from typing import Any

import pytest

from streak_netsuite.errors import TransientError
from streak_netsuite.sync.outcome import Action

World = Any


def pages_read(world: World) -> int:
    return len([r for r in world.received("streak", "boxes.list") if r["status"] == 200])


def test_page_7_of_10_fails_and_the_next_sweep_resumes_there_without_gap_or_double_effect(
    world: World,
) -> None:
    made = world.deals(20, organizations=3)
    world.streak_extra["page_size"] = 2
    world.control.delete("/requests").raise_for_status()
    world.fault("streak", "status", operation="boxes.list", after=6, times=None, options={"status": 503})
    with world.product() as product:
        with pytest.raises(TransientError):
            product.delta_sweep().run()
        assert product.ledger.get_watermark(product.delta_sweep().streams[0].name) is None
    assert pages_read(world) == 6
    world.control.delete("/faults").raise_for_status()
    with world.product() as product:
        rest = product.delta_sweep().run()
    assert pages_read(world) == 6 + -(-rest.read // 2)  # none of the six was read again
    report = world.run()
    assert report.count(Action.CREATED) == 20
    assert [len(world.orders(box)) for box in made] == [1] * 20
    with world.ledger() as ledger:
        assert all(len(ledger.events_for(box)) == 1 for box in made)


def test_what_streak_saved_late_is_caught_by_the_overlap_and_ordered_once(world: World) -> None:
    world.deals(1)
    with world.product() as product:
        product.delta_sweep().run()
    world.run()
    # Shown only now, with a time from before the watermark: a late commit, or a clock that runs behind.
    late = world.deals(1)[0]
    before = world.box(late)["lastUpdatedTimestamp"] - 120_000
    world.control.patch(f"/streak/boxes/{late}", json={"lastUpdatedTimestamp": before}).raise_for_status()
    for _ in range(2):
        with world.product() as product:
            product.delta_sweep().run()
        world.run()
    assert len(world.orders(late)) == 1


def test_a_box_deleted_without_a_webhook_is_found_by_the_full_sweep_alone(world: World) -> None:
    kept, lost = world.deals(2)
    with world.product() as product:
        product.full_sweep().run()
    world.run()
    world.streak.delete(f"v1/boxes/{lost}").raise_for_status()
    with world.product() as product:
        assert product.delta_sweep().run().deleted == 0
        world.wait(60)
        assert product.full_sweep().run().deleted == 1
    world.run()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    assert (hold.record.id, hold.code) == (lost, "BOX_DELETED")
    assert str(world.outcomes(lost)[0].target.id) in hold.reason
    assert Action.HELD not in [o.action for o in world.outcomes(kept)]
    assert len(world.orders()) == 2


def test_a_deleted_box_that_had_no_order_is_closed_as_obsolete(world: World) -> None:
    (lost,) = world.deals(1, stage="Lead")
    with world.product() as product:
        product.full_sweep().run()
    world.run()
    world.streak.delete(f"v1/boxes/{lost}").raise_for_status()
    world.wait(60)
    with world.product() as product:
        product.full_sweep().run()
    assert world.run().as_dict()["rules"] == {"obsolete: gone": 1}


def test_deletions_are_of_no_interest_when_the_mapping_says_so(world: World, tmp_path: Any) -> None:
    stages = "  stages: [Closed-Won]"
    world.change_mapping(tmp_path, stages, f"{stages}\n  when_deleted: ignore")
    (lost,) = world.won_deals(1)
    world.run()
    world.streak.delete(f"v1/boxes/{lost}").raise_for_status()
    world.hint(lost, event="BOX_DELETE")
    assert world.run().as_dict()["rules"] == {"obsolete: gone": 1}
    with world.ledger() as ledger:
        assert ledger.list_holds(open_only=True, limit=10) == []


def test_a_sweep_never_calls_a_record_deleted_because_a_page_did_not_come(world: World) -> None:
    made = world.deals(12, stage="Lead")
    world.streak_extra["page_size"] = 3
    with world.product() as product:
        product.full_sweep().run()
    world.wait(60)
    world.fault("streak", "status", operation="boxes.list", after=2, times=None, options={"status": 502})
    with world.product() as product, pytest.raises(TransientError):
        product.full_sweep().run()
    assert world.received("streak", "boxes.get") == []
    world.control.delete("/faults").raise_for_status()
    with world.product() as product:
        assert product.full_sweep().run().deleted == 0
    with world.ledger() as ledger:
        assert not any(e.event == "gone" for box in made for e in ledger.events_for(box))


def test_the_sweeps_and_the_webhooks_meet_as_one_hint(world: World) -> None:
    (box,) = world.won_deals(1)
    with world.product() as product:
        product.delta_sweep().run()
        product.full_sweep().run()
    with world.ledger() as ledger:
        (event,) = ledger.events_for(box)
    assert event.repeats >= 1
    assert world.run().count(Action.CREATED) == 1


def test_a_sweep_of_netsuite_that_stops_goes_on_behind_the_transaction_it_read_last(world: World) -> None:
    world.netsuite_extra["search_page_size"] = 5
    for _ in range(4):
        world.won_deals(4)
    world.run()
    before = len(world.received("netsuite", "search"))
    world.fault("netsuite", "maintenance", operation="search", match="TransactionSearch", after=3, times=None)
    with world.product() as product:
        sweep = product.netsuite_sweep()
        with pytest.raises(TransientError):
            sweep.run()
        assert product.ledger.get_watermark(sweep.streams[0].name) is None
    read = [r for r in world.received("netsuite", "search")[before:] if not r["fault"]]
    assert len(read) == 3
    world.control.delete("/faults").raise_for_status()
    with world.product() as product:
        rest = product.netsuite_sweep().run()
        again = product.netsuite_sweep().run()
        hints = [product.ledger.events_for(order["internalId"]) for order in world.orders()]
    # A page is kept once the next one has come, and to know its end each search counts what is left behind it.
    assert (len(world.orders()), rest.read) == (16, 16 - 5)
    assert again.new == 0
    assert all(len(one) == 1 for one in hints)
