"""Money a customer has paid, whichever system holds it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.invoice import AppliedAmount
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """A customer's payment.

    Attributes:
        amount: in its currency.
        applied: the invoices it pays, and how much of each; what is left is `unapplied`.
        account: the bank account it went to; None for undeposited funds.
    """

    customer: Reference
    transaction_date: date
    amount: Decimal
    number: str = ""
    memo: str = ""
    reference_number: str = ""
    currency: Reference | None = None
    method: Reference | None = None
    account: Reference | None = None
    applied: tuple[AppliedAmount, ...] = ()
    unapplied: Decimal | None = None
    status: str = ""
    custom_fields: tuple[CustomField, ...] = ()

    def __post_init__(self) -> None:
        spent = sum((one.amount for one in self.applied), Decimal(0))
        if spent > self.amount:
            raise ValueError(f"a payment of {self.amount} cannot pay {spent}")
