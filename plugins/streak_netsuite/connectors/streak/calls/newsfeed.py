"""Newsfeeds: what changed, told for people (v1). The timeline of a box says more, and has pages."""

from collections.abc import Mapping
from typing import Any, Literal

from streak_netsuite.connectors.streak.answers import rows
from streak_netsuite.connectors.streak.call import Call, given, path

NewsJson = Mapping[str, Any]
"""An entry as Streak sent it: its form is not documented."""
Detail = Literal["ALL", "CONDENSED"]


def everything(*, detail: Detail | None = None) -> Call[list[NewsJson]]:
    """Return the news of everything the key can see."""
    return _feed("/v1/newsfeed", detail)


def of_pipeline(pipeline_key: str, *, detail: Detail | None = None) -> Call[list[NewsJson]]:
    """Return the news of a pipeline."""
    return _feed(path("/v1/pipelines/{}/newsfeed", pipeline_key), detail)


def of_box(box_key: str, *, detail: Detail | None = None) -> Call[list[NewsJson]]:
    """Return the 50 latest news of a box, which is all Streak gives (readme "Newsfeed for boxes")."""
    return _feed(path("/v1/boxes/{}/newsfeed", box_key), detail)


def _feed(where: str, detail: Detail | None) -> Call[list[NewsJson]]:
    return Call(method="GET", path=where, params=given(detailLevel=detail), read=rows)
