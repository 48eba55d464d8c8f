"""Streak's JSON, as lenient as Streak is: missing, null and unknown keys are all fine."""

from streak_netsuite.connectors.streak.wire.activities import CommentWire, MeetingWire, ReactionWire, TaskWire
from streak_netsuite.connectors.streak.wire.administration import ApiKeyWire, WebhookWire
from streak_netsuite.connectors.streak.wire.base import Milliseconds, Text, Wire
from streak_netsuite.connectors.streak.wire.boxes import BoxWire, FieldValueWire, LinkWire
from streak_netsuite.connectors.streak.wire.mail import FileWire, ThreadWire
from streak_netsuite.connectors.streak.wire.parties import PartyLinkWire, PartyWire
from streak_netsuite.connectors.streak.wire.people import PartySettingsWire, PersonWire, TeamWire, UserWire
from streak_netsuite.connectors.streak.wire.pipelines import (
    DropdownSettingsWire,
    FieldWire,
    OptionWire,
    PipelineWire,
    StageWire,
    TagSettingsWire,
)
from streak_netsuite.connectors.streak.wire.search import (
    BoxHitWire,
    ContactHitWire,
    HitsWire,
    OrganizationHitWire,
)

__all__ = [
    "ApiKeyWire",
    "BoxHitWire",
    "BoxWire",
    "CommentWire",
    "ContactHitWire",
    "DropdownSettingsWire",
    "FieldValueWire",
    "FieldWire",
    "FileWire",
    "HitsWire",
    "LinkWire",
    "MeetingWire",
    "Milliseconds",
    "OptionWire",
    "OrganizationHitWire",
    "PartyLinkWire",
    "PartySettingsWire",
    "PartyWire",
    "PersonWire",
    "PipelineWire",
    "ReactionWire",
    "StageWire",
    "TagSettingsWire",
    "TaskWire",
    "TeamWire",
    "Text",
    "ThreadWire",
    "UserWire",
    "WebhookWire",
    "Wire",
]
