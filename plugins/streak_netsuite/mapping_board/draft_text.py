"""A mapping file as text that is being changed: what the board holds between two steps."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.file_part import EACH
from streak_netsuite.mapping.held import HeldBy, held_by_standard
from streak_netsuite.mapping.reads import FunctionPaths, functions_in, paths_of
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec
from streak_netsuite.mapping_desk.known_lookups import KnownLookups
from streak_netsuite.mapping_desk.targets import in_line, line_of

SECTIONS = tuple(
    f"{record}.{part}"
    for record in ("customer", "sales_order")
    for part in ("fields", "custom_fields", "more_fields")
)
LINES = "sales_order.lines"
ADDRESSES = "customer.addresses"
_LINE_SETTINGS = ("each", "table", "allow_zero_rate")
_NO_LINE_FIELDS = frozenset({*_LINE_SETTINGS, "custom_fields", "more_fields"})


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLine:
    """A rule as the board draws it.

    Attributes:
        target: where it stands.
        paths: what it reads of a deal.
        how: "from", "first_of", "expression", "function", "value" or "each".
        lookup: the table it looks values up in, "" for none.
        words: what that table knows, when the value is looked up as Streak has it.
    """

    target: str
    paths: tuple[str, ...]
    how: str
    lookup: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class DraftText:
    """The text of a mapping file, as it is or as it would be.

    Attributes:
        path: of the file; lookup files are read from beside it.
        held: tells what fields of deals hold.
    """

    path: Path
    text: str
    held: HeldBy = held_by_standard

    def file(self) -> MappingFile:
        """Return the text for editing."""
        return MappingFile(self.path, text=self.text)

    def faults(self) -> list[str]:
        """Return what is wrong with the mapping, a line each; nothing when it could be saved."""
        try:
            self.spec()
        except ConfigurationError as error:
            first, *rest = str(error).splitlines()
            return [line.strip() for line in rest] or [first]
        return []

    def unkept(self) -> list[str]:
        """Return the comments of the saved file that are lost when a change is saved, a line each."""
        return type(self.file())(self.path).unkept

    def spec(self) -> MappingSpec:
        """Return the mapping.

        Raises:
            ConfigurationError: it has faults.
        """
        return load_spec(self.path, text=self.text, held=self.held)

    @staticmethod
    def known_lookups(spec: MappingSpec) -> KnownLookups:
        """Return the lookups that a mapping has already."""
        return KnownLookups.of(spec)

    def lines(self) -> list[RuleLine]:
        """Return the rules in the order of the file."""
        file = self.file()
        name = file.rule("functions")
        functions = functions_in(self.path.parent / name) if isinstance(name, str) else {}
        rules = [
            rule_line(target, rule, functions, file)
            for target in _targets(file)
            if isinstance(rule := file.rule(target), Mapping)
        ]
        return [*rules, *_made_for_each(file)]

    def changed(self, before: "DraftText") -> list[str]:
        """Return the targets and lookups whose rules are others than before."""
        mine, theirs = self.file(), before.file()
        places = dict.fromkeys(place for file in (mine, theirs) for place in self.places(file))
        return [place for place in places if mine.rule(place) != theirs.rule(place)]

    def places(self, file: MappingFile) -> Iterator[str]:
        """Yield the places at which a board changes something."""
        yield from _targets(file)
        yield from (f"{line}.{name}" for line in line_places(file) for name in _LINE_SETTINGS)
        yield from lookup_places(file)
        yield "changes"


def digest(text: str) -> str:
    """Return what tells whether a file is still the one that was read."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def line_places(file: MappingFile) -> Iterator[str]:
    """Yield where the line rules of a file stand: `sales_order.lines[0]`."""
    yield from (f"{LINES}[{number}]" for number in range(file.count(LINES)))


def within_reach(file: MappingFile, target: str) -> str:
    """Return where a rule of a target is put: one of a line beyond the next begins that next line."""
    line, following = line_of(target), file.count(LINES)
    return in_line(target, following) if line is not None and line > following else target


def _targets(file: MappingFile) -> Iterator[str]:
    for section in SECTIONS:
        yield from (f"{section}.{name}" for name in file.keys(section))
    yield from (f"{ADDRESSES}[{number}]" for number in range(file.count(ADDRESSES)))
    for line in line_places(file):
        yield from (f"{line}.{name}" for name in file.keys(line) if name not in _NO_LINE_FIELDS)
        for part in (f"{line}.custom_fields", f"{line}.more_fields"):
            yield from (f"{part}.{name}" for name in file.keys(part))


def _made_for_each(file: MappingFile) -> Iterator[RuleLine]:
    """Yield, for each line rule that makes several lines, what they are made for."""
    for line in line_places(file):
        each = file.rule(f"{line}.each")
        if isinstance(each, str):
            yield RuleLine(target=line, paths=(each,), how="each", lookup="")


def lookup_places(file: MappingFile) -> Iterator[str]:
    """Yield where the tables of a file stand: `lookups.tier`."""
    yield from (f"lookups.{name}" for name in file.keys("lookups"))


def table_of(file: MappingFile, lookup: str) -> Any:
    """Return the table of a lookup, None when it has none in the file; a record type writes nothing around it."""
    found = file.rule(f"lookups.{lookup}")
    if not isinstance(found, Mapping) or isinstance(found.get("table"), Mapping):
        return found.get("table") if isinstance(found, Mapping) else None
    return None if {"file", "netsuite"} & set(found) else found


def rule_line(target: str, rule: Mapping[str, Any], functions: FunctionPaths, file: MappingFile) -> RuleLine:
    """Return a rule as the board draws it."""
    paths = paths_of(rule, functions)
    how = next(
        (key for key in ("from", "first_of", "expression", "function", "value") if key in rule), "value"
    )
    is_each = any(path == EACH or path.startswith(f"{EACH}.") for path in paths)
    lookup = str(rule.get("lookup") or "")
    table = table_of(file, lookup) if lookup and how == "from" and not rule.get("transform") else None
    return RuleLine(
        target=target,
        paths=tuple(path for path in paths if path != EACH and not path.startswith(f"{EACH}.")),
        how="each" if is_each else how,
        lookup=lookup,
        words=tuple(map(str, table)) if isinstance(table, Mapping) else (),
    )
