"""Notebooks run top to bottom, are stored without outputs, and show no secret."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
from made_duplicates import EVIL, PAIRS, found_duplicates
from nbclient import NotebookClient

from assist.mapping.suggestion import Band
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.duplicate_case import SCOPE, Sameness
from streak_netsuite.sync.outcome import Action, Hold, Outcome

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
OPTIONS = ("display.max_colwidth", "display.max_rows", "display.html.use_mathjax")
RELEASED = {"RELEASE = False": "RELEASE = True", 'WHO = ""': 'WHO = "Ann"', 'WHY = ""': 'WHY = "merged"'}

# ipykernel and zmq warn about event loops and parameters of their own
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def secrets(ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The secrets of the ledger's connection, which is set in the environment."""
    url = ledger_settings.sqlalchemy_url
    key = ledger_settings.encryption_keys[0].get_secret_value()
    connection = {
        "conn_type": "streak_netsuite_ledger",
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
        "extra": {"encryption_secret": [key]},
    }
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_NETSUITE_LEDGER", json.dumps(connection))
    return [key, *([url.password] if url.password else []), "payload-secret"]


@pytest.fixture
def held(ledger: Ledger) -> list[ExternalRef]:
    """Three records that wait: two for a value, one because two customers match."""
    boxes = [
        ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"agxBOX{number:04d}")
        for number in range(3)
    ]
    outcomes = [
        _held(box, code) for box, code in zip(boxes, ["MAPPING", "MAPPING", "AMBIGUOUS"], strict=True)
    ]
    ledger.record_outcomes(outcomes, flow="deal_to_order", run_id="test", now=datetime.now(UTC))
    return boxes


def _held(box: ExternalRef, code: str, reason: str = "waits") -> Outcome:
    hold = Hold(
        code=code,
        reason=f"{box.id} {reason}",
        fix="mend it",
        faults=(f"fault of {box.id}",),
        candidates=("customer 501", "customer 502"),
        payload={"secret": "payload-secret"},
    )
    return Outcome(event_id=None, record=box, action=Action.HELD, rule="test", reason=hold.reason, hold=hold)


def read(name: str, replaced: dict[str, str]) -> Any:
    """Return a notebook with some texts replaced, as a reader would."""
    notebook: Any = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        for old, new in replaced.items():
            cell.source = cell.source.replace(old, new)
    return notebook


def run(name: str, replaced: dict[str, str]) -> str:
    """Run a notebook in a kernel; return all it shows."""
    notebook = read(name, replaced)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return json.dumps([cell.get("outputs", []) for cell in notebook.cells])


def run_here(name: str, replaced: dict[str, str]) -> dict[str, Any]:
    """Run a notebook's code without a kernel, which takes seconds to start; return its variables."""
    variables: dict[str, Any] = {}
    try:
        for cell in read(name, replaced).cells:
            if cell.cell_type == "code":
                exec(cell.source, variables)
    finally:
        for name in OPTIONS:
            pd.reset_option(name)
        variables["ledger"].close()  # a cell that fails ends the notebook before it closes the ledger itself
    return variables


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert [c for c in cells if c.get("outputs") or c.get("execution_count")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_starts_with_a_question(path: Path) -> None:
    first = json.loads(path.read_text())["cells"][0]
    assert first["cell_type"] == "markdown"
    assert "".join(first["source"]).splitlines()[0].endswith("?")


def test_the_holds_are_listed_explained_and_no_secret_is_shown(
    ledger: Ledger, held: list[ExternalRef], secrets: list[str]
) -> None:
    shown = run("review_holds", {})
    assert "3 records wait, 2 of them for MAPPING: mend that first." in shown
    assert f"fault: fault of {held[0].id}" in shown
    assert f"record: {held[0]}" in shown, "the whole key, to look further with"
    assert "candidate: customer 502" in shown
    assert [secret for secret in secrets if secret in shown] == []
    assert len(ledger.list_holds(open_only=True, limit=10)) == 3, "looking changes nothing"


def test_a_hundred_holds_are_listed_with_their_whole_reasons(ledger: Ledger, secrets: list[str]) -> None:
    reason = f"waits: field 'Currency' of $5 or $6 {EVIL} {'is unknown, and so on ' * 5}and ends here"
    boxes = [
        ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"agxBOX{number:04d}")
        for number in range(100)
    ]
    outcomes = [_held(box, "MAPPING", reason) for box in boxes]
    ledger.record_outcomes(outcomes, flow="deal_to_order", run_id="test", now=datetime.now(UTC))
    shown = run("review_holds", {})
    assert shown.count("and ends here</td>") == len(boxes)
    assert shown.count("&lt;img") == len(boxes)
    assert "mathjax_ignore" in shown, "a dollar sign begins no formula"


