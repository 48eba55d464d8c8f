"""Lookups: from what people write to the NetSuite record that is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rapidfuzz import fuzz, process

from streak_netsuite.mapping.schema import LookupEntry, LookupSource
from streak_netsuite.mapping.unfit import Unfit, shown
from streak_netsuite.model.identity import fold
from streak_netsuite.model.reference import Reference

_NEAR = 75  # rapidfuzz ratio from which a name is worth suggesting: one or two letters of a short name


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupRequest:
    """A value that must be looked up in NetSuite.

    Attributes:
        table: the lookup's name in the mapping file.
        record: what NetSuite calls the records ("item", "customlist_tier").
        value: the name as the deal has it, trimmed.
    """

    table: str
    value: str
    record: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveMatch:
    """A record found in NetSuite.

    Attributes:
        active: False when NetSuite marks it inactive, so that no order may use it.
    """

    reference: Reference
    active: bool = True


Found = Reference | LiveMatch
Resolved = Found | Sequence[Found] | None


class Lookups(Protocol):
    """Where values are looked up."""

    def resolve(self, table: str, value: str) -> Resolved:
        """Return the record a value means, several when it could mean more than one, None when unknown."""
        ...

    def options(self, table: str) -> Sequence[str]:
        """Return the values the table knows, to suggest from. May be empty."""
        ...


class HasTables(Protocol):
    """A mapping, or another file with tables."""

    @property
    def lookups(self) -> Mapping[str, LookupSource]:
        """The tables by name."""
        ...


_MOST_KNOWN = 10_000


class StaticLookups:
    """The tables written in a mapping file or beside it. Case, accents and blanks do not count."""

    def __init__(self, spec: HasTables) -> None:
        self._tables = {
            name: {fold(key): entry for key, entry in source.table.items()}
            for name, source in spec.lookups.items()
            if source.table is not None
        }
        self._known: dict[tuple[str, str], Reference] = {}  # what was found, by the words of deals
        self._options = {
            name: tuple(source.table) for name, source in spec.lookups.items() if source.table is not None
        }

    def resolve(self, table: str, value: str) -> Reference | None:
        """Return the entry for a value, or None when the table has none."""
        entries = self._tables.get(table)
        if not entries:
            return None
        known = self._known.get((table, value))
        if known is None:
            entry = entries.get(fold(value))
            if entry is None:
                return None
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[table, value] = _reference(entry, value)
        return known

    def options(self, table: str) -> Sequence[str]:
        """Return the values as the file writes them."""
        return self._options.get(table, ())


class CombinedLookups:
    """Tables of the mapping file, and what was found in NetSuite beforehand.

    Args:
        static: the tables of the file.
        live: what NetSuite answered for each request of `Engine.wanted_lookups`.
        options: names NetSuite knows, by table, to suggest from.
    """

    def __init__(
        self,
        static: StaticLookups,
        live: Mapping[LookupRequest, Sequence[LiveMatch]],
        options: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._static = static
        self._live = live
        self._options = options or {}

    def resolve(self, table: str, value: str) -> Resolved:
        """Return what the file or NetSuite has; among NetSuite's several answers active ones lead."""
        found = self._static.resolve(table, value)
        if found is not None:
            return found
        matches = self._live.get(LookupRequest(table=table, value=value), ())
        kept = [match for match in matches if match.active] or list(matches)
        return kept[0] if len(kept) == 1 else kept or None

    def options(self, table: str) -> Sequence[str]:
        """Return the values the file or NetSuite knows."""
        return (*self._static.options(table), *self._options.get(table, ()))


def look_up(lookups: Lookups, table: str, value: str, *, label: str, remedy: str) -> Reference:
    """Return the one active record a value means.

    Args:
        label: what people call the value ("Product").
        remedy: where an unknown value is added ("add it to lookups/items.yaml").

    Raises:
        Unfit: the value is unknown, could mean several records, or means an inactive one.
    """
    resolved = lookups.resolve(table, value)
    if resolved is None:
        raise Unfit(
            f"{label} {shown(value)} is unknown{_suggestion(value, lookups.options(table))}", fix=remedy
        )
    if isinstance(resolved, Reference):
        return resolved
    if isinstance(resolved, LiveMatch) or len(resolved) == 1:
        only = resolved if isinstance(resolved, LiveMatch) else resolved[0]
        others = [name for name in lookups.options(table) if fold(name) != fold(value)]
        return _active(only, label, value, suggestion=_suggestion(value, others))
    names = ", ".join(str(_bare(found)) for found in resolved[:5])
    raise Unfit(
        f"{label} {shown(value)} could mean {len(resolved)} records: {names}",
        fix=f"give the one that is meant in a table of the mapping file (lookups.{table})",
    )


def _active(found: Found, label: str, value: str, *, suggestion: str) -> Reference:
    if isinstance(found, LiveMatch) and not found.active:
        raise Unfit(
            f"{label} {shown(value)} is inactive in NetSuite (record {found.reference.internal_id}){suggestion}",
            fix="activate the record in NetSuite, or choose another one in Streak",
        )
    return _bare(found)


def _bare(found: Found) -> Reference:
    return found.reference if isinstance(found, LiveMatch) else found


def _suggestion(value: str, options: Sequence[str]) -> str:
    best = process.extractOne(value, options, scorer=fuzz.WRatio, processor=fold, score_cutoff=_NEAR)
    return f"; did you mean '{best[0]}'?" if best else ""


def _reference(entry: LookupEntry, value: str) -> Reference:
    return Reference(internal_id=entry.id, external_id=entry.external_id, name=entry.name or value.strip())
