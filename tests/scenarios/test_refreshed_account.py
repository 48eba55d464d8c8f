"""A sandbox is refreshed, and ids lead to other records: noticed before anything is written, told once, and mended by keys."""

import re
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from streak_netsuite.assembly import open_rebinding
from streak_netsuite.cli import app
from streak_netsuite.connections import ConnectionParts
from streak_netsuite.connectors.netsuite.calls.writes import delete, write
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.doctor.finding import State
from streak_netsuite.doctor.visit import visit
from streak_netsuite.errors import ConfigurationError, RecordsReplaced, TransientError
from streak_netsuite.flows.planned_order import order_key
from streak_netsuite.flows.record_guard import REPLACED
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.intent import IntentState
from streak_netsuite.sync.outcome import Action

World = Any
AN_HOUR = 3601
BOX = "Blue Harbor warehouse robots"


def refresh(world: World, *, without: tuple[str, ...] = (), new_token: bool = True) -> None:
    """Refresh the account, and perhaps give the connection its new token, as an administrator has to."""
    answer = world.control.post("/netsuite/refresh", json={"without": list(without)}).raise_for_status()
    if new_token:
        sign_in(world, answer.json())


def sign_in(world: World, token: dict[str, Any]) -> None:
    world.netsuite_extra |= {name: token[name] for name in ("token_id", "token_secret")}


def rebind(world: World, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    """Run the command that mends; return what it says."""
    for name, text in world.connection_texts.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", text)
    result = CliRunner().invoke(app, ["netsuite", "rebind", *options])
    assert result.exit_code == 0, result.output
    return result.output


def ties(world: World, boxes: list[str]) -> dict[str, str]:
    """Return the orders that boxes are tied to, by box."""
    with world.ledger() as ledger:
        refs = [ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box) for box in boxes]
        found = ledger.find_bindings(refs, RecordKind.SALES_ORDER)
    return {ref.id: tie.netsuite.id for ref, tie in found.items()}


def test_after_a_refresh_nothing_is_written_and_each_run_knows_why(world: World) -> None:
    world.won_deals(3, organizations=3)
    world.run()
    world.win(BOX)
    refresh(world)
    written = len(world.writes("netsuite")), len(world.writes("streak"))
    for _ in range(3):
        with pytest.raises(
            RecordsReplaced, match=r"customer \d+ carries 'streak-cust-\w+' in place of"
        ) as told:
            world.run()
        assert "streak-netsuite netsuite rebind" in str(told.value)
    assert (len(world.writes("netsuite")), len(world.writes("streak"))) == written


def test_a_refresh_behind_the_same_login_is_noticed_within_the_hour(
    world: World, running_sandbox: Any
) -> None:
    world.won_deals(2, organizations=2)
    world.run()
    gatekeeper = running_sandbox.sandbox.netsuite.gatekeeper
    world.control.post("/netsuite/refresh", json={}).raise_for_status()
    gatekeeper.clear()  # the token of before is good, as in an account that was not refreshed but replaced
    world.run()
    world.wait(AN_HOUR)
    with pytest.raises(RecordsReplaced):
        world.run()


def test_a_look_costs_one_call_an_hour(world: World) -> None:
    world.won_deals(2, organizations=2)
    world.run()

    def calls() -> int:
        before = len(world.received("netsuite"))
        world.run()
        return len(world.received("netsuite")) - before

    world.wait(AN_HOUR)
    assert (calls(), calls()) == (1, 0)


def test_the_doctor_names_what_differs(world: World) -> None:
    def look() -> Any:
        found = visit(
            connection=lambda name: ConnectionParts.from_json(name, world.connection_texts[name]),
            mapping=lambda: world.mapping,
            clock=world.now,
        )
        (one,) = [finding for finding in found if finding.check == "netsuite.records"]
        return one

    world.won_deals(2, organizations=2)
    world.run()
    assert look().state is State.OK
    refresh(world)
    assert look().state is State.FAIL
    assert "netsuite rebind" in look().fix
    assert re.search(r"customer \d+ carries 'streak-cust-", look().message)


