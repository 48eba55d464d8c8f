"""A subsidiary that a customer buys from besides its own."""

from dataclasses import dataclass

from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerSubsidiary:
    """The tie of a customer to a further subsidiary."""

    customer: Reference
    subsidiary: Reference
