"""A structured postal address."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A postal address in the parts NetSuite keeps.

    Attributes:
        country: ISO 3166-1 alpha-2 code ("US"); "" when unknown.
        state: code or name as the country uses it ("CA", "Bayern"); "" where it has none.
    """

    country: str
    addr1: str = ""
    addr2: str = ""
    addr3: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    attention: str = ""
    addressee: str = ""
    phone: str = ""
