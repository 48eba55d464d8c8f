"""The pictures of the page "Map your fields". `make pictures` puts them into the docs; a test run only takes and checks them."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFRESH = os.environ.get("REFRESH_PICTURES") == "1"
MOST_BYTES = 150_000

pytestmark = pytest.mark.browser
Hand = Any


@pytest.fixture
def keep(at_the_board: Hand, page: Page) -> Iterator[Callable[[str], None]]:
    """Takes a picture, and puts it into the docs when that is wanted."""
    page.set_viewport_size({"width": 1200, "height": 1000})
    expect(page.locator(".sn-status")).to_contain_text("deals held", timeout=30_000)

    def kept(name: str) -> None:
        taken = at_the_board.take_picture(name)
        assert taken.stat().st_size < MOST_BYTES
        if REFRESH:
            shutil.copyfile(taken, DOCS / "pictures" / f"{name}.jpg")

    return kept


def test_the_board_with_a_suggestion(at_the_board: Hand, keep: Callable[[str], None]) -> None:
    person = at_the_board
    target = "sales_order.fields.purchase_order_number"
    person.item("targets", target).click()
    expect(person.root.locator(".sn-path")).to_have_text(target)
    person.press("remove")
    person.wait_for("Nothing goes to")
    person.press("suggest")
    person.wait_for("suggestion")
    expect(person.root.locator(".sn-offer")).to_contain_text("PO number")
    keep("mapping-board")


def test_a_rule_as_a_form(at_the_board: Hand, page: Page, keep: Callable[[str], None]) -> None:
    person = at_the_board
    person.search("targets", "rate")
    person.item("targets", "sales_order.lines[0].rate").click()
    form = person.root.locator(".sn-form")
    form.get_by_label("The value is", exact=True).select_option("calculation")
    form.get_by_label("Number", exact=True).fill("0.9")
    form.get_by_label("Number", exact=True).press("Tab")
    expect(person.root.locator(".sn-preview")).to_contain_text("90.00", timeout=30_000)
    person.root.locator(".sn-detail").scroll_into_view_if_needed()
    page.locator(".sn-below").evaluate("below => below.scrollIntoView()")
    keep("mapping-form")


def test_the_docs_show_the_pictures_that_are_taken() -> None:
    page = (DOCS / "map-your-fields.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\((pictures/[^)]+)\)", page)
    assert shown == ["pictures/mapping-board.jpg", "pictures/mapping-form.jpg"]
    assert all(0 < (DOCS / one).stat().st_size < MOST_BYTES for one in shown)
