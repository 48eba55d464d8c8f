"""Contacts, read for record type files: each with its organization, and with the customer that this is in NetSuite."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from streak_netsuite.connectors.streak.calls import parties
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.gateway import StreakGateway, party_of
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.wire import PartyWire
from streak_netsuite.mapping.source import View, contact_view
from streak_netsuite.sync.record_side import SourceRecord


class CustomerTies(Protocol):
    """Knows which organizations are customers in NetSuite."""

    def customers_of(self, organizations: Sequence[str]) -> Mapping[str, str]:
        """Return the internal ids of the customers that organizations are, by the organization's key."""
        ...

    def tied_since(self, since: datetime) -> Sequence[str]:
        """Return the keys of the organizations that were tied to a customer, or to another one, at or after a time."""
        ...


@dataclass(frozen=True, kw_only=True)
class StreakContacts:
    """The contacts of the teams whose pipelines are watched. Implements RecordSource.

    A contact of several organizations belongs to the first of them that is a customer in NetSuite.
    """

    client: StreakClient
    settings: StreakSettings
    ties: CustomerTies

    @cached_property
    def _gateway(self) -> StreakGateway:
        return StreakGateway(self.client, self.settings)

    def changed(self, since: datetime | None) -> Iterator[Sequence[SourceRecord]]:
        """Yield pages of contacts that changed at or after a time, or of all; then those whose organization became a customer."""
        for page in self._pages(since):
            yield self._records(page)
        became = frozenset(self.ties.tied_since(since)) if since is not None else frozenset[str]()
        if not became:
            return
        # Streak cannot be asked for the contacts of an organization, and the contacts themselves have not changed.
        for page in self._pages(None):
            if theirs := [one for one in page if became.intersection(_organizations(one))]:
                yield self._records(theirs)

    def fetch(self, ids: Sequence[str]) -> Mapping[str, SourceRecord]:
        """Return contacts as they are now."""
        found = self._gateway.read_parties("contacts", ids)
        return {record.id: record for record in self._records(list(found.values()))}

    def _pages(self, since: datetime | None) -> Iterator[Sequence[PartyWire]]:
        for team in dict.fromkeys(one.team_key for one in self._gateway.watched() if one.team_key):
            listing = parties.of_team("contacts", team, size=self.settings.party_page_size, after=since)
            for page in self.client.pages(listing):
                yield page.rows

    def _records(self, wires: Sequence[PartyWire]) -> list[SourceRecord]:
        keys = list(dict.fromkeys(key for one in wires for key in _organizations(one)))
        organizations = self._gateway.read_parties("organizations", keys)
        customers = self.ties.customers_of(keys)
        return [
            SourceRecord(
                id=one.key,
                label=f"contact '{_name(one)}'",
                view=self._view(one, organizations, customers),
            )
            for one in wires
        ]

    def _view(
        self, wire: PartyWire, organizations: Mapping[str, PartyWire], customers: Mapping[str, str]
    ) -> View:
        fields = self._gateway.fields_of(wire.team_key)
        # The one that is a customer leads; those that this key cannot read are left out.
        keys = sorted(_organizations(wire), key=lambda key: key not in customers)
        theirs = [
            party_of(organizations[key], "organization", fields) for key in keys if key in organizations
        ]
        empty = {kind: dict.fromkeys(one.name for one in known) for kind, known in fields.fields.items()}
        return contact_view(
            party_of(wire, "contact", fields),
            theirs,
            customer=next((customers[key] for key in keys if key in customers), ""),
            empty=empty,
        )


def _organizations(wire: PartyWire) -> list[str]:
    return [link.key for link in wire.organization_links]


def _name(wire: PartyWire) -> str:
    return wire.name or " ".join(filter(None, (wire.given_name, wire.family_name))) or wire.key
