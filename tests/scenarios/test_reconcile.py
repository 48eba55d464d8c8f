"""Both sides and the ledger tell the same story, or the difference is named with its next step."""

from decimal import Decimal
from typing import Any

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
    report = reconcile(world)
    assert [one for one in report.differences if one.drift != "unseen"] == []
    assert (report.ties, report.orders) == (12, 12)
    assert report.written == report.found
    assert sum(report.found.values()) == Decimal("2400.00")


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
    report = reconcile(world)
    assert [one for one in report.differences if one.record == box] == []
    assert sum(report.found.values()) == Decimal("500.00")