def test_a_mended_ledger_leads_every_deal_to_its_own_order_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(3, organizations=3)
    world.run()
    before = ties(world, boxes)
    refresh(world)
    with pytest.raises(RecordsReplaced):
        world.run()
    shown = rebind(world, monkeypatch)
    assert ties(world, boxes) == before, "without --yes nothing is changed"
    assert "6 lead to another id, 0 lead nowhere" in shown
    rebind(world, monkeypatch, "--yes", "--actor", "maya")
    after = ties(world, boxes)
    assert set(after) == set(before)
    assert after != before
    held = {order["internalId"]: order["externalId"] for order in world.netsuite()["orders"]}
    assert {box: held[order] for box, order in after.items()} == {box: order_key(box) for box in boxes}
    with world.product() as product:
        assert product.record_guard().look().same == 6
    with world.ledger() as ledger:
        moved = [one for one in ledger.list_audit() if one.action == "binding.moved"]
    assert {one.actor for one in moved} == {"maya"}
    world.set_field(boxes[0], "Quantity", 5)
    world.hint(boxes[0], version="99")
    world.run()
    quantities = {box: world.orders(box)[0]["itemList"][0]["quantity"] for box in boxes}
    assert quantities == {boxes[0]: "5", boxes[1]: "2", boxes[2]: "2"}


def test_a_change_that_was_on_its_way_goes_to_the_deals_own_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(3, organizations=3)
    world.run()
    world.set_field(boxes[0], "Quantity", 5)
    world.hint(boxes[0], version="99")
    world.fault("netsuite", "cut_before", operation="update", times=None)
    world.drain()
    world.control.delete("/faults").raise_for_status()
    refresh(world)
    rebind(world, monkeypatch, "--yes")
    for _ in range(2):
        world.wait(120)
        world.run()
    quantities = {box: world.orders(box)[0]["itemList"][0]["quantity"] for box in boxes}
    assert quantities == {boxes[0]: "5", boxes[1]: "2", boxes[2]: "2"}


@pytest.mark.parametrize(
    "copied", [True, False], ids=["its invoice was copied", "its invoice is not in the copy"]
)
def test_an_order_is_not_taken_for_billed_because_another_one_had_its_id(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice:\n  when: shipped\n\nstatus:\n")
    boxes = world.won_deals(3, organizations=3)
    world.run()
    _, second = sorted(ties(world, boxes).values(), key=int)[:2]
    bill(world, second)
    (invoice,) = of_order(world, second)
    refresh(world, without=() if copied else (invoice["externalId"],))
    rebind(world, monkeypatch, "--yes")
    assert of_order(world, second) == [], "the first order has the id of the second now"
    report = bill(world, second)
    if copied:  # the key of this id is taken: a person has to see it
        assert (report.count(Action.HELD), of_order(world, second)) == (1, [])
    else:
        assert (report.count(Action.UPDATED), len(of_order(world, second))) == (1, 1)
    assert bill(world).count(Action.UPDATED) == 0


def test_what_was_deleted_before_a_refresh_says_nothing_of_the_order_that_has_its_id_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(3, organizations=3)
    world.run()
    by_id = sorted(ties(world, boxes).items(), key=lambda one: int(one[1]))
    (box, _), (_, second), _ = by_id
    ref = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=second)
    with world.ledger() as ledger:
        ledger.store_hints([Deletion(record=ref, at=world.now()).hint()], now=world.now())
    refresh(world)
    rebind(world, monkeypatch, "--yes")
    assert ties(world, [box]) == {box: second}
    world.set_field(box, "Quantity", 5)
    world.hint(box, version=str(10**15))
    world.run()
    with world.ledger() as ledger:
        assert ledger.list_holds() == []
    assert world.orders(box)[0]["itemList"][0]["quantity"] == "5"


def of_order(world: World, order: str) -> list[dict[str, Any]]:
    return [one for one in world.netsuite()["invoices"] if one["createdFrom"]["internalId"] == order]


def bill(world: World, order: str = "") -> Any:
    """Ship an order, and let what is shipped be billed."""
    if order:
        world.control.post(f"/netsuite/orders/{order}/fulfill", json={}).raise_for_status()
    with world.product() as product:
        return product.order_to_invoice().run()


