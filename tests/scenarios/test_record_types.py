"""Declared record types: payments into boxes, boxes into custom records, each as its file says and never twice."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connectors.netsuite.calls.writes import delete
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.streak.calls import boxes, fields, pipelines
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.flows.customers import identity_keys
from streak_netsuite.flows.record_sync import RecordSync
from streak_netsuite.mapping.record_files import load_record_type, record_file
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.outcome import Action
from streak_netsuite.sync.ports import RecordWrite

World = Any
PAYMENT_FIELDS = ("Customer", "Amount", "Currency", "Received", "Not applied", "Reference", "NetSuite id")
SITE_FIELDS = {
    "Site code": "TEXT_INPUT",
    "Floors": "TEXT_INPUT",
    "Area (m2)": "TEXT_INPUT",
    "Surveyed on": "DATE",
    "Outdoor": "CHECKBOX",
    "Tier": "TEXT_INPUT",
}


def make_pipeline(world: World, name: str, stages: list[str], of: dict[str, str]) -> str:
    """Add a pipeline with fields, as a person would; return its key."""
    with StreakClient(world.settings().streak) as client:
        made = client.send(pipelines.create(world.info["streak"]["team_key"], name, stages=stages))
        for label, kind in of.items():
            client.send(fields.create(made.key, label, kind))
        return str(made.key)


@pytest.fixture
def payments(world: World) -> str:
    """The pipeline of the payments."""
    return make_pipeline(world, "Payments", ["Open", "Applied"], dict.fromkeys(PAYMENT_FIELDS, "TEXT_INPUT"))


@pytest.fixture
def sites(world: World) -> str:
    """The pipeline of the install sites."""
    return make_pipeline(world, "Install sites", ["Draft", "Live"], SITE_FIELDS)


def run(world: World, name: str) -> Any:
    with world.product() as product:
        return product.record_sync(load_record_type(record_file(name))).run()


def preview(world: World, name: str) -> list[str]:
    with world.product() as product:
        sync: RecordSync = product.record_sync(load_record_type(record_file(name)))
        return list(sync.preview())


def pay(world: World, amount: str) -> None:
    """Ship, bill and pay an order, in part."""
    box = world.win("Blue Harbor warehouse robots")
    world.run()
    (order,) = world.orders(box)
    world.control.post(f"/netsuite/orders/{order['internalId']}/fulfill", json={}).raise_for_status()
    world.control.post(f"/netsuite/orders/{order['internalId']}/bill", json={}).raise_for_status()
    (invoice,) = [
        i for i in world.netsuite()["invoices"] if i["createdFrom"]["internalId"] == order["internalId"]
    ]
    answer = world.control.post(
        f"/netsuite/invoices/{invoice['internalId']}/pay", json={"amount": amount} if amount else {}
    )
    assert answer.status_code < 300, answer.text


def boxes_of(world: World, pipeline_key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.streak.get(f"v1/pipelines/{pipeline_key}/boxes").json()
    return found


def shown(world: World, pipeline_key: str, box: dict[str, Any]) -> dict[str, Any]:
    """Return a box's values by field name."""
    names = {f["key"]: f["name"] for f in world.streak.get(f"v1/pipelines/{pipeline_key}/fields").json()}
    return {names[key]: value for key, value in box["fields"].items() if key in names}


def add_site(world: World, pipeline_key: str, name: str, **values: Any) -> str:
    """Make a box in the stage Live, with values by field name."""
    with StreakClient(world.settings().streak) as client:
        key = str(client.send(boxes.create(pipeline_key, name))["key"])
    change_site(world, pipeline_key, key, **values)
    stages = world.streak.get(f"v1/pipelines/{pipeline_key}").json()["stages"]
    live = next(key for key, stage in stages.items() if stage["name"] == "Live")
    world.streak.post(f"v1/boxes/{key}", json={"stageKey": live}).raise_for_status()
    return key


