"""Invoices and credit memos."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.parts import (
    CUSTOM_PRICE,
    custom,
    custom_fields,
    day,
    present,
    quantity,
    rate,
    reference,
    required_day,
    required_reference,
    whole,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.invoice import AppliedAmount, BilledLine, CreditMemo, Invoice
from streak_netsuite.model.reference import Reference

LINES = "itemList"
APPLIED = "applyList"


def write_invoice(invoice: Invoice, external_id: str) -> SuiteRecord:
    """Return an invoice on its own; one that bills an order begins with a transform."""
    return SuiteRecord(
        type="invoice",
        external_id=external_id,
        values=present(
            entity=invoice.customer,
            tranDate=invoice.transaction_date,
            dueDate=invoice.due_date,
            postingPeriod=invoice.posting_period,
            memo=invoice.memo,
            currency=invoice.currency,
            subsidiary=invoice.subsidiary,
        ),
        custom_fields=custom(invoice.custom_fields),
        sublists={LINES: _lines(invoice.lines)} if invoice.lines else {},
    )


def read_invoice(record: SuiteRecord, zone: ZoneInfo) -> Invoice:
    """Return an invoice, saved or just made by a transform.

    Raises:
        ValueError: it has no customer or no date.
    """
    return Invoice(
        customer=required_reference(record, "entity"),
        transaction_date=required_day(record, "tranDate", zone),
        created_from=reference(record, "createdFrom"),
        due_date=day(record, "dueDate", zone),
        posting_period=reference(record, "postingPeriod"),
        number=record.text("tranId"),
        memo=record.text("memo"),
        currency=reference(record, "currency"),
        subsidiary=reference(record, "subsidiary"),
        lines=tuple(_read_lines(record)),
        total=record.amount("total"),
        tax_total=record.amount("taxTotal"),
        amount_remaining=record.amount("amountRemaining"),
        status=record.text("status"),
        custom_fields=custom_fields(record),
    )


def write_credit_memo(memo: CreditMemo, external_id: str) -> SuiteRecord:
    """Return a credit memo on its own; one that credits an invoice begins with a transform."""
    sublists = {LINES: _lines(memo.lines)} if memo.lines else {}
    if memo.applied:
        sublists[APPLIED] = apply_to(memo.applied)
    return SuiteRecord(
        type="creditMemo",
        external_id=external_id,
        values=present(
            entity=memo.customer, tranDate=memo.transaction_date, memo=memo.memo, currency=memo.currency
        ),
        custom_fields=custom(memo.custom_fields),
        sublists=sublists,
    )


def read_credit_memo(record: SuiteRecord, zone: ZoneInfo) -> CreditMemo:
    """Return a credit memo.

    Raises:
        ValueError: it has no customer or no date.
    """
    return CreditMemo(
        customer=required_reference(record, "entity"),
        transaction_date=required_day(record, "tranDate", zone),
        created_from=reference(record, "createdFrom"),
        number=record.text("tranId"),
        memo=record.text("memo"),
        currency=reference(record, "currency"),
        lines=tuple(_read_lines(record)),
        applied=tuple(applied_amounts(record.rows(APPLIED))),
        total=record.amount("total"),
        unapplied=record.amount("unapplied"),
        status=record.text("status"),
        custom_fields=custom_fields(record),
    )


def apply_to(applied: Sequence[AppliedAmount]) -> Sublist:
    """Return the documents that a payment or credit is set against; others keep what they have.

    Raises:
        ValueError: a document is not named by its internal id, the only key this sublist has.
    """
    return Sublist(rows=tuple(_applied_row(one) for one in applied), mode=SublistMode.MERGE)


def applied_amounts(rows: Iterable[Fields]) -> Iterable[AppliedAmount]:
    """Yield what was really set against documents; NetSuite lists those that could be, too."""
    for row in rows:
        amount = row.amount("amount")
        if row.flag("apply") and amount:
            yield AppliedAmount(
                document=Reference(internal_id=row.text("doc"), name=row.text("refNum")), amount=amount
            )


def _applied_row(one: AppliedAmount) -> Fields:
    if one.document.internal_id is None:
        raise ValueError(f"{one.document} has to be named by its internal id to be paid")
    return Fields(values={"apply": True, "doc": int(one.document.internal_id), "amount": one.amount})


def _lines(lines: Sequence[BilledLine]) -> Sublist:
    return Sublist(rows=tuple(_line(line) for line in lines), mode=SublistMode.REPLACE)


def _line(line: BilledLine) -> Fields:
    price: RecordRef | None = CUSTOM_PRICE if line.rate is not None else None
    return Fields(
        values=present(
            item=line.item,
            quantity=line.quantity,
            price=price,
            rate=line.rate,
            amount=line.amount,
            description=line.description,
            orderLine=line.order_line,
        ),
        custom_fields=custom(line.custom_fields),
    )


def _read_lines(record: SuiteRecord) -> Iterable[BilledLine]:
    for row in record.rows(LINES):
        item = reference(row, "item")
        if item is not None:
            yield BilledLine(
                item=item,
                quantity=quantity(row),
                rate=rate(row),
                amount=row.amount("amount") or Decimal(0),
                description=row.text("description"),
                line=whole(row, "line"),
                order_line=whole(row, "orderLine"),
                custom_fields=custom_fields(row),
            )