def test_a_new_deal_of_a_customer_that_others_made_goes_to_it_under_its_new_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.win("Acme line 3 retrofit")
    world.won_deals(2, organizations=2)
    world.run()
    (order,) = world.orders(first)
    name = order["entity"]["name"]
    refresh(world)
    rebind(world, monkeypatch, "--yes")
    (second,) = world.deals(1)
    organization = world.box(first)["organizations"][0]["key"]
    world.streak.post(
        f"v1/boxes/{second}", json={"organizations": [{"key": organization}], "contacts": []}
    ).raise_for_status()
    world.hint(second)
    world.run()
    (again,) = world.orders(second)
    assert again["entity"]["name"] == name
    assert again["entity"]["internalId"] != order["entity"]["internalId"]
    (delta,) = world.customers("Delta Foods")
    with world.ledger() as ledger:
        known = [
            one.internal_id
            for one in ledger.directory.find(names=["Delta Foods"])
            if one.name == "Delta Foods"
        ]
    assert known == [delta["internalId"]]


def test_what_the_copy_does_not_have_is_held_and_never_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, lost = world.won_deals(2, organizations=2)
    world.run()
    buyer = world.orders(lost)[0]["entity"]["internalId"]
    state = world.netsuite()
    customer = next(c["externalId"] for c in state["customers"] if c["internalId"] == buyer)
    refresh(world, without=(order_key(lost), customer))
    rebind(world, monkeypatch, "--yes")
    assert set(ties(world, [kept, lost])) == {kept}
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert (hold.record.id, hold.code) == (lost, "ORDER_LOST")
    (next_deal,) = world.deals(1)
    organization = world.box(lost)["organizations"][0]["key"]
    world.streak.post(
        f"v1/boxes/{next_deal}", json={"organizations": [{"key": organization}], "contacts": []}
    ).raise_for_status()
    for box in (lost, next_deal):
        world.hint(box, version="99")
    report = world.run()
    assert report.count(Action.HELD) == 2
    assert (world.orders(lost), world.orders(next_deal)) == ([], [])
    with world.ledger() as ledger:
        assert {one.code for one in ledger.list_holds()} == {"ORDER_UNTIED", "CUSTOMER_GONE"}
    assert customer not in world.netsuite()["externalIds"]


class Died(BaseException):
    """The process was killed."""


class DyingTies:
    """Ties of a ledger whose process is killed before they are moved."""

    def __init__(self, ties: Any) -> None:
        self.pages, self.open_by_id, self.confirm = ties.pages, ties.open_by_id, ties.confirm

    def move(self, *_: Any, **__: Any) -> None:
        raise Died


def test_a_mending_that_died_is_done_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, lost = world.won_deals(2, organizations=2)
    world.run()
    refresh(world, without=(order_key(lost),))
    settings = world.settings()
    with open_rebinding(settings.netsuite, settings.ledger, clock=world.now) as rebinding:
        dying = replace(rebinding, ties=DyingTies(rebinding.ties))
        with pytest.raises(Died):
            dying.carry_out(dying.plan(), actor="maya")
    with pytest.raises(RecordsReplaced):
        world.run()
    for _ in range(2):  # and once more, which changes nothing
        rebind(world, monkeypatch, "--yes")
        assert set(ties(world, [kept, lost])) == {kept}
    world.run()
    with world.ledger() as ledger:
        assert [one.code for one in ledger.list_holds()] == ["ORDER_LOST"]


def test_one_order_that_a_person_gave_another_key_stops_its_own_change_alone(world: World) -> None:
    changed, other = world.won_deals(2, organizations=1)
    world.won_deals(2, organizations=1)
    world.run()
    order = world.orders(changed)[0]["internalId"]
    give_key(world, order, "crm-import-7")
    world.wait(AN_HOUR)
    for box in (changed, other):
        world.set_field(box, "Quantity", 5)
        world.hint(box, version="99")
    world.run()
    assert world.orders(changed)[0]["itemList"][0]["quantity"] == "2"
    assert world.orders(other)[0]["itemList"][0]["quantity"] == "5"
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        assert ledger.get_snapshot(REPLACED) is None
    assert hold.code == "OTHER_RECORD"
    assert "crm-import-7" in hold.reason


def give_key(world: World, internal_id: str, key: str, *, kind: str = "salesOrder") -> None:
    """Give a record another external id, as another integration would."""
    record = SuiteRecord(type=kind, internal_id=internal_id, external_id=key)
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(write(Verb.UPDATE, record)).status.saved


