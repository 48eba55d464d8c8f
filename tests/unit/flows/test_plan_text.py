"""A plan, as a person reads it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from streak_netsuite.flows.plan_text import plan_text
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.plan import CustomerStep, OrderPlan

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
        "0 orders would be written. Nothing was.",
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
