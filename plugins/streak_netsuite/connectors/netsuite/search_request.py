"""What to search for, and which columns to bring back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import ReadingPlan
from streak_netsuite.connectors.netsuite.writer import RecordWriter
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.custom_field import CustomFieldType

SearchValue = str | bool | int | Decimal | datetime | RecordRef

_CUSTOM_CRITERIA: Mapping[CustomFieldType, str] = {
    CustomFieldType.TEXT: "String",
    CustomFieldType.INTEGER: "Long",
    CustomFieldType.DECIMAL: "Double",
    CustomFieldType.CHECKBOX: "Boolean",
    CustomFieldType.DATE: "Date",
    CustomFieldType.DATETIME: "Date",
    CustomFieldType.SELECT: "MultiSelect",
    CustomFieldType.MULTI_SELECT: "MultiSelect",
}
_CUSTOM_COLUMNS = {**_CUSTOM_CRITERIA, CustomFieldType.SELECT: "Select"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """A question to one search field.

    Attributes:
        operator: SuiteTalk's name for it ("within", "anyOf"); "" for a checkbox.
        values: one, or two for a range, or any number for a choice.
    """

    operator: str
    values: tuple[SearchValue, ...] = ()


def text_is(value: str) -> Criterion:
    """Ask for a text; case does not count."""
    return Criterion(operator="is", values=(value,))


def text_starts_with(value: str) -> Criterion:
    """Ask for how a text begins."""
    return Criterion(operator="startsWith", values=(value,))


def text_contains(value: str) -> Criterion:
    """Ask for a part of a text."""
    return Criterion(operator="contains", values=(value,))


def checked(*, value: bool) -> Criterion:
    """Ask for a checkbox."""
    return Criterion(operator="", values=(value,))


def on_or_after(moment: datetime) -> Criterion:
    """Ask for times at or after this one."""
    return Criterion(operator="onOrAfter", values=(moment,))


def before(moment: datetime) -> Criterion:
    """Ask for times before this one."""
    return Criterion(operator="before", values=(moment,))


def within(first: datetime, last: datetime) -> Criterion:
    """Ask for times of a window, both ends included."""
    return Criterion(operator="within", values=(first, last))


def above(number: int) -> Criterion:
    """Ask for whole numbers greater than this one."""
    return Criterion(operator="greaterThan", values=(number,))


def between(first: int, last: int) -> Criterion:
    """Ask for whole numbers of a range, both ends included."""
    return Criterion(operator="between", values=(first, last))


def any_of(*values: RecordRef | str) -> Criterion:
    """Ask for one of these records, or one of these values of an enumeration ("_salesOrder")."""
    return Criterion(operator="anyOf", values=values)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomCriterion:
    """A question to a custom field; its type must be known, because the request says it."""

    type: CustomFieldType
    criterion: Criterion


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of an advanced search.

    Attributes:
        name: SuiteTalk's name of a standard column, or a custom field's script id.
        join: the record it is taken from ("customerJoin"); "" for the searched one.
        custom_type: of a custom field.
    """

    name: str
    join: str = ""
    custom_type: CustomFieldType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchRequest:
    """A search of one subject.

    Attributes:
        subject: what is searched: "Customer", "Contact", "Item", "Transaction", "CustomRecord", ...
        criteria: by search field.
        custom: by script id.
        joined: criteria on joined records, by join ("customerJoin").
        record_type: internal id of the custom record type, for subject "CustomRecord".
        columns: what to bring back instead of whole records; it makes this an advanced search.
        saved: script id ("customsearch_open_orders") or internal id of a saved search to start from.
    """

    subject: str
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    custom: Mapping[str, CustomCriterion] = field(default_factory=dict)
    joined: Mapping[str, Mapping[str, Criterion]] = field(default_factory=dict)
    record_type: str = ""
    columns: tuple[Column, ...] = ()
    saved: str = ""

    @property
    def is_advanced(self) -> bool:
        """Whether it answers with rows of columns instead of records."""
        return bool(self.columns or self.saved)

    def build(self, writer: RecordWriter) -> Any:
        """Return the request's search record.

        Raises:
            ConfigurationError: the schema has no such search, search field, join or column.
        """
        basic = self._basic(writer)
        if not self.is_advanced and not self.joined:
            return basic
        joins = {join: _criteria(writer, self._join(writer, join), c) for join, c in self.joined.items()}
        whole = writer.build(f"{self.subject}Search", basic=basic, **joins)
        if not self.is_advanced:
            return whole
        wanted: dict[str, Any] = {"criteria": whole}
        if self.columns:
            wanted["columns"] = self._columns(writer)
        if self.saved:
            name = "savedSearchId" if self.saved.isdigit() else "savedSearchScriptId"
            wanted[name] = self.saved
        return writer.build(f"{self.subject}SearchAdvanced", **wanted)

    def _basic(self, writer: RecordWriter) -> Any:
        more: dict[str, Any] = {}
        if self.custom:
            found = [_custom(writer, script_id, one) for script_id, one in self.custom.items()]
            more["customFieldList"] = {"customField": found}
        if self.record_type:
            more["recType"] = {"internalId": self.record_type}
        return _criteria(writer, writer.plan(f"{self.subject}SearchBasic"), self.criteria, **more)

    def _join(self, writer: RecordWriter, join: str) -> ReadingPlan:
        return _child(writer.plan(f"{self.subject}Search"), join)

    def _columns(self, writer: RecordWriter) -> Any:
        row = writer.plan(f"{self.subject}SearchRow")
        parts = dict.fromkeys(column.join or "basic" for column in self.columns)
        return writer.build(
            row.name,
            **{
                part: _row(
                    writer, _child(row, part), [c for c in self.columns if (c.join or "basic") == part]
                )
                for part in parts
            },
        )


def _child(plan: ReadingPlan, name: str) -> ReadingPlan:
    for known, _, inner in plan.children.values():
        if known == name:
            return inner
    raise ConfigurationError(f"{plan.name} has no field '{name}' in NetSuite's schema")


def _criteria(writer: RecordWriter, plan: ReadingPlan, criteria: Mapping[str, Criterion], **more: Any) -> Any:
    values = {name: _field(writer, _child(plan, name).name, one) for name, one in criteria.items()}
    return writer.build(plan.name, **values, **more)


def _field(writer: RecordWriter, type_: str, criterion: Criterion, **more: Any) -> Any:
    wanted: dict[str, Any] = dict(more)
    if criterion.operator:
        wanted["operator"] = criterion.operator
    values = [writer.plain_ref(v) if isinstance(v, RecordRef) else v for v in criterion.values]
    if "MultiSelect" in type_:
        wanted["searchValue"] = values
    elif values:
        wanted["searchValue"] = values[0]
        if len(values) > 1:
            wanted["searchValue2"] = values[1]
    return writer.build(type_, **wanted)


def _custom(writer: RecordWriter, script_id: str, one: CustomCriterion) -> Any:
    type_ = f"Search{_CUSTOM_CRITERIA[one.type]}CustomField"
    return _field(writer, type_, one.criterion, scriptId=script_id)


def _row(writer: RecordWriter, plan: ReadingPlan, columns: Sequence[Column]) -> Any:
    wanted: dict[str, Any] = {}
    custom = []
    for column in columns:
        if column.custom_type is None:
            wanted[column.name] = [writer.build(_child(plan, column.name).name)]
        else:
            kind = _CUSTOM_COLUMNS[column.custom_type]
            custom.append(writer.build(f"SearchColumn{kind}CustomField", scriptId=column.name))
    if custom:
        wanted["customFieldList"] = {"customField": custom}
    return writer.build(plan.name, **wanted)
