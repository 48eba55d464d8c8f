"""The queue of duplicate customers in a real Airflow: in its navigation, behind its login, by keys, in a real browser."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import log_in, token
from made_duplicates import ARABIC, EVIL, PAIRS, found_duplicates
from playwright.sync_api import Page, expect

from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.duplicate_case import SCOPE, Sameness

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
QUEUE = "/streak-netsuite-duplicates/"

pytestmark = [pytest.mark.browser, pytest.mark.airflow]


def test_pairs_are_decided_by_keys_and_the_report_is_read(
    airflow: AirflowPlace, place: Any, page: Page
) -> None:
    with Ledger.connect(place.ledger_settings) as ledger:
        ledger.duplicates.keep_run(found_duplicates(), now=datetime.now(UTC))
    _keeps_strangers_out(airflow)
    log_in(page, airflow)
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("menuitem", name="Duplicate customers").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#review .sd-head")).to_have_text("3 pairs wait, 0 decided.", timeout=60_000)
    expect(frame.locator(".sd-table").first).to_contain_text(EVIL)
    assert frame.locator("img").count() == 0
    take_picture(page, "duplicates-first")

    frame.locator("#review .sd-reason").fill("sud")  # letters that are commands elsewhere
    frame.locator(".sd-pair").focus()
    page.keyboard.press("s")
    expect(frame.locator("#review .sd-head")).to_have_text("2 pairs wait, 1 decided.")
    expect(frame.locator(".sd-table").first).to_contain_text(ARABIC)
    take_picture(page, "duplicates-second")
    page.keyboard.press("d")
    expect(frame.locator("#review .sd-head")).to_have_text("1 pair waits, 2 decided.")
    page.keyboard.press("z")
    expect(frame.locator("#review .sd-head")).to_have_text("2 pairs wait, 1 decided.")
    page.keyboard.press("u")
    frame.get_by_role("button", name=re.compile("Different")).click()
    expect(frame.locator("#review .sd-nothing")).to_contain_text("Nothing waits for you")
    take_picture(page, "duplicates-done")

    with Ledger.connect(place.ledger_settings) as ledger:
        said = {one.pair: (one.said, one.reason, one.actor) for one in ledger.duplicates.decisions(SCOPE)}
    assert said == {
        PAIRS[0]: (Sameness.SAME, "sud", "admin"),
        PAIRS[1]: (Sameness.UNSURE, "", "admin"),
        PAIRS[2]: (Sameness.DIFFERENT, "", "admin"),
    }
    with page.expect_download() as download:
        frame.locator("#review").get_by_role("link", name="sheet").click()
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbfduplicate_group")
    frame.locator("#review").get_by_role("link", name="report").click()
    expect(frame.locator("h1")).to_have_text("Duplicate customers")
    frame.get_by_role("link", name="Back to the pairs").click()
    expect(frame.locator("#review .sd-head")).to_contain_text("decided")


def _keeps_strangers_out(airflow: AirflowPlace) -> None:
    own = {"X-Requested-With": "duplicate-review"}
    with httpx.Client(base_url=airflow.url + QUEUE, trust_env=False, timeout=60) as client:
        assert client.post("api/open", headers=own, json={}).status_code == 401
        assert client.get("runs/1/report").status_code == 401
        guest = {"Authorization": f"Bearer {token(airflow, 'guest', 'guest-password')}"}
        assert client.post("api/open", headers={**own, **guest}, json={}).status_code == 403
        assert client.get("runs/1/report", headers=guest).status_code == 403


def take_picture(page: Page, name: str) -> None:
    """Keep what the person sees."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.jpg", type="jpeg", quality=70)
