"""Suggestions from what both accounts have, drafted into a mapping that works; nothing is written to either."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assist.mapping.memory import Memory, decide
from assist.mapping.suggestion import Band
from streak_netsuite.cli import app
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.sync.outcome import Action

World = Any
# Rules that are taken out of the mapping, for the assistant to find again.
TAKEN_OUT = {
    "sales_order.fields.purchase_order_number": "box.fields.PO number",
    "sales_order.fields.ship_date": "box.fields.Requested ship date",
    "sales_order.custom_fields.custbody_rush_order": "box.fields.Rush order",
    "sales_order.custom_fields.custbody_streak_tier": "box.fields.Tier",
    "sales_order.custom_fields.custbody_account_manager": "box.fields.Account manager",
    "sales_order.lines[0].rate": "box.fields.Unit price",
}


@pytest.fixture
def thinned(world: World, tmp_path: Path) -> Path:
    """A copy of the mapping without some rules; the world uses it."""
    path = tmp_path / "mapping" / "deal_to_order.yaml"
    path.parent.mkdir()
    file = MappingFile(world.mapping)
    for target in (*TAKEN_OUT, "sales_order.custom_fields.custbody_requested_ship"):
        file.remove(target)
    file.remove("lookups.tier")
    file.save(path)
    world.mapping = path
    return path


def test_rules_that_were_taken_out_are_found_again(world: World, thinned: Path) -> None:
    world.won_deals(3)
    with world.product() as product:
        desk = MappingDesk(product=product)
        drafts = {one.target: one for one in desk.drafts(desk.suggest(), at_least=Band.REVIEW)}
    found = {target: drafts[target].rule["from"] for target in TAKEN_OUT if target in drafts}
    assert len([t for t in TAKEN_OUT if found.get(t) == TAKEN_OUT[t]]) >= 5, found
    assert all(draft.because for draft in drafts.values())


def test_a_select_gets_a_table_of_options_and_ids(world: World, thinned: Path) -> None:
    with world.product() as product:
        desk = MappingDesk(product=product)
        drafts = {one.target: one for one in desk.drafts(desk.suggest(), at_least=Band.REVIEW)}
    (tier,) = [one for one in drafts.values() if one.source.id == "Tier"]
    assert tier.rule == {"type": "select", "from": "box.fields.Tier", "lookup": tier.table_name}
    assert tier.target.endswith(f"_{tier.table_name}")
    assert tier.table
    assert {"Gold": "1", "Silver": "2"}.items() <= tier.table.items()


def test_what_we_write_to_a_box_is_not_read_from_it(world: World) -> None:
    with world.product() as product:
        asked = {one.source.id for one in MappingDesk(product=product).suggest()}
    assert not asked & {"NetSuite order", "NetSuite status"}


def test_what_is_mapped_is_not_suggested_again(world: World) -> None:
    with world.product() as product:
        desk = MappingDesk(product=product)
        mapped = dict(desk.mapped())
        assert mapped["box", "PO number"] == ("salesorder", "otherrefnum")
        assert mapped["organization", "name"] == ("customer", "companyname")
        suggestions = desk.suggest()
        assert not {one.source.key for one in suggestions} & set(mapped)
        unfilled = {one.key for one in desk.unfilled()}
        assert all(one.chosen is None or one.chosen.target.key in unfilled for one in suggestions)
        assert ("salesorder", "otherrefnum") not in unfilled


def test_what_was_rejected_is_not_suggested_again(world: World, thinned: Path) -> None:
    with world.product() as product:
        desk = MappingDesk(product=product)
        first = {one.source.id: one for one in desk.suggest()}["PO number"]
        assert first.chosen is not None
        no = decide(first.source, first.chosen.target, accepted=False, by="ann", at=world.now())
        again = {one.source.id: one for one in desk.suggest(memory=Memory((no,)))}["PO number"]
    assert again.chosen is None or again.chosen.target.key != first.chosen.target.key


def test_the_command_drafts_a_mapping_that_works_and_writes_nothing(
    world: World, thinned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    (box,) = world.won_deals(1, **{"PO number": "PO-7781"})
    into = tmp_path / "drafted" / "mapping.yaml"
    into.parent.mkdir()
    done = CliRunner().invoke(
        app, ["mapping", "suggest", "--with", str(thinned), "--into", str(into), "--review"]
    )
    assert done.exit_code == 0, done.output
    assert world.writes("netsuite") == []
    spec = load_spec(into)
    assert spec.sales_order.fields.purchase_order_number is not None
    assert "# suggested, 0." in into.read_text(encoding="utf-8")
    world.mapping = into
    assert world.run().count(Action.CREATED) == 1
    (order,) = world.orders(box)
    assert order["otherRefNum"] == "PO-7781"


def test_the_command_names_entries_to_look_at_and_drafts_none_of_them(
    world: World, thinned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    place = f"v2/pipelines/{world.info['streak']['pipelines']['Sales']}/fields"
    items = [{"name": name} for name in ("Freight", "Couriers now")]
    body = {"name": "Shipping method", "type": "DROPDOWN", "dropdownSettings": {"items": items}}
    world.streak.post(place, json=body).raise_for_status()
    into = tmp_path / "drafted" / "mapping.yaml"
    into.parent.mkdir()
    done = CliRunner().invoke(
        app, ["mapping", "suggest", "--with", str(thinned), "--into", str(into), "--review"]
    )
    assert done.exit_code == 0, done.output
    assert "look at 'Couriers now': perhaps 'Courier' (id 2, 0." in " ".join(done.output.split())
    tables = [source.table for source in load_spec(into).lookups.values() if source.table]
    (table,) = [table for table in tables if "Freight" in table]
    assert {word: entry.id for word, entry in table.items()} == {"Freight": "1"}
    assert "look at 'Couriers now'" in " ".join(into.read_text(encoding="utf-8").replace("#", "").split())


def test_a_pipeline_that_is_not_watched_is_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.streak_extra = {"pipelines": ["Renewals"]}
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    done = CliRunner().invoke(app, ["mapping", "suggest"])
    assert done.exit_code == 1
