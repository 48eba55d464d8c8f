"""Boxes, their links and the values of their fields."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from streak_netsuite.connectors.streak.wire.base import AsList, AsMap, Milliseconds, Text, Texts, Wire
from streak_netsuite.connectors.streak.wire.people import PersonWire


class LinkWire(Wire):
    """A box's pointer to a contact or an organization."""

    key: str


class StageEntryWire(Wire):
    """When a box came into a stage last."""

    stage_key: Text = Field(default="", alias="stageKey")
    entered: Milliseconds = Field(default=0, alias="lastEntryToStageTs")


class BoxWire(Wire):
    """A box. `contacts` and `organizations` are absent when empty."""

    key: str = Field(validation_alias=AliasChoices("key", "boxKey"))
    name: Text = ""
    notes: Text = ""
    pipeline_key: Text = Field(default="", alias="pipelineKey")
    stage_key: Text = Field(default="", alias="stageKey")
    fields: Annotated[Mapping[str, Any], AsMap] = Field(default={})
    creation_timestamp: Milliseconds = Field(default=0, alias="creationTimestamp")
    last_stage_change_timestamp: Milliseconds | None = Field(default=None, alias="lastStageChangeTimestamp")
    last_updated_timestamp: int | None = Field(default=None, alias="lastUpdatedTimestamp")
    last_saved_timestamp: int | None = Field(default=None, alias="lastSavedTimestamp")
    contacts: Annotated[list[LinkWire], AsList] = Field(default=[])
    organizations: Annotated[list[LinkWire], AsList] = Field(default=[])
    assignees: Annotated[list[PersonWire], AsList] = Field(default=[], alias="assignedToSharingEntries")
    follower_keys: Texts = Field(default=[], alias="followerKeys")
    linked_box_keys: Texts = Field(default=[], alias="linkedBoxKeys")
    stage_history: Annotated[list[StageEntryWire], AsList] = Field(default=[], alias="stageHistoryEntries")


class FieldValueWire(Wire):
    """The value of one field of a box, as stored; None when Streak left `value` out."""

    key: str
    value: Any = None
