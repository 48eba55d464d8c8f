"""What happens in a box: comments, tasks, meetings and call logs."""

from typing import Annotated

from pydantic import Field

from streak_netsuite.connectors.streak.wire.base import AsList, Flag, Text, Texts, When, Wire
from streak_netsuite.connectors.streak.wire.people import PersonWire


class ReactionWire(Wire):
    """How often one emoji stands below a comment."""

    emoji: Text = ""
    count: int | None = None


class CommentWire(Wire):
    """A comment on a box."""

    key: str
    box_key: Text = Field(default="", alias="boxKey")
    message: Text = ""
    creator_key: Text = Field(default="", alias="creatorKey")
    parent: Text = ""
    children: Texts = Field(default=[])
    reactions: Annotated[list[ReactionWire], AsList] = Field(default=[], alias="reactionSummary")
    written: When = Field(default=None, alias="timestamp")


class TaskWire(Wire):
    """A task of a box.

    Attributes:
        status: "NOT_DONE" or "DONE".
        due: None when it has no due date.
        sort_order: where the task stands in the agenda, which continues from there.
    """

    key: str
    box_key: Text = Field(default="", alias="boxKey")
    text: Text = ""
    status: Text = ""
    due: When = Field(default=None, alias="dueDate")
    assignees: Annotated[list[PersonWire], AsList] = Field(default=[], alias="assignedTo")
    meeting_key: Text = Field(default="", alias="meetingKey")
    created: When = Field(default=None, alias="creationDate")
    sort_order: Text = Field(default="", alias="sortOrder")


class MeetingWire(Wire):
    """A meeting or a call log of a box.

    Attributes:
        kind: "MEETING_NOTES" or "CALL_LOG".
        duration: milliseconds.
    """

    key: str
    box_key: Text = Field(default="", alias="boxKey")
    kind: Text = Field(default="", alias="meetingType")
    start: When = Field(default=None, alias="startTimestamp")
    duration: When = None
    notes: Text = ""
    task_keys: Texts = Field(default=[], alias="taskKeys")
    draft: Flag = Field(default=False, alias="isDraft")
    created: When = Field(default=None, alias="creationDate")
