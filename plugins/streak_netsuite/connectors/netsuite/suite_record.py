"""Records as SuiteTalk speaks of them: names of its schema, values of ours, nothing of zeep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.model.custom_field import CustomField

SuiteValue = Union[str, bool, int, Decimal, date, datetime, RecordRef, "Fields", tuple["SuiteValue", ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fields:
    """Values by SuiteTalk's names: of a record's body, a sublist's row or a structure such as an address.

    The readers below return an empty value for a field that was not sent; NetSuite leaves out what is empty.

    Attributes:
        custom_fields: by script id; a field that NetSuite sends without one is "@" and its internal id.
    """

    values: Mapping[str, SuiteValue] = field(default_factory=dict)
    custom_fields: Mapping[str, CustomField] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a text, or ""."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return whether a checkbox is set."""
        return self.values.get(name) is True

    def amount(self, name: str) -> Decimal | None:
        """Return a number with every digit it was sent with, or None."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, Decimal) else Decimal(str(value))

    def moment(self, name: str) -> datetime | None:
        """Return a time in UTC, or None."""
        value = self.values.get(name)
        return value.astimezone(UTC) if isinstance(value, datetime) else None

    def ref(self, name: str) -> RecordRef | None:
        """Return a reference that leads somewhere, or None."""
        value = self.values.get(name)
        return value if isinstance(value, RecordRef) and value else None

    def part(self, name: str) -> "Fields":
        """Return a structure; an empty one when it was not sent."""
        value = self.values.get(name)
        return value if isinstance(value, Fields) else _NOTHING

    def many(self, name: str) -> Sequence[Any]:
        """Return the values of a repeated element."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()


_NOTHING = Fields()


class SublistMode(StrEnum):
    """What a written sublist does to the lines that are not in it (SuiteTalk's replaceAll)."""

    REPLACE = "replace"
    MERGE = "merge"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sublist:
    """The lines of one sublist ("itemList").

    Attributes:
        mode: has to be chosen for a write: SuiteTalk's own default deletes every line that is not sent.
            Lines that were read are a MERGE of what is there.
    """

    rows: tuple[Fields, ...]
    mode: SublistMode


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteRecord(Fields):
    """One record.

    Attributes:
        type: SuiteTalk's record type ("salesOrder"); "customRecord" for those of every custom type.
        null_fields: fields to be emptied by a write, standard by name and custom by script id; an absent
            value leaves a field as it is.
    """

    type: str
    internal_id: str = ""
    external_id: str = ""
    sublists: Mapping[str, Sublist] = field(default_factory=dict)
    null_fields: tuple[str, ...] = ()

    def rows(self, sublist: str) -> tuple[Fields, ...]:
        """Return the lines of a sublist, none when it was not sent."""
        found = self.sublists.get(sublist)
        return found.rows if found is not None else ()

    @property
    def key(self) -> RecordRef:
        """How NetSuite knows this record."""
        return RecordRef(type=self.type, internal_id=self.internal_id, external_id=self.external_id)
