"""What an order's story says: how far it is, what is open, what happened."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.model.order_story import (
    Bill,
    Delivery,
    EventKind,
    OrderState,
    OrderStory,
    Settlement,
    status_in_words,
)
from streak_netsuite.model.reference import Reference

TODAY = date(2026, 11, 23)
ORDER = OrderStory(
    internal_id="1",
    number="SO1",
    url="https://x.test",
    status="pendingFulfillment",
    dated=date(2026, 11, 1),
    total=Decimal(600),
    currency="USD",
    customer=Reference(internal_id="5", name="Acme"),
    ordered=Decimal(6),
)
INVOICE = Bill(
    internal_id="7",
    number="INV7",
    dated=date(2026, 11, 5),
    due=date(2026, 12, 5),
    total=Decimal(600),
    open=Decimal(600),
)


def paid(amount: str, kind: EventKind = EventKind.PAID, *, voided: bool = False) -> Settlement:
    return Settlement(
        internal_id=f"{kind}-{amount}",
        number="P1",
        kind=kind,
        dated=date(2026, 11, 9),
        amount=Decimal(amount),
        voided=voided,
    )


@pytest.mark.parametrize(
    ("story", "state"),
    [
        pytest.param(ORDER, OrderState.ORDERED, id="nothing yet"),
        pytest.param(replace(ORDER, shipped=Decimal(2)), OrderState.PARTLY_SHIPPED, id="some is sent"),
        pytest.param(replace(ORDER, shipped=Decimal(6)), OrderState.SHIPPED, id="all is sent"),
        pytest.param(replace(ORDER, ordered=Decimal(0)), OrderState.ORDERED, id="nothing to send"),
        pytest.param(replace(ORDER, bills=(INVOICE,)), OrderState.INVOICED, id="billed"),
        pytest.param(
            replace(ORDER, bills=(replace(INVOICE, open=Decimal(1)),)),
            OrderState.PARTLY_PAID,
            id="partly paid",
        ),
        pytest.param(
            replace(ORDER, bills=(replace(INVOICE, due=date(2026, 11, 22)),)), OrderState.OVERDUE, id="late"
        ),
        pytest.param(
            replace(ORDER, bills=(replace(INVOICE, due=TODAY),)),
            OrderState.INVOICED,
            id="due today is not late",
        ),
        pytest.param(
            replace(ORDER, bills=(replace(INVOICE, open=Decimal(0)),), billed_whole=True),
            OrderState.PAID,
            id="paid",
        ),
        pytest.param(
            replace(ORDER, bills=(replace(INVOICE, open=Decimal(0)),)),
            OrderState.PARTLY_PAID,
            id="all of a part is paid",
        ),
        pytest.param(replace(ORDER, bills=(replace(INVOICE, voided=True),)), OrderState.ORDERED, id="voided"),
        pytest.param(replace(ORDER, status="closed"), OrderState.CLOSED, id="closed"),
        pytest.param(replace(ORDER, status="cancelled"), OrderState.CLOSED, id="cancelled"),
    ],
)
def test_the_state_says_how_far_an_order_is(story: OrderStory, state: OrderState) -> None:
    assert story.state(TODAY) is state


def test_money_adds_up_and_what_is_void_does_not_count() -> None:
    story = replace(
        ORDER,
        bills=(replace(INVOICE, open=Decimal(150)), replace(INVOICE, internal_id="8", voided=True)),
        settlements=(
            paid("300"),
            paid("999", voided=True),
            paid("200", EventKind.CREDITED),
            paid("50", EventKind.REFUNDED),
        ),
    )
    assert (story.invoiced, story.open) == (Decimal(600), Decimal(150))
    assert (story.paid, story.credited) == (Decimal(250), Decimal(200))
    assert story.due == date(2026, 12, 5)


def test_every_event_has_a_name_of_its_own_that_stays() -> None:
    story = replace(
        ORDER,
        deliveries=(
            Delivery(internal_id="3", number="IF3", dated=date(2026, 11, 4), status="shipped", tracking="1Z"),
            Delivery(internal_id="4", number="IF4", dated=date(2026, 11, 4), status="packed"),
        ),
        bills=(INVOICE,),
        settlements=(paid("300"),),
    )
    events = list(story.events())
    assert [(e.kind, e.name) for e in events] == [
        (EventKind.SHIPPED, "delivery 3"),
        (EventKind.INVOICED, "invoice 7"),
        (EventKind.PAID, "paid paid-300"),
    ]
    voided = replace(story, bills=(replace(INVOICE, voided=True),))
    assert [(e.kind, e.name) for e in voided.events()][1] == (EventKind.VOIDED, "invoice 7")


@given(
    amounts=st.lists(st.decimals(min_value=0, max_value=10**9, places=2), max_size=5),
    open_=st.lists(st.decimals(min_value=0, max_value=10**9, places=2), max_size=5),
)
def test_sums_are_exact_to_the_cent(amounts: list[Decimal], open_: list[Decimal]) -> None:
    bills = tuple(
        replace(INVOICE, internal_id=str(n), total=total, open=left)
        for n, (total, left) in enumerate(zip(amounts, open_, strict=False))
    )
    story = replace(ORDER, bills=bills)
    assert story.invoiced * 100 == sum(int(bill.total * 100) for bill in bills)
    assert story.open * 100 == sum(int(bill.open * 100) for bill in bills)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pendingFulfillment", "Pending Fulfillment"),
        ("pendingBillingPartFulfilled", "Pending Billing/Partially Fulfilled"),
        ("fullyBilled", "Billed"),
        ("closed", "Closed"),
        ("Pending Fulfillment", "Pending Fulfillment"),
        ("", ""),
    ],
)
def test_a_status_is_told_as_netsuites_pages_show_it(status: str, words: str) -> None:
    assert status_in_words(status) == words
