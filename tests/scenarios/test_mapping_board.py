"""The mapping board's commands, over both vendors' catalogues and real deals."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk

World = Any
MEMO = "sales_order.fields.memo"


@pytest.fixture
def path(world: World, tmp_path: Path) -> Path:
    """A mapping file of our own."""
    world.change_mapping(tmp_path / "mine", "version: 1", "version: 1")
    return Path(world.mapping)


@pytest.fixture
def notes() -> list[tuple[str, Mapping[str, Any]]]:
    """What was kept in the audit."""
    return []


@pytest.fixture
def board(
    world: World, path: Path, tmp_path: Path, notes: list[tuple[str, Mapping[str, Any]]]
) -> Iterator[Board]:
    """A board over three won deals; one of them has a quantity that is no number."""
    world.deals(2, Tier="Gold", **{"PO number": "4711"})
    world.deals(1, Quantity="a dozen")
    with world.product() as product:
        yield Board(
            desk=MappingDesk(product=product),
            path=path,
            note=lambda action, details, by: notes.append((action, {**details, "by": by})),
            memory=tmp_path / "decisions.json",
        )


@pytest.fixture
def ask(board: Board) -> Callable[..., Any]:
    """Asks the board and expects an answer that could be sent as JSON."""

    def asked(command: str, **payload: Any) -> Any:
        answer = json.loads(json.dumps(board.answer(command, payload, by="ann")))
        assert "error" not in answer, answer
        return answer["result"]

    return asked


def line(found: Any, target: str) -> Any:
    return next((one for one in found["lines"] if one["target"] == target), None)


def test_both_sides_and_the_lines_between_them_are_shown(ask: Callable[..., Any]) -> None:
    found = ask("open")
    assert {"id": "box.fields.PO number", "record": "Box"}.items() <= next(
        one for one in found["sources"] if one["title"] == "PO number"
    ).items()
    assert line(found, MEMO)["sources"] == ["box.name"]
    assert line(found, "customer.fields.company_name")["sources"] == ["organization.name"]
    required = {one["id"] for one in found["targets"] if one["required"]}
    assert {"customer.fields.company_name", "sales_order.lines[0].item"} <= required
    assert found["faults"] == []
    assert found["gone"] == {"sources": [], "targets": [], "options": []}
    assert "4711" not in json.dumps({**found, "text": ""}), "values of deals are shown in previews only"


def test_a_field_is_connected_and_the_file_keeps_its_comments(ask: Callable[..., Any], path: Path) -> None:
    found = ask("open")
    connected = ask("connect", text=found["text"], source="box.notes", target=MEMO)
    assert line(connected, MEMO)["sources"] == ["box.notes"]
    assert connected["faults"] == []
    before = [text for text in found["text"].splitlines() if text.strip().startswith("#")]
    assert [text for text in connected["text"].splitlines() if text.strip().startswith("#")] == before
    assert path.read_text() == found["text"], "nothing is written before the person saves"


def test_a_list_field_brings_its_table(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    connected = ask("connect", text=text, source="box.fields.Tier", target="sales_order.fields.terms")
    assert line(connected, "sales_order.fields.terms")["lookup"] == "terms"
    rule = ask("rule", text=connected["text"], target="sales_order.fields.terms")
    assert rule["lookup"] == "terms"
    assert connected["told"], "what is left to do by hand is said"


def test_a_rule_is_read_and_written_as_text(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    rule = ask("rule", text=text, target=MEMO)
    assert rule["rule"].splitlines()[0] == "from: box.name"
    assert rule["judged"]["because"]
    written = ask("write", text=text, target=MEMO, rule="from: box.name\ntransform: [upper]\nclip: 20\n")
    assert written["faults"] == []
    assert "transform: [upper]" in ask("rule", text=written["text"], target=MEMO)["rule"]


def test_a_faulty_rule_is_told_with_its_line_and_not_saved(
    ask: Callable[..., Any], board: Board, path: Path
) -> None:
    found = ask("open")
    written = ask("write", text=found["text"], target=MEMO, rule="from: box.nam\n")
    (fault,) = written["faults"]
    assert "box has no 'nam'" in fault
    assert fault.startswith("line ")
    answer = board.answer("save", {"text": written["text"], "digest": found["digest"]}, by="ann")
    assert "box has no 'nam'" in answer["error"]
    assert path.read_text() == found["text"]


@pytest.mark.parametrize("rule", ["from: [", "- a", "box.name", ""])
def test_text_that_is_no_rule_is_refused(ask: Callable[..., Any], board: Board, rule: str) -> None:
    text = ask("open")["text"]
    answer = board.answer("write", {"text": text, "target": MEMO, "rule": rule}, by="ann")
    assert MEMO in answer["error"]


def test_a_rule_is_removed_and_an_undo_is_the_text_before(ask: Callable[..., Any]) -> None:
    found = ask("open")
    removed = ask("remove", text=found["text"], target=MEMO)
    assert line(removed, MEMO) is None
    assert ask("look", text=found["text"])["lines"] == found["lines"]


def test_the_assistant_suggests_what_is_not_mapped(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    target = "sales_order.fields.purchase_order_number"
    removed = ask("remove", text=text, target=target)
    (found,) = [
        one
        for one in ask("suggest", text=removed["text"])["suggestions"]
        if one["source"] == "box.fields.PO number"
    ]
    assert found["target"] == target
    assert found["probability"] > 0.8
    assert found["because"][0]["seen"]
    mapped = {id_ for one in removed["lines"] for id_ in one["sources"]}
    assert mapped.isdisjoint(one["source"] for one in ask("suggest", text=removed["text"])["suggestions"])


def test_a_preview_shows_what_real_deals_become(ask: Callable[..., Any]) -> None:
    found = ask("preview", text=ask("open")["text"])
    values = found["values"]["sales_order.fields.purchase_order_number"]
    assert {"value": "4711", "source": "'4711'", "fault": ""} in values
    held = [number for number, deal in enumerate(found["deals"]) if deal["held"]]
    assert len(held) == 1
    quantity = found["values"]["sales_order.lines[0].quantity"][held[0]]
    assert "a dozen" in quantity["fault"]
    item = found["values"]["sales_order.lines[0].item"][0]
    assert item["value"].startswith("Atlas Arm (")


def test_saving_writes_the_file_once_and_says_who_changed_what(
    ask: Callable[..., Any], board: Board, path: Path, notes: list[tuple[str, Mapping[str, Any]]]
) -> None:
    found = ask("open")
    connected = ask("connect", text=found["text"], source="box.notes", target=MEMO)
    verdict = {"source": "box.notes", "target": MEMO, "accepted": True, "probability": 0.7}
    saved = ask("save", text=connected["text"], digest=found["digest"], verdicts=[verdict])
    assert saved["changed"] == [MEMO]
    assert load_spec(path).sales_order.fields.memo.from_ == "box.notes"
    ((action, details),) = notes
    assert (action, details["changed"], details["by"]) == ("mapping.saved", [MEMO], "ann")
    kept = json.loads(board.memory.read_text())
    assert kept["decisions"][0]["by"] == "ann"
    again = ask("save", text=saved["text"], digest=saved["digest"])
    assert again["changed"] == []
    assert len(notes) == 1


def test_a_file_that_somebody_else_changed_is_not_overwritten(
    ask: Callable[..., Any], board: Board, path: Path
) -> None:
    found = ask("open")
    theirs = found["text"] + "# another word\n"
    path.write_text(theirs)
    answer = board.answer("save", {"text": found["text"], "digest": found["digest"]}, by="ann")
    assert "changed by somebody else" in answer["error"]
    assert path.read_text() == theirs


def test_fields_that_are_not_there_any_more_are_marked(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    text = text.replace("box.fields.PO number", "box.fields.Purchase order").replace(
        "custbody_streak_box:", "custbody_forgotten:"
    )
    found = ask("look", text=text)
    assert found["gone"]["sources"] == ["box.fields.Purchase order"]
    assert found["gone"]["targets"] == ["sales_order.custom_fields.custbody_forgotten"]


FUNCTIONS = """
def net(deal):
    box = deal["box"]["fields"]
    return box["Unit price"] if box.get("Grade") else deal["contact"]["fields"].get("Region")