def test_with_another_login_nothing_goes_on_before_netsuite_was_asked(world: World) -> None:
    world.won_deals(2, organizations=2)
    world.run()
    refresh(world)
    world.fault("netsuite", "status", operation="getList", times=None, options={"status": 503})
    with pytest.raises(TransientError):
        world.run()
    world.control.delete("/faults").raise_for_status()
    with pytest.raises(RecordsReplaced):
        world.run()


def import_customers(world: World) -> None:
    """Give each customer that we wrote an external id of another system's, as a CSV import does."""
    for one in world.netsuite()["customers"]:
        if str(one.get("externalId") or "").startswith("streak-cust-"):
            give_key(world, one["internalId"], f"import-{one['internalId']}", kind="customer")


def look(world: World) -> Any:
    with world.product() as product:
        return product.record_guard().look()


def another_deal(world: World, box: str) -> str:
    """Win another deal of a deal's organization; the directory reads the customers anew, with it."""
    (again,) = world.deals(1)
    organization = world.box(box)["organizations"][0]["key"]
    world.streak.post(
        f"v1/boxes/{again}", json={"organizations": [{"key": organization}], "contacts": []}
    ).raise_for_status()
    world.hint(again)
    world.run()
    return str(again)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="known by number and name"),
        pytest.param(("--keep", "all"), id="not read since they were made"),
    ],
)
def test_an_import_that_gives_customers_other_keys_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    boxes = world.won_deals(4, organizations=4)
    world.run()
    if not options:
        boxes.append(another_deal(world, boxes[0]))
    before = ties(world, boxes)
    import_customers(world)
    world.wait(AN_HOUR)
    world.run()
    assert (look(world).same, len(look(world).others)) == (len(boxes), 4)
    shown = rebind(world, monkeypatch, *options, "--yes")
    assert f"{len(boxes) + 4} ties stay, 0 lead to another id, 0 lead nowhere" in shown, shown
    assert len(re.findall(r"customer \d+ stays, and carries 'import-\d+'", shown)) == 4
    assert (look(world).same, look(world).others) == (len(boxes) + 4, ())
    assert ties(world, boxes) == before
    assert "stays, and" not in rebind(world, monkeypatch, "--yes"), "once confirmed, there is nothing to do"
    again = another_deal(world, boxes[0])
    assert world.orders(again)[0]["entity"] == world.orders(boxes[0])[0]["entity"]


