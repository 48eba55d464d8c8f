"""Organizations of a team (v2; Streak's OpenAPI document)."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import parties
from streak_netsuite.connectors.streak.paging import CursorPages
from streak_netsuite.connectors.streak.wire import PartyWire


class OrganizationValues(TypedDict, total=False):
    """Properties of an organization that a call may set; lists replace, "" and [] clear."""

    name: str
    other: str
    domains: Sequence[str]
    industry: str
    phoneNumbers: Sequence[str]
    addresses: Sequence[str]
    employeeCount: str
    logoURL: str
    twitterHandle: str
    facebookHandle: str
    linkedinHandle: str
    instagramHandle: str


class OrganizationChanges(OrganizationValues, total=False):
    """What an update may set besides: Streak ignores it at creation.

    `fields` merges by key; links replace as a whole.
    """

    fields: Mapping[str, str]
    contactLinks: Sequence[Mapping[str, object]]
    orgLinks: Sequence[Mapping[str, object]]


def of_team(team_key: str, *, size: int | None = None) -> CursorPages[PartyWire]:
    """Return a team's organizations by key; there is no filter by time for them.

    Args:
        size: 100 unless given, 1000 at most.
    """
    return parties.of_team("organizations", team_key, size=size)


def get(organization_key: str) -> Call[PartyWire]:
    """Return an organization; a missing one is RejectedByVendor with code NOT_FOUND."""
    return parties.get("organizations", organization_key)


def get_many(organization_keys: Sequence[str]) -> Call[dict[str, PartyWire]]:
    """Return organizations by key; the missing and the forbidden are left out. No maximum is documented."""
    return parties.get_many("organizations", organization_keys)


def create(team_key: str, values: OrganizationValues, *, get_if_existing: bool = True) -> Call[PartyWire]:
    """Make an organization with a name or a domain, or return the one with such a domain.

    A match is returned as it is, without what was sent here: set that with `update`. Streak never matches
    by name, so that an organization without a domain is made again by every call (OpenAPI document).
    """
    return parties.create(
        "organizations",
        team_key,
        values,
        get_if_existing=get_if_existing,
        identified=bool(values.get("domains")),
    )


def update(organization_key: str, values: OrganizationChanges) -> Call[PartyWire]:
    """Change the named properties; what is left out stays. `replacement` merges lists."""
    return parties.update("organizations", organization_key, values)


def delete(organization_key: str) -> Call[None]:
    """Remove an organization; Streak takes its links away some time later."""
    return parties.delete("organizations", organization_key)
