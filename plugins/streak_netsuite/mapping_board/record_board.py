"""The board of a record type: contacts into contacts, boxes into records of a custom type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from streak_netsuite.errors import ConfigurationError, MappingError
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.record_type import RULES, RecordType, RuleReading
from streak_netsuite.mapping.spec import is_shipped
from streak_netsuite.mapping_board import commands as asked
from streak_netsuite.mapping_board.board import Board
from streak_netsuite.mapping_board.draft_text import table_of
from streak_netsuite.mapping_board.form import Forms, Step
from streak_netsuite.mapping_board.picture import Picture
from streak_netsuite.mapping_board.preview import shown_value, text_of
from streak_netsuite.mapping_board.record_draft import RecordDraft, own_file
from streak_netsuite.mapping_desk.record_desk import RecordDesk
from streak_netsuite.sync.record_side import SourceRecord

_RECORDS = 8
_WORDS: Mapping[str, Mapping[str, str]] = {
    "boxes": {"one": "box", "many": "boxes", "none": "There is no box to try it on."},
    "contacts": {
        "one": "contact",
        "many": "contacts",
        "none": "There is no contact to try it on: none that `source.when` means.",
    },
}


@dataclass
class RecordBoard(Board):
    """Answers the board of one record type.

    Attributes:
        folder: where the files of people's own record types lie; a shipped one is saved as a copy there. None for none.
    """

    desk: RecordDesk  # type: ignore[assignment]  # it offers what a board needs of a desk
    folder: Path | None = None

    @property
    def title(self) -> str:
        """What the board is about."""
        spec = self.desk.spec
        return spec.description or f"{spec.name} to NetSuite"

    @property
    def words(self) -> Mapping[str, str]:
        """What the records are called that a draft is tried on."""
        return _WORDS["contacts" if getattr(self.desk.spec.source, "records", "") == "contacts" else "boxes"]

    @cached_property
    def picture(self) -> "RecordPicture":
        """Both sides."""
        return RecordPicture(self.desk)  # type: ignore[arg-type]  # as `desk`

    @cached_property
    def _forms(self) -> Forms:
        return RecordForms(self.desk, self.picture, self._lists)  # type: ignore[arg-type]  # as `desk`

    @cached_property
    def _preview(self) -> "RecordPreview":  # type: ignore[override]  # it tries another kind of file
        return RecordPreview(desk=self.desk)

    def _draft(self, text: str) -> RecordDraft:
        self.path = own_file(self.path, self.folder)
        return RecordDraft(self.path, text, held=self.desk.sources.held)

    def _answer(self, request: asked.Command, by: str) -> dict[str, Any]:
        target = getattr(request, "target", "")
        if target not in self.desk.fixed:
            return super()._answer(request, by)
        if isinstance(request, asked.Rule):
            return {
                "rule": "",
                "lookup": "",
                "table": "",
                "judged": None,
                "form": None,
                "fixed": self._fixed(request),
            }
        raise ConfigurationError(
            f"{target} is filled by an expression of {self.path.name}, which the board leaves alone; take it out there to fill the "
            "field by a rule"
        )

    def _fixed(self, request: asked.Rule) -> str:
        return self._draft(request.text).file().rule_text(request.target).strip()

    def _check_place(self) -> None:
        if is_shipped(self.path) and self.folder is None:
            raise ConfigurationError(
                f"{self.path.name} is the product's own and is replaced by its next version; name a folder of yours in "
                "`[streak_netsuite] record_types`, and it is saved there"
            )

    def _write_file(self, file: MappingFile) -> str:
        if self.folder is None or not is_shipped(self.path):
            return super()._write_file(file)
        place = self.folder / self.path.name
        try:
            file.save(place)
        except OSError as error:
            raise ConfigurationError(
                f"{place} cannot be written here ({error.strerror}); put the draft's text where the files of record types come from"
            ) from error
        return place.read_text(encoding="utf-8")


class RecordPicture(Picture):
    """Both catalogues by the names that a record type's file has for their fields."""

    desk: RecordDesk  # type: ignore[assignment]  # as of the board

    @property
    def count(self) -> int:
        """How many records the samples of fields are taken from."""
        return len(self.desk.records)

    @property
    def written_by_us(self) -> frozenset[str]:
        """The box fields that we write into: none that a record type knows of."""
        return frozenset()

    def is_no_target(self, target: str) -> bool:
        """Whether a rule fills a field that NetSuite does not have (any more)."""
        return target not in self.targets


class RecordForms(Forms):
    """Reads and changes rules of record types, part by part."""

    changed: ClassVar[tuple[str, ...]] = (f"{RULES}.", "lookups.")

    def table(self, file: MappingFile, name: str) -> dict[str, Any]:
        """Return a lookup as the form shows it; a record type's is always a table."""
        held = table_of(file, name)
        known = super().table(file, name)
        if held is None or known["how"] == "table":
            return known
        return {"how": "table", "told": "", "table": {str(word): str(id_) for word, id_ in held.items()}}

    def at(self, file: MappingFile, place: str, at: Step) -> Step:
        """Return where a part stands: a plain table has nothing around it."""
        if not place.startswith("lookups.") or at[:1] != ("table",):
            return at
        held = file.rule(place)
        is_plain = isinstance(held, Mapping) and len(held) > 0 and not isinstance(held.get("table"), Mapping)
        return at[1:] if is_plain and len(at) > 1 else at

    @property
    def others(self) -> Iterator[str]:
        """What conditions may ask beside the fields of the board: nothing."""
        yield from ()


@dataclass(frozen=True, kw_only=True)
class RecordPreview:
    """Tries drafts on the same records again and again."""

    desk: RecordDesk

    def of(self, spec: RecordTypeSpec) -> dict[str, Any]:
        """Return the records, the values by target and record, and what would hold each record."""
        kind = RecordType(spec=spec, zone=self.desk.product.settings.netsuite.account_zone)
        records = self.desk.records[:_RECORDS]
        readings = [kind.read_rules(one.view) for one in records]
        return {
            "deals": [{"key": one.id, "name": one.label, "held": _held(kind, one)} for one in records],
            "values": {
                **{f"{RULES}.{name}": [_shown(one[name]) for one in readings] for name in spec.rules},
                **_of_expressions(self.desk, kind, records),
            },
        }


def _held(kind: RecordType, record: SourceRecord) -> list[str]:
    try:
        if not kind.is_meant(record.view):
            return ["`source.when` does not mean it any more; nothing is written"]
        kind.wanted(record.view, source_id=record.id)
    except MappingError as error:
        return [str(error)]
    return []


def _shown(one: RuleReading) -> dict[str, str]:
    return shown_value(
        text_of(one.value),
        source=one.trace.value if one.trace is not None else "",
        fault=str(one.fault) if one.fault is not None else "",
    )


def _of_expressions(
    desk: RecordDesk, kind: RecordType, records: Sequence[SourceRecord]
) -> dict[str, list[dict[str, str]]]:
    """Return what the expressions of the file give, where the record can be made at all."""
    bodies = [_body(kind, one) for one in records]
    return {
        desk.place_of(name): [shown_value(_text(body.get(name)), source="", fault="") for body in bodies]
        for name in kind.spec.fixed_fields
    }


def _body(kind: RecordType, record: SourceRecord) -> Mapping[str, Any]:
    try:
        body = kind.wanted(record.view, source_id=record.id).body
    except MappingError:
        return {}
    return {**body["fields"], **{name: one["value"] for name, one in body["customFields"].items()}}


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_text(one) for one in value.values())
    return ", ".join(map(_text, value)) if isinstance(value, list) else text_of(value)
