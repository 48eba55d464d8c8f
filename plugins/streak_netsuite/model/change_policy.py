"""What of an order may follow its deal, and whose value stays, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from streak_netsuite.model.held_order import OrderStatus

HEADER_PARTS = (
    "transaction_date",
    "memo",
    "purchase_order_number",
    "currency",
    "subsidiary",
    "department",
    "class",
    "location",
    "terms",
    "sales_rep",
    "ship_date",
    "ship_method",
    "start_date",
    "end_date",
    "discount_item",
    "discount_rate",
    "shipping_address",
    "billing_address",
)
LINE_FIELDS = (
    "item",
    "quantity",
    "rate",
    "description",
    "tax_code",
    "location",
    "department",
    "class",
    "units",
    "price_level",
)
ADD_LINE = "lines.add"
REMOVE_LINE = "lines.remove"
LINE_CUSTOM_FIELDS = "lines.custom_fields"
LINE_MORE_FIELDS = "lines.more_fields"
CUSTOM_FIELDS = "custom_fields"
MORE_FIELDS = "more_fields"
CUSTOMER = "customer"
LINE_PARTS = (
    *(f"lines.{name}" for name in LINE_FIELDS),
    LINE_MORE_FIELDS,
    LINE_CUSTOM_FIELDS,
    ADD_LINE,
    REMOVE_LINE,
)
GROUPS: Mapping[str, frozenset[str]] = {
    "fields": frozenset({*HEADER_PARTS, MORE_FIELDS}),
    "lines": frozenset(LINE_PARTS),
    "everything": frozenset({*HEADER_PARTS, MORE_FIELDS, CUSTOM_FIELDS, *LINE_PARTS}),
}
"""Names that stand for many parts."""
PART_NAMES = (*GROUPS, *HEADER_PARTS, MORE_FIELDS, CUSTOM_FIELDS, *LINE_PARTS)


class Owner(StrEnum):
    """Whose value stays when both sides have changed it."""

    STREAK = "streak"
    NETSUITE = "netsuite"


@dataclass(frozen=True, kw_only=True)
class ChangePolicy:
    """What may be changed, as data.

    Attributes:
        allowed: parts by status; a status that is not named allows nothing.
        in_closed_period: parts of orders dated in a closed period; None when the period does not matter.
        owner: whose value stays when both sides have changed a part.
        owners: the same for single parts.
        purchased: whether what was ordered from a vendor for a line may change all the same.
    """

    allowed: Mapping[OrderStatus, frozenset[str]] = field(default_factory=dict)
    in_closed_period: frozenset[str] | None = None
    owner: Owner = Owner.NETSUITE
    owners: Mapping[str, Owner] = field(default_factory=dict)
    purchased: bool = False

    def allows(self, status: OrderStatus | None, part: str, *, period_closed: bool) -> bool:
        """Tell whether a part of an order in this status may be changed."""
        parts = self.allowed.get(status, frozenset()) if status is not None else frozenset()
        if period_closed and self.in_closed_period is not None:
            parts &= self.in_closed_period
        return part in parts or kind_of_part(part) in parts

    def owner_of(self, part: str) -> Owner:
        """Return whose value of a part stays."""
        return self.owners.get(part, self.owners.get(kind_of_part(part), self.owner))


def attribute_of(part: str) -> str:
    """Return the attribute of an order or a line that a part's name stands for: `class` is a word of Python's own."""
    return "class_" if part == "class" else part


def kind_of_part(part: str) -> str:
    """Return the kind of part that a custom field's script id stands for, or a standard field by SuiteTalk's name."""
    for kind in (LINE_MORE_FIELDS, MORE_FIELDS):
        if part.startswith(f"{kind}."):
            return kind
    if part.startswith("custcol"):
        return LINE_CUSTOM_FIELDS
    return CUSTOM_FIELDS if part.startswith(("cust", "cseg")) else part
