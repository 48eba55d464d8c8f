"""E-mail threads and files of boxes, and a box as markdown (v1)."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

ATTACHMENT = "GMAIL_API"  # the one type of file that Streak hands out (readme "Files", read 2026-11)
_CHARACTERS_A_TOKEN = 4


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def files_of(call: Call) -> list[Json]:
        return _of_box(store, store.files, call)

    def file(call: Call) -> Json:
        return shown(_one(store.files, call.path["key"]))

    def contents(call: Call) -> Response:
        found = _one(store.files, call.path["key"])
        if found["fileType"] != ATTACHMENT:
            raise refuse("The contents of this file are not available")
        return Response(found["_contents"], media_type=found["mimeType"])

    def threads_of(call: Call) -> list[Json]:
        return _of_box(store, store.threads, call)

    def thread(call: Call) -> Json:
        return _one(store.threads, call.path["key"])

    def markdown(call: Call) -> Response:
        most = call.number("maxTokens", 4000, least=1) * _CHARACTERS_A_TOKEN
        return Response(_markdown(store, call.path["box"])[:most], media_type="text/markdown")

    return [
        door.route("GET", "/v1/boxes/{box}/files", "files.list", files_of),
        door.route("GET", "/v1/files/{key}", "files.get", file),
        door.route("GET", "/v1/files/{key}/contents", "files.contents", contents),
        door.route("GET", "/v1/boxes/{box}/threads", "threads.list", threads_of),
        door.route("GET", "/v1/threads/{key}", "threads.get", thread),
        door.route("GET", "/v1/boxes/{box}/md", "boxes.markdown", markdown),
    ]


def attach(store: Store, box_key: str, subject: str, file_name: str, contents: bytes) -> None:
    """Put an e-mail with an attachment into a box, as Gmail's extension does."""
    now = store.now_ms()
    thread: Json = {
        "key": store.new_key("thread"),
        "boxKey": box_key,
        "threadGmailId": f"{now:016x}",
        "subject": subject,
        "creationTimestamp": now,
    }
    store.threads[thread["key"]] = thread
    for name, kind, data in ((file_name, ATTACHMENT, contents), ("Offer draft", "DRIVE", b"")):
        key = store.new_key("file")
        store.files[key] = {
            "key": key,
            "fileKey": key,
            "boxKey": box_key,
            "fileOwner": store.user["key"],
            "fileName": name,
            "fileType": kind,
            "mimeType": "application/pdf",
            "size": len(data),
            "creationTimestamp": now,
            "_contents": data,
        }
    box = store.boxes[box_key]
    box["gmailThreadCount"] += 1
    box["fileCount"] += 2


def _of_box(store: Store, things: dict[str, Json], call: Call) -> list[Json]:
    key = store.box(call.path["box"])["key"]
    return [shown(thing) for thing in things.values() if thing["boxKey"] == key]


def _one(things: dict[str, Json], key: str) -> Json:
    if key not in things:
        raise not_found()
    return things[key]


def shown(thing: Json) -> Json:
    """Return a file or thread as the API shows it: without what is in it."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def _markdown(store: Store, box_key: str) -> str:
    box = store.shown_box(box_key)
    pipeline = store.pipelines[box["pipelineKey"]]
    names = {definition["key"]: definition["name"] for definition in pipeline["fields"]}
    lines = [
        f"# {box['name']}",
        "",
        f"Stage: {pipeline['stages'][box['stageKey']]['name']}",
        "",
        box["notes"],
        "",
    ]
    lines += [f"- {names[key]}: {value}" for key, value in box["fields"].items()]
    return "\n".join(lines) + "\n"
