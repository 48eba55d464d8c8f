"""A record of a type the customer has made up."""

from dataclasses import dataclass

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomRecord:
    """One record of a custom type.

    Attributes:
        type: the custom record type ("customrecord_install_site" as its name, its internal id as its key).
        name: "" where the type has no names.
    """

    type: Reference
    name: str = ""
    inactive: bool = False
    parent: Reference | None = None
    custom_fields: tuple[CustomField, ...] = ()
