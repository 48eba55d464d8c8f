"""Ties put right after the account's internal ids have changed: each leads to the record with its key, or waits for a person."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.flows.customer_gate import WATERMARK
from streak_netsuite.flows.customers import CUSTOMER_KEY
from streak_netsuite.flows.outage import RECORDS, note_name
from streak_netsuite.flows.planned_order import FLOW as DEAL_TO_ORDER
from streak_netsuite.flows.planned_order import order_key
from streak_netsuite.flows.record_guard import LOOKED, REPLACED
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.identity import company_key, external_id
from streak_netsuite.sync.binding import CARRIES, RULES_BY_KEY, Binding, confirmed_rule
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.intent import Intent
from streak_netsuite.sync.outcome import Action, Hold, Outcome
from streak_netsuite.sync.ports import Found
from streak_netsuite.sync.same_records import MovedTie

FLOW = "rebind"
BY_KEY = "key"
ALL = "all"
KEPT = "kept, as somebody has asked"
_NOWHERE = "no record carries its key"


class RecordDesk(Protocol):
    """What is asked of NetSuite."""

    def find_orders(self, external_ids: Sequence[str]) -> Mapping[str, Found]:
        """Return the sales orders that carry one of these keys."""

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these keys."""

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of all customers."""

    def keys_of(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Collection[str]]:
        """Return the keys that each of these records carries; those that do not exist are left out."""


class TieBook(Protocol):
    """All ties, as the ledger has them."""

    def pages(self, kind: RecordKind) -> Iterator[Sequence[Binding]]:
        """Yield every tie to NetSuite records of a kind, page by page."""

    def open_by_id(self, moved: Sequence[MovedTie]) -> Sequence[Intent]:
        """Return what is still to be written to records by internal ids that lead elsewhere once these ties are moved."""

    def confirm(self, confirmed: Sequence[MovedTie], *, actor: str, now: datetime) -> None:
        """Let ties have the rule that a person has confirmed, and note it in the audit."""

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
        confirmed: those of them whose record was written here and does not carry our key any more.
    """

    same: int = 0
    moved: tuple[MovedTie, ...] = ()
    confirmed: tuple[MovedTie, ...] = ()

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
        for one in self.confirmed:
            yield f"{one.binding.streak}: {one.binding.netsuite.kind} {one.netsuite_id} stays, and {_told(one.rule)} ({one.reason})"
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

    def plan(self, *, keep: Collection[str] = ()) -> Rebound:
        """Return where every tie to an order or a customer has to lead.

        Args:
            keep: Streak keys of those that a person takes for the right ones whatever key they carry; "all" for all
                that exist.

        Raises:
            ConfigurationError: all are to be kept, and internal ids have changed.
        """
        found = _Found()
        for page in self.ties.pages(RecordKind.SALES_ORDER):
            orders = self.erp.find_orders([_key_of(tie) for tie in page])
            for tie in page:
                known = orders.get(_key_of(tie))
                found.judge(tie, known.internal_id if known else "", BY_KEY if known else _NOWHERE)
        unknown: list[Binding] = []
        for page in self.ties.pages(RecordKind.CUSTOMER):
            customers = self.erp.find_customers([_key_of(tie) for tie in page])
            for tie in page:
                entry = customers.get(_key_of(tie))
                if entry is None:
                    unknown.append(tie)
                else:
                    found.judge(tie, entry.internal_id, BY_KEY)
        self._recognise(found, unknown)
        moved_by_key = [one for one in found.moved if one.reason == BY_KEY]
        if ALL in keep and moved_by_key:
            raise ConfigurationError(
                f"{len(moved_by_key)} records carry their keys under other internal ids, so the ids have changed, and what is "
                "under the old ones is not ours: keep those that are, one by one, by the keys of their boxes"
            )
        return self._kept(found, keep)

    def _kept(self, found: "_Found", keep: Collection[str]) -> Rebound:
        """Look at what does not carry its key: it is kept when a person says so, and else told what is there."""
        lost = [one.binding.netsuite for one in found.moved if not one.netsuite_id]
        unsure = [_now(one) for one in [*found.moved, *found.confirmed] if one.rule and one.reason != BY_KEY]
        carried = self.erp.keys_of([*lost, *unsure]) if lost or unsure else {}
        confirmed = [replace(one, rule=confirmed_rule(carried.get(_now(one), ()))) for one in found.confirmed]
        same, moved = found.same, list[MovedTie]()
        for one in found.moved:
            tie, keys = one.binding, carried.get(one.binding.netsuite)
            if one.netsuite_id:
                by_other = one.rule and one.reason != BY_KEY
                moved.append(
                    replace(one, rule=confirmed_rule(carried.get(_now(one), ()))) if by_other else one
                )
            elif keys is None:
                moved.append(one)
            elif tie.other_key and tie.other_key in keys:
                same += 1
            elif ALL in keep or tie.streak.id in keep:
                same += 1
                rule = confirmed_rule(keys)
                confirmed.append(replace(one, netsuite_id=tie.netsuite.id, reason=KEPT, rule=rule))
            else:
                there = f"{tie.netsuite.kind} {tie.netsuite.id} {_told(confirmed_rule(keys))}"
                moved.append(replace(one, reason=f"{one.reason}; {there}: --keep {tie.streak.id} keeps it"))
        # A tie that is confirmed already is nothing to do.
        todo = tuple(one for one in confirmed if one.rule != one.binding.rule)
        return Rebound(same=same, moved=tuple(moved), confirmed=todo)

    def carry_out(self, rebound: Rebound, *, actor: str) -> None:
        """Mend the ledger, and hold the deals whose order is nowhere. Repeating it changes nothing."""
        now = self.clock()
        held = [_held(one) for one in rebound.lost if one.binding.netsuite.kind is RecordKind.SALES_ORDER]
        if held:  # first: once its tie is dropped, nobody would come back for it
            self.memory.record_outcomes(held, flow=DEAL_TO_ORDER, run_id=self.run_id, now=now)
        cut_off = list(_cut_off(self.ties.open_by_id(rebound.moved), rebound.moved))
        if cut_off:
            self.memory.record_outcomes(cut_off, flow=FLOW, run_id=self.run_id, now=now)
        if rebound.confirmed:
            self.ties.confirm(rebound.confirmed, actor=actor, now=now)
        if rebound.moved:
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

    def _recognise(self, found: "_Found", ties: Sequence[Binding]) -> None:
        """Find customers that do not carry our key, as those that others made: by what was known of them."""
        if not ties:
            return
        known = {e.internal_id: e for e in self.directory.find(internal_ids=[t.netsuite.id for t in ties])}
        now = _Customers()
        for page in self.erp.changed_customers(None):
            now.add(page)
        for tie in ties:
            found.judge(tie, *now.like(known.get(tie.netsuite.id)))


