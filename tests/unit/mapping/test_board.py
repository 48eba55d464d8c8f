"""The mapping board keeps to the lists that fields take their values from, and an answer with an error has changed nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assist.mapping import memory as decisions
from assist.mapping.catalogue import Catalogue, Field, FieldType
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_board.draft_text import digest
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


def save(board: Board, path: Path, *verdicts: dict[str, Any]) -> dict[str, Any]:
    """The board's answer to a save of the file with one comment more."""
    text = path.read_text(encoding="utf-8")
    payload = {"text": text + "# mine\n", "digest": digest(text), "verdicts": list(verdicts)}
    return board.answer("save", payload, by="ann")


REGION = {"source": "box.fields.Region", "target": ORDER, "accepted": True}
GONE = {"source": "box.fields.Gone", "target": ORDER, "accepted": True}


def test_a_word_on_a_field_that_is_gone_saves_nothing(board: Board, path: Path, notes: list[str]) -> None:
    before = path.read_text(encoding="utf-8")
    assert "Streak has no field 'box.fields.Gone'" in save(board, path, REGION, GONE)["error"]
    assert path.read_text(encoding="utf-8") == before
    assert not board.memory or not board.memory.exists()
    assert notes == []


def test_what_was_said_before_and_cannot_be_read_saves_nothing(
    board: Board, path: Path, tmp_path: Path, notes: list[str]
) -> None:
    before = path.read_text(encoding="utf-8")
    (tmp_path / "mapping-decisions.json").write_text("{broken", encoding="utf-8")
    assert "move it away or mend it" in save(board, path, REGION)["error"]
    assert path.read_text(encoding="utf-8") == before
    assert notes == []
    asked = {"text": before, "source": REGION["source"], "target": ORDER}
    assert "move it away or mend it" in board.answer("connect", asked, by="ann")["error"]


def test_a_file_that_cannot_be_written_leaves_what_was_said_before(
    board: Board, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "error" not in save(board, path, {**REGION, "accepted": False})
    before = path.read_text(encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(MappingFile, "save", refuse)
    assert "cannot be written here" in save(board, path, REGION)["error"]
    assert path.read_text(encoding="utf-8") == before
    assert board.memory is not None
    assert [one.accepted for one in decisions.read(board.memory).decisions] == [False]


def test_a_place_for_what_was_said_that_cannot_be_written_saves_nothing(
    board: Board, path: Path, tmp_path: Path
) -> None:
    before = path.read_text(encoding="utf-8")
    board.memory = tmp_path / "no such folder" / "mapping-decisions.json"
    assert "nothing is saved" in save(board, path, REGION)["error"]
    assert path.read_text(encoding="utf-8") == before


LINE_2, LINE_4 = "sales_order.lines[1].description", "sales_order.lines[3].description"


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("connect", {"source": "box.fields.Region"}),
        ("write", {"rule": "from: box.fields.Region"}),
        ("set", {"changes": [{"at": ["from"], "value": "box.fields.Region"}]}),
    ],
    ids=["drawn", "written", "in a form"],
)
def test_a_line_that_is_begun_before_its_turn_is_the_next_one(
    ask: Callable[..., Any], path: Path, command: str, payload: dict[str, Any]
) -> None:
    found = ask(command, text=path.read_text(), target=LINE_4, **payload)
    assert found["made"] == LINE_2
    file = MappingFile(path, text=found["text"])
    assert file.rule(LINE_2)["from"] == "box.fields.Region"
    assert file.count("sales_order.lines") == 2
    assert "made" not in ask(command, text=found["text"], target=LINE_2, **payload), "it stays where it is"
