"""An invoice that would be made, in words, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from streak_netsuite.flows.plan_text import change_line
from streak_netsuite.sync.ports import InvoicePreview

_OF_NETSUITE = "filled by NetSuite"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedInvoice:
    """An invoice that would be made.

    Attributes:
        dated: its day.
        dated_rule: the mapping's rule for the day.
        note: what its memo would say behind the order's, "" for nothing.
        deposits: internal ids of deposits that would be applied to it.
    """

    order_number: str
    operation_key: str
    when: str
    dated: date
    dated_rule: str
    preview: InvoicePreview
    note: str = ""
    deposits: Sequence[str] = ()


def invoice_text(plan: PlannedInvoice) -> str:
    """Return an invoice for people: its day, each line with its amount, tax and total, each with its rule."""
    preview = plan.preview
    rows = [("dated", str(plan.dated), f"invoice.dated: {plan.dated_rule}")]
    for number, line in enumerate(preview.lines, start=1):
        told = f"{_number(line.quantity)} x {line.item}"
        told += f" at {_number(line.rate)}" if line.rate is not None else ""
        told += f" = {line.amount:,.2f}" if line.amount is not None else ""
        rows.append((f"line {number}", told, "shipped and not billed"))
    if preview.tax:
        rows.append(("tax", f"{preview.tax:,.2f}", _OF_NETSUITE))
    if preview.total is not None:
        rows.append(("total", f"{preview.total:,.2f} {preview.currency}".strip(), _OF_NETSUITE))
    if plan.note:
        rows.append(("memo", f"... {plan.note}", "invoice.closed_period: next_open"))
    width = max(len(name) for name, _, _ in rows)
    lines = [
        f"CREATE invoice of order {plan.order_number} as {plan.operation_key} (rule invoice.when: {plan.when})",
        *("    " + change_line(name, "", new, rule, width=width) for name, new, rule in rows),
    ]
    if plan.deposits:
        lines.append(
            f"  CREATE applications of deposits {', '.join(plan.deposits)}   [invoice.deposits: apply]"
        )
    return "\n".join(lines)


def _number(value: Decimal | None) -> str:
    return "?" if value is None else format(value.normalize(), "f")
