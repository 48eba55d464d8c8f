"""Where is my deal: each line of its story is on the timeline, in order."""

from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.flows.deal_timeline import assemble
from streak_netsuite.flows.timeline import Timeline
from streak_netsuite.flows.timeline_text import timeline_text
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId

World = Any
BOX = "Blue Harbor warehouse robots"
PERSONAL = ("Maya", "Okafor", "@", "555 0100", "Harbor Blvd", "Ann Lee")


def timeline(world: World, box: str, *, unmasked: bool = False) -> Timeline:
    """Return a deal's timeline."""
    with world.ledger() as ledger:
        deal = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)
        return assemble(ledger.history.of(deal), unmasked=unmasked)


def story(timeline: Timeline) -> list[tuple[str, str]]:
    """Return kinds and the beginnings of titles."""
    return [(str(e.kind), e.title) for e in timeline.entries]


def assert_told(timeline: Timeline, *lines: tuple[str, str]) -> None:
    """Each line is there, behind the one before it."""
    told = iter(story(timeline))
    for kind, part in lines:
        assert any(k == kind and part in title for k, title in told), (kind, part, story(timeline))


def test_the_timeline_of_an_ordered_deal_goes_from_its_hint_to_what_it_was_told(world: World) -> None:
    box = world.win(BOX)
    world.run()
    world.hint(box, version=str(world.box(box)["lastSavedTimestamp"]))
    world.hint(box, version=str(world.box(box)["lastSavedTimestamp"]))
    (order,) = world.orders(box)
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "a webhook brought the hint BOX_CHANGE_STAGE"),
        ("write", "customer as streak-cust-"),
        ("answer", "customer landed: its id is"),
        ("tie", "organization is tied to netsuite customer"),
        ("write", "salesOrder as streak-so-"),
        ("answer", f"salesOrder landed: its id is {order['internalId']}"),
        ("tie", f"box is tied to netsuite salesOrder {order['internalId']}"),
        ("write", "boxFields as"),
        ("outcome", f"deal_to_order: created, sales order {order['internalId']}"),
        ("answer", "boxFields landed"),
        ("outcome", f"write_back: updated, fields for order {order['tranId']}"),
        ("repeat", "the same hint"),
        ("due", "the hint BOX_CHANGE_STAGE waits to be worked on"),
    )


@pytest.mark.parametrize("name", ["internalId", "tranId"])
def test_a_deal_is_found_by_the_id_and_the_number_of_its_order(world: World, name: str) -> None:
    box = world.win(BOX)
    world.run()
    (order,) = world.orders(box)
    with world.ledger() as ledger:
        (match,) = ledger.history.find(order[name])
    assert match.deal.id == box


def test_personal_data_is_on_the_timeline_only_when_asked_for(world: World) -> None:
    box = world.win(BOX)
    world.run()
    masked, shown = (timeline_text(timeline(world, box, unmasked=unmasked)) for unmasked in (False, True))
    assert [part for part in PERSONAL if part in masked] == []
    assert [part for part in PERSONAL if part not in shown] == []
    assert "Personal data is hidden" in masked
    assert "PERSONAL DATA IS SHOWN" in shown


def test_the_timeline_of_a_held_deal_says_who_released_it_and_what_came_of_it(world: World) -> None:
    (box,) = world.won_deals(1, **{"Unit price": None})
    world.run()
    (waiting,) = timeline(world, box).due
    assert "a person decides hold" in waiting.title
    world.set_field(box, "Unit price", "12.00")
    world.wait(60)
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
        ledger.release_hold(hold.id, actor="ops", reason="price added", now=world.now())
    world.run()
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "BOX_CHANGE_STAGE"),
        ("outcome", "deal_to_order: held"),
        ("hold", "waits for a person"),
        ("hold", "was released by ops: price added"),
        ("audit", "ops noted hold.released"),
        ("hint", "a person brought the hint"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: created"),
    )
    assert told.due == ()


