"""SuiteTalk replies straight from lxml into values.

zeep builds an object for every element and needs about a second for a thousand customers; this reader
walks the same tree with plans compiled from the same schema (decision record 0012). Elements may come in
any order, and unknown ones are passed over: Oracle's own samples reorder a status (facts: section_N3539420).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import ReadingPlan, Shape, SuiteSchema
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.reference import Reference

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PACIFIC = ZoneInfo("America/Los_Angeles")  # a time without zone is Pacific (section_1521451348)

_CUSTOM_TYPES: Mapping[str, CustomFieldType] = {
    "StringCustomFieldRef": CustomFieldType.TEXT,
    "LongCustomFieldRef": CustomFieldType.INTEGER,
    "DoubleCustomFieldRef": CustomFieldType.DECIMAL,
    "BooleanCustomFieldRef": CustomFieldType.CHECKBOX,
    "DateCustomFieldRef": CustomFieldType.DATETIME,
    "SelectCustomFieldRef": CustomFieldType.SELECT,
    "MultiSelectCustomFieldRef": CustomFieldType.MULTI_SELECT,
    "SearchColumnStringCustomField": CustomFieldType.TEXT,
    "SearchColumnLongCustomField": CustomFieldType.INTEGER,
    "SearchColumnDoubleCustomField": CustomFieldType.DECIMAL,
    "SearchColumnBooleanCustomField": CustomFieldType.CHECKBOX,
    "SearchColumnDateCustomField": CustomFieldType.DATETIME,
    "SearchColumnSelectCustomField": CustomFieldType.SELECT,
    "SearchColumnMultiSelectCustomField": CustomFieldType.MULTI_SELECT,
    "SearchColumnEnumMultiSelectCustomField": CustomFieldType.TEXT,
}

_VALUES = frozenset({"value", "searchValue"})


def read_moment(text: str) -> datetime:
    """Return an aware time; one without zone is Pacific."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=_PACIFIC)


_SIMPLE: Mapping[Shape, Callable[[str], Any]] = {
    Shape.TEXT: str,
    Shape.BOOLEAN: lambda text: text in {"true", "1"},
    Shape.INTEGER: int,
    Shape.DECIMAL: Decimal,
    Shape.MOMENT: read_moment,
}


