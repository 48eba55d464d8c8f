"""Organizations in Streak that are one: their boxes link to the one that stays, when a person says so.

Streak cannot merge organizations over its API. What is done here is the part that counts for deals: which organization a box
links to. The one that goes is deleted in Streak, by a person, once nothing links to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.customer_merges import FLOW as MERGED
from streak_netsuite.flows.queued import QueuedWrites, Sent
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_merge import sames
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.decision import Choice
from streak_netsuite.sync.duplicate_case import PairDecision, PairName, Sameness
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.organization_merge import (
    LinkedBox,
    OrganizationMerge,
    Relink,
    plan_organizations,
)
from streak_netsuite.sync.ports import Memory

FLOW = "organization_merges"
_KEY = "streak-boxlink"


class LinkDesk(Protocol):
    """Streak, as far as organizations of boxes go."""

    def organization_rows_of(self, keys: Sequence[str]) -> Mapping[str, CustomerRow]:
        """Return the organizations that exist among these, by key."""

    def boxes_of(self, organizations: Sequence[str]) -> Sequence[LinkedBox]:
        """Return the boxes of the watched pipelines that link to one of these organizations."""

    def swap_organization(self, box_key: str, *, old: str, new: str) -> bool:
        """Let one organization take the place of another in a box, where all others stay as they are.

        Returns False, and writes nothing, when the box does not link to the old one.

        Raises:
            RejectedByVendor: Streak refused it; code NOT_FOUND when there is no such box.
            TransientError: Streak does not answer, or others change the box; try again.
        """


class OrganizationMemory(Memory, Protocol):
    """The ledger, as far as organizations need it beside the other flows."""

    def streak_sides(self, customer_ids: Sequence[str]) -> Sequence[Binding]:
        """Return the ties of customers to Streak records of any kind."""

    def append_audit(
        self, *, actor: str, action: str, subject: str, details: Mapping[str, object], now: datetime
    ) -> None:
        """Note who did what."""


@dataclass(frozen=True, kw_only=True)
class OrganizationMerges:
    """What people called one organization, or what has become one customer in NetSuite, planned and accepted.

    Attributes:
        missing: tells which customers do not exist.
        said: what people said about organizations.
        said_of_customers: what people said about customers.
    """

    streak: LinkDesk
    missing: Callable[[Sequence[str]], frozenset[str]]
    memory: OrganizationMemory
    said: Callable[[], Sequence[PairDecision]]
    said_of_customers: Callable[[], Sequence[PairDecision]]
    clock: Callable[[], datetime]

    def plan(self) -> Sequence[OrganizationMerge]:
        """Return what there is to relink, the most boxes first. Reads only, and reads every box."""
        said = [*self.said(), *self._merged()]
        sets = sames(said).sets
        everyone = sorted({one for some in sets for one in some})
        if not everyone:
            return []
        rows = self.streak.organization_rows_of(everyone)
        boxes = self.streak.boxes_of(everyone)
        merges = [self._plan_set(some, rows, boxes, said) for some in sets if len(some & rows.keys()) > 1]
        return sorted(merges, key=lambda one: (-len(one.relinks), one.survivor.internal_id))

    def plan_one(self, survivor: str) -> OrganizationMerge:
        """Return what there is to relink to one organization.

        Raises:
            RecordError: nobody called it one with another that exists.
        """
        said = [*self.said(), *self._merged()]
        some = next((one for one in sames(said).sets if survivor in one), frozenset())
        rows = self.streak.organization_rows_of(sorted(some)) if some else {}
        if survivor not in rows or len(rows) < 2:
            raise RecordError(
                f"nobody has called organization {survivor} one with another that still exists",
                code="NOT_ACCEPTED",
                fix=f"decide first: streak-netsuite duplicates decide {survivor} OTHER same --among organizations --reason ...",
            )
        boxes = self.streak.boxes_of(sorted(some))
        return self._plan_set(some, rows, boxes, said, survivor=survivor)

    def accept(self, merge: OrganizationMerge, *, actor: str) -> int:
        """Queue what is to be relinked, and note who wanted that; return how many boxes are due.

        Raises:
            RecordError: their deals would go to another customer.
        """
        if merge.blocked:
            raise RecordError(
                f"the boxes of organization {merge.survivor.internal_id} stay as they are: {merge.blocked}",
                code="NOT_ONE_CUSTOMER",
            )
        now = self.clock()
        due = self.memory.plan_writes([relink_draft(one, wanted_at=now) for one in merge.relinks], now=now)
        if due:
            self.memory.append_audit(
                actor=actor,
                action="organizations.relink",
                subject=f"organization {merge.survivor.internal_id}",
                details={
                    "of": [one.internal_id for one in merge.others],
                    "boxes": [one.box.key for one in merge.relinks],
                },
                now=now,
            )
        return due

    def _plan_set(
        self,
        some: frozenset[str],
        rows: Mapping[str, CustomerRow],
        boxes: Sequence[LinkedBox],
        said: Sequence[PairDecision],
        *,
        survivor: str = "",
    ) -> OrganizationMerge:
        here = [rows[one] for one in sorted(some) if one in rows]
        buys_as, tied = self._customers([one.internal_id for one in here])
        return plan_organizations(here, boxes, buys_as=buys_as, tied=tied, said=said, survivor=survivor)

    def _customers(self, keys: Sequence[str]) -> tuple[dict[str, str], frozenset[str]]:
        """Return which customer each organization's deals go to, and the organizations that are tied to it themselves."""
        refs = {key: _organization(key) for key in keys}
        ties = self.memory.find_bindings(list(refs.values()), RecordKind.CUSTOMER)
        chosen = self.memory.find_decisions(list(refs.values()), question="customer")
        gone = self.missing(sorted({tie.netsuite.id for tie in ties.values()})) if ties else frozenset()
        found: dict[str, str] = {}
        tied = set()
        for key, ref in refs.items():
            tie, decided = ties.get(ref), chosen.get(ref)
            if tie is not None and tie.netsuite.id not in gone:
                found[key] = tie.netsuite.id
                tied.add(key)
            elif decided is not None and decided.choice is Choice.CHOOSE:
                found[key] = decided.value
            elif tie is not None:
                found[key] = tie.netsuite.id
        return found, frozenset(tied)

    def _merged(self) -> list[PairDecision]:
        """Return organizations of customers that were merged in NetSuite, as what follows from what people said of those."""
        said = self.said_of_customers()
        sets = sames(said).sets
        everyone = sorted({one for some in sets for one in some})
        gone = self.missing(everyone) if everyone else frozenset()
        found = []
        for some in sets:
            if len(some - gone) != 1 or not some & gone:
                continue
            ties = self.memory.streak_sides(sorted(some))
            keys = sorted({tie.streak.id for tie in ties if tie.streak.kind is RecordKind.ORGANIZATION})
            at = max(one.decided_at for one in said if one.pair.left in some)
            reason = f"customers {', '.join(sorted(some))} were merged in NetSuite"
            found += [
                PairDecision(
                    pair=PairName.of(keys[0], other),
                    said=Sameness.SAME,
                    actor=MERGED,
                    reason=reason,
                    decided_at=at,
                    bits=0.0,
                )
                for other in keys[1:]
            ]
        return found