def test_a_field_of_streak_is_no_markup_among_the_suggestions() -> None:
    source = SimpleNamespace(record="Box", title=EVIL)
    one = SimpleNamespace(source=source, chosen=None, line=0, probability=0.4, band=Band.ABSTAIN)
    desk = SimpleNamespace(suggest=lambda **_: [one])
    known = {"pd": pd, "desk": desk, "MEMORY": "", "decisions": SimpleNamespace(read=lambda _: None)}
    (cell,) = [cell for cell in read("map_fields", {}).cells if "table.style" in cell.source]
    *before, last = ast.parse(cell.source).body
    exec(compile(ast.Module(before, []), "cell", "exec"), known)
    assert isinstance(last, ast.Expr)
    table = eval(compile(ast.Expression(last.value), "cell", "eval"), known)
    html = table._repr_html_()
    assert "&lt;img" in html
    assert "<img" not in html
    assert ">0.40<" in html


def test_a_reader_releases_one_hold_and_the_audit_knows_who_and_why(
    ledger: Ledger, held: list[ExternalRef], secrets: list[str]
) -> None:
    oldest = min(hold.id for hold in ledger.list_holds(open_only=True, limit=10))
    shown = run("review_holds", RELEASED)
    assert f"hold {oldest} is released" in shown
    assert "2 records wait" in shown
    assert oldest not in {hold.id for hold in ledger.list_holds(open_only=True, limit=10)}
    assert ledger.waiting_boxes() == [ledger.get_hold(oldest).record.id]
    (entry,) = [entry for entry in ledger.list_audit() if entry.action == "hold.released"]
    assert (entry.actor, entry.details["reason"]) == ("Ann", "merged")


def test_a_release_without_a_name_and_a_reason_is_refused(
    ledger: Ledger, held: list[ExternalRef], secrets: list[str]
) -> None:
    with pytest.raises(ValueError, match="say who decides about the hold, and why"):
        run_here("review_holds", {"RELEASE = False": "RELEASE = True"})
    assert len(ledger.list_holds(open_only=True, limit=10)) == 3


def test_with_nothing_waiting_the_finding_says_so(ledger: Ledger, secrets: list[str]) -> None:
    assert run_here("review_holds", {})["finding"] == "Nothing waits."


def test_one_deal_is_told_from_end_to_end_and_no_secret_is_shown(
    held: list[ExternalRef], secrets: list[str]
) -> None:
    key = held[1].id
    shown = run("where_is_my_deal", {'DEAL = ""': f'DEAL = "{key}"'})
    assert f"MAPPING, waits for a person: {key} waits" in shown
    assert f"faults: fault of {key}" in shown
    assert "Personal data is hidden" in shown
    assert "It waits: a person decides hold" in shown
    # What would have been written is shown; the keys and passwords of the connection are not.
    assert [secret for secret in secrets[:-1] if secret in shown] == []


def test_without_a_key_the_deal_of_the_newest_hold_is_told(
    held: list[ExternalRef], secrets: list[str]
) -> None:
    assert run_here("where_is_my_deal", {})["timeline"].record == held[-1]


def test_a_text_that_several_deals_match_lists_them(
    held: list[ExternalRef], secrets: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = run_here("where_is_my_deal", {'DEAL = ""': 'DEAL = "waits"'})
    assert told["finding"] == "Which deal is not clear."
    printed = capsys.readouterr().out
    assert [box for box in held if box.id not in printed] == []


def test_a_ledger_that_knows_no_deal_has_no_story(ledger: Ledger, secrets: list[str]) -> None:
    assert run_here("where_is_my_deal", {})["finding"] == "Which deal is not clear."


def test_the_duplicates_are_shown_with_what_is_at_stake_and_no_secret(
    ledger: Ledger, secrets: list[str]
) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=datetime.now(UTC))
    shown = run("review_duplicates", {})
    assert "2 groups of duplicates with 1,340.50 at stake; 3 pairs wait for you, 0 are decided" in shown
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert [secret for secret in secrets if secret in shown] == []
    assert ledger.duplicates.decisions(SCOPE) == [], "looking decides nothing"


def test_a_reader_decides_about_a_pair_without_the_widget(ledger: Ledger, secrets: list[str]) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=datetime.now(UTC))
    said = {
        'WHO = ""': 'WHO = "Ann"',
        "DECIDE = False": "DECIDE = True",
        'LEFT, RIGHT = "", ""': f'LEFT, RIGHT = "{PAIRS[1].right}", "{PAIRS[1].left}"',
        'SAID = "unsure"': 'SAID = "different"',
        'WHY = ""': 'WHY = "two firms"',
    }
    told = run_here("review_duplicates", said)
    assert "2 pairs wait for you, 1 are decided, 1 of them against the evidence" in told["finding"]
    (kept,) = ledger.duplicates.decisions(SCOPE)
    assert (kept.pair, kept.said, kept.actor, kept.reason) == (
        PAIRS[1],
        Sameness.DIFFERENT,
        "Ann",
        "two firms",
    )


def test_a_decision_without_a_name_and_a_reason_is_refused(ledger: Ledger, secrets: list[str]) -> None:
    ledger.duplicates.keep_run(found_duplicates(), now=datetime.now(UTC))
    with pytest.raises(ValueError, match="say who decides, and why"):
        run_here("review_duplicates", {"DECIDE = False": "DECIDE = True"})


def test_before_the_first_search_the_finding_says_what_to_run(ledger: Ledger, secrets: list[str]) -> None:
    assert "run the DAG find_duplicates" in run_here("review_duplicates", {})["finding"]
