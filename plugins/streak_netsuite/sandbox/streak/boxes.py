"""Boxes, their field values, and search."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import page
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import missing_parameters, not_found, refuse
from streak_netsuite.sandbox.streak.settings import Settings
from streak_netsuite.sandbox.streak.store import Json, Store

_OLD_CREATE = ("name", "stageKey", "notes")
_SEARCH_PAGE = 20


def routes(door: Door, store: Store, settings: Settings) -> list[BaseRoute]:
    """Return the routes."""
    desk = _Desk(store, settings)
    return [
        door.route("GET", "/v1/pipelines/{pipeline}/boxes", "boxes.list", desk.listed_v1),
        door.route("GET", "/v2/pipelines/{pipeline}/boxes", "boxes.list", desk.listed_v2),
        door.route("GET", "/v1/boxes", "boxes.everything", desk.everything),
        door.route("POST", "/v1/pipelines/{pipeline}/boxes/batch/", "boxes.batch_get", desk.batch),
        door.route("POST", "/v2/pipelines/{pipeline}/boxes/batch", "boxes.rehome", desk.rehome, writes=True),
        door.route("POST", "/v2/pipelines/{pipeline}/boxes", "boxes.create", desk.create, writes=True),
        door.route(
            "PUT", "/v1/pipelines/{pipeline}/boxes", "boxes.create", desk.create_v1, writes=True, form=True
        ),
        door.route("GET", "/v1/boxes/{box}", "boxes.get", desk.box),
        door.route("POST", "/v1/boxes/{box}", "boxes.update", desk.update, writes=True),
        door.route("DELETE", "/v1/boxes/{box}", "boxes.delete", desk.delete, writes=True),
        door.route("GET", "/v1/boxes/{box}/fields", "values.list", desk.values),
        door.route("GET", "/v1/boxes/{box}/fields/{field}", "values.get", desk.value),
        door.route("POST", "/v1/boxes/{box}/fields/{field}", "values.update", desk.set_value, writes=True),
        door.route("GET", "/v1/search", "search", desk.search),
    ]


class _Desk:
    """The handlers."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def listed_v1(self, call: Call) -> Any:
        """An envelope when a page is asked for, else a bare array: clients have met both."""
        rows = _listed(self._store, call, call.query.get("sortBy"))
        if "page" in call.query:
            return _shown_page(self._store, rows, call)
        most = call.number("limit", 0, least=1)
        return _shown_all(self._store, islice(rows, most) if most else rows)

    def listed_v2(self, call: Call) -> Json:
        return _shown_page(self._store, _listed(self._store, call, None), call)

    def everything(self, _: Call) -> list[Json]:
        return [self._store.shown_box(key) for key in self._store.boxes]

    def box(self, call: Call) -> Json:
        return self._store.shown_box(call.path["box"])

    def batch(self, call: Call) -> list[Json]:
        return _batch(self._store, self._settings, call)

    def rehome(self, call: Call) -> list[Json]:
        return _rehome(self._store, call)

    def create(self, call: Call) -> Json:
        made = self._store.add_box(self._store.pipeline(call.path["pipeline"]), call.object())
        return self._store.shown_box(made["key"])

    def create_v1(self, call: Call) -> Json:
        """The old way: three properties, in the query, a form or JSON."""
        sent = {**call.query, **(call.object() if call.body is not None else {})}
        values = {name: sent[name] for name in _OLD_CREATE if name in sent}
        made = self._store.add_box(self._store.pipeline(call.path["pipeline"]), values)
        return self._store.shown_box(made["key"])

    def update(self, call: Call) -> Json:
        self._store.update_box(call.path["box"], call.object())
        return self._store.shown_box(call.path["box"])

    def delete(self, call: Call) -> Json:
        self._store.delete_box(call.path["box"])
        return {"success": True}

    def values(self, call: Call) -> list[Json]:
        return _field_values(self._store, call.path["box"])

    def value(self, call: Call) -> Json:
        return _field_value(self._store, call.path["box"], call.path["field"])

    def set_value(self, call: Call) -> Json:
        _field_value(self._store, call.path["box"], call.path["field"])
        if "value" not in call.object():
            raise missing_parameters()
        self._store.update_box(call.path["box"], {"fields": {call.path["field"]: call.object()["value"]}})
        return self.value(call)

    def search(self, call: Call) -> Json:
        return _search(self._store, call)


def _listed(store: Store, call: Call, sort: str | None) -> Iterable[Json]:
    """Return a pipeline's boxes, lazily; sorted lists are descending, which is all there is."""
    orders = {None: store.oldest_first, "creationTimestamp": store.newest_first}
    orders["lastUpdatedTimestamp"] = store.latest_change_first
    if sort not in orders:
        raise refuse("Invalid sortBy")
    rows, stage = orders[sort](call.path["pipeline"]), call.query.get("stageKey")
    return rows if stage is None else (row for row in rows if row["stageKey"] == stage)