def test_an_order_whose_answer_was_lost_is_shown_as_looked_up_and_adopted(world: World) -> None:
    box = world.win(BOX)
    world.fault("netsuite", "cut_after", operation="upsertList", match="SalesOrder")
    world.run()
    told = timeline(world, box)
    assert_told(
        told,
        ("hint", "BOX_CHANGE_STAGE"),
        ("write", "was sent for the first time"),
        ("write", "was taken up again, try 2; it is looked up before it is sent"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: adopted"),
    )
    assert told.due == ()
    assert len([r for r in world.received("netsuite", "upsertList") if "SalesOrder" in r["body"]]) == 1


def test_after_a_worker_was_killed_the_timeline_says_what_may_have_landed_and_who_takes_over(
    world: World,
) -> None:
    box = world.win(BOX)
    world.die("order")
    before = timeline(world, box)
    assert_told(
        before,
        ("hint", "BOX_CHANGE_STAGE"),
        ("answer", "customer landed"),
        ("write", "salesOrder as"),
        ("due", "salesOrder may have landed: it is looked up by its key"),
        ("due", "a worker has the deal; when it dies, another takes over"),
    )
    world.wait(120)
    world.run()
    after = timeline(world, box)
    assert_told(
        after,
        ("write", "salesOrder as"),
        ("answer", "salesOrder landed"),
        ("outcome", "deal_to_order: adopted"),
        ("outcome", "write_back: updated, fields"),
    )
    assert after.due == ()


def billed_and_paid(world: World) -> tuple[str, dict[str, str]]:
    """Take a deal to its payment, all told; return box and the documents' internal ids."""
    box = str(world.win(BOX))
    world.run()
    (order,) = world.orders(box)
    at = order["internalId"]

    sent = world.finance(f"orders/{at}/fulfill", trackingNumbers=["1Z999AA10123456784"])
    invoice = world.finance(f"orders/{at}/bill")["internalId"]
    paid = world.finance(f"invoices/{invoice}/pay", amount="20000")
    return box, {
        "fulfillment": sent["internalId"],
        "invoice": invoice,
        "payment": paid["internalId"],
    }


def course(timeline: Timeline) -> dict[str, list[str]]:
    """Return the NetSuite documents on a timeline by kind."""
    found: dict[str, list[str]] = {}
    for entry in timeline.entries:
        if "netsuite" in entry.details and entry.kind in {"fulfillment", "invoice", "payment"}:
            found.setdefault(str(entry.kind), []).append(entry.details["netsuite"])
    return found


def test_shipment_invoice_and_payment_are_on_the_timeline_with_their_ids(world: World) -> None:
    box, made = billed_and_paid(world)
    assert course(timeline(world, box)) == {}, "nobody has told the deal yet"
    world.tell()
    told = timeline(world, box)
    assert course(told) == {
        "fulfillment": [f"fulfillment {made['fulfillment']}"],
        "invoice": [f"invoice {made['invoice']}"],
        "payment": [f"payment {made['payment']}"],
    }
    assert_told(
        told,
        ("answer", "salesOrder landed"),
        ("fulfillment", "1Z999AA10123456784"),
        ("write", "activity as"),
        ("answer", "activity landed"),
    )
    (payment,) = [entry for entry in told.entries if entry.kind == "payment"]
    assert "20000" in payment.title
    assert payment.state == "succeeded"
    text = timeline_text(told)
    assert [part for part in PERSONAL if part in text] == []


def test_what_netsuite_has_is_asked_when_the_deal_was_not_told(world: World) -> None:
    box, made = billed_and_paid(world)
    with world.ledger() as ledger:
        history = ledger.history.of(ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box))
    assert history.order_id is not None
    with world.product() as product:
        story_now = product.netsuite.order_stories([history.order_id])[history.order_id]
    told = assemble(history, story=story_now)
    assert {kind: len(ids) for kind, ids in course(told).items()} == dict.fromkeys(made, 1)
    (invoice,) = [entry for entry in told.entries if entry.kind == "invoice"]
    assert invoice.details["netsuite"] == f"invoice {made['invoice']}"
    assert invoice.details["open"] == "30000.00"
    assert [part for part in PERSONAL if part in timeline_text(told)] == []


def test_the_command_asks_netsuite_only_when_it_is_told_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, made = billed_and_paid(world)
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    before = len(world.received("netsuite"))
    alone = CliRunner().invoke(app, ["deal", box], catch_exceptions=False)
    assert (alone.exit_code, "in NetSuite" in alone.output) == (0, False)
    assert len(world.received("netsuite")) == before
    writes = len(world.writes("netsuite"))
    asked = CliRunner().invoke(app, ["deal", box, "--netsuite"], catch_exceptions=False)
    assert asked.exit_code == 0
    assert f"invoice {made['invoice']}" in asked.output
    assert "over 20000" in asked.output
    assert len(world.writes("netsuite")) == writes
    assert [part for part in PERSONAL if part in asked.output] == []
