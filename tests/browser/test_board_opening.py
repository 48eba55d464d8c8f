"""What a person sees before the board has read the fields of both sides, and when it cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

GATE = "window.gate = new Promise((open) => { window.openGate = open; });"
NOWHERE = "NetSuite: the connection netsuite_default has no login"

pytestmark = pytest.mark.browser


class Host:
    """Answers the board as long as it is there."""

    def __init__(self) -> None:
        self.fails = True
        self.asked: list[str] = []

    def __call__(self, command: str, _payload: Any) -> Any:
        self.asked.append(command)
        if self.fails:
            return {"error": NOWHERE}
        field = {"record": "Box", "title": "Name", "type": "text", "options": [], "required": False}
        drawn = {
            "text": "from: box.name",
            "lines": [{"target": "order.memo", "sources": ["box.name"], "how": "from", "lookup": ""}],
            "gone": {"sources": [], "targets": [], "options": []},
            "faults": [],
        }
        sides = {
            "sources": [{**field, "id": "box.name"}],
            "targets": [{**field, "id": "order.memo", "record": "Order"}],
        }
        answer = {**drawn, **sides, "digest": "1", "changed": [], "title": "Deal to order", "file": "f.yaml"}
        return {"result": {"deals": [], "values": {}} if command == "preview" else answer}


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def person(page: Page, host: Host, show_page: Callable[..., None], hand: Callable[..., Any]) -> Any:
    """Somebody who has opened the board; its answers wait."""
    page.add_init_script(GATE)
    show_page(host)
    return hand(page, page)


def test_while_the_fields_are_read_the_board_says_so(person: Any, page: Page, host: Host) -> None:
    host.fails = False
    expect(page.locator(".sn-voice")).to_contain_text("Reading the fields of Streak and NetSuite")
    for side, vendor in (("sources", "Streak"), ("targets", "NetSuite")):
        column = page.locator(f'[data-side="{side}"]')
        expect(column).to_have_attribute("aria-busy", "true")
        expect(column).to_have_text(f"Reading {vendor}'s fields …")
    for action in ("suggest", "undo", "redo", "save"):
        expect(page.locator(f'[data-action="{action}"]')).to_be_disabled()
    page.locator(".sn-search").first.press("Control+s")
    assert person.barriers() == []
    page.evaluate("window.openGate()")
    expect(page.locator(".sn-voice")).to_have_text("f.yaml: 1 fields are mapped.")
    assert page.locator('.sn-list[aria-busy="true"], .sn-reading').count() == 0
    expect(page.locator('[data-action="suggest"]')).to_be_enabled()
    person.search("targets", "nothing like it")
    expect(page.locator('[data-side="targets"]')).to_have_text("no field has these words")
    assert person.barriers() == []
    assert "save" not in host.asked, "there was nothing to save yet"


def test_when_the_fields_cannot_be_read_the_board_says_why_and_what_to_do(
    person: Any, page: Page, host: Host
) -> None:
    page.evaluate("window.openGate()")
    expect(page.locator(".sn-voice")).to_have_text(NOWHERE)
    expect(page.locator(".sn-next")).to_contain_text("streak-netsuite doctor")
    for side, vendor in (("sources", "Streak"), ("targets", "NetSuite")):
        column = page.locator(f'[data-side="{side}"]')
        expect(column).to_have_attribute("aria-busy", "false")
        expect(column).to_have_text(f"{vendor}'s fields are not read.")
    expect(page.locator('[data-action="suggest"]')).to_be_disabled()
    assert person.barriers() == []
    again = page.get_by_role("button", name="Try again")
    again.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sn-voice")).to_have_text(NOWHERE)
    expect(again).to_be_focused()
    host.fails = False
    page.keyboard.press("Enter")
    expect(page.locator(".sn-voice")).to_contain_text("fields are mapped")
    expect(person.item("sources", "box.name")).to_be_focused()
    assert again.count() == 0
