"""Accepted duplicates become a list of what to do in NetSuite; a merge that was done there is followed here.

Merging itself is a person's, in NetSuite. Here the record that stays is given values it lacks, when a person says so, and
once the others are gone, what was tied to them leads to it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.queued import LEFT, QueuedWrites, Sent
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_merge import (
    CustomerMerge,
    ListedMerge,
    MergeState,
    Moved,
    list_merge,
    no_more_one,
    parted_text,
    plan_merge,
    sames,
)
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.duplicate_case import PairDecision, PairName
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.ports import Memory

FLOW = "customer_merges"
_FILL_KEY = "streak-custfill"


class MergeDesk(Protocol):
    """Customers in NetSuite, as far as merging needs them."""

    def customer_rows_of(self, internal_ids: Sequence[str]) -> Mapping[str, CustomerRow]:
        """Return the customers that exist among these, by internal id."""

    def documents_of(self, internal_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """Return how many transactions hang on each customer, by type."""

    def missing_customers(self, internal_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these customers do not exist any more."""

    def customer_values(self, internal_ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return what the customers that exist hold in the fields that a merge fills."""

    def change_customer(self, internal_id: str, values: Mapping[str, str]) -> None:
        """Write values of a customer; every other field stays as it is.

        Raises:
            RejectedByVendor: NetSuite refused it, and nothing of it was written.
            UncertainWrite: nobody knows whether it was written; read it again.
        """


class MergeMemory(Memory, Protocol):
    """The ledger, as far as merges need it beside the other flows."""

    def streak_sides(self, customer_ids: Sequence[str]) -> Sequence[Binding]:
        """Return the ties of customers to Streak records of any kind."""

    def keep_decision(self, made: Decision, *, now: datetime) -> None:
        """Keep a decision about a record, and note it in the audit."""

    def append_audit(
        self, *, actor: str, action: str, subject: str, details: Mapping[str, object], now: datetime
    ) -> None:
        """Note who did what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A merge that was seen.

    Attributes:
        repointed: Streak records whose tie leads to the record that stayed now.
        beside: Streak records that are one customer with another that is tied to it already: their deals go there, too,
            and they should be merged in Streak.
    """

    gone: str
    survivor: str
    repointed: Sequence[ExternalRef] = ()
    beside: Sequence[ExternalRef] = ()

    def __str__(self) -> str:
        told = f"customer {self.gone} was merged into {self.survivor}"
        if self.repointed:
            told += f"; {', '.join(map(str, self.repointed))} leads there now"
        if self.beside:
            told += (
                f"; {', '.join(map(str, self.beside))} buys as it, too: let the other one take its place in Streak with "
                "duplicates relink"
            )
        return told


@dataclass(frozen=True, kw_only=True)
class CustomerMerges:
    """What people called one customer, planned and followed.

    Attributes:
        said: what people say of customers.
        taken_back_by: tells who took a decision about one of these customers back last; "" for nobody.
    """

    erp: MergeDesk
    memory: MergeMemory
    said: Callable[[], Sequence[PairDecision]]
    taken_back_by: Callable[[Sequence[str]], str]
    clock: Callable[[], datetime]

    def parted(self, pairs: Sequence[PairName]) -> Mapping[PairName, str]:
        """Return which of these pairs nobody calls one any more, with who ended that."""
        said = self.said()
        return {pair: parted_text(pair, said, self.taken_back_by) for pair in no_more_one(pairs, said)}

    def plan(self) -> Sequence[CustomerMerge]:
        """Return what there is to merge, the most money first. Reads only."""
        return [one.merge for one in self.checklist() if one.state is not MergeState.SEEN]

    def checklist(self) -> Sequence[ListedMerge]:
        """Return what there is to merge, the most money first, and then the merges that were seen. Reads only."""
        said = self.said()
        sets = sames(said).sets
        everyone = sorted({one for some in sets for one in some})
        rows = self.erp.customer_rows_of(everyone) if everyone else {}
        waiting = [one for some in sets if len(some & rows.keys()) > 1 for one in sorted(some & rows.keys())]
        moved = self._moved(waiting)
        listed = [list_merge(some, rows, said=said, moved=moved) for some in sets]
        found = [one for one in listed if one is not None]
        return sorted(found, key=lambda one: (one.state is MergeState.SEEN, -_money(one.merge)))

    def disputed(self) -> Sequence[frozenset[str]]:
        """Return records that would be one customer, but somebody has told two of them apart."""
        return sames(self.said()).disputed

    def plan_one(
        self, customer_id: str, *, survives: bool = True, chosen: Mapping[str, str] | None = None
    ) -> CustomerMerge:
        """Return what there is to merge with one customer.

        Args:
            survives: this one stays; otherwise the rule decides.
            chosen: by field, the record whose value is wanted.

        Raises:
            RecordError: nobody called it one with another that exists, or what was chosen is not there.
        """
        said = self.said()
        ids = next((some for some in sames(said).sets if customer_id in some), frozenset())
        rows = self.erp.customer_rows_of(sorted(ids))
        if customer_id not in rows or len(rows) < 2:
            raise RecordError(
                f"nobody has called customer {customer_id} one with another that still exists",
                code="NOT_ACCEPTED",
                fix=f"decide first: streak-netsuite duplicates decide {customer_id} OTHER same --reason ...",
            )
        return plan_merge(
            list(rows.values()),
            said=said,
            moved=self._moved(list(rows)),
            survivor=customer_id if survives else "",
            chosen=chosen,
        )

    def accept(self, merge: CustomerMerge, *, actor: str) -> int:
        """Queue the values that the record that stays takes over, and note who wanted that; return how many are due.

        What was written before, or refused, is due again: somebody has changed the record since. Each try reads it first.
        """
        if not merge.changes:
            return 0
        now = self.clock()
        draft = fill_draft(merge, wanted_at=now)
        due = self.memory.plan_writes([draft], now=now)
        if due:
            self.memory.append_audit(
                actor=actor,
                action="duplicates.fill",
                subject=f"customer {merge.survivor.internal_id}",
                details=dict(draft.payload),
                now=now,
            )
        return due

    def follow(self) -> Sequence[Followed]:
        """Let what was tied to customers that are gone lead to the ones that they were merged into. Repeating it is harmless."""
        sets = sames(self.said()).sets
        everyone = sorted({one for some in sets for one in some})
        gone = self.erp.missing_customers(everyone) if everyone else frozenset()
        found = []
        for some in sets:
            left = sorted(some - gone)
            # While two of them exist, nobody can tell into which one the third went.
            if len(left) == 1 and some & gone:
                found += [self._follow(one, left[0]) for one in sorted(some & gone)]
        self.memory.directory.forget(gone)
        return [one for one in found if one.repointed or one.beside]

    def _follow(self, gone: str, survivor: str) -> Followed:
        now, rule = self.clock(), f"merged: took the place of {gone}"
        repointed, beside = [], []
        for tie in self.memory.streak_sides([gone]):
            if self.memory.repoint_binding(tie, survivor, rule=rule, now=now):
                repointed.append(tie.streak)
            elif self._choose(tie.streak, survivor, rule, now):
                beside.append(tie.streak)
        return Followed(gone=gone, survivor=survivor, repointed=repointed, beside=beside)

    def _choose(self, streak: ExternalRef, survivor: str, rule: str, now: datetime) -> bool:
        """Let a Streak record buy as a customer that another one is tied to; False when that is known."""
        known = self.memory.find_decisions([streak], question="customer").get(streak)
        if known is not None and (known.choice, known.value) == (Choice.CHOOSE, survivor):
            return False
        made = Decision(
            record=streak,
            question="customer",
            choice=Choice.CHOOSE,
            value=survivor,
            actor=FLOW,
            reason=rule,
            decided_at=now,
        )
        self.memory.keep_decision(made, now=now)
        return True

    def _moved(self, ids: Sequence[str]) -> dict[str, Moved]:
        documents = self.erp.documents_of(ids) if ids else {}
        ties: dict[str, list[ExternalRef]] = {}
        for tie in self.memory.streak_sides(ids):
            ties.setdefault(tie.netsuite.id, []).append(tie.streak)
        return {one: Moved(documents=documents.get(one, {}), ties=ties.get(one, ())) for one in ids}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What some fills need.

    Attributes:
        values: by customer, what it holds now.
        parted: pairs that nobody calls one any more, with who ended that.
    """

    values: Mapping[str, Mapping[str, str]]
    parted: Mapping[PairName, str]


@dataclass(frozen=True, kw_only=True)
class CustomerFills(QueuedWrites[_Held]):
    """Writes the values that people wanted for records that stay.

    Each try reads the record first: what an earlier one has written is found there, and what somebody has changed since is
    left as it is. So is everything once a value would come from a record that is not called one with it any more.

    Attributes:
        parted: tells which of these pairs nobody calls one any more, with who ended that.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.CUSTOMER_CHANGE,)
    GONE: ClassVar[frozenset[str]] = frozenset({"CUSTOMER_GONE"})

    erp: MergeDesk
    parted: Callable[[Sequence[PairName]], Mapping[PairName, str]]

    def _prepare(self, intents: Sequence[Intent]) -> _Held:
        pairs = list(dict.fromkeys(pair for one in intents for pair in _sources(one)))
        return _Held(
            values=self.erp.customer_values(sorted({one.subject.id for one in intents})),
            parted=self.parted(pairs),
        )

    def _may_repeat(self, intent: Intent) -> bool:  # noqa: ARG002 - all are alike
        return True  # each try reads the record first

    def _touches(self, intent: Intent) -> str:
        return intent.subject.id

    def _send(self, intent: Intent, context: _Held) -> Sent:
        customer, wanted = intent.subject.id, intent.payload["changes"]
        held = context.values.get(customer)
        if held is None:
            raise RecordError(f"customer {customer} does not exist any more", code="CUSTOMER_GONE")
        if parted := next((context.parted[pair] for pair in _sources(intent) if pair in context.parted), ""):
            told = f"left as it is: {parted}"
            return Sent(
                result_id=customer,
                what=f"customer {customer}: {told}",
                payload={**intent.payload, LEFT: told},
                skipped=True,
            )
        other = [name for name, one in wanted.items() if held[name] not in (one["old"], one["new"])]
        if other:
            raise RecordError(
                f"customer {customer}: {', '.join(other)} was changed in NetSuite since it was decided",
                code="CHANGED_SINCE",
                fix=f"look at it again: streak-netsuite duplicates fill {customer}",
            )
        due = {name: one["new"] for name, one in wanted.items() if held[name] != one["new"]}
        if due:
            self.erp.change_customer(customer, due)
        told = ", ".join(f"{name} of {one['source']}" for name, one in wanted.items())
        return Sent(
            result_id=customer, what=f"customer {customer}: {told}{'' if due else ' (there already)'}"
        )


def _sources(fill: Intent) -> list[PairName]:
    """Return the customer of a fill with each one that gives it a value; its own may be among them."""
    customer = fill.subject.id
    sources = {one["source"] for one in fill.payload["changes"].values()}
    return [PairName.of(customer, source) for source in sorted(sources - {customer})]


def fill_key(merge: CustomerMerge) -> str:
    """Return what names the values that the record that stays would take over now; "" for none."""
    return fill_draft(merge).operation_key if merge.changes else ""


def fill_draft(merge: CustomerMerge, *, wanted_at: datetime | None = None) -> IntentDraft:
    """Return the write of what the record that stays takes over; the same values are the same write."""
    changes = {
        one.name: {"old": one.old, "new": one.new, "source": one.source, "rule": one.rule}
        for one in merge.changes
    }
    digest = hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()
    return IntentDraft(
        operation_key=external_id(_FILL_KEY, merge.survivor.internal_id, digest),
        flow=FLOW,
        kind=RecordKind.CUSTOMER_CHANGE,
        subject=ExternalRef(
            system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=merge.survivor.internal_id
        ),
        payload={"changes": changes, "wanted_at": wanted_at.isoformat() if wanted_at else ""},
    )


def _money(merge: CustomerMerge) -> float:
    return float(sum(abs(one.balance) + abs(one.orders) for one in (merge.survivor, *merge.others)))
