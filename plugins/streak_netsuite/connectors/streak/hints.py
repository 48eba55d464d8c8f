"""Hints from what Streak sends: webhook bodies and listed records."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.stream import Sighting

# A box's content. The rest moves by itself: counters, freshness, times in stages.
_BOX_CONTENT = ("name", "notes", "pipelineKey", "stageKey", "fields")
_BOX_LINKS = ("contacts", "organizations", "assignedToSharingEntries")
_NOT_PARTY_CONTENT = frozenset({"lastSavedTimestamp", "versionTimestamp", "lastSavedUserKey"})


def hint_of(row: Mapping[str, Any], *, kind: RecordKind, event: str, origin: HintOrigin) -> Hint:
    """Return the hint for a box, contact or organization as Streak sent it.

    The version is the record's last-saved time, so that a webhook and a sweep which saw the same state
    make the same hint; a body without any time (a delete may carry the key alone) gets a digest.

    Raises:
        ValueError: there is no key in it.
    """
    key = row.get("key") or (row.get("boxKey") if kind is RecordKind.BOX else None)
    if not isinstance(key, str) or not key:
        raise ValueError(f"a {kind} needs a key")
    return Hint(
        record=ExternalRef(system=SystemId.STREAK, kind=kind, id=key),
        version=_version(row),
        event=event,
        origin=origin,
        payload=row,
    )


def hint_of_box(box: Mapping[str, Any], *, event: str, origin: HintOrigin) -> Hint:
    """Return the hint for a box; see `hint_of`."""
    return hint_of(box, kind=RecordKind.BOX, event=event, origin=origin)


def sighting_of(row: Mapping[str, Any], *, kind: RecordKind) -> Sighting:
    """Return a listed record as the sweeps see it.

    Raises:
        ValueError: there is no key in it.
    """
    return Sighting(
        hint=hint_of(row, kind=kind, event="sweep", origin=HintOrigin.SWEEP),
        digest=_digest(_content(row, kind)),
        changed_at=_changed_at(row, kind),
    )


def records_in(body: object) -> Sequence[Mapping[str, Any]]:
    """Return the objects of a webhook body: Streak sends an array; a single object is accepted too.

    Raises:
        ValueError: it is neither.
    """
    rows = body if isinstance(body, list) else [body]
    records = [row for row in rows if isinstance(row, Mapping)]
    if not records or len(records) != len(rows):
        raise ValueError("a webhook body is an object or an array of objects")
    return records


def _version(row: Mapping[str, Any]) -> str:
    for name in ("lastSavedTimestamp", "lastUpdatedTimestamp"):
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return "digest-" + _digest(row)


def _changed_at(row: Mapping[str, Any], kind: RecordKind) -> datetime | None:
    # Boxes are listed by lastUpdatedTimestamp, contacts asked for by when they were last saved.
    name = "lastUpdatedTimestamp" if kind is RecordKind.BOX else "lastSavedTimestamp"
    value = row.get(name)
    try:
        return datetime.fromtimestamp(value / 1000, tz=UTC) if isinstance(value, int) else None
    except (ValueError, OverflowError, OSError):  # a year that no calendar has
        return None


def _content(row: Mapping[str, Any], kind: RecordKind) -> Mapping[str, Any]:
    if kind is not RecordKind.BOX:
        return {name: value for name, value in row.items() if name not in _NOT_PARTY_CONTENT}
    links = {name: sorted(_link_keys(row.get(name))) for name in _BOX_LINKS}
    return {**{name: row.get(name) for name in _BOX_CONTENT}, **links}


def _link_keys(links: object) -> list[str]:
    listed = links if isinstance(links, list) else []
    return [str(e.get("key") or e.get("userKey") or e.get("email")) for e in listed if isinstance(e, Mapping)]


def _digest(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
