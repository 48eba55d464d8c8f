"""Reads and writes the values of messages as XML, driven by the declarations."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from streak_netsuite.sandbox.netsuite.declarations import Declarations, ElementDecl, load
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Ref

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# A dateTime without zone is Pacific, never UTC (Oracle help section_1521451348); replies show Pacific.
PACIFIC = ZoneInfo("America/Los_Angeles")

_REFS = frozenset(
    f"core:{name}"
    for name in (
        "BaseRef",
        "CustomRecordRef",
        "CustomizationRef",
        "InitializeAuxRef",
        "InitializeRef",
        "ListOrRecordRef",
        "RecordRef",
    )
)
_CUSTOM_SUFFIX = "CustomFieldRef"


def read_datetime(text: str) -> datetime:
    """Return an aware time; one without zone is taken as Pacific.

    Raises:
        ValueError, OverflowError: the schema allows it and Python cannot hold it (year 0, 24:00).
    """
    value = datetime.fromisoformat(text)
    zoned = value if value.tzinfo else value.replace(tzinfo=PACIFIC)
    return zoned.astimezone(UTC)


def show_datetime(value: datetime) -> str:
    """Return a time as NetSuite shows it: Pacific, with milliseconds and offset."""
    return value.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def show_double(value: Decimal) -> str:
    """Return an xsd:double that keeps every digit."""
    text = format(value, "f")
    return text if "." in text else f"{text}.0"


_READERS: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: text.strip() in {"true", "1"},
    "long": int,
    "int": int,
    "double": lambda text: Decimal(text.strip()),
    "dateTime": lambda text: read_datetime(text.strip()),
}


def show(value: object) -> str:
    """Return a simple value as XML text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return show_double(value)
    if isinstance(value, datetime):
        return show_datetime(value)
    return str(value)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a type's element may hold, inherited parts included."""

    elements: tuple[ElementDecl, ...]
    by_name: Mapping[str, ElementDecl]
    attributes: Mapping[str, str]


