"""Organizations in Streak that are one customer, as something to be done: which stays, and which boxes it takes over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from streak_netsuite.errors import RecordError
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import PairDecision

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedBox:
    """A box with the organizations it links to, in its order: the first is the one that buys."""

    key: str
    name: str
    organizations: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Relink:
    """A box in which one organization takes the place of another."""

    box: LinkedBox
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationMerge:
    """Organizations that are one.

    Attributes:
        others: those that go, by their keys' order.
        relinks: what is written in Streak, once a person says so.
        said: what it rests on.
        blocked: why it cannot be done yet; "" when it can.
    """

    survivor: CustomerRow
    others: Sequence[CustomerRow]
    relinks: Sequence[Relink]
    said: Sequence[PairDecision]
    blocked: str = ""


def plan_organizations(
    records: Sequence[CustomerRow],
    boxes: Sequence[LinkedBox],
    *,
    buys_as: Mapping[str, str],
    tied: frozenset[str],
    said: Sequence[PairDecision] = (),
    survivor: str = "",
) -> OrganizationMerge:
    """Return what there is to do about organizations that are one.

    The one that is tied to their customer stays, then the one with the most boxes, then the oldest, unless a person names
    another. The boxes of the others link to it, in the place of theirs.

    Args:
        records: two and more that exist.
        buys_as: by organization, the customer that its deals go to, as far as that is known.
        tied: organizations whose tie leads to a customer that exists.

    Raises:
        RecordError: one is named that is not among them.
    """
    counts = {one.internal_id: sum(one.internal_id in box.organizations for box in boxes) for one in records}
    ranked = sorted(
        records,
        key=lambda one: (
            one.internal_id not in tied,
            one.internal_id not in buys_as,
            -counts[one.internal_id],
            one.created or _LAST,
            one.internal_id,
        ),
    )
    by_key = {one.internal_id: one for one in ranked}
    if survivor and survivor not in by_key:
        raise RecordError(
            f"{survivor} is not one of these organizations",
            code="BAD_RECORD",
            fix=f"name one of: {', '.join(by_key)}",
        )
    first = by_key[survivor] if survivor else ranked[0]
    others = sorted((one for one in ranked if one is not first), key=lambda one: one.internal_id)
    return OrganizationMerge(
        survivor=first,
        others=others,
        relinks=[
            Relink(box=box, old=one.internal_id, new=first.internal_id)
            for one in others
            for box in boxes
            if one.internal_id in box.organizations
        ],
        said=[one for one in said if {one.pair.left, one.pair.right} <= by_key.keys()],
        blocked=_obstacle(first.internal_id, {key: buys_as[key] for key in by_key if key in buys_as}),
    )


def _obstacle(survivor: str, buys_as: Mapping[str, str]) -> str:
    """Return why boxes cannot be relinked without sending deals to another customer; "" when nothing is in the way."""
    customers = sorted(set(buys_as.values()))
    if len(customers) > 1:
        return (
            f"their deals go to customers {' and '.join(customers)}; merge those in NetSuite first, "
            "then: streak-netsuite duplicates follow"
        )
    if customers and survivor not in buys_as:
        return (
            f"organization {min(buys_as)} is the one whose deals go to customer {customers[0]}; let that stay"
        )
    return ""