def change_site(world: World, pipeline_key: str, key: str, **values: Any) -> None:
    names = {f["name"]: f["key"] for f in world.streak.get(f"v1/pipelines/{pipeline_key}/fields").json()}
    body = {"fields": {names[label.replace("_", " ")]: value for label, value in values.items()}}
    world.streak.post(f"v1/boxes/{key}", json=body).raise_for_status()


def records(world: World) -> list[dict[str, Any]]:
    """Return the install sites that carry our key."""
    found = world.control.get("/netsuite/records/customRecord").raise_for_status().json()
    return [one for one in found if str(one.get("externalId") or "").startswith("streak-rt-")]


# --- NetSuite to Streak ---


def test_each_payment_becomes_one_box_and_follows_it(world: World, payments: str) -> None:
    pay(world, "20000")
    assert run(world, "payments").count(Action.UPDATED) >= 1
    (box,) = [b for b in boxes_of(world, payments) if "Blue Harbor" in b["name"]]
    values = shown(world, payments, box)
    assert values["Customer"] == "Blue Harbor Logistics"
    assert values["Amount"].startswith("20000")
    before = len(boxes_of(world, payments)), len(world.writes("streak"))
    run(world, "payments")
    assert (len(boxes_of(world, payments)), len(world.writes("streak"))) == before


def test_the_plan_shows_each_field_and_writes_nothing(world: World, payments: str) -> None:
    pay(world, "20000")
    told = preview(world, "payments")
    assert any(line.startswith("CREATE streak") and "Blue Harbor" in line for line in told)
    (amount,) = [line for line in told if "fields.Amount" in line and "20000" in line]
    assert re.fullmatch(
        r"  fields\.Amount +\(nothing\) -> 20000\S*   \[target\.fields: \{\{ record\.payment .*\]", amount
    )
    assert boxes_of(world, payments) == []
    run(world, "payments")
    assert preview(world, "payments") == []


def test_the_plan_of_a_change_shows_what_there_is_now_and_leaves_out_what_stays(
    world: World, sites: str
) -> None:
    key = add_site(world, sites, "North hall", Site_code="N-1", Floors="2", Tier="Gold")
    run(world, "install_sites")
    change_site(world, sites, key, Floors="3")
    before = len(world.writes("netsuite"))
    told = preview(world, "install_sites")
    assert told[0].startswith("UPDATE netsuite streak-rt-")
    assert len(told) == 2, told
    line = told[1]
    assert re.match(r"  \S+ +2 -> 3   \[target\.(custom_)?fields: .*Floors", line)
    assert len(world.writes("netsuite")) == before


def test_records_that_changed_since_a_day_are_planned_by_the_command(
    world: World, payments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(world, "20000")
    run(world, "payments")
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)

    def planned(*words: str) -> str:
        done = CliRunner().invoke(app, ["plan", *words])
        assert done.exit_code == 0, done.output
        return done.output

    (box,) = [b for b in boxes_of(world, payments) if "Blue Harbor" in b["name"]]
    with world.ledger() as ledger:
        read_until = ledger.get_watermark("record.payments")
    assert "nothing would be written" in planned("record_payments")
    pay_more(world, "100")
    told = planned("record_payments", "--since", f"{world.now() - timedelta(days=1):%Y-%m-%d}")
    assert "CREATE streak" in told
    assert box["name"] not in told
    with world.ledger() as ledger:
        assert ledger.get_watermark("record.payments") == read_until is not None
    assert "nothing would" in planned(
        str(record_file("payments")), "--since", f"{world.now() + timedelta(days=2):%Y-%m-%d}"
    )


def pay_more(world: World, amount: str) -> None:
    (invoice,) = [i for i in world.netsuite()["invoices"] if i["amountRemaining"] == "30000.00"]
    path = f"/netsuite/invoices/{invoice['internalId']}/pay"
    world.control.post(path, json={"amount": amount}).raise_for_status()


