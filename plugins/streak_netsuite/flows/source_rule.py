"""Which deals a mapping makes orders of: by pipeline, stage and day."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal


def not_ours(spec: MappingSpec, deal: Deal, *, zone: ZoneInfo, caught_up_on: bool = False) -> str:
    """Return why a deal is passed over, "" when it is not: it may be ordered, or follows its order in a later stage.

    Args:
        zone: the account's, in which a day begins.
        caught_up_on: a backfill asks for it; then its window says which days are meant.
    """
    source = spec.source
    if source.pipeline not in {deal.pipeline, deal.pipeline_key}:
        return f"it is in pipeline '{deal.pipeline}', not in '{source.pipeline}'"
    if deal.stage not in {*source.stages, *spec.status.stages.values()}:
        return wrong_stage(spec, deal)
    won_on = (deal.stage_changed_at or deal.created_at).astimezone(zone).date()
    if not caught_up_on and source.won_since is not None and won_on < source.won_since:
        return f"it was won on {won_on}, before {source.won_since}, from when on orders are made"
    return ""


def wrong_stage(spec: MappingSpec, deal: Deal) -> str:
    """Return why a deal in another stage gets no order."""
    return f"its stage is '{deal.stage}'; an order is made in {_or(spec.source.stages)}"


def _or(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)
