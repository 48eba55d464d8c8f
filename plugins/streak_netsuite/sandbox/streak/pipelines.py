"""Pipelines and their stages: made, changed, and removed while they are empty."""

from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import add_field, check_field, shown_pipeline
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

_TEXTS = ("name", "icon", "description", "defaultPermissionSetName")


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""
    desk = _Desk(store)
    stage = "/v2/pipelines/{pipeline}/stages/{stage}"
    return [
        door.route("POST", "/v2/pipelines", "pipelines.create", desk.create, writes=True),
        door.route("POST", "/v2/pipelines/{pipeline}", "pipelines.update", desk.update, writes=True),
        door.route("DELETE", "/v2/pipelines/{pipeline}", "pipelines.delete", desk.delete, writes=True),
        door.route("GET", stage, "stages.get", desk.stage),
        door.route("POST", stage, "stages.update", desk.update_stage, writes=True),
        door.route("DELETE", stage, "stages.delete", desk.delete_stage, writes=True),
    ]


class _Desk:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, call: Call) -> Json:
        values = call.object()
        stages = values.get("stages")
        if not values.get("name") or not isinstance(stages, list) or not stages:
            raise refuse("Pipeline name and stages are required")
        if values.get("teamKey") != self._store.team["key"]:
            raise not_found()
        definitions = _definitions(values.get("fields"))
        made = self._store.add_pipeline(str(values["name"]), [str(stage) for stage in stages])
        made.update(_texts(values))
        for definition in definitions:
            add_field(self._store, made, definition)
        return shown_pipeline(self._store, made)

    def update(self, call: Call) -> Json:
        pipeline, values = self._store.pipeline(call.path["pipeline"]), call.object()
        order = values.get("stageOrder")
        if order is not None and not _names_every_stage(pipeline, order):
            raise refuse("stageOrder must name every stage once")
        pipeline.update(_texts(values), **({"stageOrder": list(order)} if order else {}))
        pipeline["lastUpdatedTimestamp"] = pipeline["lastSavedTimestamp"] = self._store.now_ms()
        return shown_pipeline(self._store, pipeline)

    def delete(self, call: Call) -> Json:
        pipeline = self._store.pipeline(call.path["pipeline"])
        if self._store.boxes_of(pipeline["key"]):
            raise refuse("Only an empty pipeline can be deleted")
        self._store.drop_pipeline(pipeline["key"])
        return {"success": True}

    def stage(self, call: Call) -> Json:
        return dict(_stage(self._store.pipeline(call.path["pipeline"]), call.path["stage"]))

    def update_stage(self, call: Call) -> Json:
        stage = _stage(self._store.pipeline(call.path["pipeline"]), call.path["stage"])
        values = call.object()
        stage.update({name: values[name] for name in ("name", "color") if values.get(name)})
        return dict(stage)

    def delete_stage(self, call: Call) -> Json:
        pipeline = self._store.pipeline(call.path["pipeline"])
        stage = _stage(pipeline, call.path["stage"])
        if len(pipeline["stages"]) == 1:
            raise refuse("The last stage cannot be deleted")
        if any(box["stageKey"] == stage["key"] for box in self._store.boxes_of(pipeline["key"])):
            raise refuse("Only an empty stage can be deleted")
        del pipeline["stages"][stage["key"]]
        pipeline["stageOrder"].remove(stage["key"])
        return {"success": True}


def _stage(pipeline: Json, key: str) -> Json:
    if key not in pipeline["stages"]:
        raise not_found()
    found: Json = pipeline["stages"][key]
    return found


def _definitions(sent: Any) -> list[Json]:
    """Return the fields that a pipeline is made with, all of them checked before there is a pipeline."""
    definitions = [] if sent is None else sent
    if not isinstance(definitions, list):
        raise refuse("Expected an array of fields")
    for definition in definitions:
        check_field(definition)
    return definitions


def _names_every_stage(pipeline: Json, order: Any) -> bool:
    if not isinstance(order, list) or not all(isinstance(key, str) for key in order):
        return False
    return sorted(order) == sorted(pipeline["stages"])


def _texts(values: Json) -> dict[str, Any]:
    return {name: str(values[name]) for name in _TEXTS if values.get(name) is not None}
