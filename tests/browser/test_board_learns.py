"""What the mapping board remembers of a person's word, with a host that keeps a draft as plain lines."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

SOURCES, TARGETS = ("box.name", "box.notes", "box.fields.PO"), ("order.memo", "order.number", "order.text")

pytestmark = pytest.mark.browser


class Host:
    """Answers the board; a draft is JSON: the source of each target."""

    def __init__(self) -> None:
        self.saved: list[Mapping[str, Any]] = []
        self.draft = json.dumps({"order.text": "box.name"})

    def __call__(self, command: str, payload: Mapping[str, Any]) -> Any:
        lines = json.loads(payload.get("text", self.draft))
        if command == "connect":
            lines[payload["target"]] = payload["source"]
        elif command == "remove":
            lines.pop(payload["target"])
        elif command == "suggest":
            return {"suggestions": [one for one in SUGGESTED if one["target"] not in lines]}
        elif command == "rule":
            return {"rule": lines.get(payload["target"], ""), "lookup": "", "table": "", "judged": None}
        elif command == "preview":
            return {"deals": [], "values": {}}
        elif command == "save":
            self.saved += payload["verdicts"]
        return {**_drawn(lines), "digest": "1", "changed": [], "title": "T", "file": "f.yaml", **_sides()}

    def said(self) -> list[tuple[str, str, bool, float | None]]:
        return sorted(
            (one["source"], one["target"], one["accepted"], one["probability"]) for one in self.saved
        )


SUGGESTED = [
    {"source": "box.fields.PO", "target": "order.number", "probability": 0.9, "band": "suggest", "because": [], "careful": []}
]  # fmt: skip


def _drawn(lines: Mapping[str, str]) -> dict[str, Any]:
    drawn = [{"target": t, "sources": [s], "how": "from", "lookup": ""} for t, s in lines.items()]
    return {
        "text": json.dumps(lines),
        "lines": drawn,
        "gone": {"sources": [], "targets": [], "options": []},
        "faults": [],
    }


def _sides() -> dict[str, Any]:
    def field(id_: str) -> dict[str, Any]:
        return {"id": id_, "record": "R", "title": id_, "type": "text", "options": [], "filled": ""}

    return {
        "sources": [field(one) for one in SOURCES],
        "targets": [{**field(one), "required": False} for one in TARGETS],
    }


@pytest.fixture
def host(show_board: Callable[..., None]) -> Host:
    host = Host()
    show_board(lambda command, payload: {"result": host(command, payload)})
    return host


@pytest.fixture
def person(host: Host, page: Page, hand: Callable[..., Any]) -> Any:
    person = hand(page, page)
    person.press("suggest")
    person.wait_for("1 suggestion;")
    return person


def accept(person: Any) -> None:
    person.item("targets", "order.number").click()
    person.press("accept")
    person.wait_for("goes to")


def draw(person: Any, source: str, target: str) -> None:
    person.item("sources", source).click()
    person.item("targets", target).click()
    person.wait_for(f"{source} goes to R: {target}")


def save(person: Any) -> None:
    person.press("save")
    person.wait_for("Nothing to save")


def undo(person: Any) -> None:
    person.press("undo")
    person.wait_for("Undone")


def test_an_accepted_suggestion_is_remembered(person: Any, host: Host) -> None:
    accept(person)
    save(person)
    assert host.said() == [("box.fields.PO", "order.number", True, 0.9)]


def test_an_undone_suggestion_is_not_remembered_and_is_offered_again(person: Any, host: Host) -> None:
    accept(person)
    undo(person)
    person.item("targets", "order.number").click()
    expect(person.root.locator(".sn-offer")).to_contain_text("90 % sure")
    draw(person, "box.notes", "order.memo")
    save(person)
    assert host.said() == [("box.notes", "order.memo", True, None)]


def test_a_suggestion_done_again_is_remembered(person: Any, host: Host) -> None:
    accept(person)
    undo(person)
    person.press("redo")
    person.wait_for("Done again")
    save(person)
    assert host.said() == [("box.fields.PO", "order.number", True, 0.9)]


def test_another_line_in_place_of_a_suggestion_turns_it_down(person: Any, host: Host) -> None:
    draw(person, "box.fields.PO", "order.memo")
    save(person)
    assert host.said() == [
        ("box.fields.PO", "order.memo", True, None),
        ("box.fields.PO", "order.number", False, 0.9),
    ]


def test_a_line_over_an_accepted_suggestion_turns_it_down(person: Any, host: Host) -> None:
    accept(person)
    draw(person, "box.notes", "order.number")
    save(person)
    assert host.said() == [
        ("box.fields.PO", "order.number", False, 0.9),
        ("box.notes", "order.number", True, None),
    ]


def test_a_line_over_another_is_a_word_against_it(person: Any, host: Host) -> None:
    draw(person, "box.notes", "order.text")
    save(person)
    assert host.said() == [("box.name", "order.text", False, None), ("box.notes", "order.text", True, None)]


def test_a_removed_line_takes_its_word_back(person: Any, host: Host) -> None:
    accept(person)
    draw(person, "box.notes", "order.memo")
    person.item("targets", "order.number").click()
    person.press("remove")
    person.wait_for("Nothing goes to")
    save(person)
    assert host.said() == [("box.notes", "order.memo", True, None)]


def test_a_suggestion_turned_down_can_be_undone(person: Any, host: Host) -> None:
    person.item("targets", "order.number").click()
    person.press("reject")
    expect(person.root.locator(".sn-offer")).to_have_count(0)
    undo(person)
    expect(person.root.locator(".sn-offer")).to_have_count(1)
    person.press("redo")
    person.wait_for("Done again")
    save(person)
    assert host.said() == [("box.fields.PO", "order.number", False, 0.9)]


def test_what_is_saved_is_not_said_twice(person: Any, host: Host) -> None:
    accept(person)
    save(person)
    draw(person, "box.notes", "order.memo")
    save(person)
    assert host.said() == [
        ("box.fields.PO", "order.number", True, 0.9),
        ("box.notes", "order.memo", True, None),
    ]


def test_what_is_undone_after_saving_is_taken_back(person: Any, host: Host) -> None:
    accept(person)
    save(person)
    undo(person)
    save(person)
    assert [one["accepted"] for one in host.saved] == [True, None]
    person.press("redo")
    person.wait_for("Done again")
    save(person)
    assert [one["accepted"] for one in host.saved] == [True, None, True]


def test_a_line_that_is_removed_after_saving_is_taken_back(person: Any, host: Host) -> None:
    accept(person)
    save(person)
    person.item("targets", "order.number").click()
    person.press("remove")
    person.wait_for("Nothing goes to")
    save(person)
    assert [one["accepted"] for one in host.saved] == [True, None]


LINES = "sales_order.lines"


class HostWithLines(Host):
    """Has one order line, and offers one for each field that is left; one that is begun is the next."""

    def __call__(self, command: str, payload: Mapping[str, Any]) -> Any:
        lines = json.loads(payload.get("text", self.draft))
        following = len(lines) + 1
        if command == "connect":
            made = f"{LINES}[{following - 1}].item"
            lines[made] = payload["source"]
            told = {"made": made} if made != payload["target"] else {}
            return {**self("look", {"text": json.dumps(lines)}), **told}
        found = super().__call__(command, payload)
        if command == "suggest":
            left = [one for one in SOURCES if one not in lines.values()]
            places = {f"{LINES}[{following - 1 + at}].item": source for at, source in enumerate(left)}
            return {
                "suggestions": [{**SUGGESTED[0], "source": s, "target": t} for t, s in places.items()],
                "more": [{**_sides()["targets"][0], "id": target, "title": target} for target in places],
            }
        return {**found, "more": [{**_sides()["targets"][0], "id": one, "title": one} for one in lines]}


def test_a_line_that_is_taken_over_before_its_turn_is_the_next_one(
    show_board: Callable[..., None], page: Page, hand: Callable[..., Any]
) -> None:
    host = HostWithLines()
    host.draft = json.dumps({})
    show_board(lambda command, payload: {"result": host(command, payload)})
    person = hand(page, page)
    person.press("suggest")
    person.wait_for("3 suggestions")
    person.item("targets", f"{LINES}[2].item").click()
    expect(person.root.locator(".sn-offer")).to_contain_text("box.fields.PO")
    person.press("accept")
    person.wait_for(f"box.fields.PO goes to R: {LINES}[0].item")
    for place, source in ((1, "box.name"), (2, "box.notes")):
        person.item("targets", f"{LINES}[{place}].item").click()
        expect(person.root.locator(".sn-offer")).to_contain_text(source)
    save(person)
    assert host.said() == [("box.fields.PO", f"{LINES}[0].item", True, 0.9)]
    undo(person)
    person.item("targets", f"{LINES}[2].item").click()
    expect(person.root.locator(".sn-offer")).to_contain_text("box.fields.PO")


class HostWithParts(Host):
    """Offers an address that is put together from two fields."""

    asked: tuple[str, ...] = ()

    def __call__(self, command: str, payload: Mapping[str, Any]) -> Any:
        if command == "connect":
            self.asked = tuple(payload["parts"])
        if command == "suggest":
            parts = ["box.notes", "box.fields.PO"]
            return {"suggestions": [{**SUGGESTED[0], "source": parts[0], "parts": parts}]}
        return super().__call__(command, payload)


def test_an_address_in_several_fields_is_taken_over_as_one(
    show_board: Callable[..., None], page: Page, hand: Callable[..., Any]
) -> None:
    host = HostWithParts()
    show_board(lambda command, payload: {"result": host(command, payload)})
    person = hand(page, page)
    person.press("suggest")
    person.wait_for("1 suggestion;")
    for source in ("box.notes", "box.fields.PO"):
        expect(person.item("sources", source)).to_contain_text("90 %")
    expect(person.root.locator("path.sn-maybe")).to_have_count(2)
    person.item("targets", "order.number").click()
    expect(person.root.locator(".sn-offer")).to_contain_text("R: box.notes, R: box.fields.PO, 90 % sure")
    person.press("accept")
    person.wait_for("R: box.notes, R: box.fields.PO goes to R: order.number")
    assert host.asked == ("box.notes", "box.fields.PO")
    save(person)
    assert host.said() == [], "no field alone is the address"
