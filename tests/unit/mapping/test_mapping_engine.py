import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from streak_netsuite.mapping.approval import approval_reason
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.flow_sections import ApprovalSection
from streak_netsuite.mapping.lookups import LiveMatch, LookupRequest, StaticLookups
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.mapping.rule import AddressFault
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

Build = Callable[..., Any]
OAKLAND = Address(
    country="US", addr1="450 Harbor Blvd", addr2="Suite 200", city="Oakland", state="CA", zip="94607"
)
LINE = "450 Harbor Blvd, Suite 200, Oakland, CA 94607, USA"


def ref(key: str, name: str = "") -> Reference:
    return Reference(internal_id=key, name=name)


def faults(mapped: MappedDeal) -> dict[str, str]:
    return {fault.field: str(fault) for fault in mapped.faults}


def test_the_shipped_mapping_turns_a_full_deal_into_customer_and_order(
    shipped_engine: Engine, a_deal: Build, a_party: Build
) -> None:
    deal = a_deal(
        {
            "PO number": " PO-7781 ",
            "Requested ship date": datetime(2026, 4, 1, tzinfo=UTC),
            "Rush order": True,
            "Tier": "Gold",
            "Labels": ("urgent", "trade show"),
            "Account manager": "Ann Lee",
            "Buyer": "Jo Smith",
            "Reseller": "Rob Ltd",
            "Deal size": Decimal("50000.00"),
            "Ship to": LINE,
            "Competitor count": "3",
        },
        created_at=datetime(2026, 3, 1, 3, tzinfo=UTC),
        notes="Call  before\ndelivery",
        organizations=(
            a_party(
                key="org-1", domains=("blueharbor.example",), phones=("+1 510 555 0100",), addresses=(LINE,)
            ),
        ),
        contacts=(a_party("Jo Smith", emails=("JO@blueharbor.example",)),),
    )
    mapped = shipped_engine.map(deal)
    assert mapped.faults == ()
    assert mapped.warnings == ()
    assert mapped.customer == Customer(
        company_name="Blue Harbor Logistics",
        email="jo@blueharbor.example",
        phone="+1 510 555 0100",
        subsidiary=ref("1"),
        currency=ref("1", "USD"),
        addresses=(OAKLAND,),
        custom_fields=(
            CustomField(script_id="custentity_streak_org", type=CustomFieldType.TEXT, value="org-1"),
        ),
    )
    custom = {
        "custbody_streak_box": ("text", "box-1"),
        "custbody_streak_stage": ("text", "Closed-Won"),
        "custbody_streak_tier": ("select", ref("1", "Gold")),
        "custbody_streak_labels": ("multi_select", (ref("1", "urgent"), ref("3", "trade show"))),
        "custbody_rush_order": ("checkbox", True),
        "custbody_requested_ship": ("date", date(2026, 4, 1)),
        "custbody_competitors": ("integer", 3),
        "custbody_deal_size": ("decimal", Decimal("50000.00")),
        "custbody_account_manager": ("text", "Ann Lee"),
        "custbody_buyer": ("text", "Jo Smith"),
        "custbody_reseller": ("text", "Rob Ltd"),
    }
    note = CustomField(
        script_id="custcol_streak_note", type=CustomFieldType.TEXT, value="Call before delivery"
    )
    assert mapped.order == SalesOrder(
        transaction_date=date(2026, 2, 28),
        memo="Blue Harbor warehouse robots",
        purchase_order_number="PO-7781",
        currency=ref("1", "USD"),
        ship_date=date(2026, 4, 1),
        shipping_address=OAKLAND,
        lines=(
            OrderLine(
                item=ref("101", "Atlas Arm"),
                quantity=Decimal(4),
                rate=Decimal("12500.00"),
                custom_fields=(note,),
            ),
        ),
        custom_fields=tuple(
            CustomField(script_id=key, type=CustomFieldType(type_), value=value)
            for key, (type_, value) in custom.items()
        ),
    )


