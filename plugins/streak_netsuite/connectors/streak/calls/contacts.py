"""Contacts of a team (v2; Streak's OpenAPI document)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import parties
from streak_netsuite.connectors.streak.paging import CursorPages
from streak_netsuite.connectors.streak.wire import PartyWire


class ContactValues(TypedDict, total=False):
    """Properties of a contact that a call may set; lists replace, "" and [] clear."""

    givenName: str
    familyName: str
    title: str
    other: str
    emailAddresses: Sequence[str]
    phoneNumbers: Sequence[str]
    addresses: Sequence[str]
    domains: Sequence[str]
    photoUrl: str
    twitterHandle: str
    facebookHandle: str
    linkedinHandle: str
    instagramHandle: str


class ContactChanges(ContactValues, total=False):
    """What an update may set besides: Streak ignores it at creation.

    `fields` merges by key; links replace as a whole.
    """

    fields: Mapping[str, str]
    contactLinks: Sequence[Mapping[str, object]]
    orgLinks: Sequence[Mapping[str, object]]


def of_team(
    team_key: str, *, size: int | None = None, after: datetime | None = None
) -> CursorPages[PartyWire]:
    """Return a team's contacts.

    Args:
        size: 100 unless given, 1000 at most.
        after: only those last saved at or after this time; Streak counts it in whole seconds.
    """
    return parties.of_team("contacts", team_key, size=size, after=after)


def get(contact_key: str) -> Call[PartyWire]:
    """Return a contact; a missing one is RejectedByVendor with code NOT_FOUND."""
    return parties.get("contacts", contact_key)


def get_many(contact_keys: Sequence[str]) -> Call[dict[str, PartyWire]]:
    """Return contacts by key; the missing and the forbidden are left out. No maximum is documented."""
    return parties.get_many("contacts", contact_keys)


def create(team_key: str, values: ContactValues, *, get_if_existing: bool = True) -> Call[PartyWire]:
    """Make a contact with a name or an e-mail address, or return the one with such an address.

    A match is returned as it is, without what was sent here (OpenAPI document): set that with `update`.
    Without an e-mail address nothing is matched, and a second call would make a second contact.
    """
    return parties.create(
        "contacts",
        team_key,
        values,
        get_if_existing=get_if_existing,
        identified=bool(values.get("emailAddresses")),
    )


def update(contact_key: str, values: ContactChanges) -> Call[PartyWire]:
    """Change the named properties; what is left out stays. `replacement` merges lists."""
    return parties.update("contacts", contact_key, values)


def delete(contact_key: str) -> Call[None]:
    """Remove a contact; Streak takes its links away some time later."""
    return parties.delete("contacts", contact_key)
