"""Users: who the key belongs to."""

from streak_netsuite.connectors.streak.answers import one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.wire import UserWire


def me() -> Call[UserWire]:
    """Return the user the key belongs to; the connection test."""
    return Call(method="GET", path="/v1/users/me", read=one(UserWire))


def get(user_key: str) -> Call[UserWire]:
    """Return a user."""
    return Call(method="GET", path=path("/v1/users/{}", user_key), read=one(UserWire))
