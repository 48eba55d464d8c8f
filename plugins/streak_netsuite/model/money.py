"""Money: an exact amount with its currency."""

import re
from dataclasses import dataclass
from decimal import Decimal

_CURRENCY = re.compile(r"[A-Z]{3}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """An exact amount in one currency.

    Attributes:
        amount: Decimal, never float: what finance reads is what the salesperson typed.
        currency: ISO 4217 code, three capital letters.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError(f"amount must be a finite Decimal, not {self.amount!r}")
        if not _CURRENCY.match(self.currency):
            raise ValueError(f"currency must be an ISO 4217 code such as 'EUR', not {self.currency!r}")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
