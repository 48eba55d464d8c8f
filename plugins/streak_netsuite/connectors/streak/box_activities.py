"""Activities on boxes, as comments, meeting notes or tasks: Streak has no endpoint for activities."""

import logging
from collections.abc import Iterator

from streak_netsuite.connectors.streak.calls import comments, meetings, tasks
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.protocol import NOT_FOUND
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.activity import Activity, ActivityStyle

log = logging.getLogger(__name__)


class BoxActivities:
    """Adds, changes and finds activities."""

    def __init__(self, client: StreakClient, settings: StreakSettings) -> None:
        self._client = client
        self._encoding = settings.meeting_encoding

    def write(self, box_key: str, activity: Activity, *, key: str | None = None) -> str:
        """Add an activity and return its key, or change the one that has this key.

        Raises:
            UncertainWrite: it was to be added, and nobody knows whether it was.
        """
        if key is None:
            return self._add(box_key, activity)
        try:
            return self._change(key, activity)
        except RejectedByVendor as error:
            if error.code != NOT_FOUND:
                raise
            log.info("activity %s of box %s was deleted; it is added again", key, box_key)
            return self._add(box_key, activity)

    def find(self, box_key: str, marker: str, style: ActivityStyle) -> str | None:
        """Return the key of the activity whose text contains the marker, if there is one."""
        return next((key for key, text in self._texts(box_key, style) if marker in text), None)

    def _add(self, box_key: str, activity: Activity) -> str:
        if activity.style is ActivityStyle.COMMENT:
            return self._client.send(comments.create(box_key, activity.text)).key
        if activity.style is ActivityStyle.TASK:
            people = [activity.assignee] if activity.assignee else []
            task = tasks.create(box_key, activity.text, due=activity.happened_at, assignee_emails=people)
            return self._client.send(task).key
        note = meetings.create(
            box_key,
            "MEETING_NOTES",
            activity.happened_at,
            notes=activity.text,
            encoding=self._encoding,
        )
        return self._client.send(note).key

    def _change(self, key: str, activity: Activity) -> str:
        if activity.style is ActivityStyle.COMMENT:
            self._client.send(comments.update(key, activity.text))
        elif activity.style is ActivityStyle.TASK:
            self._client.send(tasks.update(key, text=activity.text, due=activity.happened_at))
        else:
            self._client.send(meetings.update(key, start=activity.happened_at, notes=activity.text))
        return key

    def _texts(self, box_key: str, style: ActivityStyle) -> Iterator[tuple[str, str]]:
        if style is ActivityStyle.COMMENT:
            for comment in self._client.iterate(comments.of_box(box_key)):
                yield comment.key, comment.message
        elif style is ActivityStyle.TASK:
            for task in self._client.iterate(tasks.of_box(box_key)):
                yield task.key, task.text
        else:
            for meeting in self._client.iterate(meetings.of_box(box_key)):
                yield meeting.key, meeting.notes
