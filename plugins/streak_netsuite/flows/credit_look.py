"""A credit hold changes no transaction in NetSuite: who is on one is asked, and compared with who was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints


class CreditSource(Protocol):
    """The account's customers, as far as their credit goes."""

    def customers_on_credit_hold(self) -> frozenset[str] | None:
        """Return the internal ids of all customers who are on credit hold now; None when nobody knows."""


class CreditBook(Protocol):
    """The ledger, as the look uses it."""

    def get_snapshot(self, name: str) -> Mapping[str, Any] | None:
        """Return who was on credit hold at the last look, or None before the first."""

    def store_hints(
        self, hints: Sequence[Hint], *, now: datetime, snapshot: tuple[str, Mapping[str, Any]] | None = None
    ) -> StoredHints:
        """Keep hints, and a snapshot in the same transaction."""


@dataclass(frozen=True, kw_only=True)
class CreditLook:
    """One search. A customer makes a hint when finance puts him on credit hold, and when it releases him.

    The hints and what they are compared with are kept in one transaction: a look that stops on its way has
    seen nothing, and none is seen twice. The first look keeps who is on hold, and makes no hints: those holds are no
    news. What another field of NetSuite calls a hold is looked at for the first time, too.

    Attributes:
        account: names the snapshot of who was on hold, with the field.
        field: NetSuite's, by which customers are on hold.
        zone: the company's; decides what day the first look was.
    """

    erp: CreditSource
    memory: CreditBook
    account: str
    field: str
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def run(self) -> StoredHints:
        """Put a hint for each customer whose credit hold has begun or ended since the last look into the inbox."""
        held, now = self.erp.customers_on_credit_hold(), self.clock()
        if held is None:
            return StoredHints(new=0, repeated=0)
        before = self.memory.get_snapshot(self._name)
        if before is None:
            first = now.astimezone(self.zone).date()
            return self._keep((), held, now=now, first=first.isoformat(), held_then=held)
        was = frozenset(before["customers"])
        if held == was:
            return StoredHints(new=0, repeated=0)
        hints = [_hint(customer, held=customer in held, now=now) for customer in sorted(held ^ was)]
        return self._keep(
            hints, held, now=now, first=before["first"], held_then=held & frozenset(before["held_then"])
        )

    def is_older(self, customer: str, ordered_on: date) -> bool:
        """Tell whether a customer's hold, and an order of his, are older than the first look: that hold is no news."""
        seen = self.memory.get_snapshot(self._name)
        if seen is None:
            return True
        return customer in seen["held_then"] and ordered_on < date.fromisoformat(seen["first"])

    @property
    def _name(self) -> str:
        return f"netsuite.credit_holds.{self.account}.{self.field}"

    def _keep(
        self,
        hints: Sequence[Hint],
        held: frozenset[str],
        *,
        now: datetime,
        first: str,
        held_then: frozenset[str],
    ) -> StoredHints:
        """Keep hints and who is on hold, with those who have been so since the first look."""
        body = {"customers": sorted(held), "first": first, "held_then": sorted(held_then)}
        return self.memory.store_hints(hints, now=now, snapshot=(self._name, body))


def _hint(customer: str, *, held: bool, now: datetime) -> Hint:
    return Hint(
        record=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=customer),
        version=f"credit-{now.isoformat()}",  # the same hold again, another day, is another change
        event="credit hold" if held else "credit released",
        origin=HintOrigin.SWEEP,
    )
