"""A deal with a second set of line fields: they are suggested as a line of their own, or nothing is said."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assist.mapping.suggestion import Band
from streak_netsuite.cli import app
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk

World = Any
ITEM, QUANTITY = "sales_order.lines[1].item", "sales_order.lines[1].quantity"


@pytest.fixture
def add_fields(world: World) -> Callable[..., None]:
    """Adds text fields to the pipeline."""

    def add(*names: str) -> None:
        place = f"v2/pipelines/{world.info['streak']['pipelines']['Sales']}/fields"
        for name in names:
            world.streak.post(place, json={"name": name, "type": "TEXT_INPUT"}).raise_for_status()

    return add


def further(world: World) -> dict[str, tuple[str, Band]]:
    """What is suggested for lines after the first, by field."""
    with world.product() as product:
        desk = MappingDesk(product=product)
        found = [one for one in desk.suggest() if one.line and one.chosen]
        return {
            one.source.id: (desk.targets.path(one.chosen.target, line=one.line), one.band)
            for one in found
            if one.chosen
        }


def test_numbered_fields_are_suggested_as_lines_of_their_own(
    world: World, add_fields: Callable[..., None]
) -> None:
    add_fields("Product 2", "Quantity 2", "Unit price 2", "Product 3", "Quantity 3")
    found = further(world)
    assert {name: target for name, (target, _) in found.items()} == {
        "Product 2": ITEM,
        "Quantity 2": QUANTITY,
        "Unit price 2": "sales_order.lines[1].rate",
        "Product 3": "sales_order.lines[2].item",
        "Quantity 3": "sales_order.lines[2].quantity",
    }
    assert {found["Product 2"][1], found["Quantity 2"][1]} == {Band.SUGGEST}, "as their twins are mapped"


@pytest.mark.parametrize(
    "names",
    [("Product 2",), ("Quantity 2", "Unit price 2"), ("Setup fee",), ("Tier 2", "Currency 2")],
    ids=["no quantity", "no item", "no number", "nothing of a line"],
)
def test_what_makes_no_whole_line_is_not_suggested_as_one(
    world: World, add_fields: Callable[..., None], names: Sequence[str]
) -> None:
    add_fields(*names)
    assert further(world) == {}


def test_the_command_drafts_a_second_line_that_orders_get(
    world: World, add_fields: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    add_fields("Product 2", "Quantity 2", "Unit price 2")
    world.change_mapping(tmp_path / "mine", "version: 1", "version: 1")
    into = tmp_path / "drafted" / "mapping.yaml"
    into.parent.mkdir()
    done = CliRunner().invoke(
        app, ["mapping", "suggest", "--with", str(world.mapping), "--into", str(into), "--review"]
    )
    assert done.exit_code == 0, done.output
    assert f"box: Product 2 -> {ITEM}" in done.output
    first, second = load_spec(into).sales_order.lines
    assert second.item.from_ == "box.fields.Product 2"
    assert second.item.lookup == first.item.lookup
    world.mapping = into
    two, one = world.won_deals(2)
    for name, value in {"Product 2": "Atlas Arm", "Quantity 2": "7", "Unit price 2": "5.00"}.items():
        world.set_field(two, name, value)
    world.run()
    ordered = [[float(line["quantity"]) for line in world.orders(box)[0]["itemList"]] for box in (two, one)]
    assert [len(lines) for lines in ordered] == [2, 1], "a deal without a second product has one line"
    assert ordered[0][1] == 7


def test_the_board_offers_the_line_and_its_targets(
    world: World, add_fields: Callable[..., None], tmp_path: Path
) -> None:
    add_fields("Product 2", "Quantity 2")
    world.change_mapping(tmp_path / "mine", "version: 1", "version: 1")
    with world.product() as product:
        board = Board(
            desk=MappingDesk(product=product), path=Path(world.mapping), note=lambda *_: None, memory=None
        )

        def ask(command: str, **payload: Any) -> Any:
            return board.answer(command, payload, by="ann")["result"]

        text = ask("open")["text"]
        found = ask("suggest", text=text)
        told = {one["source"]: one for one in found["suggestions"] if one["target"]}
        assert told["box.fields.Product 2"]["target"] == ITEM
        assert "'Product 2' is one more 'Product', so it makes line 2" in [
            one["seen"] for one in told["box.fields.Product 2"]["because"]
        ]
        assert {ITEM, QUANTITY} <= {one["id"] for one in found["more"]}
        made = ask("connect", text=text, source="box.fields.Product 2", target=ITEM, suggested=True)["text"]
        again = ask("suggest", text=made)
        left = {one["source"]: one["target"] for one in again["suggestions"]}
        assert left["box.fields.Quantity 2"] == QUANTITY, "the line that is begun is made whole"
        assert again["more"] == []
        made = ask("connect", text=made, source="box.fields.Quantity 2", target=QUANTITY, suggested=True)
        assert made["faults"] == []


def test_the_last_line_that_is_offered_can_be_taken_over_first(
    world: World, add_fields: Callable[..., None], tmp_path: Path
) -> None:
    add_fields("Product 2", "Quantity 2", "Product 3", "Quantity 3")
    world.change_mapping(tmp_path / "mine", "version: 1", "version: 1")
    with world.product() as product:
        board = Board(
            desk=MappingDesk(product=product), path=Path(world.mapping), note=lambda *_: None, memory=None
        )

        def ask(command: str, **payload: Any) -> Any:
            return board.answer(command, payload, by="ann")["result"]

        def offered(text: str) -> dict[str, str]:
            return {
                one["source"].removeprefix("box.fields."): one["target"].removeprefix("sales_order.")
                for one in ask("suggest", text=text)["suggestions"]
                if "lines[" in one["target"]
            }

        text = ask("open")["text"]
        assert offered(text)["Product 3"] == "lines[2].item"
        made = ask(
            "connect",
            text=text,
            source="box.fields.Product 3",
            target="sales_order.lines[2].item",
            suggested=True,
        )
        assert made["made"] == ITEM
        assert offered(made["text"]) == {
            "Quantity 3": "lines[1].quantity",
            "Product 2": "lines[2].item",
            "Quantity 2": "lines[2].quantity",
        }