def test_a_customers_payment_terms_are_looked_up_or_held(
    engine_for: Callable[..., Engine], spec_of: Callable[..., Any], a_deal: Build
) -> None:
    rules = {
        "company_name": {"from": "organization.name"},
        "terms": {"from": "box.fields.Terms", "lookup": "terms"},
    }
    spec = spec_of(lookups={"terms": {"table": {"Net 30": 2}}}, customer={"fields": rules})
    mapped = engine_for(spec).map(a_deal({"Terms": "net 30"}))
    assert mapped.customer is not None
    assert mapped.customer.terms == ref("2", "net 30")
    held = engine_for(spec).map(a_deal({"Terms": "Net 3"}))
    assert held.customer is None
    assert list(faults(held)) == ["customer.fields.terms"]


def test_every_fault_of_a_deal_is_reported_at_once(shipped_engine: Engine, a_deal: Build) -> None:
    deal = a_deal(
        {
            "Product": "Atlas Arn",
            "Quantity": "many",
            "Unit price": "1.234",
            "Currency": "EURO",
            "PO number": "X" * 46,
            "Competitor count": "2.5",
            "Tier": "Platinum",
            "Labels": ("urgent", "vip"),
        }
    )
    mapped = shipped_engine.map(deal)
    assert (mapped.customer, mapped.order) == (None, None)
    assert faults(mapped) == {
        "customer.fields.currency": "Currency 'EURO' is unknown; did you mean 'EUR'?; add it to lookups/currency.yaml",
        "sales_order.fields.currency": "Currency 'EURO' is unknown; did you mean 'EUR'?; add it to lookups/currency.yaml",
        "sales_order.fields.purchase_order_number": f"PO number '{'X' * 46}' has 46 characters, and NetSuite takes 45; "
        "shorten it in Streak, or let the mapping cut it: `clip: 45`",
        "sales_order.lines[0].item": "Product 'Atlas Arn' is unknown; did you mean 'Atlas Arm'?; "
        "correct it in Streak, or add the item in NetSuite",
        "sales_order.lines[0].quantity": "Quantity 'many' is not a number; write it like 1234.50",
        "sales_order.lines[0].rate": "Unit price '1.234' could mean 1234 or 1 and a fraction; write it without grouping "
        "or with all decimals, or set `number: {decimal: comma}` or `point` in the mapping",
        "sales_order.custom_fields.custbody_streak_tier": "Tier 'Platinum' is unknown; add it to lookups/tier.yaml",
        "sales_order.custom_fields.custbody_streak_labels": "Labels 'vip' is unknown; add it to lookups/labels.yaml",
        "sales_order.custom_fields.custbody_competitors": "Competitor count '2.5' is not a whole number; "
        "enter a whole number in Streak",
    }
    assert all(fault.fix and fault.code == "MAPPING" for fault in mapped.faults)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"Quantity": "0"}, "quantity", "the quantity is 0; enter how many were sold, above zero"),
        ({"Quantity": "-2"}, "quantity", "the quantity is -2; enter how many"),
        ({"Quantity": None}, "quantity", "Quantity is empty, and sales_order.lines[0].quantity needs it"),
        (
            {"Unit price": "0"},
            "rate",
            "the rate is 0; enter a price above zero, or set `allow_zero_rate: true`",
        ),
        ({"Unit price": "(5)"}, "rate", "the rate is -5; enter a price above zero"),
        ({"Unit price": None}, "rate", "Unit price is empty"),
        (
            {"Product": "Legacy Gripper"},
            "item",
            "Product 'Legacy Gripper' is inactive in NetSuite (record 109)",
        ),
    ],
)
def test_a_line_that_cannot_be_sold_holds_the_order(
    fields: dict[str, Any], field: str, message: str, shipped_engine: Engine, a_deal: Build
) -> None:
    mapped = shipped_engine.map(a_deal(fields))
    assert mapped.order is None
    assert mapped.customer is not None
    assert [f.field for f in mapped.faults] == [f"sales_order.lines[0].{field}"]
    assert message in str(mapped.faults[0])


def test_a_deal_without_a_product_makes_no_order(shipped_engine: Engine, a_deal: Build) -> None:
    mapped = shipped_engine.map(a_deal({"Product": None}))
    assert mapped.order is None
    assert faults(mapped) == {
        "sales_order.lines": "the deal has no product, so the order would have no lines "
        "(from box.fields.Product, lookup item); choose a product in Streak"
    }


