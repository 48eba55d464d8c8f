"""Streak's JSON, as lenient as Streak is: missing, null and unknown keys are all fine."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

_List = BeforeValidator(lambda value: value or [])
_Text = BeforeValidator(lambda value: "" if value is None else str(value))
_Map = BeforeValidator(lambda value: value or {})
_LATEST_MS = 253_402_300_799_999  # the end of the year 9999, which a datetime can hold

Text = Annotated[str, _Text]
Milliseconds = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0, le=_LATEST_MS)]


class Wire(BaseModel):
    """Base of everything that arrives from Streak."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LinkWire(Wire):
    """A box's pointer to a contact or an organization."""

    key: str


class UserWire(Wire):
    """A user of Streak."""

    key: Annotated[str, _Text] = Field(default="", validation_alias=AliasChoices("key", "userKey"))
    email: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    display_name: Text = Field(default="", alias="displayName")
    time_zone: Text = Field(default="", alias="timezoneId")


class PersonWire(Wire):
    """A user, as boxes name their assignees."""

    email: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    display_name: Text = Field(default="", alias="displayName")


class BoxWire(Wire):
    """A box. `contacts` and `organizations` are absent when empty."""

    key: str
    name: Text = ""
    notes: Text = ""
    pipeline_key: Text = Field(default="", alias="pipelineKey")
    stage_key: Text = Field(default="", alias="stageKey")
    fields: Annotated[Mapping[str, Any], _Map] = {}
    creation_timestamp: Milliseconds = Field(default=0, alias="creationTimestamp")
    last_stage_change_timestamp: Milliseconds | None = Field(default=None, alias="lastStageChangeTimestamp")
    last_updated_timestamp: int | None = Field(default=None, alias="lastUpdatedTimestamp")
    last_saved_timestamp: int | None = Field(default=None, alias="lastSavedTimestamp")
    contacts: Annotated[list[LinkWire], _List] = []
    organizations: Annotated[list[LinkWire], _List] = []
    assignees: Annotated[list[PersonWire], _List] = Field(default=[], alias="assignedToSharingEntries")


class OptionWire(Wire):
    """An option of a dropdown (`name`) or of a tag field (`tag`)."""

    key: str
    name: Text = ""
    tag: Text = ""

    @property
    def label(self) -> str:
        """What people see."""
        return self.name or self.tag


class DropdownSettingsWire(Wire):
    """Options of a dropdown field."""

    items: Annotated[list[OptionWire], _List] = []


class TagSettingsWire(Wire):
    """Options of a tag field."""

    tags: Annotated[list[OptionWire], _List] = []


class FieldWire(Wire):
    """The definition of a custom field."""

    key: str
    name: Text = ""
    type: Text = ""
    dropdown: DropdownSettingsWire | None = Field(default=None, alias="dropdownSettings")
    tags: TagSettingsWire | None = Field(default=None, alias="tagSettings")

    @property
    def options(self) -> dict[str, str]:
        """Labels by option key."""
        dropdown = self.dropdown.items if self.dropdown else []
        tags = self.tags.tags if self.tags else []
        return {option.key: option.label for option in (*dropdown, *tags)}


class StageWire(Wire):
    """A stage of a pipeline."""

    key: str
    name: Text = ""


class PipelineWire(Wire):
    """A pipeline with its stages and field definitions."""

    key: str
    name: Text = ""
    team_key: Text = Field(default="", alias="teamKey")
    stages: Annotated[Mapping[str, StageWire], _Map] = {}
    fields: Annotated[list[FieldWire], _List] = []


class PartyWire(Wire):
    """A contact or an organization; the keys of both, whichever it is."""

    key: str
    team_key: Text = Field(default="", alias="teamKey")
    name: Text = ""
    given_name: Text = Field(default="", alias="givenName")
    family_name: Text = Field(default="", alias="familyName")
    title: Text = ""
    emails: Annotated[list[str], _List] = Field(default=[], alias="emailAddresses")
    phones: Annotated[list[str], _List] = Field(default=[], alias="phoneNumbers")
    addresses: Annotated[list[str], _List] = []
    domains: Annotated[list[str], _List] = []
    fields: Annotated[Mapping[str, Any], _Map] = {}


class PartySettingsWire(Wire):
    """Custom field definitions of contacts or organizations, by key."""

    fields: Annotated[Mapping[str, FieldWire], _Map] = {}


class TeamWire(Wire):
    """A team with its members and the custom fields of its contacts and organizations."""

    key: str
    name: Text = ""
    members: Annotated[list[PersonWire], _List] = []
    contact_settings: PartySettingsWire = Field(default=PartySettingsWire(), alias="contactSettings")
    organization_settings: PartySettingsWire = Field(
        default=PartySettingsWire(), alias="organizationSettings"
    )


class CommentWire(Wire):
    """A comment on a box."""

    key: str
    message: Text = ""
