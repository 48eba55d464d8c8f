"""Old deals are caught up on: silently, behind what happens now, resumable, and repeated without a single duplicate."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Semaphore
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.errors import ConfigurationError, StreakNetSuiteError, Unavailable
from streak_netsuite.flows.backfill import Progress, Window
from streak_netsuite.flows.write_back import caught_up_days
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"
NUMBER = "NetSuite order"


def catch_up(world: World, window: Window | None = None) -> Progress:
    """Run a backfill to its end, writes to the boxes included."""
    with world.product() as product:
        *_, last = product.backfill().run(window or Window())
        product.order_edits().drain()
        product.tell_boxes()
    return last


def before_go_live(world: World, folder: Path) -> None:
    """Let the product go live tomorrow: everything that is won until then is old."""
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    world.change_mapping(folder, "  # won_since: 2026-12-01 #", f"  won_since: {tomorrow} #")


def ordered(world: World, keys: list[str]) -> int:
    """Return how many of these deals have an order, and make sure that none has two."""
    boxes = [order["custom"]["custbody_streak_box"] for order in world.orders()]
    assert len(boxes) == len(set(boxes))
    return len(set(boxes) & set(keys))


def test_deals_won_before_the_product_went_live_are_caught_up_on_and_nobody_is_notified(
    world: World, tmp_path: Path
) -> None:
    before_go_live(world, tmp_path)
    keys = world.won_deals(12, organizations=4)
    world.run()
    assert ordered(world, keys) == 0  # live, they are too old
    progress = catch_up(world)
    assert ordered(world, keys) == 12
    assert progress.left == 0
    assert progress.report.count(Action.CREATED) >= 12
    assert all(world.field(key, NUMBER) for key in keys)
    assert [world.comments(key) for key in keys] == [[]] * 12


def test_the_same_backfill_again_makes_nothing_twice(world: World, tmp_path: Path) -> None:
    before_go_live(world, tmp_path)
    keys = world.deals(8, organizations=3)
    catch_up(world)
    written = len(world.writes("netsuite"))
    again = catch_up(world)
    assert again.done >= 8  # each was looked at anew
    assert again.report.count(Action.CREATED) == 0
    assert len(world.writes("netsuite")) == written
    assert ordered(world, keys) == 8


def test_only_deals_of_the_window_are_meant(world: World) -> None:
    keys = world.deals(3)
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date()
    catch_up(world, Window(until=yesterday))
    assert ordered(world, keys) == 0
    catch_up(world, Window(since=yesterday))
    assert ordered(world, keys) == 3


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    today = datetime.now(UTC).date()
    with pytest.raises(ConfigurationError, match="before it begins"):
        Window(since=today, until=today - timedelta(days=1))


def test_deals_are_ordered_while_others_are_still_being_listed(world: World) -> None:
    keys = world.deals(6)

    class Slow:
        """Boxes whose last one is listed only after some of the others were ordered, and that was told."""

        def won_boxes(self, *names: Any) -> Iterator[Any]:
            (*first, last) = [box for page in product.streak.won_boxes(*names) for box in page]
            yield first
            assert told.wait(60)
            yield [last]

    told = Event()
    with world.product() as product:
        backfill = product.backfill()
        object.__setattr__(backfill, "boxes", Slow())
        run = backfill.run(Window())
        first = next(run)
        seen = ordered(world, keys)
        told.set()
        *_, last = run
    assert seen > 0
    assert "listed so far" in str(first)
    assert first.percent is None
    assert first.seconds_left is None, "nobody knows how many there are"
    assert last.left == 0
    assert (last.percent, ordered(world, keys)) == (100.0, 6)


def test_a_listing_that_fails_stops_the_backfill_and_is_gone_on_with(world: World) -> None:
    keys = world.deals(4)

    class Broken:
        """Boxes of which Streak lists the first and then no more."""

        def won_boxes(self, *names: Any) -> Iterator[Any]:
            yield next(iter(product.streak.won_boxes(*names)))[:1]
            raise Unavailable("Streak went away")

    with world.product() as product:
        backfill = product.backfill()
        object.__setattr__(backfill, "boxes", Broken())
        with pytest.raises(Unavailable, match="went away"):
            list(backfill.run(Window()))
    catch_up(world)
    assert ordered(world, keys) == 4


def test_what_happens_now_is_worked_on_first_and_tells_its_box(world: World, tmp_path: Path) -> None:
    before_go_live(world, tmp_path)
    old = world.deals(6)
    with world.product() as product:
        assert product.backfill().list(Window()) >= 6
    world.mapping.write_text(world.mapping.read_text().replace("  won_since:", "  # won_since:"))
    live = world.win(BOX)
    report = world.run()  # as the DAG does, while the backfill waits
    assert report.count(Action.CREATED) == 1
    assert ordered(world, [live]) == 1
    assert ordered(world, old) == 0
    assert len(world.comments(live)) == 1


def test_a_backfill_gives_way_to_live_deals_but_not_for_ever(world: World) -> None:
    world.deals(2)
    world.win(BOX)  # waits, and nobody works on it
    slept: list[float] = []
    with world.product() as product:
        backfill = product.backfill()
        object.__setattr__(backfill, "sleep", slept.append)
        object.__setattr__(backfill, "patience_seconds", 5.0)
        *_, last = backfill.run(Window())
    assert last.left == 0
    assert slept == [1.0] * len(slept)
    assert len(slept) >= 5


def test_a_live_deal_waits_for_no_more_than_the_batches_under_way(world: World) -> None:
    """The backfill is in the middle of its work when a deal is won; another worker takes the deal, as the DAG does."""
    world.flow = {"backfill_batch_size": 3}
    old = world.deals(60, organizations=6)
    gives_way, live_is_done = Semaphore(0), Event()

    def give_way(_seconds: float) -> None:
        gives_way.release()
        live_is_done.wait(60)

    with world.product() as product, ThreadPoolExecutor(1) as pool:
        backfill = product.backfill()
        object.__setattr__(backfill, "sleep", give_way)
        run = backfill.run(Window())
        next(run)
        live = world.win(BOX)
        before = ordered(world, old)
        rest = pool.submit(lambda: list(run))
        for _ in range(backfill.workers):
            assert gives_way.acquire(timeout=60), "each of its workers saw that somebody waits"
        try:
            report = world.run()
            after = ordered(world, old)
        finally:
            live_is_done.set()
        last = rest.result()[-1]
    assert report.count(Action.CREATED) == 1
    assert ordered(world, [live]) == 1
    assert after - before <= backfill.workers * 3 < 60 - after, "what was not begun has waited"
    assert last.left == 0
    assert ordered(world, old) == 60


def test_progress_tells_rate_and_time_left_and_no_share_while_deals_are_being_listed() -> None:
    assert (
        str(Progress(done=5, left=7, per_second=2.0, is_listing=True))
        == "5 of 12 listed so far, 2.0 a second"
    )
    progress = Progress(done=25, left=75, per_second=0.5)
    assert str(progress) == "25 of 100 (25 %), 0.5 a second, 2 min 30 s left"
    assert progress.as_dict() == {
        "progress": str(progress),
        "done": 25,
        "left": 75,
        "percent": 25.0,
        "per_second": 0.5,
        "seconds_left": 150,
    }


def test_a_backfill_that_was_stopped_goes_on_where_it_was(world: World) -> None:
    keys = world.deals(9, organizations=3)
    world.fault("streak", "status", operation="*", times=None, options={"status": 500})
    with pytest.raises(StreakNetSuiteError):
        catch_up(world)
    world.control.delete("/faults").raise_for_status()
    world.wait(300)
    catch_up(world)
    assert ordered(world, keys) == 9


def test_a_worker_killed_after_the_orders_leaves_no_duplicate_and_no_gap(world: World) -> None:
    keys = world.deals(5, organizations=2)
    with world.product() as product:
        product.backfill().list(Window())
    world.die("order")
    assert len(world.orders()) > 0
    world.wait(120)
    progress = catch_up(world)
    assert ordered(world, keys) == 5
    assert progress.report.count(Action.ADOPTED) > 0
    assert progress.left == 0


def test_old_events_of_adopted_orders_are_not_told_again(world: World, tmp_path: Path) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    world.change_mapping(tmp_path, "\nstatus:\n", f"\nstatus:\n  events_since: {tomorrow}\n")
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    before = world.comments(box)
    world.control.post(f"/netsuite/orders/{order['internalId']}/fulfill", json={}).raise_for_status()
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()
    assert world.comments(box) == before
    assert "Pending Billing" in str(world.field(box, "NetSuite status"))


def finance(world: World, box: str, *steps: str) -> None:
    """Let finance ship and bill the order of a deal."""
    (order,) = world.orders(box)
    for step in steps:
        world.control.post(f"/netsuite/orders/{order['internalId']}/{step}", json={}).raise_for_status()


def told(world: World, keys: list[str]) -> list[str]:
    """Return everything that people in Streak were told on these boxes: tasks, comments, meeting notes."""
    found: list[str] = []
    for key in keys:
        for kind, text in (("tasks", "text"), ("comments", "message"), ("meetings", "notes")):
            answer = world.streak.get(f"v2/boxes/{key}/{kind}").raise_for_status().json()
            found += [str(one.get(text)) for one in answer["results"]]
    return found


def tell_what_became_of_orders(world: World) -> None:
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()


def test_a_changed_deal_that_its_billed_order_cannot_follow_is_held_and_nobody_gets_a_task(
    world: World,
) -> None:
    box = world.win(BOX)
    world.run()
    finance(world, box, "fulfill", "bill")
    before = told(world, [box])
    world.set_field(box, "Quantity", "9")
    catch_up(world)
    assert told(world, [box]) == before
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert hold.code == "NOT_FOLLOWED"
    assert any("quantity: 4 -> 9" in fault for fault in hold.what.faults)


def test_a_backfill_of_orders_that_are_there_and_billed_tells_nobody_anything(world: World) -> None:
    keys = world.deals(3)
    with world.product() as product:
        product.backfill().list(Window())
    world.die("order")
    finance(world, keys[0], "fulfill", "bill")
    world.wait(120)
    assert catch_up(world).report.count(Action.ADOPTED) > 0
    tell_what_became_of_orders(world)
    assert told(world, keys) == []
    assert "Billed" in str(world.field(keys[0], "NetSuite status"))
    with world.ledger() as ledger:
        said = [outcome.reason for outcome in world.outcomes(keys[0])]
        assert ledger.list_holds() == []
    assert any("is not told: the deal was caught up on" in one for one in said)


def test_a_backfill_is_of_the_day_that_it_is_in_the_accounts_zone(world: World) -> None:
    """Events are dated there: by the day in UTC, an evening in Los Angeles would silence the next day, too."""
    zone = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 10 else "Etc/GMT+12"  # another day than in UTC
    begun, in_utc = datetime.now(ZoneInfo(zone)).date(), datetime.now(UTC).date()
    assert begun != in_utc
    world.netsuite_extra |= {"account_time_zone": zone}
    (key,) = world.deals(1)
    catch_up(world)
    box = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)
    with world.ledger() as ledger:
        day = caught_up_days(ledger, [box])[box]
    assert day in {begun, datetime.now(ZoneInfo(zone)).date()}  # the test may have gone on over midnight


def test_what_happens_after_a_backfill_is_told(world: World) -> None:
    (box,) = world.deals(1)
    world.later = -timedelta(days=3)
    catch_up(world)
    world.later = timedelta()
    finance(world, box, "fulfill")
    tell_what_became_of_orders(world)
    assert [text for text in told(world, [box]) if "Shipped on" in text]
