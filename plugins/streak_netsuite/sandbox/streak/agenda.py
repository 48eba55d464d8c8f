"""What people owe and feel: tasks over all boxes, and reactions to comments (v2)."""

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

_DAY_MS = 86_400_000
_DIRECTIONS = frozenset({"desc", "past", "asc", "future"})
_NO_DATE = 10**15  # tasks without a due date stand behind all others


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def react(call: Call) -> Json:
        comment, emoji = _comment(store, call)
        mine = {"userKey": store.user["key"], "email": store.user["email"]}
        entry = next((r for r in comment["reactionSummary"] if r["emoji"] == emoji), None)
        if entry is None:
            comment["reactionSummary"].append({"emoji": emoji, "users": [mine]})
        return comment

    def unreact(call: Call) -> Json:
        comment, emoji = _comment(store, call)
        comment["reactionSummary"] = [r for r in comment["reactionSummary"] if r["emoji"] != emoji]
        return comment

    return [
        door.route("GET", "/v2/tasks", "tasks.agenda", lambda call: _agenda(store, call)),
        door.route("POST", "/v2/comments/{key}/react", "comments.react", react, writes=True),
        door.route("POST", "/v2/comments/{key}/unreact", "comments.unreact", unreact, writes=True),
    ]


def sort_order(task: Json) -> str:
    """Return where a task stands in the agenda: 30 digits, opaque to clients."""
    return f"{task.get('dueDate', _NO_DATE):015d}{task['creationDate']:015d}"


def _comment(store: Store, call: Call) -> tuple[Json, str]:
    emoji = call.object().get("emoji")
    if not emoji or not isinstance(emoji, str):
        raise refuse("Missing parameters")
    if call.path["key"] not in store.comments:
        raise not_found()
    return store.comments[call.path["key"]], emoji


def _agenda(store: Store, call: Call) -> Json:
    """Return tasks around a cursor; by default what is open, mine, and due before tomorrow."""
    direction = call.query.get("direction", "desc")
    if direction not in _DIRECTIONS:
        raise refuse("Invalid direction")
    past = direction in {"desc", "past"}
    users = set(call.queries.get("userKeys", [store.user["key"]]))
    tomorrow = (store.now_ms() // _DAY_MS + 1) * _DAY_MS
    edge = call.query.get("sortOrder", f"{tomorrow:015d}{0:015d}")
    limit = call.number("limit", 100, least=1, most=1000)
    found = [
        {**task, "sortOrder": sort_order(task)}
        for task in store.tasks.values()
        if _is_wanted(task, call, users) and (sort_order(task) < edge) is past
    ]
    found.sort(key=lambda task: str(task["sortOrder"]), reverse=past)
    return {"results": found[:limit]}


def _is_wanted(task: Json, call: Call, users: set[str]) -> bool:
    if task["status"] == "DONE" and call.query.get("includeCompleted") != "true":
        return False
    if call.query.get("pipelineKey") not in {None, task["pipelineKey"]}:
        return False
    return bool(users & {person.get("userKey") for person in task["assignedTo"]})
