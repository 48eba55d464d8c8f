"""What the integration's role may do with each record type."""

from typing import Literal

from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.settings import Settings

Level = Literal["none", "view", "create", "edit", "full"]
LEVELS: tuple[Level, ...] = ("none", "view", "create", "edit", "full")
_VERBS: dict[str, Level] = {"get": "view", "add": "create", "update": "edit", "delete": "full"}


def may(settings: Settings, kind: str, level: Level) -> bool:
    """Tell whether the role has at least this level for a record type; full unless said otherwise."""
    granted = settings.role_permissions.get(kind, "full")
    return LEVELS.index(granted) >= LEVELS.index(level)


def require(settings: Settings, kind: str, verb: str) -> None:
    """Refuse a verb (get, add, update, delete) the role may not use on a record type.

    An upsert needs the level of what it turns out to be, an add or an update.
    """
    level = _VERBS[verb]
    if not may(settings, kind, level):
        raise RecordRefused(
            "INSUFFICIENT_PERMISSION",
            f"Permission Violation: the role has no {level} permission for the record type {kind}. "
            "Please contact your account administrator.",
        )
