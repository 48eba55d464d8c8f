"""What of an order has left the house, whichever system holds it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfilledLine:
    """How much of an order's line was sent.

    Attributes:
        order_line: the line of the order.
    """

    order_line: int
    item: Reference
    quantity: Decimal
    location: Reference | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A parcel on its way."""

    tracking_number: str
    description: str = ""
    weight: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fulfillment:
    """A delivery of an order, whole or in part.

    Attributes:
        status: "picked", "packed" or "shipped".
    """

    created_from: Reference
    transaction_date: date
    status: str = ""
    number: str = ""
    memo: str = ""
    lines: tuple[FulfilledLine, ...] = ()
    packages: tuple[Package, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
