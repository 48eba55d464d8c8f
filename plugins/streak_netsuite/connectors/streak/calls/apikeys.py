"""API keys, so that they can be rotated: make one, put it into the connection, delete the old one (v1)."""

from streak_netsuite.connectors.streak.answers import done, many, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.wire import ApiKeyWire


def listed(*, size: int | None = None, page: int = 0) -> Call[list[ApiKeyWire]]:
    """Return a page of the user's keys: a bare array, so that only an empty one tells the end."""
    return Call(
        method="GET", path="/v1/apikeys", params=given(limit=size, page=page or None), read=many(ApiKeyWire)
    )


def create(*, team_key: str | None = None) -> Call[ApiKeyWire]:
    """Make a key of the user, or of a team. After a lost answer a key may exist that nobody knows: list them."""
    return Call(
        method="PUT",
        path="/v1/apikeys",
        params=given(teamKey=team_key),
        effect=Effect.ONCE,
        read=one(ApiKeyWire),
    )


def delete(api_key_key: str) -> Call[None]:
    """Revoke a key, named by its `key` and not by its secret."""
    return Call(method="DELETE", path=path("/v1/apikeys/{}", api_key_key), effect=Effect.REMOVAL, read=done)
