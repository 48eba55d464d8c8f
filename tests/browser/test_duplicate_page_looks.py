"""The page about duplicates full of what nobody wants in a page: it is read, by everybody, in light and in dark."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from made_firms import a_firm
from made_review import FullHost, opened
from playwright.sync_api import Page, expect
from served_pages import maya, serving

from assist.duplicates import Kind, Rules, find_duplicates
from assist.duplicates.groups import groups_of
from assist.duplicates.report import contents_of
from assist.duplicates.report import page as report_page
from assist.duplicates.standing import Standing
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


@pytest.fixture(scope="module")
def report() -> str:
    """A report about firms with everything a report can show."""
    rng = random.Random(3)
    rows = {str(number): a_firm(rng) for number in range(60)}
    rows |= {f"{number}-copy": {**rows[str(number)], "phone": ""} for number in range(6)}
    rows["5-copy"] |= {"street": "1 Elsewhere Road", "city": "Hull"}
    frame = pd.DataFrame.from_dict(rows, orient="index").assign(balance=1.0)
    standing = Standing()
    rules = Rules(same=[("7", "8")], same_if_equal=["number"])
    frame["number"] = None
    frame.loc[["0", "0-copy"], "number"] = ["HRB 47110", "HRB 47112"]
    findings = find_duplicates(frame, kinds={**standing.kinds(frame), "number": Kind.IGNORED}, rules=rules)
    groups = groups_of(findings, frame, standing)
    made_at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    contents = contents_of(findings, frame, groups, title="Firms", made_at=made_at, before={"x": "c-gone"})
    assert {case.band for case in contents.cases} == {"sure", "review"}
    assert contents.near or contents.cases
    return report_page(contents, sure_bits=findings.settings.automatic_bits)


_GROUND = {"light": "rgb(249, 250, 251)", "dark": "rgb(17, 24, 39)"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_is_dark_where_the_system_is_and_can_be_read_in_both(
    page: Page, report: str, tmp_path: Path, scheme: str
) -> None:
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.locator("body")).to_have_css("background-color", _GROUND[scheme])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in (1440, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENSHOTS / f"report-{scheme}-{width}.png", full_page=True)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"the report scrolls sideways at {width} pixels"
    assert barriers(page) == []
    for bar in ("few", "many"):
        assert contrast_of_bars(page, bar) >= 3, "WCAG 1.4.11 of what carries a meaning"
    page.emulate_media(media="print", color_scheme="dark" if scheme == "dark" else "light")
    expect(page.locator("body")).to_have_css("color", "rgb(31, 41, 55)")
    expect(page.locator("figure").first).to_have_css("background-color", "rgb(255, 255, 255)")


def contrast_of_bars(page: Page, bar: str) -> float:
    """Return how far the bars of a plot stand out from its ground (WCAG 2.2, relative luminance)."""
    fill = page.locator(f"rect.{bar}").first.evaluate("bar => getComputedStyle(bar).fill")
    ground = page.locator("figure").first.evaluate("plot => getComputedStyle(plot).backgroundColor")
    light, dark = sorted((luminance(fill), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_report_is_dark_where_airflow_is(page: Page, url: str, host: FullHost, report: str) -> None:
    host.page = lambda run_id: report
    outer = '<!doctype html><html class="dark"><iframe src="runs/1/report" width="1000" height="800"></iframe></html>'
    page.route(f"{url}airflow", lambda route: route.fulfill(body=outer, content_type="text/html"))
    page.emulate_media(color_scheme="light")
    page.goto(f"{url}airflow")
    body = page.frame_locator("iframe").locator("body")
    expect(body).to_have_css("background-color", _GROUND["dark"])
    page.evaluate("document.documentElement.className = 'light'")
    expect(body).to_have_css("background-color", _GROUND["light"])
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_css("background-color", _GROUND["light"])
    page.goto(f"{url}runs/1/report")
    expect(page.locator("body")).to_have_css("background-color", _GROUND["dark"])
    assert barriers(page) == []


def test_what_speaks_for_what_against_and_what_is_not_known_add_up(
    page: Page, url: str, host: FullHost
) -> None:
    reasons = [
        {"what": "before any field", "words": "1 of 40 pairs are one", "bits": -5.3, "side": "start"},
        {"what": "name", "words": "the same but for the company form", "bits": 9.0, "side": "for"},
        {"what": "address_city", "words": "different", "bits": -2.1, "side": "against"},
        {"what": "phone", "words": "only one has one", "bits": 0, "side": "unknown"},
    ]
    asked = opened()
    asked["questions"] = [{**asked["questions"][0], "reasons": reasons, "probability": 0.755}]
    host.queue = lambda *, among: asked
    page.goto(url)
    why = page.locator("#review .sd-why")
    expect(why.locator("dt")).to_have_text(
        ["Starts at", "Speaks for one", "Speaks against", "Not known", "Together"]
    )
    expect(why.locator("dd")).to_have_text(
        [
            "−5.3 before any field: 1 of 40 pairs are one",
            "+9.0 name: the same but for the company form",
            "−2.1 address city: different",
            "0 phone: only one has one",
            "+1.6 bits: 75.5 %",
        ]
    )
    assert barriers(page) == []


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
