"""Records as plain JSON: what operators take and give, and what a person can type.

A record is `{"type", "externalId" or "internalId", "fields", "sublists", "customFields", "nullFields"}`. A
reference is `{"internalId": "1"}`, an amount a text ("12.50"), a time ISO 8601, a sublist
`{"mode": "replace" or "merge", "rows": [...]}`, a custom field `{"type": "select", "value": ...}`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import ReadingPlan, Shape, SuiteSchema
from streak_netsuite.connectors.netsuite.suite_record import (
    Fields,
    Sublist,
    SublistMode,
    SuiteRecord,
    SuiteValue,
)
from streak_netsuite.errors import ConfigurationError, MappingError
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.reference import Reference

_REFERENCE_KEYS = frozenset({"internalId", "externalId", "scriptId", "type", "typeId", "name"})


class PlainCustomField(BaseModel):
    """A custom field with its type; NetSuite refuses a value of another type."""

    model_config = ConfigDict(extra="forbid")

    type: CustomFieldType
    value: Any


class PlainSublist(BaseModel):
    """The lines of a sublist, and whether the lines that are not here stay."""

    model_config = ConfigDict(extra="forbid")

    mode: SublistMode
    rows: list[dict[str, Any]]


class PlainRecord(BaseModel):
    """A record as JSON."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: str
    internal_id: str = Field(default="", alias="internalId")
    external_id: str = Field(default="", alias="externalId")
    fields: dict[str, Any] = Field(default_factory=dict)
    sublists: dict[str, PlainSublist] = Field(default_factory=dict)
    custom_fields: dict[str, PlainCustomField] = Field(default_factory=dict, alias="customFields")
    null_fields: list[str] = Field(default_factory=list, alias="nullFields")


def from_plain(body: Mapping[str, Any], schema: SuiteSchema) -> SuiteRecord:
    """Return the record that JSON describes, with values of the types the account's schema wants.

    Raises:
        ConfigurationError: it is no record, or has a field the schema does not know.
        MappingError: a value does not fit its field.
    """
    try:
        plain = PlainRecord.model_validate(body)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"this is no NetSuite record: {faults}") from None
    plan = schema.plan_of(schema.record_type(plain.type))
    return SuiteRecord(
        type=plain.type,
        internal_id=plain.internal_id,
        external_id=plain.external_id,
        values=_values(plain.fields, plan, plain.type),
        custom_fields={name: _custom(name, one) for name, one in plain.custom_fields.items()},
        sublists={name: _sublist(one, _inner(plan, name), name) for name, one in plain.sublists.items()},
        null_fields=tuple(plain.null_fields),
    )


def to_plain(record: SuiteRecord) -> dict[str, Any]:
    """Return a record as JSON; nothing of it is lost."""
    plain: dict[str, Any] = {"type": record.type}
    if record.internal_id:
        plain["internalId"] = record.internal_id
    if record.external_id:
        plain["externalId"] = record.external_id
    plain["fields"] = {name: plain_value(value) for name, value in record.values.items()}
    if record.custom_fields:
        plain["customFields"] = _plain_custom(record)
    if record.sublists:
        plain["sublists"] = {
            name: {"mode": one.mode.value, "rows": [_plain_row(row) for row in one.rows]}
            for name, one in record.sublists.items()
        }
    if record.null_fields:
        plain["nullFields"] = list(record.null_fields)
    return plain


