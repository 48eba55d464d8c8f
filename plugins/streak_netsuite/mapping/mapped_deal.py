"""What a deal becomes, and what stands in its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.rule import AddressFault, FieldTrace
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.sales_order import SalesOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedDeal:
    """What a deal becomes.

    Attributes:
        customer: None when the deal names no buyer, or when a fault of the customer blocks it.
        order: None when a fault of the order blocks it. Its customer is None: who that is is decided later.
        faults: every fault, in the order of the file.
        warnings: what was changed on the way: clipped text, dropped addresses.
        trace: for each target field the rule and the source value.
    """

    customer: Customer | None
    order: SalesOrder | None
    faults: tuple[MappingError, ...] = ()
    warnings: tuple[str, ...] = ()
    trace: Mapping[str, FieldTrace] = field(default_factory=dict)

    @property
    def rules(self) -> Mapping[str, str]:
        """The rule of each target field, as a person reads it."""
        return {name: trace.rule for name, trace in self.trace.items()}

    @property
    def blocking(self) -> tuple[MappingError, ...]:
        """The faults that forbid writing: all but those of addresses a record is made without."""
        return tuple(filter(is_blocking, self.faults))


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldReadings:
    """A deal's value for each field of a mapping.

    Attributes:
        values: by target ("sales_order.fields.memo"); of several lines by one rule, the first that has a value.
        faults: of single fields; what only shows in the whole record is not among them.
        trace: where each value came from.
    """

    values: Mapping[str, Any]
    faults: tuple[MappingError, ...]
    trace: Mapping[str, FieldTrace]


def is_blocking(fault: MappingError) -> bool:
    """Tell whether a fault forbids writing: all do but that of an address a record is made without."""
    return not isinstance(fault, AddressFault) or fault.blocking
