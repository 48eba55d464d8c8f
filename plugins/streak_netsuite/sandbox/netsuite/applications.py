"""The lists by which payments, credits, deposits and refunds are applied to documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import settlements
from streak_netsuite.sandbox.netsuite.amounts import ZERO, check_numbers
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, bad_value
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_DAY_NAMES = {"applyList": "applyDate", "creditList": "creditDate", "depositList": "depositDate"}
_DUE_NAMES = {"depositList": "remaining"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Applying:
    """One apply, credit or deposit list of one transaction.

    Attributes:
        record: the payment, credit, application or refund the list is on.
        list_name: "applyList", "creditList" or "depositList".
        customer: whose documents may be named.
        kinds: which documents may be named.
    """

    store: Store
    record: Record
    list_name: str
    customer: str
    kinds: tuple[str, ...]

    def left(self, document: Record) -> Decimal:
        """Return what the document has left for this list."""
        return settlements.remaining(self.store, document, without=self.record.internal_id)

    def open_documents(self) -> list[Record]:
        """Return the customer's documents of these kinds with something left, the oldest first."""
        found = [d for d in self.store.linked("customer", self.customer, *self.kinds) if self._fits(d)]
        return sorted(found, key=lambda d: (d.fields["tranDate"], int(d.internal_id)))

    def _fits(self, document: Record) -> bool:
        return self._same_currency(document) and self.left(document) > 0

    def _same_currency(self, document: Record) -> bool:
        ours, theirs = self.record.fields.get("currency"), document.fields.get("currency")
        return (ours and ours.internal_id) == (theirs and theirs.internal_id)

    def entry(self, document: Record, amount: Decimal | None = None, **more: object) -> Fields:
        """Return a list entry for a document; ticked when it has an amount."""
        due = self.left(document)
        shown: Fields = {
            "apply": amount is not None,
            "doc": int(document.internal_id),
            "line": 0,
            _DAY_NAMES[self.list_name]: document.fields["tranDate"],
            "type": document.kind[0].upper() + document.kind[1:],
            "refNum": document.fields.get("tranId", ""),
            "total": settlements.worth(document),
            _DUE_NAMES.get(self.list_name, "due"): due,
            "currency": document.fields.get("currencyName"),
        }
        return shown | ({} if amount is None else {"amount": amount}) | more

    def read(self, sent: Fields | None, at_hand: Decimal | None) -> list[Fields]:
        """Return the ticked entries: matched by doc, with amounts.

        An entry without an amount takes what is due, or what is left of the sum at hand.
        """
        is_whole = sent is None or sent.get("@replaceAll", True)
        old = {} if is_whole and sent is not None else self._saved()
        kept: dict[int, Fields] = dict(old)
        for one in (sent or {}).get(_entries_name(self.list_name), []):
            number, entry = self._read_entry(one, kept, at_hand)
            if entry is None:
                kept.pop(number, None)
            else:
                kept[number] = entry
        return list(kept.values())

    def _saved(self) -> dict[int, Fields]:
        return {e["doc"]: e for e in self.record.sublists.get(self.list_name, []) if e.get("apply")}

    def _read_entry(
        self, one: Fields, kept: dict[int, Fields], at_hand: Decimal | None
    ) -> tuple[int, Fields | None]:
        number: int | None = one.get("doc")
        if number is None:
            raise bad_value("doc", "each entry names its document")
        if not one.get("apply", "amount" in one):
            return number, None
        document = self._document(number)
        check_numbers(one)
        discount = one.get("disc") or ZERO
        amount = one.get("amount")
        if amount is None:
            spent = sum((e["amount"] for n, e in kept.items() if n != number), ZERO)
            due = self.left(document) - discount
            amount = due if at_hand is None else min(due, at_hand - spent)
        self._check_amount(document, amount, discount)
        more = {"disc": discount} if discount else {}
        return number, self.entry(document, amount, **more)

    def _document(self, number: int) -> Record:
        document = self.store.find(Ref(internal_id=str(number)), *self.kinds)
        owner = document.fields.get("entity") or document.fields.get("customer") if document else None
        if document is None or owner is None or owner.internal_id != self.customer:
            raise bad_reference("doc", str(number), f"for entity {self.customer}")
        if not self._same_currency(document):
            raise RecordRefused(
                "MISMATCHED_CURRENCY",
                f"The document {document.name} is in {document.fields.get('currencyName')}, which is not the "
                "currency of this transaction.",
            )
        return document

    def _check_amount(self, document: Record, amount: Decimal, discount: Decimal) -> None:
        due = self.left(document)
        if amount + discount > due:
            raise RecordRefused(
                "CANT_APPLY_PMT",
                f"You cannot apply {amount + discount} to {document.name}: only {due} is left.",
            )
        if amount < 0:
            raise bad_value("amount", f"{amount} is negative")

    def oldest_first(self, at_hand: Decimal) -> list[Fields]:
        """Return entries that spread a sum over the open documents, the oldest first."""
        entries = []
        for document in self.open_documents():
            amount = min(at_hand, self.left(document))
            if amount <= 0:
                break
            entries.append(self.entry(document, amount))
            at_hand -= amount
        return entries


def _entries_name(list_name: str) -> str:
    return list_name.removesuffix("List")


def total(entries: Iterable[Fields]) -> Decimal:
    """Return what ticked entries apply together."""
    return sum((e["amount"] for e in entries if e.get("apply")), ZERO)
