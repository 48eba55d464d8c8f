"""Contacts and organizations."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from streak_netsuite.connectors.streak.wire.base import AsList, AsMap, Flag, Text, Texts, When, Wire


class PartyLinkWire(Wire):
    """A contact's or an organization's pointer to another. Streak makes some of them by itself."""

    key: str
    by_streak: Flag = Field(default=False, alias="isMagicLinked")


class PartyWire(Wire):
    """A contact or an organization; the keys of both, whichever it is."""

    key: str
    team_key: Text = Field(default="", alias="teamKey")
    name: Text = ""
    given_name: Text = Field(default="", alias="givenName")
    family_name: Text = Field(default="", alias="familyName")
    title: Text = ""
    other: Text = ""
    industry: Text = ""
    employee_count: Text = Field(default="", alias="employeeCount")
    emails: Texts = Field(default=[], alias="emailAddresses")
    phones: Texts = Field(default=[], alias="phoneNumbers")
    addresses: Texts = Field(default=[])
    domains: Texts = Field(default=[])
    contact_links: Annotated[list[PartyLinkWire], AsList] = Field(default=[], alias="contactLinks")
    organization_links: Annotated[list[PartyLinkWire], AsList] = Field(default=[], alias="orgLinks")
    fields: Annotated[Mapping[str, Any], AsMap] = Field(default={})
    created: When = Field(default=None, alias="creationDate")
    last_saved: When = Field(default=None, alias="lastSavedTimestamp")
