"""Repairs of what `reconcile` found: word into the inbox, news told again, boxes written again. Never a write to NetSuite."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from streak_netsuite.flows.reconcile import Difference
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints


class RepairBook(Protocol):
    """The ledger, as repairs need it."""

    def store_hints(self, hints: Sequence[Hint], *, now: datetime) -> StoredHints:
        """Put hints into the inbox."""

    def write_again(self, operation_keys: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
        """Make writes to boxes due again; return how many."""


class Teller(Protocol):
    """Tells boxes what became of their orders."""

    def tell(self, order_ids: Sequence[str]) -> int:
        """Plan what the boxes are to be told; return how many writes are due."""


@dataclass(frozen=True, kw_only=True)
class Repairs:
    """Carries repairs out; each of them may be repeated."""

    book: RepairBook
    teller: Teller
    clock: Callable[[], datetime]
    run_id: str

    def make(self, differences: Iterable[Difference], *, actor: str) -> list[str]:
        """Repair what can be repaired; return in words what was done."""
        mends = [one.mend for one in differences if one.mend is not None]
        hints = sorted({key for mend in mends for key in mend.hints})
        orders = sorted({key for mend in mends for key in mend.orders})
        writes = sorted({key for mend in mends for key in mend.writes})
        done: list[str] = []
        if hints:
            stored = self.book.store_hints([self._hint(key) for key in hints], now=self.clock())
            done.append(f"{stored.new} deals are in the inbox")
        if orders:
            done.append(f"{self.teller.tell(orders)} writes about {len(orders)} orders are due")
        if writes:
            count = self.book.write_again(writes, actor=actor, reason="reconcile", now=self.clock())
            done.append(f"{count} writes to boxes are made again")
        return done

    def _hint(self, box_key: str) -> Hint:
        return Hint(
            record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box_key),
            version=f"reconcile-{self.run_id}",
            event="reconciled",
            origin=HintOrigin.PERSON,
        )
