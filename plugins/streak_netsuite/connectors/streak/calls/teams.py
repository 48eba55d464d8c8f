"""Teams: members, and the custom fields of contacts and organizations."""

from streak_netsuite.connectors.streak.answers import one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.wire import TeamWire


def get(team_key: str) -> Call[TeamWire]:
    """Return a team with its members and field definitions."""
    return Call(method="GET", path=path("/v2/teams/{}", team_key), read=one(TeamWire))
