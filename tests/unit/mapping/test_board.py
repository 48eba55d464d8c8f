"""The mapping board keeps to the lists that fields take their values from, and an answer with an error has changed nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.catalogue import Catalogue, Field, FieldType
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.draft import Choices
from streak_netsuite.mapping_desk.sources import Sources
from streak_netsuite.mapping_desk.targets import Targets, targets_of
from streak_netsuite.model.custom_field import CustomFieldType

CUSTOMER = "customer.custom_fields.custentity_region"
ORDER = "sales_order.custom_fields.custbody_region"
REGIONS = {"custentity_region": {"North": "1", "South": "2"}, "custbody_region": {"North": "2", "South": "1"}}


@dataclass
class Desk:
    """Two accounts with one field in Streak, and two lists of regions in NetSuite that number them otherwise."""

    spec: MappingSpec
    deals: tuple[()] = ()
    sources: Sources = field(
        default_factory=lambda: Sources(
            catalogue=Catalogue(
                system="Streak",
                fields=[
                    Field(
                        record="box",
                        id="Region",
                        label="Region",
                        type=FieldType.SELECT,
                        options=("North", "South"),
                    )
                ],
            ),
            paths={("box", "Region"): "box.fields.Region"},
        )
    )
    targets: Targets = field(
        default_factory=lambda: targets_of(
            [
                CustomFieldDefinition(
                    script_id=name,
                    internal_id=str(number),
                    label="Region",
                    place=place,
                    type=CustomFieldType.SELECT,
                )
                for number, (name, place) in enumerate(
                    [("custentity_region", "entity"), ("custbody_region", "transaction")]
                )
            ]
        )
    )

    def choices(self, target: Field) -> Choices:
        return Choices(ids=REGIONS[target.id])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the shipped mapping, with its lookups."""
    made = tmp_path / "deal_to_order.yaml"
    MappingFile(shipped_spec_path("deal_to_order")).save(made)
    return made


@pytest.fixture
def notes() -> list[str]:
    """The actions that were kept in the audit."""
    return []


@pytest.fixture
def board(path: Path, tmp_path: Path, notes: list[str]) -> Board:
    """A board over it."""
    desk: Any = Desk(spec=load_spec(path))
    return Board(
        desk=desk,
        path=path,
        note=lambda action, _details, _by: notes.append(action),
        memory=tmp_path / "mapping-decisions.json",
    )


@pytest.fixture
def ask(board: Board) -> Callable[..., Any]:
    """Asks the board and expects an answer."""

    def asked(command: str, **payload: Any) -> Any:
        answer = board.answer(command, payload, by="ann")
        assert "error" not in answer, answer
        return answer["result"]

    return asked


def table_of(text: str, target: str, path: Path) -> dict[str, str | None]:
    """What the rule of a target looks its values up in."""
    file = MappingFile(path, text=text)
    table = load_spec(path, text=text).lookups[file.rule(target)["lookup"]].table or {}
    return {word: entry.id for word, entry in table.items()}


def connected(ask: Callable[..., Any], text: str, target: str) -> str:
    return str(ask("connect", text=text, source="box.fields.Region", target=target)["text"])


def test_two_lists_of_one_name_are_drawn_to_tables_of_their_own(ask: Callable[..., Any], path: Path) -> None:
    text = connected(ask, connected(ask, path.read_text(), CUSTOMER), ORDER)
    assert table_of(text, CUSTOMER, path) == REGIONS["custentity_region"]
    assert table_of(text, ORDER, path) == REGIONS["custbody_region"]


def test_a_table_of_a_draft_with_a_fault_is_left_alone(ask: Callable[..., Any], path: Path) -> None:
    faulty = connected(ask, path.read_text(), CUSTOMER).replace("from: box.name", "from: box.nam", 1)
    text = connected(ask, faulty, ORDER).replace("from: box.nam,", "from: box.name,", 1)
    assert table_of(text, CUSTOMER, path) == REGIONS["custentity_region"]
    assert table_of(text, ORDER, path) == REGIONS["custbody_region"]


def test_a_line_that_is_drawn_again_keeps_its_table(ask: Callable[..., Any], path: Path) -> None:
    once = connected(ask, path.read_text(), CUSTOMER)
    assert connected(ask, once, CUSTOMER) == once
