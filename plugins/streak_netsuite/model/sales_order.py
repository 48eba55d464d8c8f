"""A sales order, whichever system holds it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One line of an order.

    Attributes:
        rate: price of one unit in the order's currency; None lets NetSuite price it.
        price_level: by which NetSuite prices the line; None leaves the customer's. A line with a rate is of the level
            "Custom", whether it says so or not.
        units: in which the quantity counts; None leaves the item's own.
        more_fields: standard columns that are not among these, each under SuiteTalk's name.
    """

    item: Reference
    quantity: Decimal
    rate: Decimal | None = None
    description: str = ""
    tax_code: Reference | None = None
    location: Reference | None = None
    department: Reference | None = None
    class_: Reference | None = None
    units: Reference | None = None
    price_level: Reference | None = None
    custom_fields: tuple[CustomField, ...] = ()
    more_fields: tuple[CustomField, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """Quantity times rate, or None when NetSuite prices the line."""
        return None if self.rate is None else self.quantity * self.rate


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesOrder:
    """What was sold, to whom, when.

    Attributes:
        customer: None until the customer is known.
        transaction_date: a calendar day in the account's time zone.
        currency: None leaves the customer's own.
        start_date, end_date: the term of what is sold, a subscription's say.
        discount_item: what takes off the discount; without it there is none.
        discount_rate: None leaves the item's own.
        more_fields: standard fields that are not among these, each under SuiteTalk's name.
    """

    customer: Reference | None = None
    transaction_date: date
    memo: str = ""
    purchase_order_number: str = ""
    currency: Reference | None = None
    subsidiary: Reference | None = None
    department: Reference | None = None
    class_: Reference | None = None
    location: Reference | None = None
    terms: Reference | None = None
    sales_rep: Reference | None = None
    ship_date: date | None = None
    ship_method: Reference | None = None
    start_date: date | None = None
    end_date: date | None = None
    discount_item: Reference | None = None
    discount_rate: DiscountRate | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    lines: tuple[OrderLine, ...]
    custom_fields: tuple[CustomField, ...] = ()
    more_fields: tuple[CustomField, ...] = ()

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a sales order needs at least one line")

    @property
    def total(self) -> Decimal | None:
        """Sum of the lines less the discount, before tax, or None when NetSuite prices any of them."""
        amounts = [line.amount for line in self.lines]
        if any(amount is None for amount in amounts):
            return None
        lines = sum((amount for amount in amounts if amount is not None), Decimal(0))
        if self.discount_item is None:
            return lines
        return None if self.discount_rate is None else lines + self.discount_rate.of(lines)
