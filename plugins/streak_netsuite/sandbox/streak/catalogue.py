"""Users, teams, pipelines, stages and field definitions."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import NO_AI, Json, Store, new_stage

FIELD_TYPES = frozenset(
    "TEXT_INPUT DROPDOWN CHECKBOX DATE PERSON FORMULA TAG TEAM_CONTACT TEAM_ORGANIZATION".split()
)
_OPTION_LISTS = (("dropdownSettings", "items"), ("tagSettings", "tags"))


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""
    desk = _Desk(store)
    return [
        door.route("GET", "/v1/users/me", "users.me", desk.me),
        door.route("GET", "/v1/users/{user}", "users.get", desk.user),
        door.route("GET", "/v2/users/me/teams", "teams.mine", desk.my_teams),
        door.route("GET", "/v2/teams/{team}", "teams.get", desk.team),
        door.route("GET", "/v2/teams/{team}/users", "teams.users", desk.team_users),
        door.route("GET", "/v1/pipelines", "pipelines.list", desk.pipelines_v1),
        door.route("GET", "/v2/pipelines", "pipelines.list", desk.pipelines_v2),
        door.route("GET", "/v1/pipelines/{pipeline}", "pipelines.get", desk.pipeline_v1),
        door.route("GET", "/v2/pipelines/{pipeline}", "pipelines.get", desk.pipeline_v2),
        *[
            door.route("GET", f"/{v}/pipelines/{{pipeline}}/stages", "stages.list", desk.stages)
            for v in ("v1", "v2")
        ],
        door.route("POST", "/v2/pipelines/{pipeline}/stages", "stages.create", desk.add_stage, writes=True),
        door.route("GET", "/v1/pipelines/{pipeline}/fields", "fields.list", desk.fields),
        door.route("POST", "/v2/pipelines/{pipeline}/fields", "fields.create", desk.add_field, writes=True),
        door.route("GET", "/v1/pipelines/{pipeline}/fields/{field}", "fields.get", desk.field),
        door.route(
            "POST", "/v1/pipelines/{pipeline}/fields/{field}", "fields.update", desk.edit_field, writes=True
        ),
        door.route(
            "DELETE", "/v1/pipelines/{pipeline}/fields/{field}", "fields.delete", desk.drop_field, writes=True
        ),
    ]


class _Desk:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def me(self, _: Call) -> Json:
        return self._store.user

    def user(self, call: Call) -> Json:
        for member in self._store.team["members"]:
            if member["key"] == call.path["user"]:
                return dict(member)
        raise not_found()

    def my_teams(self, _: Call) -> Json:
        return {"results": [self._store.team, *self._store.other_teams.values()], "hasNextPage": False}

    def team(self, call: Call) -> Json:
        return team_of(self._store, call)

    def team_users(self, call: Call) -> Json:
        return {"results": team_of(self._store, call)["members"], "hasNextPage": False}

    def pipelines_v1(self, _: Call) -> list[Json]:
        return [_with_typed_key(shown_pipeline(self._store, p)) for p in self._store.pipelines.values()]

    def pipelines_v2(self, call: Call) -> Json:
        return page([shown_pipeline(self._store, p) for p in self._store.pipelines.values()], call)

    def pipeline_v1(self, call: Call) -> Json:
        return _with_typed_key(self.pipeline_v2(call))

    def pipeline_v2(self, call: Call) -> Json:
        return shown_pipeline(self._store, self._store.pipeline(call.path["pipeline"]))

    def stages(self, call: Call) -> Json:
        return dict(shown_pipeline(self._store, self._store.pipeline(call.path["pipeline"]))["stages"])

    def add_stage(self, call: Call) -> Json:
        return _add_stage(self._store, self._store.pipeline(call.path["pipeline"]), call.object())

    def fields(self, call: Call) -> list[Json]:
        return list(self._store.pipeline(call.path["pipeline"])["fields"])

    def field(self, call: Call) -> Json:
        return _field(self._store.pipeline(call.path["pipeline"]), call.path["field"])

    def add_field(self, call: Call) -> Json:
        return add_field(self._store, self._store.pipeline(call.path["pipeline"]), call.object())

    def edit_field(self, call: Call) -> Json:
        definition = _field(self._store.pipeline(call.path["pipeline"]), call.path["field"])
        return _edit_field(definition, call.object(), add_only=call.query.get("addOnly") == "true")

    def drop_field(self, call: Call) -> Json:
        return _drop_field(self._store, self._store.pipeline(call.path["pipeline"]), call.path["field"])


def page(rows: Iterable[Any], call: Call, *, most: int = 1000, default: int = 100) -> Json:
    """Return one page in the page-number envelope."""
    limit = call.number("limit", default, least=1, most=most)
    start = call.number("page", 0) * limit
    found = list(islice(rows, start, start + limit + 1))
    return {"results": found[:limit], "hasNextPage": len(found) > limit}


def team_of(store: Store, call: Call) -> Json:
    """Return the team of the path or refuse."""
    teams = {store.team["key"]: store.team, **store.other_teams}
    if call.path["team"] not in teams:
        raise not_found()
    return teams[call.path["team"]]


def shown_pipeline(store: Store, pipeline: Json) -> Json:
    """Return a pipeline as the API shows it, with the number of its boxes."""
    counts: dict[str, int] = {}
    for box in store.boxes_of(pipeline["key"]):
        counts[box["stageKey"]] = counts.get(box["stageKey"], 0) + 1
    stages = {key: {**stage, "boxCount": counts.get(key, 0)} for key, stage in pipeline["stages"].items()}
    return {**pipeline, "stages": stages, "boxCount": sum(counts.values())}


def _with_typed_key(pipeline: Json) -> Json:
    """Return the pipeline as v1 shows it, with its key twice."""
    return {**pipeline, "pipelineKey": pipeline["key"]}


def _add_stage(store: Store, pipeline: Json, values: Json) -> Json:
    if not values.get("name"):
        raise refuse("Stage name is required")
    key = str(max(int(k) for k in pipeline["stages"]) + 1)
    pipeline["stages"][key] = new_stage(key, str(values["name"]), values.get("color"))
    pipeline["stageOrder"].append(key)
    store.tell("STAGE_CREATE", pipeline["key"], pipeline)
    return dict(pipeline["stages"][key])


def _field(pipeline: Json, key: str) -> Json:
    found = [f for f in pipeline["fields"] if f["key"] == key]
    if not found:
        raise not_found()
    definition: Json = found[0]
    return definition


def check_field(values: Any) -> None:
    """Refuse what is no definition of a field."""
    if not isinstance(values, dict) or not values.get("name") or values.get("type") not in FIELD_TYPES:
        raise refuse("Invalid field name or type")
    for settings, name in _OPTION_LISTS:
        if settings in values:
            _options(values[settings], name)


def add_field(store: Store, pipeline: Json, values: Json) -> Json:
    """Add a field definition to a pipeline and return it."""
    check_field(values)
    now = store.now_ms()
    key = str(max((int(f["key"]) for f in pipeline["fields"]), default=1000) + 1)
    options = {
        settings: {name: _keyed(_options(values[settings], name), [])}
        for settings, name in _OPTION_LISTS
        if settings in values
    }
    definition = {"aiSettings": NO_AI, **values, **options, "key": key, "lastUpdatedTimestamp": now}
    pipeline["fields"].append(definition)
    return definition


def _edit_field(definition: Json, values: Json, *, add_only: bool) -> Json:
    """Change a definition. Without `addOnly` an option list replaces, so options that are left out vanish."""
    if "name" in values:
        definition["name"] = str(values["name"])
    for settings, name in _OPTION_LISTS:
        if settings in values:
            wanted = _options(values[settings], name)
            kept = definition.get(settings, {}).get(name, []) if add_only else []
            definition[settings] = {name: [*kept, *_keyed(wanted, kept)]}
    return definition


def _options(settings: Any, name: str) -> list[Json]:
    options = settings.get(name) if isinstance(settings, dict) else None
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        raise refuse(f"Expected an array of {name}")
    return options


def _keyed(options: list[Json], kept: list[Json]) -> list[Json]:
    used = [int(o["key"]) for o in (*options, *kept) if str(o.get("key", "")).isdigit()]
    following = max(used, default=9000)
    keyed: list[Json] = []
    for option in options:
        if not option.get("key"):
            following += 1
        keyed.append({"key": str(following), **option})
    return keyed


def _drop_field(store: Store, pipeline: Json, key: str) -> Json:
    definition = _field(pipeline, key)
    pipeline["fields"].remove(definition)
    for box in store.boxes_of(pipeline["key"]):
        box["fields"].pop(key, None)
    return {"success": True}