def test_a_worker_that_dies_after_a_box_was_made_makes_no_second_one(world: World, payments: str) -> None:
    pay(world, "20000")
    world.die("box", records="payments")
    assert len(boxes_of(world, payments)) == 1
    world.wait(600)
    run(world, "payments")
    made = boxes_of(world, payments)
    assert len({box["name"] for box in made}) == len(made)
    assert all(shown(world, payments, box).get("Amount") for box in made)


def test_a_lost_answer_to_a_new_box_makes_no_second_one(world: World, payments: str) -> None:
    pay(world, "20000")
    world.fault("streak", "cut_after", operation="boxes.create")
    run(world, "payments")
    world.wait(600)
    run(world, "payments")
    made = boxes_of(world, payments)
    assert len({box["name"] for box in made}) == len(made)


def test_a_box_that_a_person_deleted_is_held_and_not_made_again(world: World, payments: str) -> None:
    pay(world, "20000")
    run(world, "payments")
    (box,) = [b for b in boxes_of(world, payments) if "Blue Harbor" in b["name"]]
    world.streak.delete(f"v1/boxes/{box['key']}").raise_for_status()
    with world.ledger() as ledger:
        known = [h.id for h in ledger.list_holds()]
    payment = next(p for p in world.netsuite()["payments"] if p["payment"].startswith("20000"))
    world.control.post(
        f"/netsuite/records/customerPayment/{payment['internalId']}/touch", json={"checkNum": "4711"}
    ).raise_for_status()
    run(world, "payments")
    with world.ledger() as ledger:
        (hold,) = [h for h in ledger.list_holds() if h.id not in known]
    assert hold.code == "BOX_DELETED"
    assert "Blue Harbor" not in [b["name"] for b in boxes_of(world, payments)]


# --- Streak to NetSuite ---


def test_each_box_becomes_one_custom_record_with_fields_of_every_type(world: World, sites: str) -> None:
    add_site(
        world,
        sites,
        "Dock 7",
        Site_code="D-7",
        Floors="3",
        **{"Area (m2)": "1250.50"},
        Outdoor=True,
        Tier="Silver",
    )
    assert run(world, "install_sites").count(Action.UPDATED) == 1
    (record,) = records(world)
    assert record["name"] == "Dock 7"
    custom = record["custom"]
    assert custom["custrecord_site_code"] == "D-7"
    assert str(custom["custrecord_site_floors"]) == "3"
    assert str(custom["custrecord_site_area"]).startswith("1250.5")
    assert custom["custrecord_site_is_outdoor"] in {True, "true"}
    assert custom["custrecord_site_tier"]["internalId"] == "2"


def test_a_change_is_written_to_the_same_record_and_what_the_file_does_not_read_is_not(
    world: World, sites: str
) -> None:
    key = add_site(world, sites, "Dock 7", Site_code="D-7", Floors="3")
    run(world, "install_sites")
    change_site(world, sites, key, Floors="4")
    run(world, "install_sites")
    (record,) = records(world)
    assert str(record["custom"]["custrecord_site_floors"]) == "4"
    writes = len(world.writes("netsuite"))
    world.streak.post(f"v1/boxes/{key}", json={"notes": "just a note"}).raise_for_status()
    run(world, "install_sites")
    assert len(world.writes("netsuite")) == writes


def test_a_value_that_does_not_fit_holds_its_record_only_and_passes_once_corrected(
    world: World, sites: str
) -> None:
    bad = add_site(world, sites, "Dock 7", Site_code="D-7", Floors="three", Tier="Platinum")
    add_site(world, sites, "Dock 8", Site_code="D-8", Floors="2")
    report = run(world, "install_sites")
    assert report.count(Action.HELD) == 1
    assert [one["name"] for one in records(world)] == ["Dock 8"]
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert "custrecord_site_floors" in hold.reason
    assert "custrecord_site_tier" in hold.reason
    change_site(world, sites, bad, Floors="3", Tier="Gold")
    run(world, "install_sites")
    assert sorted(one["name"] for one in records(world)) == ["Dock 7", "Dock 8"]
    with world.ledger() as ledger:
        assert ledger.list_holds() == []


