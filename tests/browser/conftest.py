"""A real Chromium, and a hand that uses the mapping board as a person does."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from airflow_place import connections_of
from api_server import served
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, expect, sync_playwright
from sqlalchemy.engine import make_url

from streak_netsuite import connections
from streak_netsuite.assembly import Settings, open_product
from streak_netsuite.demo.local_airflow import AirflowPlace
from streak_netsuite.demo.processes import free_port
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.mapping_board import board
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.sandbox.server import RunningSandbox

ROOT = Path(__file__).parents[2]
WON_DEALS = {
    "count": 4,
    "pipeline": "Sales",
    "stage": "Closed-Won",
    "organizations": 2,
    "fields": {
        "Product": "Atlas Arm",
        "Quantity": "2",
        "Unit price": "100.00",
        "Currency": "USD",
        "PO number": "4711",
    },
}
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
# Nothing here may look anything up in the world.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STATIC = Path(board.__file__).parent / "static"
_TYPES = {"js": "text/javascript", "css": "text/css"}
_PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Mapping</title>
<link rel=stylesheet href=board.css><main id=board></main><script type=module>
import { mount } from "./board.js";
mount(document.getElementById("board"), async (command, payload) => {
  await window.gate; // a test may let answers wait
  const { result, error } = await window.host(command, payload ?? {});
  if (error) throw new Error(error);
  return result;
});
</script></html>"""
_WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_DESCRIPTION = "sales_order.lines[0].description"
expect.set_options(timeout=30_000)  # a page on a busy machine; what is there at once is not waited for


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A headless Chromium. One for each test: its driver's event loop would be in the way of other tests' own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium (Debian: apt install chromium, or set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; a fault in a script of ours fails the test."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1100})
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert [fault for fault in faults if "board" in fault or "review" in fault] == []


@dataclass
class Hand:
    """A person at the board.

    Attributes:
        root: the board, or the frame that holds it.
    """

    page: Page
    root: Locator | FrameLocator

    def item(self, side: str, id_: str) -> Locator:
        return self.root.locator(f'[data-side="{side}"] .sn-item[data-id="{id_}"]')

    def press(self, action: str) -> None:
        self.root.locator(f'[data-action="{action}"]').first.click()

    def search(self, side: str, words: str) -> None:
        label = {"sources": "Search Streak's fields", "targets": "Search NetSuite's fields"}[side]
        self.root.get_by_label(label).fill(words)

    def wait_for(self, words: str) -> None:
        expect(self.root.locator(".sn-voice")).to_contain_text(words, timeout=30_000)

    def is_mapped(self, target: str) -> bool:
        expect(self.root.locator(".sn-board")).to_have_attribute("aria-busy", "false")
        return "sn-mapped" in (self.item("targets", target).get_attribute("class") or "")

    def take_picture(self, name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.jpg"
        self.page.screenshot(path=path, type="jpeg", quality=60)
        return path

    def drag(self, source: str, target: str) -> None:
        """Draw a line from a field of Streak to one of NetSuite with the mouse."""
        start = self.item("sources", source).bounding_box()
        end = self.item("targets", target).bounding_box()
        assert start
        assert end
        mouse = self.page.mouse
        mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(start["x"] + 200, start["y"] + 30, steps=5)
        mouse.move(end["x"] + 60, end["y"] + end["height"] / 2, steps=5)
        self.take_picture("dragging")
        mouse.up()

    def map_all_ways(self, name: str) -> None:
        """Map by mouse, by keyboard and by suggestion; undo, try out, save."""
        self.wait_for("fields are mapped")
        expect(self.root.locator(".sn-status")).to_contain_text("deals held", timeout=30_000)
        self.search("sources", "notes")
        self.search("targets", "description")
        assert not self.is_mapped(_DESCRIPTION)
        self.drag("box.notes", _DESCRIPTION)
        self.wait_for("goes to")
        assert self.is_mapped(_DESCRIPTION)
        self.take_picture(f"{name}-dragged")
        self.press("undo")
        self.wait_for("Undone")
        assert not self.is_mapped(_DESCRIPTION)
        self._by_keyboard()
        self._with_a_rule(name)
        self._with_a_form()
        self._with_a_suggestion(name)
        assert self.barriers() == []
        self.press("save")
        self.wait_for("Saved ")
        expect(self.root.locator(".sn-status")).to_contain_text("saved")
        self.take_picture(f"{name}-saved")

    def _by_keyboard(self) -> None:
        """Nothing but keys: to the field, pick it up, to its target, put it down."""
        keys = self.page.keyboard
        self.item("sources", "box.notes").focus()
        keys.press("Enter")
        self.wait_for("picked up")
        expect(self.item("targets", _DESCRIPTION)).to_be_focused()
        keys.press("Enter")
        self.wait_for("goes to")
        assert self.is_mapped(_DESCRIPTION)
        keys.press("Delete")
        self.wait_for("Nothing goes to")
        assert not self.is_mapped(_DESCRIPTION)
        keys.press("Control+z")
        self.wait_for("Undone")
        assert self.is_mapped(_DESCRIPTION)

    def _with_a_rule(self, name: str) -> None:
        """Write a wrong rule, see what is wrong, write a right one, see what it does to real deals."""
        self.item("targets", _DESCRIPTION).click()
        editor = self.root.get_by_label("Rule", exact=True)
        expect(editor).to_have_value("from: box.notes\n")
        editor.fill("from: box.nam\n")
        self.press("apply")
        expect(self.root.locator(".sn-faults")).to_contain_text("box has no 'nam'")
        expect(self.root.locator('[data-action="save"]')).to_be_disabled()
        self.take_picture(f"{name}-fault")
        self.root.get_by_label("Rule", exact=True).fill("from: box.name\ntransform: [upper]\n")
        self.press("apply")
        expect(self.root.locator(".sn-faults")).to_have_text("")
        expect(self.root.locator(".sn-preview")).to_contain_text("DEAL", timeout=30_000)
        expect(self.root.locator('[data-action="save"]')).to_be_enabled()

    def _with_a_form(self) -> None:
        """The same rule as a form: cut its text, see it in the YAML and in the preview, take it back."""
        expect(self.root.locator(".sn-board").first).to_have_attribute("aria-busy", "false", timeout=30_000)
        clip = self.root.locator(".sn-form").get_by_label("Cut text to this many characters")
        clip.fill("3")
        clip.press("Enter")
        editor = self.root.get_by_label("Rule", exact=True)
        expect(editor).to_have_value(re.compile("clip: 3"), timeout=30_000)
        expect(self.root.locator(".sn-preview")).to_contain_text("LOA", timeout=30_000)
        self.press("undo")
        self.wait_for("Undone")
        expect(clip).to_have_value("", timeout=30_000)

    def barriers(self) -> list[str]:
        """Return what keeps people out who see, hear or move otherwise, as axe finds it (WCAG 2.2 A and AA)."""
        board = self.root.locator(".sn-board").first.element_handle()
        frame = board.owner_frame()
        assert frame is not None
        found = Axe().run(frame, context=".sn-board", options=_WCAG)
        return [
            f"{one['id']}: {one['help']}: {node['html'][:200]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def _with_a_suggestion(self, name: str) -> None:
        self.search("sources", "")
        self.search("targets", "")
        purchase_order = "sales_order.fields.purchase_order_number"
        self.item("targets", purchase_order).click()
        expect(self.root.get_by_label("Rule", exact=True)).to_have_value(re.compile("PO number"))
        self.press("remove")
        self.wait_for("Nothing goes to")
        self.press("suggest")
        self.wait_for("suggestion")
        self.take_picture(f"{name}-suggested")
        self.item("targets", purchase_order).click()
        expect(self.root.locator(".sn-offer")).to_contain_text("PO number")
        self.take_picture(f"{name}-offered")
        self.press("accept")
        self.wait_for("goes to")
        assert self.is_mapped(purchase_order)


@pytest.fixture
def hand() -> Callable[[Page, Locator | FrameLocator], Hand]:
    """Makes a hand for a board somewhere on a page."""

    def made(page: Page, root: Locator | FrameLocator) -> Hand:
        return Hand(page=page, root=root)

    return made


@pytest.fixture
def show_page(page: Page) -> Callable[[Callable[..., Any]], None]:
    """Shows the board's own files on a page of their own, with a host that answers its commands."""

    def served(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        body = (STATIC / name).read_text(encoding="utf-8")
        route.fulfill(body=body, content_type=_TYPES[name.rpartition(".")[2]])

    def shown(host: Callable[..., Any]) -> None:
        page.expose_function("host", host)
        page.route("http://board.test/*.*", served)
        page.route("http://board.test/", lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
        page.goto("http://board.test/")

    return shown


@pytest.fixture
def show_board(page: Page, show_page: Callable[..., None]) -> Callable[[Callable[..., Any]], None]:
    """Shows the board as `show_page` does, and waits until it has read the fields of both sides."""

    def shown(host: Callable[..., Any]) -> None:
        show_page(host)
        expect(page.locator(".sn-voice")).to_contain_text("fields are mapped", timeout=60_000)

    return shown


@pytest.fixture
def desk_board(
    running_sandbox: RunningSandbox, ledger_settings: LedgerSettings, mapping: Path
) -> Iterator[Board]:
    """A board over both vendors in the sandbox, with four won deals."""
    info = running_sandbox.info
    headers = {"X-Sandbox-Token": info["control"]["token"]}
    with httpx.Client(base_url=info["control"]["base_url"], headers=headers, trust_env=False) as control:
        control.post("/reset").raise_for_status()
        control.post("/streak/boxes", json=WON_DEALS).raise_for_status()
    texts = connections_of(info, ledger_settings)
    parts = {
        name: connections.ConnectionParts.from_json(name, texts[f"AIRFLOW_CONN_{name.upper()}"])
        for name in ("streak_default", "netsuite_default", "streak_netsuite_ledger")
    }
    settings = Settings(
        streak=connections.streak_settings(parts["streak_default"]),
        netsuite=connections.netsuite_settings(parts["netsuite_default"]),
        ledger=connections.ledger_settings(parts["streak_netsuite_ledger"]),
        mapping=mapping,
    )
    with open_product(settings, read_only=True) as product:
        yield Board(desk=MappingDesk(product=product), path=mapping, note=lambda *_: None)


@pytest.fixture
def at_the_board(
    page: Page, show_board: Callable[..., None], desk_board: Board, hand: Callable[..., Any]
) -> Hand:
    """A person at a board over both vendors."""
    show_board(lambda command, payload: desk_board.answer(command, payload, by="ann"))
    person: Hand = hand(page, page)
    return person


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
    with served(known, place.env, tmp_path / "api-server.log"):
        yield known
