"""Creates that are not repeated blindly: Streak has no idempotency key, so a lost answer is looked up first.

A finder remembers what was there *before* the create, so that it can tell ours from an older one with the same
content. Make it first, then create::

    find = new_box(client, pipeline_key, "Acme renewal")
    box = create_once(client, boxes.create(pipeline_key, "Acme renewal"), find)

Contacts and organizations need none of this: with `get_if_existing` and an e-mail address or a domain a repeat
returns the first one, and the client repeats by itself.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import boxes, comments, meetings, tasks
from streak_netsuite.connectors.streak.calls.boxes import BoxJson
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.paging import Listing
from streak_netsuite.connectors.streak.wire import CommentWire, MeetingWire, TaskWire
from streak_netsuite.errors import Ambiguous, TransientError, UncertainWrite

log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")
Find = Callable[[], Sequence[ResultT]]
"""Looks for what a create may have made; several when somebody else made the same meanwhile."""

_LOOKS = 3
_SETTLE_SECONDS = 2.0
_PAGE = 100


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


KeyedT = TypeVar("KeyedT", bound=_Keyed)


def create_once(
    client: StreakClient,
    call: Call[ResultT],
    find: Find[ResultT],
    *,
    settle_seconds: float = _SETTLE_SECONDS,
    looks: int = _LOOKS,
    sleep: Callable[[float], None] = time.sleep,
) -> ResultT:
    """Create something and return it; after a lost answer, return what was made instead of making a second.

    Args:
        find: made before this call; see the module's text.
        settle_seconds: how long a request that lost its connection may still take to land; doubled each look.
        looks: how often to look.

    Raises:
        UncertainWrite: the answer was lost and nothing was found; a late arrival cannot be ruled out.
        Ambiguous: the answer was lost and several were found; one of them is somebody else's.
    """
    try:
        return client.send(call)
    except UncertainWrite as error:
        lost = error
    for look in range(looks):
        sleep(settle_seconds * 2**look)
        found = _found(find)
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(
                f"{call.name}: the answer was lost, and {len(found)} were made meanwhile",
                candidates=[_described(row) for row in found],
                fix="find out in Streak which of them is ours, and delete it or bind it by hand",
            ) from lost
    raise UncertainWrite(
        f"{call.name}: the answer was lost, and {looks} looks did not find it. "
        "Look in Streak in some minutes: if it is there, bind it; if not, run this again"
    ) from lost


def _found(find: Find[ResultT]) -> Sequence[ResultT]:
    try:
        return find()
    except TransientError as error:
        # Told on, it would say that nothing was written, and the create would be repeated.
        log.info("Streak cannot be asked what became of a create: %s", error)
        return ()


def new_box(client: StreakClient, pipeline_key: str, name: str) -> Find[BoxJson]:
    """Return a finder of boxes made from now on in a pipeline, with this name. Reads the newest boxes once."""
    newest = next(iter(client.pages(_newest(pipeline_key)))).rows
    # Streak's own clock, so that ours may be wrong: what is as new as the newest one, and not known, is new.
    edge = max((_created(box) for box in newest), default=0)
    known = frozenset(str(box.get("key")) for box in newest)

    def find() -> list[BoxJson]:
        return [
            box
            for box in _since(client, pipeline_key, edge)
            if box.get("name") == name and str(box.get("key")) not in known
        ]

    return find


def new_comment(client: StreakClient, box_key: str, message: str) -> Find[CommentWire]:
    """Return a finder of comments made from now on in a box, with this message. Reads the comments once."""
    return _new(client, comments.of_box(box_key), lambda comment: comment.message == message)


def new_task(client: StreakClient, box_key: str, text: str) -> Find[TaskWire]:
    """Return a finder of tasks made from now on in a box, with this text. Reads the tasks once."""
    return _new(client, tasks.of_box(box_key), lambda task: task.text == text)


def new_meeting(
    client: StreakClient, box_key: str, kind: meetings.MeetingKind, notes: str
) -> Find[MeetingWire]:
    """Return a finder of meetings made from now on in a box, of this kind and with these notes."""
    return _new(
        client,
        meetings.of_box(box_key),
        lambda meeting: meeting.kind == kind and meeting.notes == notes,
    )


def _new(client: StreakClient, listing: Listing[KeyedT], same: Callable[[KeyedT], bool]) -> Find[KeyedT]:
    known = frozenset(row.key for row in client.iterate(listing))
    return lambda: [row for row in client.iterate(listing) if row.key not in known and same(row)]


def _newest(pipeline_key: str) -> Listing[BoxJson]:
    return boxes.of_pipeline(pipeline_key, size=_PAGE, sort_by="creationTimestamp")


def _since(client: StreakClient, pipeline_key: str, edge: int) -> Iterator[BoxJson]:
    for box in client.iterate(_newest(pipeline_key)):
        if _created(box) < edge:
            return
        yield box


def _created(box: BoxJson) -> int:
    at = box.get("creationTimestamp")
    return at if isinstance(at, int) else 0


def _described(row: object) -> str:
    key = row.get("key") if isinstance(row, dict) else getattr(row, "key", "")
    return str(key)
