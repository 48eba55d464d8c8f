"""The queues and the report in a real browser: three tables by keys, and names that are no words."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_duplicates import ARABIC, EVIL, PAIRS, found_duplicates
from made_firms import a_firm
from playwright.sync_api import Page, expect
from served_pages import maya, serving

from assist.duplicates import find_duplicates
from assist.duplicates.groups import groups_of
from assist.duplicates.report import contents_of, csv_text, sheet
from assist.duplicates.report import page as report_page
from assist.duplicates.standing import Standing
from streak_netsuite.duplicate_review.commands import COMMANDS
from streak_netsuite.duplicate_review.review import DuplicateReview
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.duplicate_case import Among, Sameness
from streak_netsuite.web.duplicates import create_duplicate_pages

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

pytestmark = pytest.mark.browser


class LedgerAlone:
    """Answers from the ledger; the vendors are not there, as on a bad day."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def answer(self, command: str, payload: Mapping[str, Any], *, by: str) -> Mapping[str, Any]:
        if command not in COMMANDS:
            return {"error": "NetSuite does not answer"}
        return DuplicateReview(self._ledger.duplicates, clock=lambda: NOW).answer(command, payload, by=by)

    def page(self, run_id: int) -> str | None:
        return self._ledger.duplicates.page(run_id)

    def sheet(self, run_id: int) -> str | None:
        return self._ledger.duplicates.sheet(run_id)


@pytest.fixture
def url(ledger: Ledger) -> Iterator[str]:
    """Where the pages are served."""
    with serving(create_duplicate_pages(LedgerAlone(ledger), maya)) as address:
        yield address


@pytest.fixture
def report() -> tuple[str, str]:
    """A report of the engine, as HTML and CSV, about firms with names that are no words."""
    rng = random.Random(3)
    rows = {str(number): a_firm(rng) for number in range(60)}
    rows |= {f"{number}-copy": {**rows[str(number)], "phone": ""} for number in range(5)}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    for number, name in enumerate((EVIL, ARABIC, "=HYPERLINK(1) Ltd")):
        frame.loc[[str(number), f"{number}-copy"], "company"] = name
    frame["balance"] = [float(number) for number in range(len(frame))]
    standing = Standing()
    findings = find_duplicates(frame, kinds=standing.kinds(frame))
    groups = groups_of(findings, frame, standing)
    contents = contents_of(findings, frame, groups, title="Firms & firms", made_at=NOW)
    html = report_page(contents, sure_bits=findings.settings.automatic_bits)
    return html, csv_text(sheet(frame, groups))


