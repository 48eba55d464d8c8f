"""Users and teams."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AliasChoices, Field

from streak_netsuite.connectors.streak.wire.base import AsList, AsMap, Text, Wire
from streak_netsuite.connectors.streak.wire.pipelines import FieldWire


class UserWire(Wire):
    """A user of Streak."""

    key: Text = Field(default="", validation_alias=AliasChoices("key", "userKey"))
    email: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    display_name: Text = Field(default="", alias="displayName")
    time_zone: Text = Field(default="", alias="timezoneId")


class PersonWire(Wire):
    """A user, as boxes, tasks and teams name people."""

    key: Text = Field(default="", validation_alias=AliasChoices("userKey", "key"))
    email: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    display_name: Text = Field(default="", alias="displayName")


class PartySettingsWire(Wire):
    """Custom field definitions of contacts or organizations, by key."""

    fields: Annotated[Mapping[str, FieldWire], AsMap] = Field(default={})


_Settings = Annotated[PartySettingsWire, AsMap]


class TeamWire(Wire):
    """A team with its members and the custom fields of its contacts and organizations."""

    key: str
    name: Text = ""
    members: Annotated[list[PersonWire], AsList] = Field(default=[])
    contact_settings: _Settings = Field(default=PartySettingsWire(), alias="contactSettings")
    organization_settings: _Settings = Field(default=PartySettingsWire(), alias="organizationSettings")
