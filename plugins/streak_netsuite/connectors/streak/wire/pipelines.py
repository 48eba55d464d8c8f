"""Pipelines with their stages, field definitions and options."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AliasChoices, Field

from streak_netsuite.connectors.streak.wire.base import AsList, AsMap, Text, Texts, Wire


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

    items: Annotated[list[OptionWire], AsList] = Field(default=[])


class TagSettingsWire(Wire):
    """Options of a tag field."""

    tags: Annotated[list[OptionWire], AsList] = Field(default=[])


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
    box_count: int | None = Field(default=None, alias="boxCount")


class PipelineWire(Wire):
    """A pipeline with its stages and field definitions. A private one has no team."""

    key: str = Field(validation_alias=AliasChoices("key", "pipelineKey"))
    name: Text = ""
    team_key: Text = Field(default="", alias="teamKey")
    stages: Annotated[Mapping[str, StageWire], AsMap] = Field(default={})
    stage_order: Texts = Field(default=[], alias="stageOrder")
    fields: Annotated[list[FieldWire], AsList] = Field(default=[])