class ReplyReader:
    """Reads replies of one endpoint version."""

    def __init__(self, schema: SuiteSchema) -> None:
        self._schema = schema
        self._readers: Mapping[Shape, Callable[[etree._Element, ReadingPlan], Any]] = {
            **dict.fromkeys(_SIMPLE, self._simple),
            Shape.REFERENCE: self._reference,
            Shape.CUSTOM_FIELDS: self._custom_fields,
            Shape.CUSTOM_FIELD: self._custom_field,
            Shape.COLUMN: self._column,
            Shape.LIST: self._list,
            Shape.STRUCTURE: self._structure,
            Shape.RECORD: self._record,
            Shape.ROW: self._structure,
        }

    def read(self, element: etree._Element) -> Fields:
        """Return the body's element of a reply.

        Raises:
            ValueError, ArithmeticError: a value is not what the schema says it is.
            LookupError: no operation answers with such an element.
        """
        plan = self._schema.reply_plan(element.tag)
        if plan is None:
            raise LookupError(f"'{element.tag}' is no reply of this endpoint")
        return self._structure(element, plan)

    def _value(self, element: etree._Element, plan: ReadingPlan) -> Any:
        return self._readers[plan.shape](element, plan)

    def _simple(self, element: etree._Element, plan: ReadingPlan) -> Any:
        text = element.text
        if plan.shape is Shape.TEXT:
            return text or ""
        return None if text is None else _SIMPLE[plan.shape](text.strip())

    def _said(self, element: etree._Element, plan: ReadingPlan) -> ReadingPlan:
        """Return the plan of the type an element says it has; the declared one when it says none we know."""
        said = element.get(_XSI_TYPE)
        if said is None:
            return plan
        prefix, _, name = said.strip().rpartition(":")
        if name == plan.name:
            return plan
        return self._schema.plan_named(f"{{{element.nsmap.get(prefix or None)}}}{name}") or plan

    def _reference(self, element: etree._Element, _plan: ReadingPlan) -> RecordRef:
        name = element[0].text if len(element) else ""
        get = element.get
        return RecordRef(
            type=get("type", ""),
            internal_id=get("internalId", ""),
            external_id=get("externalId", ""),
            script_id=get("scriptId", ""),
            type_id=get("typeId", ""),
            name=name or "",
        )

    def _list(self, element: etree._Element, plan: ReadingPlan) -> Sublist | tuple[Any, ...]:
        _, _, inner = plan.children[plan.only_child]
        read, tag = self._readers[inner.shape], plan.only_child
        values = tuple(read(child, inner) for child in element if child.tag == tag)
        if "replaceAll" in plan.attributes and inner.shape is Shape.STRUCTURE:
            return Sublist(rows=values, mode=SublistMode.MERGE)
        return values

    def _structure(self, element: etree._Element, plan: ReadingPlan) -> Fields:
        said = self._said(element, plan) if element.attrib else plan
        values, custom = self._contents(element, said)
        return Fields(values=values, custom_fields=custom)

    def _contents(
        self, element: etree._Element, plan: ReadingPlan
    ) -> tuple[dict[str, Any], Mapping[str, CustomField]]:
        values: dict[str, Any] = {}
        repeated: dict[str, list[Any]] = {}
        custom: Mapping[str, CustomField] = {}
        if element.attrib:
            for name, shape in plan.attributes.items():
                text = element.get(name)
                if text is not None:
                    values[name] = _SIMPLE[shape](text)
        children, readers = plan.children, self._readers
        for child in element:
            entry = children.get(child.tag)
            if entry is None:  # unknown to our endpoint version, or a comment
                continue
            name, many, inner = entry
            if inner.shape is Shape.CUSTOM_FIELDS:
                custom = self._custom_fields(child, inner)
            elif many:
                repeated.setdefault(name, []).append(readers[inner.shape](child, inner))
            else:
                value = readers[inner.shape](child, inner)
                if value is not None:
                    values[name] = value
        for name, found in repeated.items():
            values[name] = tuple(found)
        return values, custom

    def _record(self, element: etree._Element, plan: ReadingPlan) -> SuiteRecord:
        said = self._said(element, plan)
        values, custom = self._contents(element, said)
        sublists = {name: value for name, value in values.items() if isinstance(value, Sublist)}
        for name in sublists:
            del values[name]
        return SuiteRecord(
            type=said.name[:1].lower() + said.name[1:],
            internal_id=values.pop("internalId", ""),
            external_id=values.pop("externalId", ""),
            values=values,
            custom_fields=custom,
            sublists=sublists,
        )

    def _custom_fields(self, element: etree._Element, plan: ReadingPlan) -> dict[str, CustomField]:
        _, _, declared = next(iter(plan.children.values()))
        found = (self._custom_field(child, declared) for child in element)
        return {field.script_id: field for field in found if field is not None}

    def _custom_field(self, element: etree._Element, plan: ReadingPlan) -> CustomField | None:
        said = self._said(element, plan)
        type_ = _CUSTOM_TYPES.get(said.name)
        entries = [(child, said.children[child.tag]) for child in element if child.tag in said.children]
        values = [self._value(child, inner) for child, (name, _, inner) in entries if name in _VALUES]
        if type_ is None or not values:
            return None
        # Fields of old accounts come without script id; the internal id is always there.
        script_id = element.get("scriptId") or f"@{element.get('internalId', '')}"
        return CustomField(script_id=script_id, type=type_, value=_custom_value(type_, values))

    def _column(self, element: etree._Element, plan: ReadingPlan) -> Any:
        said = self._said(element, plan)
        for child in element:
            entry = said.children.get(child.tag)
            if entry is not None and entry[0] == "searchValue":
                return self._value(child, entry[2])
        return None


def _custom_value(type_: CustomFieldType, values: list[Any]) -> Any:
    if type_ is CustomFieldType.MULTI_SELECT:
        return tuple(_reference(value) for value in values if value)
    return _reference(values[0]) if type_ is CustomFieldType.SELECT else values[0]


def _reference(value: RecordRef) -> Reference:
    found = value.reference()
    if found is None:
        raise ValueError("a select field's value has neither internal nor external id")
    return found
