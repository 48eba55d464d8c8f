"""Standard fields that no key of the mapping stands for: written by SuiteTalk's names, typed by the account's schema."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.field_checks import standard_fields
from streak_netsuite.doctor.finding import State
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_desk.desk import MappingDesk
from streak_netsuite.sync.outcome import Action

World = Any
Write = Callable[..., None]
CREDIT, COMPLETE = "customer.more_fields.creditLimit", "sales_order.more_fields.shipComplete"
RULES: dict[str, dict[str, Any]] = {
    CREDIT: {"type": "decimal", "from": "box.fields.Unit price"},
    "customer.more_fields.comments": {"type": "text", "from": "box.notes"},
    "customer.more_fields.startDate": {"type": "date", "from": "box.created_at"},
    "customer.more_fields.taxable": {"type": "checkbox", "value": True},
    "customer.more_fields.category": {"type": "select", "value": "Reseller", "lookup": "category"},
    COMPLETE: {"type": "checkbox", "from": "box.fields.Rush order"},
    "sales_order.more_fields.fob": {"type": "text", "from": "box.fields.PO number"},
    "sales_order.lines[0].more_fields.expectedShipDate": {"type": "date", "value": "2026-12-24"},
}


@pytest.fixture
def mapped(world: World, tmp_path: Path) -> Write:
    """Puts rules into a mapping of our own."""

    def put(**more: dict[str, Any]) -> None:
        file = MappingFile(world.mapping)
        for target, rule in {
            **RULES,
            **{name.replace("__", "."): rule for name, rule in more.items()},
        }.items():
            file.set_rule(target, rule)
        file.set_rule("lookups.category", {"netsuite": "customer.category"})
        path = tmp_path / "mapping" / "deal_to_order.yaml"
        path.parent.mkdir(exist_ok=True)
        file.save(path)
        world.mapping = path

    return put


def a_deal(world: World, **fields: Any) -> str:
    filled = {"Unit price": "12500.50", "Rush order": True, "PO number": "FOB Ohio"}
    (box,) = world.won_deals(1, **{**filled, **fields})
    return str(box)


def order_of(world: World, box: str) -> Any:
    (order,) = world.orders(box)
    return order


def holds(world: World) -> list[Any]:
    with world.ledger() as ledger:
        return list(ledger.list_holds())


def test_every_type_of_field_of_a_new_customer_and_its_order_is_written_once(
    world: World, mapped: Write
) -> None:
    mapped()
    box = a_deal(world)
    assert world.run().count(Action.CREATED) == 1, holds(world)
    order = order_of(world, box)
    assert order["shipComplete"] is True
    assert order["fob"] == "FOB Ohio"
    assert order["itemList"][0]["expectedShipDate"].startswith("2026-12-24")
    (customer,) = [
        c for c in world.netsuite()["customers"] if c["internalId"] == order["entity"]["internalId"]
    ]
    assert customer["creditLimit"] in {"12500.5", "12500.50"}
    assert customer["taxable"] is True
    assert customer["category"]["name"]
    assert customer["startDate"]
    world.hint(box)
    world.run()
    assert len(world.orders(box)) == 1
    assert len(world.received("netsuite", "update")) == 0, "what was written is what is held"


def test_a_changed_deal_changes_them_and_finances_own_values_stay(world: World, mapped: Write) -> None:
    mapped()
    box = a_deal(world)
    world.run()
    world.hint(box)
    world.drain()
    world.set_field(box, "Rush order", value=False)
    world.set_field(box, "PO number", "FOB Texas")
    finance = SuiteRecord(
        type="salesOrder", internal_id=order_of(world, box)["internalId"], values={"fob": "Oakland"}
    )
    with SoapClient(world.settings().netsuite) as client:
        assert client.send(write(Verb.UPDATE, finance)).status.success
    world.hint(box)
    report = world.drain()
    with world.product() as product:
        product.tell_boxes()
    order = order_of(world, box)
    assert not order.get("shipComplete"), report
    assert order["fob"] == "Oakland"


def test_a_value_of_another_type_than_the_schemas_holds_its_deal_alone(world: World, mapped: Write) -> None:
    mapped(customer__more_fields__creditLimit={"type": "text", "from": "box.fields.PO number"})
    a_deal(world)
    assert world.run().count(Action.CREATED) == 0
    (hold,) = holds(world)
    assert "Customer.creditLimit takes a number by NetSuite's schema" in hold.reason


def test_the_doctor_names_fields_that_the_schema_does_not_have_or_has_otherwise(
    world: World, mapped: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped(
        customer__more_fields__creditLimit={"type": "text", "from": "box.fields.PO number"},
        customer__more_fields__comment={"type": "text", "from": "box.notes"},
    )
    with world.product() as product:
        bench = Bench(
            connection=lambda _: None,  # type: ignore[arg-type, return-value]  # none is opened
            mapping=lambda: world.mapping,
            clock=lambda: datetime(2026, 11, 1, tzinfo=UTC),
        )
        bench.__dict__["erp"] = product.netsuite
        found = list(standard_fields(bench))
    told = [one.message for one in found if one.state is State.FAIL]
    assert told == [
        "customer.more_fields.creditLimit: the mapping says text, and NetSuite's schema decimal",
        "customer.more_fields.comment: NetSuite's schema has no such field; near: comments",
    ]


def test_the_board_offers_them_behind_what_is_usual_and_writes_their_types(
    world: World, tmp_path: Path
) -> None:
    world.change_mapping(tmp_path / "mine", "version: 1", "version: 1")
    with world.product() as product:
        board = Board(desk=MappingDesk(product=product), path=Path(world.mapping), note=lambda *_: None)
        opened = board.answer("open", {}, by="ann")["result"]
        offered = [one["id"] for one in opened["targets"]]
        connect = {"text": opened["text"], "source": "box.fields.Deal size", "target": CREDIT}
        connected = board.answer("connect", connect, by="ann")["result"]
        rule = board.answer("rule", {"text": connected["text"], "target": CREDIT}, by="ann")["result"]["rule"]
    assert {CREDIT, COMPLETE, "sales_order.lines[0].more_fields.expectedShipDate"} <= set(offered)
    assert not {one for one in offered if one.endswith((".balance", ".total", ".createdDate", ".password"))}
    more = [place for place, one in enumerate(offered) if ".more_fields." in one]
    required = [place for place, one in enumerate(opened["targets"]) if one["required"]]
    assert max(required) < min(more)
    assert connected["faults"] == []
    assert next(one for one in connected["lines"] if one["target"] == CREDIT)["sources"] == [
        "box.fields.Deal size"
    ]
    assert "type: decimal" in rule
