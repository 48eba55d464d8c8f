"""What a deal is told of what becomes of its order: texts from a mapping's expressions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.mapping.write_back import evaluated
from streak_netsuite.model.order_story import INVOICE, EventKind, OrderStory, StoryEvent, status_in_words

# As the shipped mapping says it; for mappings from when only invoices were told to be deleted.
_DELETED = """\
{% if event.document == "sales order" %}Sales order {{ order.number }} was deleted in NetSuite{% else
%}A {{ event.document }} of sales order {{ order.number }} was deleted in NetSuite (it had the internal id {{ event.number }}){%
endif %}"""


def status_values(spec: MappingSpec, story: OrderStory, *, today: date) -> dict[str, str]:
    """Return the texts of box fields by name; an empty text clears its field.

    Raises:
        MappingError: an expression cannot be computed; all that cannot are named.
    """
    view = _view(story, today)
    texts: dict[str, str] = {}
    faults: dict[str, Unfit] = {}
    for name, expression in spec.status.fields.items():
        try:
            texts[name] = evaluated(expression, view)
        except Unfit as unfit:
            faults[name] = unfit
    if faults:
        told = "; ".join(f"status.fields.{name}: {unfit}" for name, unfit in faults.items())
        first = f"status.fields.{next(iter(faults))}"
        raise MappingError(told, field=first, fix="correct the expression in the mapping file")
    return texts


def event_text(spec: MappingSpec, story: OrderStory, event: StoryEvent, *, today: date) -> str:
    """Return the text of an event's activity, "" when the mapping wants none.

    Raises:
        MappingError: the expression cannot be computed.
    """
    expression = spec.status.events.get(event.kind)
    if expression is None:
        return ""
    if event.kind is EventKind.DELETED and event.document != INVOICE and "document" not in expression:
        expression = _DELETED  # what the mapping says is about invoices
    view = {
        **_view(story, today),
        "event": {
            "number": event.number,
            "date": event.dated,
            "amount": event.amount,
            "due": event.due,
            "open": event.open,
            "tracking": event.tracking,
            "document": event.document,
        },
    }
    try:
        return evaluated(expression, view).strip()
    except Unfit as unfit:
        raise MappingError(str(unfit), field=f"status.events.{event.kind}", fix=unfit.fix) from unfit


def _view(story: OrderStory, today: date) -> Mapping[str, Any]:
    return {
        "order": {
            "number": story.number,
            "internal_id": story.internal_id,
            "url": story.url,
            "status": status_in_words(story.status),
            "state": story.state(today).value,
            "date": story.dated,
            "total": story.total,
            "currency": story.currency,
            "on_credit_hold": story.on_credit_hold,
        },
        "customer": {"name": story.customer.name},
        "money": {
            "invoiced": story.invoiced,
            "paid": story.paid,
            "credited": story.credited,
            "open": story.open,
            "due": story.due,
            "deposited": story.deposited,
        },
        "shipping": {"ordered": story.ordered, "shipped": story.shipped, "tracking": story.tracking},
    }
