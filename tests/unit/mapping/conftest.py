"""Builders that show only what matters to a test."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import CombinedLookups, LiveMatch, LookupRequest, StaticLookups
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.reference import Reference

PACIFIC = ZoneInfo("America/Los_Angeles")
ITEMS = {"Atlas Arm": "101", "Beacon Sensor": "102", "Install Service": "201"}


def live_items(inactive: Mapping[str, str] | None = None) -> dict[LookupRequest, tuple[LiveMatch, ...]]:
    known = {name: (key, True) for name, key in ITEMS.items()}
    known |= {name: (key, False) for name, key in (inactive or {"Legacy Gripper": "109"}).items()}
    return {
        LookupRequest(table="item", value=name): (
            LiveMatch(reference=Reference(internal_id=key, name=name), active=active),
        )
        for name, (key, active) in known.items()
    }


@pytest.fixture(scope="session")
def shipped() -> MappingSpec:
    return load_spec(shipped_spec_path("deal_to_order"))


@pytest.fixture
def engine_for() -> Callable[..., Engine]:
    """Build an engine whose lookups know the seeded items."""

    def build(spec: MappingSpec, zone: ZoneInfo = PACIFIC, **live: Any) -> Engine:
        lookups = CombinedLookups(StaticLookups(spec), live.get("live", live_items()), {"item": tuple(ITEMS)})
        return Engine(spec, zone=zone, lookups=lookups)

    return build


@pytest.fixture
def shipped_engine(shipped: MappingSpec, engine_for: Callable[..., Engine]) -> Engine:
    return engine_for(shipped)


@pytest.fixture
def a_party() -> Callable[..., Party]:
    def build(name: str = "Blue Harbor Logistics", **values: Any) -> Party:
        return Party(key=values.pop("key", "party-1"), name=name, **values)

    return build


@pytest.fixture
def a_deal(a_party: Callable[..., Party]) -> Callable[..., Deal]:
    """Build a deal that maps without a fault; keyword `fields` adds to or overrides its fields."""

    def build(fields: Mapping[str, Any] | None = None, **values: Any) -> Deal:
        base = {"Product": "Atlas Arm", "Quantity": "4", "Unit price": "12,500.00", "Currency": "USD"}
        merged = {k: v for k, v in (base | dict(fields or {})).items() if v is not None}
        return Deal(
            key="box-1",
            version="1",
            pipeline_key="pipe-1",
            fields=merged,
            **{
                "name": "Blue Harbor warehouse robots",
                "pipeline": "Sales",
                "stage": "Closed-Won",
                "created_at": datetime(2026, 2, 10, 18, 0, tzinfo=UTC),
                "organizations": (a_party(),),
            }
            | values,
        )

    return build


@pytest.fixture
def spec_of() -> Callable[..., MappingSpec]:
    """Build a small spec; the keywords override its sections."""

    def build(**sections: Any) -> MappingSpec:
        return MappingSpec.model_validate(minimal_spec() | sections)

    return build


def minimal_spec() -> dict[str, Any]:
    return {
        "version": 1,
        "name": "small",
        "source": {"pipeline": "Sales", "stages": ["Closed-Won"]},
        "customer": {"fields": {"company_name": {"from": "organization.name"}}},
        "sales_order": {
            "fields": {"transaction_date": {"from": "box.created_at"}},
            "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
        },
    }


@pytest.fixture
def write_spec(tmp_path: Path) -> Callable[..., Path]:
    """Write a mapping file: a text, or the small spec with sections overridden."""

    def write(text: str | None = None, **sections: Any) -> Path:
        path = tmp_path / "small.yaml"
        path.write_text(
            text if text is not None else yaml.safe_dump(minimal_spec() | sections, sort_keys=False)
        )
        return path

    return write
