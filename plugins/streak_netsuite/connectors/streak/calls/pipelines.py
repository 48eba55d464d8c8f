"""Pipelines with their stages and fields. Both versions list them: v1 whole, v2 in pages."""

from collections.abc import Sequence
from typing import Literal

from streak_netsuite.connectors.streak.answers import done, many, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import PipelineWire


def every() -> Call[list[PipelineWire]]:
    """Return every pipeline the key can see, with stages and fields (v1: a bare array)."""
    return Call(method="GET", path="/v1/pipelines", read=many(PipelineWire))


def listed(
    *,
    size: int | None = None,
    sort_by: Literal["creationTimestamp", "lastUpdatedTimestamp"] | None = None,
) -> NumberedPages[PipelineWire]:
    """Return every pipeline the key can see, in pages (v2; Streak's OpenAPI document)."""
    return NumberedPages(path="/v2/pipelines", row=one(PipelineWire), size=size, params=given(sortBy=sort_by))


def get(pipeline_key: str) -> Call[PipelineWire]:
    """Return one pipeline."""
    return Call(method="GET", path=path("/v1/pipelines/{}", pipeline_key), read=one(PipelineWire))


def create(team_key: str, name: str, *, stages: Sequence[str]) -> Call[PipelineWire]:
    """Make a pipeline with stages of these names, in their order. A second one would be a second pipeline."""
    return Call(
        method="POST",
        path="/v2/pipelines",
        body={"name": name, "teamKey": team_key, "stages": list(stages)},
        effect=Effect.ONCE,
        read=one(PipelineWire),
    )


def update(
    pipeline_key: str, *, name: str | None = None, stage_order: Sequence[str] | None = None
) -> Call[PipelineWire]:
    """Rename a pipeline or set the order of its stages, which names the keys of all of them."""
    order = None if stage_order is None else list(stage_order)
    return Call(
        method="POST",
        path=path("/v2/pipelines/{}", pipeline_key),
        body=given(name=name, stageOrder=order),
        effect=Effect.REPEATABLE,
        read=one(PipelineWire),
    )


def delete(pipeline_key: str) -> Call[None]:
    """Remove a pipeline, which Streak does only while it has no boxes (OpenAPI document)."""
    return Call(
        method="DELETE", path=path("/v2/pipelines/{}", pipeline_key), effect=Effect.REMOVAL, read=done
    )
