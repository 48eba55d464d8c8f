"""Organizations or contacts in Streak that are one, as something to be done: which stays, and which links it takes over."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime

from streak_netsuite.errors import RecordError
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.decision import Decision
from streak_netsuite.sync.duplicate_case import Among, PairDecision

_LAST = datetime.max.replace(tzinfo=UTC)


def party_ref(among: Among, key: str) -> ExternalRef:
    """Return where an organization or a contact lives."""
    kind = RecordKind.CONTACT if among is Among.CONTACTS else RecordKind.ORGANIZATION
    return ExternalRef(system=SystemId.STREAK, kind=kind, id=key)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyRow:
    """An organization or a contact, how it can be reached, and what it links to.

    Attributes:
        ways: e-mail addresses, phone numbers and domains, as they stand in Streak.
        contacts, organizations: keys of those in its own lists of links.
    """

    row: CustomerRow
    ways: Sequence[str] = ()
    contacts: Sequence[str] = ()
    organizations: Sequence[str] = ()

    @property
    def key(self) -> str:
        """Its key in Streak."""
        return self.row.internal_id


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedBox:
    """A box with the organizations or the contacts it links to, in its order: of organizations, the first is the one that buys."""

    key: str
    name: str
    links: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Relink:
    """A box in which one record takes the place of another."""

    box: LinkedBox
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedParty:
    """A contact or an organization with the keys in one of its lists of links."""

    ref: ExternalRef
    name: str
    links: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyLink:
    """A link between contacts and organizations that the one that stays takes over.

    Attributes:
        record: the contact or organization in whose list of links it stands.
        listed: which list of it: its contacts or its organizations.
        old, new: the one that goes, and the one that stays.
        adds: what the one that stays links to besides, as the one that goes does; "" where, in the list of another record, the one
            takes the other's place.
    """

    record: ExternalRef
    name: str
    listed: Among
    old: str
    new: str
    adds: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyMerge:
    """Organizations or contacts that are one.

    Attributes:
        others: those that go, by their keys' order.
        relinks: the boxes that are written in Streak, once a person says so.
        links: the links between contacts and organizations that are written then, too.
        lacking: by record that goes, how it can be reached and the one that stays cannot: to be added by hand.
        said: what it rests on.
        blocked: why it cannot be done yet; "" when it can.
        seen: by record, who was let stay last, as it was known before the boxes were read.
    """

    among: Among
    survivor: CustomerRow
    others: Sequence[CustomerRow]
    relinks: Sequence[Relink]
    lacking: Mapping[str, Sequence[str]]
    said: Sequence[PairDecision]
    links: Sequence[PartyLink] = ()
    blocked: str = ""
    seen: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def has_writes(self) -> bool:
        """Whether anything is to be written in Streak."""
        return bool(self.relinks or self.links)

    def is_linked(self, goes: str) -> bool:
        """Tell whether a box, a contact or an organization has a link to one that goes still to be taken over."""
        return goes in {*(one.old for one in self.relinks), *(one.old for one in self.links)}

    @property
    def key(self) -> str:
        """Names exactly what would be written, and on the ground of which decisions; "" for nothing, or nothing that may be.

        Boxes alone would not tell: of two people who let opposite ones stay, each is shown those that the other is not.
        """
        if not self.has_writes or self.blocked:
            return ""
        boxes = sorted((one.box.key, one.old, one.new) for one in self.relinks)
        links = sorted((one.record.id, one.listed, one.old, one.new, one.adds) for one in self.links)
        seen = sorted((key, made.value, made.decided_at.isoformat()) for key, made in self.seen.items())
        return hashlib.sha256(json.dumps([boxes, links, seen]).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is known about records, whatever boxes link to them.

    Attributes:
        buys_as: by record, the customer that its deals go to, as far as that is known.
        tied: records whose tie leads to a customer that exists.
        stays: by record, who was let stay last among those that it is one with.
        writing: by record whose place is being taken in boxes, those that take it.
    """

    buys_as: Mapping[str, str] = field(default_factory=dict)
    tied: frozenset[str] = frozenset()
    stays: Mapping[str, Decision] = field(default_factory=dict)
    writing: Mapping[str, frozenset[str]] = field(default_factory=dict)


