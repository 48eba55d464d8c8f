"""Records as SuiteTalk objects, ready for a request. Nothing of zeep leaves this package."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import ReadingPlan, Shape, SuiteSchema
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.reference import Reference

_CUSTOM_TYPES: Mapping[CustomFieldType, str] = {
    CustomFieldType.TEXT: "StringCustomFieldRef",
    CustomFieldType.INTEGER: "LongCustomFieldRef",
    CustomFieldType.DECIMAL: "DoubleCustomFieldRef",
    CustomFieldType.CHECKBOX: "BooleanCustomFieldRef",
    CustomFieldType.DATE: "DateCustomFieldRef",
    CustomFieldType.DATETIME: "DateCustomFieldRef",
    CustomFieldType.SELECT: "SelectCustomFieldRef",
    CustomFieldType.MULTI_SELECT: "MultiSelectCustomFieldRef",
}
# What tells one line from another in lists that can be merged; all other lists are replaced whole,
# whatever replaceAll says (SuiteTalk help on keyed sublists, read 2026-11).
_LINE_KEYS: Mapping[str, tuple[str, ...]] = {
    "itemList": ("line", "orderLine"),
    "addressbookList": ("internalId",),
    "applyList": ("doc",),
    "creditList": ("doc",),
    "depositList": ("doc",),
    "salesTeamList": ("employee",),
    "partnersList": ("partner",),
    "currencyList": ("currency",),
}


class Verb(StrEnum):
    """What a write does with a record that is there already."""

    ADD = "add"
    UPDATE = "update"
    UPSERT = "upsert"


class RecordWriter:
    """Builds requests' records for one endpoint version.

    Dates go out as midnight in the integration user's zone: NetSuite keeps the day after converting
    to that zone, and reads a time without zone as Pacific (section_1521451348, read 2026-11).
    """

    def __init__(self, schema: SuiteSchema, user_zone: ZoneInfo) -> None:
        self._schema = schema
        self._zone = user_zone

    def record(self, record: SuiteRecord, verb: Verb) -> Any:
        """Return a record for a write.

        Raises:
            ConfigurationError: the schema has no such record type, field or sublist, or a sublist's lines
                would be doubled or lost.
        """
        type_ = self._schema.record_type(record.type)
        plan = self._schema.plan_of(type_)
        values = self._fields(record, plan)
        for name, sublist in record.sublists.items():
            values[name] = self._sublist(record, name, sublist, plan, verb)
        if record.null_fields:
            values["nullFieldList"] = {"name": list(record.null_fields)}
        if record.internal_id:
            values["internalId"] = record.internal_id
        if record.external_id:
            values["externalId"] = record.external_id
        return self._schema.build(plan.name, **values)

    def ref(self, ref: RecordRef) -> Any:
        """Return a typed reference (baseRef) to a record."""
        if ref.type == "customRecord":
            return self._schema.build("CustomRecordRef", **_present(_ids(ref), typeId=ref.type_id))
        if ref.script_id and not ref.internal_id:
            return self._schema.build("CustomizationRef", type=ref.type, scriptId=ref.script_id)
        return self._schema.build("RecordRef", **_present(_ids(ref), type=ref.type))

    def build(self, name: str, /, **values: Any) -> Any:
        """Return an object of any of the schema's types; raises ConfigurationError for an unknown field."""
        return self._schema.build(name, **values)

    def plan(self, name: str) -> ReadingPlan:
        """Return what a type of the schema holds."""
        return self._schema.plan_of(self._schema.type(name))

    def plain_ref(self, ref: RecordRef) -> dict[str, str]:
        """Return a reference for an element that is declared as RecordRef."""
        return _present(_ids(ref), type=ref.type)

    def midnight(self, day: date) -> datetime:
        """Return the start of a day in the integration user's zone, with that day's offset."""
        return datetime.combine(day, time(), tzinfo=self._zone)

    def _fields(self, fields: Fields, plan: ReadingPlan) -> dict[str, Any]:
        by_name = {name: inner for name, _, inner in plan.children.values()}
        for name, value in fields.values.items():
            _refuse_unfit(f"{plan.name}.{name}", value, by_name.get(name))
        values = {name: self._value(value, by_name.get(name)) for name, value in fields.values.items()}
        if fields.custom_fields:
            values["customFieldList"] = {
                "customField": [self._custom_field(field) for field in fields.custom_fields.values()]
            }
        return values

    def _value(self, value: Any, plan: ReadingPlan | None) -> Any:
        if isinstance(value, RecordRef):
            return self.plain_ref(value)
        if isinstance(value, Fields):
            return self._structure(value, plan)
        if isinstance(value, tuple):
            return self._list(value, plan)
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.midnight(value)
        if isinstance(value, Decimal) and plan is not None and plan.shape is Shape.TEXT:
            return plain(value)  # a rate is text: "12.5" or "5%"
        return value

    def _structure(self, fields: Fields, plan: ReadingPlan | None) -> Any:
        if plan is None:  # the schema will name the unknown field
            return {}
        return self._schema.build(plan.name, **self._fields(fields, plan))

    def _list(self, values: tuple[Any, ...], plan: ReadingPlan | None) -> Any:
        if plan is None or plan.shape is not Shape.LIST:
            return [self._value(value, plan) for value in values]
        name, _, inner = plan.children[plan.only_child]
        return {name: [self._value(value, inner) for value in values]}

    def _sublist(
        self, record: SuiteRecord, name: str, sublist: Sublist, plan: ReadingPlan, verb: Verb
    ) -> dict[str, Any]:
        inner = next((p for n, _, p in plan.children.values() if n == name), None)
        if inner is None or inner.shape is not Shape.LIST:
            raise ConfigurationError(f"{plan.name} has no sublist '{name}' in NetSuite's schema")
        if sublist.mode is SublistMode.MERGE:
            _refuse_doubling(record, name, sublist, verb)
        row_name, _, row = inner.children[inner.only_child]
        rows = [self._schema.build(row.name, **self._fields(line, row)) for line in sublist.rows]
        return {"replaceAll": sublist.mode is SublistMode.REPLACE, row_name: rows}

    def _custom_field(self, field: CustomField) -> Any:
        named = (
            {"internalId": field.script_id[1:]}
            if field.script_id.startswith("@")
            else {"scriptId": field.script_id}
        )
        return self._schema.build(_CUSTOM_TYPES[field.type], **named, value=self._custom_value(field.value))

    def _custom_value(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return self._list_value(value)
        if isinstance(value, tuple):
            return [self._list_value(entry) for entry in value]
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.midnight(value)
        return value

    def _list_value(self, reference: Reference) -> Any:
        return self._schema.build("ListOrRecordRef", **_ids(RecordRef.of(reference)))


_TAKEN: Mapping[Shape, tuple[tuple[type, ...], str]] = {
    Shape.TEXT: ((str, int, Decimal), "a text"),
    Shape.BOOLEAN: ((bool,), "yes or no"),
    Shape.INTEGER: ((int, Decimal), "a whole number"),
    Shape.DECIMAL: ((int, Decimal), "a number"),
    Shape.MOMENT: ((date,), "a date"),
    Shape.REFERENCE: ((RecordRef,), "a reference to a record"),
}


def _refuse_unfit(where: str, value: Any, plan: ReadingPlan | None) -> None:
    """Refuse a value that the field cannot take: zeep would send it, and NetSuite answer with a fault for the whole list.

    Raises:
        ConfigurationError: it is of another type than the schema says.
    """
    kinds, takes = _TAKEN.get(plan.shape, ((), "")) if plan is not None else ((), "")
    if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise ConfigurationError(
            f"{where} takes {takes} by NetSuite's schema, and not '{type(value).__name__}'; correct the `type` of its rule"
        )


def plain(amount: Decimal) -> str:
    """Return an amount in plain notation: Decimal("1E+3") is "1000"."""
    return format(amount, "f")


def _ids(ref: RecordRef) -> dict[str, str]:
    return _present({}, internalId=ref.internal_id, externalId=ref.external_id)


def _present(values: dict[str, str], **more: str) -> dict[str, str]:
    return values | {name: value for name, value in more.items() if value}


def _refuse_doubling(record: SuiteRecord, name: str, sublist: Sublist, verb: Verb) -> None:
    keys = _LINE_KEYS.get(name)
    what = f"{record.type} {record.external_id or record.internal_id}".rstrip()
    if keys is None:
        raise ConfigurationError(
            f"{what}: '{name}' has no line keys, so NetSuite replaces it whole; send all of it with REPLACE"
        )
    if verb is Verb.UPSERT and any(not any(row.values.get(key) for key in keys) for row in sublist.rows):
        raise ConfigurationError(
            f"{what}: a line of '{name}' without {' or '.join(keys)} would be added again by each upsert; "
            "read the record first and give the line its key, or send all of the list with REPLACE"
        )
