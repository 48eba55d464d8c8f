"""A plan, as a person reads it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from streak_netsuite.errors import MappingError
from streak_netsuite.flows.plan_text import plan_text, target_of
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import OrderChange, PartChange, Verdict
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.plan import ChangePlan, CustomerStep, OrderPlan

ITEM = Reference(internal_id="101", name="Atlas Arm")
ORDER = SalesOrder(
    transaction_date=date(2026, 5, 4),
    memo="Acme line 3",
    lines=(OrderLine(item=ITEM, quantity=Decimal(2), rate=Decimal("12500.00")),),
)
DEAL = Deal(
    key="agxzBox",
    name="Acme line 3",
    version="1",
    pipeline_key="p",
    pipeline="Sales",
    stage="Closed-Won",
    created_at=datetime(2026, 5, 1, tzinfo=UTC),
)
LINK = CustomerStep(
    rule="email",
    reason="has the same e-mail address",
    buyer_key="agxzOrg",
    is_person=False,
    reference=Reference(internal_id="501", name="ACME Robotics Inc"),
)
PLAN = OrderPlan(
    deal=DEAL,
    customer=LINK,
    order=ORDER,
    operation_key="streak-so-1",
    trace={"sales_order.fields.memo": "box.name", "sales_order.lines[0]": "lines"},
)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxzBox")


def test_an_order_for_a_known_customer() -> None:
    assert plan_text([PLAN], []).splitlines() == [
        "1 orders would be written. Nothing was.",
        "",
        "CREATE sales order for box 'Acme line 3' (agxzBox) as streak-so-1",
        "  LINK customer ACME Robotics Inc (501): has the same e-mail address (rule email)",
        "  ORDER",
        "    sales_order.fields.transaction_date  (nothing) -> 2026-05-04   [default]",
        "    sales_order.fields.memo              (nothing) -> Acme line 3   [box.name]",
        "    sales_order.lines[0].item            (nothing) -> Atlas Arm (101)   [lines]",
        "    sales_order.lines[0].quantity        (nothing) -> 2   [lines]",
        "    sales_order.lines[0].rate            (nothing) -> 12500.00   [lines]",
    ]


def test_a_new_customer_is_shown_field_by_field() -> None:
    step = replace(
        LINK,
        rule="created",
        reason="nobody matches",
        reference=None,
        record=Customer(company_name="Acme Robotics", email="ap@acme.example"),
        operation_key="streak-org-1",
    )
    lines = plan_text([replace(PLAN, customer=step)], []).splitlines()
    assert lines[3:6] == [
        "  CREATE customer 'Acme Robotics' as streak-org-1: nobody matches",
        "    customer.fields.company_name  (nothing) -> Acme Robotics   [default]",
        "    customer.fields.email         (nothing) -> ap@acme.example   [default]",
    ]
    assert not any("LINK" in line for line in lines)


def test_what_the_mapping_changed_on_the_way_is_noted() -> None:
    text = plan_text([replace(PLAN, warnings=("memo was clipped to 999 characters",))], [])
    assert text.splitlines()[-1] == "  NOTE memo was clipped to 999 characters"


def test_what_waits_for_a_person_comes_with_everything_needed_to_decide() -> None:
    hold = Hold(
        code="AMBIGUOUS",
        reason="two could be meant",
        fix="choose one",
        faults=("fault 1",),
        candidates=("customer 1", "customer 2"),
    )
    held = Outcome(
        event_id=None, record=BOX, action=Action.HELD, rule="customer", reason=hold.reason, hold=hold
    )
    assert plan_text([], [held]).splitlines() == [
        "0 orders would be written, 1 held. Nothing was.",
        "",
        "HELD box agxzBox: two could be meant (rule customer)",
        "  candidate: customer 1",
        "  candidate: customer 2",
        "  fault: fault 1",
        "  next: choose one",
    ]


def test_what_is_skipped_says_why() -> None:
    skipped = Outcome(
        event_id=None, record=BOX, action=Action.SKIPPED, rule="source", reason="its stage is 'Lead'"
    )
    assert plan_text([], [skipped]).endswith("\n\nSKIPPED box agxzBox: its stage is 'Lead' (rule source)")


def test_nothing_to_plan_is_said() -> None:
    assert plan_text([], []) == "0 orders would be written. Nothing was."


def a_part(part: str, place: str, verdict: Verdict = Verdict.WRITTEN, **more: object) -> PartChange:
    return PartChange(**{"part": part, "place": place, "old": "4", "new": "6", "verdict": verdict, **more})  # type: ignore[arg-type] # a table's row


CHANGE = OrderChange(
    internal_id="7",
    number="SO7",
    wanted=ORDER,
    fields=("memo",),
    parts=(
        a_part("memo", "memo", old="a", new="b"),
        a_part("lines.quantity", "line 1 'Atlas Arm': quantity", line=0),
        a_part("lines.rate", "line 2 'Cable': rate", Verdict.REFUSED, line=1, reason="not allowed"),
        a_part("lines.remove", "line 'Old'", Verdict.LOST, new="", reason="finance has changed it"),
        a_part("custbody_tier", "custbody_tier", Verdict.THERE),
    ),
)
CHANGED = Outcome(event_id=None, record=BOX, action=Action.UPDATED, rule="order_change", reason="in words")
TRACE = {
    "sales_order.fields.memo": "from box.name",
    "sales_order.lines[0].quantity": "from box.fields.Quantity",
    "sales_order.custom_fields.custbody_tier": "from box.fields.Tier",
}


def test_what_an_order_follows_is_told_old_and_new_with_the_rule_and_what_it_does_not_with_the_reason() -> (
    None
):
    plan = ChangePlan(deal=DEAL, change=CHANGE, trace=TRACE)
    spec = load_spec(shipped_spec_path("deal_to_order"))
    text = plan_text([], [CHANGED], changes={"agxzBox": plan}, spec=spec)
    assert text.splitlines() == [
        "0 orders would be written, 1 changed. Nothing was.",
        "",
        "UPDATE sales order SO7 of box 'Acme line 3' (agxzBox)",
        "  memo  a -> b   [from box.name]",
        "  line 1 'Atlas Arm': quantity  4 -> 6   [from box.fields.Quantity]",
        "  NOT FOLLOWED line 2 'Cable': rate  4 -> 6   [default] (not allowed)",
        "  LEFT TO FINANCE line 'Old'  4 -> (nothing)   [the deal has it no more] (finance has changed it)",
        "  THERE ALREADY custbody_tier  4 -> 6   [from box.fields.Tier]",
        "  CREATE task on the box: 2 points are not followed   [changes.refused]",
    ]


@pytest.mark.parametrize(
    ("part", "line", "target"),
    [
        ("memo", None, "sales_order.fields.memo"),
        ("class", None, "sales_order.fields.class"),
        ("custbody_x", None, "sales_order.custom_fields.custbody_x"),
        ("more_fields.shipComplete", None, "sales_order.more_fields.shipComplete"),
        ("lines.class", 2, "sales_order.lines[2].class"),
        ("lines.add", 2, "sales_order.lines[2].item"),
        ("custcol_x", 0, "sales_order.lines[0].custom_fields.custcol_x"),
        ("lines.more_fields.costEstimate", 0, "sales_order.lines[0].more_fields.costEstimate"),
        ("lines.remove", None, ""),
    ],
)
def test_a_part_of_an_order_is_found_among_the_rules(part: str, line: int | None, target: str) -> None:
    assert target_of(a_part(part, part, line=line)) == target


def test_what_a_record_is_made_without_and_what_its_box_is_told_stand_beside_it() -> None:
    spec = load_spec(shipped_spec_path("deal_to_order"))
    customer = Customer(company_name="Acme Robotics")
    step = replace(LINK, reference=None, record=customer, operation_key="streak-org-1", on_credit_hold=True)
    fault = MappingError("the address 'x' has no country", field="customer.addresses[0]")
    plan = replace(
        PLAN, customer=step, side_faults=(fault,), deal=replace(DEAL, fields={"NetSuite order": "SO1"})
    )
    lines = plan_text([plan], [], spec=spec).splitlines()
    assert "  HOLD of its own: the address 'x' has no country" in lines
    assert any(line.startswith("  CREATE task: the customer is on credit hold") for line in lines)
    assert any(line.startswith("    NetSuite order") and "SO1 -> " in line for line in lines)
    assert any(line.startswith("  CREATE comment: ") for line in lines)
    silent = plan_text([replace(plan, caught_up_on=date(2026, 5, 4))], [], spec=spec)
    assert "CREATE comment" not in silent
    assert "CREATE task" not in silent


def test_an_order_that_follows_nothing_of_its_deal_is_kept_and_not_counted() -> None:
    refused = a_part("memo", "memo", Verdict.REFUSED, reason="not allowed")
    change = OrderChange(internal_id="7", number="SO7", wanted=ORDER, parts=(refused,))
    text = plan_text([], [CHANGED], changes={"agxzBox": ChangePlan(deal=DEAL, change=change)})
    assert text.startswith("0 orders would be written. Nothing was.\n\nKEEP sales order SO7 of box")
