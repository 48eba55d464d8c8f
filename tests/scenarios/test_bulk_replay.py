"""One cause that hits many deals: one issue, one fix, one replay; each hold closes as its deal passes."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.flows.hold_causes import causes_of
from streak_netsuite.sync.outcome import Action

World = Any
MANY = 500


def command(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_many_deals_of_one_cause_are_mended_and_replayed_at_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change_mapping(tmp_path, "currency: {file: lookups/currency.yaml}", "currency: {table: {USD: 1}}")
    boxes = world.won_deals(MANY, organizations=4, Currency="EUR")
    (other,) = world.won_deals(1, Quantity="a dozen")
    assert world.run().count(Action.HELD) == MANY + 1
    with world.ledger() as ledger:
        first, second = causes_of(ledger.list_holds(limit=1000))
    assert (len(first.holds), len(second.holds)) == (MANY, 1)
    assert "'EUR'" in first.text
    assert f"{MANY}" in command(world, monkeypatch, "holds", "causes")
    world.change_mapping(
        tmp_path / "mended", "currency: {table: {USD: 1}}", "currency: {file: lookups/currency.yaml}"
    )
    told = command(world, monkeypatch, "holds", "replay", first.key, "--reason", "EUR is mapped now")
    assert f"{MANY} records are in the inbox again" in told
    refused = {"code": "INVALID_FLD_VALUE", "message": "Invalid Field Value 12 for memo"}
    world.fault("netsuite", "record_error", operation="upsertList", match=boxes[7], options=refused)
    report = world.run()
    assert (report.count(Action.CREATED), report.count(Action.HELD)) == (MANY - 1, 1)
    made = [order["custom"]["custbody_streak_box"] for order in world.orders()]
    assert sorted(made) == sorted(set(boxes) - {boxes[7]})
    with world.ledger() as ledger:
        left = {hold.record.id: hold.code for hold in ledger.list_holds(limit=1000)}
        released = [event for event in ledger.list_audit(limit=10_000) if event.action == "hold.released"]
    assert left == {other: "MAPPING", boxes[7]: "INVALID_FLD_VALUE"}, "each closed as its deal passed"
    assert len(released) == MANY
