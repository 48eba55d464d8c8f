from collections.abc import Callable

import pytest

from streak_netsuite.mapping.lookups import CombinedLookups, LiveMatch, LookupRequest, StaticLookups, look_up
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.reference import Reference


@pytest.fixture
def lookups(spec_of: Callable[..., MappingSpec]) -> CombinedLookups:
    spec = spec_of(
        lookups={
            "tier": {"table": {"Gold": 1, "Café": {"external_id": "cafe"}}},
            "item": {"netsuite": "item"},
        }
    )

    def match(key: str, *, active: bool = True) -> LiveMatch:
        return LiveMatch(reference=Reference(internal_id=key, name=f"item {key}"), active=active)

    live = {
        LookupRequest(table="item", value="Arm"): [match("1")],
        LookupRequest(table="item", value="Old"): [match("2", active=False)],
        LookupRequest(table="item", value="Beacon Mk1"): [match("7", active=False)],
        LookupRequest(table="item", value="Twin"): [match("3"), match("4")],
        LookupRequest(table="item", value="Reborn"): [match("5", active=False), match("6")],
    }
    return CombinedLookups(StaticLookups(spec), live, {"item": ["Atlas Arm", "Beacon"]})


def found(lookups: CombinedLookups, table: str, value: str) -> Reference:
    return look_up(lookups, table, value, label="Product", remedy="add it to lookups/items.yaml")


@pytest.mark.parametrize(
    ("table", "value", "reference"),
    [
        ("tier", "Gold", Reference(internal_id="1", name="Gold")),
        ("tier", " gold ", Reference(internal_id="1", name="gold")),
        ("tier", "CAFE", Reference(external_id="cafe", name="CAFE")),
        ("item", "Arm", Reference(internal_id="1", name="item 1")),
        ("item", "Reborn", Reference(internal_id="6", name="item 6")),
    ],
)
def test_values_are_found(lookups: CombinedLookups, table: str, value: str, reference: Reference) -> None:
    assert found(lookups, table, value) == reference


@pytest.mark.parametrize(
    ("table", "value", "message"),
    [
        (
            "item",
            "Atlas Arn",
            r"Product 'Atlas Arn' is unknown; did you mean 'Atlas Arm'\?; add it to lookups/items.yaml",
        ),
        ("item", "Zzz", "Product 'Zzz' is unknown; add it"),
        ("item", "Old", r"'Old' is inactive in NetSuite \(record 2\); activate"),
        (
            "item",
            "Beacon Mk1",
            r"'Beacon Mk1' is inactive in NetSuite \(record 7\); did you mean 'Beacon'\?; activate",
        ),
        ("item", "Twin", r"could mean 2 records: item 3 \(3\), item 4 \(4\)"),
        ("tier", "Goldd", "did you mean 'Gold'"),
    ],
)
def test_what_is_not_found_says_what_to_do(
    lookups: CombinedLookups, table: str, value: str, message: str
) -> None:
    with pytest.raises(Unfit, match=message):
        found(lookups, table, value)


def test_requests_are_told_apart_by_table_and_value_alone() -> None:
    assert LookupRequest(table="item", value="Arm", record="item") == LookupRequest(table="item", value="Arm")
