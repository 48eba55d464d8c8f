"""What makes two contacts or two organizations one: an e-mail address, a domain."""

from collections.abc import Iterable, Mapping
from typing import Any

MARKS: Mapping[str, str] = {"contact": "emailAddresses", "organization": "normalizedDomains"}


class Marks:
    """Finds contacts or organizations by their marks without looking at all of them.

    A mark is never taken out again: a party may have lost it, or be gone, and so each one that is found is
    looked at once more.

    Args:
        kind: contact or organization.
        known: all of the kind, by key.
    """

    def __init__(self, kind: str, known: Mapping[str, dict[str, Any]]) -> None:
        self._name = MARKS[kind]
        self._known = known
        self._keys: dict[str, dict[str, None]] = {}

    def note(self, party: Mapping[str, Any]) -> None:
        """Remember the marks that a contact or an organization has now."""
        for mark in party[self._name]:
            self._keys.setdefault(mark, {})[party["key"]] = None

    def having(self, wanted: Iterable[str]) -> list[dict[str, Any]]:
        """Return those that have one of the marks now, the oldest first."""
        marks = set(wanted)
        keys = {key for mark in marks for key in self._keys.get(mark, ())}
        found = [self._known[key] for key in keys if key in self._known]
        found = [party for party in found if marks & set(party[self._name])]
        return sorted(found, key=lambda party: (int(party["creationDate"]), str(party["key"])))
