"""The notebook in which fields are mapped runs top to bottom against both accounts, and writes to neither."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from assist.mapping import memory
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.record_files import load_record_type
from streak_netsuite.mapping.spec import load_spec

World = Any
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "map_fields.ipynb"

# ipykernel and zmq warn about event loops and parameters of their own
pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_mapping_is_drafted_tried_and_remembered(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    thinned = tmp_path / "mapping" / "deal_to_order.yaml"
    file = MappingFile(world.mapping)
    file.remove("sales_order.fields.purchase_order_number")
    thinned.parent.mkdir()
    file.save(thinned)
    monkeypatch.setenv("AIRFLOW__STREAK_NETSUITE__MAPPING", str(thinned))
    world.won_deals(2, **{"PO number": "PO-7781"})
    notebook: Any = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace('WHO = ""', 'WHO = "Ann"')
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    drafted = load_spec(tmp_path / "mapping-draft" / "deal_to_order.yaml").sales_order.fields
    assert drafted.purchase_order_number is not None
    assert load_record_type(tmp_path / "mapping-draft" / "contacts.yaml").name == "contacts"
    assert "PO-7781" in shown, "the effect on real deals is shown"
    assert "would be held by it" in shown
    assert "suggestions by probability; suggest from 0.85" in shown, "how sure the assistant is is drawn"
    kept = memory.read(tmp_path / "mapping-decisions.json").decisions
    assert {(one.source_field, one.target_field, one.by) for one in kept} >= {
        ("PO number", "otherrefnum", "Ann")
    }
    assert world.writes("netsuite") == []
    secrets = [world.key, world.info["streak"]["api_key"]]
    secrets += [world.info["netsuite"][name] for name in ("consumer_key", "consumer_secret", "token_secret")]
    assert [secret for secret in secrets if secret in shown] == []