@dataclass(kw_only=True)
class _Found:
    """Ties as they are gone through."""

    same: int = 0
    moved: list[MovedTie] = field(default_factory=list)
    confirmed: list[MovedTie] = field(default_factory=list)

    def judge(self, tie: Binding, internal_id: str, reason: str) -> None:
        """Note where a tie leads. One that we wrote and that is found without its key gets another rule."""
        by_key = tie.rule in RULES_BY_KEY or bool(tie.other_key)
        rule = ""
        if reason == BY_KEY:
            rule = "" if tie.other_key else BY_KEY
        elif internal_id and by_key:
            rule = confirmed_rule(())
        one = MovedTie(binding=tie, netsuite_id=internal_id, reason=reason, rule=rule)
        if internal_id != tie.netsuite.id:
            self.moved.append(one)
            return
        self.same += 1
        if rule and reason != BY_KEY:
            self.confirmed.append(one)


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
        key = (known.external_id or "").lower()
        found, how = self.by_external_id.get(key, []) if key else [], "external id"
        if not found:  # it had none, or it was given another one since
            found, how = self.by_name.get(_name(known), []), "number and name"
        if len(found) == 1:
            return found[0], how
        return "", f"{len(found) or 'no'} customers have its {how}"


def _name(entry: CustomerEntry) -> tuple[str, str]:
    return entry.entity_id.casefold(), company_key(entry.name)


def _key_of(tie: Binding) -> str:
    """Return the key that the record of a tie carries, ours or the one a person has confirmed."""
    if tie.other_key:
        return tie.other_key
    if tie.netsuite.kind is RecordKind.SALES_ORDER:
        return order_key(tie.streak.id)
    return external_id(CUSTOMER_KEY, tie.streak.id)


def _now(one: MovedTie) -> ExternalRef:
    return replace(one.binding.netsuite, id=one.netsuite_id)


def _told(rule: str) -> str:
    """Return in words what a record carries, by the rule that its confirmed tie has."""
    return f"carries '{rule.removeprefix(CARRIES)}'" if rule.startswith(CARRIES) else "carries no key"


def _cut_off(intents: Sequence[Intent], moved: Sequence[MovedTie]) -> Iterator[Outcome]:
    """Yield a hold for each record something was still to be written to, by an internal id that leads elsewhere now."""
    boxes = {one.binding.netsuite: one.binding.streak for one in moved}
    by_record: dict[ExternalRef, list[Intent]] = {}
    for one in intents:
        by_record.setdefault(boxes.get(one.subject, one.subject), []).append(one)
    for record, some in by_record.items():
        writes = [f"{one.kind} of {one.subject.kind} {one.subject.id}" for one in some]
        reason = (
            f"{', '.join(writes)} was on its way, or waited for a person, when the account's internal ids changed: it is not sent "
            "any more, and may have landed before"
        )
        yield Outcome(
            event_id=None,
            record=record,
            action=Action.HELD,
            rule="rebind",
            reason=reason,
            hold=Hold(
                code="CUT_OFF",
                reason=reason,
                fix="what is still due is planned anew under the new id; see in NetSuite what is there, then dismiss this",
                payload={one.operation_key: dict(one.payload) for one in some},
            ),
        )


def _held(one: MovedTie) -> Outcome:
    reason = f"sales order {one.binding.netsuite.id} was made for this box, and is not found in the account any more: {one.reason}"
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
