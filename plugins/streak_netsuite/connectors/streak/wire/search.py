"""What a search finds: stubs, without fields."""

from typing import Annotated

from pydantic import AliasChoices, Field

from streak_netsuite.connectors.streak.wire.base import AsList, Text, Texts, When, Wire


class BoxHitWire(Wire):
    """A box that was found."""

    key: str = Field(validation_alias=AliasChoices("boxKey", "key"))
    name: Text = ""
    pipeline_key: Text = Field(default="", alias="pipelineKey")
    stage_key: Text = Field(default="", alias="stageKey")
    assignee_keys: Texts = Field(default=[], alias="assignedToKeys")
    last_updated: When = Field(default=None, alias="lastUpdatedTimestamp")


class ContactHitWire(Wire):
    """A contact that was found; "" where Streak sends no key."""

    key: Text = ""
    given_name: Text = Field(default="", alias="givenName")
    family_name: Text = Field(default="", alias="familyName")
    emails: Texts = Field(default=[], alias="emailAddresses")


class OrganizationHitWire(Wire):
    """An organization that was found; "" where Streak sends no key."""

    key: Text = ""
    name: Text = ""
    domains: Texts = Field(default=[])


class HitsWire(Wire):
    """The hits of one page, by kind."""

    boxes: Annotated[list[BoxHitWire], AsList] = Field(default=[])
    contacts: Annotated[list[ContactHitWire], AsList] = Field(default=[])
    organizations: Annotated[list[OrganizationHitWire], AsList] = Field(default=[], alias="orgs")
