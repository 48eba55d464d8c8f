"""A customer, whichever system holds it."""

from dataclasses import dataclass

from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A company or a person we sell to.

    Attributes:
        company_name: required unless `is_person`.
        currency: reference to NetSuite's currency record; None leaves the account's default.
        terms: how long this customer has to pay; None leaves the account's default.
        more_fields: standard fields that are not among these, each under SuiteTalk's name.
    """

    is_person: bool = False
    company_name: str = ""
    first_name: str = ""
    last_name: str = ""
    entity_id: str | None = None
    email: str = ""
    phone: str = ""
    subsidiary: Reference | None = None
    currency: Reference | None = None
    terms: Reference | None = None
    addresses: tuple[Address, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    more_fields: tuple[CustomField, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a customer needs a company name, or a person's name")

    @property
    def name(self) -> str:
        """What people call this customer."""
        return (
            " ".join(p for p in (self.first_name, self.last_name) if p)
            if self.is_person
            else self.company_name
        )
