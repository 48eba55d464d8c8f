"""What an order's total is made of, and what of it NetSuite may add by itself, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from streak_netsuite.model.currency_digits import rounded
from streak_netsuite.model.discount import DiscountRate

_PERCENT = Decimal(100)


class AddedPart(StrEnum):
    """What a total may hold besides its lines."""

    TAX = "tax"
    SHIPPING = "shipping"
    HANDLING = "handling"
    DISCOUNT = "discount"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTotal:
    """An order's total in its currency.

    Attributes:
        total: all of it.
        parts: what of it is no line; a discount is below zero.
    """

    total: Decimal
    parts: Mapping[AddedPart, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenTotal:
    """What an order was written with: the sum of its lines, and the discount over all of them, below zero."""

    lines: Decimal
    discount: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """Lines and discount together."""
        return self.lines + self.discount


def written_total(order: Mapping[str, Any], *, digits: int) -> WrittenTotal | None:
    """Return what an order was written with, each line rounded as NetSuite rounds it.

    None when NetSuite prices a line, or takes off the discount item's own rate.

    Args:
        order: as it was written, as plain values.
        digits: those of its currency, after the point.
    """
    lines = Decimal(0)
    try:
        for line in order.get("lines") or ():
            lines += rounded(Decimal(str(line["quantity"])) * Decimal(str(line["rate"])), digits)
        if "discount_item" not in order:
            return WrittenTotal(lines=lines)
        rate = order["discount_rate"]
        discount = DiscountRate(value=Decimal(str(rate["value"])), is_percent=bool(rate["is_percent"]))
    except (KeyError, TypeError, InvalidOperation):
        return None
    return WrittenTotal(lines=lines, discount=discount.of(lines, digits=digits))


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """Whether NetSuite may add a part, and how much of it; a bound that is None bounds nothing.

    Attributes:
        most: in the order's currency.
        most_percent: of what was written.
    """

    allowed: bool = True
    most: Decimal | None = None
    most_percent: Decimal | None = None

    def allows(self, amount: Decimal, *, of: Decimal) -> bool:
        """Tell whether so much may be added to a sum."""
        if self.most is not None and abs(amount) > self.most:
            return False
        if self.most_percent is not None and abs(amount) * _PERCENT > abs(of) * self.most_percent:
            return False
        return self.allowed


@dataclass(frozen=True, kw_only=True, slots=True)
class TotalCheck:
    """An order's total beside what was written.

    Attributes:
        found: the total without what NetSuite has added as it may.
        added: that; a discount counts as far as it goes beyond the one that was written.
        refused: what it has added and may not, or not so much of.
    """

    written: Decimal
    found: Decimal
    added: Mapping[AddedPart, Decimal]
    refused: Mapping[AddedPart, Decimal]

    def differs(self, tolerance: Decimal) -> bool:
        """Tell whether the total is not what was written, beyond rounding."""
        apart = (self.found - self.written, *self.refused.values())
        return any(abs(amount) > tolerance for amount in apart)


@dataclass(frozen=True, kw_only=True)
class TotalRules:
    """What NetSuite may add, by part; a part that is not named may not be added."""

    allowances: Mapping[AddedPart, Allowance]

    def check(self, written: WrittenTotal, held: OrderTotal) -> TotalCheck:
        """Compare like with like: what was written, and the total without what NetSuite may add."""
        beyond = {
            part: amount - (written.discount if part is AddedPart.DISCOUNT else 0)
            for part, amount in held.parts.items()
        }
        added = {part: amount for part, amount in beyond.items() if self._may_add(part, amount, written)}
        refused = {part: amount for part, amount in beyond.items() if amount and part not in added}
        return TotalCheck(
            written=written.total,
            found=held.total - sum(added.values(), Decimal(0)),
            added={part: amount for part, amount in added.items() if amount},
            refused=refused,
        )

    def _may_add(self, part: AddedPart, amount: Decimal, written: WrittenTotal) -> bool:
        gives_less = part is AddedPart.DISCOUNT and amount > 0  # a discount that was written is gone
        return not gives_less and self.allowances.get(part, _NONE).allows(amount, of=written.lines)


_NONE = Allowance(allowed=False)
