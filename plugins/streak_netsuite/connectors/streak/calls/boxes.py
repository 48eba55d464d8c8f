"""Boxes: Streak's deals. Read, changed and deleted in v1, created in v2 (streak.readme.io, read 2026-11)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from streak_netsuite.connectors.streak.answers import done, mapping, nothing, rows, text
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
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
    return NumberedPages(
        path=path("/v1/pipelines/{}/boxes", pipeline_key),
        params={"sortBy": sort_by, **given(stageKey=stage_key)},
        size=size,
        row=lambda box: box,
    )


def of_pipeline_unsorted(
    pipeline_key: str, *, size: int, stage_key: str | None = None
) -> NumberedPages[BoxJson]:
    """Return a pipeline's boxes in pages (v2). No order is documented, so rows may shift between pages."""
    return NumberedPages(
        path=path("/v2/pipelines/{}/boxes", pipeline_key),
        params=given(stageKey=stage_key),
        size=size,
        row=lambda box: box,
    )


def everything() -> NumberedPages[BoxJson]:
    """Return every box the key can see, of all pipelines, in one answer: tens of MB for a large team."""
    return NumberedPages(path="/v1/boxes", row=lambda box: box, paged=False)


def create(
    pipeline_key: str,
    name: str,
    *,
    stage_key: str | None = None,
    notes: str | None = None,
    assignee_emails: Sequence[str] | None = None,
) -> Call[BoxJson]:
    """Make a box (v2: v1's way was met broken). Names are not unique: a second one would be a second deal.

    Field values and links come with `update`: whether creation honours them is not established.
    """
    assigned = None if assignee_emails is None else [{"email": email} for email in assignee_emails]
    return Call(
        method="POST",
        path=path("/v2/pipelines/{}/boxes", pipeline_key),
        body=given(name=name, stageKey=stage_key, notes=notes, assignedToSharingEntries=assigned),
        effect=Effect.ONCE,
        read=mapping,
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


def delete(box_key: str) -> Call[None]:
    """Remove a box with all that was said in it; there is no way back through the API."""
    return Call(method="DELETE", path=path("/v1/boxes/{}", box_key), effect=Effect.REMOVAL, read=done)


def move(pipeline_key: str, box_keys: Sequence[str], *, to_pipeline_key: str) -> Call[list[BoxJson]]:
    """Move boxes of one pipeline to another, where stages and fields have other keys (v2).

    The path is that of v1's batch read, the effect is not. After a lost answer the boxes may be in either
    pipeline, so it is sent once; `get` tells where a box is.
    """
    wishes = [{"key": key, "boxKey": key, "pipelineKey": to_pipeline_key} for key in box_keys]
    return Call(
        method="POST",
        path=path("/v2/pipelines/{}/boxes/batch", pipeline_key),
        body=wishes,
        effect=Effect.ONCE,
        read=rows,
    )


def markdown(box_key: str, *, max_tokens: int | None = None) -> Call[str]:
    """Return a box as Markdown for people or models; its structure may change (OpenAPI document)."""
    return Call(
        method="GET",
        path=path("/v1/boxes/{}/md", box_key),
        params=given(maxTokens=max_tokens),
        raw=True,
        read=text,
    )
