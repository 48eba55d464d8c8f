"""Days are days of the account's time zone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.flows.backfill import Window

World = Any


@pytest.mark.parametrize(
    ("zone", "created", "day"),
    [
        pytest.param(
            "America/Los_Angeles", "2026-03-08T07:59:59+00:00", "2026-03-07", id="before midnight, DST day"
        ),
        pytest.param(
            "America/Los_Angeles", "2026-03-08T08:00:00+00:00", "2026-03-08", id="at midnight, DST day"
        ),
        pytest.param(
            "America/Los_Angeles",
            "2026-03-09T06:59:59+00:00",
            "2026-03-08",
            id="after the clocks went forward",
        ),
        pytest.param(
            "America/Los_Angeles", "2026-11-01T08:30:00+00:00", "2026-11-01", id="the hour that comes twice"
        ),
        pytest.param(
            "Asia/Kolkata", "2026-01-14T18:29:59+00:00", "2026-01-14", id="half-hour zone, before midnight"
        ),
        pytest.param(
            "Asia/Kolkata", "2026-01-14T18:30:00+00:00", "2026-01-15", id="half-hour zone, midnight"
        ),
        pytest.param(
            "Pacific/Kiritimati", "2026-01-14T10:00:00+00:00", "2026-01-15", id="fourteen hours ahead"
        ),
    ],
)
@pytest.mark.parametrize("user_zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_an_order_is_dated_in_the_accounts_zone(
    world: World, zone: str, created: str, day: str, user_zone: str
) -> None:
    (box,) = world.deals(1)
    at = int(datetime.fromisoformat(created).timestamp() * 1000)
    world.control.patch(f"/streak/boxes/{box}", json={"creationTimestamp": at}).raise_for_status()
    world.configure_netsuite(user_time_zone=user_zone)
    world.netsuite_extra |= {"account_time_zone": zone, "user_time_zone": user_zone}
    world.hint(box)
    world.run()
    (order,) = world.orders(box)
    assert order["tranDate"] == day
    with world.product() as product:
        (entry,) = product.netsuite.get_orders([order["internalId"]]).values()
    assert entry.transaction_date.isoformat() == day


def test_a_deal_is_won_on_the_accounts_day(world: World, tmp_path: Path) -> None:
    world.change_mapping(tmp_path, "  # won_since: 2026-12-01 #", "  won_since: 2026-03-02 #")
    world.netsuite_extra |= {"account_time_zone": "Asia/Kolkata"}
    before, on_the_day = world.deals(2)
    for box, won in ((before, "2026-03-01T18:29:59+00:00"), (on_the_day, "2026-03-01T18:30:00+00:00")):
        at = int(datetime.fromisoformat(won).timestamp() * 1000)
        world.control.patch(f"/streak/boxes/{box}", json={"lastStageChangeTimestamp": at}).raise_for_status()
    day = date(2026, 3, 2)
    with world.product() as product:
        assert product.won_boxes(Window(since=day, until=day)) == [on_the_day]
    assert [world.differences(box) for box in (before, on_the_day)] == [[], ["unseen"]]

    for box in (before, on_the_day):
        world.hint(box)
    world.run()
    assert [len(world.orders(box)) for box in (before, on_the_day)] == [0, 1]
    assert "it was won on 2026-03-01, before 2026-03-02" in world.outcomes(before)[-1].reason


def zone_of_another_day() -> str:
    """Return a zone in which it is another day than in UTC now."""
    return "Pacific/Kiritimati" if datetime.now(UTC).hour >= 10 else "Etc/GMT+12"


def test_an_invoice_is_dated_in_the_accounts_zone(world: World, tmp_path: Path) -> None:
    zone = zone_of_another_day()
    world.netsuite_extra |= {"account_time_zone": zone}
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice:\n  when: shipped\n\nstatus:\n")
    world.configure_netsuite(open_months_back=2)
    (box,) = world.won_deals(1)
    world.run()
    (order,) = world.orders(box)
    world.finance(f"orders/{order['internalId']}/fulfill")
    with world.product() as product:
        product.order_to_invoice().run()
    (invoice,) = [
        one for one in world.netsuite()["invoices"] if one["createdFrom"]["internalId"] == order["internalId"]
    ]
    today = datetime.now(ZoneInfo(zone)).date()
    assert invoice["tranDate"] == today.isoformat()
    assert abs(today - datetime.now(UTC).date()) == timedelta(days=1)


def test_what_is_overdue_is_so_from_the_accounts_midnight_on(world: World) -> None:
    box, _ = world.billed("Blue Harbor warehouse robots")
    (order,) = world.orders(box)
    with world.product() as product:
        (story,) = product.netsuite.order_stories([order["internalId"]]).values()
    due = story.due
    zone = ZoneInfo("America/Los_Angeles")
    midnight = datetime.combine(due + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    for moment, late in ((midnight - timedelta(minutes=1), 0), (midnight + timedelta(minutes=1), 1)):
        world.later = moment - datetime.now(UTC)
        with world.product() as product:
            assert product.overdue_look().run().new >= late
        world.tell()
        assert len(world.told(box, "is overdue since")) == late
