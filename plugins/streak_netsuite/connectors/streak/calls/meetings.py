"""Meetings and call logs of boxes: the one kind of note that has a time of its own (v2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from streak_netsuite.connectors.streak.answers import done, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, milliseconds, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import MeetingWire

MeetingKind = Literal["CALL_LOG", "MEETING_NOTES"]
Encoding = Literal["json", "form"]


def of_box(box_key: str, *, size: int | None = None) -> NumberedPages[MeetingWire]:
    """Return the meetings and call logs of a box."""
    return NumberedPages(path=path("/v2/boxes/{}/meetings", box_key), row=one(MeetingWire), size=size)


def get(meeting_key: str) -> Call[MeetingWire]:
    """Return a meeting or call log."""
    return Call(method="GET", path=path("/v2/meetings/{}", meeting_key), read=one(MeetingWire))


def create(
    box_key: str,
    kind: MeetingKind,
    start: datetime,
    *,
    duration: timedelta | None = None,
    notes: str | None = None,
    encoding: Encoding = "json",
) -> Call[MeetingWire]:
    """Add a meeting or call log. A second one would stand beside the first.

    Args:
        encoding: Streak's OpenAPI document of 2026 says JSON, the readme page "Create a new meeting" a form, and
            a client was cured by sending one. JSON is followed by a form when Streak misses parameters.
    """
    return Call(
        method="POST",
        path=path("/v2/boxes/{}/meetings", box_key),
        body=given(meetingType=kind, **_values(start, duration, notes)),
        form=encoding == "form",
        form_too=encoding == "json",
        effect=Effect.ONCE,
        read=one(MeetingWire),
    )


def update(
    meeting_key: str,
    *,
    start: datetime | None = None,
    duration: timedelta | None = None,
    notes: str | None = None,
    task_keys: Sequence[str] | None = None,
) -> Call[MeetingWire]:
    """Change a meeting or call log; what is None stays, `task_keys` replace."""
    keys = None if task_keys is None else list(task_keys)
    return Call(
        method="POST",
        path=path("/v2/meetings/{}", meeting_key),
        body=given(taskKeys=keys, **_values(start, duration, notes)),
        effect=Effect.REPEATABLE,
        read=one(MeetingWire),
    )


def delete(meeting_key: str) -> Call[None]:
    """Remove a meeting or call log."""
    return Call(method="DELETE", path=path("/v2/meetings/{}", meeting_key), effect=Effect.REMOVAL, read=done)


def _values(start: datetime | None, duration: timedelta | None, notes: str | None) -> dict[str, object]:
    return {
        "startTimestamp": None if start is None else milliseconds(start),
        "duration": None if duration is None else duration // timedelta(milliseconds=1),
        "notes": notes,
    }