def _shown_page(store: Store, rows: Iterable[Json], call: Call) -> Json:
    found = page(rows, call)
    return {**found, "results": _shown_all(store, found["results"])}


def _shown_all(store: Store, rows: Iterable[Json]) -> list[Json]:
    return [store.shown_box(row["key"]) for row in rows]


def _rehome(store: Store, call: Call) -> list[Json]:
    """Move boxes of this pipeline to others: the same path as the batch read of v1, another effect."""
    store.pipeline(call.path["pipeline"])
    if not isinstance(call.body, list) or not all(isinstance(wish, dict) for wish in call.body):
        raise refuse("Expected an array of boxes")
    moves = [
        (store.box(str(wish.get("key"))), store.pipeline(str(wish.get("pipelineKey")))) for wish in call.body
    ]
    if any(box["pipelineKey"] != call.path["pipeline"] for box, _ in moves):
        raise not_found()
    return _shown_all(store, [store.rehome_box(box["key"], target) for box, target in moves])


def _batch(store: Store, settings: Settings, call: Call) -> list[Json]:
    pipeline = store.pipeline(call.path["pipeline"])
    if not settings.batch_get:
        raise refuse("Invalid API path specified", status=404)
    if not isinstance(call.body, list) or not all(isinstance(key, str) for key in call.body):
        raise refuse("Expected an array of box keys")
    known = [store.boxes[key] for key in call.body if key in store.boxes]
    return _shown_all(store, [box for box in known if box["pipelineKey"] == pipeline["key"]])


def _field_values(store: Store, box_key: str) -> list[Json]:
    box = store.shown_box(box_key)
    definitions = store.pipelines[box["pipelineKey"]]["fields"]
    filled = box["fields"]
    return [
        {"key": d["key"], **({"value": filled[d["key"]]} if d["key"] in filled else {})} for d in definitions
    ]


def _field_value(store: Store, box_key: str, field_key: str) -> Json:
    for value in _field_values(store, box_key):
        if value["key"] == field_key:
            return value
    raise not_found()


def _search(store: Store, call: Call) -> Json:
    query, name = call.query.get("query"), call.query.get("name")
    if (query is None) == (name is None):
        raise refuse("Specify exactly one of query and name")
    number = call.number("page", 0)
    found = {
        "boxes": [_stub(box) for box in _hits(store, call, query, name)],
        "contacts": _found(store.contacts, query),
        "orgs": _found(store.organizations, query),
    }
    start = number * _SEARCH_PAGE
    results = {kind: hits[start : start + _SEARCH_PAGE] for kind, hits in found.items()}
    return {"results": results, "query": name if query is None else query, "page": number}


def _hits(store: Store, call: Call, query: str | None, name: str | None) -> Iterable[Json]:
    teams = call.queries.get("teamKey", [store.team["key"]])
    pipelines = call.queries.get("pipelineKey", list(store.pipelines))
    stages = call.queries.get("stageKey")
    texts = {key: _text_keys(pipeline) for key, pipeline in store.pipelines.items()}
    for box in store.boxes.values():
        if box["pipelineKey"] not in pipelines or (stages is not None and box["stageKey"] not in stages):
            continue
        # A name is compared exactly; a query is looked for in name, notes and text fields.
        matches = (
            box["name"] == name
            if query is None
            else query.casefold() in _indexed(box, texts[box["pipelineKey"]])
        )
        if matches and store.team["key"] in teams:
            yield box


def _text_keys(pipeline: Json) -> list[str]:
    return [d["key"] for d in pipeline["fields"] if d["type"] == "TEXT_INPUT"]


def _indexed(box: Json, text_keys: list[str]) -> str:
    texts = [str(box["fields"].get(key, "")) for key in text_keys]
    return " ".join([box["name"], box["notes"], *texts]).casefold()


def _stub(box: Json) -> Json:
    return {
        "boxKey": box["key"],
        "name": box["name"],
        "lastUpdatedTimestamp": box["lastUpdatedTimestamp"],
        "assignedToKeys": [
            entry["userKey"] for entry in box["assignedToSharingEntries"] if "userKey" in entry
        ],
        "stageKey": box["stageKey"],
        "pipelineKey": box["pipelineKey"],
    }


def _found(parties: dict[str, Json], query: str | None) -> list[Json]:
    def text(party: Json) -> str:
        names = [party.get(n, "") for n in ("name", "givenName", "familyName")]
        return " ".join([*names, *party.get("emailAddresses", [])]).casefold()

    return [
        {"key": p["key"], "name": p.get("name", "")}
        for p in parties.values()
        if query and query.casefold() in text(p)
    ]
