"""The mapping board in a real Airflow: behind its login, in its navigation, in a real browser."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.engine import make_url

from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.demo.processes import free_port, until
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path

ROOT = Path(__file__).parents[2]
BOARD = "/streak-netsuite-mapping/"

pytestmark = [pytest.mark.browser, pytest.mark.airflow]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping file of our own."""
    path = tmp_path / "mappings" / "deal_to_order.yaml"
    path.parent.mkdir()
    MappingFile(shipped_spec_path("deal_to_order")).save(path)
    return path


@pytest.fixture
def airflow(place: Any, empty_database: str, mapping: Path, tmp_path: Path) -> Iterator[AirflowPlace]:
    """A running api-server with two users: one who may change DAGs, and one who may look at them."""
    database = make_url(empty_database).set(drivername="postgresql+psycopg2")
    connections = {
        name.removeprefix("AIRFLOW_CONN_").lower(): text
        for name, text in place.env.items()
        if name.startswith("AIRFLOW_CONN_")
    }
    known = AirflowPlace(
        home=tmp_path / "home",
        port=free_port(),
        database_url=database.render_as_string(hide_password=False),
        dags=ROOT / "dags",
        plugins=ROOT / "plugins",
        connections=connections,
        extra_env={
            "AIRFLOW__STREAK_NETSUITE__MAPPING": str(mapping),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,guest:viewer",
        },
    )
    env = {**{k: v for k, v in place.env.items() if not k.startswith("AIRFLOW")}, **known.prepare()}
    (known.home / "passwords.json").write_text(f'{{"admin": "{known.password}", "guest": "guest-password"}}')
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        env=env,
        check=True,
        capture_output=True,
        timeout=180,
    )
    with (tmp_path / "api-server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "airflow", "api-server"], env=env, stdout=log, stderr=log
        )
        try:
            _wait_until_up(known)
            yield known
        finally:
            server.terminate()
            server.wait(20)


def _wait_until_up(place: AirflowPlace) -> None:
    with httpx.Client(trust_env=False, timeout=5) as client:
        for _ in until(120, every=0.25):
            try:
                if client.get(f"{place.url}/api/v2/version").is_success:
                    return
            except httpx.HTTPError:
                continue
    raise AssertionError("Airflow did not start")


def token(place: AirflowPlace, user: str, password: str) -> str:
    """Log in, and return what proves it."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        body = {"username": user, "password": password}
        return str(
            client.post(f"{place.url}/auth/token", json=body).raise_for_status().json()["access_token"]
        )


def test_the_board_maps_in_the_airflow_page(
    airflow: AirflowPlace,
    place: Any,
    mapping: Path,
    page: Page,
    hand: Callable[..., Any],
) -> None:
    _made_deals(place)
    _keeps_strangers_out(airflow)
    page.goto(airflow.url)
    page.get_by_label("Username").fill("admin")
    page.locator('input[type="password"]').fill(airflow.password)
    page.get_by_role("button", name="Sign in").click()
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
