"""The mapping board in a real Airflow: behind its login, in its navigation, in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_server import log_in, token
from playwright.sync_api import Page, expect

from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path

ROOT = Path(__file__).parents[2]
BOARD = "/streak-netsuite-mapping/"

pytestmark = [pytest.mark.browser, pytest.mark.airflow]


def test_the_board_maps_in_the_airflow_page(
    airflow: AirflowPlace,
    place: Any,
    mapping: Path,
    page: Page,
    hand: Callable[..., Any],
) -> None:
    _made_deals(place)
    _keeps_strangers_out(airflow)
    log_in(page, airflow)
    page.get_by_role("button", name="Browse").click()
    page.get_by_role("menuitem", name="Mapping board").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator(".sn-item").first).to_be_visible(timeout=60_000)
    person = hand(page, frame)
    person.map_all_ways("airflow")
    saved = load_spec(mapping)
    assert saved.sales_order.lines[0].description.from_ == "box.name"
    assert saved.sales_order.fields.purchase_order_number.from_ == "box.fields.PO number"
    kept = [line for line in mapping.read_text().splitlines() if line.strip().startswith("#")]
    shipped = shipped_spec_path("deal_to_order").read_text().splitlines()
    assert kept == [line for line in shipped if line.strip().startswith("#")]
    with Ledger.connect(place.ledger_settings) as ledger:
        noted = ledger.list_audit(subject=mapping.name)
    assert [(one.actor, one.action) for one in noted] == [("admin", "mapping.saved")]
    assert place.writes("netsuite") == []
    assert "admin" in mapping.with_name("mapping-decisions.json").read_text()


def _made_deals(place: Any) -> None:
    fields = {
        "Product": "Atlas Arm",
        "Quantity": "2",
        "Unit price": "100.00",
        "Currency": "USD",
        "PO number": "4711",
    }
    body = {"count": 4, "pipeline": "Sales", "stage": "Closed-Won", "organizations": 2, "fields": fields}
    place.control.post("/streak/boxes", json=body).raise_for_status()


def _keeps_strangers_out(place: AirflowPlace) -> None:
    ask = {"X-Requested-With": "mapping-board"}
    with httpx.Client(base_url=place.url + BOARD, trust_env=False, timeout=60) as client:
        assert client.get("").status_code == 401
        assert client.post("api/open", json={}, headers=ask).status_code == 401
        guest = {"Authorization": f"Bearer {token(place, 'guest', 'guest-password')}"}
        assert client.get("", headers=guest).status_code == 403
        assert client.post("api/open", json={}, headers={**ask, **guest}).status_code == 403
        admin = {"Authorization": f"Bearer {token(place, 'admin', place.password)}"}
        assert client.get("", headers=admin).status_code == 200
        assert client.post("api/open", json={}, headers=admin).status_code == 400, (
            "not from the board's own page"
        )
        assert client.post("api/open", content=b"[", headers={**ask, **admin}).status_code == 400
        assert client.get("board.py").status_code == 404
