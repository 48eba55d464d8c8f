"""Registered webhooks: one event and one scope each."""

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

PIPELINE_EVENTS = frozenset(
    "BOX_CREATE BOX_EDIT BOX_CHANGE_STAGE BOX_CHANGE_PIPELINE BOX_DELETE BOX_NEW_EMAIL_ADDRESS STAGE_CREATE "
    "COMMENT_CREATE MEETING_CREATE MEETING_UPDATE TASK_CREATE TASK_UPDATED TASK_COMPLETE TASK_DUE "
    "BOX_NEW_EMAIL_RECEIVED THREAD_ADDED_TO_BOX THREAD_REMOVED_FROM_BOX".split()
)
TEAM_EVENTS = frozenset(
    "CONTACT_CREATE CONTACT_UPDATE CONTACT_DELETE ORG_CREATE ORG_UPDATE ORG_DELETE".split()
)


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def create(call: Call) -> Json:
        return _shown(_create(store, call))

    def of_pipeline(call: Call) -> list[Json]:
        key = store.pipeline(call.path["pipeline"])["key"]
        return [_shown(w) for w in store.webhooks.values() if w.get("pipelineKey") == key]

    def of_team(call: Call) -> list[Json]:
        if call.path["team"] != store.team["key"]:
            raise not_found()
        return [_shown(w) for w in store.webhooks.values() if w.get("teamKey") == call.path["team"]]

    def one(call: Call) -> Json:
        return _shown(_get(store, call.path["webhook"]))

    def edit(call: Call) -> Json:
        webhook = _get(store, call.path["webhook"])
        changes = {k: v for k, v in call.object().items() if k in {"event", "targetUrl", "token"}}
        _check({**webhook, **changes})
        webhook.update(changes)
        webhook["lastSavedTimestamp"] = store.now_ms()
        return _shown(webhook)

    def delete(call: Call) -> Json:
        del store.webhooks[_get(store, call.path["webhook"])["key"]]
        return {"success": True}

    return [
        door.route("POST", "/v2/webhooks", "webhooks.create", create, writes=True),
        door.route("GET", "/v2/pipelines/{pipeline}/webhooks", "webhooks.list", of_pipeline),
        door.route("GET", "/v2/teams/{team}/webhooks", "webhooks.list", of_team),
        door.route("GET", "/v2/webhooks/{webhook}", "webhooks.get", one),
        door.route("POST", "/v2/webhooks/{webhook}", "webhooks.update", edit, writes=True),
        door.route("DELETE", "/v2/webhooks/{webhook}", "webhooks.delete", delete, writes=True),
    ]


def _create(store: Store, call: Call) -> Json:
    values = call.object()
    pipeline, team = call.query.get("pipelineKey"), call.query.get("teamKey")
    if (pipeline is None) == (team is None):
        raise refuse("Specify either pipelineKey or teamKey")
    scope = {"teamKey": team} if pipeline is None else {"pipelineKey": pipeline}
    wanted = {
        "event": values.get("event"),
        "targetUrl": values.get("targetUrl"),
        "token": values.get("token"),
    }
    _check(wanted | scope)
    if pipeline is not None:
        store.pipeline(pipeline)
    elif team != store.team["key"]:
        raise not_found()
    now = store.now_ms()
    webhook = {
        "key": store.new_key("webhook"),
        **wanted,
        "userKey": store.user["key"],
        "creationDate": now,
        "lastSavedTimestamp": now,
        **scope,
    }
    store.webhooks[webhook["key"]] = webhook
    return webhook


def _check(webhook: Json) -> None:
    if str(webhook["event"]) not in (PIPELINE_EVENTS if "pipelineKey" in webhook else TEAM_EVENTS):
        raise refuse(f"Invalid event {webhook['event']}")
    if not str(webhook["targetUrl"]).startswith(("http://", "https://")):
        raise refuse("Invalid targetUrl")
    if not isinstance(webhook["token"], str | None):
        raise refuse("Invalid token")


def _get(store: Store, key: str) -> Json:
    if key not in store.webhooks:
        raise not_found()
    return store.webhooks[key]


def _shown(webhook: Json) -> Json:
    return {key: value for key, value in webhook.items() if key != "token"}
