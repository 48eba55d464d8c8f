"""What contacts and organizations have in common: both live in a team and answer alike (v2)."""

import logging
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ValidationError

from streak_netsuite.connectors.streak.answers import mapping
from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.wire import PartyWire

log = logging.getLogger(__name__)
Plural = Literal["contacts", "organizations"]


def get_many(plural: Plural, keys: Sequence[str]) -> Call[dict[str, PartyWire]]:
    """Return records by key; the missing, the forbidden and the unreadable are left out."""
    return Call(method="POST", path=f"/v2/{plural}/batch/get", body=list(keys), read=_readable)


def _readable(answer: Any) -> dict[str, PartyWire]:
    found: dict[str, PartyWire] = {}
    for key, row in mapping(answer).items():
        try:
            found[key] = PartyWire.model_validate(row)
        except ValidationError:
            log.warning("Streak sent %s in an unknown form; it counts as unreadable", key)
    return found