def test_three_tables_are_decided_by_keys_and_their_report_is_read(
    ledger: Ledger, url: str, report: tuple[str, str], page: Page
) -> None:
    for among in Among:
        found = replace(found_duplicates(), scope=among.scope, page=report[0], sheet=report[1])
        ledger.duplicates.keep_run(found, now=NOW)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(url)
    head = page.locator("#review .sd-head")
    expect(head).to_have_text("3 pairs wait, 0 decided.")
    expect(page.locator("#parties .sd-voice")).to_have_text("NetSuite does not answer")
    page.keyboard.press("2")
    expect(page.locator('[data-among="organizations"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".sd-chance")).to_contain_text("One organization?")
    expect(page.locator(".sd-table").first).to_contain_text(EVIL)
    page.keyboard.press("s")
    expect(head).to_have_text("2 pairs wait, 1 decided.")
    expect(page.locator('[data-among="customers"] .sd-count')).to_have_text(" 3")
    page.keyboard.press("3")
    expect(page.locator(".sd-chance")).to_contain_text("One contact?")
    page.keyboard.press("d")
    expect(head).to_have_text("2 pairs wait, 1 decided.")
    take_picture(page, "duplicates-tables")
    page.keyboard.press("1")
    expect(head).to_have_text("3 pairs wait, 0 decided.")
    page.keyboard.press("z")
    expect(page.locator('[data-among="contacts"]')).to_have_attribute("aria-pressed", "true")
    expect(head).to_have_text("3 pairs wait, 0 decided.")
    said = {among: [one.said for one in ledger.duplicates.decisions(among.scope)] for among in Among}
    assert said == {Among.CUSTOMERS: [], Among.ORGANIZATIONS: [Sameness.SAME], Among.CONTACTS: []}
    (kept,) = ledger.duplicates.decisions(Among.ORGANIZATIONS.scope)
    assert (kept.pair, kept.actor) == (PAIRS[0], "maya")

    page.locator("#review").get_by_role("link", name="report").first.click()
    expect(page.locator("h1")).to_have_text("Firms & firms")
    assert page.locator("img").count() == 0
    expect(page.locator("body")).to_contain_text(EVIL)
    expect(page.locator("body")).to_contain_text(ARABIC)
    assert page.locator("svg").count() >= 2, "summary plots"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "nothing is wider than the page"
    take_picture(page, "duplicates-report", whole=True)


def kept(ledger: Ledger) -> list[Sameness]:
    return [one.said for one in ledger.duplicates.decisions(Among.CUSTOMERS.scope)]


def test_a_key_that_is_held_decides_one_pair(ledger: Ledger, url: str, page: Page) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=NOW)
    page.goto(url)
    review, head = page.locator("#review"), page.locator("#review .sd-head")
    expect(head).to_have_text("3 pairs wait, 0 decided.")
    for _ in range(5):
        page.keyboard.down("s")
        expect(review).to_have_attribute("aria-busy", "false")
    page.keyboard.up("s")
    expect(head).to_have_text("2 pairs wait, 1 decided.")
    page.keyboard.press("s")
    expect(head).to_have_text("1 pair waits, 2 decided.")
    assert kept(ledger) == [Sameness.SAME, Sameness.SAME]
    for _ in range(5):
        page.keyboard.down("z")
        expect(review).to_have_attribute("aria-busy", "false")
    expect(head).to_have_text("2 pairs wait, 1 decided.")


def test_a_pair_that_somebody_else_decided_meanwhile_makes_room_for_the_next(
    ledger: Ledger, url: str, page: Page
) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=NOW)
    page.goto(url)
    head, voice = page.locator("#review .sd-head"), page.locator("#review .sd-voice")
    expect(head).to_have_text("3 pairs wait, 0 decided.")
    bob = DuplicateReview(ledger.duplicates, clock=lambda: NOW)
    first = {"left": PAIRS[0].left, "right": PAIRS[0].right}
    assert "result" in bob.answer("decide", {**first, "said": "different"}, by="bob")
    page.keyboard.press("s")
    expect(head).to_have_text("2 pairs wait, 1 decided.")
    expect(voice).to_contain_text("decided meanwhile by bob: different")
    page.keyboard.press("s")
    expect(head).to_have_text("1 pair waits, 2 decided.")
    page.keyboard.press("u")
    expect(head).to_have_text("0 pairs wait, 3 decided.")
    last = {"left": PAIRS[2].left, "right": PAIRS[2].right}
    assert "result" in bob.answer("decide", {**last, "said": "same", "over": "maya"}, by="bob")
    page.keyboard.press("z")
    expect(voice).to_contain_text("decided meanwhile by bob: same")
    expect(page.locator("#review")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("z")
    expect(head).to_have_text("1 pair waits, 2 decided.")
    assert kept(ledger) == [Sameness.DIFFERENT, Sameness.SAME]


@pytest.mark.parametrize(
    ("repeat", "decided"),
    [
        pytest.param(True, [], id="held since another page had the keys"),
        pytest.param(False, [Sameness.SAME], id="repeats that look like presses, as over a remote desktop"),
    ],
)
def test_a_key_counts_again_only_when_it_was_released(
    ledger: Ledger, url: str, page: Page, repeat: bool, decided: list[Sameness]
) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=NOW)
    page.goto(url)
    expect(page.locator("#review .sd-chance")).to_be_visible()
    for _ in range(3):
        page.locator("#review .sd-pair").dispatch_event(
            "keydown", {"key": "s", "repeat": repeat, "bubbles": True}
        )
        expect(page.locator("#review")).to_have_attribute("aria-busy", "false")
    assert kept(ledger) == decided
    page.keyboard.press("d")
    expect(page.locator("#review .sd-head")).to_contain_text(f"{len(decided) + 1} decided")
    assert kept(ledger) == [*decided, Sameness.DIFFERENT]


def take_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what the person sees."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)
