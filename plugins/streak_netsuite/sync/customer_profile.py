"""What tells customers apart, read from each of the forms in which we meet one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streak_netsuite.mapping.address import parse_address
from streak_netsuite.mapping.country import country_code
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


def profile_of_record(body: Mapping[str, Any]) -> CustomerProfile:
    """Return a customer that a plain record would create as it is compared, by SuiteTalk's names and its first address."""
    fields: Mapping[str, Any] = body.get("fields") or {}
    address = _first_address(body)

    def text(*names: str) -> str:
        return " ".join(str(fields[name]).strip() for name in names if fields.get(name))

    return CustomerProfile(
        name=text("companyName") or text("firstName", "lastName") or text("entityId"),
        email=text("email"),
        phone=text("phone") or text("mobilePhone"),
        street=str(address.get("addr1") or ""),
        city=str(address.get("city") or ""),
        postcode=str(address.get("zip") or ""),
        country=_country(str(address.get("country") or "")),
        registration_number=text("vatRegNumber"),
    )


def _first_address(body: Mapping[str, Any]) -> Mapping[str, Any]:
    book = (body.get("sublists") or {}).get("addressbookList") or {}
    rows: Sequence[Mapping[str, Any]] = book.get("rows") or ()
    return rows[0].get("addressbookAddress") or {} if rows else {}


def _country(suitetalk_name: str) -> str:
    """Return the ISO code of a country; "" for none, and for what NetSuite will not take for one."""
    try:
        return country_code(suitetalk_name)
    except ValueError:
        return ""
