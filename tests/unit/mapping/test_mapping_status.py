"""What deals are told of what becomes of their orders."""

from datetime import date

import pytest

from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.status import event_text
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.order_story import EventKind, OrderStory, StoryEvent, deleted_event, deleted_order

DAY = date(2026, 5, 4)
# The shipped text of the releases in which only invoices were told to be deleted.
OF_INVOICES = "An invoice of sales order {{ order.number }} was deleted in NetSuite (it had the internal id {{ event.number }})"
WORDS = {
    RecordKind.FULFILLMENT: "A shipment",
    RecordKind.INVOICE: "An invoice",
    RecordKind.PAYMENT: "A payment",
    RecordKind.DEPOSIT_APPLICATION: "A deposit application",
    RecordKind.CREDIT_MEMO: "A credit memo",
    RecordKind.REFUND: "A refund",
    RecordKind.DEPOSIT: "A deposit",
}


def with_text(spec: MappingSpec, text: str) -> MappingSpec:
    """Return a mapping with another text about what was deleted."""
    events = {**spec.status.events, EventKind.DELETED: text}
    return spec.model_copy(update={"status": spec.status.model_copy(update={"events": events})})


def told(spec: MappingSpec, event: StoryEvent, story: OrderStory | None = None) -> str:
    return event_text(spec, story or deleted_order("77", "SO1077", DAY), event, today=DAY)


@pytest.mark.parametrize("kind", WORDS)
def test_a_text_about_deleted_invoices_is_not_told_of_other_documents(
    shipped: MappingSpec, kind: RecordKind
) -> None:
    gone = ExternalRef(system=SystemId.NETSUITE, kind=kind, id="812")
    event = deleted_event("some event", gone, DAY)
    text = told(with_text(shipped, OF_INVOICES), event)
    assert text == f"{WORDS[kind]} of sales order SO1077 was deleted in NetSuite (it had the internal id 812)"
    assert text == told(shipped, event)


def test_a_text_about_deleted_invoices_is_not_told_of_the_order(shipped: MappingSpec) -> None:
    story = deleted_order("77", "SO1077", DAY)
    text = told(with_text(shipped, OF_INVOICES), story.ended_event(), story)
    assert text == "Sales order SO1077 was deleted in NetSuite"


def test_a_text_that_says_what_was_deleted_is_told_of_everything(shipped: MappingSpec) -> None:
    gone = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.PAYMENT, id="812")
    spec = with_text(shipped, "{{ event.document }} {{ event.number }} is gone")
    assert told(spec, deleted_event("paid 812", gone, DAY)) == "payment 812 is gone"
