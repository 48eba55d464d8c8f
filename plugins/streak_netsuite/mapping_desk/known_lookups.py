"""Which lookups a mapping has already, and which of them mean the list that a field takes its values from."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.schema import LookupSource, MappingSpec
from streak_netsuite.model.identity import fold

_PREFIX = re.compile(r"^cust(body|col|entity)_")
_ENTRY = re.compile(r"\[\d+\]")


@dataclass(frozen=True, kw_only=True)
class KnownLookups:
    """Lookups by name.

    An internal id means nothing without its list: two lists have a record 1 each. So a name that fits is no reason to
    look a value up there.

    Attributes:
        sources: the lookups of a mapping.
        readers: the last names of the fields that each of them is for already ("custbody_region", "terms").
        drafted: what earlier drafts would add.
        taken: further names that are in use, of which it is not known what for.
    """

    sources: Mapping[str, LookupSource] = field(default_factory=dict)
    readers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    drafted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, spec: MappingSpec) -> "KnownLookups":
        """Return the lookups of a mapping."""
        readers: dict[str, set[str]] = defaultdict(set)
        for section in ("customer", "sales_order"):
            for name, lookup in _looked_up(getattr(spec, section).model_dump(by_alias=True)):
                readers[lookup].add(name)
        return cls(
            sources=spec.lookups, readers={lookup: frozenset(names) for lookup, names in readers.items()}
        )

    @classmethod
    def of_records(cls, spec: RecordTypeSpec) -> "KnownLookups":
        """Return the lookups of a record type."""
        readers: dict[str, set[str]] = defaultdict(set)
        for name, rule in spec.rules.items():
            for _, lookup in _looked_up(rule.model_dump(by_alias=True)):
                readers[lookup].add(name)
        return cls(
            sources=spec.tables, readers={lookup: frozenset(names) for lookup, names in readers.items()}
        )

    def find(self, target: str, *, field: str) -> str:
        """Return the lookup of the mapping that is for a target's list, "" when none surely is.

        Args:
            field: whose list it is, as a lookup names it; "" when it cannot be asked.
        """
        last = _last(target)
        for name in self._by_name(target):
            if last in self.readers.get(name, ()) or self.sources[name].netsuite in {field, last}:
                return name  # `netsuite: item` asks for the items of a line
        return ""

    def find_same(self, target: str, table: Mapping[str, str]) -> str:
        """Return the lookup of the mapping that says the same of the same words, "" when none does."""
        wanted = {fold(word): id_ for word, id_ in table.items()}
        names = self._by_name(target) if wanted else ()
        return next((name for name in names if _ids(self.sources[name]) == wanted), "")

    def _by_name(self, target: str) -> Sequence[str]:
        """Return all lookups of the mapping, the one that is called like the target first."""
        return sorted(self.sources, key=lambda name: name != _short(target))

    def name_for(self, target: str, lookup: Mapping[str, Any]) -> str:
        """Return the name of a new lookup for a target; an earlier draft's when that has the very same in it."""
        used = {*self.sources, *self.drafted, *self.taken}
        return next(name for name in _names(target) if name not in used or self.drafted.get(name) == lookup)

    def with_draft(self, name: str, lookup: Mapping[str, Any] | None) -> "KnownLookups":
        """Return these with one that a draft adds, or only names."""
        if name in self.sources:
            return self
        return replace(self, drafted={**self.drafted, name: lookup or {}})


def _ids(source: LookupSource) -> Mapping[str, str | None]:
    return {fold(word): entry.id for word, entry in (source.table or {}).items()}


def _looked_up(rules: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the names of fields whose rules look values up, each with the lookup."""
    if isinstance(rules, Mapping):
        if isinstance(lookup := rules.get("lookup"), str):
            yield name, lookup
        for key, below in rules.items():
            # an alternative of a rule is for the rule's own field
            yield from _looked_up(below, name if key == "first_of" else str(key))
    elif isinstance(rules, list | tuple):
        for below in rules:
            yield from _looked_up(below, name)


def _last(target: str) -> str:
    return target.rsplit(".", 1)[-1]


def _short(target: str) -> str:
    return _PREFIX.sub("", _last(target))


def _names(target: str) -> Iterator[str]:
    """Yield names for a target's lookup: `region`, `custbody_region` or `sales_order_terms`, and numbered ones."""
    custom = _short(target) != _last(target)
    whole = _last(target) if custom else f"{target.split('.', 1)[0]}_{_last(target)}"
    yield _short(target)
    yield _ENTRY.sub("", whole)
    yield from (f"{whole}_{number}" for number in count(2))