def plan_parties(
    records: Sequence[PartyRow],
    boxes: Sequence[LinkedBox],
    linked: Sequence[LinkedParty] = (),
    *,
    among: Among,
    standing: Standing,
    said: Sequence[PairDecision] = (),
    survivor: str = "",
) -> PartyMerge:
    """Return what there is to do about organizations or contacts that are one.

    The one that takes the others' place already stays, then the one that is tied to their customer, then the one with the most
    boxes, then the oldest, unless a person names another. The boxes of the others link to it, in the place of theirs, and so do
    contacts and organizations; and it links to what they link to.

    Args:
        records: two and more that exist.
        linked: contacts and organizations with their links to such records.
        standing: of these, and of others as it comes.

    Raises:
        RecordError: one is named that is not among them.
    """
    buys_as, keys = standing.buys_as, {one.key for one in records}
    taking = {new for old, news in standing.writing.items() for new in news if keys & {old, new}}
    ranked = _ranked(records, boxes, standing, taking)
    by_key = {one.key: one for one in ranked}
    if survivor and survivor not in by_key:
        raise RecordError(
            f"{survivor} is not one of these {among}",
            code="BAD_RECORD",
            fix=f"name one of: {', '.join(by_key)}",
        )
    first = by_key[survivor] if survivor else ranked[0]
    others = sorted((one for one in ranked if one is not first), key=lambda one: one.key)
    return PartyMerge(
        among=among,
        survivor=first.row,
        others=[one.row for one in others],
        relinks=[
            Relink(box=box, old=one.key, new=first.key)
            for one in others
            for box in boxes
            if one.key in box.links
        ],
        links=[*_taken_over(first, others, linked, among), *_added(first, others, among)],
        lacking={one.key: lacking for one in others if (lacking := _lacking(first, one))},
        said=[one for one in said if {one.pair.left, one.pair.right} <= by_key.keys()],
        blocked=_unfinished(among, first.key, taking)
        or _obstacle(among, first.key, {key: buys_as[key] for key in by_key if key in buys_as}),
        seen={key: standing.stays[key] for key in sorted(by_key) if key in standing.stays},
    )


def _ranked(
    records: Sequence[PartyRow], boxes: Sequence[LinkedBox], standing: Standing, taking: Collection[str]
) -> list[PartyRow]:
    """Return the records, the one that is to stay first."""
    counts = {one.key: sum(one.key in box.links for box in boxes) for one in records}
    return sorted(
        records,
        key=lambda one: (
            one.key not in taking,
            one.key not in standing.tied,
            one.key not in standing.buys_as,
            -counts[one.key],
            one.row.created or _LAST,
            one.key,
        ),
    )


def _taken_over(
    stays: PartyRow, others: Sequence[PartyRow], linked: Sequence[LinkedParty], among: Among
) -> list[PartyLink]:
    """Return the links of other records to those that go."""
    ours = {stays.key, *(one.key for one in others)}
    return [
        PartyLink(record=one.ref, name=one.name, listed=among, old=other.key, new=stays.key)
        for other in others
        for one in linked
        if other.key in one.links and one.ref.id not in ours
    ]


def _added(stays: PartyRow, others: Sequence[PartyRow], among: Among) -> list[PartyLink]:
    """Return what those that go link to and the one that stays does not, each once; links among themselves are left."""
    ours = {stays.key, *(one.key for one in others)}
    found: dict[tuple[Among, str], PartyLink] = {}
    for listed in (Among.CONTACTS, Among.ORGANIZATIONS):
        there = {*ours, *_own_links(stays, listed)}
        for other in others:
            for key in _own_links(other, listed):
                if key not in there:
                    link = PartyLink(
                        record=party_ref(among, stays.key),
                        name=stays.row.name,
                        listed=listed,
                        old=other.key,
                        new=stays.key,
                        adds=key,
                    )
                    found.setdefault((listed, key), link)
    return list(found.values())


def _own_links(one: PartyRow, listed: Among) -> Sequence[str]:
    return one.contacts if listed is Among.CONTACTS else one.organizations


def _lacking(stays: PartyRow, goes: PartyRow) -> list[str]:
    """Return how one that goes can be reached and the one that stays cannot."""
    known = {_folded(way) for way in stays.ways}
    return [way for way in goes.ways if _folded(way) not in known]


def _folded(way: str) -> str:
    """Return a way to reach somebody in a form fit for comparing: phone numbers by their digits."""
    return way.strip().casefold() if any(map(str.isalpha, way)) else "".join(filter(str.isdigit, way))


def _unfinished(among: Among, survivor: str, taking: AbstractSet[str]) -> str:
    """Return why another may not stay while boxes are written; "" when nothing is in the way.

    Else the boxes that wait would be given to the one that goes.
    """
    others = sorted(taking - {survivor})
    if not others:
        return ""
    return (
        f"boxes are still being written, so that {' and '.join(others)} stays; look at it again once the DAG "
        f"follow_merges has written them, or let that {among.one} stay"
    )


def _obstacle(among: Among, survivor: str, buys_as: Mapping[str, str]) -> str:
    """Return why boxes cannot be relinked without sending deals to another customer; "" when nothing is in the way."""
    customers = sorted(set(buys_as.values()))
    if len(customers) > 1:
        return (
            f"their deals go to customers {' and '.join(customers)}; merge those in NetSuite first, "
            "then: streak-netsuite duplicates follow"
        )
    if customers and survivor not in buys_as:
        return (
            f"{among.one} {min(buys_as)} is the one whose deals go to customer {customers[0]}; let that stay"
        )
    return ""
