"""What each column of a customer table holds, the same wherever customers are compared."""

from collections.abc import Mapping

from assist.duplicates.kind import Kind

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
