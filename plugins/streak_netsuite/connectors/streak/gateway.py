"""Streak as the flows see it: deals read in words, fields and comments written."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from streak_netsuite.connectors.streak.arrays import (
    ReplacedArray,
    box_contacts,
    box_organizations,
    field_options,
    party_contacts,
    party_organizations,
    relabelled,
)
from streak_netsuite.connectors.streak.box_activities import BoxActivities
from streak_netsuite.connectors.streak.calls import boxes, parties, teams
from streak_netsuite.connectors.streak.catalogue import Catalogue, Names, PartyFields
from streak_netsuite.connectors.streak.catalogues import Catalogues
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.protocol import NOT_FOUND
from streak_netsuite.connectors.streak.replacement import change, relabel, swap
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.streams import BoxStream, PartyStream
from streak_netsuite.connectors.streak.wire import BoxWire, FieldWire, LinkWire, PartyWire
from streak_netsuite.errors import RecordError, RejectedByVendor
from streak_netsuite.flows.items_to_streak import ShownBox
from streak_netsuite.flows.reconcile import WonBox
from streak_netsuite.mapping.address import parse_address
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.sync.customer_row import CustomerRow
from streak_netsuite.sync.duplicate_case import Among
from streak_netsuite.sync.party_merge import LinkedBox, LinkedParty, PartyRow, party_ref
from streak_netsuite.sync.stream import RecordStream

log = logging.getLogger(__name__)
UNREADABLE_BOX = "UNREADABLE_BOX"  # our code
UNREADABLE_PARTY = "UNREADABLE_PARTY"  # our code
_PLURALS: Mapping[Among, parties.Plural] = {Among.ORGANIZATIONS: "organizations", Among.CONTACTS: "contacts"}
_BATCH_FROM = 3  # fewer boxes are read one by one: the batch call's answer is not established


class StreakGateway:
    """Implements the DealSource and BoxWriter ports over a Streak client."""

    def __init__(self, client: StreakClient, settings: StreakSettings) -> None:
        self._client = client
        self._settings = settings
        self._activities = BoxActivities(client, settings)
        self._batch_get = settings.batch_get_boxes
        self._catalogues = Catalogues(client, settings)
        self._party_fields: dict[str, PartyFields] = {}

    def gather(self, keys: Sequence[str]) -> Mapping[str, Deal | RecordError]:
        """Return the deals that exist, by key, with their organizations and contacts.

        A box that exists but cannot be read whole comes as its error; a missing key means that it is gone.
        """
        found: dict[str, Deal | RecordError] = {}
        raw = self._read_boxes(keys, found)
        self._catalogues.learn(raw.values())
        wires = _wires(raw, found)
        organizations = self.read_parties("organizations", self._wanted(wires.values(), "TEAM_ORGANIZATION"))
        contacts = self.read_parties("contacts", self._wanted(wires.values(), "TEAM_CONTACT"))
        for key, wire in wires.items():
            try:
                found[key] = self._deal(wire, organizations, contacts)
            except RecordError as error:
                found[key] = error
        return found

    def streams(self) -> list[RecordStream]:
        """Return the lists that are swept: those kinds of the settings, of the watched pipelines and their teams.

        Raises:
            ConfigurationError: a pipeline of the settings does not exist for this key.
        """
        watched = self.watched()
        found: list[RecordStream] = []
        if "boxes" in self._settings.sweep:
            size = self._settings.page_size
            found += [BoxStream(client=self._client, pipeline_key=c.key, page_size=size) for c in watched]
        for kind, name in ((RecordKind.CONTACT, "contacts"), (RecordKind.ORGANIZATION, "organizations")):
            if name not in self._settings.sweep:
                continue
            found += [
                PartyStream(
                    client=self._client, team_key=team, kind=kind, page_size=self._settings.party_page_size
                )
                for team in dict.fromkeys(c.team_key for c in watched if c.team_key)
            ]
        return found

    def party_rows(self, plural: parties.Plural) -> Iterator[Sequence[CustomerRow]]:
        """Yield every contact or organization of the watched pipelines' teams as a row, page by page."""
        for page in self._party_pages(plural):
            yield [_row(wire) for wire in page]

    def _party_pages(self, plural: parties.Plural) -> Iterator[Sequence[PartyWire]]:
        for team in dict.fromkeys(one.team_key for one in self.watched() if one.team_key):
            listing = parties.of_team(plural, team, size=self._settings.party_page_size)
            for page in self._client.pages(listing):
                yield page.rows

    def parties_of(self, among: Among, keys: Sequence[str]) -> Mapping[str, PartyRow]:
        """Return the organizations or contacts that exist among these, by key."""
        return {
            key: PartyRow(
                row=_row(wire),
                ways=[*wire.emails, *wire.phones, *wire.domains],
                contacts=[link.key for link in wire.contact_links],
                organizations=[link.key for link in wire.organization_links],
            )
            for key, wire in self.read_parties(_PLURALS[among], keys).items()
        }

    def boxes_of(
        self, among: Among, parties: Sequence[str], *, most: int | None = None
    ) -> Sequence[LinkedBox]:
        """Return the boxes of the watched pipelines that link to one of these organizations or contacts.

        Reads every box: Streak has no other way to ask (streak.readme.io, read 2026-11).

        Raises:
            RecordError: there are more boxes than may be read.
        """
        wanted, read = set(parties), 0
        found: dict[str, LinkedBox] = {}  # pages shift while boxes are changed
        for catalogue in self.watched():
            for page in self._client.pages(boxes.of_pipeline(catalogue.key, size=self._settings.page_size)):
                read += len(page.rows)
                if most is not None and read > most:
                    raise RecordError(
                        f"there are more than {most:,} boxes, and Streak tells their {among} box by box",
                        code="TOO_MANY_BOXES",
                        fix=f"streak-netsuite duplicates relink --among {among} reads them all",
                    )
                linked = [_linked(box, among) for box in page.rows]
                found |= {box.key: box for box in linked if not wanted.isdisjoint(box.links)}
        return list(found.values())

    def links_of(self, among: Among, box_keys: Sequence[str]) -> Sequence[LinkedBox]:
        """Return these boxes, as far as they exist, with the organizations or contacts they link to."""
        return [_linked(box, among) for box in self._read_boxes(box_keys, {}).values()]

    def swap_party(self, among: Among, box_key: str, *, old: str, new: str) -> bool:
        """Let one organization or contact take the place of another in a box; False when the old one is not there."""
        array = box_contacts(box_key) if among is Among.CONTACTS else box_organizations(box_key)
        return swap(self._client, array, old, new) > 0

    def linked_parties(
        self, among: Among, keys: Sequence[str], *, most: int | None = None
    ) -> Sequence[LinkedParty]:
        """Return the contacts and organizations of the watched pipelines' teams that link to one of these.

        Reads them all: that a link stands on both of its sides is not documented (streak.readme.io, read 2026-11).

        Raises:
            RecordError: there are more than may be read.
        """
        wanted, read = set(keys), 0
        found: dict[ExternalRef, LinkedParty] = {}
        for whose, plural in _PLURALS.items():
            for page in self._party_pages(plural):
                read += len(page)
                if most is not None and read > most:
                    raise RecordError(
                        f"there are more than {most:,} contacts and organizations, and Streak tells their links one by one",
                        code="TOO_MANY_PARTIES",
                        fix=f"streak-netsuite duplicates relink --among {among} reads them all",
                    )
                linked = [_linked_party(wire, whose, among) for wire in page]
                found |= {one.ref: one for one in linked if not wanted.isdisjoint(one.links)}
        return list(found.values())

    def links_of_parties(self, among: Among, refs: Sequence[ExternalRef]) -> Sequence[LinkedParty]:
        """Return these contacts and organizations, as far as they exist, with their links to organizations or contacts."""
        return [
            _linked_party(wire, whose, among)
            for whose, plural in _PLURALS.items()
            for wire in self.read_parties(
                plural, [one.id for one in refs if one == party_ref(whose, one.id)]
            ).values()
        ]

    def swap_link(self, party: ExternalRef, listed: Among, *, old: str, new: str) -> bool:
        """Let one take the place of another in a list of links of a contact or an organization; False when it is not there."""
        return swap(self._client, _link_array(party, listed), old, new) > 0

    def add_link(self, party: ExternalRef, listed: Among, *, new: str) -> bool:
        """Have a contact or an organization link to one more; False when it does already."""
        return change(self._client, _link_array(party, listed), add=[new]).writes > 0

    def write_fields(self, box_key: str, pipeline_key: str, values: Mapping[str, str]) -> None:
        """Set box fields by name, in the form of each field's type."""
        fields = self._catalogues.encoded(pipeline_key, values)
        self._client.send(boxes.update(box_key, {"fields": fields}))

    def move_box(self, box_key: str, pipeline_key: str, stage: str) -> None:
        """Move a box to a stage by name."""
        (stage_key,) = self._catalogues.stage_keys(pipeline_key, [stage])
        self._client.send(boxes.update(box_key, {"stageKey": stage_key}))

    def has_entered(self, box_key: str, pipeline_key: str, stage: str, *, since: datetime) -> bool:
        """Tell whether a box has come into a stage at or after a time, wherever it is now."""
        (stage_key,) = self._catalogues.stage_keys(pipeline_key, [stage])
        box = BoxWire.model_validate(self._client.send(boxes.get(box_key)))
        if (
            not box.stage_history
        ):  # not documented: without it, whoever has moved the box since then was the last
            return _time(box.last_stage_change_timestamp or 0) >= since
        entered = (one.entered for one in box.stage_history if one.stage_key == stage_key)
        return any(_time(milliseconds) >= since for milliseconds in entered)

    def won_boxes(self, pipeline: str, stages: Sequence[str]) -> Iterator[Sequence[WonBox]]:
        """Yield every box in one of these stages of a pipeline, page by page."""
        catalogue = next(c for c in self.watched() if pipeline in {c.name, c.key})
        for stage_key in self._catalogues.stage_keys(catalogue.key, stages):
            listing = boxes.of_pipeline(catalogue.key, size=self._settings.page_size, stage_key=stage_key)
            for page in self._client.pages(listing):
                yield [
                    WonBox(
                        key=str(box["key"]),
                        name=str(box.get("name") or ""),
                        shown=" ".join(str(value) for value in (box.get("fields") or {}).values()),
                        won_at=_moment(box.get("lastStageChangeTimestamp") or box.get("creationTimestamp")),
                    )
                    for box in page.rows
                ]

    def pipeline_key(self, pipeline: str) -> str:
        """Return the key of a pipeline by name or key."""
        return self._catalogues.key(pipeline)

    def field_options(self, pipeline: str, field: str) -> Sequence[str]:
        """Return the labels of a dropdown or tag field as they are now.

        Raises:
            RejectedByVendor: there is no such field, or it is of another kind.
        """
        return [option.label for option in self._client.send(self._option_array(pipeline, field).read)]

    def change_options(
        self,
        pipeline: str,
        field: str,
        *,
        add: Sequence[str],
        remove: Sequence[str],
        rename: Mapping[str, str],
    ) -> None:
        """Rename, add and remove options; what nobody asked about stays as it is. A repeat does nothing more."""
        array = self._option_array(pipeline, field)
        if rename:
            relabel(self._client, array, rename, renamed=relabelled)
        if add or remove:
            change(self._client, array, add=add, remove=remove)

    def boxes_in(
        self, pipeline: str, stages: Sequence[str], fields: Sequence[str]
    ) -> Iterator[Sequence[ShownBox]]:
        """Yield the boxes of some stages of a pipeline (none named: of all) with what these fields show, by pages."""
        key = self._catalogues.key(pipeline)
        for stage_key in self._catalogues.stage_keys(key, stages) if stages else (None,):
            listing = boxes.of_pipeline(key, size=self._settings.page_size, stage_key=stage_key)
            for page in self._client.pages(listing):
                yield [
                    ShownBox(
                        key=str(box["key"]),
                        name=str(box.get("name") or ""),
                        shown=self._shown(key, box.get("fields") or {}, fields),
                    )
                    for box in page.rows
                ]

    def _shown(
        self, pipeline_key: str, raw: Mapping[str, Any], wanted: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        values = self._catalogues.get(pipeline_key).values(raw, Names())
        found = {name: values.get(name) for name in wanted}
        return {
            name: tuple(map(str, one)) if isinstance(one, list | tuple) else (str(one),)
            for name, one in found.items()
            if one is not None
        }

    def _option_array(self, pipeline: str, field: str) -> ReplacedArray:
        key = self._catalogues.key(pipeline)
        definition = self._catalogues.known(key, lambda catalogue: catalogue.field(field))
        if definition.type == "DROPDOWN":
            return field_options(key, definition.key, "DROPDOWN")
        if definition.type == "TAG":
            return field_options(key, definition.key, "TAG")
        raise RejectedByVendor(
            f"field '{field}' of pipeline '{pipeline}' is of type {definition.type}, and has no options; "
            "name a dropdown or tag field",
            code="UNKNOWN_OPTION",
        )

    def write_activity(self, box_key: str, activity: Activity, *, key: str | None = None) -> str:
        """Add an activity and return its key, or change the one that has this key."""
        return self._activities.write(box_key, activity, key=key)

    def find_activity(self, box_key: str, marker: str, style: ActivityStyle) -> str | None:
        """Return the key of the activity whose text contains the marker, if there is one."""
        return self._activities.find(box_key, marker, style)

    def watched(self) -> list[Catalogue]:
        """Return the watched pipelines.

        Raises:
            ConfigurationError: a pipeline of the settings does not exist for this key.
        """
        return self._catalogues.watched()

    def catalogue_of(self, pipeline: str) -> Catalogue:
        """Return the names of a pipeline, by its name or key, whether or not it is watched; see `NameBook.key` for what is raised."""
        return self._catalogues.get(self._catalogues.key(pipeline))

    def party_fields(self, pipeline: Catalogue) -> Mapping[str, Sequence[FieldWire]]:
        """Return the custom fields that contacts and organizations have beside a pipeline's boxes."""
        return self.fields_of(pipeline.team_key).fields

    def _read_boxes(
        self, keys: Sequence[str], errors: dict[str, Deal | RecordError]
    ) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        if self._batch_get and len(keys) >= _BATCH_FROM:
            found = self._read_in_batches(keys)
        for key in keys:
            if key in found:
                continue
            try:
                box = self._client.send(boxes.get(key))
            except RecordError as error:
                if error.code != NOT_FOUND:
                    errors[key] = error
                continue
            found[key] = box
        return found

    def _read_in_batches(self, keys: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for catalogue in self.watched():
            rest = [key for key in keys if key not in found]
            for start in range(0, len(rest), self._settings.batch_size):
                try:
                    part = rest[start : start + self._settings.batch_size]
                    listed = self._client.send(boxes.get_many(catalogue.key, part))
                except RejectedByVendor as error:
                    log.warning(
                        "Streak refused to read boxes in one call, reading them one by one: %s", error
                    )
                    self._batch_get = False
                    return found
                found.update({str(box["key"]): box for box in listed if box.get("key")})
        return found

    def read_parties(self, plural: parties.Plural, keys: Sequence[str]) -> dict[str, PartyWire]:
        """Return the contacts or organizations that exist among these, by key."""
        found: dict[str, PartyWire] = {}
        for start in range(0, len(keys), self._settings.batch_size):
            part = keys[start : start + self._settings.batch_size]
            answered = self._client.send(parties.get_many(plural, part))
            found.update(answered)
        return found

    def fields_of(self, team_key: str) -> PartyFields:
        """Return the custom fields of a team's contacts and organizations."""
        if team_key not in self._party_fields:
            self._party_fields[team_key] = PartyFields(
                self._client.send(teams.get(team_key)) if team_key else None
            )
        return self._party_fields[team_key]

    def _wanted(self, boxes: Iterable[BoxWire], reference_type: str) -> list[str]:
        keys: dict[str, None] = {}
        for box in boxes:
            links = box.organizations if reference_type == "TEAM_ORGANIZATION" else box.contacts
            keys.update(dict.fromkeys(link.key for link in links))
            catalogue = self._catalogues.find(box.pipeline_key)
            if catalogue:
                keys.update(dict.fromkeys(sorted(catalogue.references(box.fields, reference_type))))
        return list(keys)

    def _deal(
        self, box: BoxWire, organizations: Mapping[str, PartyWire], contacts: Mapping[str, PartyWire]
    ) -> Deal:
        catalogue = self._catalogues.get(box.pipeline_key)
        party_fields = self.fields_of(catalogue.team_key)
        names = Names(
            people=party_fields.people,
            parties={key: _display_name(p) for key, p in {**organizations, **contacts}.items()},
        )
        return Deal(
            key=box.key,
            name=box.name,
            version=str(box.last_saved_timestamp or box.last_updated_timestamp or ""),
            pipeline_key=box.pipeline_key,
            pipeline=catalogue.name,
            stage=catalogue.stage_name(box.stage_key),
            created_at=_time(box.creation_timestamp),
            stage_changed_at=_time(box.last_stage_change_timestamp)
            if box.last_stage_change_timestamp
            else None,
            notes=box.notes,
            owner_email=box.assignees[0].email if box.assignees else "",
            fields=catalogue.values(box.fields, names),
            organizations=_parties(box.organizations, organizations, "organization", party_fields),
            contacts=_parties(box.contacts, contacts, "contact", party_fields),
        )


def _wires(
    boxes: Mapping[str, Mapping[str, Any]], errors: dict[str, Deal | RecordError]
) -> dict[str, BoxWire]:
    wires: dict[str, BoxWire] = {}
    for key, box in boxes.items():
        try:
            wires[key] = BoxWire.model_validate(box)
        except ValidationError as error:
            places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            errors[key] = RejectedByVendor(
                f"box {key} came in a form that Streak does not document: {places}", code=UNREADABLE_BOX
            )
    return wires


def _parties(
    links: Iterable[LinkWire], found: Mapping[str, PartyWire], kind: str, fields: PartyFields
) -> tuple[Party, ...]:
    missing = [link.key for link in links if link.key not in found]
    if missing:
        # Left out, the deal would look like one without a customer, and be booked on somebody else.
        raise RejectedByVendor(
            f"the box points to {kind} {missing[0]}, which this key cannot read",
            code=UNREADABLE_PARTY,
            fix=f"share the {kind} with the key's user, or remove it from the box",
        )
    return tuple(party_of(found[link.key], kind, fields) for link in links)


def party_of(wire: PartyWire, kind: str, fields: PartyFields) -> Party:
    """Return a contact or an organization in the words of people."""
    return Party(
        key=wire.key,
        name=_display_name(wire),
        given_name=wire.given_name,
        family_name=wire.family_name,
        title=wire.title,
        emails=tuple(wire.emails),
        phones=tuple(wire.phones),
        domains=tuple(wire.domains),
        addresses=tuple(wire.addresses),
        fields=fields.values(kind, wire.fields),
    )


def _linked(box: Mapping[str, Any], among: Among) -> LinkedBox:
    return LinkedBox(
        key=str(box["key"]),
        name=str(box.get("name") or ""),
        links=[str(one["key"]) for one in box.get(_PLURALS[among]) or []],
    )


def _linked_party(wire: PartyWire, whose: Among, listed: Among) -> LinkedParty:
    links = wire.contact_links if listed is Among.CONTACTS else wire.organization_links
    return LinkedParty(
        ref=party_ref(whose, wire.key), name=_display_name(wire), links=[link.key for link in links]
    )


def _link_array(party: ExternalRef, listed: Among) -> ReplacedArray:
    plural = _PLURALS[Among.CONTACTS if party.kind is RecordKind.CONTACT else Among.ORGANIZATIONS]
    array = party_contacts if listed is Among.CONTACTS else party_organizations
    return array(plural, party.id)


def _row(wire: PartyWire) -> CustomerRow:
    """Return what tells a contact or an organization from others; of several values the first."""
    address = parse_address(next(iter(wire.addresses), "")).address if wire.addresses else None
    domain = next(iter(wire.domains), "")
    return CustomerRow(
        internal_id=wire.key,
        name=_display_name(wire),
        email=next(iter(wire.emails), f"@{domain}" if domain else ""),
        phone=next(iter(wire.phones), ""),
        street=address.addr1 if address else "",
        city=address.city if address else "",
        postcode=address.zip if address else "",
        country=address.country if address else "",
        created=None if wire.created is None else _time(wire.created),
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def _display_name(wire: PartyWire) -> str:
    full = " ".join(part for part in (wire.given_name, wire.family_name) if part)
    return wire.name or full or next(iter(wire.emails), "") or wire.key


def _moment(milliseconds: Any) -> datetime | None:
    return _time(milliseconds) if isinstance(milliseconds, int) else None