def test_a_released_hold_reads_the_record_anew(world: World, sites: str) -> None:
    add_site(world, sites, "Dock 7", Site_code="D-7", Floors="3")
    world.fault("netsuite", "record_error", operation="upsertList", options={"code": "INVALID_KEY_OR_REF"})
    run(world, "install_sites")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        ledger.release_hold(hold.id, actor="otto", reason="mended", now=world.now())
    run(world, "install_sites")
    assert [one["name"] for one in records(world)] == ["Dock 7"]
    with world.ledger() as ledger:
        assert ledger.list_holds() == []


def test_a_worker_that_dies_after_a_record_was_written_makes_no_second_one(world: World, sites: str) -> None:
    add_site(world, sites, "Dock 7", Site_code="D-7", Floors="3")
    world.die("record", records="install_sites")
    assert len(records(world)) == 1
    world.wait(600)
    run(world, "install_sites")
    assert len(records(world)) == 1


def test_a_box_that_is_not_meant_is_left_alone(world: World, sites: str) -> None:
    with StreakClient(world.settings().streak) as client:
        client.send(boxes.create(sites, "A draft"))
    run(world, "install_sites")
    assert records(world) == []


def test_fields_of_the_target_stay_its_own_where_the_file_says_so(
    world: World, sites: str, tmp_path: Path
) -> None:
    text = record_file("install_sites").read_text()
    own = tmp_path / "install_sites.yaml"
    own.write_text(text.replace("policy:\n", "policy:\n  create_only: [custrecord_site_floors]\n"))
    key = add_site(world, sites, "Dock 7", Site_code="D-7", Floors="3")
    run(world, str(own))
    change_site(world, sites, key, Floors="9", Site_code="D-9")
    run(world, str(own))
    (record,) = records(world)
    assert str(record["custom"]["custrecord_site_floors"]) == "3"
    assert record["custom"]["custrecord_site_code"] == "D-9"


# --- customers: the gate in front of every creation ---

CUSTOMERS = """
version: 1
name: partner_customers
source: {system: streak, pipeline: Partners}
target:
  system: netsuite
  type: customer
  fields:
    companyName: "{{ box.name }}"
    email: "{{ box.fields['E-mail'] }}"
    phone: "{{ box.fields.Phone }}"
    subsidiary: {internalId: "1"}
"""


