"""The board for people who do not see it or hold no mouse: names, roles, the order of focus, what is said aloud."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

MEMO = "sales_order.fields.memo"
NUMBER = "sales_order.fields.purchase_order_number"
TIER = "sales_order.custom_fields.custbody_streak_tier"

pytestmark = pytest.mark.browser
Hand = Any


def test_no_barrier_is_found_in_any_state(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    expect(person.root.locator(".sn-status")).to_contain_text("deals held", timeout=30_000)
    assert person.barriers() == []
    person.item("targets", MEMO).click()
    expect(person.root.locator(".sn-form")).to_be_visible()
    assert person.barriers() == []
    pattern = person.root.locator(".sn-form").get_by_label("Add a step").first
    pattern.select_option("regex")
    person.root.get_by_label("Pattern").fill("(")
    person.root.get_by_label("Pattern").press("Tab")
    expect(person.root.get_by_label("Pattern")).to_have_attribute("aria-invalid", "true")
    assert person.barriers() == []
    person.press("undo")
    person.item("targets", TIER).click()
    expect(person.root.locator(".sn-path")).to_have_text(TIER)
    person.item("targets", "sales_order.lines[0]").click()
    expect(person.root.get_by_label("It makes")).to_be_visible()
    assert person.barriers() == []
    person.item("targets", NUMBER).click()
    expect(person.root.locator(".sn-path")).to_have_text(NUMBER)
    person.press("remove")
    person.wait_for("Nothing goes to")
    person.press("suggest")
    person.wait_for("suggestion")
    expect(person.root.locator(".sn-offer").first).to_be_visible()
    assert person.barriers() == []


def test_what_is_drawn_has_a_role_and_a_name(at_the_board: Hand, page: Page) -> None:
    for side in ("Streak", "NetSuite"):
        expect(page.get_by_role("listbox", name=f"Fields of {side}")).to_be_visible()
        expect(page.get_by_role("searchbox", name=f"Search {side}'s fields")).to_be_visible()
    demanded = page.get_by_role("listbox", name="Fields of NetSuite").get_by_role(
        "group", name="Demanded by NetSuite"
    )
    expect(demanded.get_by_role("option", name="Order line: Item", exact=False).first).to_be_visible()
    at_the_board.search("targets", MEMO)
    memo = page.get_by_role("option", name="Sales order: Memo, text, mapped")
    expect(memo).to_have_attribute("aria-selected", "false")
    memo.click()
    expect(memo).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("form", name="Rule as a form")).to_be_visible()
    for part in ("Where the value comes from", "What is done to it, in this order", "When there is none"):
        expect(page.get_by_role("group", name=part)).to_be_visible()
    unnamed = page.locator(".sn-form").evaluate(
        """form => [...form.querySelectorAll("input, select, textarea, button")]
          .filter(one => !one.labels?.length && !one.ariaLabel && !one.textContent.trim()).length"""
    )
    assert unnamed == 0


def test_tab_goes_through_the_board_as_it_is_read(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    person.search("targets", MEMO)
    person.item("targets", MEMO).click()
    expect(person.root.locator(".sn-form")).to_be_visible()
    person.root.locator('[data-action="suggest"]').focus()
    seen = ["suggest"]
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const one = document.activeElement;
            return one.dataset.key ?? one.dataset.action ?? one.closest?.("[data-side]")?.dataset.side ?? one.ariaLabel ?? one.tagName; }"""
        )
        if at == "BODY":
            break
        seen.append(str(at))
    wanted = [
        "suggest",
        "Search Streak's fields",
        "sources",
        "Search NetSuite's fields",
        "targets",
        "/source",
        "from",
        "transform[0]",
    ]
    places = [seen.index(one) for one in wanted]
    assert places == sorted(places)
    assert (
        seen.index("clip") < seen.index("remove") < seen.index(f"yaml:{MEMO}") < seen.index(f"apply:{MEMO}")
    )


def test_a_key_that_is_held_ties_nothing_by_itself(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    person.search("sources", "notes")
    person.search("targets", MEMO)
    person.item("sources", "box.notes").focus()
    for _ in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.get_by_role("status")).to_contain_text("is picked up")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_contain_text("Put down")


def test_what_happens_is_said_aloud(at_the_board: Hand, page: Page) -> None:
    person = at_the_board
    voice = page.get_by_role("status")
    person.search("sources", "notes")
    person.search("targets", MEMO)
    person.item("sources", "box.notes").focus()
    page.keyboard.press("Enter")
    expect(voice).to_contain_text("is picked up")
    page.keyboard.press("Escape")
    expect(voice).to_contain_text("Put down")
    person.item("targets", MEMO).focus()
    page.keyboard.press("Delete")
    expect(voice).to_contain_text("Nothing goes to")
