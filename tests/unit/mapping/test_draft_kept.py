"""A draft that a person went on with is not replaced by one that is drafted anew."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assist.mapping import memory as decisions
from assist.mapping.catalogue import Field
from assist.mapping.suggestion import Band
from streak_netsuite import cli
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.mapping_desk.draft import RuleDraft

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "map_fields.ipynb"
SHIPPED = shipped_spec_path("deal_to_order")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A draft that a person has changed."""
    made = tmp_path / "draft" / "deal_to_order.yaml"
    made.parent.mkdir()
    MappingFile(SHIPPED).save(made)
    made.write_text(made.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    return made


def test_a_file_that_is_there_is_replaced_only_when_asked(draft: Path) -> None:
    before = draft.read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is there already"):
        MappingFile(SHIPPED).save(draft)
    assert draft.read_text(encoding="utf-8") == before
    MappingFile(SHIPPED).save(draft, replace=True)
    assert draft.read_text(encoding="utf-8") != before


def test_a_file_by_another_name_is_the_same_file(draft: Path) -> None:
    file = MappingFile(draft)
    other = draft.parent / ".." / draft.parent.name / draft.name
    file.save(other)
    draft.write_text(draft.read_text(encoding="utf-8") + "# theirs\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="changed by somebody else"):
        file.save(other)


def test_the_command_says_how_to_go_on_before_it_asks_anybody(
    draft: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = draft.read_text(encoding="utf-8")
    monkeypatch.setattr(
        sys, "argv", ["streak-netsuite", "mapping", "suggest", "--with", str(SHIPPED), "--into", str(draft)]
    )
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "is there already" in told
    assert "--force" in told
    assert draft.read_text(encoding="utf-8") == before


class DraftingCell:
    """The notebook's cell that makes the draft, with one accepted suggestion."""

    def __init__(self, draft: Path) -> None:
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        (self.source,) = ["".join(one["source"]) for one in cells if "ACCEPT = [" in "".join(one["source"])]
        rule = RuleDraft(
            source=Field(record="box", id="Notes"),
            target="sales_order.fields.memo",
            rule={"from": "box.notes"},
            band=Band.SUGGEST,
            probability=0.9,
        )
        self.known: dict[str, Any] = {
            "suggestions": [],
            "Band": Band,
            "decisions": decisions,
            "datetime": datetime,
            "UTC": UTC,
            "MAPPING": SHIPPED,
            "DRAFT": draft,
            "MappingFile": MappingFile,
            "paths": {},
            "written": "",
            "missing_text": lambda *_: "",
            "unfilled": None,
            "desk": SimpleNamespace(drafts=lambda *_, **__: [rule]),
        }

    def run(self, *, anew: bool = False) -> None:
        """Run the cell, with its one suggestion accepted."""
        source = self.source.replace("ANEW = False", f"ANEW = {anew}")
        lines = ["ACCEPT = ['Notes']" if one.startswith("ACCEPT = ") else one for one in source.splitlines()]
        exec("\n".join(lines), self.known)  # our own notebook


def test_the_notebook_run_again_leaves_a_changed_draft(draft: Path) -> None:
    before = draft.read_text(encoding="utf-8")
    cell = DraftingCell(draft)
    cell.run()
    assert draft.read_text(encoding="utf-8") == before
    cell.run(anew=True)
    made = draft.read_text(encoding="utf-8")
    assert "memo: {from: box.notes}" in made
    assert "# mine" not in made


def test_the_notebook_makes_its_own_draft_again_until_somebody_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "draft" / "deal_to_order.yaml"
    cell = DraftingCell(path)
    cell.run()
    cell.run()
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    cell.run()
    assert path.read_text(encoding="utf-8").endswith("# mine\n")
