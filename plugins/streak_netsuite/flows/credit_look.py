"""A credit hold changes no transaction in NetSuite: who is on one is asked, and compared with who was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints


class CreditSource(Protocol):
    """The account's customers, as far as their credit goes."""

    def customers_on_credit_hold(self) -> frozenset[str]:
        """Return the internal ids of all customers who are on credit hold now."""


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
    seen nothing, and none is seen twice.

    Attributes:
        account: names the snapshot of who was on hold.
    """

    erp: CreditSource
    memory: CreditBook
    account: str
    clock: Callable[[], datetime]

    def run(self) -> StoredHints:
        """Put a hint for each customer whose credit hold has begun or ended since the last look into the inbox."""
        name = f"netsuite.credit_holds.{self.account}"
        before = self.memory.get_snapshot(name)
        was = frozenset(before["customers"]) if before is not None else frozenset()
        held, now = self.erp.customers_on_credit_hold(), self.clock()
        if before is not None and held == was:
            return StoredHints(new=0, repeated=0)
        hints = [_hint(customer, held=customer in held, now=now) for customer in sorted(held ^ was)]
        return self.memory.store_hints(hints, now=now, snapshot=(name, {"customers": sorted(held)}))


def _hint(customer: str, *, held: bool, now: datetime) -> Hint:
    return Hint(
        record=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=customer),
        version=f"credit-{now.isoformat()}",  # the same hold again, another day, is another change
        event="credit hold" if held else "credit released",
        origin=HintOrigin.SWEEP,
    )
