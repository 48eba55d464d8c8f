"""What happened: the newsfeed (v1) and a box's timeline (v2). The form of their entries is not documented."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import refuse
from streak_netsuite.sandbox.streak.mail import shown
from streak_netsuite.sandbox.streak.store import Json, Store

_OF_A_BOX = 50  # the box feed has no more (readme "Newsfeed for boxes", read 2026-11)
_OF_MANY = 200
_DETAILS = frozenset({"ALL", "CONDENSED"})
_DIRECTIONS = frozenset({"Ascending", "Descending"})
_MOVES = frozenset({"BOX_CREATE", "BOX_CHANGE_STAGE", "BOX_CHANGE_PIPELINE"})
_SIZE = 50
_SEALED = {"kinds", "direction", "start", "limit", "from"}


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def of_all(call: Call) -> list[Json]:
        return _feed(call, store.news, most=_OF_MANY)

    def of_pipeline(call: Call) -> list[Json]:
        key = store.pipeline(call.path["pipeline"])["key"]
        return _feed(call, [n for n in store.news if n["pipelineKey"] == key], most=_OF_MANY)

    def of_box(call: Call) -> list[Json]:
        key = store.box(call.path["box"])["key"]
        return _feed(call, [n for n in store.news if n["boxKey"] == key], most=_OF_A_BOX)

    return [
        door.route("GET", "/v1/newsfeed", "newsfeed.all", of_all),
        door.route("GET", "/v1/pipelines/{pipeline}/newsfeed", "newsfeed.pipeline", of_pipeline),
        door.route("GET", "/v1/boxes/{box}/newsfeed", "newsfeed.box", of_box),
        door.route("GET", "/v2/boxes/{box}/timeline", "timeline", lambda call: _timeline(store, call)),
    ]


def _feed(call: Call, news: Iterable[Json], *, most: int) -> list[Json]:
    """Return the latest entries, newest first; condensed, only the last one of each box."""
    detail = call.query.get("detailLevel", "ALL")
    if detail not in _DETAILS:
        raise refuse("Invalid detailLevel")
    latest = sorted(news, key=lambda n: int(n["timestamp"]), reverse=True)
    if detail == "CONDENSED":
        latest = list({n["boxKey"]: n for n in reversed(latest)}.values())
    return latest[:most]


def _timeline(store: Store, call: Call) -> Json:
    """Return a page. After the first, a call has its token and nothing else."""
    box = store.box(call.path["box"])["key"]
    token = call.query.get("nextPageToken")
    if token is not None and len(call.query) > 1:
        raise refuse("nextPageToken comes alone")
    wish = _opened(token) if token is not None else _wish(call)
    entries = sorted(_entries(store, box, set(wish["kinds"])), key=_place)
    if wish["direction"] == "Descending":
        entries.reverse()
        entries = [e for e in entries if wish["start"] is None or e["timestamp"] <= wish["start"]]
    else:
        entries = [e for e in entries if wish["start"] is None or e["timestamp"] >= wish["start"]]
    shown = entries[wish["from"] : wish["from"] + wish["limit"]]
    more = len(entries) > wish["from"] + wish["limit"]
    rest = {**wish, "from": wish["from"] + wish["limit"]}
    return {"entries": shown, **({"nextPage": _sealed(rest)} if more else {})}


def _wish(call: Call) -> Json:
    filters = call.query.get("filters", "")
    if filters and not (filters.startswith("[") and filters.endswith("]")):
        raise refuse("Invalid filters")
    kinds = [kind for kind in filters.strip("[]").split(",") if kind]
    if set(kinds) - _SOURCES.keys() or len(call.queries.get("filters", [])) > 1:
        raise refuse("Invalid filters")
    direction = call.query.get("direction", "Descending")
    if direction not in _DIRECTIONS:
        raise refuse("Invalid direction")
    start = call.number("startTimestamp", 0) if "startTimestamp" in call.query else None
    limit = call.number("limit", _SIZE, least=1, most=1000)
    return {
        "kinds": kinds or list(_SOURCES),
        "direction": direction,
        "start": start,
        "limit": limit,
        "from": 0,
    }


def _sealed(wish: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(wish).encode()).decode()


def _opened(token: str) -> Json:
    try:
        wish = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise refuse("Invalid nextPageToken") from None
    if not isinstance(wish, dict) or wish.keys() != _SEALED:
        raise refuse("Invalid nextPageToken")
    return wish


def _entries(store: Store, box: str, kinds: set[str]) -> Iterator[Json]:
    for kind in sorted(kinds):
        for thing, at in _SOURCES[kind](store, box):
            yield {"key": thing["key"], "type": kind, "timestamp": at, "entry": shown(thing)}


def _place(entry: Mapping[str, Any]) -> tuple[int, str]:
    return int(entry["timestamp"]), str(entry["key"])


_Found = Iterator[tuple[Json, int]]


def _news(*, moves: bool) -> Callable[[Store, str], _Found]:
    def found(store: Store, box: str) -> _Found:
        for news in store.news:
            if news["boxKey"] == box and (news["event"] in _MOVES) is moves:
                yield news, news["timestamp"]

    return found


def _meetings(kind: str) -> Callable[[Store, str], _Found]:
    def found(store: Store, box: str) -> _Found:
        for meeting in store.meetings.values():
            if meeting["boxKey"] == box and meeting["meetingType"] == kind:
                yield meeting, meeting["startTimestamp"]

    return found


def _comments(store: Store, box: str) -> _Found:
    for comment in store.comments.values():
        if comment["boxKey"] == box:
            yield comment, comment["timestamp"]


def _mail(name: str) -> Callable[[Store, str], _Found]:
    def found(store: Store, box: str) -> _Found:
        for thing in getattr(store, name).values():
            if thing["boxKey"] == box:
                yield thing, thing["creationTimestamp"]

    return found


def _none(_: Store, __: str) -> _Found:
    return iter(())


_SOURCES: Mapping[str, Callable[[Store, str], _Found]] = {
    "NEWSFEED_BOX_CREATION_MOVE": _news(moves=True),
    "NEWSFEED_BOX_EDIT": _news(moves=False),
    "CALL_LOGS": _meetings("CALL_LOG"),
    "COMMENTS": _comments,
    "EMAILS": _mail("threads"),
    "FILES": _mail("files"),
    "HANGOUTS_CHAT": _none,
    "MEETING_NOTES": _meetings("MEETING_NOTES"),
}
