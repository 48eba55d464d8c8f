"""The values a SOAP message is made of, once read."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Elements of a complex type by name; attributes under "@name". "@xsi" is the declared type's name.
Fields = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """A reference to a record or to a list's value (RecordRef, ListOrRecordRef, CustomRecordRef).

    `type_id` is the custom record's type, in references to custom records only.
    """

    internal_id: str = ""
    external_id: str = ""
    type: str = ""
    name: str = ""
    script_id: str = ""
    type_id: str = ""

    @property
    def key(self) -> str:
        """Return the id the reference goes by; the internal id wins when both were sent."""
        return self.internal_id or self.external_id

    def __bool__(self) -> bool:
        return bool(self.key or self.script_id)


CustomData = str | bool | int | Decimal | datetime | date | Ref | tuple[Ref, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomValue:
    """One custom field as sent or kept. `kind` is the first word of its type: String, Select, ..."""

    kind: str
    value: CustomData
    script_id: str = ""
    internal_id: str = ""


@dataclass(kw_only=True, slots=True)
class Record:
    """One stored record; `fields` holds what its schema type calls so, kept as values.

    Custom fields lie in `custom` by script id, sublists in `sublists` by element name. `version` grows with
    every write, so that a writer can tell whether another one came in between.
    """

    kind: str
    internal_id: str
    external_id: str
    created_at: datetime
    modified_at: datetime
    fields: Fields = field(default_factory=dict)
    custom: dict[str, CustomValue] = field(default_factory=dict)
    sublists: dict[str, list[Fields]] = field(default_factory=dict)
    version: int = 0

    @property
    def name(self) -> str:
        """Return what a reference to this record shows as its name."""
        for key in (
            "entityId",
            "companyName",
            "itemId",
            "tranId",
            "name",
            "periodName",
            "recordName",
            "label",
        ):
            if self.fields.get(key):
                return str(self.fields[key])
        return self.internal_id
