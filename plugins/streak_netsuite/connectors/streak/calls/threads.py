"""E-mail threads of a box (v1). Their messages are Gmail's, and not part of Streak's API."""

from streak_netsuite.connectors.streak.answers import many, one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.wire import ThreadWire


def of_box(box_key: str) -> Call[list[ThreadWire]]:
    """Return the threads of a box."""
    return Call(method="GET", path=path("/v1/boxes/{}/threads", box_key), read=many(ThreadWire))


def get(thread_key: str) -> Call[ThreadWire]:
    """Return a thread."""
    return Call(method="GET", path=path("/v1/threads/{}", thread_key), read=one(ThreadWire))
