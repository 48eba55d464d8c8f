"""Boxes of a pipeline, read and written for record type files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from streak_netsuite.connectors.streak import creation
from streak_netsuite.connectors.streak.calls import boxes
from streak_netsuite.connectors.streak.catalogues import Catalogues
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.protocol import NOT_FOUND
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.streams import BoxStream
from streak_netsuite.errors import Ambiguous, ConfigurationError, RecordError, RejectedByVendor
from streak_netsuite.mapping.source import view_of
from streak_netsuite.model.deal import Deal
from streak_netsuite.sync.record_side import SourceRecord

_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class StreakRecords:
    """The boxes of one pipeline. Implements RecordSource and RecordTarget.

    Attributes:
        pipeline: by name or key.
        stages: only boxes in these are read; all when empty.
    """

    client: StreakClient
    settings: StreakSettings
    pipeline: str
    stages: Sequence[str] = ()

    @cached_property
    def _catalogues(self) -> Catalogues:
        return Catalogues(self.client, self.settings)

    @cached_property
    def _gateway(self) -> StreakGateway:
        return StreakGateway(self.client, self.settings)

    @property
    def _key(self) -> str:
        return self._catalogues.key(self.pipeline)

    def changed(self, since: datetime | None) -> Iterator[Sequence[SourceRecord]]:
        """Yield pages of boxes that changed at or after a time, or of all, latest change first."""
        stream = BoxStream(client=self.client, pipeline_key=self._key, page_size=self.settings.page_size)
        for page in stream.pages(since, start=None):
            keys = [sighting.hint.record.id for sighting in page.sightings]
            yield list(self.fetch(keys).values()) if keys else []

    def fetch(self, ids: Sequence[str]) -> Mapping[str, SourceRecord]:
        """Return boxes as they are now. One that cannot be read is told as its error."""
        found: dict[str, SourceRecord] = {}
        for key, deal in self._gateway.gather(ids).items():
            if not isinstance(deal, Deal):
                raise deal
            if not self.stages or deal.stage in self.stages:
                found[key] = SourceRecord(id=key, label=f"box '{deal.name}'", view=self._view(deal))
        return found

    def _view(self, deal: Deal) -> Mapping[str, Any]:
        """Return the box's values. Streak leaves out fields that are empty; here they are None."""
        view = view_of(deal)
        empty = dict.fromkeys(self._catalogues.get(self._key).field_names)
        return {**view, "box": {**view["box"], "fields": {**empty, **view["box"]["fields"]}}}

    def require(self, fields: Sequence[str]) -> None:
        """Make sure that the pipeline and its fields exist."""
        try:
            catalogue = self._catalogues.get(self._key)
            for name in fields:
                catalogue.field_key(name)
        except RecordError as error:
            raise ConfigurationError(str(error)) from error

    @property
    def repeats_are_harmless(self) -> bool:
        """Whether a box that was written before may be written again: it is changed by its key, and never made anew."""
        return True

    def write(
        self,
        key: str,
        body: Mapping[str, Any],
        *,
        known_id: str,
        may_exist: bool,
        since: datetime,
        onto: str = "",  # noqa: ARG002 - only customers are chosen
    ) -> str:
        """Make a box or change it. After a lost answer the box that was made is found by its name."""
        changes = self._changes(key, body)
        box_key = known_id or (self._found(key, since) if may_exist else "") or self._made(key)
        try:
            self.client.send(boxes.update(box_key, changes))
        except RejectedByVendor as error:
            if error.code == NOT_FOUND and known_id:
                raise RejectedByVendor(
                    f"box '{key}' was deleted in Streak; it is not made again by itself",
                    code="BOX_DELETED",
                    fix="dismiss, or make a box of this name by hand",
                ) from error
            raise
        return box_key

    def _changes(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        values = {
            label: value if value != "" else None for label, value in (body.get("fields") or {}).items()
        }
        changes: dict[str, Any] = {"name": name, "fields": self._catalogues.encoded(self._key, values)}
        if body.get("stage"):
            (changes["stageKey"],) = self._catalogues.stage_keys(self._key, [body["stage"]])
        return changes

    def _made(self, name: str) -> str:
        find = creation.new_box(self.client, self._key, name)
        return str(creation.create_once(self.client, boxes.create(self._key, name), find)["key"])

    def _found(self, name: str, since: datetime) -> str:
        """Return the box of this name that an earlier try made, or ""."""
        edge = int(since.timestamp() * 1000)
        listing = boxes.of_pipeline(self._key, size=_PAGE, sort_by="creationTimestamp")
        found: list[str] = []
        for box in self.client.iterate(listing):
            if int(box.get("creationTimestamp") or 0) < edge:
                break
            if box.get("name") == name:
                found.append(str(box["key"]))
        if len(found) > 1:
            raise Ambiguous(
                f"{len(found)} boxes are named '{name}', and one of them may be ours",
                candidates=found,
                fix="let target.name tell records apart, or delete the box that is too many",
            )
        return found[0] if found else ""
