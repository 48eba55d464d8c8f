"""A dry run tells what would be written, field by field, and no write can leave it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.assembly import open_product
from streak_netsuite.cli import app
from streak_netsuite.dry_run import Asked, DryRun
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.backfill import Window
from streak_netsuite.flows.mapping_effect import Effect, effect_text
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.ports import RecordWrite

World = Any
BOX = "Blue Harbor warehouse robots"


def dry_run(world: World, *targets: str, since: datetime | None = None) -> str:
    """Return what a flow would write, as the command tells it; make sure that nothing is written, here nor there."""
    before = [len(world.writes(system)) for system in ("netsuite", "streak")]
    kept = _kept(world)
    window = Window(since=since.date()) if since is not None else None
    with open_product(world.settings(), read_only=True) as product:
        told = DryRun(product=product).text(Asked.of(targets, window))
    assert [len(world.writes(system)) for system in ("netsuite", "streak")] == before
    assert _kept(world) == kept
    return told


def _kept(world: World) -> Any:
    """Return what the ledger keeps of flows: counts, and what each tie was made of."""
    with world.ledger() as ledger:
        summary = ledger.summary(now=world.now())
        ties = [tie for page in ledger.books.order_ties() for tie in page]
        boxes = [ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=tie.box_key) for tie in ties]
        bound = ledger.find_bindings(boxes, RecordKind.SALES_ORDER) if boxes else {}
        digests = {ref.id: tie.base_digest for ref, tie in bound.items()}
    return summary.intents, summary.events, summary.open_holds, digests


def ordered(world: World) -> tuple[str, str]:
    box = str(world.win(BOX))
    world.run()
    (order,) = world.orders(box)
    return box, str(order["internalId"])


def test_a_write_that_a_dry_run_would_try_is_refused_before_it_leaves(world: World) -> None:
    box, order = ordered(world)
    before = len(world.writes("netsuite")), len(world.writes("streak"))
    with open_product(world.settings(), read_only=True) as product:
        with pytest.raises(ConfigurationError, match="dry run"):
            product.streak.write_fields(box, product.streak.watched()[0].key, {"NetSuite order": "x"})
        held = product.netsuite.held_orders([order])[order]
        with pytest.raises(ConfigurationError, match="dry run"):
            product.netsuite.close_lines(held, [1])
        writes = [RecordWrite(operation_key="streak-so-x", record=held.order)]
        with pytest.raises(ConfigurationError):
            product.netsuite.upsert_orders(writes, lambda _: None)
    assert (len(world.writes("netsuite")), len(world.writes("streak"))) == before


def test_what_would_be_billed_is_told(world: World, tmp_path: Path) -> None:
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice: {when: shipped}\nstatus:\n")
    _, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    today = world.now().astimezone(world.settings().netsuite.account_zone).date()
    told = dry_run(world, "order_to_invoice")
    number = re.escape(world.orders()[0]["tranId"])
    key = r"streak-inv-\w+"
    assert re.search(
        rf"^CREATE invoice of order {number} as {key} \(rule invoice.when: shipped\)$", told, re.MULTILINE
    )
    assert f"dated   (nothing) -> {today}   [invoice.dated: today]" in told
    assert "line 1  (nothing) -> 4 x Atlas Arm at 12500 = 50,000.00   [shipped and not billed]" in told
    assert "total   (nothing) -> 50,000.00" in told
    assert told.endswith("Nothing was written.")
    assert dry_run(world, "order_to_invoice", "agxzOther").startswith("nothing would be billed")
    assert world.netsuite()["invoices"] == [
        one for one in world.netsuite()["invoices"] if one["createdFrom"]["internalId"] != order
    ]
    with world.product() as product:
        product.order_to_invoice().run()
    assert dry_run(world, "order_to_invoice").startswith("nothing would be billed")


def test_what_a_box_would_be_told_is_shown_old_and_new(world: World) -> None:
    box, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    with open_product(world.settings(), read_only=True) as product:
        told = product.status_to_streak().preview([box])
    assert any("NetSuite status: Pending Fulfillment -> Pending Billing" in line for line in told)
    assert any(line.startswith("CREATE comment") and "Shipped on" in line for line in told)
    assert world.comments(box) == [text for text in world.comments(box) if "Shipped" not in text]
    with world.product() as product:
        product.status_to_streak().tell([order])
        product.tell_boxes()
    with open_product(world.settings(), read_only=True) as product:
        assert product.status_to_streak().preview([box]) == []


def test_deals_of_some_days_are_planned_without_a_hint(world: World) -> None:
    keys = world.deals(3)
    with open_product(world.settings(), read_only=True) as product:
        recent = Window(since=(datetime.now(UTC) - timedelta(days=1)).date())
        boxes = product.won_boxes(recent)
        plans, _ = product.deal_to_order().plan(boxes)
    assert set(keys) <= set(boxes)
    assert set(keys) <= {plan.deal.key for plan in plans}
    assert world.orders() == []


def test_another_mapping_is_tried_on_the_deals_of_the_last_days(world: World, tmp_path: Path) -> None:
    keys = world.deals(3)
    bad = world.deals(1, Quantity="many")
    world.change_mapping(tmp_path, "memo: {from: box.name", 'memo: {expression: "Deal {{ box.name }}"')
    text = world.mapping.read_text().replace(
        "quantity: {from: box.fields.Quantity, required: true}", "quantity: {value: 1}"
    )
    world.mapping.write_text(text)
    other = load_spec(world.mapping)
    world.mapping = Path(load_shipped())
    with open_product(world.settings(), read_only=True) as product:
        effects = {one.key: one for one in product.mapping_effect(other).compare([*keys, *bad])}
    assert {effects[key].effect for key in keys} == {Effect.CHANGED}
    assert effects[bad[0]].effect is Effect.MENDS
    (memo,) = [change for change in effects[keys[0]].changes if change.field.endswith("memo")]
    assert memo.new == f"Deal {memo.old}"
    told = effect_text(list(effects.values()))
    assert told.startswith("4 deals: 3 changed, 1 mends. Nothing was written.")
    assert world.orders() == []


def load_shipped() -> str:
    from streak_netsuite.mapping.spec import shipped_spec_path

    return str(shipped_spec_path("deal_to_order"))


def test_what_a_changed_deal_asks_of_its_order_is_told_field_by_field_with_the_rule(world: World) -> None:
    box, order = ordered(world)
    world.set_field(box, "Quantity", "6")
    told = dry_run(world, box)
    assert told.startswith("0 orders would be written, 1 changed. Nothing was.")
    assert f"UPDATE sales order {world.orders(box)[0]['tranId']} of box '{BOX}' ({box})" in told
    (line,) = [one for one in told.splitlines() if "quantity" in one]
    assert "4 -> 6" in line
    assert "box.fields.Quantity" in line

    for act in ("fulfill", "bill"):
        world.control.post(f"/netsuite/orders/{order}/{act}", json={}).raise_for_status()
    told = dry_run(world, box)
    (line,) = [one for one in told.splitlines() if "quantity" in one]
    assert line.startswith("  NOT FOLLOWED line 1")
    assert "not allowed for an order that is billed" in line
    assert re.search(r"custbody_deal_size  50000 -> 75000   \[from box\.fields\.Deal size\]", told)
    assert "CREATE task on the box: 1 points are not followed   [changes.refused]" in told


def test_a_dry_run_of_a_deal_that_changed_in_nothing_that_counts_keeps_nothing(world: World) -> None:
    box, _ = ordered(world)
    world.streak.post(f"v1/boxes/{box}", json={"name": BOX.replace(" ", "  ")}).raise_for_status()
    assert "nothing has changed that it was made of" in dry_run(world, box)  # compares the ledger, too


def test_a_new_order_is_told_with_what_its_box_will_show(world: World) -> None:
    (box,) = world.deals(1)
    told = dry_run(world, box)
    assert "  BOX\n" in told
    assert re.search(r"NetSuite order +\(nothing\) -> .*order\.number.*\[write_back\.fields\]", told)
    assert re.search(r"CREATE comment: .*\[write_back\.comment\]", told)


def test_an_invoice_that_would_not_be_made_is_told_with_the_reason(world: World, tmp_path: Path) -> None:
    rule = "\ninvoice: {when: shipped, dated: shipment, closed_period: PERIOD}\nstatus:\n"
    world.change_mapping(tmp_path / "hold", "\nstatus:\n", rule.replace("PERIOD", "hold"))
    _, order = ordered(world)
    world.configure_netsuite(open_months_back=12)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={"daysAgo": 70}).raise_for_status()
    world.configure_netsuite(open_months_back=0)
    told = dry_run(world, "order_to_invoice")
    assert told.startswith("HOLD invoice of order SO")
    assert "is closed (rule invoice.closed_period: hold)" in told
    world.change_mapping(tmp_path / "next", "closed_period: hold", "closed_period: next_open")
    told = dry_run(world, "order_to_invoice")
    assert told.startswith("CREATE invoice of order SO")
    assert "is closed   [invoice.closed_period: next_open]" in told
    day = re.search(r"dated +\(nothing\) -> (\S+)", told)
    with world.product() as product:
        product.order_to_invoice().run()
    (made,) = [i for i in world.netsuite()["invoices"] if i["createdFrom"]["internalId"] == order]
    assert day is not None
    assert made["tranDate"].startswith(day[1]), "the day that was told is the day that it got"


def test_deals_of_some_days_are_meant_by_since(world: World) -> None:
    box, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    yesterday, tomorrow = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 2))
    assert "NetSuite status: " in dry_run(world, "status_to_streak", since=yesterday)
    assert dry_run(world, "status_to_streak", since=tomorrow).startswith("the boxes know everything")
    assert box in dry_run(world, since=yesterday)
    with pytest.raises(ConfigurationError, match="planned as a whole"):
        dry_run(world, "items_to_streak", since=yesterday)


def test_the_rule_of_a_field_that_a_box_is_told_is_named(world: World) -> None:
    box, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    (line,) = [
        one for one in dry_run(world, "status_to_streak", box).splitlines() if "NetSuite status:" in one
    ]
    assert re.search(r"\(rule status\.fields\.NetSuite status: .*order\.status", line)


def test_a_plan_by_which_a_write_has_left_fails(world: World) -> None:
    box, _ = ordered(world)
    with world.product() as product:
        product.streak.write_fields(box, product.streak.watched()[0].key, {"NetSuite order": "x"})
        with pytest.raises(ConfigurationError, match="a write has left in a dry run"):
            DryRun(product=product).text(Asked.of((box,), None))


def test_the_command_plans_every_flow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    box, _ = ordered(world)
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    today = f"{world.now():%Y-%m-%d}"
    for words in (
        [box],
        ["--since", today],
        ["order_to_invoice", "--since", today],
        ["status_to_streak", "--since", today],
        ["items_to_streak"],
    ):
        done = CliRunner().invoke(app, ["plan", *words])
        assert done.exit_code == 0, done.output
        assert "Nothing was" in done.output


@pytest.mark.parametrize("word", ["deal_to_ordr", "order_to_invoise", "status-to-streak", "items_to_streek"])
def test_a_misspelt_flow_is_not_taken_for_a_box(word: str) -> None:
    with pytest.raises(ConfigurationError, match=f"no flow '{word}'; did you mean [a-z_]+?"):
        Asked.of([word], None)


def test_what_waits_in_the_ledger_to_be_written_is_told(world: World, tmp_path: Path) -> None:
    """A run was stopped between its plan and its writes: the next one makes them."""
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice: {when: shipped}\nstatus:\n")
    box, order = ordered(world)
    world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    with world.product() as product:
        assert product.status_to_streak().tell([order]) > 0
        assert product.order_to_invoice().plan() == 1
    assert "NetSuite status: " in dry_run(world, "status_to_streak", box)
    assert dry_run(world, "order_to_invoice").startswith("CREATE invoice of order SO")
    world.fault("netsuite", "record_error", operation="add", options={"code": "USER_ERROR", "message": "no"})
    with world.product() as product:
        product.order_to_invoice().drain()
    assert dry_run(world, "order_to_invoice").startswith("HOLD invoice of order SO")


# --- another mapping ---


def effects(world: World, folder: Path, *changes: tuple[str, str]) -> dict[str, Any]:
    """Compare a mapping that was changed in some texts with the shipped one, over all deals."""
    shipped = world.mapping
    for number, (old, new) in enumerate(changes):
        world.change_mapping(folder / str(number), old, new)
    other, world.mapping = load_spec(world.mapping), shipped
    with open_product(world.settings(), read_only=True) as product:
        keys = product.won_boxes(Window(), also=other)
        return {one.key: one for one in product.mapping_effect(other).compare(keys)}


def test_a_mapping_that_lets_deals_wait_for_an_approval_is_told_so(world: World, tmp_path: Path) -> None:
    (small,) = world.deals(1, Quantity="1")
    (large,) = world.deals(1, Quantity="20")
    found = effects(world, tmp_path, ("\nchanges:\n", "\napproval:\n  above: {USD: 1000}\nchanges:\n"))
    assert (found[small].effect, found[large].effect) == (Effect.SAME, Effect.BREAKS)
    assert found[large].faults[0].startswith("needs an approval: ")


def test_a_mapping_of_other_stages_or_days_is_told_by_the_deals_that_come_and_go(
    world: World, tmp_path: Path
) -> None:
    (won,) = world.deals(1)
    (early,) = world.deals(1, stage="Negotiation")
    found = effects(world, tmp_path, ("stages: [Closed-Won]", "stages: [Negotiation]"))
    assert (found[won].effect, found[early].effect) == (Effect.BREAKS, Effect.MENDS)
    assert "an order is made in 'Negotiation'" in found[won].faults[0]
