"""What people decide about held records: who, why, old and new are kept, and the record goes on by it."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import delete
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.errors import RecordError
from streak_netsuite.flows.approved_terms import code_of
from streak_netsuite.flows.deal_timeline import assemble
from streak_netsuite.flows.hold_desk import APPROVE, DISMISS, NEW_CUSTOMER, RELEASE, HoldDesk
from streak_netsuite.ledger.holds import StoredHold
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import RecordWrite

World = Any
BOX = "Blue Harbor warehouse robots"


def hold_of(world: World) -> StoredHold:
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    return hold


def decide(world: World, call: str, *args: Any, actor: str = "fiona", reason: str = "agreed") -> Any:
    with world.ledger() as ledger:
        desk = HoldDesk(book=ledger, clock=world.now)
        seen = {"shown": code_of(ledger.get_hold(args[0]).what.payload)} if call == "approve" else {}
        return getattr(desk, call)(*args, actor=actor, reason=reason, **seen)


def audit(world: World, hold_id: int) -> list[Any]:
    with world.ledger() as ledger:
        return list(ledger.list_audit(subject=f"hold {hold_id}"))


def with_approval(world: World, folder: Path, *lines: str) -> None:
    text = "\napproval:\n" + "".join(f"  {line}\n" for line in lines) + "changes:\n"
    world.change_mapping(folder, "\nchanges:\n", text)


# --- approvals ---


def test_an_order_above_an_amount_waits_for_an_approval_and_then_goes_on(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    assert world.run().count(Action.HELD) == 1
    hold = hold_of(world)
    assert hold.code == "NEEDS_APPROVAL"
    assert "50,000.00 USD is above 40,000" in hold.reason
    assert world.orders() == []
    assert world.writes("netsuite") == []
    decide(world, "approve", hold.id)
    world.run()
    assert len(world.orders(box)) == 1
    (event, *_) = audit(world, hold.id)
    assert (event.actor, event.action, event.details["reason"]) == ("fiona", "hold.approve", "agreed")


def test_a_smaller_order_waits_for_nobody(world: World, tmp_path: Path) -> None:
    with_approval(world, tmp_path, "above: {USD: 50000, other: 1}")
    box = world.win(BOX)
    world.run()
    assert len(world.orders(box)) == 1


def test_a_rule_can_ask_for_an_approval_and_says_why(world: World, tmp_path: Path) -> None:
    with_approval(world, tmp_path, "when: \"{{ 'a rush order' if box.fields['Rush order'] else '' }}\"")
    world.win(BOX)
    world.run()
    assert "a rush order" in hold_of(world).reason


def test_a_deal_that_changes_after_its_approval_is_asked_for_again(world: World, tmp_path: Path) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    decide(world, "approve", hold_of(world).id)
    world.set_field(box, "Quantity", "40")
    world.hint(box)
    world.run()
    assert world.orders(box) == []
    assert "500,000.00 USD" in hold_of(world).reason


def test_a_correction_after_an_approval_is_asked_for_again(world: World, tmp_path: Path) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    world.win(BOX)
    world.run()
    hold = hold_of(world)
    decide(world, "approve", hold.id)
    decide(world, "edit", hold.id, {"fields.Quantity": "400"}, actor="bob")
    world.run()
    assert world.orders() == []
    assert "5,000,000.00 USD" in hold_of(world).reason
    decide(world, "approve", hold_of(world).id)
    world.run()
    assert [one["total"] for one in world.orders()] == ["5000000.00"]


def test_a_correction_of_what_kept_an_approved_order_from_being_made_is_asked_for_again(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    world.win(BOX)
    world.run()
    item = "/netsuite/records/inventoryItem/101/touch"
    world.control.post(item, json={"isInactive": True}).raise_for_status()
    decide(world, "approve", hold_of(world).id)
    world.run()
    assert hold_of(world).code == "MAPPING"
    world.control.post(item, json={"isInactive": False}).raise_for_status()
    decide(world, "edit", hold_of(world).id, {"fields.Quantity": "400"}, actor="bob", reason="they want more")
    world.run()
    assert (world.orders(), hold_of(world).code) == ([], "NEEDS_APPROVAL")


def test_an_approval_is_of_what_was_shown_and_not_of_what_the_deal_asks_by_now(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    hold = hold_of(world)
    shown = code_of(hold.what.payload)
    world.hint(box, version="1")  # seen once more as it is: what was shown still stands
    world.run()
    assert code_of(hold_of(world).what.payload) == shown
    world.set_field(box, "Quantity", "400")
    world.hint(box)
    world.run()
    with world.ledger() as ledger, pytest.raises(RecordError, match=r"5,000,000.00 USD") as caught:
        HoldDesk(book=ledger, clock=world.now).approve(hold.id, shown=shown, actor="fiona", reason="agreed")
    assert caught.value.code == "CHANGED_MEANWHILE"
    world.run()
    assert world.orders() == []


def test_an_approved_order_follows_texts_of_its_deal_without_another_approval(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    decide(world, "approve", hold_of(world).id)
    world.set_field(box, "PO number", "PO-6")
    world.hint(box)
    world.run()
    assert world.orders(box)[0]["otherRefNum"] == "PO-6"
    world.set_field(box, "PO number", "PO-7")
    world.hint(box)
    world.run()
    assert (world.orders(box)[0]["otherRefNum"], world.held_because()) == ("PO-7", [])
    world.set_field(box, "Quantity", "5")
    world.hint(box)
    world.run()
    assert "62,500.00 USD" in hold_of(world).reason


def test_a_rejected_order_is_not_asked_about_again_until_its_deal_changes(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    hold = hold_of(world)
    decide(world, "reject", hold.id, reason="no budget")
    world.run()
    world.hint(box, version="1")  # as it is, seen once more
    report = world.run()
    assert (report.count(Action.SKIPPED), report.count(Action.HELD)) == (1, 0)
    assert world.writes("netsuite") == []
    with world.ledger() as ledger:
        assert ledger.list_holds() == []
    (event, *_) = audit(world, hold.id)
    assert (event.actor, event.action, event.details["reason"]) == ("fiona", "hold.reject", "no budget")
    last = world.outcomes(box)[-1]
    assert last.rule == "rejected"
    assert "fiona rejected its order" in last.reason
    assert "no budget" in last.reason
    world.set_field(box, "Quantity", "40")
    world.hint(box)
    world.run()
    assert "500,000.00 USD" in hold_of(world).reason


def test_a_rejection_is_told_on_the_deals_timeline_and_can_be_taken_back(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    hold = hold_of(world)
    decide(world, "reject", hold.id, reason="no budget")
    world.run()
    deal = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)
    with world.ledger() as ledger:
        titles = " ".join(entry.title for entry in assemble(ledger.history.of(deal), unmasked=True).entries)
    assert "fiona noted hold.reject" in titles
    assert "fiona rejected its order" in titles
    decide(world, "approve", hold.id)
    world.run()
    assert len(world.orders(box)) == 1


def changed_above_the_limit(world: World, folder: Path) -> str:
    """Make an order of 50,000 that nobody has to approve, then let its deal ask for 500,000; return the box key."""
    with_approval(world, folder, "above: {USD: 60000}")
    box = str(world.win(BOX))
    world.run()
    world.set_field(box, "Quantity", "40")
    world.hint(box)
    return box


def test_a_change_that_takes_an_order_above_the_limit_waits_for_an_approval_of_it(
    world: World, tmp_path: Path
) -> None:
    box = changed_above_the_limit(world, tmp_path)
    with world.product() as product:  # a dry run says the same
        _, batch = product.deal_to_order().plan([box])
    assert (batch.decided[box].action, batch.decided[box].rule) == (Action.HELD, "approval")
    assert batch.changes == {}
    world.drain()
    hold = hold_of(world)
    assert hold.code == "NEEDS_APPROVAL"
    assert "500,000.00 USD is above 60,000" in hold.reason
    assert world.orders(box)[0]["total"] == "50000.00"
    world.hint(box, version="1")  # seen once more: it still waits
    world.drain()
    assert world.orders(box)[0]["total"] == "50000.00"
    decide(world, "approve", hold_of(world).id)
    world.drain()
    assert world.orders(box)[0]["total"] == "500000.00"
    assert world.held_because() == []


def test_a_rejected_change_leaves_the_order_as_it_is_until_the_deal_changes(
    world: World, tmp_path: Path
) -> None:
    box = changed_above_the_limit(world, tmp_path)
    world.drain()
    decide(world, "reject", hold_of(world).id, reason="beyond their credit")
    for version in ("1", "2"):
        world.hint(box, version=version)
        world.drain()
        assert "rejected" in {one.rule for one in world.outcomes(box)[-2:]}
    assert world.orders(box)[0]["total"] == "50000.00"
    world.set_field(box, "Quantity", "3")  # needs nobody
    world.hint(box)
    world.drain()
    assert world.orders(box)[0]["total"] == "37500.00"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_rejection_needs_a_reason(world: World, tmp_path: Path, reason: str) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    world.win(BOX)
    world.run()
    with pytest.raises(RecordError, match="without a reason"):
        decide(world, "reject", hold_of(world).id, reason=reason)


# --- corrected values ---


def test_a_value_that_a_person_corrects_is_used_and_old_new_and_who_are_kept(world: World) -> None:
    box = world.box_key(BOX)
    world.set_field(box, "Quantity", "many")
    world.win(box)
    world.run()
    hold = hold_of(world)
    assert hold.code == "MAPPING"
    decide(world, "edit", hold.id, {"fields.Quantity": "3"})
    world.run()
    (order,) = world.orders(box)
    assert order["itemList"][0]["quantity"] == "3"
    (event, *_) = audit(world, hold.id)
    assert event.details["new"]["fields.Quantity"] == "3"
    assert event.details["old"]["payload"]["fields"]["Quantity"] == "many"
    assert event.actor == "fiona"
    # The order stands as long as the deal says what was corrected; its own echo changes nothing.
    world.hint(box)
    world.run()
    assert world.orders(box)[0]["itemList"][0]["quantity"] == "3"


def test_a_correction_ends_when_the_deal_itself_is_changed(world: World) -> None:
    box = world.box_key(BOX)
    world.set_field(box, "Quantity", "many")
    world.win(box)
    world.run()
    decide(world, "edit", hold_of(world).id, {"fields.Quantity": "3"})
    world.set_field(box, "Quantity", "5")
    world.hint(box)
    world.run()
    (order,) = world.orders(box)
    assert order["itemList"][0]["quantity"] == "5"


def test_a_correction_that_does_not_help_holds_again_with_the_same_question(world: World) -> None:
    box = world.box_key(BOX)
    world.set_field(box, "Quantity", "many")
    world.win(box)
    world.run()
    decide(world, "edit", hold_of(world).id, {"fields.Quantity": "lots"})
    world.run()
    assert "lots" in hold_of(world).reason
    assert world.orders(box) == []


def test_a_decision_about_a_hold_that_is_closed_still_goes_on(world: World) -> None:
    box = world.box_key(BOX)
    world.set_field(box, "Quantity", "many")
    world.win(box)
    world.run()
    hold = hold_of(world)
    with world.ledger() as ledger:
        ledger.dismiss_hold(hold.id, actor="otto", reason="resolved", now=world.now())
    decide(world, "edit", hold.id, {"fields.Quantity": "3"})
    world.run()
    assert len(world.orders(box)) == 1


@pytest.mark.parametrize("edits", [{}, {"stage": "Won"}, {"fields.": "x"}, {"fields.Quantity": {"a": 1}}])
def test_an_edit_that_cannot_be_followed_is_refused(world: World, edits: dict[str, Any]) -> None:
    box = world.box_key(BOX)
    world.set_field(box, "Quantity", "many")
    world.win(box)
    world.run()
    with pytest.raises(RecordError):
        decide(world, "edit", hold_of(world).id, edits)


# --- which customer ---


def rename_buyer(world: World, box_name: str, name: str) -> None:
    """Give the organization of a deal another name."""
    (party,) = world.box(world.box_key(box_name))["organizations"]
    world.streak.post(f"v2/organizations/{party['key']}", json={"name": name}).raise_for_status()


def ambiguous(world: World) -> tuple[str, StoredHold]:
    """Win a deal whose buyer could be two customers."""
    box = str(world.win("Delta Foods palletizer"))
    world.run()
    return box, hold_of(world)


def test_a_person_chooses_the_customer_once_and_for_later_deals(world: World) -> None:
    box, hold = ambiguous(world)
    assert hold.code == "AMBIGUOUS"
    first, *_ = hold.what.payload["customers"]
    decide(world, "choose_customer", hold.id, first)
    world.run()
    (order,) = world.orders(box)
    assert order["entity"]["internalId"] == first


def test_a_chosen_customer_that_is_gone_since_is_chosen_no_more(world: World) -> None:
    rename_buyer(world, "Delta Foods palletizer", "Twin Foods")
    twins = {"twin-1": "Twin Foods", "twin-2": "Twin Foods Inc"}
    with world.product() as product:
        product.netsuite.upsert_customers(
            [
                RecordWrite(
                    operation_key=key,
                    record=Customer(company_name=name, subsidiary=Reference(internal_id="1")),
                )
                for key, name in twins.items()
            ],
            lambda _found: None,
        )
    box, hold = ambiguous(world)
    kept, chosen = hold.what.payload["customers"]
    decide(world, "choose_customer", hold.id, chosen)
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(delete(RecordRef(type="customer", internal_id=chosen))).status.success
    for _ in range(2):  # NetSuite's refusal of the order tells that the customer is gone
        world.run()
        world.wait(120)
    (order,) = world.orders(box)
    assert order["entity"]["internalId"] == kept


def test_a_person_lets_a_new_customer_be_made(world: World) -> None:
    rename_buyer(world, "Delta Foods palletizer", "Delta Food")
    box, hold = ambiguous(world)
    before = len(world.netsuite()["customers"])
    decide(world, "create_customer", hold.id)
    world.run()
    (order,) = world.orders(box)
    assert order["entity"]["internalId"] not in hold.what.payload["customers"]
    assert len(world.netsuite()["customers"]) == before + 1


def test_a_new_customer_of_a_name_that_netsuite_has_already_is_held_with_the_one_that_has_it(
    world: World,
) -> None:
    box, hold = ambiguous(world)
    decide(world, "create_customer", hold.id)
    world.run()
    assert world.orders(box) == []
    assert hold_of(world).code == "DUP_ENTITY"
    assert "502" in hold_of(world).reason


def test_a_customer_that_is_no_candidate_is_refused(world: World) -> None:
    _, hold = ambiguous(world)
    with pytest.raises(RecordError, match="no candidate"):
        decide(world, "choose_customer", hold.id, "999")


# --- as questions ---


def test_a_hold_is_asked_with_the_answers_that_fit_it_and_without_personal_data(
    world: World, tmp_path: Path
) -> None:
    box, hold = ambiguous(world)
    with world.ledger() as ledger:
        desk = HoldDesk(book=ledger, clock=world.now)
        review = desk.review(hold.id)
        assert review.options[0].startswith("Use customer ")
        assert review.options[-3:] == (NEW_CUSTOMER, RELEASE, DISMISS)
        assert "@" not in review.body
        with pytest.raises(RecordError, match="has no answer"):
            desk.answer(hold.id, APPROVE, actor="fiona", reason="")
        told = desk.answer(hold.id, review.options[0], actor="fiona", reason="the one in Ohio")
        assert "inbox again" in told
        assert "closed already" in desk.answer(hold.id, review.options[0], actor="otto", reason="")
    world.run()
    assert len(world.orders(box)) == 1


def test_an_approval_may_come_with_corrections(world: World, tmp_path: Path) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = world.win(BOX)
    world.run()
    hold = hold_of(world)
    with world.ledger() as ledger:
        desk = HoldDesk(book=ledger, clock=world.now)
        assert desk.review(hold.id).editable
        desk.answer(hold.id, APPROVE, actor="fiona", reason="ok", edits={"fields.Unit price": "12000"})
    world.run()
    (order,) = world.orders(box)
    assert order["total"] == "48000.00"


def test_a_correction_stays_while_other_things_of_the_deal_change_and_ends_with_its_own_field(
    world: World, tmp_path: Path
) -> None:
    with_approval(world, tmp_path, "above: {USD: 40000}")
    box = str(world.win(BOX))
    world.run()
    with world.ledger() as ledger:
        desk = HoldDesk(book=ledger, clock=world.now)
        desk.answer(
            hold_of(world).id, APPROVE, actor="fiona", reason="agreed", edits={"fields.Unit price": "11500"}
        )
    world.run()
    assert world.orders(box)[0]["total"] == "46000.00"
    world.set_field(box, "PO number", "PO-9")
    world.hint(box)
    world.drain()
    assert "46,000 USD" in hold_of(world).reason
    with world.ledger() as ledger:  # another correction leaves the first alone
        desk = HoldDesk(book=ledger, clock=world.now)
        desk.answer(hold_of(world).id, APPROVE, actor="otto", reason="agreed", edits={"fields.Quantity": "5"})
    world.drain()
    (order,) = world.orders(box)
    assert (order["total"], order["otherRefNum"]) == ("57500.00", "PO-9")
    world.set_field(box, "Unit price", "2000")
    world.hint(box)
    world.drain()
    assert world.orders(box)[0]["total"] == "10000.00"
