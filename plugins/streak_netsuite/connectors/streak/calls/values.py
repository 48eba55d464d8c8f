"""Values of a box's fields, as stored (v1; readme "List field values for a box"). `values` encodes them."""

from typing import Any

from streak_netsuite.connectors.streak.answers import many, nothing, one
from streak_netsuite.connectors.streak.call import Call, Effect, path
from streak_netsuite.connectors.streak.wire import FieldValueWire


def of_box(box_key: str) -> Call[list[FieldValueWire]]:
    """Return the values of a box; a field without one has None."""
    return Call(method="GET", path=path("/v1/boxes/{}/fields", box_key), read=many(FieldValueWire))


def get(box_key: str, field_key: str) -> Call[FieldValueWire]:
    """Return one value."""
    return Call(method="GET", path=_path(box_key, field_key), read=one(FieldValueWire))


def assign(box_key: str, field_key: str, value: Any) -> Call[None]:
    """Set one value; several at once are cheaper with `boxes.update` and `fields`."""
    return Call(
        method="POST",
        path=_path(box_key, field_key),
        body={"value": value},
        effect=Effect.REPEATABLE,
        read=nothing,
    )


def _path(box_key: str, field_key: str) -> str:
    return path("/v1/boxes/{}/fields/{}", box_key, field_key)
