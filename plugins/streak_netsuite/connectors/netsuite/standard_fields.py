"""Which standard fields a record has, by the account's own schema."""

from collections.abc import Mapping

from streak_netsuite.connectors.netsuite.schema import ReadingPlan, Shape, SuiteSchema
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.custom_field import CustomFieldType

# A moment is a day unless a mapping says otherwise: SuiteTalk declares both as xsd:dateTime.
_TYPES: Mapping[Shape, CustomFieldType] = {
    Shape.TEXT: CustomFieldType.TEXT,
    Shape.BOOLEAN: CustomFieldType.CHECKBOX,
    Shape.INTEGER: CustomFieldType.INTEGER,
    Shape.DECIMAL: CustomFieldType.DECIMAL,
    Shape.MOMENT: CustomFieldType.DATE,
    Shape.REFERENCE: CustomFieldType.SELECT,
}


def standard_fields(
    schema: SuiteSchema, record_type: str, *, sublist: str = ""
) -> Mapping[str, CustomFieldType]:
    """Return the fields of a record that hold one value each, by SuiteTalk's names, with what they take.

    Args:
        sublist: its lines' fields in place of the record's own ("itemList").

    Raises:
        ConfigurationError: the schema has no such record type or sublist.
    """
    plan = schema.plan_of(schema.record_type(record_type))
    if sublist:
        plan = _lines(plan, sublist)
    return {
        name: _TYPES[inner.shape]
        for name, repeats, inner in plan.children.values()
        if inner.shape in _TYPES and not repeats
    }


def _lines(plan: ReadingPlan, sublist: str) -> ReadingPlan:
    for name, _, inner in plan.children.values():
        if name == sublist and inner.shape is Shape.LIST:
            return inner.children[inner.only_child][2]
    raise ConfigurationError(f"{plan.name} has no sublist '{sublist}' in NetSuite's schema")
