"""What a deal is told about its order."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.conversion import to_text
from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.order_story import status_in_words
from streak_netsuite.model.reference import Reference

_UTC = ZoneInfo("UTC")  # an order tells days, which have no zone


class WrittenOrder(Protocol):
    """An order that is in NetSuite, as far as expressions may see it."""

    @property
    def internal_id(self) -> str:
        """NetSuite's internal id."""
        ...

    @property
    def number(self) -> str:
        """The number people use ("SO1006")."""
        ...

    @property
    def total(self) -> Decimal:
        """The total in the order's currency."""
        ...

    @property
    def currency(self) -> str:
        """The currency as NetSuite names it."""
        ...

    @property
    def transaction_date(self) -> date:
        """The order's day."""
        ...

    @property
    def status(self) -> str:
        """NetSuite's word for its status ("pendingFulfillment"); expressions see it as its pages show it."""
        ...

    @property
    def url(self) -> str:
        """Where a person opens the order."""
        ...

    @property
    def customer(self) -> Reference:
        """The customer."""
        ...


def field_values(spec: MappingSpec, order: WrittenOrder) -> dict[str, str]:
    """Return the texts of box fields by name; an empty text clears its field.

    Raises:
        MappingError: an expression cannot be computed; all that cannot are named.
    """
    view = _view(order)
    faults: dict[str, Unfit] = {}
    texts: dict[str, str] = {}
    for name, expression in spec.write_back.fields.items():
        try:
            texts[name] = evaluated(expression, view)
        except Unfit as unfit:
            faults[name] = unfit
    if faults:
        told = "; ".join(f"write_back.fields.{name}: {unfit}" for name, unfit in faults.items())
        first = f"write_back.fields.{next(iter(faults))}"
        raise MappingError(told, field=first, fix="correct the expression in the mapping file")
    return texts


def comment_text(spec: MappingSpec, order: WrittenOrder) -> str:
    """Return the text of the comment, "" when the mapping wants none.

    Raises:
        MappingError: the expression cannot be computed.
    """
    if spec.write_back.comment is None:
        return ""
    try:
        return evaluated(spec.write_back.comment, _view(order)).strip()
    except Unfit as unfit:
        raise MappingError(str(unfit), field="write_back.comment", fix=unfit.fix) from unfit


def evaluated(expression: str, view: Mapping[str, Any]) -> str:
    """Return an expression's value as text, "" for none.

    Raises:
        Unfit: it cannot be computed.
    """
    value = _compiled(expression).evaluate(view)
    return "" if value is None else to_text(value, _UTC)


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Expression:
    return Expression(expression)


def _view(order: WrittenOrder) -> dict[str, Any]:
    return {
        "order": {
            "number": order.number,
            "internal_id": order.internal_id,
            "url": order.url,
            "status": status_in_words(order.status),
            "date": order.transaction_date,
            "total": order.total,
            "currency": order.currency,
        },
        "customer": {"name": order.customer.name},
    }
