"""Stages of a pipeline: an object by stage key, not an array, in both versions."""

from streak_netsuite.connectors.streak.answers import done, keyed, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.wire import StageWire


def of_pipeline(pipeline_key: str) -> Call[dict[str, StageWire]]:
    """Return the stages by key. Read in v1: a client met a 400 in v2 in 2026, which is documented since."""
    return Call(method="GET", path=path("/v1/pipelines/{}/stages", pipeline_key), read=keyed(StageWire))


def get(pipeline_key: str, stage_key: str) -> Call[StageWire]:
    """Return one stage (v2; Streak's OpenAPI document)."""
    return Call(method="GET", path=_path(pipeline_key, stage_key), read=one(StageWire))


def create(pipeline_key: str, name: str) -> Call[StageWire]:
    """Add a stage behind the others. A second one would stand beside the first, with the same name."""
    return Call(
        method="POST",
        path=path("/v2/pipelines/{}/stages", pipeline_key),
        body={"name": name},
        effect=Effect.ONCE,
        read=one(StageWire),
    )


def update(pipeline_key: str, stage_key: str, *, name: str | None = None) -> Call[StageWire]:
    """Rename a stage; its key stays, so boxes stay where they are."""
    return Call(
        method="POST",
        path=_path(pipeline_key, stage_key),
        body=given(name=name),
        effect=Effect.REPEATABLE,
        read=one(StageWire),
    )


def delete(pipeline_key: str, stage_key: str) -> Call[None]:
    """Remove a stage. Streak refuses a stage with boxes, and the last one (OpenAPI document)."""
    return Call(method="DELETE", path=_path(pipeline_key, stage_key), effect=Effect.REMOVAL, read=done)


def _path(pipeline_key: str, stage_key: str) -> str:
    return path("/v2/pipelines/{}/stages/{}", pipeline_key, stage_key)
