"""What a deal costs to map, counted in calls: a measure that no busy machine changes."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from streak_netsuite.mapping.engine import Engine
from streak_netsuite.model.deal import Deal, Party

MOST_CALLS = 1_100  # Python's and C's; about 0.2 µs each


def test_a_deal_is_mapped_in_about_a_thousand_calls(
    shipped_engine: Engine, a_deal: Callable[..., Deal]
) -> None:
    deal = a_deal(
        {
            "PO number": " PO-7 ",
            "Requested ship date": datetime(2026, 12, 8, 8, tzinfo=UTC),
            "Ship to": "12 Main St, Springfield, IL 62701, USA",
            "Tier": "Gold",
            "Rush order": True,
            "Competitor count": "3",
            "Deal size": "5000.25",
            "Account manager": "Ada Whitfield",
            "Buyer": "Jo Park",
        },
        notes="Notes of the deal",
        organizations=(
            Party(
                key="o1",
                name="Customer Inc.",
                phones=("+1 202-555-0142",),
                domains=("customer.example",),
                addresses=("7 Oak Ave, Portland, OR 97201, USA",),
            ),
        ),
        contacts=(
            Party(
                key="c1", name="Jo Park", given_name="Jo", family_name="Park", emails=("jo@customer.example",)
            ),
        ),
    )
    mapped = shipped_engine.map(deal)
    assert mapped.order is not None
    assert mapped.faults == ()
    calls = 0

    def count(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        shipped_engine.map(deal)
    finally:
        sys.setprofile(before)
    assert 0 < calls <= MOST_CALLS
