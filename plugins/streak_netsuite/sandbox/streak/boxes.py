"""Boxes, their field values, and search."""

from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import page
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.settings import Settings
from streak_netsuite.sandbox.streak.store import Json, Store

_SORTABLE = frozenset({"creationTimestamp", "lastUpdatedTimestamp"})
_SEARCH_PAGE = 20


def routes(door: Door, store: Store, settings: Settings) -> list[BaseRoute]:
    """Return the routes."""
    desk = _Desk(store, settings)
    return [
        door.route("GET", "/v1/pipelines/{pipeline}/boxes", "boxes.list", desk.listed_v1),
        door.route("GET", "/v2/pipelines/{pipeline}/boxes", "boxes.list", desk.listed_v2),
        door.route("GET", "/v1/boxes", "boxes.everything", desk.everything),
        door.route("POST", "/v1/pipelines/{pipeline}/boxes/batch/", "boxes.batch_get", desk.batch),
        door.route("POST", "/v2/pipelines/{pipeline}/boxes", "boxes.create", desk.create, writes=True),
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
        rows = _listed(self._store, call)
        return (
            _shown_page(self._store, rows, call)
            if {"page", "limit"} & call.query.keys()
            else _shown_all(self._store, rows)
        )

    def listed_v2(self, call: Call) -> Json:
        return _shown_page(self._store, _listed(self._store, call), call)

    def everything(self, _: Call) -> list[Json]:
        return [self._store.shown_box(key) for key in self._store.boxes]

    def box(self, call: Call) -> Json:
        return self._store.shown_box(call.path["box"])

    def batch(self, call: Call) -> list[Json]:
        return _batch(self._store, self._settings, call)

    def create(self, call: Call) -> Json:
        made = self._store.add_box(self._store.pipeline(call.path["pipeline"]), call.object())
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
        found = [v for v in _field_values(self._store, call.path["box"]) if v["key"] == call.path["field"]]
        if not found:
            raise not_found()
        return found[0]

    def set_value(self, call: Call) -> Json:
        self._store.update_box(call.path["box"], {"fields": {call.path["field"]: call.object().get("value")}})
        return self.value(call)

    def search(self, call: Call) -> Json:
        return _search(self._store, call)


def _listed(store: Store, call: Call) -> list[Json]:
    rows = store.boxes_of(call.path["pipeline"])
    stage = call.query.get("stageKey")
    if stage is not None:
        rows = [row for row in rows if row["stageKey"] == stage]
    sort = call.query.get("sortBy")
    if sort is not None:
        if sort not in _SORTABLE:
            raise refuse("Invalid sortBy")
        rows = sorted(rows, key=lambda row: int(row[sort]), reverse=True)  # descending is all there is
    return rows


def _shown_page(store: Store, rows: list[Json], call: Call) -> Json:
    found = page(rows, call)
    return {**found, "results": _shown_all(store, found["results"])}


def _shown_all(store: Store, rows: list[Json]) -> list[Json]:
    return [store.shown_box(row["key"]) for row in rows]


def _batch(store: Store, settings: Settings, call: Call) -> list[Json]:
    pipeline = store.pipeline(call.path["pipeline"])
    if not settings.batch_get:
        raise refuse("Invalid API path specified", status=404)
    if not isinstance(call.body, list):
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


def _search(store: Store, call: Call) -> Json:
    query, name = call.query.get("query"), call.query.get("name")
    if (query is None) == (name is None):
        raise refuse("Specify exactly one of query and name")
    pipelines = call.queries.get("pipelineKey") or list(store.pipelines)
    wanted = (query or "").casefold()
    hits = [
        _stub(box)
        for box in store.boxes.values()
        if box["pipelineKey"] in pipelines
        and (box["name"] == name if name is not None else wanted in _indexed(box))
    ]
    start = call.number("page", 0) * _SEARCH_PAGE
    parties = {
        kind: _found(store.parties(kind[:-1] if kind == "contacts" else "organization"), wanted)
        for kind in ("contacts", "orgs")
    }
    results = {
        "boxes": hits[start : start + _SEARCH_PAGE],
        **(parties if query else {"contacts": [], "orgs": []}),
    }
    return {"results": results, "query": query or name, "page": call.number("page", 0)}


def _indexed(box: Json) -> str:
    texts = [v for v in box["fields"].values() if isinstance(v, str)]
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


def _found(parties: dict[str, Json], wanted: str) -> list[Json]:
    def text(party: Json) -> str:
        names = [party.get(n, "") for n in ("name", "givenName", "familyName")]
        return " ".join([*names, *party.get("emailAddresses", [])]).casefold()

    return [
        {"key": p["key"], "name": p.get("name", "")} for p in parties.values() if wanted and wanted in text(p)
    ]
