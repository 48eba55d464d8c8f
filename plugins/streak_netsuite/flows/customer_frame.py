"""What each column of a customer table holds, the same wherever customers are compared."""

from collections.abc import Mapping

from assist.duplicates.kind import Kind
from streak_netsuite.sync.duplicate_case import Among

KINDS: Mapping[str, Kind] = {
    "name": Kind.COMPANY,
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "street": Kind.STREET,
    "city": Kind.CITY,
    "postcode": Kind.POSTCODE,
    "country": Kind.CATEGORY,
    "registration_number": Kind.IDENTIFIER,
}


def kinds_of(among: Among) -> Mapping[str, Kind]:
    """Return what the columns hold: contacts are people."""
    return {**KINDS, "name": Kind.PERSON} if among is Among.CONTACTS else KINDS
