"""An activity: something that happened, as a salesperson reads it on a deal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActivityStyle(StrEnum):
    """How Streak keeps an activity; it has no endpoint of that name.

    COMMENT       the neutral log entry; stands at the time it was written
    MEETING_NOTE  stands at its own time in the timeline; counts as a touch in Streak's sales figures
    TASK          asks somebody to do something, due at its time; without an assignee it is the API key's user's
    """

    COMMENT = "comment"
    MEETING_NOTE = "meeting_note"
    TASK = "task"


@dataclass(frozen=True, kw_only=True, slots=True)
class Activity:
    """Something that happened.

    Attributes:
        happened_at: aware; where a meeting note stands in the timeline, and when a task is due. A comment cannot show it.
        assignee: e-mail address of whoever is to do a task; "" for the API key's user.
    """

    text: str
    happened_at: datetime
    style: ActivityStyle = ActivityStyle.COMMENT
    assignee: str = ""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("an activity needs a text")
        if self.happened_at.tzinfo is None:
            raise ValueError(f"an activity needs an aware time, and {self.happened_at!r} is naive")
