"""A person at a customer, whichever system holds it."""

from dataclasses import dataclass

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A person we deal with.

    Attributes:
        company: the customer the person belongs to; None for one on their own.
    """

    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    mobile_phone: str = ""
    company: Reference | None = None
    subsidiary: Reference | None = None
    inactive: bool = False
    custom_fields: tuple[CustomField, ...] = ()

    def __post_init__(self) -> None:
        if not (self.name or self.email):
            raise ValueError("a contact needs a name or an e-mail address")

    @property
    def name(self) -> str:
        """What people call this person."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)
