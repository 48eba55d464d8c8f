"""Invoices become overdue by time alone, which changes nothing in NetSuite: once a day they are looked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints


@dataclass(frozen=True, kw_only=True, slots=True)
class OverdueInvoice:
    """An open invoice that is past its due date."""

    internal_id: str
    number: str
    due: date


class OverdueSource(Protocol):
    """The account's open invoices."""

    def overdue_invoices(self, today: date) -> Iterator[Sequence[OverdueInvoice]]:
        """Yield the open invoices that were due before this day, page by page."""


class HintBook(Protocol):
    """The ledger, as the look uses it."""

    def get_watermark(self, name: str) -> datetime | None:
        """Return when it was looked last, or None before the first time."""

    def store_hints(
        self, hints: Sequence[Hint], *, now: datetime, watermark: tuple[str, datetime] | None = None
    ) -> StoredHints:
        """Keep hints, and move a watermark in the same transaction."""


@dataclass(frozen=True, kw_only=True)
class OverdueLook:
    """One search a day. An invoice makes one hint for its due date, however long it stays open.

    Attributes:
        account: names the watermark; it holds when the last look was finished.
        zone: the company's; decides when a day begins.
    """

    erp: OverdueSource
    memory: HintBook
    account: str
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def run(self) -> StoredHints:
        """Put a hint for each invoice that became overdue into the inbox; nothing when it was looked today.

        A look that stopped on its way is made again: its hints are known then.
        """
        now = self.clock()
        name = f"netsuite.overdue.{self.account}"
        last = self.memory.get_watermark(name)
        today = now.astimezone(self.zone).date()
        if last is not None and last.astimezone(self.zone).date() >= today:
            return StoredHints(new=0, repeated=0)
        new = repeated = 0
        for page in self.erp.overdue_invoices(today):
            stored = self.memory.store_hints([_hint(one) for one in page], now=now)
            new, repeated = new + stored.new, repeated + stored.repeated
        self.memory.store_hints([], now=now, watermark=(name, now))
        return StoredHints(new=new, repeated=repeated)


def _hint(invoice: OverdueInvoice) -> Hint:
    return Hint(
        record=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.INVOICE, id=invoice.internal_id),
        version=f"overdue-{invoice.due.isoformat()}",
        event="overdue",
        origin=HintOrigin.SWEEP,
        payload={"number": invoice.number},
    )
