"""Hints from what Streak sends: webhook bodies and listed boxes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin


def hint_of_box(box: Mapping[str, Any], *, event: str, origin: HintOrigin) -> Hint:
    """Return the hint for a box as Streak sent it.

    The version is the box's last-saved time, so that a webhook and a sweep which saw the same state
    make the same hint; a body without any time (a delete may carry the key alone) gets a digest.

    Raises:
        ValueError: there is no box key in it.
    """
    key = box.get("key") or box.get("boxKey")
    if not isinstance(key, str) or not key:
        raise ValueError("a box needs a key")
    return Hint(
        record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key),
        version=_version(box),
        event=event,
        origin=origin,
        payload=box,
    )


def boxes_in(body: object) -> Sequence[Mapping[str, Any]]:
    """Return the objects of a webhook body: Streak sends an array; a single object is accepted too.

    Raises:
        ValueError: it is neither.
    """
    rows = body if isinstance(body, list) else [body]
    boxes = [row for row in rows if isinstance(row, Mapping)]
    if not boxes or len(boxes) != len(rows):
        raise ValueError("a webhook body is an object or an array of objects")
    return boxes


def _version(box: Mapping[str, Any]) -> str:
    for name in ("lastSavedTimestamp", "lastUpdatedTimestamp"):
        value = box.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    canonical = json.dumps(box, sort_keys=True, default=str)
    return "digest-" + hashlib.sha256(canonical.encode()).hexdigest()[:32]
