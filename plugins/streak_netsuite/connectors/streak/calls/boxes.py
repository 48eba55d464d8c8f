"""Boxes: Streak's deals. Read, changed and deleted in v1, created in v2 (streak.readme.io, read 2026-11)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from streak_netsuite.connectors.streak.answers import mapping, nothing, rows
from streak_netsuite.connectors.streak.call import Call, Effect, path
from streak_netsuite.connectors.streak.paging import NumberedPages

BoxJson = Mapping[str, Any]
"""A box as Streak sent it; `BoxWire` reads it."""


def get(box_key: str) -> Call[BoxJson]:
    """Return a box; a missing one is RejectedByVendor with code NOT_FOUND."""
    return Call(method="GET", path=path("/v1/boxes/{}", box_key), read=mapping)


def get_many(pipeline_key: str, box_keys: Sequence[str]) -> Call[list[BoxJson]]:
    """Return the boxes of one pipeline that exist among these keys.

    The call is documented, its answer's form is not established. Its path in v2 *moves* boxes.
    """
    return Call(
        method="POST",
        path=path("/v1/pipelines/{}/boxes/batch/", pipeline_key),
        body=list(box_keys),
        read=rows,
    )


def of_pipeline(
    pipeline_key: str,
    *,
    size: int,
    sort_by: Literal["lastUpdatedTimestamp", "creationTimestamp"] = "lastUpdatedTimestamp",
    stage_key: str | None = None,
) -> NumberedPages[BoxJson]:
    """Return a pipeline's boxes, newest first, which is the only order there is."""
    stage = {"stageKey": stage_key} if stage_key is not None else {}
    return NumberedPages(
        path=path("/v1/pipelines/{}/boxes", pipeline_key),
        params={"sortBy": sort_by, **stage},
        size=size,
        row=lambda box: box,
    )


def update(box_key: str, body: Mapping[str, Any]) -> Call[None]:
    """Change the named properties of a box.

    Arrays replace the whole set at Streak; `replacement` reads, merges and writes them.
    """
    return Call(
        method="POST",
        path=path("/v1/boxes/{}", box_key),
        body=dict(body),
        effect=Effect.REPEATABLE,
        read=nothing,
    )
