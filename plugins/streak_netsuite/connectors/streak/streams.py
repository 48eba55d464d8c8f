"""Streak's lists, as the sweeps read them: boxes of a pipeline, contacts and organizations of a team."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import boxes, parties
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.hints import sighting_of
from streak_netsuite.connectors.streak.paging import Listing, Page
from streak_netsuite.connectors.streak.protocol import NO_ACCESS, NOT_FOUND
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.stream import Absence, Sighting, StreamPage

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class BoxStream:
    """The boxes of a pipeline, latest change first: Streak has no filter by time for them.

    Implements RecordStream.
    """

    client: StreakClient
    pipeline_key: str
    page_size: int
    kind: RecordKind = RecordKind.BOX
    tells_changes: bool = True

    @property
    def name(self) -> str:
        """Names its watermark."""
        return f"streak.boxes.{self.pipeline_key}"

    @property
    def scope(self) -> str:
        """The pipeline's key."""
        return self.pipeline_key

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        """Yield boxes until those changed before `since` begin."""
        listing = boxes.of_pipeline(self.pipeline_key, size=self.page_size)
        for page in self.client.pages(listing, start=start):
            shown = _sightings(page, self.kind)
            recent = [s for s in shown if not _is_before(s, since)]
            passed = since is not None and len(recent) < len(shown)
            yield StreamPage(sightings=tuple(recent), next_position=page.next_position, passed=passed)
            if passed:
                return

    def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
        """Return the boxes, or why they are not in this pipeline any more."""
        found = {key: _read(self.client, boxes.get(key), self.kind) for key in keys}
        return {key: self._here(what) for key, what in found.items()}

    def _here(self, what: Sighting | Absence) -> Sighting | Absence:
        if isinstance(what, Sighting) and what.hint.payload.get("pipelineKey") != self.pipeline_key:
            return Absence.MOVED
        return what


@dataclass(frozen=True, kw_only=True)
class PartyStream:
    """The contacts or the organizations of a team. Implements RecordStream.

    Contacts can be asked for by when they were saved; organizations cannot, so only a full sweep and
    webhooks see their changes.
    """

    client: StreakClient
    team_key: str
    kind: RecordKind
    page_size: int

    @property
    def name(self) -> str:
        """Names its watermark."""
        return f"streak.{self.kind}s.{self.team_key}"

    @property
    def scope(self) -> str:
        """The team's key."""
        return self.team_key

    @property
    def tells_changes(self) -> bool:
        """Whether changed ones can be asked for."""
        return self.kind is RecordKind.CONTACT

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        """Yield the records saved at or after `since`, or all."""
        for page in self.client.pages(self._listing(since), start=start):
            yield StreamPage(sightings=_sightings(page, self.kind), next_position=page.next_position)

    def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
        """Return the records, or why they are not in the team's list any more."""
        return {key: _read(self.client, parties.get_json(self._plural, key), self.kind) for key in keys}

    @property
    def _plural(self) -> parties.Plural:
        return "contacts" if self.kind is RecordKind.CONTACT else "organizations"

    def _listing(self, since: datetime | None) -> Listing[Mapping[str, Any]]:
        after = since if self.tells_changes else None
        return parties.json_of_team(self._plural, self.team_key, size=self.page_size, after=after)


def _sightings(page: Page[Mapping[str, Any]], kind: RecordKind) -> tuple[Sighting, ...]:
    found = []
    for row in page.rows:
        try:
            found.append(sighting_of(row, kind=kind))
        except ValueError as error:
            log.warning("Streak lists a %s that cannot be read: %s", kind, error)
    return tuple(found)


def _read(client: StreakClient, call: Call[Mapping[str, Any]], kind: RecordKind) -> Sighting | Absence:
    try:
        return sighting_of(client.send(call), kind=kind)
    except RejectedByVendor as error:
        if error.code == NOT_FOUND:
            return Absence.GONE
        if error.code == NO_ACCESS:
            return Absence.HIDDEN
        raise


def _is_before(sighting: Sighting, since: datetime | None) -> bool:
    # A record without a time of change is never left out. Streak's times are whole milliseconds.
    if since is None or sighting.changed_at is None:
        return False
    return sighting.changed_at < since.replace(microsecond=since.microsecond // 1000 * 1000)