def test_a_free_line_passes_where_the_mapping_allows_it(
    spec_of: Build, engine_for: Build, a_deal: Build
) -> None:
    line = {"item": {"value": 101}, "quantity": {"value": 1}, "rate": {"value": 0}, "allow_zero_rate": True}
    sales_order = {"fields": {"transaction_date": {"from": "box.created_at"}}, "lines": [line]}
    mapped = engine_for(spec_of(sales_order=sales_order)).map(a_deal())
    assert mapped.order.lines[0].rate == 0


def test_an_unreadable_customer_address_is_a_fault_of_its_own(
    shipped_engine: Engine, a_deal: Build, a_party: Build
) -> None:
    mapped = shipped_engine.map(a_deal(organizations=(a_party(addresses=("Somewhere 12, Atlantis",)),)))
    assert mapped.customer is not None
    assert mapped.customer.addresses == ()
    assert mapped.order is not None
    assert [(f.field, f.code) for f in mapped.faults] == [("customer.addresses[0]", "ADDRESS")]
    assert mapped.blocking == ()
    assert "'Somewhere 12, Atlantis' names no country" in str(mapped.faults[0])
    assert mapped.warnings == (
        "customer.addresses[0]: the address was left out, because it names no country",
    )


def test_an_unreadable_ship_to_address_holds_the_order(shipped_engine: Engine, a_deal: Build) -> None:
    mapped = shipped_engine.map(a_deal({"Ship to": "Dock 7"}))
    assert mapped.order is None
    assert mapped.customer is not None
    assert isinstance(mapped.blocking[0], AddressFault)


def test_an_address_part_that_is_too_long_is_a_fault(
    shipped_engine: Engine, a_deal: Build, a_party: Build
) -> None:
    address = f"{'Long Street ' * 15}1, 10115 Berlin, Germany"
    mapped = shipped_engine.map(a_deal(organizations=(a_party(addresses=(address,)),)))
    assert "has 181 characters in addr1, and NetSuite takes 150" in str(mapped.faults[0])


@pytest.mark.parametrize(
    ("contact", "names"),
    [
        ({"name": "Jo Smith", "given_name": "Jo", "family_name": "Smith"}, ("Jo", "Smith")),
        ({"name": "Ana Maria Silva"}, ("Ana Maria", "Silva")),
        ({"name": "Cher"}, ("", "Cher")),
    ],
)
def test_without_an_organization_the_first_contact_buys(
    contact: dict[str, str], names: tuple[str, str], shipped_engine: Engine, a_deal: Build, a_party: Build
) -> None:
    person = a_party(**contact, emails=("jo@home.example",))
    mapped = shipped_engine.map(a_deal(organizations=(), contacts=(person,)))
    assert mapped.faults == ()
    customer = mapped.customer
    assert (customer.is_person, customer.company_name, customer.email) == (True, "", "jo@home.example")
    assert (customer.first_name, customer.last_name) == names


def test_a_deal_that_nobody_buys_is_a_fault(shipped_engine: Engine, a_deal: Build) -> None:
    mapped = shipped_engine.map(a_deal(organizations=(), contacts=()))
    assert mapped.customer is None
    assert faults(mapped) == {
        "customer": "the deal has neither an organization nor a contact; link the one that buys to the box in Streak"
    }


def test_a_tag_field_makes_one_line_for_each_label(spec_of: Build, engine_for: Build, a_deal: Build) -> None:
    line = {
        "each": "box.fields.Labels",
        "item": {"from": "each", "lookup": "item"},
        "quantity": {"value": 1},
        "description": {"from": "each", "transform": [{"suffix": " (bundle)"}]},
    }
    spec = spec_of(
        lookups={"item": {"netsuite": "item"}},
        sales_order={"fields": {"transaction_date": {"from": "box.created_at"}}, "lines": [line]},
    )
    deal = a_deal({"Labels": ("Atlas Arm", "Beacon Sensor", "Nothing Known")})
    engine = engine_for(spec)
    mapped = engine.map(deal)
    assert faults(mapped).keys() == {"sales_order.lines[2].item"}
    assert {r.value for r in engine.wanted_lookups(deal)} == {"Atlas Arm", "Beacon Sensor", "Nothing Known"}
    good = engine.map(a_deal({"Labels": ("Atlas Arm", "Beacon Sensor")}))
    assert [(line.item.internal_id, line.description) for line in good.order.lines] == [
        ("101", "Atlas Arm (bundle)"),
        ("102", "Beacon Sensor (bundle)"),
    ]


