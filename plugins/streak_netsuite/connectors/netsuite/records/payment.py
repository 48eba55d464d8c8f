"""Customers' payments."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.records.invoice import APPLIED, applied_amounts, apply_to
from streak_netsuite.connectors.netsuite.records.parts import (
    custom,
    custom_fields,
    present,
    reference,
    required_day,
    required_reference,
)
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.payment import Payment


def write_payment(payment: Payment, external_id: str) -> SuiteRecord:
    """Return a payment that pays exactly the named invoices.

    NetSuite spreads a payment over the oldest invoices when it is left to choose (autoApply), so it never is.

    Raises:
        ValueError: an invoice is not named by its internal id.
    """
    return SuiteRecord(
        type="customerPayment",
        external_id=external_id,
        values=present(
            customer=payment.customer,
            tranDate=payment.transaction_date,
            payment=payment.amount,
            currency=payment.currency,
            paymentMethod=payment.method,
            memo=payment.memo,
            checkNum=payment.reference_number,
            account=payment.account,
            undepFunds=payment.account is None,
            autoApply=False,
        ),
        custom_fields=custom(payment.custom_fields),
        sublists={APPLIED: apply_to(payment.applied)} if payment.applied else {},
    )


def read_payment(record: SuiteRecord, zone: ZoneInfo) -> Payment:
    """Return a payment.

    Raises:
        ValueError: it has no customer or no date.
    """
    amount = record.amount("payment") or record.amount("total") or Decimal(0)
    return Payment(
        customer=required_reference(record, "customer"),
        transaction_date=required_day(record, "tranDate", zone),
        amount=amount,
        number=record.text("tranId"),
        memo=record.text("memo"),
        reference_number=record.text("checkNum"),
        currency=reference(record, "currency"),
        method=reference(record, "paymentMethod"),
        account=reference(record, "account"),
        applied=tuple(applied_amounts(record.rows(APPLIED))),
        unapplied=record.amount("unapplied"),
        status=record.text("status"),
        custom_fields=custom_fields(record),
    )
