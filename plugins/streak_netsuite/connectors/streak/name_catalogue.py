"""The names in Streak's pipelines, for the watch on drift."""

from collections.abc import Sequence
from typing import cast

from streak_netsuite.connectors.streak import drift
from streak_netsuite.connectors.streak.calls import pipelines
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.needs import Need, needed
from streak_netsuite.sync.names import Misfit, NameUse, Snapshot


class StreakNames:
    """Implements NameCatalogue over a Streak client."""

    def __init__(self, client: StreakClient) -> None:
        self._client = client

    def snapshot(self) -> Snapshot:
        """Read what the pipelines look like now."""
        seen = self._client.send(pipelines.every())
        return drift.snapshot(seen)

    def changes(self, before: Snapshot, now: Snapshot) -> Sequence[str]:
        """Return what changed between two snapshots, one line of text each."""
        return [_line(found) for found in drift.drift(_typed(before), _typed(now))]

    def misfits(self, uses: Sequence[NameUse], now: Snapshot, before: Snapshot | None) -> Sequence[Misfit]:
        """Return the names that are not there now."""
        needs = [Need(pipeline=u.pipeline, stage=u.stage, field=u.field, option=u.option) for u in uses]
        unmet = needed(needs, _typed(now), _typed(before) if before is not None else None)
        return [Misfit(message=u.message, fix=u.fix) for u in unmet]

    def options(self, now: Snapshot, pipeline: str, field: str) -> Sequence[str]:
        """Return the labels of a dropdown or tag field; none for other fields."""
        found = _typed(now).get(self.key_of(now, pipeline))
        definitions = found["fields"].values() if found else ()
        return [label for d in definitions if d["name"] == field for label in d["options"].values()]

    def key_of(self, now: Snapshot, pipeline: str) -> str:
        """Return a pipeline's key, or its name when there is none of that name."""
        return next(
            (key for key, p in _typed(now).items() if pipeline in (key, p["name"])),
            pipeline,
        )


def _typed(snapshot: Snapshot) -> drift.Snapshot:
    # What was kept as JSON and comes back; only `drift.snapshot` makes it.
    return cast("drift.Snapshot", snapshot)


def _line(found: drift.Drift) -> str:
    what = f"{found.thing} of {found.place}" if found.place else str(found.thing)
    match found.kind:
        case drift.Kind.ADDED:
            return f"{what} '{found.new}' was added"
        case drift.Kind.REMOVED:
            return f"{what} '{found.old}' was removed"
        case drift.Kind.RENAMED:
            return f"{what} '{found.old}' was renamed '{found.new}'"
        case drift.Kind.RETYPED:
            return f"{what} changed its type from {found.old} to {found.new}"
