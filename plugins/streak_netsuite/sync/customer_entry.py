"""A customer as the directory of existing customers knows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerEntry:
    """What is needed of a NetSuite customer to recognise it.

    Attributes:
        name: company name, or a person's full name.
        email: main address, "" when none.
        address: the default address as one text with a line for each part, as NetSuite shows it.
        currencies: internal ids of the currencies the customer may be billed in; empty when unknown.
        last_modified: aware UTC, None when the vendor did not say.
    """

    internal_id: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    registration_number: str = ""
    external_id: str | None = None
    entity_id: str = ""
    subsidiary: str = ""
    currencies: tuple[str, ...] = ()
    inactive: bool = False
    on_credit_hold: bool = False
    last_modified: datetime | None = None
