"""A mapping's own tests: deals that are kept with what became of them, tried again without asking anybody."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from streak_netsuite.cli import app
from streak_netsuite.mapping.sample import read_sample
from streak_netsuite.mapping.spec import load_spec

World = Any
BOX = "Blue Harbor warehouse robots"


@pytest.fixture
def connected(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose connections stand in the environment."""
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    return world


def command(*words: object) -> Result:
    return CliRunner().invoke(app, ["mapping", *map(str, words)])


def keep(world: World, folder: Path, *boxes: str, **more: object) -> None:
    done = command("sample", *boxes, "--into", folder, *more.get("words", ()))  # type: ignore[misc]
    assert done.exit_code == 0, done.output
    assert world.writes("netsuite") == []


def test_a_sample_passes_as_long_as_the_mapping_makes_the_same_of_it(
    connected: World, tmp_path: Path
) -> None:
    boxes = [connected.win(BOX), *connected.deals(2, Tier="Gold", Labels=["urgent"])]
    keep(connected, tmp_path / "samples", *boxes)
    connected.control.post("/reset").raise_for_status()
    done = command("test", tmp_path / "samples")
    assert done.exit_code == 0, done.output
    assert "3 samples, 0 differ" in done.output


def test_a_mapping_that_makes_something_else_is_told_field_by_field(connected: World, tmp_path: Path) -> None:
    keep(connected, tmp_path / "samples", connected.win(BOX))
    connected.change_mapping(tmp_path / "other", "memo: {from: box.name", "memo: {from: box.stage")
    done = command("test", tmp_path / "samples", "--with", connected.mapping)
    assert done.exit_code == 1
    assert f"order.memo: expected '{BOX}', and it is 'Closed-Won'" in done.output
    assert "1 samples, 1 differ" in done.output


def test_a_deal_that_is_held_is_a_sample_of_its_fault(connected: World, tmp_path: Path) -> None:
    (box,) = connected.deals(1, Quantity="a dozen")
    keep(connected, tmp_path / "samples", box)
    (path,) = (tmp_path / "samples").iterdir()
    sample = read_sample(path)
    assert sample.expected.order is None
    assert "a dozen" in sample.expected.faults[0]
    assert command("test", path).exit_code == 0


def test_people_are_made_up_unless_they_are_wanted(connected: World, tmp_path: Path) -> None:
    box = connected.win(BOX)
    with connected.product() as product:
        deal = product.streak.gather([box])[box]
    people = {p.name for p in (*deal.organizations, *deal.contacts)}
    people |= {one for p in (*deal.organizations, *deal.contacts) for one in (*p.emails, *p.phones)}
    keep(connected, tmp_path / "made_up", box)
    (path,) = (tmp_path / "made_up").iterdir()
    assert [one for one in people if one and one in path.read_text()] == []
    assert "example.com" in path.read_text()
    assert command("test", path).exit_code == 0
    keep(connected, tmp_path / "kept", box, words=("--as-it-is",))
    (path,) = (tmp_path / "kept").iterdir()
    assert "Blue Harbor Logistics" in path.read_text()


def test_what_netsuite_answered_is_kept(connected: World, tmp_path: Path) -> None:
    keep(connected, tmp_path / "samples", connected.win(BOX))
    (path,) = (tmp_path / "samples").iterdir()
    sample, spec = read_sample(path), load_spec(connected.mapping)
    assert sample.differences(spec) == []
    unknown = replace(sample, live=dict.fromkeys(sample.live, ()))
    assert any("item" in difference for difference in unknown.differences(spec))


@pytest.mark.parametrize("text", ["- 1", "version: 1\ndeal: {}\nexpected: {}", "deal: [", "version: 2"])
def test_a_file_that_is_no_sample_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    done = command("test", path)
    assert done.exit_code == 1
    assert "bad.yaml" in str(done.exception or done.output)


def test_a_box_that_does_not_exist_is_named(connected: World, tmp_path: Path) -> None:
    done = command("sample", "agxNOBODY", "--into", tmp_path)
    assert done.exit_code == 1


def test_a_folder_without_samples_is_no_success(tmp_path: Path) -> None:
    assert command("test", tmp_path).exit_code == 1


def test_the_difference_of_a_mapping_is_told_as_a_comment_without_anybodys_data(
    connected: World, tmp_path: Path
) -> None:
    box = connected.win(BOX)
    shipped = connected.mapping
    connected.change_mapping(tmp_path / "other", "memo: {from: box.name", "memo: {from: box.stage")
    done = command("diff", connected.mapping, "--with", shipped, "--days", 400, "--markdown")
    assert done.exit_code == 0, done.output
    assert "| changed | other values |" in done.output
    assert "| `sales_order.fields.memo` |" in done.output
    assert box in done.output
    assert BOX not in done.output
    shown = command(
        "diff", connected.mapping, "--with", shipped, "--days", 400, "--markdown", "--values"
    ).output
    assert "Blue Harbor warehouse robots → Closed\\-Won" in shown
    assert connected.writes("netsuite") == []
