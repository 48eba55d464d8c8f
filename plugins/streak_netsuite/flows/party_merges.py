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
from streak_netsuite.sync.customer_merge import no_more_one, parted_text, sames
from streak_netsuite.sync.decision import STAYS, Agreement, Choice, Decision
from streak_netsuite.sync.duplicate_case import Among, PairDecision, PairName, Sameness
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.party_merge import (
    LinkedBox,
    PartyMerge,
    PartyRow,
    Relink,
    Standing,
    plan_parties,
)
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

    def agree(self, agreement: Agreement, drafts: Sequence[IntentDraft], *, actor: str, now: datetime) -> int:
        """Keep what somebody decides, plan its writes and note it, all or nothing; return how many are due.

        Raises:
            RecordError: somebody has decided about one of these records since they were looked at.
        """

    def open_writes(self, kinds: Sequence[RecordKind], *, flow: str) -> Sequence[Intent]:
        """Return the queued writes of a flow that may still be carried out, those on their way too."""


@dataclass(frozen=True, kw_only=True)
class PartyMerges:
    """What people called one organization or contact, or what has become one customer in NetSuite, planned and accepted.

    Attributes:
        among: organizations or contacts.
        missing: tells which customers do not exist.
        said: what people said about these.
        said_of_customers: what people said about customers.
        taken_back_by: tells who took a decision about one of these back last; "" for nobody.
    """

    among: Among
    streak: LinkDesk
    missing: Callable[[Sequence[str]], frozenset[str]]
    memory: PartyMemory
    said: Callable[[], Sequence[PairDecision]]
    said_of_customers: Callable[[], Sequence[PairDecision]]
    taken_back_by: Callable[[Sequence[str]], str]
    clock: Callable[[], datetime]

    def listed(self, *, most: int) -> tuple[Sequence[PartyMerge], int]:
        """Return what people called one, without its boxes, and how many more there are. Reads only.

        Nothing but whether the records exist is asked about what is not returned.
        """
        said = self._said()
        sets, rows = self._existing(said)
        shown = sets[:most]
        standing = self._standing(shown)
        return [self._plan_set(some, rows, [], said, standing) for some in shown], len(sets) - len(shown)

    def plan(self) -> Sequence[PartyMerge]:
        """Return what there is to relink, the most boxes first. Reads only, and reads every box."""
        said = self._said()
        sets, rows = self._existing(said)
        if not sets:
            return []
        standing = self._standing(sets)
        boxes = self.streak.boxes_of(self.among, sorted({one for some in sets for one in some}))
        merges = [self._plan_set(some, rows, boxes, said, standing) for some in sets]
        return sorted(merges, key=lambda one: (-len(one.relinks), one.survivor.internal_id))

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
        standing = self._standing(
            [some]
        )  # before the boxes: what others have written until then is seen there
        if boxes is None:
            linked = self.streak.boxes_of(self.among, sorted(some), most=most)
        else:
            linked = self.streak.links_of(self.among, boxes)
        return self._plan_set(some, rows, linked, said, standing, survivor=survivor)

    def disputed(self) -> Sequence[frozenset[str]]:
        """Return records in which people contradict each other; nothing is done with them."""
        return sames(self.said()).disputed

    def parted(self, pairs: Sequence[PairName]) -> Mapping[PairName, str]:
        """Return which of these pairs are not called one any more, with who ended that."""
        said = self.said()
        if not no_more_one(pairs, said):
            return {}
        said = [*said, *self._merged()]  # asks NetSuite, which what people said seldom needs
        return {pair: parted_text(pair, said, self.taken_back_by) for pair in no_more_one(pairs, said)}

    def accept(self, merge: PartyMerge, *, actor: str) -> int:
        """Queue what is to be relinked, keep who is to stay and who wanted that; return how many boxes are due.

        Raises:
            RecordError: their deals would go to another customer, boxes are still being written so that another stays, or
                somebody has decided since this was planned who stays.
        """
        if merge.blocked:
            raise RecordError(
                f"the boxes of {self.among.one} {merge.survivor.internal_id} stay as they are: {merge.blocked}",
                code="NOT_ONE_CUSTOMER",
            )
        now = self.clock()
        drafts = [relink_draft(self.among, one, wanted_at=now) for one in merge.relinks]
        return self.memory.agree(self._agreement(merge, actor=actor, now=now), drafts, actor=actor, now=now)

    def _agreement(self, merge: PartyMerge, *, actor: str, now: datetime) -> Agreement:
        stays = merge.survivor.internal_id
        return Agreement(
            decided=[
                Decision(
                    record=_party(self.among, one.internal_id),
                    question=STAYS,
                    choice=Choice.CHOOSE,
                    value=stays,
                    actor=actor,
                    reason="",
                    decided_at=now,
                )
                for one in (merge.survivor, *merge.others)
            ],
            seen={_party(self.among, key): made for key, made in merge.seen.items()},
            action=f"{self.among}.relink",
            subject=f"{self.among.one} {stays}",
            details={
                "of": [one.internal_id for one in merge.others],
                "boxes": [one.box.key for one in merge.relinks],
            },
        )

    def _said(self) -> list[PairDecision]:
        return [*self.said(), *self._merged()]

    def _existing(
        self, said: Sequence[PairDecision]
    ) -> tuple[Sequence[frozenset[str]], Mapping[str, PartyRow]]:
        """Return the sets of which two and more exist, without what is gone, and the records."""
        sets = sames(said).sets
        everyone = sorted({one for some in sets for one in some})
        rows = self.streak.parties_of(self.among, everyone) if everyone else {}
        here = [some & rows.keys() for some in sets]
        return sorted((some for some in here if len(some) > 1), key=min), rows

    def _plan_set(
        self,
        some: frozenset[str],
        rows: Mapping[str, PartyRow],
        boxes: Sequence[LinkedBox],
        said: Sequence[PairDecision],
        standing: Standing,
        *,
        survivor: str = "",
    ) -> PartyMerge:
        here = [rows[one] for one in sorted(some) if one in rows]
        return plan_parties(here, boxes, among=self.among, standing=standing, said=said, survivor=survivor)

    def _standing(self, sets: Sequence[frozenset[str]]) -> Standing:
        """Return what is known about the records of all these, asked once for all."""
        keys = sorted({one for some in sets for one in some})
        if not keys:
            return Standing()
        # Who stays comes first: a relink that is accepted after this has another decision to show for it.
        refs = [_party(self.among, key) for key in keys]
        stays = self.memory.find_decisions(refs, question=STAYS)
        writing: dict[str, frozenset[str]] = {}
        for one in self.memory.open_writes((_KINDS[self.among],), flow=FLOW):
            old = one.payload["old"]
            writing[old] = writing.get(old, frozenset()) | {one.payload["new"]}
        buys_as, tied = self._customers(keys)
        return Standing(
            buys_as=buys_as,
            tied=tied,
            stays={ref.id: made for ref, made in stays.items()},
            writing=writing,
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Links:
    """What some relinks need.

    Attributes:
        exist: the organizations and contacts to link to that exist.
        stays: by record, who was let stay last among those that it is one with.
        parted: pairs that are not called one any more, with who ended that.
    """

    exist: frozenset[str]
    stays: Mapping[str, Decision]
    parted: Mapping[PairName, str]


@dataclass(frozen=True, kw_only=True)
class BoxRelinks(QueuedWrites[_Links]):
    """Writes into boxes which organization or contact they link to now.

    Each try reads the box first: what an earlier one has written is found there, and a box that does not link to the one that
    goes is left as it is, whoever has changed it. So is one when another was let stay since, as after a hold that is released late,
    and one when nobody calls both one any more.

    Attributes:
        parted: tells which of these pairs are not called one any more, with who ended that.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = (RecordKind.BOX_ORGANIZATIONS, RecordKind.BOX_CONTACTS)

    streak: LinkDesk
    parted: Callable[[Among, Sequence[PairName]], Mapping[PairName, str]]

    def _prepare(self, intents: Sequence[Intent]) -> _Links:
        wanted: dict[Among, set[str]] = {}
        pairs: dict[Among, list[PairName]] = {}
        refs = set()
        for one in intents:
            among = _AMONG[one.kind]
            wanted.setdefault(among, set()).add(one.payload["new"])
            pairs.setdefault(among, []).append(_pair(one))
            refs |= {_party(among, one.payload[name]) for name in ("old", "new")}
        stays = self.memory.find_decisions(sorted(refs, key=str), question=STAYS)
        return _Links(
            exist=frozenset(
                key for among, keys in wanted.items() for key in self.streak.parties_of(among, sorted(keys))
            ),
            stays={ref.id: made for ref, made in stays.items()},
            parted={
                pair: told
                for among, some in pairs.items()
                for pair, told in self.parted(among, list(dict.fromkeys(some))).items()
            },
        )

    def _may_repeat(self, intent: Intent) -> bool:  # noqa: ARG002 - all are alike
        return True  # each try reads the box first

    def _send(self, intent: Intent, context: _Links) -> Sent:
        among, box = _AMONG[intent.kind], intent.subject.id
        old, new = intent.payload["old"], intent.payload["new"]
        if parted := context.parted.get(_pair(intent)):
            return Sent(result_id=box, what=f"box {box}: left as it is: {parted}", skipped=True)
        decided = [context.stays[key] for key in (old, new) if key in context.stays]
        if other := next((made for made in decided if made.value != new), None):
            told = f"left as it is: {other.actor} let {among.one} {other.value} stay since"
            return Sent(result_id=box, what=f"box {box}: {told}", skipped=True)
        if new not in context.exist:
            raise RecordError(
                f"box {box}: {among.one} {new} does not exist any more, so it takes nobody's place",
                code=f"{among.one.upper()}_GONE",
                fix=f"look at it again: streak-netsuite duplicates relink --among {among}",
            )
        done = self.streak.swap_party(among, box, old=old, new=new)
        told = f"{among.one} {new} in the place of {old}" if done else f"does not link to {old} any more"
        return Sent(result_id=box, what=f"box {box}: {told}", skipped=not done)


def _pair(relink: Intent) -> PairName:
    return PairName.of(relink.payload["old"], relink.payload["new"])


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
