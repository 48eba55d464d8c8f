"""The mapping board's commands, over both vendors' catalogues and real deals."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.catalogue import Field
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.mapping_desk.draft import Choices

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


def test_comments_inside_brackets_are_kept_or_told_before_anything_is_saved(
    ask: Callable[..., Any], path: Path
) -> None:
    (memo,) = [one for one in path.read_text().splitlines() if one.startswith("    memo: ")]
    kept = "    memo: {from: box.name, # as sales says it\n      clip: 20}"
    path.write_text(path.read_text().replace(memo, kept))
    found = ask("open")
    assert found["careful"] == []
    made = ask("write", text=found["text"], target="sales_order.fields.memo.clip", rule="x: 1\n")["text"]
    assert "from: box.name # as sales says it" in made
    path.write_text(path.read_text().replace("memo: {", "memo: &memo {"))
    (told,) = ask("open")["careful"]
    assert told.startswith(
        f"line {found['text'][: found['text'].index(kept)].count(chr(10)) + 1}: the comment"
    )
    edited = ask("remove", text=path.read_text(), target="sales_order.fields.currency")
    assert edited["careful"] == [told], "also when the draft has lost it"


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


def put(ask: Callable[..., Any], text: str, target: str, *changes: tuple[Any, ...]) -> Any:
    """Put parts into a rule, as a form does: (way, value) or (way, value, another target)."""
    names = ("at", "value", "target")
    return ask(
        "set", text=text, target=target, changes=[dict(zip(names, one, strict=False)) for one in changes]
    )


def form(ask: Callable[..., Any], text: str, target: str) -> Any:
    return ask("rule", text=text, target=target)["form"]


def test_a_form_shows_a_rule_and_what_can_be_chosen(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    memo = form(ask, text, MEMO)
    assert memo["rule"] == {"from": "box.name", "transform": ["collapse_spaces"], "clip": 999}
    assert (memo["kind"], memo["place"], memo["owner"]) == ("field", "order", {"part": "memo", "is": ""})
    tier = form(ask, text, "sales_order.custom_fields.custbody_streak_tier")
    assert (tier["kind"], tier["is_select"]) == ("custom", True)
    assert tier["tables"]["item"] == {"how": "netsuite", "told": "item", "table": {}}
    assert tier["tables"]["tier"]["how"] == "file"
    assert {"id": "1", "name": "Gold"} in tier["choices"]
    assert form(ask, text, "customer.addresses[0]")["kind"] == "address"
    assert form(ask, text, "sales_order.fields.sales_rep")["choices"] == [], "people are shown to nobody"


def test_a_form_changes_one_part_and_leaves_the_file_as_it_was_written(ask: Callable[..., Any]) -> None:
    before = put(ask, ask("open")["text"], MEMO, (["clip"], 41))["text"]
    changed = put(ask, before, MEMO, (["clip"], 40), (["transform", 1], {"prefix": "Deal "}))
    assert changed["faults"] == []
    lines = set(changed["text"].splitlines()) ^ set(before.splitlines())
    assert [one.strip().partition(":")[0] for one in lines] == ["memo", "memo"]
    assert form(ask, changed["text"], MEMO)["rule"]["transform"] == ["collapse_spaces", {"prefix": "Deal "}]


def test_a_form_and_the_text_are_one_draft(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    written = ask("write", text=text, target=MEMO, rule="from: box.notes\nclip: 7\n")["text"]
    assert form(ask, written, MEMO)["rule"] == {"from": "box.notes", "clip": 7}
    put_in = put(ask, written, MEMO, (["default"], "none"))["text"]
    assert ask("rule", text=put_in, target=MEMO)["rule"] == "from: box.notes\nclip: 7\ndefault: none\n"


def test_a_rule_of_a_custom_field_begins_with_the_type_that_netsuite_says(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    target = "sales_order.more_fields.shipComplete"
    made = put(ask, text, target, (["value"], True))
    assert made["faults"] == []
    assert form(ask, made["text"], target)["rule"] == {"type": "checkbox", "value": True}


def test_a_condition_and_a_calculation_are_made_and_read_in_parts(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    rate = "sales_order.lines[0].rate"
    parts = {"left": "box.fields.Unit price", "operator": "*", "right": "0.9", "places": 2}
    when = {"field": "box.fields.Tier", "test": "is", "value": "Gold"}
    made = put(ask, text, rate, (["from"], None), (["expression"], parts), (["when"], when))
    assert made["faults"] == []
    assert form(ask, made["text"], rate)["shown"]["rule"] == {"when": when, "expression": parts}
    assert line(made, rate)["sources"] == ["box.fields.Unit price", "box.fields.Tier"]
    values = ask("preview", text=made["text"])["values"][rate]
    assert {one["value"] for one in values} == {"", "90.00"}, "only deals of the tier Gold, at nine tenths"


@pytest.mark.parametrize(
    ("field", "test", "holds"),
    [
        ("Rush order", "above", "a checkbox, of which 'is more than'"),
        ("Labels", "is", "a list, of which 'is'"),
        ("Tier", "below", "a text that is no number, of which 'is less than'"),
    ],
)
def test_a_condition_that_its_field_cannot_answer_is_told_and_not_saved(
    ask: Callable[..., Any], board: Board, path: Path, field: str, test: str, holds: str
) -> None:
    found = ask("open")
    when = {"field": f"box.fields.{field}", "test": test, "value": "5"}
    made = put(ask, found["text"], MEMO, (["when"], when))
    (fault,) = made["faults"]
    assert fault.startswith("line ")
    assert f"{MEMO}.when: box.fields.{field} holds {holds} cannot be asked" in fault
    assert test not in form(ask, made["text"], MEMO)["tests"][f"box.fields.{field}"]
    answer = board.answer("save", {"text": made["text"], "digest": found["digest"]}, by="ann")
    assert fault in answer["error"]
    assert path.read_text() == found["text"]


def test_a_form_offers_the_tests_that_fit(ask: Callable[..., Any]) -> None:
    tests = form(ask, ask("open")["text"], MEMO)["tests"]
    assert tests["box.fields.Rush order"] == ["filled", "empty"]
    assert tests["box.created_at"] == ["filled", "empty", "is", "is_not"]
    assert tests["buyer.emails"] == ["filled", "empty", "has"]
    assert "above" in tests["box.fields.Quantity"], "Streak's numbers are texts"


def test_a_table_is_filled_and_its_rule_reads_it(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    target = "sales_order.fields.terms"
    made = put(
        ask,
        text,
        target,
        (["from"], "box.fields.Tier"),
        (["table"], {}, "lookups.terms"),
        (["lookup"], "terms"),
        (["table", "Gold"], 2, "lookups.terms"),
        (["table", "Silver"], 3, "lookups.terms"),
        (["table", "Silver"], None, "lookups.terms"),
    )
    assert made["faults"] == []
    assert form(ask, made["text"], target)["tables"]["terms"]["table"] == {"Gold": 2}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ((["transform", 1], {"regex": {"pattern": "("}}), "memo.transform[1].regex.pattern: '(' is not a"),
        ((["transform", 1], {"regex": {"pattern": "x", "group": 2}}), "memo.transform[1].regex: the pattern has 0"),
        ((["from"], "box.fields."), "memo.from: path"),
        ((["when_empty"], "panic"), "memo.when_empty: 'panic' is not allowed"),
        ((["clip"], "many"), "memo.clip: input should be a valid integer"),
        ((["lookup"], "nowhere"), "memo.lookup: lookup 'nowhere' is unknown"),
    ],
)  # fmt: skip
def test_a_part_that_does_not_fit_is_told_with_its_place(
    ask: Callable[..., Any], change: tuple[Any, ...], told: str
) -> None:
    faults = put(ask, ask("open")["text"], MEMO, change)["faults"]
    assert any(f"sales_order.fields.{told}" in fault for fault in faults)


@pytest.mark.parametrize(
    ("target", "change", "told"),
    [
        (MEMO, {"at": ["when"], "value": {"field": "box.name", "test": "above", "value": "x"}}, "'x' is no number"),
        (MEMO, {"at": ["when"], "value": {"field": "box.nam", "test": "is"}}, "box has no 'nam'"),
        (MEMO, {"at": ["transform", 9], "value": "strip"}, "there is no"),
        ("source.stages", {"at": [0], "value": "Lead"}, "the board changes no 'source.stages'"),
        (MEMO, {"at": ["x"], "value": 1, "target": "functions"}, "the board changes no 'functions'"),
    ],
)  # fmt: skip
def test_a_form_cannot_put_what_makes_no_sense(
    ask: Callable[..., Any], board: Board, target: str, change: Mapping[str, Any], told: str
) -> None:
    text = ask("open")["text"]
    answer = board.answer("set", {"text": text, "target": target, "changes": [change]}, by="ann")
    assert told in answer["error"]


def test_whose_value_stays_is_said_for_one_field(ask: Callable[..., Any], path: Path) -> None:
    found = ask("open")
    made = put(ask, found["text"], MEMO, (["owners", "memo"], "streak", "changes"))
    assert form(ask, made["text"], MEMO)["owner"] == {"part": "memo", "is": "streak"}
    rate = put(
        ask, made["text"], "sales_order.lines[0].rate", (["owners", "lines.rate"], "netsuite", "changes")
    )
    saved = ask("save", text=rate["text"], digest=found["digest"])
    assert saved["changed"] == ["changes"]
    assert load_spec(path).changes.owners == {"memo": "streak", "lines.rate": "netsuite"}


def test_a_second_line_and_a_second_address_are_mapped(ask: Callable[..., Any], path: Path) -> None:
    found = ask("open")
    assert {"sales_order.lines[0]", "customer.addresses[1]"} <= {one["id"] for one in found["more"]}
    made = ask("line", text=found["text"])
    assert made["made"] == "sales_order.lines[1]"
    assert any("sales_order.lines[1].item: the key is missing" in one for one in made["faults"])
    text = ask("connect", text=made["text"], source="box.fields.Product", target="sales_order.lines[1].item")[
        "text"
    ]
    text = put(ask, text, "sales_order.lines[1].quantity", (["value"], 1))["text"]
    again = ask("connect", text=text, source="contact.address", target="customer.addresses[1]")
    assert again["faults"] == []
    assert line(again, "sales_order.lines[1].item")["lookup"] == "item"
    assert line(again, "customer.addresses[1]")["sources"] == ["contact.address"]
    assert "customer.addresses[2]" in {one["id"] for one in again["more"]}
    saved = ask("save", text=again["text"], digest=found["digest"])
    assert {"sales_order.lines[1].item", "customer.addresses[1]"} <= set(saved["changed"])
    spec = load_spec(path)
    assert len(spec.sales_order.lines) == 2
    gone = ask("remove", text=again["text"], target="sales_order.lines[1]")
    assert gone["faults"] == []
    assert line(gone, "sales_order.lines[1].item") is None


def test_a_line_is_made_for_each_row_of_a_table(ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    where = "sales_order.lines[0]"
    made = put(ask, text, where, (["each"], "box.notes"), (["table"], {"columns": ["item", "quantity"]}))[
        "text"
    ]
    made = put(ask, made, f"{where}.quantity", (["from"], "each.quantity"))["text"]
    found = put(ask, made, f"{where}.item", (["from"], "each.item"))
    assert found["faults"] == []
    assert line(found, where)["sources"] == ["box.notes"]
    assert form(ask, made, f"{where}.item")["columns"] == ["each.item", "each.quantity"]
    assert form(ask, made, where)["rule"]["table"] == {"columns": ["item", "quantity"]}


def test_the_address_book_is_a_target(ask: Callable[..., Any]) -> None:
    found = ask("open")
    (address,) = [one for one in found["targets"] if one["id"] == "customer.addresses[0]"]
    assert address["record"] == "Customer"
    assert line(found, "customer.addresses[0]")["sources"] == ["organization.address"]


def test_opening_trying_and_saving_write_nothing_to_either_side(
    ask: Callable[..., Any], world: World
) -> None:
    found = ask("open")
    ask("suggest", text=found["text"])
    ask("preview", text=found["text"])
    ask("save", text=found["text"], digest=found["digest"])
    assert world.writes("netsuite") == []


def test_a_rule_opens_while_netsuite_cannot_be_asked(world: World, ask: Callable[..., Any]) -> None:
    text = ask("open")["text"]
    tier = "sales_order.custom_fields.custbody_streak_tier"
    world.fault("netsuite", "cut_before", times=None)
    found = ask("rule", text=text, target=tier)
    assert "from: box.fields.Tier" in found["rule"]
    assert found["form"]["choices"] == []
    world.control.delete("/faults").raise_for_status()
    assert form(ask, text, tier)["choices"], "what could not be asked is asked again"


@dataclass(frozen=True, kw_only=True)
class SlowDesk(MappingDesk):
    """A desk whose NetSuite answers when the test says so."""

    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def choices(self, target: Field) -> Choices:
        self.asked.set()
        self.may_answer.wait(120)
        return super().choices(target)


@pytest.mark.parametrize(
    ("command", "more"), [("rule", {}), ("connect", {"source": "box.fields.Tier"})], ids=["rule", "connect"]
)
def test_a_slow_netsuite_keeps_nobody_else_waiting(
    world: World, path: Path, command: str, more: Mapping[str, Any]
) -> None:
    with world.product() as product, ThreadPoolExecutor(max_workers=2) as people:
        desk = SlowDesk(product=product)
        board = Board(desk=desk, path=path, note=lambda *_: None)
        text = board.answer("open", {}, by="ann")["result"]["text"]
        payload = {"text": text, "target": "sales_order.custom_fields.custbody_streak_tier", **more}
        slow = people.submit(board.answer, command, payload, by="ann")
        assert desk.asked.wait(120)
        other = people.submit(board.answer, "look", {"text": text}, by="bob")
        try:
            assert other.result(timeout=60)["result"]["text"] == text
            assert not slow.done()
        finally:
            desk.may_answer.set()
        assert "error" not in slow.result(timeout=120)


def test_a_form_moves_parts_and_their_comments(ask: Callable[..., Any]) -> None:
    rule = "from: box.name\ntransform:\n  - strip\n  # finance wants capitals\n  - upper\ndefault: 0.20\n"
    text = ask("write", text=ask("open")["text"], target=MEMO, rule=rule)["text"]
    moved = ask("set", text=text, target=MEMO, changes=[{"at": ["transform", 1], "to": 0}])["text"]
    shown = ask("rule", text=moved, target=MEMO)
    assert shown["form"]["rule"]["transform"] == ["upper", "strip"]
    lines = [one.strip() for one in moved.splitlines()]
    at = lines.index("# finance wants capitals")
    assert lines[at + 1 : at + 4] == ["- upper", "- strip", "default: 0.20"]


def test_a_form_shows_all_digits_of_a_number(ask: Callable[..., Any]) -> None:
    text = ask("write", text=ask("open")["text"], target=MEMO, rule="value: 12345678901234567.89\n")["text"]
    assert form(ask, text, MEMO)["rule"] == {"value": "12345678901234567.89"}
    assert form(ask, text.replace("12345678901234567.89", "0.20"), MEMO)["rule"] == {"value": "0.20"}


def test_an_entry_whose_word_is_a_number_is_changed_and_taken_out(ask: Callable[..., Any]) -> None:
    text = ask("write", text=ask("open")["text"], target="lookups.terms", rule="table: {30: 5}\n")["text"]
    target = "sales_order.fields.terms"
    changed = put(ask, text, target, (["table", "30"], 9, "lookups.terms"))["text"]
    assert form(ask, changed, target)["tables"]["terms"]["table"] == {"30": 9}
    removed = put(ask, text, target, (["table", "30"], None, "lookups.terms"))["text"]
    assert form(ask, removed, target)["tables"]["terms"]["table"] == {}


def test_an_address_in_several_fields_is_suggested_and_mapped(
    world: World, path: Path, tmp_path: Path
) -> None:
    names = ("Billing street", "Billing city", "Billing state", "Billing zip", "Billing country")
    place = f"v2/pipelines/{world.info['streak']['pipelines']['Sales']}/fields"
    for name in names:
        world.streak.post(place, json={"name": name, "type": "TEXT_INPUT"}).raise_for_status()
    values = dict(zip(names, ("450 Harbor Blvd", "Oakland", "CA", "94607", "USA"), strict=True))
    world.deals(1, **values)
    target = "sales_order.fields.billing_address"
    with world.product() as product:
        board = Board(desk=MappingDesk(product=product), path=path, note=lambda *_: None, memory=None)

        def ask(command: str, **payload: Any) -> Any:
            return json.loads(json.dumps(board.answer(command, payload, by="ann")))["result"]

        text = ask("remove", text=ask("open")["text"], target=target)["text"]
        (offer,) = [one for one in ask("suggest", text=text)["suggestions"] if one["target"] == target]
        assert offer["parts"] == [f"box.fields.{name}" for name in names]
        done = ask(
            "connect", text=text, suggested=True, **{k: offer[k] for k in ("source", "target", "parts")}
        )
        assert done["faults"] == []
        assert line(done, target)["sources"] == offer["parts"]
        (shown,) = ask("preview", text=done["text"])["values"][target]
        assert "450 Harbor Blvd" in shown["value"]
