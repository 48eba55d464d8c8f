"""Search (v1). An index lags behind, so it must not be the only guard against duplicates."""

from collections.abc import Sequence

from streak_netsuite.connectors.streak.answers import UnexpectedAnswer, mapping, one
from streak_netsuite.connectors.streak.call import Call, given
from streak_netsuite.connectors.streak.wire import HitsWire


def by_text(
    query: str,
    *,
    pipeline_keys: Sequence[str] = (),
    stage_keys: Sequence[str] = (),
    team_keys: Sequence[str] = (),
    page: int = 0,
) -> Call[HitsWire]:
    """Return a page of what contains the text in a name, notes, e-mails or text fields (readme "Searching").

    Nothing tells the last page: it is the one without hits.
    """
    return _search({"query": query}, pipeline_keys, stage_keys, team_keys, page)


def by_name(
    name: str,
    *,
    pipeline_keys: Sequence[str] = (),
    stage_keys: Sequence[str] = (),
    team_keys: Sequence[str] = (),
    page: int = 0,
) -> Call[HitsWire]:
    """Return a page of the boxes with exactly this name; names are not unique."""
    return _search({"name": name}, pipeline_keys, stage_keys, team_keys, page)


def _search(
    wanted: dict[str, str],
    pipeline_keys: Sequence[str],
    stage_keys: Sequence[str],
    team_keys: Sequence[str],
    page: int,
) -> Call[HitsWire]:
    scope = given(
        pipelineKey=list(pipeline_keys) or None,
        stageKey=list(stage_keys) or None,
        teamKey=list(team_keys) or None,
    )
    return Call(method="GET", path="/v1/search", params={**wanted, **scope, "page": page}, read=_hits)


def _hits(answer: object) -> HitsWire:
    found = mapping(answer)
    if "results" not in found:
        raise UnexpectedAnswer("a search without results")
    return one(HitsWire)(found["results"])
