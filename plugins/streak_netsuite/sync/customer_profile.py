"""What tells customers apart, read from each of the forms in which we meet one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streak_netsuite.mapping.address import parse_address
from streak_netsuite.model.customer import Customer
from streak_netsuite.sync.customer_entry import CustomerEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerProfile:
    """A customer as the engine that finds duplicates compares it; "" is unknown."""

    name: str
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    registration_number: str = ""


def profile_of_entry(entry: CustomerEntry) -> CustomerProfile:
    """Return a directory's entry as it is compared."""
    address = parse_address(entry.address).address
    lines = [address.addr1, address.addr2, address.addr3]
    return CustomerProfile(
        name=entry.name,
        email=entry.email,
        phone=entry.phone,
        # The first line may be the addressee.
        street=next((line for line in lines if any(map(str.isdigit, line))), address.addr1),
        city=address.city,
        postcode=address.zip,
        country=address.country,
        registration_number=entry.registration_number,
    )


def profile_of_customer(customer: Customer) -> CustomerProfile:
    """Return a customer that would be created as it is compared, by its first address."""
    address = customer.addresses[0] if customer.addresses else None
    return CustomerProfile(
        name=customer.name,
        email=customer.email,
        phone=customer.phone or (address.phone if address else ""),
        street=address.addr1 if address else "",
        city=address.city if address else "",
        postcode=address.zip if address else "",
        country=address.country if address else "",
    )


def profile_of_fields(fields: Mapping[str, Any]) -> CustomerProfile:
    """Return a customer that would be created as it is compared, by SuiteTalk's names; record types write no addresses."""

    def text(*names: str) -> str:
        return " ".join(str(fields[name]).strip() for name in names if fields.get(name))

    return CustomerProfile(
        name=text("companyName") or text("firstName", "lastName") or text("entityId"),
        email=text("email"),
        phone=text("phone") or text("mobilePhone"),
        registration_number=text("vatRegNumber"),
    )
