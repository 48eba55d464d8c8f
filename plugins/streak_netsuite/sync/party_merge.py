"""Organizations or contacts in Streak that are one, as something to be done: which stays, and which boxes it takes over."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime

from streak_netsuite.errors import RecordError
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.decision import Decision
from streak_netsuite.sync.duplicate_case import Among, PairDecision

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyRow:
    """An organization or a contact, and how it can be reached.

    Attributes:
        ways: e-mail addresses, phone numbers and domains, as they stand in Streak.
    """

    row: CustomerRow
    ways: Sequence[str] = ()

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
class PartyMerge:
    """Organizations or contacts that are one.

    Attributes:
        others: those that go, by their keys' order.
        relinks: what is written in Streak, once a person says so.
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
    blocked: str = ""
    seen: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names exactly what would be written, and on the ground of which decisions; "" for nothing, or nothing that may be.

        Boxes alone would not tell: of two people who let opposite ones stay, each is shown those that the other is not.
        """
        if not self.relinks or self.blocked:
            return ""
        links = sorted((one.box.key, one.old, one.new) for one in self.relinks)
        seen = sorted((key, made.value, made.decided_at.isoformat()) for key, made in self.seen.items())
        return hashlib.sha256(json.dumps([links, seen]).encode()).hexdigest()


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
    *,
    among: Among,
    standing: Standing,
    said: Sequence[PairDecision] = (),
    survivor: str = "",
) -> PartyMerge:
    """Return what there is to do about organizations or contacts that are one.

    The one that takes the others' place already stays, then the one that is tied to their customer, then the one with the most
    boxes, then the oldest, unless a person names another. The boxes of the others link to it, in the place of theirs.

    Args:
        records: two and more that exist.
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
