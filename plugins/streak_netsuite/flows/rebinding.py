"""Ties put right after the account's internal ids have changed: each leads to the record with its key, or waits for a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from streak_netsuite.flows.customer_gate import WATERMARK
from streak_netsuite.flows.customers import CUSTOMER_KEY
from streak_netsuite.flows.outage import RECORDS, note_name
from streak_netsuite.flows.planned_order import FLOW as DEAL_TO_ORDER
from streak_netsuite.flows.planned_order import order_key
from streak_netsuite.flows.record_guard import LOOKED, REPLACED
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.identity import company_key, external_id
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.ports import Found
from streak_netsuite.sync.same_records import MovedTie

BY_KEY = "key"
_NOWHERE = "no record carries its key"


class RecordDesk(Protocol):
    """What is asked of NetSuite."""

    def find_orders(self, external_ids: Sequence[str]) -> Mapping[str, Found]:
        """Return the sales orders that carry one of these keys."""

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these keys."""

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of all customers."""


class TieBook(Protocol):
    """All ties, as the ledger has them."""

    def pages(self, kind: RecordKind) -> Iterator[Sequence[Binding]]:
        """Yield every tie to NetSuite records of a kind, page by page."""

    def move(
        self, moved: Sequence[MovedTie], *, directory_watermark: str, actor: str, stamp: str, now: datetime
    ) -> None:
        """Let ties lead to other records, and drop those whose record is nowhere; all at once, and in the audit."""


class Directory(Protocol):
    """Customers as they were known."""

    def find(self, *, internal_ids: Iterable[str]) -> Sequence[CustomerEntry]:
        """Return the entries of these ids."""


class Memory(Protocol):
    """The ledger besides."""

    def record_outcomes(self, outcomes: Sequence[Outcome], *, flow: str, run_id: str, now: datetime) -> None:
        """Keep outcomes that belong to no inbox event; opens holds."""

    def drop_snapshot(self, name: str) -> bool:
        """Forget what was noted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebound:
    """What there is to mend.

    Attributes:
        same: ties that lead where they led.
    """

    same: int = 0
    moved: tuple[MovedTie, ...] = ()

    @property
    def found(self) -> list[MovedTie]:
        """Ties whose record has another id."""
        return [one for one in self.moved if one.netsuite_id]

    @property
    def lost(self) -> list[MovedTie]:
        """Ties whose record is nowhere."""
        return [one for one in self.moved if not one.netsuite_id]

    def lines(self) -> Iterator[str]:
        """Yield it for people."""
        for one in self.moved:
            tie = one.binding
            leads = f"{tie.netsuite.kind} {one.netsuite_id}" if one.netsuite_id else "nothing"
            yield f"{tie.streak}: {tie.netsuite.kind} {tie.netsuite.id} -> {leads} ({one.reason})"
        yield f"{self.same} ties stay, {len(self.found)} lead to another id, {len(self.lost)} lead nowhere"


@dataclass(frozen=True, kw_only=True)
class Rebinding:
    """Finds by their keys what ties were made for. Writes to the ledger only, and only in `carry_out`."""

    erp: RecordDesk
    ties: TieBook
    directory: Directory
    memory: Memory
    clock: Callable[[], datetime]
    run_id: str

    def plan(self) -> Rebound:
        """Return where every tie to an order or a customer has to lead."""
        same, moved = 0, list[MovedTie]()
        for page in self.ties.pages(RecordKind.SALES_ORDER):
            orders = self.erp.find_orders([order_key(tie.streak.id) for tie in page])
            for tie in page:
                known = orders.get(order_key(tie.streak.id))
                same += _judge(moved, tie, known.internal_id if known else "", BY_KEY if known else _NOWHERE)
        unknown: list[Binding] = []
        for page in self.ties.pages(RecordKind.CUSTOMER):
            customers = self.erp.find_customers([_customer_key(tie) for tie in page])
            for tie in page:
                entry = customers.get(_customer_key(tie))
                if entry is None:
                    unknown.append(tie)
                else:
                    same += _judge(moved, tie, entry.internal_id, BY_KEY)
        same += self._recognise(moved, unknown)
        return Rebound(same=same, moved=tuple(moved))

    def carry_out(self, rebound: Rebound, *, actor: str) -> None:
        """Mend the ledger, and hold the deals whose order is nowhere. Repeating it changes nothing."""
        now = self.clock()
        held = [_held(one) for one in rebound.lost if one.binding.netsuite.kind is RecordKind.SALES_ORDER]
        if held:  # first: once its tie is dropped, nobody would come back for it
            self.memory.record_outcomes(held, flow=DEAL_TO_ORDER, run_id=self.run_id, now=now)
        self.ties.move(
            rebound.moved,
            directory_watermark=WATERMARK,
            actor=actor,
            stamp=now.strftime("%Y%m%dT%H%M%S"),
            now=now,
        )
        self.memory.drop_snapshot(LOOKED)
        self.memory.drop_snapshot(REPLACED)
        self.memory.drop_snapshot(note_name(RECORDS))

    def _recognise(self, moved: list[MovedTie], ties: Sequence[Binding]) -> int:
        """Find customers that were made by others: by what was known of them. Return how many are where they were."""
        if not ties:
            return 0
        known = {e.internal_id: e for e in self.directory.find(internal_ids=[t.netsuite.id for t in ties])}
        now = _Customers()
        for page in self.erp.changed_customers(None):
            now.add(page)
        same = 0
        for tie in ties:
            found, how = now.like(known.get(tie.netsuite.id))
            same += _judge(moved, tie, found, how)
        return same


@dataclass(kw_only=True)
class _Customers:
    """The account's customers as they are now, by what tells them."""

    by_external_id: dict[str, list[str]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, entries: Iterable[CustomerEntry]) -> None:
        for one in entries:
            if one.external_id:
                self.by_external_id.setdefault(one.external_id.lower(), []).append(one.internal_id)
            self.by_name.setdefault(_name(one), []).append(one.internal_id)

    def like(self, known: CustomerEntry | None) -> tuple[str, str]:
        """Return the internal id of the one customer that is what was known, and how that is told; "" and why not."""
        if known is None:
            return "", "nothing is known of it but its id"
        if known.external_id:
            found, how = self.by_external_id.get(known.external_id.lower(), []), "external id"
        else:
            found, how = self.by_name.get(_name(known), []), "number and name"
        if len(found) == 1:
            return found[0], how
        return "", f"{len(found) or 'no'} customers have its {how}"


def _name(entry: CustomerEntry) -> tuple[str, str]:
    return entry.entity_id.casefold(), company_key(entry.name)


def _judge(moved: list[MovedTie], tie: Binding, internal_id: str, reason: str) -> int:
    """Note a tie that has to lead elsewhere; return 1 for one that stays."""
    if internal_id == tie.netsuite.id:
        return 1
    moved.append(MovedTie(binding=tie, netsuite_id=internal_id, reason=reason))
    return 0


def _customer_key(tie: Binding) -> str:
    return external_id(CUSTOMER_KEY, tie.streak.id)


def _held(one: MovedTie) -> Outcome:
    reason = (
        f"sales order {one.binding.netsuite.id} was made for this box, and is not in the account any more: its internal ids "
        f"have changed, and {one.reason}"
    )
    return Outcome(
        event_id=None,
        record=one.binding.streak,
        action=Action.HELD,
        rule="rebind",
        reason=reason,
        hold=Hold(
            code="ORDER_LOST",
            reason=reason,
            fix="another order is not made for a box that had one: make it by hand where it is wanted, or copy the box; "
            "then dismiss this",
        ),
    )
