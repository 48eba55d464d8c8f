"""What a customer is billed, and what is credited back; whichever system holds it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


@dataclass(frozen=True, kw_only=True, slots=True)
class BilledLine:
    """One line of an invoice or a credit memo.

    Attributes:
        line: its number in the document; None before it is saved.
        order_line: the line of the order it bills; None when it bills none.
    """

    item: Reference
    quantity: Decimal
    rate: Decimal | None = None
    amount: Decimal | None = None
    description: str = ""
    line: int | None = None
    order_line: int | None = None
    custom_fields: tuple[CustomField, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedAmount:
    """How much of a document was set against another."""

    document: Reference
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """A bill to a customer.

    Attributes:
        created_from: the order it bills.
        number: what people call it ("INV1001"); "" before it is saved.
        total: in its currency, with tax; None before it is saved.
        amount_remaining: what is still to be paid.
        status: NetSuite's word for it ("Open", "Paid In Full").
    """

    customer: Reference
    transaction_date: date
    created_from: Reference | None = None
    due_date: date | None = None
    posting_period: Reference | None = None
    number: str = ""
    memo: str = ""
    currency: Reference | None = None
    subsidiary: Reference | None = None
    lines: tuple[BilledLine, ...] = ()
    total: Decimal | None = None
    tax_total: Decimal | None = None
    amount_remaining: Decimal | None = None
    status: str = ""
    custom_fields: tuple[CustomField, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditMemo:
    """What is credited back to a customer.

    Attributes:
        created_from: the invoice it credits.
        applied: the documents it was set against.
    """

    customer: Reference
    transaction_date: date
    created_from: Reference | None = None
    number: str = ""
    memo: str = ""
    currency: Reference | None = None
    lines: tuple[BilledLine, ...] = ()
    applied: tuple[AppliedAmount, ...] = ()
    total: Decimal | None = None
    unapplied: Decimal | None = None
    status: str = ""
    custom_fields: tuple[CustomField, ...] = ()