"""


def test_what_expressions_conditions_and_functions_read_is_drawn(ask: Callable[..., Any], path: Path) -> None:
    (path.parent / "rules.py").write_text(FUNCTIONS)
    text = ask("open")["text"].replace("version: 1", "version: 1\nfunctions: rules.py", 1)
    rules = {
        MEMO: "expression: \"{{ box.name }} for {{ organization.fields['Gone one'] | default('') }}\"",
        "sales_order.fields.purchase_order_number": "value: x\nwhen: \"{{ box.fields['Rush order'] }}\"",
        "sales_order.lines[0].rate": "function: net",
    }
    for target, rule in rules.items():
        text = ask("write", text=text, target=target, rule=rule)["text"]
    found = ask("look", text=text)
    assert line(found, MEMO)["sources"] == ["box.name", "organization.fields.Gone one"]
    assert line(found, "sales_order.fields.purchase_order_number")["sources"] == ["box.fields.Rush order"]
    rate = line(found, "sales_order.lines[0].rate")
    assert rate["how"] == "function"
    assert rate["sources"] == ["box.fields.Unit price", "box.fields.Grade", "contact.fields.Region"]
    assert found["gone"]["sources"] == [
        "box.fields.Grade",
        "contact.fields.Region",
        "organization.fields.Gone one",
    ]
    assert found["faults"] == []


def test_what_an_expression_reads_is_not_suggested_again(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"].replace(
        "{from: box.fields.PO number}", "{expression: \"{{ box.fields['PO number'] }}\"}"
    )
    found = ask("suggest", text=text)["suggestions"]
    assert "box.fields.PO number" not in {one["source"] for one in found}


def test_options_that_are_not_there_any_more_are_marked(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    text = ask("write", text=text, target="lookups.tier", rule="table: {Gold: 1, Diamond: 9}")["text"]
    found = ask("look", text=text)
    tier = "sales_order.custom_fields.custbody_streak_tier"
    assert found["gone"]["options"] == [{"source": "box.fields.Tier", "target": tier, "option": "Diamond"}]


@pytest.mark.parametrize(
    ("command", "payload", "told"),
    [
        ("fly", {}, "no command 'fly'"),
        ("connect", {"text": "version: 1"}, "source: Field required"),
        ("connect", {"text": "version: 1", "source": "box.nobody", "target": MEMO}, "no field 'box.nobody'"),
        ("connect", {"text": "version: 1", "source": "box.name", "target": "x.y"}, "no field 'x.y'"),
        ("look", {"text": "version: ["}, "cannot be read"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    board: Board, command: str, payload: dict[str, Any], told: str
) -> None:
    assert told in board.answer(command, payload, by="ann")["error"]


def test_opening_trying_and_saving_write_nothing_to_either_side(
    ask: Callable[..., Any], world: World
) -> None:
    found = ask("open")
    ask("suggest", text=found["text"])
    ask("preview", text=found["text"])
    ask("save", text=found["text"], digest=found["digest"])
    assert world.writes("netsuite") == []
