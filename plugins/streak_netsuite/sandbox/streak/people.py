"""Changes of users and teams."""

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.catalogue import team_of
from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse
from streak_netsuite.sandbox.streak.store import Json, Store

_USER = ("displayName", "fullName", "timezoneId")
_TEAM = ("name", "emailsToSendInvoiceTo")


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes."""

    def update_user(call: Call) -> Json:
        for member in store.team["members"]:
            if member["key"] == call.path["user"]:
                member.update(_given(call.object(), _USER), lastSavedTimestamp=store.now_ms())
                return dict(member)
        raise not_found()

    def create_team(call: Call) -> Json:
        values = call.object()
        if not values.get("name"):
            raise refuse("Team name is required")
        now = store.now_ms()
        team = {
            **store.team,
            "key": store.new_key("team"),
            "name": str(values["name"]),
            "members": [store.user],
            "creationDate": now,
            "lastSavedTimestamp": now,
            "contactSettings": {"fields": {}},
            "organizationSettings": {"fields": {}},
        }
        store.other_teams[team["key"]] = team
        return team

    def update_team(call: Call) -> Json:
        team = team_of(store, call)
        team.update(_given(call.object(), _TEAM), lastSavedTimestamp=store.now_ms())
        return team

    return [
        door.route("POST", "/v1/users/{user}", "users.update", update_user, writes=True),
        door.route("POST", "/v2/teams", "teams.create", create_team, writes=True),
        door.route("POST", "/v2/teams/{team}", "teams.update", update_team, writes=True),
    ]


def _given(values: Json, names: tuple[str, ...]) -> Json:
    return {name: values[name] for name in names if values.get(name) is not None}