def test_a_line_without_an_item_is_left_out(spec_of: Build, engine_for: Build, a_deal: Build) -> None:
    lines = [
        {"item": {"from": "box.fields.Extra", "lookup": "item"}, "quantity": {"value": 1}},
        {"item": {"from": "box.fields.Product", "lookup": "item"}, "quantity": {"value": 2}},
    ]
    spec = spec_of(
        lookups={"item": {"netsuite": "item"}},
        sales_order={"fields": {"transaction_date": {"from": "box.created_at"}}, "lines": lines},
    )
    mapped = engine_for(spec).map(a_deal())
    assert [(line.item.internal_id, line.quantity) for line in mapped.order.lines] == [("101", Decimal(2))]
    assert "sales_order.lines[0].item" in mapped.trace


def test_live_lookups_are_named_before_they_are_made(shipped: MappingSpec, a_deal: Build) -> None:
    engine = Engine(shipped, zone=ZoneInfo("UTC"), lookups=StaticLookups(shipped))
    wanted = engine.wanted_lookups(a_deal({"Product": " Atlas Arm "}))
    assert [(r.table, r.record, r.value) for r in wanted] == [("item", "item", "Atlas Arm")]
    assert engine.wanted_lookups(a_deal({"Product": None})) == frozenset()


def test_an_engine_takes_new_lookups_without_compiling_again(
    shipped: MappingSpec, shipped_engine: Engine, a_deal: Build
) -> None:
    blind = shipped_engine.with_lookups(StaticLookups(shipped))
    assert "sales_order.lines[0].item" in faults(blind.map(a_deal()))
    assert shipped_engine.map(a_deal()).faults == ()


def test_an_item_that_several_records_could_be_is_a_fault(
    shipped: MappingSpec, engine_for: Build, a_deal: Build
) -> None:
    both = [LiveMatch(reference=ref("101", "Atlas Arm")), LiveMatch(reference=ref("301", "Atlas Arm"))]
    engine = engine_for(shipped, live={LookupRequest(table="item", value="Atlas Arm"): both})
    assert "could mean 2 records" in faults(engine.map(a_deal()))["sales_order.lines[0].item"]


# rule, value of the field Note, memo, warnings, faults
RULES: list[tuple[str, dict[str, Any], Any, str, int, int]] = [
    ("plain", {"from": "box.fields.Note"}, "hello", "hello", 0, 0),
    ("empty is skipped", {"from": "box.fields.Note"}, None, "", 0, 0),
    ("blank is empty", {"from": "box.fields.Note"}, "  ", "", 0, 0),
    ("empty is an error", {"from": "box.fields.Note", "when_empty": "error"}, None, "", 0, 1),
    ("required", {"from": "box.fields.Note", "required": True}, None, "", 0, 1),
    ("required with default", {"from": "box.fields.Note", "required": True, "default": "-"}, None, "-", 0, 0),
    ("default", {"from": "box.fields.Note", "default": 7}, None, "7", 0, 0),
    ("constant", {"value": "fixed"}, None, "fixed", 0, 0),
    ("expression", {"expression": "{{ box.name }}!"}, None, "Blue Harbor warehouse robots!", 0, 0),
    ("clipped", {"from": "box.fields.Note", "clip": 5}, "123456789", "12345", 1, 0),
    ("too long", {"from": "box.fields.Note"}, "x" * 1000, "", 0, 1),
    ("own length", {"from": "box.fields.Note", "max_length": 3}, "1234", "", 0, 1),
    ("clip above the limit", {"from": "box.fields.Note", "clip": 5000}, "x" * 1000, "x" * 999, 1, 0),
    ("list without a choice", {"from": "box.fields.Note"}, ("a", "b"), "", 0, 1),
    ("list joined", {"from": "box.fields.Note", "transform": ["join"]}, ("a", "b"), "a, b", 0, 0),
    ("first of", {"first_of": [{"from": "box.fields.None"}, {"from": "box.fields.Note"}]}, "b", "b", 0, 0),
    ("first of, none", {"first_of": [{"from": "box.fields.None"}], "default": "d"}, "b", "d", 0, 0),
    ("missing in expression", {"expression": "{{ box.fields.None }}"}, None, "", 0, 1),
    (
        "emptied by a transform",
        {"from": "box.fields.Note", "transform": [{"regex": {"pattern": "\\d+"}}]},
        "x",
        "",
        1,
        0,
    ),
    ("looked up text", {"from": "box.fields.Note", "lookup": "words"}, "hi", "hello there", 0, 0),
    ("yes and no", {"from": "box.fields.Note"}, False, "No", 0, 0),
]


