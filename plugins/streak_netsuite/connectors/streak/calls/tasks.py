"""Tasks of boxes (v2; Streak's OpenAPI document)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from streak_netsuite.connectors.streak.answers import done, many, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, milliseconds, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import TaskWire


def of_box(box_key: str, *, size: int | None = None) -> NumberedPages[TaskWire]:
    """Return the tasks of a box; at most 1000 a page."""
    return NumberedPages(path=path("/v2/boxes/{}/tasks", box_key), row=one(TaskWire), size=size)


def get(task_key: str) -> Call[TaskWire]:
    """Return a task."""
    return Call(method="GET", path=path("/v2/tasks/{}", task_key), read=one(TaskWire))


def create(
    box_key: str,
    text: str,
    *,
    due: datetime | None = None,
    assignee_emails: Sequence[str] = (),
    meeting_key: str | None = None,
) -> Call[TaskWire]:
    """Add a task; without assignees it is the key's user's. A second one would stand beside the first."""
    return Call(
        method="POST",
        path=path("/v2/boxes/{}/tasks", box_key),
        body=given(
            text=text,
            dueDate=None if due is None else milliseconds(due),
            assignedTo=_people(assignee_emails),
            meetingKey=meeting_key,
        ),
        effect=Effect.ONCE,
        read=one(TaskWire),
    )


def update(
    task_key: str,
    *,
    text: str | None = None,
    due: datetime | None = None,
    assignee_emails: Sequence[str] = (),
    status: Literal["NOT_DONE", "DONE"] | None = None,
) -> Call[TaskWire]:
    """Change a task; what is None stays. Assignees replace those there are."""
    return Call(
        method="POST",
        path=path("/v2/tasks/{}", task_key),
        body=given(
            text=text,
            dueDate=None if due is None else milliseconds(due),
            assignedTo=_people(assignee_emails),
            status=status,
        ),
        effect=Effect.REPEATABLE,
        read=one(TaskWire),
    )


def delete(task_key: str) -> Call[None]:
    """Remove a task."""
    return Call(method="DELETE", path=path("/v2/tasks/{}", task_key), effect=Effect.REMOVAL, read=done)


def agenda(
    *,
    direction: Literal["desc", "asc"] | None = None,
    include_completed: bool = False,
    pipeline_key: str | None = None,
    user_keys: Sequence[str] = (),
    limit: int | None = None,
    start: str | None = None,
) -> Call[list[TaskWire]]:
    """Return tasks of all boxes: those of the key's user that are due before tomorrow, unless told otherwise.

    Args:
        direction: "desc" (Streak's default) goes back in time from the start, "asc" ahead.
        limit: tasks for each user.
        start: the `sort_order` of a task, to continue behind it.
    """
    return Call(
        method="GET",
        path="/v2/tasks",
        params=given(
            direction=direction,
            includeCompleted="true" if include_completed else None,
            pipelineKey=pipeline_key,
            userKeys=list(user_keys) or None,
            limit=limit,
            sortOrder=start,
        ),
        read=many(TaskWire),
    )


def _people(emails: Sequence[str]) -> list[dict[str, str]] | None:
    return [{"email": email} for email in emails] or None
