"""API keys: made, listed and deleted. One that was deleted opens nothing any more."""

import secrets
from itertools import islice

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found
from streak_netsuite.sandbox.streak.store import Json, Store


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def listed(call: Call) -> list[Json]:
        limit = call.number("limit", 100, least=1, most=1000)
        start = call.number("page", 0) * limit
        return list(islice(store.api_keys.values(), start, start + limit))

    def create(call: Call) -> Json:
        team = call.query.get("teamKey")
        if team is not None and team != store.team["key"]:
            raise not_found()
        made = new_api_key(store, "streak-" + secrets.token_hex(16), team_key=team)
        return dict(made)

    def delete(call: Call) -> Json:
        if store.api_keys.pop(call.path["key"], None) is None:
            raise not_found()
        return {"success": True}

    return [
        door.route("GET", "/v1/apikeys", "apikeys.list", listed),
        door.route("PUT", "/v1/apikeys", "apikeys.create", create, writes=True),
        door.route("DELETE", "/v1/apikeys/{key}", "apikeys.delete", delete, writes=True),
    ]


def new_api_key(store: Store, secret: str, *, team_key: str | None = None) -> Json:
    """Add an API key to the store and return it."""
    now = store.now_ms()
    made: Json = {
        "apiKey": secret,
        "key": store.new_key("apikey"),
        "creationTimestamp": now,
        "lastSavedTimestamp": now,
        "keyType": "TEAM" if team_key else "USER",
        **({"teamKey": team_key} if team_key else {}),
    }
    store.api_keys[made["key"]] = made
    return made
