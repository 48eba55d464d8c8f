"""Order lines from a table that people type into a text field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from streak_netsuite.mapping.engine import Engine

Build = Callable[..., Any]
COLUMNS = ["item", "quantity", "rate"]
RULE = {
    "each": "box.notes",
    "table": {"columns": COLUMNS},
    "item": {"from": "each.item", "lookup": "item"},
    "quantity": {"from": "each.quantity", "default": 1},
    "rate": {"from": "each.rate"},
}


@pytest.fixture
def tabled(spec_of: Build, engine_for: Build) -> Build:
    """Builds an engine whose lines come from the notes."""

    def build(**changed: Any) -> Engine:
        rule = RULE | changed
        order = {"fields": {"transaction_date": {"from": "box.created_at"}}, "lines": [rule]}
        engine: Engine = engine_for(spec_of(sales_order=order, lookups={"item": {"netsuite": "item"}}))
        return engine

    return build


def rows(engine: Engine, deal: Any) -> list[tuple[str, Decimal, Decimal | None]]:
    order = engine.map(deal).order
    assert order is not None
    return [(line.item.name, line.quantity, line.rate) for line in order.lines]


def test_each_row_is_a_line(tabled: Build, a_deal: Build) -> None:
    notes = "Atlas Arm | 2 | 100.50\n\n  Install Service|1|\nBeacon Sensor"
    assert rows(tabled(), a_deal(notes=notes)) == [
        ("Atlas Arm", Decimal(2), Decimal("100.50")),
        ("Install Service", Decimal(1), None),
        ("Beacon Sensor", Decimal(1), None),
    ]


def test_a_heading_and_another_separator(tabled: Build, a_deal: Build) -> None:
    engine = tabled(table={"columns": COLUMNS, "separator": ";", "header": True})
    assert rows(engine, a_deal(notes="Item; Quantity; Price\nAtlas Arm; 3; 9")) == [
        ("Atlas Arm", Decimal(3), Decimal(9))
    ]


def test_a_bad_cell_is_named_with_its_line(tabled: Build, a_deal: Build) -> None:
    faults = tabled().map(a_deal(notes="Atlas Arm | 2\nAtlas Arn | a dozen")).blocking
    assert {fault.field for fault in faults} == {"sales_order.lines[1].item", "sales_order.lines[1].quantity"}
    assert "did you mean 'Atlas Arm'" in str(faults[0])


def test_a_row_with_too_many_cells_holds_the_order(tabled: Build, a_deal: Build) -> None:
    (fault,) = tabled().map(a_deal(notes="Atlas Arm | 2 | 3 | 4")).blocking
    assert "box notes: the row 'Atlas Arm | 2 | 3 | 4' has 4 cells, and there are 3 columns" in str(fault)


def test_a_row_without_an_item_holds_the_order(tabled: Build, a_deal: Build) -> None:
    (fault,) = tabled().map(a_deal(notes="Atlas Arm | 2 | 100\n| 5 | 999\n | | \n")).blocking
    assert fault.field == "sales_order.lines[1].item"
    assert "box notes: the row '| 5 | 999' gives no item; name one in it" in str(fault).replace("' | ", "'| ")


def test_a_list_is_no_table(tabled: Build, a_deal: Build) -> None:
    (fault,) = tabled(each="box.fields.Tags").map(a_deal({"Tags": ("Atlas Arm", "x")})).blocking
    assert "is no text with a table" in str(fault)


def test_what_is_looked_up_is_known_beforehand(tabled: Build, a_deal: Build) -> None:
    wanted = tabled().wanted_lookups(a_deal(notes="Atlas Arm\nBeacon Sensor | 2"))
    assert {request.value for request in wanted} == {"Atlas Arm", "Beacon Sensor"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"each": None}, "needs the text field"),
        ({"item": {"from": "each"}}, "needs a column"),
        ({"item": {"from": "each.product"}}, "names no column"),
        ({"table": None}, "names no column"),
        ({"table": {"columns": []}}, "columns"),
    ],
)
def test_a_table_that_cannot_be_read_is_a_fault_of_the_file(
    tabled: Build, changed: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        tabled(**changed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Atlas Arm", "Beacon Sensor"]), st.integers(1, 999)),
        min_size=1,
        max_size=8,
    )
)
def test_no_row_is_lost_or_made_up(tabled: Build, a_deal: Build, typed: list[tuple[str, int]]) -> None:
    notes = "\n".join(f"{item} | {quantity}" for item, quantity in typed)
    assert [(item, int(quantity)) for item, quantity, _ in rows(tabled(), a_deal(notes=notes))] == typed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_table(tabled: Build, a_deal: Build, notes: str) -> None:
    mapped = tabled().map(a_deal(notes=notes))
    assert mapped.blocking or mapped.order is not None
    written = [line for line in notes.splitlines() if line.strip()]
    lines = mapped.order.lines if mapped.order is not None else ()
    assert mapped.blocking or len(lines) == len([line for line in written if line.replace("|", "").strip()])
