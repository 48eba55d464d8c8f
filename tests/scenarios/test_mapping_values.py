"""Fields whose names say nothing: what they hold says where they belong, or nothing does."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.suggestion import Band, Suggestion
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.target_values import ValueShelf

World = Any
FIELD = "Column 9"


@pytest.fixture
def add_field(world: World) -> Callable[..., None]:
    """Adds a field to the pipeline; with options it is a dropdown."""

    def add(name: str, options: Sequence[str] = ()) -> None:
        place = f"v2/pipelines/{world.info['streak']['pipelines']['Sales']}/fields"
        body: dict[str, Any] = {"name": name, "type": "DROPDOWN" if options else "TEXT_INPUT"}
        if options:
            body["dropdownSettings"] = {"items": [{"name": option} for option in options]}
        world.streak.post(place, json=body).raise_for_status()

    return add


def suggested(world: World, *, again: bool = False) -> Suggestion:
    with world.product() as product:
        found = MappingDesk(product=product).suggest(again=again)
    return {one.source.id: one for one in found}[FIELD]


def test_the_entries_of_a_list_tell_where_a_dropdown_belongs(
    world: World, add_field: Callable[..., None]
) -> None:
    add_field(FIELD, ["Freight", "Courier"])
    told = suggested(world)
    assert told.band is Band.SUGGEST
    assert told.chosen is not None
    assert told.chosen.target.key == ("salesorder", "shipmethod")
    assert "100% of the sample values stand on both sides" in {one.seen for one in told.chosen.reasons}


def test_what_orders_hold_tells_where_a_text_belongs(world: World, add_field: Callable[..., None]) -> None:
    add_field(FIELD)
    for number in ("PO-1180", "DF-204", "EP-031"):
        (box,) = world.deals(1)
        world.set_field(box, FIELD, number)
    told = suggested(world, again=True)
    assert told.chosen is not None
    assert told.chosen.target.key == ("salesorder", "otherrefnum")


@pytest.mark.parametrize("options", [["Blau", "Rot", "Gelb"], ["A1", "B7"]], ids=["words", "codes"])
def test_entries_that_nothing_offers_are_nobodys(
    world: World, add_field: Callable[..., None], options: list[str]
) -> None:
    add_field(FIELD, options)
    assert suggested(world).band is Band.ABSTAIN


def test_a_role_that_sees_no_values_gets_suggestions_by_names(
    world: World, add_field: Callable[..., None]
) -> None:
    add_field(FIELD, ["Freight", "Courier"])
    for operation in ("getSelectValue", "search"):
        world.fault(
            "netsuite",
            "status_failed",
            operation=operation,
            times=None,
            options={"code": "INSUFFICIENT_PERMISSION"},
        )
    assert suggested(world).band is Band.ABSTAIN


def test_people_and_companies_in_lists_and_records_are_shown_to_nobody(world: World, tmp_path: Path) -> None:
    with world.product() as product:
        desk = MappingDesk(product=product)
        known = {one.key: one for one in desk.targets.catalogue}
        board = Board(desk=desk, path=Path(world.mapping), note=lambda *_: None)
        shown = json.dumps(board.answer("open", {}, by="ann")["result"]["targets"])
    assert "Ada Whitfield" in known["salesorder", "salesrep"].samples, "they are compared"
    assert "Freight" in shown
    for private in ("Ada Whitfield", "Delta Foods", "ap@acme.example"):
        assert private not in shown
        assert private not in repr(desk.targets)


def test_values_are_read_once_for_many_openings(world: World) -> None:
    moment = [10_000.0]
    shelf = ValueShelf(timer=lambda: moment[0])

    def open_desk() -> int:
        with world.product() as product:
            assert MappingDesk(product=product, shelf=shelf).targets.catalogue.fields
        return len(world.received("netsuite", "getSelectValue")) + len(world.received("netsuite", "search"))

    asked = open_desk()
    assert open_desk() == asked
    moment[0] += 3601
    assert open_desk() == 2 * asked, "an hour later they are read anew"
