"""Both sides and the ledger tell the same story, or the difference is named with its next step."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb

World = Any


def reconcile(world: World) -> Any:
    with world.product() as product:
        return product.reconcile().run()


def test_after_a_good_run_everything_is_equal_to_the_cent(world: World) -> None:
    world.won_deals(12, organizations=3)
    world.run()
    tell(world)
    report = reconcile(world)
    assert [one for one in report.differences if one.drift != "unseen"] == []
    assert (report.ties, report.orders) == (12, 12)
    assert report.written == report.found
    assert sum(report.found.values()) == Decimal("2400.00")


def test_a_deal_that_its_shipment_has_moved_on_is_still_won(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path, "status:\n  fields:", "status:\n  stages: {shipped: Negotiation}\n  fields:"
    )
    moves = world.won_deals(2)[1]
    world.run()
    tell(world)
    before = reconcile(world)
    world.control.post("/streak/move", json={"box": moves, "stage": "Negotiation"}).raise_for_status()
    after = reconcile(world)
    assert after.boxes == before.boxes
    world.set_field(moves, "NetSuite order", "")
    told = [one for one in reconcile(world).differences if one.drift == "not_told"]
    assert [one.record for one in told] == [moves]


def test_a_won_deal_that_nothing_has_brought_is_named(world: World) -> None:
    (missed,) = world.deals(1)
    (held,) = world.won_deals(1, Quantity="two dozen")
    world.run()
    found = {one.record: one for one in reconcile(world).differences}
    assert found[missed].drift == "unseen"
    assert missed in found[missed].repair
    assert found[held].drift == "waiting"
    assert "MAPPING" in found[held].what


def test_what_somebody_has_done_in_netsuite_is_named(world: World) -> None:
    changed, removed, fine = world.won_deals(3)
    world.run()
    order = {box: world.orders(box)[0] for box in (changed, removed, fine)}
    with SoapClient(world.settings().netsuite) as client:
        line = Fields(values={"line": 1, "quantity": Decimal(3)})
        update = SuiteRecord(
            type="salesOrder",
            internal_id=order[changed]["internalId"],
            sublists={"itemList": Sublist(rows=(line,), mode=SublistMode.MERGE)},
        )
        assert client.send(write(Verb.UPDATE, update)).status.success
        gone = RecordRef(type="salesOrder", internal_id=order[removed]["internalId"])
        assert client.send(delete(gone)).status.success
    tell(world)
    report = reconcile(world)
    found = {one.record: one for one in report.differences}
    assert found[changed].drift == "total"
    assert "300.00" in found[changed].what
    assert "200.00" in found[changed].what
    assert found[removed].drift == "order_gone"
    assert fine not in found
    assert sum(report.found.values()) - sum(report.written.values()) == Decimal("100.00")


def test_a_deal_that_does_not_show_its_order_is_named(world: World) -> None:
    (box,) = world.won_deals(1)
    world.run()
    world.set_field(box, "NetSuite order", "nothing")
    found = {one.record: one for one in reconcile(world).differences}
    assert found[box].drift == "not_told"


def test_an_order_that_lost_its_tie_is_named(world: World) -> None:
    (box,) = world.won_deals(1)
    world.run()
    tell(world)
    with SoapClient(world.settings().netsuite) as client:
        stray = SuiteRecord(type="salesOrder", internal_id="8004", external_id="streak-so-0123456789abcdef")
        assert client.send(write(Verb.UPDATE, stray)).status.success
    found = {one.drift: one for one in reconcile(world).differences}
    assert "SO1004" in found["untied_order"].what
    assert box not in {one.record for one in reconcile(world).differences}


def test_reconciling_writes_nothing(world: World) -> None:
    world.won_deals(2)
    world.run()
    before = (len(world.writes("netsuite")), len(world.writes("streak")))
    reconcile(world)
    assert (len(world.writes("netsuite")), len(world.writes("streak"))) == before


def test_an_order_that_followed_its_deal_is_compared_with_what_was_written_last(world: World) -> None:
    (box,) = world.won_deals(1)
    world.run()
    world.set_field(box, "Quantity", "5")
    world.wait(1)
    world.hint(box)
    world.run()
    tell(world)
    report = reconcile(world)
    assert [one for one in report.differences if one.record == box] == []
    assert sum(report.found.values()) == Decimal("500.00")


# --- what became of the orders ---


def course(world: World) -> tuple[str, str]:
    """Take a deal through shipping, billing and a payment in part, all told; return box and order."""
    box = str(world.win("Blue Harbor warehouse robots"))
    world.run()
    (order,) = world.orders(box)
    number = order["internalId"]
    for path, body in ((f"orders/{number}/fulfill", {}), (f"orders/{number}/bill", {})):
        world.control.post(f"/netsuite/{path}", json=body).raise_for_status()
    pay(world, number, "20000")
    tell(world)
    return box, number


def pay(world: World, order: str, amount: str) -> None:
    (invoice,) = [i for i in world.netsuite()["invoices"] if i["createdFrom"]["internalId"] == order]
    world.control.post(
        f"/netsuite/invoices/{invoice['internalId']}/pay", json={"amount": amount}
    ).raise_for_status()


def tell(world: World) -> None:
    with world.product() as product:
        product.netsuite_sweep().run()
        product.status_to_streak().drain()
        product.tell_boxes()


def of(world: World, box: str) -> list[str]:
    """Return the kinds of differences of a box."""
    return sorted(one.drift.value for one in reconcile(world).differences if one.record == box)


def repair(world: World, kind: str) -> list[str]:
    with world.product() as product:
        report = product.reconcile().run()
        done = product.repairs().make([d for d in report.differences if d.drift == kind], actor="otto")
        product.work_inbox()
        product.tell_boxes()
    return list(done)


def test_invoices_and_payments_are_equal_to_the_cent_on_both_sides(world: World) -> None:
    box, _ = course(world)
    report = reconcile(world)
    assert [one for one in report.differences if one.record == box] == []
    (money,) = report.money.values()
    assert (money.invoiced, money.paid, money.open) == (Decimal(50000), Decimal(20000), Decimal(30000))
    listed = report.lines()
    assert "invoiced: 1 in NetSuite, deals know 1 of 1" in listed
    assert "paid: 1 in NetSuite, deals know 1 of 1" in listed
    assert "shipped: 1 in NetSuite, deals know 1 of 1" in listed


def test_a_payment_that_nobody_was_told_of_is_named_and_told_by_the_repair(world: World) -> None:
    box, order = course(world)
    pay(world, order, "30000")
    assert of(world, box) == ["course_not_told"] * 3, "the payment, the invoice and the field"
    assert "paid: 2 in NetSuite, deals know 1 of 2" in reconcile(world).lines()
    before = len(world.comments(box))
    assert repair(world, "course_not_told") == ["3 writes about 1 orders are due"]
    assert of(world, box) == []
    assert len(world.comments(box)) == before + 1


def test_a_field_that_a_person_has_changed_is_named_and_written_again_by_the_repair(world: World) -> None:
    box, _ = course(world)
    world.set_field(box, "NetSuite status", "paid, trust me")
    assert of(world, box) == ["course_shown"]
    assert repair(world, "course_shown") == ["1 writes to boxes are made again"]
    assert of(world, box) == []
    with world.ledger() as ledger:
        assert any(event.action == "write.again" and event.actor == "otto" for event in ledger.list_audit())


def test_a_deal_that_nothing_has_brought_is_brought_by_the_repair(world: World) -> None:
    (missed,) = world.deals(1)
    assert of(world, missed) == ["unseen"]
    assert repair(world, "unseen")
    tell(world)
    assert of(world, missed) == []
    assert len(world.orders(missed)) == 1


def test_an_order_number_that_is_not_shown_is_written_again_by_the_repair(world: World) -> None:
    (box,) = world.won_deals(1)
    world.run()
    tell(world)
    world.set_field(box, "NetSuite order", "nothing")
    repair(world, "not_told")
    tell(world)
    assert of(world, box) == []


def test_fields_that_finance_has_changed_are_counted_and_those_of_the_deal_are_named(
    world: World, tmp_path: Path
) -> None:
    box, order = course(world)
    with SoapClient(world.settings().netsuite) as client:
        record = SuiteRecord(type="salesOrder", internal_id=order, values={"memo": "finance's own words"})
        assert client.send(write(Verb.UPDATE, record)).status.success
    report = reconcile(world)
    assert report.finances == 1
    assert [one.drift for one in report.differences if one.record == box] == []
    world.change_mapping(tmp_path, "  owner: netsuite", "  owner: streak")
    assert of(world, box) == ["field"]


def test_a_quick_one_leaves_out_what_became_of_the_orders(world: World) -> None:
    box, order = course(world)
    pay(world, order, "30000")
    with world.product() as product:
        report = product.reconcile(quick=True).run()
    assert [one for one in report.differences if one.record == box] == []
    assert report.money == {}


def test_the_command_says_what_it_can_repair_and_repairs_when_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, order = course(world)
    world.set_field(box, "NetSuite status", "paid, trust me")
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def command(*words: str) -> str:
        done = CliRunner().invoke(app, ["reconcile", *words])
        assert done.exit_code == 1
        return str(done.output)

    assert "1 of 1 differences can be repaired by a command" in command("--repair", "course_shown")
    assert of(world, box) == ["course_shown"]
    assert "1 writes to boxes are made again" in command("--repair", "course_shown", "--yes")
    with world.product() as product:
        product.tell_boxes()
    assert of(world, box) == []
    assert len(world.orders(box)) == 1
    assert order in {one["internalId"] for one in world.orders()}
