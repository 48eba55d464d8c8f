"""What contacts and organizations have in common: both live in a team and answer alike (v2)."""

import logging
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from streak_netsuite.connectors.streak.answers import done, mapping, one
from streak_netsuite.connectors.streak.call import Call, Effect, path
from streak_netsuite.connectors.streak.paging import CursorPages
from streak_netsuite.connectors.streak.wire import PartyWire

log = logging.getLogger(__name__)
Plural = Literal["contacts", "organizations"]
PartyJson = Mapping[str, Any]
"""A contact or organization as Streak sent it; `PartyWire` reads it."""


def get_many(plural: Plural, keys: Sequence[str]) -> Call[dict[str, PartyWire]]:
    """Return records by key; the missing, the forbidden and the unreadable are left out."""
    return Call(method="POST", path=f"/v2/{plural}/batch/get", body=list(keys), read=_readable)


def get_json(plural: Plural, key: str) -> Call[PartyJson]:
    """Return a record as Streak sent it; a missing one is RejectedByVendor with code NOT_FOUND."""
    return Call(method="GET", path=path(f"/v2/{plural}/{{}}", key), read=mapping)


def json_of_team(
    plural: Plural, team_key: str, *, size: int, after: datetime | None = None
) -> CursorPages[PartyJson]:
    """Return a team's records as Streak sends them.

    Args:
        after: only those last saved at or after this time, in whole seconds; contacts alone know it.
    """
    edge = {"after": math.floor(after.timestamp())} if after is not None else {}
    return CursorPages(
        path=path(f"/v2/teams/{{}}/{plural}", team_key), row=lambda row: row, size=size, params=edge
    )


def get(plural: Plural, key: str) -> Call[PartyWire]:
    """Return a record; a missing one is RejectedByVendor with code NOT_FOUND."""
    return Call(method="GET", path=path(f"/v2/{plural}/{{}}", key), read=one(PartyWire))


def of_team(
    plural: Plural, team_key: str, *, size: int | None = None, after: datetime | None = None
) -> CursorPages[PartyWire]:
    """Return a team's records; a full last page may be followed by an empty one.

    Args:
        after: only those last saved at or after this time, in whole seconds; contacts alone know it.
    """
    edge = {"after": math.floor(after.timestamp())} if after is not None else {}
    return CursorPages(
        path=path(f"/v2/teams/{{}}/{plural}", team_key), row=one(PartyWire), size=size, params=edge
    )


def create(
    plural: Plural, team_key: str, values: Mapping[str, Any], *, get_if_existing: bool, identified: bool
) -> Call[PartyWire]:
    """Make a record, or return the one there is.

    Args:
        get_if_existing: return a match as it is, merging nothing of `values` into it.
        identified: whether `values` hold what Streak matches by; without it a repeat makes a second record.
    """
    return Call(
        method="POST",
        path=path(f"/v2/teams/{{}}/{plural}", team_key),
        params={"getIfExisting": "true"} if get_if_existing else None,
        body=dict(values),
        effect=Effect.REPEATABLE if get_if_existing and identified else Effect.ONCE,
        read=one(PartyWire),
    )


def update(plural: Plural, key: str, values: Mapping[str, Any]) -> Call[PartyWire]:
    """Change the named properties; `replacement` merges lists, which replace at Streak."""
    return Call(
        method="POST",
        path=path(f"/v2/{plural}/{{}}", key),
        body=dict(values),
        effect=Effect.REPEATABLE,
        read=one(PartyWire),
    )


def delete(plural: Plural, key: str) -> Call[None]:
    """Remove a record; Streak takes its links away some time later."""
    return Call(method="DELETE", path=path(f"/v2/{plural}/{{}}", key), effect=Effect.REMOVAL, read=done)


def _readable(answer: Any) -> dict[str, PartyWire]:
    found: dict[str, PartyWire] = {}
    for key, row in mapping(answer).items():
        try:
            found[key] = PartyWire.model_validate(row)
        except ValidationError:
            log.warning("Streak sent %s in an unknown form; it counts as unreadable", key)
    return found