def test_a_customer_that_is_tied_again_by_its_name_says_nothing_of_the_account(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody had read it since it was made, so the mending lost it; the write it came from says that it is ours."""
    boxes = world.won_deals(2, organizations=2)
    world.run()
    import_customers(world)
    assert "2 lead nowhere" in rebind(world, monkeypatch, "--yes")
    again = another_deal(world, boxes[0])
    assert world.orders(again)[0]["entity"] == world.orders(boxes[0])[0]["entity"]
    assert (look(world).same, look(world).others) == (3, ())


def test_customers_with_other_keys_are_followed_through_a_refresh_and_stop_nothing_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = world.won_deals(4, organizations=4)
    world.run()
    boxes.append(another_deal(world, boxes[0]))
    buyers = {box: world.orders(box)[0]["entity"]["name"] for box in boxes}
    import_customers(world)
    refresh(world)
    with pytest.raises(RecordsReplaced):
        world.run()
    assert "9 lead to another id, 0 lead nowhere" in rebind(world, monkeypatch, "--yes")
    world.run()
    assert (look(world).same, look(world).others) == (9, ())
    assert {box: world.orders(box)[0]["entity"]["name"] for box in boxes} == buyers
    refresh(world)  # once more: they are found by the keys that they carry now
    shown = rebind(world, monkeypatch, "--yes")
    assert "9 lead to another id, 0 lead nowhere" in shown
    assert shown.count("(key)") == 9


def test_an_order_that_was_given_another_key_on_purpose_is_kept_and_followed_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, *_ = boxes = world.won_deals(3, organizations=1)
    world.run()
    before = ties(world, boxes)
    give_key(world, before[changed], "crm-import-7")
    world.set_field(changed, "Quantity", 5)
    world.hint(changed, version="99")
    world.run()
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
    assert (hold.code, f"--keep {changed}" in hold.fix) == ("OTHER_RECORD", True)
    assert f"carries 'crm-import-7': --keep {changed} keeps it" in rebind(world, monkeypatch)
    rebind(world, monkeypatch, "--keep", changed, "--yes", "--actor", "maya")
    assert ties(world, boxes) == before
    assert look(world).others == ()
    with world.ledger() as ledger:
        assert [one.actor for one in ledger.list_audit() if one.action == "binding.confirmed"] == ["maya"]
        ledger.release_hold(hold.id, actor="maya", reason="our import", now=world.now())
    world.run()
    assert world.orders(changed)[0]["itemList"][0]["quantity"] == "5"
    rebind(world, monkeypatch, "--yes")  # without the option: it is known
    assert ties(world, boxes) == before


def test_nobody_keeps_all_when_ids_have_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = world.won_deals(3, organizations=1)
    world.run()
    give_key(world, ties(world, boxes)[boxes[0]], "crm-import-7")
    refresh(world)
    settings = world.settings()
    with (
        open_rebinding(settings.netsuite, settings.ledger, clock=world.now) as rebinding,
        pytest.raises(ConfigurationError, match="ids have changed"),
    ):
        rebinding.plan(keep=["all"])


def test_a_mending_that_moves_nothing_leaves_what_was_billed_alone(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finance has deleted an invoice: the order is not billed again because somebody ran the command."""
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice:\n  when: shipped\n\nstatus:\n")
    (box,) = world.won_deals(1)
    world.run()
    order = ties(world, [box])[box]
    bill(world, order)
    (invoice,) = of_order(world, order)
    with SoapClient(world.settings().netsuite) as client:
        gone = RecordRef(type="invoice", internal_id=invoice["internalId"])
        assert client.send(delete(gone)).status.success
    assert "mended" in rebind(world, monkeypatch, "--yes")
    report = bill(world)
    assert (report.count(Action.HELD), of_order(world, order)) == (1, [])
    with world.ledger() as ledger:
        assert [one.code for one in ledger.list_holds()] == ["INVOICE_GONE"]


def test_an_invoice_on_its_way_is_held_when_its_orders_id_changes(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice:\n  when: shipped\n\nstatus:\n")
    boxes = world.won_deals(3, organizations=3)
    world.run()
    box = boxes[0]
    order = ties(world, boxes)[box]
    world.fault("netsuite", "cut_after", operation="add", times=None)
    bill(world, order)
    world.control.delete("/faults").raise_for_status()
    refresh(world)
    for _ in range(2):
        rebind(world, monkeypatch, "--yes")
    with world.ledger() as ledger:
        (hold,) = [one for one in ledger.list_holds() if one.code == "CUT_OFF"]
    assert (hold.record.id, hold.times) == (box, 1)
    assert f"invoice of salesOrder {order}" in hold.reason


def test_an_invoice_that_waits_for_a_person_is_not_sent_by_an_id_that_is_another_orders_now(
    world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change_mapping(tmp_path, "\nstatus:\n", "\ninvoice:\n  when: shipped\n\nstatus:\n")
    boxes = world.won_deals(3, organizations=3)
    world.run()
    box = boxes[0]
    order = ties(world, boxes)[box]
    refused = {"code": "USER_ERROR", "message": "not today"}
    world.fault("netsuite", "record_error", operation="add", times=1, options=refused)
    bill(world, order)
    with world.ledger() as ledger:
        (before,) = ledger.list_holds()
    refresh(world)
    for _ in range(2):
        rebind(world, monkeypatch, "--yes")
    with world.ledger() as ledger:
        (hold,) = ledger.list_holds()
        closed = ledger.get_hold(before.id)
        ledger.release_hold(before.id, actor="ann", reason="the permission is there", now=world.now())
        aside = ledger.find_intents([closed.write_key])[closed.write_key]
    assert (hold.code, hold.record.id, hold.times) == ("CUT_OFF", box, 1)
    assert f"invoice of salesOrder {order}" in hold.reason
    assert closed.write_key.startswith(f"{before.write_key}@")
    assert closed.operation_key == closed.write_key
    assert "internal ids changed" in closed.close_reason
    assert aside.state is IntentState.REJECTED, "it would be sent to the order that has its id now"
