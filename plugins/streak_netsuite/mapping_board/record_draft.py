"""A record type's file as text that is being changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.expression import Expression
from streak_netsuite.mapping.record_editing import RecordTypeFile
from streak_netsuite.mapping.record_files import load_record_type
from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.record_type import RULES
from streak_netsuite.mapping_board.draft_text import DraftText, RuleLine, lookup_places, rule_line
from streak_netsuite.mapping_desk.known_lookups import KnownLookups

_EXPRESSIONS = ("target.fields", "target.custom_fields")


@dataclass(frozen=True)
class RecordDraft(DraftText):
    """The text of a record type's file, as it is or as it would be."""

    def file(self) -> RecordTypeFile:
        """Return the text for editing."""
        return RecordTypeFile(self.path, text=self.text)

    def spec(self) -> RecordTypeSpec:  # type: ignore[override]  # a file of another kind
        """Return the record type.

        Raises:
            ConfigurationError: it has faults.
        """
        return load_record_type(self.path, text=self.text)

    @staticmethod
    def known_lookups(spec: RecordTypeSpec) -> KnownLookups:  # type: ignore[override]  # as `spec`
        """Return the lookups that the record type has already."""
        return KnownLookups.of_records(spec)

    def lines(self) -> list[RuleLine]:
        """Return what fills a field: the expressions, which the board leaves alone, then the rules."""
        file = self.file()
        rules = [
            rule_line(target, rule, {}, file)
            for target in _rule_places(file)
            if isinstance(rule := file.rule(target), Mapping)
        ]
        return [*_expressions(file), *rules]

    def places(self, file: MappingFile) -> Iterator[str]:
        """Yield the places at which a board changes something."""
        yield from _rule_places(file)
        yield from lookup_places(file)


def _rule_places(file: MappingFile) -> Iterator[str]:
    yield from (f"{RULES}.{name}" for name in file.keys(RULES))


def _expressions(file: MappingFile) -> Iterator[RuleLine]:
    for section in _EXPRESSIONS:
        for name in file.keys(section):
            paths = dict.fromkeys(
                path for text in _texts(file.rule(f"{section}.{name}")) for path in _read(text)
            )
            yield RuleLine(target=f"{section}.{name}", paths=tuple(paths), how="expression", lookup="")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield str(value)


def _read(text: str) -> tuple[str, ...]:
    try:
        return Expression(text).paths
    except ValueError:
        return ()  # the file's faults tell it


def own_file(path: Path, folder: Path | None) -> Path:
    """Return the person's own copy of a shipped file, if there is one; else the file."""
    mine = folder / path.name if folder is not None else path
    return mine if mine.is_file() else path
