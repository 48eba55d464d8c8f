"""What NetSuite's rules do to a deal: held with names, deferred, or found again; never twice, never silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError, InvalidCredentials
from streak_netsuite.flows.customers import CUSTOMER_KEY
from streak_netsuite.flows.planned_order import order_key
from streak_netsuite.model.identity import external_id
from streak_netsuite.sandbox.netsuite.values import Ref
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"


@contextmanager
def finance(world: World) -> Iterator[SoapClient]:
    """Somebody else who works in the NetSuite account."""
    with SoapClient(world.settings().netsuite) as client:
        yield client


def change(world: World, record: SuiteRecord, verb: Verb = Verb.UPDATE) -> str:
    """Write a record as somebody else would; return its internal id."""
    with finance(world) as client:
        answer = client.send(write(verb, record))
    assert answer.status.saved, answer.status
    assert answer.ref is not None
    return answer.ref.internal_id


def remove(world: World, type_: str, internal_id: str) -> None:
    """Delete a record as somebody else would."""
    with finance(world) as client:
        assert client.send(delete(RecordRef(type=type_, internal_id=internal_id))).status.success


def holds(world: World) -> list[Any]:
    with world.ledger() as ledger:
        return list(ledger.list_holds())


def buyer_key(world: World, box: str) -> str:
    """Return the external id under which the customer of a box is made."""
    return external_id(CUSTOMER_KEY, world.box(box)["organizations"][0]["key"])


# --- keys and identity ---------------------------------------------------------------------------------


def test_an_external_id_that_belongs_to_another_kind_of_record_is_told_with_its_owner(world: World) -> None:
    (box,) = world.won_deals(1)
    change(
        world,
        SuiteRecord(
            type="contact",
            external_id=buyer_key(world, box),
            values={"firstName": "Jane", "lastName": "Doe", "subsidiary": RecordRef(internal_id="1")},
        ),
        Verb.ADD,
    )
    world.run()
    (hold,) = holds(world)
    assert "belongs to the contact 'Jane Doe'" in hold.reason
    assert "key_fields" in hold.fix
    assert world.orders(box) == []


def test_with_a_custom_field_as_key_external_ids_of_others_do_not_matter(world: World) -> None:
    world.netsuite_extra["key_fields"] = "customer=custentity_streak_org, salesOrder=custbody_account_manager"
    (box,) = world.won_deals(1)
    change(
        world,
        SuiteRecord(
            type="contact",
            external_id=buyer_key(world, box),
            values={"firstName": "Jane", "lastName": "Doe", "subsidiary": RecordRef(internal_id="1")},
        ),
        Verb.ADD,
    )
    world.run()
    (order,) = world.orders(box)
    assert order["custom"]["custbody_account_manager"] == order_key(box)
    world.hint(box, version="99")
    world.run()
    assert len(world.orders(box)) == 1


def test_with_a_custom_field_as_key_a_lost_answer_still_ends_as_one_order(world: World) -> None:
    world.netsuite_extra["key_fields"] = "customer=custentity_streak_org, salesOrder=custbody_account_manager"
    (box,) = world.won_deals(1)
    world.fault("netsuite", "cut_after", operation="addList", times=2)
    for _ in range(4):
        world.run()
        world.wait(40)
    assert len(world.orders(box)) == 1
    assert len(world.customers(world.orders(box)[0]["entity"]["name"])) <= 1


def test_with_a_custom_field_as_key_an_order_that_netsuite_commits_minutes_later_is_the_only_one(
    world: World,
) -> None:
    world.netsuite_extra["key_fields"] = "customer=custentity_streak_org, salesOrder=custbody_account_manager"
    (box,) = world.won_deals(1)
    world.fault("netsuite", "commit_later", operation="addList", match="SalesOrder", options={"seconds": 600})
    world.drain()
    world.wait(600)
    world.drain()
    sent = [one for one in world.received("netsuite", "addList") if "SalesOrder" in one["body"]]
    assert len(sent) == 1
    assert world.orders(box) == []
    world.land()
    assert len(world.orders(box)) == 1
    world.wait(1020)
    world.run()
    assert len(world.orders(box)) == 1


def test_with_a_custom_field_as_key_a_customer_that_never_arrived_waits_for_netsuites_longest_time(
    world: World,
) -> None:
    world.netsuite_extra["key_fields"] = "customer=custentity_streak_org, salesOrder=custbody_account_manager"
    (box,) = world.won_deals(1)
    before = len(world.netsuite()["customers"])
    world.fault("netsuite", "cut_before", operation="addList", match="custentity_streak_org")
    for _ in range(4):
        world.drain()
        world.wait(200)
    assert len(world.netsuite()["customers"]) == before, "it may still land, and would be the second one"
    world.wait(300)
    world.run()
    assert len(world.netsuite()["customers"]) == before + 1
    assert len(world.orders(box)) == 1


def test_with_a_custom_field_as_key_an_order_that_never_arrived_waits_for_netsuites_longest_time(
    world: World,
) -> None:
    world.netsuite_extra["key_fields"] = "customer=custentity_streak_org, salesOrder=custbody_account_manager"
    world.flow |= {"attempts": 2}
    (box,) = world.won_deals(1)
    world.fault("netsuite", "cut_before", operation="addList", match="SalesOrder")
    for _ in range(4):
        world.drain()
        world.wait(200)
    assert world.orders(box) == []
    assert world.held_because() == []
    assert "may still land" in world.outcomes(box)[-1].reason
    world.wait(300)
    world.run()
    assert len(world.orders(box)) == 1


def test_a_customer_that_was_merged_away_leads_to_the_one_that_took_its_place(world: World) -> None:
    first, second = world.deals(2)
    world.win(first)
    world.run()
    (order,) = world.orders(first)
    old = order["entity"]["internalId"]
    name = order["entity"]["name"]
    remove(world, "salesOrder", order["internalId"])
    remove(world, "customer", old)
    successor = change(
        world,
        SuiteRecord(
            type="customer",
            external_id="acquired-1",
            values={"companyName": name, "subsidiary": RecordRef(internal_id="1")},
        ),
        Verb.ADD,
    )
    world.win(second)
    for _ in range(3):
        world.run()
        world.wait(10)
    (order,) = world.orders(second)
    assert order["entity"]["internalId"] == successor
    (made,) = [one for one in world.outcomes(second) if one.action is Action.CREATED]
    assert f"it took the place of {old}" in made.reason
    with world.ledger() as ledger:
        assert any(e.action == "binding.repointed" for e in ledger.list_audit())


def test_a_customer_that_is_gone_without_successor_is_held_and_never_made_again(world: World) -> None:
    first, second = world.deals(2)
    world.win(first)
    world.run()
    (order,) = world.orders(first)
    remove(world, "salesOrder", order["internalId"])
    remove(world, "customer", order["entity"]["internalId"])
    world.win(second)
    for _ in range(3):
        world.run()
        world.wait(10)
    assert world.orders(second) == []
    (hold,) = holds(world)
    assert hold.code == "CUSTOMER_GONE"
    assert order["entity"]["name"] in hold.reason
    assert world.customers(order["entity"]["name"]) == []


# --- limits and access ---------------------------------------------------------------------------------


def test_the_reserve_is_left_to_other_integrations(world: World) -> None:
    world.netsuite_extra |= {"concurrency": 5, "reserve": 2}
    world.configure_netsuite(call_seconds=0.05)
    world.won_deals(30, organizations=10)
    world.control.post("/netsuite/peak/reset").raise_for_status()
    world.run()
    assert world.control.get("/netsuite/peak").json()["peak"] <= 3
    assert len(world.orders()) == 30


def test_workers_in_several_processes_keep_one_limit_and_the_reserve(world: World) -> None:
    world.netsuite_extra |= {"concurrency": 5, "reserve": 2, "order_list_size": 1, "customer_list_size": 1}
    world.flow |= {"batch_size": 3, "lease_seconds": 300}  # or the first worker takes all; none of them dies
    world.configure_netsuite(call_seconds=0.3)
    boxes = world.won_deals(30, organizations=15)
    world.control.post("/netsuite/occupy", json={"slots": 2}).raise_for_status()
    world.control.post("/netsuite/peak/reset").raise_for_status()
    world.work_in_processes(3)
    counted = world.control.get("/netsuite/peak").json()
    assert (counted["peak"] <= 3, counted["refused"]) == (True, 0)
    assert counted["peak"] > 1, "they worked side by side"
    for _ in range(3):
        world.wait(30)
        world.run()
    assert [len(world.orders(box)) for box in boxes] == [1] * len(boxes)


@pytest.mark.parametrize("state", ["token_revoked", "token_expired", "role_revoked"])
def test_work_pauses_while_there_is_no_right_to_it_and_resumes_by_itself(world: World, state: str) -> None:
    told = world.win("Acme line 3 retrofit")
    world.run()
    before = world.box(told)
    box = world.win(BOX)
    world.configure_netsuite(account_state=state)
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            world.drain()
        world.wait(120)
    assert world.orders(box) == []
    assert world.box(told) == before
    assert holds(world) == [], "nobody has to release what only waited"
    world.configure_netsuite(account_state="open")
    world.run()
    assert len(world.orders(box)) == 1


def test_a_production_setup_refuses_a_sandbox_account_and_the_reverse(world: World) -> None:
    world.netsuite_extra["environment"] = "production"
    with pytest.raises(ConfigurationError, match="'1234567_SB1' is a sandbox account"):
        world.settings()
    world.netsuite_extra["environment"] = "sandbox"
    world.settings()


def test_a_ledger_of_another_account_is_refused_before_anything_is_written(world: World) -> None:
    world.run()
    with world.ledger() as ledger:
        ledger.keep_snapshot("netsuite.account", {"account": "7654321"}, now=world.now())
    world.win(BOX)
    with pytest.raises(ConfigurationError, match="belongs to NetSuite account 7654321"):
        world.run()
    assert world.writes("netsuite") == []


# --- time ----------------------------------------------------------------------------------------------


def zone_where_it_is(hour: int) -> str:
    """Return a zone where this hour of the day has begun."""
    west = (datetime.now(UTC).hour - hour) % 24
    return f"Etc/GMT+{west}" if west <= 12 else f"Etc/GMT-{24 - west}"


@pytest.mark.parametrize("hour", [23, 0], ids=["an hour before midnight", "an hour after midnight"])
def test_a_customer_changed_between_a_run_and_midnight_is_seen_by_the_next(world: World, hour: int) -> None:
    zone = zone_where_it_is(hour)
    world.configure_netsuite(user_time_zone=zone)
    world.netsuite_extra |= {"user_time_zone": zone, "account_time_zone": zone}

    def known() -> set[str]:
        with world.ledger() as ledger:
            return {entry.name for entry in ledger.directory.find(internal_ids=["502"])}

    world.win("Acme line 3 retrofit")
    world.run()
    assert known() == {"Delta Foods"}
    world.wait(timedelta(seconds=1).total_seconds())
    change(
        world, SuiteRecord(type="customer", internal_id="502", values={"companyName": "Delta Foods Group"})
    )
    world.win(BOX)
    world.run()
    assert known() == {"Delta Foods Group"}
    # The second run asked for what changed, not for everybody again.
    searched = [r["body"] for r in world.received("netsuite", "search") if "CustomerSearch" in r["body"]]
    assert "lastModifiedDate" in searched[-1]


@pytest.mark.parametrize("hour", [22, 23], ids=["two hours before midnight", "an hour before midnight"])
def test_an_order_shipped_between_a_sweep_and_midnight_is_seen_by_the_sweep_after_it(
    world: World, hour: int
) -> None:
    zone = zone_where_it_is(hour)
    world.configure_netsuite(user_time_zone=zone)
    world.netsuite_extra |= {"user_time_zone": zone, "account_time_zone": zone}
    (box,) = world.won_deals(1)
    world.run()
    (order,) = world.orders(box)

    def sweep() -> Any:
        with world.product() as product:
            swept = product.netsuite_sweep().run()
            product.status_to_streak().drain()
            product.tell_boxes()
        return swept

    sweep()
    shipped = world.control.post(f"/netsuite/orders/{order['internalId']}/fulfill", json={})
    assert shipped.status_code < 300, shipped.text
    told = len(world.comments(box))
    world.wait(timedelta(hours=3).total_seconds())  # in the account it is the next day now
    assert sweep().read > 0
    assert len(world.comments(box)) == told + 1
    assert sweep().read == 0 or len(world.comments(box)) == told + 1, "told once"


# --- what NetSuite refuses ------------------------------------------------------------------------------


def test_an_unknown_product_is_held_with_a_near_match(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path, "{from: box.fields.Product, lookup: item}", "{from: box.fields.PO number, lookup: item}"
    )
    (box,) = world.won_deals(1, **{"PO number": "Atlas Amr"})
    world.run()
    (hold,) = holds(world)
    assert "Atlas Amr" in hold.reason
    assert "Atlas Arm" in hold.reason
    assert world.orders(box) == []


def test_a_product_that_is_not_sold_any_more_is_held_with_the_one_in_its_place(world: World) -> None:
    renamed = {"itemId": "Legacy Gripper Mk2"}
    change(world, SuiteRecord(type="nonInventorySaleItem", internal_id="203", values=renamed))
    (box,) = world.won_deals(1)
    world.set_field(box, "Product", "Legacy Gripper")
    world.drain()
    (hold,) = holds(world)
    assert "'Legacy Gripper' is inactive in NetSuite" in hold.reason
    assert "did you mean 'Legacy Gripper Mk2'?" in hold.reason
    assert world.orders(box) == []


@pytest.mark.parametrize(
    "product", ["Atlas Arm", "Arm with Installation"], ids=["an item", "a group's member"]
)
def test_an_item_of_another_subsidiary_holds_that_order_alone_until_it_is_mended(
    world: World, running_sandbox: Any, product: str, tmp_path: Any
) -> None:
    arm = running_sandbox.sandbox.netsuite.store.find(Ref(internal_id="101"), "inventoryItem")
    arm.fields["subsidiaryList"] = {"recordRef": [Ref(internal_id="2", type="subsidiary")]}
    if product != "Atlas Arm":
        world.change_mapping(
            tmp_path, "{from: box.fields.Product, lookup: item}", "{from: box.fields.PO number, lookup: item}"
        )
    bad, good = (
        world.won_deals(1, **{"PO number": product})[0],
        world.won_deals(1, **{"Product": "Beacon Sensor", "PO number": "Beacon Sensor"})[0],
    )
    world.run()
    assert (world.orders(bad), len(world.orders(good))) == ([], 1)
    (hold,) = holds(world)
    assert hold.record.id == bad
    assert (hold.code, "item" in hold.reason, "101" in hold.reason) == ("INVALID_KEY_OR_REF", True, True)
    assert "Atlas Arm" in hold.fix
    assert hold.fix
    arm.fields["subsidiaryList"] = {"recordRef": [Ref(internal_id="1", type="subsidiary")]}
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="finance", reason="mended", now=world.now())
    world.run()
    assert len(world.orders(bad)) == 1


def test_a_customer_outside_the_orders_subsidiary_is_held_and_named(world: World, tmp_path: Any) -> None:
    world.change_mapping(tmp_path, "    memo: {from", "    subsidiary: {value: 2}\n    memo: {from")
    (box,) = world.won_deals(1)
    world.run()
    (hold,) = holds(world)
    assert "subsidiary" in hold.reason
    assert world.orders(box) == []


def other_subsidiary(world: World, folder: Any, *, allowed: bool) -> None:
    """Let orders be for subsidiary 2, and customers be added to it, where the account allows that."""
    world.configure_netsuite(features={"multi_subsidiary_customer": allowed})
    world.change_mapping(folder, "    memo: {from", "    subsidiary: {value: 2}\n    memo: {from")
    text = world.mapping.read_text().replace("\ncustomer:\n", "\ncustomer:\n  other_subsidiary: add\n")
    world.mapping.write_text(text)


def ties(world: World) -> list[dict[str, Any]]:
    return list(world.netsuite()["customerSubsidiaries"])


def test_a_customer_is_added_to_the_orders_subsidiary_where_that_is_allowed(
    world: World, tmp_path: Any
) -> None:
    other_subsidiary(world, tmp_path, allowed=True)
    boxes = world.won_deals(3, organizations=1)
    for _ in range(3):
        world.run()
        world.wait(30)
    assert [len(world.orders(box)) for box in boxes] == [1, 1, 1]
    assert {order["subsidiary"]["internalId"] for box in boxes for order in world.orders(box)} == {"2"}
    assert len(ties(world)) == 1


def test_where_customers_cannot_be_in_two_subsidiaries_the_deal_is_held_with_netsuites_reason(
    world: World, tmp_path: Any
) -> None:
    other_subsidiary(world, tmp_path, allowed=False)
    (box,) = world.won_deals(1)
    world.run()
    (hold,) = holds(world)
    assert "customerSubsidiaryRelationship" in hold.reason
    assert world.orders(box) == []


def test_a_subsidiary_whose_answer_was_lost_is_not_added_twice(world: World, tmp_path: Any) -> None:
    other_subsidiary(world, tmp_path, allowed=True)
    (box,) = world.won_deals(1)
    world.fault("netsuite", "cut_after", operation="upsertList", match="CustomerSubsidiaryRelationship")
    world.run()
    for _ in range(4):
        world.wait(60)
        world.run()
    assert len(world.orders(box)) == 1
    assert len(ties(world)) == 1


def test_a_worker_killed_after_a_customer_was_added_to_a_subsidiary_adds_it_once(
    world: World, tmp_path: Any
) -> None:
    other_subsidiary(world, tmp_path, allowed=True)
    (box,) = world.won_deals(1)
    world.die("subsidiary")
    assert len(ties(world)) == 1
    assert world.orders(box) == []
    for _ in range(4):
        world.wait(120)
        world.run()
    assert len(world.orders(box)) == 1
    assert len(ties(world)) == 1


def test_a_dry_run_tells_that_a_customer_would_be_added_and_adds_nobody(world: World, tmp_path: Any) -> None:
    other_subsidiary(world, tmp_path, allowed=True)
    (box,) = world.won_deals(1)
    with world.product() as product:
        plans, _ = product.deal_to_order().plan([box])
    assert any("added to subsidiary" in warning for warning in plans[0].warnings)
    assert ties(world) == []


def test_a_record_changed_at_the_same_moment_is_tried_again(world: World) -> None:
    (box,) = world.won_deals(1)
    world.fault(
        "netsuite",
        "record_error",
        operation="upsertList",
        options={"code": "RCRD_HAS_BEEN_CHANGED", "message": "Record has been changed"},
        match="SalesOrder",
    )
    world.run()
    assert world.outcomes(box)[-1].action is Action.DEFERRED
    world.wait(30)
    world.run()
    assert len(world.orders(box)) == 1


def test_a_script_that_fails_after_the_save_leaves_a_warning_and_one_order(world: World) -> None:
    (box,) = world.won_deals(1)
    world.fault("netsuite", "after_submit_failed", operation="upsertList", match="SalesOrder")
    world.run()
    world.wait(60)
    world.run()
    assert len(world.orders(box)) == 1
    (created,) = [o for o in world.outcomes(box) if o.action is Action.CREATED]
    assert "user event script" in created.reason
    assert sum(1 for r in world.writes("netsuite") if "SalesOrder" in (r.get("body") or "")) == 1


def test_an_order_that_is_there_can_be_read(world: World) -> None:
    box = world.win(BOX)
    world.run()
    with finance(world) as client:
        answer = client.send(get(RecordRef(type="salesOrder", external_id=order_key(box))))
    assert answer.record is not None
    assert answer.record.external_id == order_key(box)


@pytest.mark.parametrize("name", ["Starter Cell", "Arm with Installation"])
def test_a_kit_and_a_group_are_ordered_like_any_item(world: World, tmp_path: Any, name: str) -> None:
    world.change_mapping(
        tmp_path, "{from: box.fields.Product, lookup: item}", "{from: box.fields.PO number, lookup: item}"
    )
    world.mapping.write_text(world.mapping.read_text().replace("Unit price, required: true", "Unit price"))
    (box,) = world.won_deals(1, **{"PO number": name, "Unit price": None})
    world.run()
    (order,) = world.orders(box)
    assert name in str(order)


def test_a_custom_segment_is_set_by_its_script_id(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path,
        "    custbody_streak_box: {type",
        "    cseg_region: {type: select, value: 2}\n    custbody_streak_box: {type",
    )
    (box,) = world.won_deals(1)
    world.run()
    (order,) = world.orders(box)
    with finance(world) as client:
        record = client.send(get(RecordRef(type="salesOrder", internal_id=order["internalId"]))).record
    assert record is not None
    assert record.custom_fields["cseg_region"].value.name == "Europe"


def test_a_segments_value_that_does_not_exist_is_a_typed_error(world: World, tmp_path: Any) -> None:
    world.change_mapping(
        tmp_path,
        "    custbody_streak_box: {type",
        "    cseg_region: {type: select, value: 99}\n    custbody_streak_box: {type",
    )
    (box,) = world.won_deals(1)
    world.run()
    assert world.orders(box) == []
    (hold,) = holds(world)
    assert "cseg_region" in hold.reason


def test_customers_are_numbered_by_the_account_when_it_does_so(world: World) -> None:
    world.configure_netsuite(features={"auto_numbering": True})
    (box,) = world.won_deals(1)
    world.run()
    (order,) = world.orders(box)
    (customer,) = [
        c for c in world.netsuite()["customers"] if c["internalId"] == order["entity"]["internalId"]
    ]
    assert customer["entityId"] != customer["companyName"]


def test_a_number_of_our_own_gives_way_to_the_accounts(world: World, tmp_path: Any) -> None:
    # entityId is read-only there, and every write asks NetSuite to pass over read-only fields.
    world.configure_netsuite(features={"auto_numbering": True})
    world.change_mapping(
        tmp_path, "    company_name: {from", "    entity_id: {from: buyer.name}\n    company_name: {from"
    )
    (box,) = world.won_deals(1)
    world.run()
    (order,) = world.orders(box)
    (customer,) = [
        c for c in world.netsuite()["customers"] if c["internalId"] == order["entity"]["internalId"]
    ]
    assert customer["entityId"] != customer["companyName"]


def test_a_customer_number_that_somebody_has_holds_the_deal_and_names_the_owner(
    world: World, tmp_path: Any
) -> None:
    world.change_mapping(
        tmp_path, "    company_name: {from", "    entity_id: {value: Delta Foods}\n    company_name: {from"
    )
    (box,) = world.won_deals(1)
    before = world.netsuite()["totals"]["customers"]
    world.run()
    assert world.orders(box) == []
    assert world.netsuite()["totals"]["customers"] == before
    (hold,) = holds(world)
    assert (hold.code, "Delta Foods" in hold.reason) == ("DUP_ENTITY", True)
    assert hold.fix
    world.mapping.write_text(world.mapping.read_text().replace("Delta Foods", "C-4711"))
    with world.ledger() as ledger:
        ledger.release_hold(hold.id, actor="finance", reason="mended", now=world.now())
    world.run()
    (order,) = world.orders(box)
    made = {c["internalId"]: c["entityId"] for c in world.netsuite()["customers"]}
    assert made[order["entity"]["internalId"]] == "C-4711"


def test_one_of_several_choices_that_netsuite_does_not_have_holds_the_deal_and_is_named(
    world: World, tmp_path: Any
) -> None:
    world.change_mapping(tmp_path, "purchase_order_number", "purchase_order_number")  # a copy of our own
    labels = world.mapping.parent / "lookups/labels.yaml"
    labels.write_text(labels.read_text().replace("urgent: 1", "urgent: 99"))
    bad, good = world.deals(2, stage="Negotiation")
    world.set_field(bad, "Labels", ["partner", "urgent"])
    world.set_field(good, "Labels", ["partner", "trade show"])
    for box in (bad, good):
        world.win(box)
    world.run()
    assert (world.orders(bad), len(world.orders(good))) == ([], 1)
    (hold,) = holds(world)
    assert hold.record.id == bad
    assert [word for word in ("custbody_streak_labels", "99") if word not in hold.reason] == []
    assert hold.fix


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            "custbody_streak_tier: {type: select, from: box.fields.Tier, lookup: tier}",
            "custbody_streak_tier: {type: select, value: 99}",
            ["custbody_streak_tier", "99"],
            id="a list's id does not exist",
        ),
        pytest.param(
            "currency: {from: box.fields.Currency, lookup: currency}",
            "currency: {value: 99}",
            ["currency", "99"],
            id="a record's id does not exist",
        ),
    ],
)
def test_a_choice_that_netsuite_does_not_have_holds_the_deal_and_is_named(
    world: World, tmp_path: Any, old: str, new: str, told: list[str]
) -> None:
    world.change_mapping(tmp_path, old, new)
    (box,) = world.won_deals(1)
    world.run()
    assert world.orders(box) == []
    (hold,) = holds(world)
    assert [word for word in told if word not in hold.reason] == []
    assert hold.fix


def test_an_account_that_is_named_in_either_form_is_signed_in_the_right_one(world: World) -> None:
    for form in ("1234567_SB1", "1234567-sb1", "1234567_sb1"):
        world.info["netsuite"]["account"] = form
        try:
            with finance(world) as client:
                assert client.account.realm == "1234567_SB1"
                assert client.send(get(RecordRef(type="customer", internal_id="501"))).record is not None
        finally:
            world.info["netsuite"]["account"] = "1234567_SB1"
