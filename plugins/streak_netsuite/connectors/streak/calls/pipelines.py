"""Pipelines with their stages and fields."""

from streak_netsuite.connectors.streak.answers import many, one
from streak_netsuite.connectors.streak.call import Call, path
from streak_netsuite.connectors.streak.wire import PipelineWire


def every() -> Call[list[PipelineWire]]:
    """Return every pipeline the key can see, with stages and fields (v1: a bare array)."""
    return Call(method="GET", path="/v1/pipelines", read=many(PipelineWire))


def get(pipeline_key: str) -> Call[PipelineWire]:
    """Return one pipeline."""
    return Call(method="GET", path=path("/v1/pipelines/{}", pipeline_key), read=one(PipelineWire))
