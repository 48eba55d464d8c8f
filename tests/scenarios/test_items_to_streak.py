"""What can be sold in NetSuite can be chosen in Streak, and nothing that others added is lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.sync.outcome import Action

World = Any
SECTION = """
items:
  fields: [Product]
  retire: {retire}
  box_fields:
    Account manager: "{{{{ item.prices['Base Price'] | default('no price') }}}} / {{{{ item.available }}}}"
  stages: [Closed-Won]
"""


@pytest.fixture
def selling(world: World, tmp_path: Path) -> World:
    """A world whose mapping brings items to Streak."""
    use(world, tmp_path, "keep")
    return world


def use(world: World, tmp_path: Path, retire: str) -> None:
    world.change_mapping(tmp_path / retire, "\nwrite_back:", SECTION.format(retire=retire) + "\nwrite_back:")


def sync(world: World) -> Any:
    with world.product() as product:
        return product.items_to_streak().run()


def offered(world: World) -> list[str]:
    with world.product() as product:
        return list(product.streak.field_options("Sales", "Product"))


def sells(world: World, box: str) -> Any:
    """Return what a box shows as its product."""
    with world.product() as product:
        return product.streak.gather([box])[box].fields.get("Product")


def set_item(world: World, id_: str, type_: str = "nonInventorySaleItem", **values: Any) -> None:
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(write(Verb.UPDATE, SuiteRecord(type=type_, internal_id=id_, values=values)))
    assert answer.status.success


def test_items_are_offered_once_and_what_others_added_stays(selling: World) -> None:
    before = offered(selling)
    with selling.product() as product:
        product.streak.change_options("Sales", "Product", add=["Our own bundle"], remove=[], rename={})
    assert sync(selling).count(Action.UPDATED) >= 1
    now = offered(selling)
    assert set(before) | {"Our own bundle"} <= set(now)
    assert "Cable Set" in now
    assert len({label.casefold() for label in now}) == len(now)
    writes = len(selling.writes("streak"))
    sync(selling)
    assert offered(selling) == now
    assert len(selling.writes("streak")) == writes


def test_without_a_section_nothing_is_read_or_written(world: World) -> None:
    writes = len(world.writes("streak"))
    assert sync(world).count(Action.UPDATED) == 0
    assert len(world.writes("streak")) == writes


def test_an_item_that_was_renamed_keeps_its_boxes(selling: World) -> None:
    sync(selling)
    (box,) = selling.won_deals(1, Product="Cable Set")
    set_item(selling, "203", itemId="Cable Set XL")
    sync(selling)
    assert "Cable Set" not in offered(selling)
    assert sells(selling, box) == "Cable Set XL"


@pytest.mark.parametrize(
    ("rule", "there", "gone"),
    [
        ("keep", ["Cable Set"], []),
        ("mark", ["Cable Set (inactive)"], ["Cable Set"]),
        ("remove", [], ["Cable Set"]),
    ],
)
def test_an_item_that_cannot_be_sold_any_more_is_retired_by_rule(
    world: World, tmp_path: Path, rule: str, there: list[str], gone: list[str]
) -> None:
    use(world, tmp_path, rule)
    sync(world)
    set_item(world, "203", isInactive=True)
    sync(world)
    now = offered(world)
    assert [label for label in there if label not in now] == []
    assert [label for label in gone if label in now] == []
    set_item(world, "203", isInactive=False)
    sync(world)
    assert "Cable Set" in offered(world)


def test_an_option_that_a_box_has_is_not_removed(world: World, tmp_path: Path) -> None:
    use(world, tmp_path, "remove")
    sync(world)
    (box,) = world.won_deals(1, Product="Cable Set")
    set_item(world, "203", isInactive=True)
    sync(world)
    assert sells(world, box) == "Cable Set"


def test_boxes_show_price_and_stock_of_their_item(selling: World) -> None:
    sync(selling)
    priced, stocked = selling.won_deals(1, Product="Starter Cell") + selling.won_deals(1, Product="Atlas Arm")
    sync(selling)
    assert str(selling.field(priced, "Account manager")).startswith("15000.00 /")
    assert str(selling.field(stocked, "Account manager")) == "no price / 49.0", "37 in Oakland, 12 in Munich"
    writes = len(selling.writes("streak"))
    sync(selling)
    assert len(selling.writes("streak")) == writes


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(
    selling: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__STREAK_NETSUITE__MAPPING", str(selling.mapping))
    for name, text in selling.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    before, writes = offered(selling), len(selling.writes("streak"))
    done = CliRunner().invoke(app, ["plan", "items_to_streak"])
    assert done.exit_code == 0, done.output
    assert "CREATE option 'Cable Set' of Product (rule items.label)" in done.output
    assert (offered(selling), len(selling.writes("streak"))) == (before, writes)


def test_a_worker_that_dies_after_streak_has_answered_leaves_options_that_are_known_as_ours(
    world: World, tmp_path: Path
) -> None:
    use(world, tmp_path, "remove")

    class Dies(Exception):
        pass

    class Streak:
        def __init__(self, streak: Any) -> None:
            self.streak = streak

        def change_options(self, *given: Any, **named: Any) -> None:
            self.streak.change_options(*given, **named)
            raise Dies

        def __getattr__(self, name: str) -> Any:
            return getattr(self.streak, name)

    with world.product() as product:
        flow = product.items_to_streak()
        with pytest.raises(Dies):
            replace(flow, streak=Streak(flow.streak)).run()
    assert "Cable Set" in offered(world)
    set_item(world, "203", isInactive=True)
    sync(world)
    assert "Cable Set" not in offered(world), "it is known as ours, and retired"
    assert len(set(offered(world))) == len(offered(world))


def test_an_answer_that_is_lost_adds_nothing_twice(selling: World) -> None:
    selling.fault("streak", "cut_after", operation="fields.update")
    sync(selling)
    now = offered(selling)
    assert "Cable Set" in now
    assert len({label.casefold() for label in now}) == len(now)


def test_an_expression_that_cannot_be_computed_holds_its_items_and_the_others_pass(
    world: World, tmp_path: Path
) -> None:
    label = "{{ item.name if item.prices['Base Price'] > 0 else item.name }}"
    section = SECTION.format(retire="keep").replace("  retire:", f'  label: "{label}"\n  retire:')
    world.change_mapping(tmp_path / "faulty", "\nwrite_back:", section + "\nwrite_back:")
    report = sync(world)
    assert "Starter Cell" in offered(world)
    with world.ledger() as ledger:
        held = [hold.record.id for hold in ledger.list_holds() if hold.record.kind == "item"]
    assert report.count(Action.HELD) == len(held) > 0
    assert "Starter Cell" not in held


def test_an_item_that_the_mapping_cannot_judge_keeps_its_option(world: World, tmp_path: Path) -> None:
    use(world, tmp_path, "remove")
    sync(world)
    broken = SECTION.format(retire="remove").replace(
        "  retire:", '  when: "{{ 1 / item.prices | length }}"\n  retire:'
    )
    world.mapping.write_text(world.mapping.read_text().replace(SECTION.format(retire="remove"), broken))
    assert sync(world).count(Action.HELD) > 0
    assert "Cable Set" in offered(world)
