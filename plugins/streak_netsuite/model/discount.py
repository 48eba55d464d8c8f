"""What is taken off an order as a whole."""

import re
from dataclasses import dataclass
from decimal import Decimal

from streak_netsuite.model.currency_digits import USUAL_DIGITS, rounded

_TEXT = re.compile(r"(?P<value>[-+]?(?:\d+\.?\d*|\.\d+))\s*(?P<percent>%?)\Z")
_PERCENT = Decimal(100)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscountRate:
    """A share of the lines' sum, or an amount in the order's currency. Below zero it takes off, as in NetSuite.

    Attributes:
        value: "-10" for ten percent off, when `is_percent`.
    """

    value: Decimal
    is_percent: bool = False

    @classmethod
    def parse(cls, text: str) -> "DiscountRate":
        """Return the rate that NetSuite writes as "-10.0%" or "-250.00".

        Raises:
            ValueError: the text is neither.
        """
        found = _TEXT.match(text.strip())
        if found is None:
            raise ValueError(f"'{text}' is neither a share like -10% nor an amount like -250.00")
        return cls(value=Decimal(found["value"]), is_percent=bool(found["percent"]))

    def of(self, amount: Decimal, *, digits: int = USUAL_DIGITS) -> Decimal:
        """Return what is added to a sum: below zero for a discount, rounded to the digits of the order's currency."""
        if not self.is_percent:
            return self.value
        return rounded(amount * self.value / _PERCENT, digits)

    def __str__(self) -> str:
        return f"{format(self.value, 'f')}{'%' if self.is_percent else ''}"
