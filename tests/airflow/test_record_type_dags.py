"""Record type files become DAGs: those that ship, and those of one's own folder, even when they have a fault."""

from pathlib import Path
from typing import Any

import pytest

Place = Any
ROOT = Path(__file__).parents[2]
OWN = """version: 1
name: renewals
description: Renewals as install sites.
schedule: "*/30 * * * *"
source: {system: streak, pipeline: Renewals}
target:
  system: netsuite
  type: customrecord_install_site
  fields:
    name: "{{ box.name }}"
"""
PICK = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("record_types", %r)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
dag = module.%s
"""

pytestmark = pytest.mark.airflow


def place_with(place: Place, folder: Path, text: str) -> Path:
    """Put a file into one's own folder; return a DAG file that picks its DAG."""
    own = folder / "records"
    own.mkdir()
    (own / "renewals.yaml").write_text(text)
    place.env["AIRFLOW__STREAK_NETSUITE__RECORD_TYPES"] = str(own)
    picked = folder / "picked.py"
    picked.write_text(PICK % (str(ROOT / "dags" / "record_types.py"), "record_renewals"))
    return picked


def test_a_file_of_ones_own_is_a_dag_that_writes_its_records(place: Place, tmp_path: Path) -> None:
    run = place.run(str(place_with(place, tmp_path, OWN)))
    assert run.state == "success", run.output[-2000:]
    made = place.control.get("/netsuite/records/customRecord").json()
    ours = [one for one in made if str(one.get("externalId") or "").startswith("streak-rt-")]
    assert len(ours) == run.xcoms["write_records"]["counts"]["updated"] > 0


def test_a_file_with_a_fault_has_its_dag_and_the_task_names_file_line_and_fault(
    place: Place, tmp_path: Path
) -> None:
    run = place.run(str(place_with(place, tmp_path, OWN.replace("box.name", "box.nmae"))))
    assert run.state == "failed"
    assert "renewals.yaml has 1 fault" in run.output
    assert "line 10: target.fields.name" in run.output


def test_a_shipped_one_says_which_pipeline_it_wants(place: Place, tmp_path: Path) -> None:
    picked = tmp_path / "picked.py"
    picked.write_text(PICK % (str(ROOT / "dags" / "record_types.py"), "record_payments"))
    run = place.run(str(picked))
    assert run.state == "failed"
    assert "'Payments'" in run.output