@pytest.fixture
def partners(world: World) -> str:
    """The pipeline of firms that become customers."""
    return make_pipeline(
        world, "Partners", ["Draft", "Live"], dict.fromkeys(("E-mail", "Phone"), "TEXT_INPUT")
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The record type that makes them."""
    path = tmp_path / "partner_customers.yaml"
    path.write_text(CUSTOMERS)
    return path


def sync(world: World, file: Path) -> Any:
    with world.product() as product:
        return product.record_sync(load_record_type(file)).run()


def exists(world: World, **values: Any) -> str:
    """Let NetSuite have a customer; return its internal id."""
    ids: list[str] = []
    record = Customer(subsidiary=Reference(internal_id="1"), **values)
    with world.product() as product:
        product.netsuite.upsert_customers(
            [RecordWrite(operation_key="there", record=record)],
            lambda answers: ids.extend(one.internal_id for one in answers),
        )
    return ids[0]


def held(world: World) -> Any:
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds(open_only=True, limit=10)
    return hold


def test_a_customer_of_a_record_type_is_created_once_and_followed(
    world: World, partners: str, file: Path
) -> None:
    box = add_site(world, partners, "Quite Another Foundry", **{"E-mail": "info@foundry.example"})
    assert sync(world, file).count(Action.UPDATED) == 1
    change_site(world, partners, box, Phone="+49 30 901820")
    sync(world, file)
    (made,) = world.customers("Quite Another Foundry")
    assert made["phone"] == "+49 30 901820"


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"company_name": "VANDERMEER KOWALSKI ROBOTICS Limited"}, id="the same name"),
        pytest.param(
            {"company_name": "VK", "email": "office@vkrobotics.example"}, id="the same e-mail address"
        ),
        pytest.param({"company_name": "Vandermeer Kowalsky Robotics"}, id="nearly the same name"),
    ],
)
def test_a_customer_of_a_record_type_that_may_exist_is_held_and_a_person_says_which_it_is(
    world: World, partners: str, file: Path, known: dict[str, str]
) -> None:
    there = exists(world, **known)
    values = {"E-mail": "office@vkrobotics.example", "Phone": "+44 20 7932 5980"}
    box = add_site(world, partners, "Vandermeer Kowalski Robotics", **values)
    before = len(world.netsuite()["customers"])
    assert sync(world, file).count(Action.HELD) == 1
    assert len(world.netsuite()["customers"]) == before
    hold = held(world)
    assert hold.what.code == "AMBIGUOUS"
    with world.product() as product:
        assert f"Use customer {there}" in product.hold_desk().review(hold.id).options
        product.hold_desk().choose_customer(hold.id, there, actor="maya", reason="the same firm")
    sync(world, file)
    change_site(world, partners, box, Phone="+44 20 7932 0000")
    sync(world, file)
    assert len(world.netsuite()["customers"]) == before
    (one,) = [c for c in world.netsuite()["customers"] if c["internalId"] == there]
    assert (one["phone"], one["companyName"]) == ("+44 20 7932 0000", "Vandermeer Kowalski Robotics")
    assert one["externalId"] == "there", "the key that another flow finds it by stays"


def test_a_customer_that_a_person_calls_new_is_created_whatever_it_looks_like(
    world: World, partners: str, file: Path
) -> None:
    exists(world, company_name="Vandermeer Kowalski Robotics Ltd")
    add_site(world, partners, "Vandermeer Kowalski Robotics")
    sync(world, file)
    with world.product() as product:
        product.hold_desk().create_customer(held(world).id, actor="maya", reason="a new firm of theirs")
    sync(world, file)
    assert len(world.customers("Vandermeer Kowalski Robotics")) == 1


def test_two_boxes_of_one_firm_make_one_customer(world: World, partners: str, file: Path) -> None:
    for name in ("Quite Another Foundry", "QUITE ANOTHER FOUNDRY Ltd"):
        add_site(world, partners, name)
    report = sync(world, file)
    assert (report.count(Action.UPDATED), report.count(Action.HELD)) == (1, 1)


def test_a_worker_that_dies_after_a_customer_was_created_makes_no_second_one_and_asks_nobody(
    world: World, partners: str, file: Path
) -> None:
    add_site(world, partners, "Quite Another Foundry", **{"E-mail": "info@foundry.example"})
    world.die("customer", records=str(file))
    assert len(world.customers("Quite Another Foundry")) == 1
    world.wait(600)
    report = sync(world, file)
    assert (report.count(Action.UPDATED), report.count(Action.HELD)) == (1, 0)
    assert len(world.customers("Quite Another Foundry")) == 1


KEY_FIELD = "custentity_streak_org"


def key_by_field(world: World) -> None:
    """Let external ids belong to another integration: a custom field carries our keys."""
    world.netsuite_extra["key_fields"] = f"customer={KEY_FIELD}"


def test_a_customer_of_a_record_type_carries_its_key_in_the_field_that_the_connection_names(
    world: World, partners: str, file: Path
) -> None:
    key_by_field(world)
    box = add_site(world, partners, "Quite Another Foundry", **{"E-mail": "info@foundry.example"})
    assert sync(world, file).count(Action.UPDATED) == 1
    (made,) = world.customers("Quite Another Foundry")
    assert not made["externalId"]
    assert made["custom"][KEY_FIELD].startswith("streak-rt-")
    change_site(world, partners, box, Phone="+49 30 901820")
    sync(world, file)
    (same,) = world.customers("Quite Another Foundry")
    assert (same["internalId"], same["phone"]) == (made["internalId"], "+49 30 901820")


def test_a_worker_that_dies_after_a_customer_was_made_under_a_field_makes_no_second_one(
    world: World, partners: str, file: Path
) -> None:
    key_by_field(world)
    add_site(world, partners, "Quite Another Foundry", **{"E-mail": "info@foundry.example"})
    world.die("customer", records=str(file))
    assert len(world.customers("Quite Another Foundry")) == 1
    world.wait(1100)
    report = sync(world, file)
    assert (report.count(Action.UPDATED), report.count(Action.HELD)) == (1, 0)
    assert len(world.customers("Quite Another Foundry")) == 1


def test_a_customer_made_under_its_external_id_gets_the_field_once_the_connection_names_one(
    world: World, partners: str, file: Path
) -> None:
    box = add_site(world, partners, "Quite Another Foundry", **{"E-mail": "info@foundry.example"})
    sync(world, file)
    (made,) = world.customers("Quite Another Foundry")
    key_by_field(world)
    for phone in ("+49 30 901820", "+49 30 901821"):
        change_site(world, partners, box, Phone=phone)
        sync(world, file)
        (same,) = world.customers("Quite Another Foundry")
        assert (same["internalId"], same["phone"]) == (made["internalId"], phone)
        assert same["custom"][KEY_FIELD] == made["externalId"]


def test_a_customer_that_is_made_anew_under_a_field_is_not_added_again_while_it_may_still_land(
    world: World, partners: str, file: Path
) -> None:
    key_by_field(world)
    box = add_site(world, partners, FIRM, **{"E-mail": "info@foundry.example"})
    sync(world, file)
    (made,) = world.customers(FIRM)
    remove(world, made["internalId"])
    change_site(world, partners, box, Phone="+49 30 901820")
    sync(world, file)
    answer(world)
    world.fault("netsuite", "cut_before", operation="addList")
    assert sync(world, file).count(Action.DEFERRED) == 1
    world.wait(120)
    sync(world, file)
    assert world.customers(FIRM) == [], "the first may still land"
    world.wait(1020)
    sync(world, file)
    assert len(world.customers(FIRM)) == 1


def test_a_name_stays_reserved_while_the_customer_that_was_sent_may_still_land(
    world: World, partners: str, file: Path
) -> None:
    first = add_site(world, partners, FIRM)
    world.fault("netsuite", "cut_before", operation="upsertList")
    assert sync(world, file).count(Action.DEFERRED) == 1
    world.streak.delete(f"v1/boxes/{first}").raise_for_status()
    add_site(world, partners, "QUITE ANOTHER FOUNDRY Ltd")
    world.wait(300)
    sync(world, file)
    assert world.customers("QUITE ANOTHER FOUNDRY Ltd") == [], "the first may still land"
    world.wait(1020)
    sync(world, file)
    assert len(world.customers("QUITE ANOTHER FOUNDRY Ltd")) == 1


def test_a_name_that_another_worker_creates_is_waited_for(world: World, partners: str, file: Path) -> None:
    add_site(world, partners, "Quite Another Foundry")
    deal = Customer(subsidiary=Reference(internal_id="1"), company_name="QUITE ANOTHER FOUNDRY Ltd")
    with world.ledger() as ledger:
        ledger.claim_identities(
            sorted(identity_keys(deal)), token="another", lease_seconds=60, now=world.now()
        )
    assert sync(world, file).count(Action.DEFERRED) == 1
    assert world.customers("Quite Another Foundry") == []
    world.wait(600)
    assert sync(world, file).count(Action.UPDATED) == 1


# --- customers that are merged or deleted in NetSuite after they were written or chosen ---

FIRM = "Quite Another Foundry"


def remove(world: World, customer: str) -> None:
    """Delete a customer in NetSuite; a merge leaves the old id without a record, too."""
    with SoapClient(world.settings().netsuite) as client:
        answer = client.send(delete(RecordRef(type="customer", internal_id=customer)))
    assert answer.status.success, answer.status


@pytest.fixture
def written(world: World, partners: str, file: Path) -> tuple[str, str]:
    """A box became a customer that is gone now; the box and the customer."""
    box = add_site(world, partners, FIRM, **{"E-mail": "info@foundry.example"})
    sync(world, file)
    (made,) = world.customers(FIRM)
    remove(world, made["internalId"])
    change_site(world, partners, box, Phone="+49 30 901820")
    return box, made["internalId"]


def answer(world: World, customer: str = "") -> None:
    """Choose a customer for the record that waits, or let a new one be made."""
    with world.product() as product:
        desk, hold = product.hold_desk(), held(world)
        if customer:
            desk.choose_customer(hold.id, customer, actor="maya", reason="it took its place")
        else:
            desk.create_customer(hold.id, actor="maya", reason="deleted by mistake")


def test_a_customer_that_was_deleted_is_not_made_again_by_itself(
    world: World, partners: str, file: Path, written: tuple[str, str]
) -> None:
    box, gone = written
    assert sync(world, file).count(Action.HELD) == 1
    assert world.customers(FIRM) == []
    hold = held(world)
    assert hold.what.code == "CUSTOMER_GONE"
    assert f"customer {gone} was deleted or merged" in hold.what.reason
    answer(world)
    assert sync(world, file).count(Action.UPDATED) == 1
    change_site(world, partners, box, Phone="+49 30 901821")
    assert sync(world, file).count(Action.UPDATED) == 1
    (made,) = world.customers(FIRM)
    assert (made["phone"], made["email"]) == ("+49 30 901821", "info@foundry.example")
    remove(world, made["internalId"])
    change_site(world, partners, box, Phone="+49 30 901822")
    assert sync(world, file).count(Action.HELD) == 1, "that one was to be made anew, not every later one"
    assert world.customers(FIRM) == []


def test_a_customer_that_was_merged_is_followed_to_the_one_that_a_person_chooses(
    world: World, file: Path, written: tuple[str, str]
) -> None:
    stays = exists(world, company_name="QUITE ANOTHER FOUNDRY Ltd")
    before = len(world.netsuite()["customers"])
    assert sync(world, file).count(Action.HELD) == 1
    hold = held(world)
    assert hold.what.code == "AMBIGUOUS"
    assert f"customer {written[1]} was deleted or merged" in hold.what.reason
    answer(world, stays)
    assert sync(world, file).count(Action.UPDATED) == 1
    assert len(world.netsuite()["customers"]) == before
    (one,) = [c for c in world.netsuite()["customers"] if c["internalId"] == stays]
    assert one["phone"] == "+49 30 901820"


@pytest.mark.parametrize("is_written", [True, False], ids=["after it was written", "before"])
def test_a_chosen_customer_that_is_merged_later_is_asked_for_anew(
    world: World, partners: str, file: Path, is_written: bool
) -> None:
    first = exists(world, company_name=FIRM)
    box = add_site(world, partners, FIRM)
    sync(world, file)
    answer(world, first)
    if is_written:
        assert sync(world, file).count(Action.UPDATED) == 1
    remove(world, first)
    change_site(world, partners, box, Phone="+49 30 901820")
    assert sync(world, file).count(Action.HELD) == 1
    assert held(world).what.code == "CUSTOMER_GONE"
    stays = exists(world, company_name="QUITE ANOTHER FOUNDRY Ltd")
    with world.ledger() as ledger:
        ledger.release_hold(held(world).id, actor="maya", reason="found it", now=world.now())
    assert sync(world, file).count(Action.HELD) == 1
    answer(world, stays)
    assert sync(world, file).count(Action.UPDATED) == 1
    (one,) = [c for c in world.netsuite()["customers"] if c["internalId"] == stays]
    assert one["phone"] == "+49 30 901820"


def test_a_worker_that_dies_after_a_deleted_customer_was_made_anew_makes_one(
    world: World, file: Path, written: tuple[str, str]
) -> None:
    sync(world, file)
    answer(world)
    world.die("customer", records=str(file))
    assert len(world.customers(FIRM)) == 1
    world.wait(600)
    report = sync(world, file)
    assert (report.count(Action.UPDATED), report.count(Action.HELD)) == (1, 0)
    assert len(world.customers(FIRM)) == 1


def test_many_known_customers_are_asked_for_in_one_call(world: World, partners: str, file: Path) -> None:
    words = ("Ashby", "Corwen", "Delft", "Elgin", "Fulda")
    found = [add_site(world, partners, f"{word} Works {word}") for word in words]
    sync(world, file)
    for box in found:
        change_site(world, partners, box, Phone="+49 30 901820")
    before = len(world.received("netsuite", "getList"))
    assert sync(world, file).count(Action.UPDATED) == len(words)
    assert len(world.received("netsuite", "getList")) == before + 1


# --- customers whose external id the file takes from the box, and whose box gets another one ---


@pytest.fixture
def coded(world: World, tmp_path: Path) -> tuple[str, Path]:
    """The pipeline of firms with a code, and the record type that makes customers under it."""
    pipeline = make_pipeline(
        world, "Coded", ["Draft", "Live"], dict.fromkeys(("E-mail", "Phone", "Code"), "TEXT_INPUT")
    )
    path = tmp_path / "coded_customers.yaml"
    path.write_text(
        CUSTOMERS.replace("partner_customers", "coded_customers")
        .replace("Partners", "Coded")
        .replace("  fields:", '  external_id: "{{ box.fields.Code }}"\n  fields:')
    )
    return pipeline, path


@pytest.fixture
def recoded(world: World, coded: tuple[str, Path]) -> str:
    """A box that was written as a customer, and has another code since; the customer."""
    pipeline, path = coded
    box = add_site(world, pipeline, FIRM, Code="F-1")
    sync(world, path)
    (made,) = world.customers(FIRM)
    change_site(world, pipeline, box, Code="f-1", Phone="+49 30 901820")
    assert sync(world, path).count(Action.UPDATED) == 1, "NetSuite folds the case"
    change_site(world, pipeline, box, Code="F-2")
    world.streak.post(f"v1/boxes/{box}", json={"name": f"{FIRM} Ltd"}).raise_for_status()
    return str(made["internalId"])


def codes(world: World) -> list[str]:
    """Return the external ids of customers that are made of such boxes."""
    found = [str(one.get("externalId") or "").lower() for one in world.netsuite()["customers"]]
    return sorted(one for one in found if one.startswith("f-"))


def test_another_external_id_makes_no_second_customer_before_a_person_says_so(
    world: World, coded: tuple[str, Path], recoded: str
) -> None:
    assert sync(world, coded[1]).count(Action.HELD) == 1
    assert codes(world) == ["f-1"]
    assert f"customer {recoded} is what it was, under another external id" in held(world).what.reason
    answer(world, recoded)
    assert sync(world, coded[1]).count(Action.UPDATED) == 1
    assert codes(world) == ["f-1"]
    assert len(world.customers(f"{FIRM} Ltd")) == 1


def test_a_customer_that_a_person_calls_another_one_is_made_under_its_other_external_id(
    world: World, coded: tuple[str, Path], recoded: str
) -> None:
    sync(world, coded[1])
    answer(world)
    assert sync(world, coded[1]).count(Action.UPDATED) == 1
    assert codes(world) == ["f-1", "f-2"]
