"""Searches as plain JSON: what operators take and give, and what a person can type.

A criterion is `{"operator": "onOrAfter", "values": [...]}`; one on a custom field says its type besides. A column is
"tranId", "customerJoin.email", or `{"name": "custbody_tier", "type": "select"}` for a custom field.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from streak_netsuite.connectors.netsuite.calls.search import SearchRow
from streak_netsuite.connectors.netsuite.plain_record import plain_value
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import ReadingPlan, Shape, SuiteSchema
from streak_netsuite.connectors.netsuite.search_request import (
    Column,
    Criterion,
    CustomCriterion,
    SearchRequest,
    SearchValue,
)
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.custom_field import CustomFieldType

PlainCriteria = Mapping[str, Mapping[str, Any]]
_CUSTOM_SHAPES = {CustomFieldType.DATE: Shape.MOMENT, CustomFieldType.DATETIME: Shape.MOMENT}


def request_from_plain(
    schema: SuiteSchema,
    subject: str,
    criteria: PlainCriteria,
    *,
    custom: PlainCriteria | None = None,
    joined: Mapping[str, PlainCriteria] | None = None,
    columns: Sequence[str | Mapping[str, str]] = (),
    saved: str = "",
    record_type: str = "",
) -> SearchRequest:
    """Return the search that JSON describes.

    Raises:
        ConfigurationError: there is no such search, field, join or type.
    """
    basic = schema.plan_of(schema.type(f"{subject}SearchBasic"))
    return SearchRequest(
        subject=subject,
        criteria=_criteria(subject, basic, criteria),
        custom={script_id: _custom(script_id, one) for script_id, one in (custom or {}).items()},
        joined={
            join: _criteria(f"{subject} {join}", _join(schema, subject, join), one)
            for join, one in (joined or {}).items()
        },
        record_type=record_type,
        columns=tuple(_column(one) for one in columns),
        saved=saved,
    )


def row_to_plain(row: SearchRow) -> dict[str, Any]:
    """Return a row as JSON: each column's value, several as a list; custom fields by script id."""
    plain: dict[str, Any] = {}
    for name, values in row.values.items():
        found = [plain_value(value) for value in values]
        if found:
            plain[name] = found[0] if len(found) == 1 else found
    return plain | {script_id: plain_value(one.value) for script_id, one in row.custom_fields.items()}


def _join(schema: SuiteSchema, subject: str, join: str) -> ReadingPlan:
    whole = schema.plan_of(schema.type(f"{subject}Search"))
    found = next((inner for known, _, inner in whole.children.values() if known == join), None)
    if found is None or not join.endswith("Join"):
        raise ConfigurationError(f"{subject} cannot be joined with '{join}'")
    return found


def _criteria(where: str, plan: ReadingPlan, criteria: PlainCriteria) -> dict[str, Criterion]:
    return {name: _criterion(where, plan, name, one) for name, one in criteria.items()}


def _criterion(where: str, plan: ReadingPlan, name: str, plain: Mapping[str, Any]) -> Criterion:
    field = next((inner for known, _, inner in plan.children.values() if known == name), None)
    if field is None:
        raise ConfigurationError(f"{where} cannot be searched by '{name}'")
    shapes = {known: inner.shape for known, _, inner in field.children.values()}
    return _asked(plain, shapes.get("searchValue"))


def _custom(script_id: str, plain: Mapping[str, Any]) -> CustomCriterion:
    type_ = _type(script_id, plain.get("type"))
    return CustomCriterion(type=type_, criterion=_asked(plain, _CUSTOM_SHAPES.get(type_)))


def _asked(plain: Mapping[str, Any], shape: Shape | None) -> Criterion:
    values = tuple(_value(value, shape) for value in plain.get("values", ()))
    return Criterion(operator=str(plain.get("operator", "")), values=values)


def _type(script_id: str, plain: object) -> CustomFieldType:
    try:
        return CustomFieldType(str(plain))
    except ValueError:
        known = ", ".join(CustomFieldType)
        raise ConfigurationError(f"{script_id}: say its type, one of {known}") from None


def _column(plain: str | Mapping[str, str]) -> Column:
    if isinstance(plain, str):
        join, _, name = plain.rpartition(".")
        return Column(name=name, join=join)
    name, type_ = plain.get("name", ""), plain.get("type")
    return Column(
        name=name, join=plain.get("join", ""), custom_type=_type(name, type_) if type_ is not None else None
    )


def _value(value: Any, shape: Shape | None) -> SearchValue:
    if isinstance(value, Mapping):
        return RecordRef(
            internal_id=str(value.get("internalId", "")), external_id=str(value.get("externalId", ""))
        )
    if shape is Shape.MOMENT:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ConfigurationError(f"'{value}' names no time zone; write it as 2026-01-31T09:00:00Z")
        return moment
    found: SearchValue = value
    return found
