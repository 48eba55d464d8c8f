"""A NetSuite customer as the search for duplicates reads it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRow:
    """What tells customers apart, and what hangs on them.

    Attributes:
        number: the customer's own number or id as people see it.
        country: ISO 3166-1 alpha-2, "" when unknown.
        balance: open balance in the customer's own currency.
        orders: what is ordered and not billed, in the same currency.
        created: aware UTC.
    """

    internal_id: str
    number: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    registration_number: str = ""
    balance: Decimal = Decimal(0)
    orders: Decimal = Decimal(0)
    inactive: bool = False
    created: datetime | None = None
