"""Custom fields of NetSuite, of every type."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from streak_netsuite.model.reference import Reference


class CustomFieldType(StrEnum):
    """The value types of SuiteTalk's CustomFieldRef (platform core schema)."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHECKBOX = "checkbox"
    DATE = "date"
    DATETIME = "datetime"
    SELECT = "select"
    MULTI_SELECT = "multi_select"


CustomValue = str | int | Decimal | bool | date | datetime | Reference | tuple[Reference, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField:
    """One custom field's value, or that of a standard field which no record of ours has an attribute for.

    Attributes:
        script_id: NetSuite's script id, lower case ("custbody_streak_stage"); of a standard field SuiteTalk's name
            ("creditLimit").
        value: str, int, Decimal, bool, date, aware datetime, Reference or a tuple of References,
            as `type` demands.
    """

    script_id: str
    type: CustomFieldType
    value: CustomValue
