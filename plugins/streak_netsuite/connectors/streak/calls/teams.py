"""Teams: members, and the custom fields of contacts and organizations (v2; Streak's OpenAPI document)."""

from streak_netsuite.connectors.streak.answers import one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import PersonWire, TeamWire


def mine(*, size: int | None = None) -> NumberedPages[TeamWire]:
    """Return the teams of the key's user."""
    return NumberedPages(path="/v2/users/me/teams", row=one(TeamWire), size=size)


def get(team_key: str) -> Call[TeamWire]:
    """Return a team with its members and field definitions."""
    return Call(method="GET", path=path("/v2/teams/{}", team_key), read=one(TeamWire))


def users(team_key: str) -> NumberedPages[PersonWire]:
    """Return a team's people; no page parameter is documented for this list."""
    return NumberedPages(path=path("/v2/teams/{}/users", team_key), row=one(PersonWire), paged=False)
