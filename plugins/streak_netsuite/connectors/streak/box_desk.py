"""What people do with boxes, by names: find, make, change and link them."""

from collections.abc import Mapping, Sequence
from typing import Any

from streak_netsuite.connectors.streak import arrays, creation, replacement
from streak_netsuite.connectors.streak.calls import boxes
from streak_netsuite.connectors.streak.catalogues import Catalogues
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.values import NewValue
from streak_netsuite.errors import RecordError, StreakNetSuiteError


class BoxDesk:
    """Boxes over a Streak client. Only keys go over the wire, and nobody else's links are touched."""

    def __init__(self, client: StreakClient, settings: StreakSettings) -> None:
        self._client = client
        self._page_size = settings.page_size
        self._catalogues = Catalogues(client, settings)

    def find(self, pipeline: str, *, stages: Sequence[str] = ()) -> list[str]:
        """Return the keys of a pipeline's boxes, latest change first; those of some stages, or of all."""
        key = self._catalogues.key(pipeline)
        wanted: list[str | None] = [*self._catalogues.stage_keys(key, stages)] or [None]
        listings = [boxes.of_pipeline(key, size=self._page_size, stage_key=stage) for stage in wanted]
        found = (
            str(box["key"]) for listing in listings for box in self._client.iterate(listing) if box.get("key")
        )
        return list(dict.fromkeys(found))

    def create(
        self, pipeline: str, name: str, *, stage: str = "", fields: Mapping[str, NewValue] | None = None
    ) -> str:
        """Make a box and return its key. After a lost answer the box that was made is found, not made again.

        Stage and fields are set in a second call, which may be repeated: whether a create honours fields is
        not established.

        Raises:
            UncertainWrite: the answer was lost, and the box was not found; it may still come.
            RecordError: refused; with code HALF_MADE the box is there, without its stage and fields.
        """
        key = self._catalogues.key(pipeline)
        body = self._body(key, fields=fields or {}, stage=stage)
        find = creation.new_box(self._client, key, name)
        box_key = str(creation.create_once(self._client, boxes.create(key, name), find)["key"])
        try:
            if body:
                self._client.send(boxes.update(box_key, body))
        except StreakNetSuiteError as error:
            # Told on as it is, it would say "try again", and that would make a second box.
            raise RecordError(
                f"box {box_key} was made, but its stage and fields could not be set: {error}",
                code="HALF_MADE",
                fix="set them with an update of this box; do not make it again",
            ) from error
        return box_key

    def update(
        self,
        box_key: str,
        *,
        fields: Mapping[str, NewValue] | None = None,
        stage: str = "",
        name: str = "",
        notes: str | None = None,
    ) -> None:
        """Change a box. What is not given stays; None among the fields clears one.

        Raises:
            RejectedByVendor: there is no such box, field, stage or option, or a value does not fit.
        """
        pipeline_key = self._catalogues.pipeline_of(box_key)
        body = self._body(pipeline_key, fields=fields or {}, stage=stage)
        if name:
            body["name"] = name
        if notes is not None:
            body["notes"] = notes
        if body:
            self._client.send(boxes.update(box_key, body))

    def link(
        self,
        box_key: str,
        *,
        contacts: Sequence[str] = (),
        organizations: Sequence[str] = (),
        remove_contacts: Sequence[str] = (),
        remove_organizations: Sequence[str] = (),
    ) -> None:
        """Link contacts and organizations to a box, and take others away; all that are not named stay."""
        if contacts or remove_contacts:
            array = arrays.box_contacts(box_key)
            replacement.change(self._client, array, add=contacts, remove=remove_contacts)
        if organizations or remove_organizations:
            array = arrays.box_organizations(box_key)
            replacement.change(self._client, array, add=organizations, remove=remove_organizations)

    def _body(self, pipeline_key: str, *, fields: Mapping[str, NewValue], stage: str) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if fields:
            body["fields"] = self._catalogues.encoded(pipeline_key, fields)
        if stage:
            (body["stageKey"],) = self._catalogues.stage_keys(pipeline_key, [stage])
        return body
