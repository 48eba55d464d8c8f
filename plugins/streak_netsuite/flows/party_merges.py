"""Organizations or contacts in Streak that are one: what links to them links to the one that stays, when a person says so.

Streak cannot merge them over its API (streak.readme.io, read 2026-11). What is done here is what can be: which organization or
contact a box links to, and which of them link to each other. The one that goes is deleted in Streak, by a person, once nothing
links to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.customer_merges import FLOW as MERGED
from streak_netsuite.flows.party_relinks import FLOW, KINDS, LinkDesk, drafts_of
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_merge import no_more_one, parted_text, sames
from streak_netsuite.sync.decision import STAYS, Agreement, Choice, Decision
from streak_netsuite.sync.duplicate_case import Among, PairDecision, PairName, Sameness
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.party_merge import (
    LinkedBox,
    LinkedParty,
    PartyMerge,
    PartyRow,
    Standing,
    party_ref,
    plan_parties,
)
from streak_netsuite.sync.ports import Memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Most:
    """How much may be read for a plan; None for all.

    Attributes:
        parties: contacts and organizations together.
    """

    boxes: int | None = None
    parties: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Only:
    """What a plan is to look into, as somebody was shown it."""

    boxes: Sequence[str] = ()
    parties: Sequence[ExternalRef] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Around:
    """What links to records that are one."""

    boxes: Sequence[LinkedBox] = ()
    linked: Sequence[LinkedParty] = ()


_ALL, _NOTHING = Most(), _Around()


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
        return [self._plan_set(some, rows, _NOTHING, said, standing) for some in shown], len(sets) - len(
            shown
        )

    def plan(self) -> Sequence[PartyMerge]:
        """Return what there is to relink, the most boxes first. Reads only, and reads every box, contact and organization."""
        said = self._said()
        sets, rows = self._existing(said)
        if not sets:
            return []
        standing = self._standing(sets)
        around = self._around(sorted({one for some in sets for one in some}))
        merges = [self._plan_set(some, rows, around, said, standing) for some in sets]
        return sorted(merges, key=lambda one: (-len(one.relinks), one.survivor.internal_id))

    def plan_one(
        self, one: str, *, survivor: str = "", most: Most = _ALL, only: Only | None = None
    ) -> PartyMerge:
        """Return what there is to relink of one organization or contact and those it is one with.

        Args:
            one: any of them.
            survivor: the one that is to stay; "" leaves it to the rules.
            most: how much may be read.
            only: look into these alone.

        Raises:
            RecordError: nobody called it one with another that exists, or there is too much to read.
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
        around = self._around(sorted(some), most=most) if only is None else self._among_only(only)
        return self._plan_set(some, rows, around, said, standing, survivor=survivor)

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
        """Queue what is to be relinked, keep who is to stay and who wanted that; return how many writes are due.

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
        agreement = self._agreement(merge, actor=actor, now=now)
        return self.memory.agree(agreement, drafts_of(merge, wanted_at=now), actor=actor, now=now)

    def _around(self, keys: Sequence[str], *, most: Most = _ALL) -> _Around:
        """Return what links to these."""
        return _Around(
            boxes=self.streak.boxes_of(self.among, keys, most=most.boxes),
            linked=self.streak.linked_parties(self.among, keys, most=most.parties),
        )

    def _among_only(self, only: Only) -> _Around:
        return _Around(
            boxes=self.streak.links_of(self.among, only.boxes),
            linked=self.streak.links_of_parties(self.among, only.parties) if only.parties else [],
        )

    def _agreement(self, merge: PartyMerge, *, actor: str, now: datetime) -> Agreement:
        stays = merge.survivor.internal_id
        return Agreement(
            decided=[
                Decision(
                    record=party_ref(self.among, one.internal_id),
                    question=STAYS,
                    choice=Choice.CHOOSE,
                    value=stays,
                    actor=actor,
                    reason="",
                    decided_at=now,
                )
                for one in (merge.survivor, *merge.others)
            ],
            seen={party_ref(self.among, key): made for key, made in merge.seen.items()},
            action=f"{self.among}.relink",
            subject=f"{self.among.one} {stays}",
            details={
                "of": [one.internal_id for one in merge.others],
                "boxes": [one.box.key for one in merge.relinks],
                "links": [f"{one.record.kind} {one.record.id}" for one in merge.links],
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
        around: _Around,
        said: Sequence[PairDecision],
        standing: Standing,
        *,
        survivor: str = "",
    ) -> PartyMerge:
        here = [rows[one] for one in sorted(some) if one in rows]
        return plan_parties(
            here,
            around.boxes,
            around.linked,
            among=self.among,
            standing=standing,
            said=said,
            survivor=survivor,
        )

    def _standing(self, sets: Sequence[frozenset[str]]) -> Standing:
        """Return what is known about the records of all these, asked once for all."""
        keys = sorted({one for some in sets for one in some})
        if not keys:
            return Standing()
        # Who stays comes first: a relink that is accepted after this has another decision to show for it.
        refs = [party_ref(self.among, key) for key in keys]
        stays = self.memory.find_decisions(refs, question=STAYS)
        writing: dict[str, frozenset[str]] = {}
        for one in self.memory.open_writes(KINDS[self.among], flow=FLOW):
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
        refs = {key: party_ref(self.among, key) for key in keys}
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
