"""The mapping board in JupyterLab, in a real browser: the shipped notebook, run by a person."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.mapping.spec import load_spec

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "map_fields.ipynb"
TOKEN = "a-token-for-the-test"

pytestmark = pytest.mark.browser


@pytest.fixture
def lab(place: Any, tmp_path: Path) -> Iterator[str]:
    """A JupyterLab with the notebook, and the connections in its environment. Gives its address."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    text = NOTEBOOK.read_text().replace('WHO = \\"\\"', 'WHO = \\"ann\\"')
    (folder / NOTEBOOK.name).write_text(text)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    connections = {name: text for name, text in place.env.items() if name.startswith("AIRFLOW_CONN_")}
    command = [
        str(Path(sys.executable).with_name("jupyter-lab")),
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ip=127.0.0.1",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.news_url=None",
    ]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, env={**os.environ, **own, **connections}, cwd=folder, stdout=log, stderr=log
        )
        try:
            _wait_until_up(url)
            yield url
        finally:
            server.terminate()
            server.wait(120)


def _wait_until_up(url: str) -> None:
    with httpx.Client(trust_env=False, timeout=5) as client:
        for _ in until(300, every=0.25):
            try:
                if client.get(f"{url}/api", params={"token": TOKEN}).is_success:
                    return
            except httpx.HTTPError:
                continue
    raise AssertionError("JupyterLab did not start")


@pytest.mark.skipif(
    shutil.which("chromium") is None and "CHROMIUM" not in os.environ, reason="needs Chromium"
)
def test_the_board_maps_in_jupyter(
    lab: str, place: Any, page: Page, hand: Callable[..., Any], tmp_path: Path
) -> None:
    fields = {
        "Product": "Atlas Arm",
        "Quantity": "2",
        "Unit price": "100.00",
        "Currency": "USD",
        "PO number": "4711",
    }
    body = {"count": 4, "pipeline": "Sales", "stage": "Closed-Won", "organizations": 2, "fields": fields}
    place.control.post("/streak/boxes", json=body).raise_for_status()
    page.goto(f"{lab}/lab/tree/{NOTEBOOK.name}?token={TOKEN}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=180_000)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=180_000)
    page.get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.get_by_text("deals would be held by it").last.wait_for(
        timeout=180_000
    )  # nothing moves on the page any more
    board = page.locator(".sn-board").first  # of deals; the next one is of contacts
    expect(board.locator(".sn-item").first).to_be_visible(timeout=180_000)
    board.scroll_into_view_if_needed()
    output = board.locator("xpath=ancestor::div[contains(concat(' ', @class, ' '), ' jp-OutputArea ')][1]")
    hand(page, output).map_all_ways("jupyter")
    draft = tmp_path / "notebooks" / "mapping-draft" / "deal_to_order.yaml"
    saved = load_spec(draft)
    assert saved.sales_order.lines[0].description.from_ == "box.name"
    assert saved.sales_order.fields.purchase_order_number.from_ == "box.fields.PO number"
    with Ledger.connect(place.ledger_settings) as ledger:
        noted = ledger.list_audit(subject=draft.name)
    assert [(one.actor, one.action) for one in noted] == [("ann", "mapping.saved")]
    assert place.writes("netsuite") == []
