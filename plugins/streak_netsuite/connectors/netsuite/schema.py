"""The account's own schema: which types there are, how to build them and how to read them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import zeep
from rapidfuzz import process
from zeep.exceptions import LookupError as UnknownType
from zeep.xsd import ComplexType
from zeep.xsd.types import builtins

from streak_netsuite.errors import ConfigurationError


class Shape(StrEnum):
    """How an element's content is to be read."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MOMENT = "moment"
    REFERENCE = "reference"
    CUSTOM_FIELDS = "custom fields"
    CUSTOM_FIELD = "custom field"
    COLUMN = "column"
    LIST = "list"
    STRUCTURE = "structure"
    RECORD = "record"
    ROW = "row"


# In this order: zeep derives its whole numbers from its decimals.
_SIMPLE: tuple[tuple[type, Shape], ...] = (
    (builtins.Boolean, Shape.BOOLEAN),
    (builtins.Integer, Shape.INTEGER),
    (builtins.Decimal, Shape.DECIMAL),
    (builtins.Double, Shape.DECIMAL),
    (builtins.Float, Shape.DECIMAL),
    (builtins.DateTime, Shape.MOMENT),
)
_REFERENCES = frozenset(
    "BaseRef RecordRef CustomizationRef CustomRecordRef CustomTransactionRef InitializeRef InitializeAuxRef "
    "ListOrRecordRef".split()
)
_CUSTOM_FIELD_LISTS = frozenset({"CustomFieldList", "SearchColumnCustomFieldList"})


@dataclass(slots=True)
class ReadingPlan:
    """How to read one type. Compiled once from the schema, then shared.

    Attributes:
        name: the type's local name ("SalesOrder").
        children: by qualified tag: the element's name, whether it repeats, and the type to read it as.
        only_child: the tag of a LIST's one repeated element.
    """

    name: str
    shape: Shape
    children: Mapping[str, tuple[str, bool, "ReadingPlan"]]
    attributes: Mapping[str, Shape]
    only_child: str = ""


class SuiteSchema:
    """One endpoint version's types, from the account's WSDL. Shared by threads."""

    def __init__(self, client: zeep.Client) -> None:
        self.client = client
        self._names = _names_by_local_name(client)
        self._plans: dict[int, ReadingPlan] = {}
        self._named: dict[str, ReadingPlan | None] = {}
        self._lock = threading.RLock()

    def type(self, name: str) -> ComplexType:
        """Return a type by its local name ("SalesOrderItem").

        Raises:
            ConfigurationError: there is none; the message names near ones.
        """
        found = self._names.get(name)
        if found is None:
            near = process.extractOne(name, self._names.keys())
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise ConfigurationError(f"NetSuite's schema has no type '{name}'{hint}")
        type_: ComplexType = self.client.get_type(found)
        return type_

    def build(self, name: str, /, **values: Any) -> Any:
        """Return an object of a type, for a request.

        Raises:
            ConfigurationError: the type has no field of that name.
        """
        type_ = self.type(name)
        try:
            return type_(**values)
        except TypeError as error:
            raise _unknown_field(type_, values) from error

    def record_type(self, record_type: str) -> ComplexType:
        """Return the type of a record by SuiteTalk's name for it ("salesOrder")."""
        return self.type(record_type[:1].upper() + record_type[1:])

    def plan_of(self, type_: Any) -> ReadingPlan:
        """Return how to read a type."""
        known = self._plans.get(id(type_))
        if known is not None:
            return known
        with self._lock:
            return self._plans.get(id(type_)) or self._compile(type_)

    def plan_named(self, qualified: str) -> ReadingPlan | None:
        """Return how to read the type an xsi:type names; None when the schema does not know it."""
        if qualified not in self._named:
            try:
                self._named[qualified] = self.plan_of(self.client.get_type(qualified))
            except (UnknownType, ValueError):
                self._named[qualified] = None
        return self._named[qualified]

    def reply_plan(self, tag: str) -> ReadingPlan | None:
        """Return how to read a reply by the tag of its body's element; None when it is none of ours."""
        try:
            return self.plan_of(self.client.get_element(tag).type)
        except (UnknownType, ValueError):
            return None

    def _compile(self, type_: Any) -> ReadingPlan:
        children: dict[str, tuple[str, bool, ReadingPlan]] = {}
        plan = ReadingPlan(
            name=_local(type_), shape=_shape(type_), children=children, attributes=_attributes(type_)
        )
        self._plans[id(type_)] = plan  # before its children: types refer to each other
        if isinstance(type_, ComplexType):
            for name, element in type_.elements:
                if hasattr(element, "qname"):
                    entry = (name, bool(element.accepts_multiple), self.plan_of(element.type))
                    children[str(element.qname)] = entry
        if plan.shape is Shape.LIST:
            plan.only_child = next(iter(children))
        return plan


def _names_by_local_name(client: zeep.Client) -> dict[str, str]:
    """Return the qualified name of each type; an enumeration gives way to a record of the same name."""
    names: dict[str, str] = {}
    for document in client.wsdl.types.documents:
        for qualified in map(str, document._types):
            if not qualified.startswith("{urn:types."):
                names.setdefault(qualified.rpartition("}")[2], qualified)
    return names


def _local(type_: Any) -> str:
    return str(type_.qname.localname) if type_.qname is not None else ""


def _attributes(type_: Any) -> dict[str, Shape]:
    if not isinstance(type_, ComplexType):
        return {}
    return {name: _simple_shape(attribute.type) for name, attribute in type_.attributes}


def _simple_shape(type_: Any) -> Shape:
    return next((shape for kind, shape in _SIMPLE if isinstance(type_, kind)), Shape.TEXT)


def _shape(type_: Any) -> Shape:
    if not isinstance(type_, ComplexType):
        return _simple_shape(type_)
    name = _local(type_)
    elements = list(type_.elements)
    if name in _REFERENCES:
        return Shape.REFERENCE
    if name in _CUSTOM_FIELD_LISTS:
        return Shape.CUSTOM_FIELDS
    return _NAMED.get(name) or _shape_by_name(name) or _shape_by_content(type_, elements)


_NAMED: Mapping[str, Shape] = {"Record": Shape.RECORD, "SearchRow": Shape.ROW}


def _shape_by_name(name: str) -> Shape | None:
    if name.endswith("CustomFieldRef"):
        return Shape.CUSTOM_FIELD
    if name.startswith("SearchColumn") and name.endswith("Field"):
        return Shape.COLUMN
    return None


def _shape_by_content(type_: ComplexType, elements: list[tuple[str, Any]]) -> Shape:
    """A type with one repeated element, and at most replaceAll beside it, is a list."""
    alone = len(elements) == 1 and hasattr(elements[0][1], "accepts_multiple")
    bare = all(name == "replaceAll" for name, _ in type_.attributes)
    return Shape.LIST if alone and bare and elements[0][1].accepts_multiple else Shape.STRUCTURE


def _unknown_field(type_: ComplexType, values: Mapping[str, Any]) -> ConfigurationError:
    known = [name for name, _ in (*type_.elements, *type_.attributes)]
    strange = [name for name in values if name not in known]
    name = strange[0] if strange else ""
    near = process.extractOne(name, known) if known else None
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return ConfigurationError(f"{_local(type_)} has no field '{name}' in NetSuite's schema{hint}")
