"""Comments, tasks and meetings of a box."""

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import page
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

_MEETINGS = {"CALL_LOG": "callLogCount", "MEETING_NOTES": "meetingNotesCount"}
_STATUSES = frozenset({"NOT_DONE", "DONE"})
_EDITABLE: dict[str, dict[str, type]] = {
    "comments": {"message": str, "mentions": list},
    "tasks": {"text": str, "dueDate": int, "assignedTo": list, "status": str},
    "meetings": {"startTimestamp": int, "duration": int, "notes": str, "taskKeys": list, "isDraft": bool},
}
_CREATED = {"comments": "COMMENT_CREATE", "tasks": "TASK_CREATE", "meetings": "MEETING_CREATE"}


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""
    return [route for kind in _KINDS for route in _routes(door, store, kind)]


def _routes(door: Door, store: Store, kind: str) -> list[BaseRoute]:
    def kept() -> dict[str, Json]:
        found: dict[str, Json] = getattr(store, kind)
        return found

    def listed(call: Call) -> Json:
        store.box(call.path["box"])
        rows = [row for row in kept().values() if row["boxKey"] == call.path["box"]]
        return {"results": rows, "hasNextPage": False} if kind == "comments" else page(rows, call)

    def create(call: Call) -> Json:
        made = _KINDS[kind](store, store.box(call.path["box"]), call.object())
        kept()[made["key"]] = made
        _count(store, made, +1)
        _tell(store, _CREATED[kind], made)
        return made

    def one(call: Call) -> Json:
        if call.path["key"] not in kept():
            raise not_found()
        return kept()[call.path["key"]]

    def update(call: Call) -> Json:
        thing = one(call)
        changes = _changes(kind, call.object())
        _count(store, thing, -1)
        was = thing.get("status")
        thing.update(changes, lastSavedTimestamp=store.now_ms())
        _count(store, thing, +1)
        for event in _update_events(kind, thing, was):
            _tell(store, event, thing)
        return thing

    def delete(call: Call) -> Json:
        thing = one(call)
        del kept()[thing["key"]]
        _count(store, thing, -1)
        return {"success": True}

    form = kind == "meetings"  # the pages say form, the newer specification says JSON: both are taken
    return [
        door.route("GET", f"/v2/boxes/{{box}}/{kind}", f"{kind}.list", listed),
        door.route("POST", f"/v2/boxes/{{box}}/{kind}", f"{kind}.create", create, writes=True, form=form),
        door.route("GET", f"/v2/{kind}/{{key}}", f"{kind}.get", one),
        door.route("POST", f"/v2/{kind}/{{key}}", f"{kind}.update", update, writes=True),
        door.route("DELETE", f"/v2/{kind}/{{key}}", f"{kind}.delete", delete, writes=True),
    ]


def _changes(kind: str, sent: Json) -> Json:
    """Return the properties that may change; unknown ones are ignored."""
    wanted = _EDITABLE[kind]
    changes = {name: value for name, value in sent.items() if name in wanted and value is not None}
    for name, value in changes.items():
        if not isinstance(value, wanted[name]):
            raise refuse(f"Invalid {name}")
    if changes.get("status", "DONE") not in _STATUSES:
        raise refuse("Invalid status")
    return changes


def _update_events(kind: str, thing: Json, was: str | None) -> list[str]:
    if kind == "meetings":
        return ["MEETING_UPDATE"]
    if kind == "tasks":
        finished = thing["status"] == "DONE" and was != "DONE"
        return ["TASK_UPDATED", *(["TASK_COMPLETE"] if finished else [])]
    return []


def _tell(store: Store, event: str, thing: Json) -> None:
    """Tell of a change; nobody hears of drafts."""
    if not thing.get("isDraft"):
        store.tell(event, thing["pipelineKey"], thing)


def _count(store: Store, thing: Json, step: int) -> None:
    """Keep the counters of the thing's box; its times of change stay, as nothing is known of them."""
    box = store.box(thing["boxKey"])
    names = ["commentCount"]
    if "meetingType" in thing:
        names = [_MEETINGS[thing["meetingType"]]]
    elif "status" in thing:
        names = ["taskTotal", "taskCompleteCount" if thing["status"] == "DONE" else "taskIncompleteCount"]
    for name in names:
        box[name] += step


def _base(store: Store, box: Json, kind: str) -> Json:
    return {
        "key": store.new_key(kind),
        "boxKey": box["key"],
        "pipelineKey": box["pipelineKey"],
        "creatorKey": store.user["key"],
        "lastSavedTimestamp": store.now_ms(),
    }


def _comment(store: Store, box: Json, values: Json) -> Json:
    if not values.get("message") or not isinstance(values["message"], str):
        raise refuse("Missing parameters")
    base = _base(store, box, "comment")
    return {
        **base,
        "message": values["message"],
        "timestamp": base["lastSavedTimestamp"],  # cannot be chosen
        "mentions": list(values.get("mentions") or []),
        "children": [],
        "reactionSummary": [],
    }


def _task(store: Store, box: Json, values: Json) -> Json:
    if not values.get("text") or not isinstance(values["text"], str):
        raise refuse("Missing parameters")
    due: Any = values.get("dueDate")
    me = {"userKey": store.user["key"], "email": store.user["email"]}
    base = _base(store, box, "task")
    return {
        **base,
        "creator": me,
        "creationDate": base["lastSavedTimestamp"],
        "lastStatusChangeDate": base["lastSavedTimestamp"],
        "text": values["text"],
        "status": "NOT_DONE",
        "assignedTo": _people(store, values.get("assignedTo")) or [me],
        "reminderStatus": "NONE",
        "isDraft": bool(values.get("isDraft")),
        **({"dueDate": due} if isinstance(due, int) and due >= 0 else {}),
    }


def _meeting(store: Store, box: Json, values: Json) -> Json:
    start = _whole(values.get("startTimestamp"))
    if values.get("meetingType") not in _MEETINGS or start is None:
        raise refuse("Missing parameters")
    base = _base(store, box, "meeting")
    return {
        **base,
        "creationDate": base["lastSavedTimestamp"],
        "meetingType": values["meetingType"],
        "startTimestamp": start,
        "duration": _whole(values.get("duration")) or 0,
        "notes": str(values.get("notes") or ""),
        "taskKeys": list(values.get("taskKeys") or []),
        "isDraft": values.get("isDraft") in (True, "true"),
    }


def _people(store: Store, sent: Any) -> list[Json]:
    """Return who a task is given to, with the keys of members that were named by their address."""
    members = {member["email"]: member["key"] for member in store.team["members"]}
    named = [person for person in sent or [] if isinstance(person, dict)]
    return [{"userKey": members.get(p.get("email"), p.get("userKey", "")), **p} for p in named]


def _whole(value: Any) -> int | None:
    """Return a whole number; a form brings it as text."""
    if isinstance(value, bool) or not str(value).isdecimal():
        return None
    return int(value)


_KINDS: dict[str, Callable[[Store, Json, Json], Json]] = {
    "comments": _comment,
    "tasks": _task,
    "meetings": _meeting,
}
