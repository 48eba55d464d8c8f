"""A person turns to the contacts' board, draws a line, sees it on real people, and saves the product's file as one of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from streak_netsuite.mapping.record_files import load_record_type
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_board.boards import Boards
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding

MOBILE = "target.rules.mobilePhone"
pytestmark = pytest.mark.browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where people's own record types lie."""
    made = tmp_path / "records"
    made.mkdir()
    return made


@pytest.fixture
def boards(desk_board: Board, folder: Path) -> Boards:
    """All boards; one organization of the sandbox is a customer in NetSuite."""
    product = desk_board.desk.product
    pages = list(product.streak.party_rows("organizations"))
    (key,) = (row.internal_id for page in pages for row in page if row.name.startswith("Blue Harbor"))
    tie = Binding(
        streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key),
        netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id="501"),
        rule="person",
    )
    product.ledger.keep_bindings([tie], now=product.clock())
    return Boards(deals=desk_board, product=product, note=lambda _name: lambda *_: None, folder=folder)


@pytest.fixture
def at_the_boards(
    page: Page, show_board: Callable[..., None], boards: Boards, hand: Callable[..., Any]
) -> Any:
    """A person who has opened the page of the boards."""
    show_board(lambda command, payload: boards.answer(command, payload, by="ann"))
    return hand(page, page)


def turn_to(person: Any, title: str, file: str) -> None:
    person.root.get_by_label("What is mapped").select_option(label=title)
    person.wait_for(f"{file}:")


def test_contacts_are_mapped_and_saved(at_the_boards: Any, page: Page, folder: Path) -> None:
    person = at_the_boards
    contacts = "Contacts of Streak, as contacts of their customers in NetSuite."
    turn_to(person, contacts, "contacts.yaml")
    expect(page.locator(".sn-preview")).to_contain_text("Maya Okafor", timeout=30_000)
    expect(page.get_by_label("What is mapped")).to_be_focused()
    person.search("sources", "phone")
    person.search("targets", "mobile")
    person.drag("contact.phone", MOBILE)
    person.wait_for("goes to")
    assert person.is_mapped(MOBILE)
    expect(page.locator(".sn-status")).to_contain_text("contacts held", timeout=30_000)
    expect(page.locator(".sn-preview thead")).to_contain_text("Contact")
    person.search("targets", "organization")
    person.item("targets", "target.fields.company").click()
    expect(page.locator(".sn-detail")).to_contain_text("An expression of the file fills this field")
    expect(page.get_by_label("Rule", exact=True)).to_have_count(0)
    person.search("sources", "")
    person.search("targets", "")
    person.press("suggest")
    person.wait_for("suggestion")
    person.take_picture("contacts-board")
    assert person.barriers() == []
    person.press("save")
    person.wait_for("1 rule changed")
    assert load_record_type(folder / "contacts.yaml").rules["mobilePhone"].from_ == "contact.phone"


def test_a_draft_that_is_not_saved_is_left_behind_only_on_purpose(at_the_boards: Any, page: Page) -> None:
    person = at_the_boards
    person.search("targets", "Description")
    person.item("sources", "box.notes").click()
    person.item("targets", "sales_order.lines[0].description").click()
    person.wait_for("goes to")
    choice = page.get_by_label("What is mapped")
    contacts = "Contacts of Streak, as contacts of their customers in NetSuite."
    choice.select_option(label=contacts)
    person.wait_for("is not saved")
    expect(choice).to_have_value("")
    assert person.is_mapped("sales_order.lines[0].description")
    choice.select_option(label=contacts)
    person.wait_for("contacts.yaml:")
    choice.select_option(value="")
    person.wait_for("deal_to_order.yaml:")
    assert not person.is_mapped("sales_order.lines[0].description")
