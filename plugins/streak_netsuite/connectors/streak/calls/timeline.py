"""What happened in a box, of all kinds, by time (v2; as clients that follow the live API read it)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from streak_netsuite.connectors.streak.call import given, milliseconds, path
from streak_netsuite.connectors.streak.paging import TokenPages

EntryJson = Mapping[str, Any]
"""An entry as Streak sent it: its form differs by kind and is not documented."""
EntryKind = Literal[
    "NEWSFEED_BOX_CREATION_MOVE",
    "NEWSFEED_BOX_EDIT",
    "CALL_LOGS",
    "COMMENTS",
    "EMAILS",
    "FILES",
    "HANGOUTS_CHAT",
    "MEETING_NOTES",
]


def of_box(
    box_key: str,
    *,
    kinds: Sequence[EntryKind] = (),
    direction: Literal["Ascending", "Descending"] | None = None,
    start: datetime | None = None,
    size: int | None = None,
) -> TokenPages[EntryJson]:
    """Return a box's timeline.

    Args:
        kinds: all, unless some are named. Streak takes them as one bracketed list, not as repeated parameters.
    """
    return TokenPages(
        path=path("/v2/boxes/{}/timeline", box_key),
        row=lambda entry: entry,
        params=given(
            filters=f"[{','.join(kinds)}]" if kinds else None,
            direction=direction,
            startTimestamp=None if start is None else milliseconds(start),
            limit=size,
        ),
    )
