"""Days are days of the account's time zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.commands.connected import window_of
from streak_netsuite.dry_run import Asked, DryRun
from streak_netsuite.flows.backfill import Window
from streak_netsuite.flows.record_sync import RecordSync
from streak_netsuite.mapping.record_files import load_record_type, record_file

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
    begun, in_utc = datetime.now(ZoneInfo(zone)).date(), datetime.now(UTC).date()
    assert abs(begun - in_utc) == timedelta(days=1)
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
    today = datetime.now(ZoneInfo(zone)).date()  # the test may have gone on over midnight
    assert invoice["tranDate"] in {begun.isoformat(), today.isoformat()}


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


EVENING = pytest.param("America/Los_Angeles", time(23, 30), id="half past eleven, tomorrow in UTC")
MORNING = pytest.param("Asia/Kolkata", time(0, 30), id="half past midnight, yesterday in UTC")


def let_it_be(world: World, zone: str, moment: time) -> date:
    """Set the account's zone and the product's clock to a time of day there; return the day."""
    world.netsuite_extra |= {"account_time_zone": zone}
    tomorrow = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    world.later = datetime.combine(tomorrow, moment, tzinfo=ZoneInfo(zone)) - datetime.now(UTC)
    assert world.now().date() != tomorrow
    return tomorrow


def task_days(world: World, box: str) -> list[date]:
    """Return when a box's tasks are due, as days."""
    found = world.streak.get(f"v2/boxes/{box}/tasks").raise_for_status().json()["results"]
    return [datetime.fromtimestamp(one["dueDate"] / 1000, UTC).date() for one in found]


@pytest.mark.parametrize(("zone", "moment"), [EVENING, MORNING])
def test_a_task_about_a_refused_change_is_due_on_the_accounts_day(
    world: World, zone: str, moment: time
) -> None:
    world.control.post(
        "/netsuite/records/inventoryItem/101/touch", json={"isDropShipItem": True}
    ).raise_for_status()
    today = let_it_be(world, zone, moment)
    box = str(world.win("Blue Harbor warehouse robots"))
    world.run()
    world.set_field(box, "Quantity", "6")
    world.hint(box)
    world.drain()
    world.tell()
    assert task_days(world, box) == [today]


@dataclass
class AskedSource:
    """Has no records, and remembers since when it was asked for them."""

    asked: list[datetime | None] = field(default_factory=list)

    def changed(self, since: datetime | None) -> Iterator[Sequence[Any]]:
        self.asked.append(since)
        yield from ()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_a_record_type_begins_with_the_accounts_day(
    world: World, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.netsuite_extra |= {"account_time_zone": zone}
    spec = load_record_type(record_file("payments"))
    day = date(2026, 3, 2)
    since_then = spec.model_copy(update={"source": spec.source.model_copy(update={"since": day})})
    source = AskedSource()
    make = RecordSync.preview
    monkeypatch.setattr(RecordSync, "preview", lambda sync, *a: make(replace(sync, source=source), *a))
    with world.product() as product:
        list(product.record_sync(since_then).preview())
        DryRun(product=product).text(Asked.of(["record_payments"], Window(since=day)))
    assert source.asked == [datetime.combine(day, time(), tzinfo=ZoneInfo(zone))] * 2


def test_the_last_days_are_the_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = zone_of_another_day()
    world.netsuite_extra |= {"account_time_zone": zone}
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    begun = datetime.now(ZoneInfo(zone)).date()
    since = window_of(None, 1).since
    today = datetime.now(ZoneInfo(zone)).date()
    assert since in {begun - timedelta(days=1), today - timedelta(days=1)}