def plain_value(value: Any) -> Any:
    """Return one value as JSON."""
    if isinstance(value, RecordRef):
        ids = {"internalId": value.internal_id, "externalId": value.external_id, "scriptId": value.script_id}
        more = {"type": value.type, "typeId": value.type_id, "name": value.name}
        return {name: text for name, text in (ids | more).items() if text}
    if isinstance(value, Reference):
        return plain_value(RecordRef.of(value))
    if isinstance(value, Fields):
        return _plain_row(value)
    if isinstance(value, tuple):
        return [plain_value(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _plain_row(row: Fields) -> dict[str, Any]:
    plain = {name: plain_value(value) for name, value in row.values.items()}
    return plain | ({"customFields": _plain_custom(row)} if row.custom_fields else {})


def _plain_custom(fields: Fields) -> dict[str, Any]:
    return {
        name: {"type": field.type.value, "value": plain_value(field.value)}
        for name, field in fields.custom_fields.items()
    }


def _inner(plan: ReadingPlan, name: str) -> ReadingPlan:
    for known, _, inner in plan.children.values():
        if known == name:
            return inner
    raise ConfigurationError(f"{plan.name} has no field '{name}' in NetSuite's schema")


def _values(values: Mapping[str, Any], plan: ReadingPlan, where: str) -> dict[str, SuiteValue]:
    return {name: _value(value, _inner(plan, name), f"{where}.{name}") for name, value in values.items()}


def _value(value: Any, plan: ReadingPlan, where: str) -> SuiteValue:
    if plan.shape is Shape.REFERENCE:
        return _reference(value, where)
    if plan.shape is Shape.LIST:
        inner = plan.children[plan.only_child][2]
        return tuple(_value(one, inner, where) for one in value)
    if plan.shape is Shape.STRUCTURE:
        return _row(value, plan, where)
    return _simple(value, plan.shape, where)


def _simple(value: Any, shape: Shape, where: str) -> SuiteValue:
    try:
        if shape is Shape.DECIMAL:
            return Decimal(str(value))
        if shape is Shape.INTEGER:
            return int(str(value))
        if shape is Shape.MOMENT:
            return _moment(str(value))
    except (ValueError, InvalidOperation):
        raise MappingError(f"{where}: '{value}' is no {shape}", field=where) from None
    if shape is Shape.BOOLEAN and not isinstance(value, bool):
        raise MappingError(f"{where}: '{value}' is neither true nor false", field=where)
    return value if isinstance(value, bool) else str(value)


def _moment(text: str) -> date | datetime:
    """Return a day, or an aware time: one without zone would be read as Pacific by NetSuite."""
    if len(text) == len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


def _reference(value: Any, where: str) -> RecordRef:
    if not isinstance(value, Mapping) or not set(value) <= _REFERENCE_KEYS:
        raise MappingError(f'{where}: write a reference as {{"internalId": "1"}}', field=where)
    return RecordRef(
        type=str(value.get("type", "")),
        internal_id=str(value.get("internalId", "")),
        external_id=str(value.get("externalId", "")),
        script_id=str(value.get("scriptId", "")),
        type_id=str(value.get("typeId", "")),
        name=str(value.get("name", "")),
    )


def _row(value: Any, plan: ReadingPlan, where: str) -> Fields:
    if not isinstance(value, Mapping):
        raise MappingError(f"{where}: '{value}' is no object", field=where)
    custom = value.get("customFields", {})
    named = {name: one for name, one in value.items() if name != "customFields"}
    found = {name: _custom(name, PlainCustomField.model_validate(one)) for name, one in custom.items()}
    return Fields(values=_values(named, plan, where), custom_fields=found)


def _sublist(plain: PlainSublist, plan: ReadingPlan, where: str) -> Sublist:
    if plan.shape is not Shape.LIST:
        raise ConfigurationError(f"'{where}' is no sublist in NetSuite's schema")
    inner = plan.children[plan.only_child][2]
    return Sublist(rows=tuple(_row(row, inner, where) for row in plain.rows), mode=plain.mode)


def _custom(script_id: str, plain: PlainCustomField) -> CustomField:
    return CustomField(script_id=script_id, type=plain.type, value=_custom_value(script_id, plain))


def _custom_value(script_id: str, plain: PlainCustomField) -> Any:
    shape = _CUSTOM_SHAPES.get(plain.type)
    if shape is not None:
        return _simple(plain.value, shape, script_id)
    values: Sequence[Any] = plain.value if plain.type is CustomFieldType.MULTI_SELECT else [plain.value]
    found = [_reference(value, script_id).reference() for value in values]
    if None in found:
        raise MappingError(f"{script_id}: a choice has neither internal nor external id", field=script_id)
    return tuple(found) if plain.type is CustomFieldType.MULTI_SELECT else found[0]


_CUSTOM_SHAPES: Mapping[CustomFieldType, Shape] = {
    CustomFieldType.TEXT: Shape.TEXT,
    CustomFieldType.INTEGER: Shape.INTEGER,
    CustomFieldType.DECIMAL: Shape.DECIMAL,
    CustomFieldType.CHECKBOX: Shape.BOOLEAN,
    CustomFieldType.DATE: Shape.MOMENT,
    CustomFieldType.DATETIME: Shape.MOMENT,
}