@pytest.mark.parametrize(
    ("rule", "value", "memo", "warnings", "faults_"), [r[1:] for r in RULES], ids=[r[0] for r in RULES]
)
def test_rules(
    rule: dict[str, Any],
    value: Any,
    memo: str,
    warnings: int,
    faults_: int,
    spec_of: Build,
    engine_for: Build,
    a_deal: Build,
) -> None:
    sales_order = {
        "fields": {"transaction_date": {"from": "box.created_at"}, "memo": rule},
        "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
    }
    spec = spec_of(sales_order=sales_order, lookups={"words": {"table": {"hi": "hello there"}}})
    mapped = engine_for(spec).map(a_deal({"Note": value}))
    assert (len(mapped.warnings), len(mapped.faults)) == (warnings, faults_)
    assert (mapped.order.memo if mapped.order else "") == memo


def test_each_target_field_can_be_traced_to_its_rule_and_source(
    shipped_engine: Engine, a_deal: Build
) -> None:
    mapped = shipped_engine.map(a_deal())
    trace = mapped.trace["sales_order.lines[0].item"]
    assert (trace.rule, trace.source, trace.value) == (
        "from box.fields.Product, lookup item",
        "box.fields.Product",
        "'Atlas Arm'",
    )
    assert mapped.rules["customer.fields.subsidiary"] == "value 1"


def test_the_engine_names_the_box_fields_it_reads(shipped_engine: Engine) -> None:
    assert {
        "Product",
        "Quantity",
        "Unit price",
        "Ship to",
        "Labels",
        "Deal size",
    } <= shipped_engine.box_fields


def test_mapping_leaves_the_deal_as_it_is(
    shipped_engine: Engine, a_deal: Callable[..., Deal], a_party: Callable[..., Party]
) -> None:
    deal = a_deal(contacts=(a_party("Jo"),))
    before = replace(deal, fields=dict(deal.fields))
    assert shipped_engine.map(deal) == shipped_engine.map(deal)
    assert deal == before


