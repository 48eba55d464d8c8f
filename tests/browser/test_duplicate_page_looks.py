"""The page about duplicates full of what nobody wants in a page: it is read, by everybody, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from made_review import FullHost, opened
from playwright.sync_api import Page, expect
from served_pages import maya, serving

from streak_netsuite.web.duplicates import create_duplicate_pages

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
_WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

pytestmark = pytest.mark.browser


@pytest.fixture
def host() -> FullHost:
    return FullHost()


@pytest.fixture
def url(host: FullHost) -> Iterator[str]:
    """Where the page is served."""
    with serving(create_duplicate_pages(host, maya)) as address:
        yield address


def barriers(page: Page) -> list[str]:
    """Return what keeps people out who see, hear or move otherwise, as axe finds it (WCAG 2.2 A and AA)."""
    found = Axe().run(page, options=_WCAG)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def open_whole(page: Page, url: str) -> None:
    """Open the page and both plans."""
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(url)
    expect(page.locator("#merges .sd-merge")).to_have_count(2)
    page.locator("#merges").get_by_role("button", name="Look at the values").click()
    expect(page.locator("#merges .sd-plan")).to_be_visible()
    page.locator('#parties [data-among="organizations"]').get_by_role("button", name="Look which").click()
    expect(page.locator("#parties .sd-plan")).to_be_visible()
    expect(page.locator("#ties .sd-merge")).to_have_count(1)
    expect(page.locator("#review .sd-table")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_page_and_everything_can_be_read(page: Page, url: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_whole(page, url)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in (1440, 1024, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"review-{scheme}-{width}.png", full_page=True)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"the page scrolls sideways at {width} pixels"
    assert barriers(page) == []
    assert page.locator("img").count() == 0


def test_whoever_chooses_a_value_by_keys_goes_on_from_there(page: Page, url: str) -> None:
    open_whole(page, url)
    plan = page.locator("#merges .sd-plan")
    expect(plan).to_contain_text("customer CUST-004711 (id 1017-open)")
    email = plan.get_by_label("Whose e-mail?")
    expect(email.locator("option").first).to_have_text(f"of 1042: {'b' * 60}@firm.example")
    email.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#merges")).to_have_attribute("aria-busy", "false")
    expect(email).to_be_focused()


def test_before_the_first_search_the_page_says_how_to_begin_one(page: Page, url: str, host: FullHost) -> None:
    host.queue = lambda *, among: opened(among=among, runs=0, questions=0)
    page.goto(url)
    nothing = page.locator("#review .sd-nothing")
    expect(nothing).to_contain_text("Nobody has looked for duplicates among the customers in NetSuite yet")
    expect(nothing).to_contain_text("trigger the DAG find_duplicates")
    expect(nothing).to_contain_text("streak-netsuite duplicates find.")
    for said in ("Same", "Different", "Unsure"):
        expect(page.locator("#review").get_by_role("button", name=said)).to_be_hidden()
    assert barriers(page) == []
    page.keyboard.press("2")
    expect(nothing).to_contain_text("the organizations in Streak")
    expect(nothing).to_contain_text("duplicates find --among organizations")
    host.queue = opened
    nothing.get_by_role("button", name="Look again").click()
    expect(page.locator("#review .sd-chance")).to_contain_text("One organization?")
    expect(page.locator("#review").get_by_role("button", name="Same")).to_be_enabled()


def test_what_cannot_be_read_is_told_and_can_be_tried_again(page: Page, url: str, host: FullHost) -> None:
    why = "the ledger cannot be reached"
    host.errors = dict.fromkeys(("open", "ties"), why)
    page.goto(url)
    for part in ("review", "ties"):
        expect(page.locator(f"#{part} .sd-voice")).to_have_text(why)
    expect(page.locator("#review .sd-buttons").get_by_role("button", name="Same")).to_be_hidden()
    assert barriers(page) == []
    host.errors = {}
    page.locator("#review").get_by_role("button", name="Try again").click()
    expect(page.locator("#review .sd-chance")).to_be_visible()
    expect(page.locator("#review .sd-voice")).to_have_text("")
    page.locator("#ties").get_by_role("button", name="Look again").click()
    expect(page.locator("#ties .sd-merge")).to_have_count(1)
    expect(page.locator("#ties .sd-voice")).to_have_text("")


def test_the_page_is_dark_where_airflow_is(page: Page, url: str) -> None:
    """Airflow's own switch counts, also against what the system prefers, and while the page is open."""
    outer = '<!doctype html><html class="dark"><iframe src="./" width="1000" height="800"></iframe></html>'
    page.route(f"{url}airflow", lambda route: route.fulfill(body=outer, content_type="text/html"))
    page.emulate_media(color_scheme="light")
    page.goto(f"{url}airflow")
    inner = page.frame_locator("iframe")
    expect(inner.locator("#review")).to_have_css("background-color", "rgb(17, 24, 39)")
    expect(inner.locator("body")).to_have_css("background-color", "rgb(17, 24, 39)")
    page.evaluate("document.documentElement.className = 'light'")
    expect(inner.locator("#review")).to_have_css("background-color", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(inner.locator("#review")).to_have_css("background-color", "rgb(255, 255, 255)")