class Codec:
    """Turns XML into values and back, in the namespaces of one endpoint version."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._declarations: Declarations = load()
        self.uris = {n.key: n.uri(version) for n in self._declarations.namespaces}
        self._keys = {uri: key for key, uri in self.uris.items()}
        self.nsmap = {n.key: self.uris[n.key] for n in self._declarations.namespaces if "." not in n.key} | {
            "xsi": XSI
        }
        self._plans: dict[str, _Plan] = {}

    def tag(self, key: str, name: str) -> str:
        """Return a qualified name in Clark notation."""
        return f"{{{self.uris[key]}}}{name}"

    def message_type(self, name: str) -> str:
        """Return the type of a message by its element ("getSelectValue", "asyncAddListResponse")."""
        return self._declarations.elements[f"messages:{name}"]

    def element_types(self, type_: str) -> Mapping[str, str]:
        """Return the types of a type's child elements by name, inherited ones included."""
        return {name: decl.type for name, decl in self._plan(type_).by_name.items()}

    def _plan(self, type_: str) -> _Plan:
        found = self._plans.get(type_)
        if found is None:
            lineage = self._declarations.lineage(type_)
            elements = tuple(e for decl in lineage for e in decl.elements)
            found = self._plans[type_] = _Plan(
                elements=elements,
                by_name={e.name: e for e in elements},
                attributes={a.name: a.type for decl in lineage for a in decl.attributes},
            )
        return found

    # --- reading ---

    def actual_type(self, element: etree._Element, declared: str) -> str:
        """Return the type an element says it has (xsi:type), else the declared one."""
        said = element.get(XSI_TYPE)
        if not said:
            return declared
        prefix, _, name = said.strip().rpartition(":")
        return f"{self._keys[element.nsmap[prefix or None]]}:{name}"

    def read(self, element: etree._Element, declared: str) -> Any:
        """Return an element's value; the message was checked against the schema before."""
        if ":" not in declared or declared in self._declarations.enums:
            return _READERS.get(declared, str)(element.text or "")
        type_ = self.actual_type(element, declared)
        if type_ in _REFS:
            return self._read_ref(element, type_)
        if type_.endswith(_CUSTOM_SUFFIX):
            return self._read_custom(element, type_)
        return self._read_fields(element, type_)

    def _read_ref(self, element: etree._Element, type_: str) -> Ref:
        is_custom_record = type_ == "core:CustomRecordRef"
        return Ref(
            internal_id=element.get("internalId", ""),
            external_id=element.get("externalId", ""),
            type="customRecord" if is_custom_record else element.get("type", ""),
            type_id=element.get("typeId", "") if is_custom_record else "",
            script_id=element.get("scriptId", ""),
            name=element.findtext(self.tag("core", "name"), ""),
        )

    def _read_custom(self, element: etree._Element, type_: str) -> CustomValue:
        values = [self.read(child, self._plan(type_).by_name["value"].type) for child in _children(element)]
        kind = type_.partition(":")[2].removesuffix(_CUSTOM_SUFFIX)
        return CustomValue(
            kind=kind,
            value=tuple(values) if kind == "MultiSelect" else values[0],
            script_id=element.get("scriptId", ""),
            internal_id=element.get("internalId", ""),
        )

    def _read_fields(self, element: etree._Element, type_: str) -> Fields:
        plan = self._plan(type_)
        fields: Fields = {"@xsi": type_}
        for name, attribute_type in plan.attributes.items():
            text = element.get(name)
            if text is not None:
                fields[f"@{name}"] = _READERS.get(attribute_type, str)(text)
        for child in _children(element):
            decl = plan.by_name.get(etree.QName(child).localname)
            if decl is None:
                continue  # only when the schema check is switched off
            value = self.read(child, decl.type)
            if decl.most is None:
                fields.setdefault(decl.name, []).append(value)
            else:
                fields[decl.name] = value
        return fields

    # --- writing ---

    def write(self, parent: etree._Element, decl: ElementDecl, value: object) -> None:
        """Append a value as an element of this declaration."""
        element = etree.SubElement(parent, self.tag(decl.namespace, decl.name))
        if isinstance(value, Ref):
            self._write_ref(element, decl.type, value)
        elif isinstance(value, CustomValue):
            self._write_custom(element, value)
        elif isinstance(value, dict):
            self.write_fields(element, decl.type, value)
        else:
            element.text = show(value)

    def write_fields(self, element: etree._Element, declared: str, fields: Fields) -> None:
        """Fill an element from fields, in the schema's order."""
        type_ = fields.get("@xsi", declared)
        plan = self._plan(type_)
        if type_ != declared:
            self._set_type(element, type_)
        for name in plan.attributes:
            if fields.get(f"@{name}") not in {None, ""}:
                element.set(name, show(fields[f"@{name}"]))
        for decl in plan.elements:
            value = fields.get(decl.name)
            if value is None:
                continue
            for one in value if isinstance(value, list) else [value]:
                self.write(element, decl, one)

    def _set_type(self, element: etree._Element, type_: str) -> None:
        key, _, name = type_.partition(":")
        element.set(XSI_TYPE, f"{key}:{name}")

    def _write_ref(self, element: etree._Element, declared: str, ref: Ref) -> None:
        attributes = {"internalId": ref.internal_id, "externalId": ref.external_id}
        if declared == "core:BaseRef":
            self._set_type(element, "core:CustomRecordRef" if ref.type_id else "core:RecordRef")
        if ref.type_id:
            attributes["typeId"] = ref.type_id
        elif declared != "core:ListOrRecordRef":
            attributes["type"] = ref.type
        if declared == "core:CustomizationRef":
            attributes["scriptId"] = ref.script_id
        for name, value in attributes.items():
            if value:
                element.set(name, value)
        if ref.name:
            etree.SubElement(element, self.tag("core", "name")).text = ref.name

    def _write_custom(self, element: etree._Element, custom: CustomValue) -> None:
        type_ = f"core:{custom.kind}{_CUSTOM_SUFFIX}"
        self._set_type(element, type_)
        element.set("internalId", custom.internal_id)
        element.set("scriptId", custom.script_id)
        decl = self._plan(type_).by_name["value"]
        for value in custom.value if isinstance(custom.value, tuple) else (custom.value,):
            self.write(element, decl, value)


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


@functools.cache
def codec_for(version: str) -> Codec:
    """Return the codec of an endpoint version."""
    return Codec(version)
