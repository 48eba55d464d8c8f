"""Writes of links in Streak: in boxes, contacts and organizations, one takes the place of another that is one with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from streak_netsuite.errors import RecordError
from streak_netsuite.flows.queued import LEFT, QueuedWrites, Sent
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import external_id
from streak_netsuite.sync.decision import STAYS, Decision
from streak_netsuite.sync.duplicate_case import Among, PairName
from streak_netsuite.sync.intent import Intent, IntentDraft
from streak_netsuite.sync.party_merge import (
    LinkedBox,
    LinkedParty,
    PartyLink,
    PartyMerge,
    PartyRow,
    Relink,
    party_ref,
)

FLOW = "party_merges"

_BOX_KEY, _LINK_KEY = "streak-boxlink", "streak-partylink"
_OF_BOXES: Mapping[Among, RecordKind] = {
    Among.ORGANIZATIONS: RecordKind.BOX_ORGANIZATIONS,
    Among.CONTACTS: RecordKind.BOX_CONTACTS,
}
_OF_PARTIES: Mapping[Among, RecordKind] = {
    Among.ORGANIZATIONS: RecordKind.PARTY_ORGANIZATIONS,
    Among.CONTACTS: RecordKind.PARTY_CONTACTS,
}
KINDS: Mapping[Among, tuple[RecordKind, RecordKind]] = {
    among: (_OF_BOXES[among], _OF_PARTIES[among]) for among in _OF_BOXES
}
"""The kinds of these writes, by what is made one."""

_AMONG: Mapping[RecordKind, Among] = {kind: among for among, kinds in KINDS.items() for kind in kinds}


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

    def linked_parties(
        self, among: Among, keys: Sequence[str], *, most: int | None = None
    ) -> Sequence[LinkedParty]:
        """Return the contacts and organizations that link to one of these organizations or contacts.

        Args:
            most: how many contacts and organizations may be read for that.

        Raises:
            RecordError: there are more; code TOO_MANY_PARTIES.
        """

    def links_of_parties(self, among: Among, parties: Sequence[ExternalRef]) -> Sequence[LinkedParty]:
        """Return these contacts and organizations, as far as they exist, with their links to organizations or contacts."""

    def swap_link(self, party: ExternalRef, listed: Among, *, old: str, new: str) -> bool:
        """Let one take the place of another in a list of links of a contact or an organization; as `swap_party` does."""

    def add_link(self, party: ExternalRef, listed: Among, *, new: str) -> bool:
        """Have a contact or an organization link to one more; False, and nothing is written, when it does already.

        Raises: as `swap_party`.
        """

    def swap_party(self, among: Among, box_key: str, *, old: str, new: str) -> bool:
        """Let one organization or contact take the place of another in a box, where all others stay as they are.

        Returns False, and writes nothing, when the box does not link to the old one.

        Raises:
            RejectedByVendor: Streak refused it; code NOT_FOUND when there is no such box.
            TransientError: Streak does not answer, or others change the box; try again.
        """


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
    """Writes into boxes, contacts and organizations what they link to now.

    Each try reads the list of links first: what an earlier one has written is found there, and one without the link that is to be
    replaced is left as it is, whoever has changed it. So is one when another was let stay since, as after a hold that is released
    late, and one when nobody calls both one any more.

    Attributes:
        parted: tells which of these pairs are not called one any more, with who ended that.
    """

    FLOW: ClassVar[str] = FLOW
    KINDS: ClassVar[tuple[RecordKind, ...]] = tuple(_AMONG)
    INTO: ClassVar[SystemId] = SystemId.STREAK

    streak: LinkDesk
    parted: Callable[[Among, Sequence[PairName]], Mapping[PairName, str]]

    def _prepare(self, intents: Sequence[Intent]) -> _Links:
        pairs: dict[Among, list[PairName]] = {}
        refs = set()
        for one in intents:
            among = _AMONG[one.kind]
            pairs.setdefault(among, []).append(_pair(one))
            refs |= {party_ref(among, one.payload[name]) for name in ("old", "new")}
        stays = self.memory.find_decisions(sorted(refs, key=str), question=STAYS)
        return _Links(
            exist=self._existing(intents),
            stays={ref.id: made for ref, made in stays.items()},
            parted={
                pair: told
                for among, some in pairs.items()
                for pair, told in self.parted(among, list(dict.fromkeys(some))).items()
            },
        )

    def _existing(self, intents: Iterable[Intent]) -> frozenset[str]:
        wanted: dict[Among, set[str]] = {}
        for one in intents:
            wanted.setdefault(_AMONG[one.kind], set()).add(one.payload["new"])
            if adds := _adds(one):
                wanted.setdefault(_listed(one), set()).add(adds)
        return frozenset(
            key for among, keys in wanted.items() for key in self.streak.parties_of(among, sorted(keys))
        )

    def _may_repeat(self, intent: Intent) -> bool:  # noqa: ARG002 - all are alike
        return True  # each try reads the list first

    def _send(self, intent: Intent, context: _Links) -> Sent:
        among = _AMONG[intent.kind]
        old, new = intent.payload["old"], intent.payload["new"]
        if parted := context.parted.get(_pair(intent)):
            return _left(intent, f"left as it is: {parted}")
        decided = [context.stays[key] for key in (old, new) if key in context.stays]
        if other := next((made for made in decided if made.value != new), None):
            return _left(intent, f"left as it is: {other.actor} let {among.one} {other.value} stay since")
        if new not in context.exist:
            raise RecordError(
                f"{_name(intent)}: {among.one} {new} does not exist any more, so it takes nobody's place",
                code=f"{among.one.upper()}_GONE",
                fix=f"look at it again: streak-netsuite duplicates relink --among {among}",
            )
        return self._added(intent, context) if _adds(intent) else self._swapped(intent)

    def _swapped(self, intent: Intent) -> Sent:
        among, old, new = _AMONG[intent.kind], intent.payload["old"], intent.payload["new"]
        if intent.kind is _OF_BOXES[among]:
            done = self.streak.swap_party(among, intent.subject.id, old=old, new=new)
        else:
            done = self.streak.swap_link(intent.subject, among, old=old, new=new)
        if not done:
            return _left(intent, f"does not link to {old} any more")
        return _done(intent, f"{among.one} {new} in the place of {old}")

    def _added(self, intent: Intent, context: _Links) -> Sent:
        listed, adds = _listed(intent), _adds(intent)
        if adds not in context.exist:
            return _left(intent, f"{listed.one} {adds} does not exist any more")
        if not self.streak.add_link(intent.subject, listed, new=adds):
            return _left(intent, f"links to {listed.one} {adds} already")
        return _done(intent, f"links to {listed.one} {adds}, as {intent.payload['old']} does")


def drafts_of(merge: PartyMerge, *, wanted_at: datetime) -> list[IntentDraft]:
    """Return the writes of a plan, boxes first."""
    boxes = [relink_draft(merge.among, one, wanted_at=wanted_at) for one in merge.relinks]
    return boxes + [link_draft(merge.among, one, wanted_at=wanted_at) for one in merge.links]


def relink_draft(among: Among, relink: Relink, *, wanted_at: datetime) -> IntentDraft:
    """Return the write of one box; the same change of the same box is the same write."""
    return IntentDraft(
        operation_key=external_id(_BOX_KEY, relink.box.key, relink.old, relink.new),
        flow=FLOW,
        kind=_OF_BOXES[among],
        subject=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=relink.box.key),
        payload={"old": relink.old, "new": relink.new, "wanted_at": wanted_at.isoformat()},
    )


def link_draft(among: Among, link: PartyLink, *, wanted_at: datetime) -> IntentDraft:
    """Return the write of one link of a contact or an organization, as `relink_draft` does of a box."""
    return IntentDraft(
        operation_key=external_id(_LINK_KEY, link.record.id, link.listed, link.old, link.new, link.adds),
        flow=FLOW,
        kind=_OF_PARTIES[among],
        subject=link.record,
        payload={
            "old": link.old,
            "new": link.new,
            "listed": link.listed.value,
            "adds": link.adds,
            "wanted_at": wanted_at.isoformat(),
        },
    )


def _pair(relink: Intent) -> PairName:
    return PairName.of(relink.payload["old"], relink.payload["new"])


def _listed(link: Intent) -> Among:
    """Return in which list of links a write adds something."""
    return Among(link.payload["listed"])


def _adds(intent: Intent) -> str:
    """Return what a write adds to a list; "" for one that replaces."""
    return str(intent.payload.get("adds") or "")


def _name(intent: Intent) -> str:
    return f"{intent.subject.kind} {intent.subject.id}"


def _done(intent: Intent, told: str) -> Sent:
    return Sent(result_id=intent.subject.id, what=f"{_name(intent)}: {told}")


def _left(intent: Intent, told: str) -> Sent:
    return Sent(
        result_id=intent.subject.id,
        what=f"{_name(intent)}: {told}",
        payload={**intent.payload, LEFT: told},
        skipped=True,
    )
