"""Notebooks run top to bottom, are stored without outputs, and show no secret."""

import json
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.outcome import Action, Hold, Outcome

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# ipykernel and zmq warn about event loops and parameters of their own
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert [c for c in cells if c.get("outputs") or c.get("execution_count")] == []


def test_the_holds_are_listed_explained_and_no_secret_is_shown(
    ledger: Ledger, ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for number, code in enumerate(["MAPPING", "MAPPING", "AMBIGUOUS"]):
        box = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"agxBOX{number:04d}")
        hold = Hold(
            code=code,
            reason=f"reason {number}",
            faults=(f"fault {number}",),
            payload={"secret": "payload-secret"},
        )
        outcome = Outcome(
            event_id=None, record=box, action=Action.HELD, rule="test", reason=hold.reason, hold=hold
        )
        ledger.record_outcomes([outcome], flow="deal_to_order", run_id="test", now=now)
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
    (path,) = [p for p in NOTEBOOKS if p.stem == "review_holds"]
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    assert "3 deals wait; most of them for MAPPING." in shown
    assert "fault: fault 0" in shown
    assert [secret for secret in (key, url.password or "-", "payload-secret") if secret in shown] == []