@dataclass(frozen=True, kw_only=True)
class BoxRelinks(QueuedWrites[frozenset[str]]):
    """Writes into boxes which organization they link to now.

    Each try reads the box first: what an earlier one has written is found there, and a box that does not link to the
    organization that goes is left as it is, whoever has changed it.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.BOX_ORGANIZATIONS,)

    streak: LinkDesk

    def _prepare(self, intents: Sequence[Intent]) -> frozenset[str]:
        """Return the organizations to link to that exist."""
        return frozenset(self.streak.organization_rows_of(sorted({one.payload["new"] for one in intents})))

    def _send(self, intent: Intent, context: frozenset[str]) -> Sent:
        box, old, new = intent.subject.id, intent.payload["old"], intent.payload["new"]
        if new not in context:
            raise RecordError(
                f"box {box}: organization {new} does not exist any more, so it takes nobody's place",
                code="ORGANIZATION_GONE",
                fix="look at it again: streak-netsuite duplicates relink",
            )
        done = self.streak.swap_organization(box, old=old, new=new)
        told = f"organization {new} in the place of {old}" if done else f"does not link to {old} any more"
        return Sent(result_id=box, what=f"box {box}: {told}", skipped=not done)


def relink_draft(relink: Relink, *, wanted_at: datetime) -> IntentDraft:
    """Return the write of one box; the same change of the same box is the same write."""
    return IntentDraft(
        operation_key=external_id(_KEY, relink.box.key, relink.old, relink.new),
        flow=FLOW,
        kind=RecordKind.BOX_ORGANIZATIONS,
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=relink.box.key),
        payload={"old": relink.old, "new": relink.new, "wanted_at": wanted_at.isoformat()},
    )


def _organization(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id=key)
