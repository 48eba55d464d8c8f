"""Organizations or contacts in Streak that are one: their boxes link to the one that stays, when a person says so.

Streak cannot merge them over its API (streak.readme.io, read 2026-11). What is done here is the part that counts for deals: which
organization or contact a box links to. The one that goes is deleted in Streak, by a person, once nothing links to it.
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
from streak_netsuite.sync.decision import Choice
from streak_netsuite.sync.duplicate_case import Among, PairDecision, PairName, Sameness
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.party_merge import LinkedBox, PartyMerge, PartyRow, Relink, plan_parties
from streak_netsuite.sync.ports import Memory

FLOW = "party_merges"
_KEY = "streak-boxlink"
_KINDS: Mapping[Among, RecordKind] = {
    Among.ORGANIZATIONS: RecordKind.BOX_ORGANIZATIONS,
    Among.CONTACTS: RecordKind.BOX_CONTACTS,
}
_AMONG: Mapping[RecordKind, Among] = {kind: among for among, kind in _KINDS.items()}


class LinkDesk(Protocol):
    """Streak, as far as organizations and contacts of boxes go."""

    def parties_of(self, among: Among, keys: Sequence[str]) -> Mapping[str, PartyRow]:
        """Return the organizations or contacts that exist among these, by key."""

    def boxes_of(
        self, among: Among, parties: Sequence[str], *, most: int | None = None
    ) -> Sequence[LinkedBox]:
        """Return the boxes of the watched pipelines that link to one of these organizations or contacts.

        Args:
            most: how many boxes may be read for that.

        Raises:
            RecordError: there are more boxes; code TOO_MANY_BOXES.
        """

    def links_of(self, among: Among, boxes: Sequence[str]) -> Sequence[LinkedBox]:
        """Return these boxes, as far as they exist, with the organizations or contacts they link to."""

    def swap_party(self, among: Among, box_key: str, *, old: str, new: str) -> bool:
        """Let one organization or contact take the place of another in a box, where all others stay as they are.

        Returns False, and writes nothing, when the box does not link to the old one.

        Raises:
            RejectedByVendor: Streak refused it; code NOT_FOUND when there is no such box.
            TransientError: Streak does not answer, or others change the box; try again.
        """


class PartyMemory(Memory, Protocol):
    """The ledger, as far as organizations and contacts need it beside the other flows."""

    def streak_sides(self, customer_ids: Sequence[str]) -> Sequence[Binding]:
        """Return the ties of customers to Streak records of any kind."""

    def append_audit(
        self, *, actor: str, action: str, subject: str, details: Mapping[str, object], now: datetime
    ) -> None:
        """Note who did what."""


@dataclass(frozen=True, kw_only=True)
class PartyMerges:
    """What people called one organization or contact, or what has become one customer in NetSuite, planned and accepted.

    Attributes:
        among: organizations or contacts.
        missing: tells which customers do not exist.
        said: what people said about these.
        said_of_customers: what people said about customers.
    """

    among: Among
    streak: LinkDesk
    missing: Callable[[Sequence[str]], frozenset[str]]
    memory: PartyMemory
    said: Callable[[], Sequence[PairDecision]]
    said_of_customers: Callable[[], Sequence[PairDecision]]
    clock: Callable[[], datetime]

    def listed(self) -> Sequence[PartyMerge]:
        """Return what people called one, without its boxes: asks for the records alone. Reads only."""
        return self._plans(lambda _: [])

    def plan(self) -> Sequence[PartyMerge]:
        """Return what there is to relink, the most boxes first. Reads only, and reads every box."""
        return self._plans(lambda keys: self.streak.boxes_of(self.among, keys))

    def plan_one(
        self, one: str, *, survivor: str = "", most: int | None = None, boxes: Sequence[str] | None = None
    ) -> PartyMerge:
        """Return what there is to relink of one organization or contact and those it is one with.

        Args:
            one: any of them.
            survivor: the one that is to stay; "" leaves it to the rules.
            most: how many boxes may be read.
            boxes: look into these alone.

        Raises:
            RecordError: nobody called it one with another that exists, or there are too many boxes.
        """
        said = self._said()
        some = next((some for some in sames(said).sets if one in some), frozenset())
        rows = self.streak.parties_of(self.among, sorted(some)) if some else {}
        if one not in rows or len(rows) < 2:
            raise RecordError(
                f"nobody has called {self.among.one} {one} one with another that still exists",
                code="NOT_ACCEPTED",
                fix=f"decide first: streak-netsuite duplicates decide {one} OTHER same --among {self.among} --reason ...",
            )
        if boxes is None:
            linked = self.streak.boxes_of(self.among, sorted(some), most=most)
        else:
            linked = self.streak.links_of(self.among, boxes)
        return self._plan_set(some, rows, linked, said, survivor=survivor)

    def disputed(self) -> Sequence[frozenset[str]]:
        """Return records in which people contradict each other; nothing is done with them."""
        return sames(self.said()).disputed

    def accept(self, merge: PartyMerge, *, actor: str) -> int:
        """Queue what is to be relinked, and note who wanted that; return how many boxes are due.

        Raises:
            RecordError: their deals would go to another customer.
        """
        if merge.blocked:
            raise RecordError(
                f"the boxes of {self.among.one} {merge.survivor.internal_id} stay as they are: {merge.blocked}",
                code="NOT_ONE_CUSTOMER",
            )
        now = self.clock()
        drafts = [relink_draft(self.among, one, wanted_at=now) for one in merge.relinks]
        due = self.memory.plan_writes(drafts, now=now)
        if due:
            self.memory.append_audit(
                actor=actor,
                action=f"{self.among}.relink",
                subject=f"{self.among.one} {merge.survivor.internal_id}",
                details={
                    "of": [one.internal_id for one in merge.others],
                    "boxes": [one.box.key for one in merge.relinks],
                },
                now=now,
            )
        return due

    def _said(self) -> list[PairDecision]:
        return [*self.said(), *self._merged()]

    def _plans(self, boxes_of: Callable[[Sequence[str]], Sequence[LinkedBox]]) -> Sequence[PartyMerge]:
        said = self._said()
        sets = sames(said).sets
        everyone = sorted({one for some in sets for one in some})
        if not everyone:
            return []
        rows = self.streak.parties_of(self.among, everyone)
        boxes = boxes_of(everyone)
        merges = [self._plan_set(some, rows, boxes, said) for some in sets if len(some & rows.keys()) > 1]
        return sorted(merges, key=lambda one: (-len(one.relinks), one.survivor.internal_id))

    def _plan_set(
        self,
        some: frozenset[str],
        rows: Mapping[str, PartyRow],
        boxes: Sequence[LinkedBox],
        said: Sequence[PairDecision],
        *,
        survivor: str = "",
    ) -> PartyMerge:
        here = [rows[one] for one in sorted(some) if one in rows]
        buys_as, tied = self._customers([one.key for one in here])
        return plan_parties(
            here, boxes, among=self.among, buys_as=buys_as, tied=tied, said=said, survivor=survivor
        )

    def _customers(self, keys: Sequence[str]) -> tuple[dict[str, str], frozenset[str]]:
        """Return which customer each one's deals go to, and those that are tied to it themselves."""
        refs = {key: _party(self.among, key) for key in keys}
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
        """Return records of customers that were merged in NetSuite, as what follows from what people said of those.

        Contacts are people: two of one firm may buy as one customer and stay two.
        """
        if self.among is Among.CONTACTS:
            return []
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
    """Writes into boxes which organization or contact they link to now.

    Each try reads the box first: what an earlier one has written is found there, and a box that does not link to the one that
    goes is left as it is, whoever has changed it.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.BOX_ORGANIZATIONS, RecordKind.BOX_CONTACTS)

    streak: LinkDesk

    def _prepare(self, intents: Sequence[Intent]) -> frozenset[str]:
        """Return the organizations and contacts to link to that exist."""
        wanted: dict[Among, set[str]] = {}
        for one in intents:
            wanted.setdefault(_AMONG[one.kind], set()).add(one.payload["new"])
        return frozenset(
            key for among, keys in wanted.items() for key in self.streak.parties_of(among, sorted(keys))
        )

    def _send(self, intent: Intent, context: frozenset[str]) -> Sent:
        among, box = _AMONG[intent.kind], intent.subject.id
        old, new = intent.payload["old"], intent.payload["new"]
        if new not in context:
            raise RecordError(
                f"box {box}: {among.one} {new} does not exist any more, so it takes nobody's place",
                code=f"{among.one.upper()}_GONE",
                fix=f"look at it again: streak-netsuite duplicates relink --among {among}",
            )
        done = self.streak.swap_party(among, box, old=old, new=new)
        told = f"{among.one} {new} in the place of {old}" if done else f"does not link to {old} any more"
        return Sent(result_id=box, what=f"box {box}: {told}", skipped=not done)


def relink_draft(among: Among, relink: Relink, *, wanted_at: datetime) -> IntentDraft:
    """Return the write of one box; the same change of the same box is the same write."""
    return IntentDraft(
        operation_key=external_id(_KEY, relink.box.key, relink.old, relink.new),
        flow=FLOW,
        kind=_KINDS[among],
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=relink.box.key),
        payload={"old": relink.old, "new": relink.new, "wanted_at": wanted_at.isoformat()},
    )


def _party(among: Among, key: str) -> ExternalRef:
    kind = RecordKind.CONTACT if among is Among.CONTACTS else RecordKind.ORGANIZATION
    return ExternalRef(system=SystemId.STREAK, kind=kind, id=key)
