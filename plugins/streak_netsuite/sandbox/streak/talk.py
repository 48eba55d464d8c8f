"""Comments, tasks and meetings of a box."""

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import page
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

_MEETINGS = frozenset({"CALL_LOG", "MEETING_NOTES"})


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""
    kinds = {"comments": _comment, "tasks": _task, "meetings": _meeting}
    return [route for kind, make in kinds.items() for route in _routes(door, store, kind, make)]


def _routes(
    door: Door, store: Store, kind: str, make: Callable[[Store, Json, Json], Json]
) -> list[BaseRoute]:
    def kept() -> dict[str, Json]:
        found: dict[str, Json] = getattr(store, kind)
        return found

    def listed(call: Call) -> Json:
        store.box(call.path["box"])
        rows = [row for row in kept().values() if row["boxKey"] == call.path["box"]]
        return {"results": rows, "hasNextPage": False} if kind == "comments" else page(rows, call)

    def create(call: Call) -> Json:
        made = make(store, store.box(call.path["box"]), call.object())
        kept()[made["key"]] = made
        _tell(store, kind, made)
        return made

    def one(call: Call) -> Json:
        if call.path["key"] not in kept():
            raise not_found()
        return kept()[call.path["key"]]

    def update(call: Call) -> Json:
        thing = one(call)
        thing.update({k: v for k, v in call.object().items() if k in thing and k not in {"key", "boxKey"}})
        thing["lastSavedTimestamp"] = store.now_ms()
        return thing

    def delete(call: Call) -> Json:
        del kept()[one(call)["key"]]
        return {"success": True}

    return [
        door.route("GET", f"/v2/boxes/{{box}}/{kind}", f"{kind}.list", listed),
        door.route("POST", f"/v2/boxes/{{box}}/{kind}", f"{kind}.create", create, writes=True),
        door.route("GET", f"/v2/{kind}/{{key}}", f"{kind}.get", one),
        door.route("POST", f"/v2/{kind}/{{key}}", f"{kind}.update", update, writes=True),
        door.route("DELETE", f"/v2/{kind}/{{key}}", f"{kind}.delete", delete, writes=True),
    ]


def _tell(store: Store, kind: str, made: Json) -> None:
    if kind == "comments":
        box = store.box(made["boxKey"])
        box["commentCount"] += 1
    event = {"comments": "COMMENT_CREATE", "tasks": "TASK_CREATE", "meetings": "MEETING_CREATE"}[kind]
    store.tell(event, made["pipelineKey"], made)


def _base(store: Store, box: Json, kind: str) -> Json:
    now = store.now_ms()
    return {
        "key": store.new_key(kind),
        "boxKey": box["key"],
        "pipelineKey": box["pipelineKey"],
        "creatorKey": store.user["key"],
        "lastSavedTimestamp": now,
        "creationDate": now,
    }


def _comment(store: Store, box: Json, values: Json) -> Json:
    if not values.get("message"):
        raise refuse("Missing parameters")
    base = _base(store, box, "comment")
    return {
        **base,
        "message": str(values["message"]),
        "timestamp": base["creationDate"],
        "mentions": [],
        "children": [],
    }


def _task(store: Store, box: Json, values: Json) -> Json:
    if not values.get("text"):
        raise refuse("Missing parameters")
    due: Any = values.get("dueDate")
    return {
        **_base(store, box, "task"),
        "text": str(values["text"]),
        "status": "NOT_DONE",
        "assignedTo": values.get("assignedTo") or [{"userKey": store.user["key"]}],
        **({"dueDate": due} if isinstance(due, int) and due >= 0 else {}),
    }


def _meeting(store: Store, box: Json, values: Json) -> Json:
    if values.get("meetingType") not in _MEETINGS or not isinstance(values.get("startTimestamp"), int):
        raise refuse("Missing parameters")
    return {
        **_base(store, box, "meeting"),
        "meetingType": values["meetingType"],
        "startTimestamp": values["startTimestamp"],
        "duration": values.get("duration") or 0,
        "notes": str(values.get("notes") or ""),
        "taskKeys": list(values.get("taskKeys") or []),
        "isDraft": bool(values.get("isDraft")),
    }
