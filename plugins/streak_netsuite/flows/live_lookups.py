"""What NetSuite knows under the names that a mapping looks up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from streak_netsuite.errors import ConfigurationError, RejectedByVendor
from streak_netsuite.mapping.file_part import ITEMS
from streak_netsuite.mapping.lookups import LiveMatch, LookupRequest
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.ports import ItemEntry

Live = dict[LookupRequest, list[LiveMatch]]


class NameBook(Protocol):
    """Knows NetSuite's records by name."""

    def find_items(self, names: Sequence[str]) -> Mapping[str, Sequence[ItemEntry]]:
        """Return the items of each name, inactive ones too."""

    def suggest_items(self, names: Sequence[str]) -> Sequence[str]:
        """Return names of active items that look like one of these, to suggest from."""

    def find_entries(self, field: str, names: Sequence[str]) -> Mapping[str, Sequence[Reference]]:
        """Return for each name the entries called so, of the list that a select field offers."""

    def entry_names(self, field: str) -> Sequence[str]:
        """Return the names of a list's entries, to suggest from."""


def live_matches(book: NameBook, wanted: frozenset[LookupRequest]) -> Live:
    """Return what NetSuite knows under the names that are looked up.

    Raises:
        ConfigurationError: a lookup names a field that the account does not have.
    """
    found: Live = {}
    for record, requests in _by_record(wanted):
        names = sorted({name for request in requests for name in (request.value, _tidy(request.value))})
        matches = _items(book, names) if record == ITEMS else _entries(book, requests[0], names)
        found |= {
            request: list(matches.get(request.value) or matches.get(_tidy(request.value)) or ())
            for request in requests
        }
    return found


def _tidy(name: str) -> str:
    """Return a name without the blanks too many that nobody sees; one that NetSuite has with them is found first."""
    return " ".join(name.split())


def near_names(book: NameBook, live: Mapping[LookupRequest, Sequence[LiveMatch]]) -> dict[str, Sequence[str]]:
    """Return names to suggest for those that NetSuite does not know or has as inactive, by lookup."""
    unknown = frozenset(
        request for request, matches in live.items() if not any(one.active for one in matches)
    )
    return {
        request.table: names
        for record, requests in _by_record(unknown)
        for names in [_near(book, record, requests)]
        for request in requests
    }


def _by_record(requests: frozenset[LookupRequest]) -> Iterator[tuple[str, list[LookupRequest]]]:
    grouped: dict[str, list[LookupRequest]] = defaultdict(list)
    for request in sorted(requests, key=lambda one: (one.record, one.table, one.value)):
        grouped[request.record].append(request)
    yield from grouped.items()


def _near(book: NameBook, record: str, requests: Sequence[LookupRequest]) -> Sequence[str]:
    if record == ITEMS:
        return book.suggest_items(sorted({request.value for request in requests}))
    return book.entry_names(record)


def _items(book: NameBook, names: Sequence[str]) -> Mapping[str, list[LiveMatch]]:
    return {
        name: [
            LiveMatch(reference=Reference(internal_id=i.internal_id, name=i.name), active=not i.inactive)
            for i in items
        ]
        for name, items in book.find_items(names).items()
    }


def _entries(book: NameBook, request: LookupRequest, names: Sequence[str]) -> Mapping[str, list[LiveMatch]]:
    try:
        found = book.find_entries(request.record, names)
    except RejectedByVendor as error:
        raise ConfigurationError(
            f"lookups.{request.table}: NetSuite does not tell what the field '{request.record}' offers ({error}); "
            "write it like salesOrder.terms, and let the role see the list"
        ) from error
    return {name: [LiveMatch(reference=one) for one in entries] for name, entries in found.items()}
