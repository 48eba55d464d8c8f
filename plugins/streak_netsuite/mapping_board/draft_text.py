"""A mapping file as text that is being changed: what the board holds between two steps."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.reads import FunctionPaths, functions_in, paths_of
from streak_netsuite.mapping.schema import EACH, MappingSpec
from streak_netsuite.mapping.spec import load_spec

SECTIONS = tuple(
    f"{record}.{part}"
    for record in ("customer", "sales_order")
    for part in ("fields", "custom_fields", "more_fields")
)
_LINE = "sales_order.lines[0]"
_LINE_SETTINGS = frozenset({"each", "table", "allow_zero_rate", "custom_fields", "more_fields"})


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
    """

    path: Path
    text: str

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

    def spec(self) -> MappingSpec:
        """Return the mapping.

        Raises:
            ConfigurationError: it has faults.
        """
        return load_spec(self.path, text=self.text)

    def lines(self) -> list[RuleLine]:
        """Return the rules in the order of the file."""
        file = self.file()
        name = file.rule("functions")
        functions = functions_in(self.path.parent / name) if isinstance(name, str) else {}
        return [
            _line(target, rule, functions, file)
            for target in _targets(file)
            if isinstance(rule := file.rule(target), Mapping)
        ]

    def changed(self, before: "DraftText") -> list[str]:
        """Return the targets and lookups whose rules are others than before."""
        mine, theirs = self.file(), before.file()
        places = dict.fromkeys((*_targets(mine), *_targets(theirs), *_lookups(mine), *_lookups(theirs)))
        return [place for place in places if mine.rule(place) != theirs.rule(place)]


def digest(text: str) -> str:
    """Return what tells whether a file is still the one that was read."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _targets(file: MappingFile) -> Iterator[str]:
    for section in SECTIONS:
        yield from (f"{section}.{name}" for name in file.keys(section))
    yield from (f"{_LINE}.{name}" for name in file.keys(_LINE) if name not in _LINE_SETTINGS)
    for part in (f"{_LINE}.custom_fields", f"{_LINE}.more_fields"):
        yield from (f"{part}.{name}" for name in file.keys(part))


def _lookups(file: MappingFile) -> Iterator[str]:
    yield from (f"lookups.{name}" for name in file.keys("lookups"))


def _line(target: str, rule: Mapping[str, Any], functions: FunctionPaths, file: MappingFile) -> RuleLine:
    paths = paths_of(rule, functions)
    how = next(
        (key for key in ("from", "first_of", "expression", "function", "value") if key in rule), "value"
    )
    is_each = any(path == EACH or path.startswith(f"{EACH}.") for path in paths)
    lookup = str(rule.get("lookup") or "")
    table = (
        file.rule(f"lookups.{lookup}.table")
        if lookup and how == "from" and not rule.get("transform")
        else None
    )
    return RuleLine(
        target=target,
        paths=tuple(path for path in paths if path != EACH and not path.startswith(f"{EACH}.")),
        how="each" if is_each else how,
        lookup=lookup,
        words=tuple(map(str, table)) if isinstance(table, Mapping) else (),
    )
