"""Catalogues: the fields of one system's records, as its account, its documentation or our package tells them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Place(StrEnum):
    """Where on a record a field stands."""

    BODY = "body"
    LINE = "line"
    ADDRESS = "address"


class FieldType(StrEnum):
    """What a field takes, in words that both systems' types fit into."""

    UNKNOWN = "unknown"
    TEXT = "text"
    LONG_TEXT = "long text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    CHECKBOX = "checkbox"
    SELECT = "select"
    MULTI_SELECT = "multi select"
    ADDRESS = "address"
    IMAGE = "image"


# Types as vendors write them. Sources: NetSuite SuiteScript "Field Types"; Streak FIELD_TYPE; Salesforce
# "Field Types"; JSON Schema formats. Read 2026-11.
_WRITTEN: Final = {
    FieldType.TEXT: "text text_input string freeformtext ccnumber password ssnumber password_text "
    "mmyydate timeofday year namevaluelist str varchar",
    FieldType.LONG_TEXT: "long_text longtext textarea clobtext richtext summary html multiline",
    FieldType.EMAIL: "email emails",
    FieldType.PHONE: "phone tel",
    FieldType.URL: "url uri hyperlink",
    FieldType.INTEGER: "integer int long posinteger",
    FieldType.DECIMAL: "decimal float double number posfloat rate numeric",
    FieldType.MONEY: "money currency currency2 poscurrency",
    FieldType.PERCENT: "percent percentage",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime datetimetz timestamp date-time",
    FieldType.CHECKBOX: "checkbox boolean bool radio",
    FieldType.SELECT: "select dropdown picklist reference lookup recordref person team_contact team_organization "
    "enumeration enum period",
    FieldType.MULTI_SELECT: "multi_select multiselect tag multipicklist array",
    FieldType.ADDRESS: "address",
    FieldType.IMAGE: "image file",
}
_BY_WRITTEN: Final = {word: type_ for type_, words in _WRITTEN.items() for word in words.split()}


def field_type(written: str) -> FieldType:
    """Return the type that a vendor's word for it means; `UNKNOWN` when it is empty or not known."""
    word = written.strip().lower()
    return _BY_WRITTEN.get(word) or _BY_WRITTEN.get(word.replace(" ", "_"), FieldType.UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of one kind of record.

    Attributes:
        record: the kind of record, as its system names it ("salesorder", "Deal"); a part of a record follows a
            dot ("salesorder.item", "salesorder.address").
        id: the identifier that a mapping uses.
        label: what people see; empty when the id is all there is.
        options: what a list offers, as people see it.
        required: whether the system refuses a record without it.
        samples: some values as text; they stay in memory, and out of logs.
        aliases: other identifiers of the same field (search column, SOAP, REST).
        writable: False for what the system computes.
    """

    record: str
    id: str
    label: str = ""
    type: FieldType = FieldType.UNKNOWN
    place: Place = Place.BODY
    options: Sequence[str] = ()
    required: bool = False
    samples: Sequence[str] = field(default=(), repr=False)
    aliases: Sequence[str] = ()
    writable: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """The record and id, which together name the field."""
        return self.record, self.id

    @property
    def title(self) -> str:
        """The label, or the id when there is none."""
        return self.label or self.id


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The fields of one system, each once."""

    system: str
    fields: Sequence[Field]
    _by_name: dict[tuple[str, str], Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[tuple[str, str], Field] = {}
        for one in self.fields:
            if one.key in by_name:
                raise ValueError(
                    f"{self.system}: field '{one.id}' of '{one.record}' is listed twice; keep one"
                )
            by_name[one.key] = one
        for one in self.fields:
            for name in (one.id, *one.aliases):
                by_name.setdefault((one.record, name.lower()), one)
        object.__setattr__(self, "_by_name", by_name)

    def __len__(self) -> int:
        return len(self.fields)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    @property
    def records(self) -> Sequence[str]:
        """The kinds of records, in the order of their first field."""
        return tuple(dict.fromkeys(one.record for one in self.fields))

    def of(self, *records: str) -> "Catalogue":
        """Return the part of the catalogue about some kinds of records."""
        return Catalogue(system=self.system, fields=[one for one in self.fields if one.record in records])

    def find(self, record: str, name: str) -> Field | None:
        """Return a field by its id or any alias, or None."""
        return self._by_name.get((record, name)) or self._by_name.get((record, name.lower()))

    def with_fields(self, more: Iterable[Field]) -> "Catalogue":
        """Return a catalogue in which further fields were added, an account's word replacing ours."""
        merged = {one.key: one for one in self.fields}
        for one in more:
            old = self.find(one.record, one.id)
            if old is not None:
                merged.pop(old.key, None)
            merged[one.key] = one
        return Catalogue(system=self.system, fields=list(merged.values()))