def test_an_expression_and_a_path_take_the_same_day(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    order = {
        "fields": {
            "transaction_date": {"from": "box.created_at"},
            "memo": {"expression": "{{ box.created_at | date }}"},
            "purchase_order_number": {"expression": "made {{ box.created_at }}"},
        },
        "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
    }
    night = a_deal(created_at=datetime(2026, 3, 1, 3, 30, tzinfo=UTC))
    made = engine_for(spec_of(sales_order=order)).map(night).order
    assert made.memo == made.transaction_date.isoformat() == "2026-02-28"
    assert made.purchase_order_number == "made 2026-02-28 19:30"


def test_the_rule_for_approvals_takes_the_accounts_day(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    spec = spec_of(approval={"when": "{{ 'in February' if box.created_at.month == 2 else '' }}"})
    night = a_deal(created_at=datetime(2026, 3, 1, 3, 30, tzinfo=UTC))
    order = engine_for(spec).map(night).order
    told = {
        name: approval_reason(spec.approval, night, order, zone=ZoneInfo(name))
        for name in ("UTC", "America/Los_Angeles")
    }
    assert told == {"UTC": "", "America/Los_Angeles": "in February"}


@pytest.mark.parametrize("word", ["EUR", "eur", " Eur ", "ＥＵＲ", "Euro"])
def test_a_limit_holds_however_the_deal_calls_the_currency(
    spec_of: Any, engine_for: Any, a_deal: Any, word: str
) -> None:
    order = {
        "fields": {
            "transaction_date": {"from": "box.created_at"},
            "currency": {"from": "box.fields.Currency", "lookup": "currency"},
        },
        "lines": [{"item": {"value": 101}, "quantity": {"value": 1}, "rate": {"value": 900}}],
    }
    table = {"USD": 1, "EUR": 4, "Euro": {"id": 4, "name": "The euro"}}
    spec = spec_of(
        sales_order=order,
        lookups={"currency": {"table": table}},
        approval={"above": {"EUR": 450, "USD": 50000}},
    )
    deal = a_deal(fields={"Currency": word})
    mapped = engine_for(spec).map(deal)
    assert "its total of 900" in approval_reason(spec.approval, deal, mapped.order, zone=ZoneInfo("UTC"))


def test_a_limit_by_a_name_of_netsuites_list_holds_in_any_case() -> None:
    section = ApprovalSection(above={"Euro": 450, "other": 1000})
    assert section.limit(Reference(internal_id="4", name="EURO")) == 450
    assert section.limit(Reference(internal_id="5", name="Yen")) == section.limit(None) == 1000


TWO = [
    {"item": {"from": "box.fields.Product", "lookup": "item"}, "quantity": {"from": "box.fields.Quantity"}},
    {
        "item": {"from": "box.fields.Product 2", "lookup": "item"},
        "quantity": {"from": "box.fields.Quantity 2"},
        "rate": {"from": "box.fields.Price 2"},
        "description": {"from": "box.notes"},
    },
]


def two_lines(spec_of: Any, engine_for: Any, second: Any = TWO[1]) -> Any:
    order = {"fields": {"transaction_date": {"from": "box.created_at"}}, "lines": [TWO[0], second]}
    return engine_for(spec_of(sales_order=order, lookups={"item": {"netsuite": "item"}}))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ({"Quantity 2": "3", "Price 2": "9.50"}, "Product 2 is empty, and Price 2 is '9.50'; Quantity 2 is '3'"),
        ({"Product 2": "  ", "Quantity 2": "3"}, "Product 2 is empty, and Quantity 2 is '3'"),
        ({"Quantity 2": "0", "Price 2": "0.00"}, ""),
        ({"Quantity 2": Decimal(0), "Price 2": False}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_second_line_without_a_product_loses_nothing_that_was_typed_for_it(
    spec_of: Any, engine_for: Any, a_deal: Any, second: dict[str, Any], told: str
) -> None:
    mapped = two_lines(spec_of, engine_for).map(a_deal(second, notes="for both"))
    assert [str(fault).partition("; choose")[0] for fault in mapped.blocking] == ([told] if told else [])
    assert all(fault.field == "sales_order.lines[1].item" for fault in mapped.blocking)


def test_a_line_that_does_not_count_is_left_out_as_meant(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    item = {"from": "box.fields.Product 2", "when": "{{ box.stage == 'Open' }}"}
    mapped = two_lines(spec_of, engine_for, TWO[1] | {"item": item}).map(a_deal({"Quantity 2": "3"}))
    assert mapped.blocking == ()


def test_a_line_that_shares_its_quantity_may_be_absent(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    second = TWO[1] | {"quantity": {"from": "box.fields.Quantity"}}
    assert two_lines(spec_of, engine_for, second).map(a_deal()).blocking == ()


def memo(spec_of: Any, engine_for: Any, rule: dict[str, Any]) -> Any:
    order = {
        "fields": {"transaction_date": {"from": "box.created_at"}, "memo": rule},
        "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
    }
    return engine_for(spec_of(sales_order=order))


PO = {"from": "box.notes", "transform": [{"regex": {"pattern": r"PO-(\d+)", "group": 1}}]}


def test_what_no_pattern_fits_is_told(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    mapped = memo(spec_of, engine_for, PO).map(a_deal(notes="no number"))
    assert mapped.warnings == (
        r"sales_order.fields.memo: box notes 'no number' does not fit the pattern PO-(\d+), and was left out",
    )
    listed = {"from": "box.fields.Tags", "transform": [PO["transform"][0], "join"]}
    mapped = memo(spec_of, engine_for, listed).map(a_deal({"Tags": ("PO-1", "x", "PO-2")}))
    assert mapped.order.memo == "1, 2"
    assert len(mapped.warnings) == 1


def test_a_pattern_that_the_next_alternative_makes_up_for_is_not_told(
    spec_of: Any, engine_for: Any, a_deal: Any
) -> None:
    engine = memo(spec_of, engine_for, {"first_of": [PO, {"from": "box.fields.PO"}]})
    mapped = engine.map(a_deal({"PO": "77"}, notes="no number"))
    assert (mapped.order.memo, mapped.warnings) == ("77", ())
    assert len(engine.map(a_deal(notes="no number")).warnings) == 1


def test_a_pattern_finds_what_stands_behind_a_thousand_characters(
    spec_of: Any, engine_for: Any, a_deal: Any
) -> None:
    assert memo(spec_of, engine_for, PO).map(a_deal(notes="x" * 5000 + "PO-7")).order.memo == "7"
    (fault,) = memo(spec_of, engine_for, PO).map(a_deal(notes="x" * 100_001 + "PO-7")).blocking
    assert "a pattern reads 100000" in str(fault)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(?:a|aa)+$"])
def test_a_careless_pattern_holds_the_deal_in_time(
    spec_of: Any, engine_for: Any, a_deal: Any, pattern: str
) -> None:
    rule = {"from": "box.notes", "transform": [{"regex": {"pattern": pattern}}]}
    started = time.process_time()
    mapped = memo(spec_of, engine_for, rule).map(a_deal(notes="a" * 200 + "b"))
    assert time.process_time() - started < 3
    assert mapped.warnings or "busy without end" in str(mapped.blocking[0])


def test_a_group_that_the_pattern_does_not_have_is_a_fault_of_the_file(spec_of: Any, engine_for: Any) -> None:
    with pytest.raises(ValidationError, match="1 brackets, so there is no group 2"):
        memo(
            spec_of,
            engine_for,
            {"from": "box.notes", "transform": [{"regex": {"pattern": "(a)", "group": 2}}]},
        )


def test_control_characters_that_go_are_told(spec_of: Any, engine_for: Any, a_deal: Any) -> None:
    mapped = memo(spec_of, engine_for, {"from": "box.notes"}).map(a_deal(notes="a\x00b\x0bc\n"))
    assert mapped.order.memo == "abc\n"
    assert "2 control characters were left out" in mapped.warnings[0]


@pytest.mark.parametrize("how", [{"required": True}, {"when_empty": "error"}])
def test_an_alternative_that_is_required_holds_the_record(
    spec_of: Any, engine_for: Any, a_deal: Any, how: dict[str, Any]
) -> None:
    engine = memo(
        spec_of, engine_for, {"first_of": [{"from": "box.fields.A"}, {"from": "box.fields.B", **how}]}
    )
    assert engine.map(a_deal({"A": "x"})).order.memo == "x"
    (fault,) = engine.map(a_deal()).blocking
    assert "box.fields.B is empty" in str(fault)


def test_whatever_a_step_raises_is_a_fault(
    spec_of: Any, engine_for: Any, a_deal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = memo(spec_of, engine_for, {"from": "box.notes", "transform": ["title"]})
    rule = next(one for one in engine._all_rules() if one.target == "sales_order.fields.memo")

    def broken(_: Any) -> Any:
        raise AssertionError("length")

    monkeypatch.setattr(rule, "_steps", (("title", broken),))
    (fault,) = engine.map(a_deal(notes="x")).blocking
    assert fault.field == "sales_order.fields.memo"
    assert (
        "box notes 'x' cannot go through the transform `title` (AssertionError: length); correct it"
        in str(fault)
    )


def test_a_change_of_a_field_that_an_expression_may_pick_is_news(
    engine_for: Callable[..., Engine], spec_of: Callable[..., MappingSpec], a_deal: Callable[..., Deal]
) -> None:
    memo = {"expression": "{{ box.fields[box.name] }}"}
    order = {
        "fields": {"transaction_date": {"from": "box.created_at"}, "memo": memo},
        "lines": [{"item": {"value": 101}, "quantity": {"value": 1}}],
    }
    written = {"fields": {"NetSuite order": "{{ order.number }}"}}
    engine = engine_for(spec_of(sales_order=order, write_back=written))
    one, other, told = (
        engine.digest(a_deal(fields))
        for fields in ({"Colour": "red"}, {"Colour": "blue"}, {"Colour": "red", "NetSuite order": "SO1"})
    )
    assert one != other
    assert one == told, "what we write to the box ourselves is not news"
