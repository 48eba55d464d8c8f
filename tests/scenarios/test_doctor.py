"""The doctor names before go-live what would hold or break later, each thing once, and writes nothing."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from streak_netsuite.cli import app
from streak_netsuite.connections import ConnectionParts
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.doctor.finding import Finding, State
from streak_netsuite.doctor.visit import CHECKS, visit
from streak_netsuite.errors import ConfigurationError

World = Any
_SANDBOX_SECONDS = 5  # the sandbox tells its clock in whole seconds, and an answer takes a moment
HOOK = {
    "webhook_url": "https://airflow.example.com/streak-netsuite",
    "webhook_tokens": "0123456789abcdef-token",
}


def look(world: World, *, without: str = "") -> list[Finding]:
    """Return what the doctor finds in a world; perhaps one in which a connection is not set."""

    def connection(conn_id: str) -> ConnectionParts:
        if conn_id == without:
            raise ConfigurationError(f"connection '{conn_id}' is not set")
        return ConnectionParts.from_json(conn_id, world.connection_texts[conn_id])

    return list(visit(connection=connection, mapping=lambda: world.mapping, clock=world.now))


def of(found: list[Finding], check: str) -> list[Finding]:
    """Return the findings of one check."""
    return [one for one in found if one.check == check]


def told(found: list[Finding], state: State) -> list[str]:
    """Return the texts of findings of one kind."""
    return [one.text() for one in found if one.state is state]


def the(found: list[Finding], check: str, about: str = "") -> Finding:
    """Return the only finding of a check, or the only one about something."""
    (one,) = [finding for finding in of(found, check) if about in finding.message]
    return one


def test_a_sound_setup_passes_every_check(world: World) -> None:
    found = look(world)
    assert told(found, State.FAIL) == []
    assert {one.check for one in found} == {check.name for check in CHECKS}


def test_no_write_leaves_the_doctor_and_the_ledger_stays_as_it_was(world: World) -> None:
    world.streak_extra = HOOK
    with world.ledger() as ledger:
        before = ledger.get_snapshot("netsuite.account")
    look(world)
    assert world.writes("netsuite") == []
    assert world.writes("streak") == []
    with world.ledger() as ledger:
        assert ledger.get_snapshot("netsuite.account") == before


def test_no_secret_is_shown(world: World) -> None:
    world.streak_extra = HOOK
    secrets = [world.key, HOOK["webhook_tokens"], world.info["streak"]["api_key"]]
    secrets += [world.info["netsuite"][name] for name in ("consumer_key", "consumer_secret", "token_secret")]
    world.configure_netsuite(account_state="token_revoked")
    text = "\n".join(one.text() for one in look(world))
    assert [secret for secret in secrets if secret in text] == []


# --- out of reach --------------------------------------------------------------------------------------


def test_a_connection_that_leaves_writes_too_little_time_is_refused_by_the_product_and_by_the_doctor(
    world: World,
) -> None:
    world.netsuite_extra |= {"commit_seconds": 30}
    failed = the(look(world), "netsuite.settings", "commit_seconds")
    assert failed.state is State.FAIL
    assert "'commit_seconds' of the NetSuite connection is 30" in failed.message
    assert "'settle_seconds' of the flow, which is 60" in failed.message
    assert "set 'commit_seconds' to 60 or more" in failed.message
    assert of(look(world), "netsuite.login"), "the other checks go on"
    world.flow |= {"settle_seconds": 60}
    with pytest.raises(ConfigurationError, match="'commit_seconds' of the NetSuite connection is 30"):
        world.settings()


def test_a_netsuite_that_is_down_is_one_finding_that_names_what_was_left_out(world: World) -> None:
    world.fault("netsuite", "status", times=None, options={"status": 503})
    found = look(world)
    (failed,) = [one for one in found if one.state is State.FAIL]
    assert failed.check == "netsuite.login"
    assert "left out for it: netsuite.concurrency" in failed.message
    assert the(found, "streak.names").state is State.OK
    assert the(found, "netsuite.endpoint").state is State.OK


def test_a_streak_that_is_down_does_not_hide_netsuite(world: World) -> None:
    world.fault("streak", "status", times=None, options={"status": 503})
    found = look(world)
    (failed,) = [one for one in found if one.state is State.FAIL]
    assert failed.check == "streak.key"
    assert the(found, "netsuite.concurrency").state is State.OK


def test_a_refused_login_names_where_netsuite_tells_the_reason(world: World) -> None:
    world.configure_netsuite(account_state="token_revoked")
    login = the(look(world), "netsuite.login")
    assert login.state is State.FAIL
    assert "Login Audit Trail" in login.fix


@pytest.mark.parametrize(
    ("conn_id", "check"),
    [
        ("streak_default", "streak.key"),
        ("netsuite_default", "netsuite.settings"),
        ("streak_netsuite_ledger", "ledger.connection"),
    ],
)
def test_a_connection_that_is_not_set_leaves_the_others_checked(
    world: World, conn_id: str, check: str
) -> None:
    found = look(world, without=conn_id)
    (failed,) = [one for one in found if one.state is State.FAIL]
    assert failed.check == check
    assert "is not set" in failed.message


def test_a_mapping_that_cannot_be_read_leaves_the_connections_checked(world: World, tmp_path: Path) -> None:
    world.mapping = tmp_path / "gone.yaml"
    found = look(world)
    (failed,) = [one for one in found if one.state is State.FAIL]
    assert failed.check == "mapping.file"
    assert of(found, "netsuite.login")


# --- ledger --------------------------------------------------------------------------------------------


def test_keys_that_do_not_open_the_ledger_are_found(world: World) -> None:
    world.won_deals(1)
    world.run()
    assert the(look(world), "ledger.keys").state is State.OK
    world.key = Fernet.generate_key().decode()
    assert the(look(world), "ledger.keys").state is State.FAIL


def test_a_ledger_of_another_account_is_found(world: World) -> None:
    world.won_deals(1)
    world.run()
    assert "belongs to account 1234567_SB1" in the(look(world), "ledger.account").message
    with world.ledger() as ledger:
        ledger.keep_snapshot("netsuite.account", {"account": "7654321"}, now=world.now())
    assert the(look(world), "ledger.account").state is State.FAIL


def test_a_ledger_without_tables_is_found(world: World, empty_database: str) -> None:
    world.ledger_url = empty_database
    failed = the(look(world), "ledger.connection")
    assert "streak-netsuite ledger upgrade" in failed.message
    assert "left out for it: ledger.keys, ledger.account" in failed.message


# --- Streak --------------------------------------------------------------------------------------------


def test_a_stage_and_a_field_that_streak_does_not_have_are_found_together(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(tmp_path, "stages: [Closed-Won]", "stages: [Closed-Wonn]")
    text = world.mapping.read_text().replace("NetSuite order:", "NetSuite ordre:")
    text = text.replace("\nstatus:\n", "\nstatus:\n  stages: {invoiced: Invoicedd}\n")
    world.mapping.write_text(text)
    found = of(look(world), "streak.names")
    assert [one.state for one in found] == [State.FAIL] * 3
    assert "stage 'Closed-Wonn'" in found[0].message
    assert "'Closed-Won' is meant" in found[0].fix
    assert "field 'NetSuite ordre'" in found[1].message
    assert "stage 'Invoicedd'" in found[2].message


def test_a_condition_that_its_field_cannot_answer_is_found_with_its_line(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(
        tmp_path,
        "  memo: {from: box.name",
        "  memo: {when: \"{{ box.fields['Rush order'] > 5 }}\", from: box.name",
    )
    failed = the(look(world), "streak.conditions")
    assert failed.state is State.FAIL
    assert re.search(
        r"\.yaml line \d+: sales_order\.fields\.memo\.when: box\.fields\.Rush order holds", failed.message
    )


def test_a_pipeline_that_is_not_watched_is_found(world: World) -> None:
    world.streak_extra = {"pipelines": ["Renewals"]}
    failed = the(look(world), "streak.watched")
    assert failed.state is State.FAIL
    assert "watches 'Renewals'" in failed.message


def test_webhooks_that_are_not_registered_are_found(world: World) -> None:
    assert the(look(world), "streak.webhooks").state is State.OK
    world.streak_extra = HOOK
    warned = the(look(world), "streak.webhooks")
    assert (warned.state, warned.fix) == (State.WARN, "run: streak-netsuite webhooks sync")
    assert "5 missing" in warned.message


# --- the account ---------------------------------------------------------------------------------------


def test_the_wrong_kind_of_account_is_found(world: World) -> None:
    assert the(look(world), "netsuite.settings").state is State.WARN
    world.netsuite_extra = {"environment": "sandbox"}
    assert the(look(world), "netsuite.settings").state is State.OK
    world.netsuite_extra = {"environment": "production"}
    assert the(look(world), "netsuite.settings").state is State.FAIL


@pytest.mark.parametrize(("minutes", "state"), [(0, State.OK), (2, State.WARN), (-9, State.FAIL)])
def test_a_clock_that_is_off_is_found(world: World, minutes: int, state: State) -> None:
    world.later = timedelta(minutes=minutes)
    login, clock = of(look(world), "netsuite.login")
    assert login.state is State.OK
    assert clock.state is state
    if state is not State.OK:
        (seconds,) = re.findall(r"([+-]\d+) s off", clock.message)
        assert abs(int(seconds) - minutes * 60) <= _SANDBOX_SECONDS


def test_a_reserve_that_leaves_nothing_is_found(world: World) -> None:
    world.netsuite_extra = {"reserve": 5}
    *_, failed = of(look(world), "netsuite.concurrency")
    assert failed.state is State.FAIL
    assert "below 5" in failed.fix


def test_a_limit_that_the_role_may_not_read_is_told(world: World) -> None:
    world.configure_netsuite(may_see_governance=False)
    warned = the(look(world), "netsuite.concurrency")
    assert warned.state is State.WARN
    assert "5 are counted on" in warned.message


# --- what the role sees, the account's fields and ids ----------------------------------------------------


def test_a_permission_that_is_missing_is_named_with_its_flow(world: World) -> None:
    world.configure_netsuite(role_permissions={"customer": "none"}, may_see_deleted=False)
    found = look(world)
    (failed,) = [one for one in of(found, "netsuite.permissions") if one.state is State.FAIL]
    assert failed.message.startswith("deal_to_order needs Customers (Lists), Edit")
    assert "grant Customers (Lists), Edit" in failed.fix
    assert the(found, "netsuite.deletions").state is State.WARN


def test_records_that_are_not_seen_are_a_question(world: World) -> None:
    warned = [one for one in of(look(world), "netsuite.permissions") if one.state is State.WARN]
    assert any("Credit Memo (Transactions): nothing" in one.message for one in warned)


def test_the_right_to_see_purchase_orders_is_asked_about_where_vendors_are_waited_for(
    world: World, tmp_path: Path
) -> None:
    def asked() -> list[str]:
        return [
            one.message for one in of(look(world), "netsuite.permissions") if "Purchase Order" in one.message
        ]

    assert asked() == []
    world.change_mapping(
        tmp_path, "\nstatus:\n", "\ninvoice: {when: shipped, drop_shipped: vendor_billed}\nstatus:\n"
    )
    world.configure_netsuite(role_permissions={"purchaseOrder": "none"})
    assert len(asked()) == 1


def test_custom_fields_that_do_not_fit_are_found_together(world: World, tmp_path: Path) -> None:
    world.change_mapping(
        tmp_path, "custbody_rush_order: {type: checkbox", "custbody_rush_ordre: {type: checkbox"
    )
    text = world.mapping.read_text()
    text = text.replace("custbody_deal_size: {type: decimal", "custbody_deal_size: {type: integer")
    text = text.replace("custentity_streak_org:", "custbody_streak_box:")
    world.mapping.write_text(text)
    place, kind, missing = sorted(told(of(look(world), "netsuite.custom_fields"), State.FAIL))
    assert "near: custbody_rush_order" in missing
    assert "the mapping says integer, and NetSuite decimal" in kind
    assert "stands on transaction" in place


def test_ids_that_lead_nowhere_and_to_inactive_records_are_found_together(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(tmp_path, "subsidiary: {value: 1}", "subsidiary: {value: 17}")
    text = world.mapping.read_text()
    text = text.replace("tier: {file: lookups/tier.yaml}", "tier: {table: {Gold: 1, Silver: 99}}")
    text = text.replace(
        "    memo: {from: box.name", "    department: {value: 3}\n    memo: {from: box.name", 1
    )
    world.mapping.write_text(text)
    failed = told(of(look(world), "netsuite.ids"), State.FAIL)
    assert any("customer.fields.subsidiary: there is no subsidiary 17" in one for one in failed)
    assert any("sales_order.fields.department: department 3 is inactive" in one for one in failed)
    assert any("lookup 'tier', 'Silver'" in one and "does not have value 99" in one for one in failed)
    assert len(failed) == 3


def test_what_every_account_has_built_in_is_not_looked_up(world: World, tmp_path: Path) -> None:
    quantity = "      quantity: {from: box.fields.Quantity, required: true}\n"
    built_in = "      tax_code: {value: -7}\n      price_level: {value: -1}\n"
    world.change_mapping(tmp_path, quantity, quantity + built_in)
    assert told(of(look(world), "netsuite.ids"), State.FAIL) == []
    world.mapping.write_text(
        world.mapping.read_text().replace("price_level: {value: -1}", "price_level: {value: 9}")
    )
    (failed,) = told(of(look(world), "netsuite.ids"), State.FAIL)
    assert "sales_order.lines[0].price_level: there is no priceLevel 9" in failed


def test_a_mapping_that_names_customers_whom_netsuite_numbers_is_questioned(
    world: World, tmp_path: Path
) -> None:
    world.configure_netsuite(features={"auto_numbering": True})
    world.won_deals(12, organizations=12)
    world.run()
    assert the(look(world), "netsuite.customer_names").state is State.OK
    world.change_mapping(
        tmp_path, "    email: {from:", "    entity_id: {from: buyer.name}\n    email: {from:"
    )
    assert "refuses it" in the(look(world), "netsuite.customer_names").message


def test_a_time_zone_that_is_not_the_users_is_found(world: World) -> None:
    world.won_deals(1)
    world.run()
    assert the(look(world), "netsuite.user_zone").state is State.OK
    world.netsuite_extra = {"user_time_zone": "Europe/Berlin"}
    failed = the(look(world), "netsuite.user_zone")
    assert failed.state is State.FAIL
    assert "-08:00" in failed.message or "-07:00" in failed.message


# --- what forms demand ---------------------------------------------------------------------------------


def by_hand(world: World, count: int, **fields: Any) -> None:
    """Make customers and orders as people in NetSuite do, who fill what their form asks for."""
    item = Fields(
        values={"item": RecordRef(internal_id="101"), "quantity": Decimal(1), **fields.pop("line", {})}
    )
    lines = {"itemList": Sublist(rows=(item,), mode=SublistMode.REPLACE)}
    with SoapClient(world.settings().netsuite) as client:
        for _ in range(count):
            values = {"entity": RecordRef(internal_id="501"), **fields}
            answer = client.send(
                write(Verb.ADD, SuiteRecord(type="salesOrder", values=values, sublists=lines))
            )
            assert answer.status.saved, answer.status


def test_what_people_fill_on_every_order_of_the_form_is_named_at_once_before_the_first_order(
    world: World,
) -> None:
    world.configure_netsuite(preferred_forms={"salesOrder": "100"})
    assert the(look(world), "netsuite.forms", "salesOrder").state is State.OK
    place = {"location": RecordRef(internal_id="1")}
    by_hand(
        world, 8, department=RecordRef(internal_id="1"), leadSource=RecordRef(internal_id="1"), line=place
    )
    world.configure_netsuite(form_required={"salesOrder/100": ["department", "leadSource"]})
    named = the(look(world), "netsuite.forms", "salesOrder")
    assert named.state is State.WARN
    assert "8 recent salesOrder records on form 100" in named.message
    assert named.message.endswith(
        "sales_order: department, sales_order: leadSource, sales_order.lines[0]: location"
    )
    (box,) = world.won_deals(1)
    world.run()
    assert world.orders(box) == []
    refused = the(look(world), "ledger.refusals")
    assert refused.state is State.FAIL
    assert "Department, Lead Source" in refused.message


def test_what_the_mapping_fills_and_what_netsuite_fills_by_itself_is_not_named(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(
        tmp_path, "    memo: {from: box.name", "    department: {value: 1}\n    memo: {from: box.name"
    )
    world.won_deals(1)
    world.run()
    by_hand(world, 8, department=RecordRef(internal_id="1"), memo="by hand", otherRefNum="PO-1")
    assert the(look(world), "netsuite.forms", "salesOrder").state is State.OK


def test_what_people_fill_on_another_form_is_not_named(world: World) -> None:
    world.configure_netsuite(preferred_forms={"salesOrder": "101"})
    world.won_deals(1)
    world.run()
    form = {"customForm": RecordRef(internal_id="100")}
    by_hand(world, 8, department=RecordRef(internal_id="1"), **form)
    assert the(look(world), "netsuite.forms", "salesOrder").state is State.OK


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def connected(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose connections stand in the environment."""
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    return world


def test_the_command_ends_with_0_when_nothing_fails(connected: World) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].endswith("0 fail")


def test_the_command_ends_with_1_when_something_fails(connected: World, tmp_path: Path) -> None:
    connected.change_mapping(tmp_path, "pipeline: Sales", "pipeline: Salles")
    result = CliRunner().invoke(app, ["doctor", "--with", str(connected.mapping)])
    assert result.exit_code == 1
    assert "fail  streak.watched" in result.output
    assert json.dumps(connected.key)[1:-1] not in result.output


def test_an_account_that_does_not_tell_credit_holds_is_found_with_the_setting_that_helps(
    world: World,
) -> None:
    assert the(look(world), "netsuite.credit_holds").state is State.OK
    world.fault(
        "netsuite",
        "status_failed",
        operation="search",
        match="onCreditHold",
        times=None,
        options={"code": "FEATURE_DISABLED"},
    )
    found = the(look(world), "netsuite.credit_holds")
    assert found.state is State.FAIL
    assert "credit_holds" in found.fix
    world.netsuite_extra = {"credit_holds": "never"}
    assert the(look(world), "netsuite.credit_holds").state is State.OK
