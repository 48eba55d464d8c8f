"""How many deals one core maps to customer and order in a second, by the shipped mapping."""

import copy
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from measurement import Measurement, median

from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import CombinedLookups, LiveMatch, LookupRequest, StaticLookups
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.reference import Reference

DEALS = 5_000
RUNS = 5
WANTED = 10_000  # a second
PRODUCTS = 40


def measure() -> list[Measurement]:
    """Map the same deals several times in a warm process; the median counts. Beside it: copying the deals."""
    engine, deals = _engine(), [_deal(number) for number in range(DEALS)]
    sound = sum(engine.map(deal).order is not None for deal in deals)
    if sound != DEALS:
        raise AssertionError(f"only {sound} of {DEALS} deals were mapped")
    seconds = median([_seconds(engine, deals) for _ in range(RUNS)])
    copying = median([_copy_seconds(deals) for _ in range(RUNS)])
    rate = DEALS / seconds
    return [
        Measurement(
            name="mapping_engine",
            value=rate,
            unit="deals a second",
            reference="wanted",
            reference_value=WANTED,
            ratio=rate / WANTED,
            wanted=">= 1",
        ),
        Measurement(
            name="mapping_engine beside copying",
            value=seconds,
            unit="s",
            reference="a deep copy of the deals",
            reference_value=copying,
            ratio=seconds / copying,
            wanted="",
        ),
    ]


def _seconds(engine: Engine, deals: Sequence[Deal]) -> float:
    start = time.perf_counter()
    for deal in deals:
        engine.map(deal)
    return time.perf_counter() - start


def _copy_seconds(deals: Sequence[Deal]) -> float:
    start = time.perf_counter()
    for deal in deals:
        copy.deepcopy(deal)
    return time.perf_counter() - start


def _engine() -> Engine:
    spec = load_spec(shipped_spec_path("deal_to_order"))
    live = {
        LookupRequest(table="item", value=f"Product {n}"): [
            LiveMatch(reference=Reference(internal_id=str(100 + n), name=f"Product {n}"))
        ]
        for n in range(PRODUCTS)
    }
    return Engine(
        spec, zone=ZoneInfo("America/Los_Angeles"), lookups=CombinedLookups(StaticLookups(spec), live)
    )


def _deal(number: int) -> Deal:
    """A deal with every field of the shipped mapping filled in, each with values of its own."""
    return Deal(
        key=f"agx{number:06d}",
        name=f"Deal {number} of the north",
        version=str(number),
        pipeline_key="p",
        pipeline="Sales",
        stage="Closed-Won",
        created_at=datetime(2026, 1 + number % 12, 1 + number % 28, number % 24, tzinfo=UTC),
        notes=f"Notes of deal {number}",
        fields={
            "Currency": ("USD", "EUR", "GBP")[number % 3],
            "PO number": f" PO-{number} ",
            "Requested ship date": datetime(2026, 12, 1 + number % 28, 8, tzinfo=UTC),
            "Ship to": f"{number} Main St, Springfield, IL 62701, USA",
            "Product": f"Product {number % PRODUCTS}",
            "Quantity": str(1 + number % 90),
            "Unit price": f"{100 + number % 900}.50",
            "Tier": ("Gold", "Silver", "Bronze")[number % 3],
            "Rush order": bool(number % 2),
            "Competitor count": str(number % 7),
            "Deal size": f"{number}.25",
            "Account manager": "Ada Whitfield",
            "Buyer": "Jo Park",
        },
        organizations=(
            Party(
                key=f"o{number}",
                name=f"Customer {number} Inc.",
                phones=(f"+1 202-555-{number % 10000:04d}",),
                domains=(f"customer{number}.example",),
                addresses=(f"{number} Oak Ave, Portland, OR 97201, USA",),
            ),
        ),
        contacts=(
            Party(
                key=f"c{number}",
                name=f"Jo Park {number}",
                given_name="Jo",
                family_name=f"Park {number}",
                emails=(f"jo{number}@customer{number}.example",),
            ),
        ),
    )
