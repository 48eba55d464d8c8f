"""Whether an order suits its customer: found out before anything is written, with names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.drafts import MappedDealDraft
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.plan import CustomerStep
from streak_netsuite.sync.ports import CustomerDirectory, OrderTarget, TaxCodeEntry

TaxCodes = Mapping[Reference, TaxCodeEntry]


class FitCheck:
    """Holds the deals whose order NetSuite would refuse for their customer.

    What is not known (a customer that the directory has not seen, a subsidiary that is not mapped) is left to NetSuite.
    """

    def __init__(
        self,
        directory: CustomerDirectory,
        erp: OrderTarget,
        *,
        credit_hold: Literal["ignore", "flag", "hold"],
        other_subsidiary: Literal["hold", "add"],
    ) -> None:
        self._directory = directory
        self._erp = erp
        self._credit_hold = credit_hold
        self._adds = other_subsidiary == "add"

    def keep_fitting(
        self, batch: Batch, drafts: Sequence[MappedDealDraft], steps: Mapping[str, CustomerStep]
    ) -> dict[str, CustomerStep]:
        """Return the steps of the deals that fit; the others are held in the batch."""
        entries = self._entries(steps.values())
        tax_codes = self._tax_codes(d.order for d in drafts if d.deal.key in steps)
        fine: dict[str, CustomerStep] = {}
        for draft in drafts:
            step = steps.get(draft.deal.key)
            if step is None:
                continue
            entry = entries.get(step.reference.internal_id or "") if step.reference else None
            error = (
                currency_error(draft.order, entry)
                or inactive_error(entry)
                or (credit_hold_error(entry) if self._credit_hold == "hold" else None)
                or tax_code_error(draft.order, subsidiary_of(step, entry), tax_codes)
            )
            if error is None:
                is_held = entry is not None and entry.on_credit_hold and self._credit_hold == "flag"
                joins = joined_subsidiary(draft.order, subsidiary_of(step, entry)) if self._adds else None
                fine[draft.deal.key] = replace(step, on_credit_hold=is_held, joins=joins)
            else:
                batch.hold(draft.deal.key, hold_of(error, payload=to_plain(draft.order)), rule="customer")
        return fine

    def _entries(self, steps: Iterable[CustomerStep]) -> dict[str, CustomerEntry]:
        ids = {s.reference.internal_id for s in steps if s.reference and s.reference.internal_id}
        return {e.internal_id: e for e in self._directory.find(internal_ids=ids)} if ids else {}

    def _tax_codes(self, orders: Iterable[SalesOrder]) -> TaxCodes:
        used = {
            line.tax_code: None
            for order in orders
            for line in order.lines
            if line.tax_code and not _is_built_in(line.tax_code)
        }
        return self._erp.find_tax_codes(list(used)) if used else {}


def subsidiary_of(step: CustomerStep, entry: CustomerEntry | None) -> str:
    """Return the internal id of the customer's subsidiary, or "" when it is not known."""
    if entry is not None:
        return entry.subsidiary
    planned = step.record.subsidiary if step.record is not None else None
    return (planned.internal_id or "") if planned else ""


def joined_subsidiary(order: SalesOrder, known: str) -> Reference | None:
    """Return the order's subsidiary when it is another one than the customer's, as far as both are known by id."""
    wanted = order.subsidiary
    if wanted is None or not wanted.internal_id or not known or wanted.internal_id == known:
        return None
    return wanted


def currency_error(order: SalesOrder, entry: CustomerEntry | None) -> RecordError | None:
    """Return why this customer cannot be billed in the order's currency, if so."""
    if entry is None or order.currency is None or not entry.currencies:
        return None
    if order.currency.internal_id in entry.currencies:
        return None
    return RecordError(
        f"the order is in {order.currency}, and customer '{entry.name}' ({entry.internal_id}) is billed in "
        f"currency {', '.join(entry.currencies)} only",
        code="CURRENCY",
        fix="add the currency to the customer in NetSuite, or correct the deal's currency in Streak",
    )


def inactive_error(entry: CustomerEntry | None) -> RecordError | None:
    """Return that the customer is inactive, if so."""
    if entry is None or not entry.inactive:
        return None
    return RecordError(
        f"customer '{entry.name}' ({entry.internal_id}) is inactive in NetSuite",
        code="INACTIVE_CUSTOMER",
        fix="make the customer active again in NetSuite, or link the organization to another one",
    )


def credit_hold_error(entry: CustomerEntry | None) -> RecordError | None:
    """Return that finance has put the customer on credit hold, if so."""
    if entry is None or not entry.on_credit_hold:
        return None
    return RecordError(
        f"customer '{entry.name}' ({entry.internal_id}) is on credit hold in NetSuite",
        code="CREDIT_HOLD",
        fix="release the customer in NetSuite, then release this; or dismiss it",
    )


def tax_code_error(order: SalesOrder, subsidiary: str, tax_codes: TaxCodes) -> RecordError | None:
    """Return every line's tax code that cannot be used for a customer of this subsidiary, as one error."""
    found = [_line_error(n, line, subsidiary, tax_codes) for n, line in enumerate(order.lines, start=1)]
    reasons = [reason for reason in found if reason]
    if not reasons:
        return None
    return RecordError(
        "; ".join(reasons),
        code="TAX_CODE",
        fix="correct the tax code in the deal or in the mapping, or offer the code in the subsidiary in NetSuite",
    )


def _line_error(number: int, line: OrderLine, subsidiary: str, tax_codes: TaxCodes) -> str:
    if line.tax_code is None or _is_built_in(line.tax_code):
        return ""
    where = f"line {number} ({line.item.name or line.item}): tax code"
    code = tax_codes.get(line.tax_code)
    if code is None:
        return f"{where} {line.tax_code} does not exist in NetSuite"
    named = f"{where} '{code.name}' ({code.internal_id})"
    if code.inactive:
        return f"{named} is inactive in NetSuite"
    if (
        subsidiary
        and code.subsidiaries
        and not code.includes_children
        and subsidiary not in code.subsidiaries
    ):
        return (
            f"{named} is offered in subsidiary {', '.join(code.subsidiaries)} only, "
            f"and the customer is in subsidiary {subsidiary}"
        )
    return ""


def _is_built_in(code: Reference) -> bool:
    """Tell the codes that every account has, such as -7 "Not Taxable": they are no records to look up."""
    return (code.internal_id or "").startswith("-")
