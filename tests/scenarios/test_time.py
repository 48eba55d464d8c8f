"""Days are days of the account's time zone."""

from datetime import datetime
from typing import Any

import pytest

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
