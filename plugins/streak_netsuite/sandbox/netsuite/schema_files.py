"""The schemas of the subset, rendered for one endpoint version, and compiled to check requests."""

import functools
import re

from lxml import etree

from streak_netsuite.sandbox.netsuite.declarations import (
    AttributeDecl,
    Declarations,
    ElementDecl,
    NamespaceDecl,
    TypeDecl,
    load,
)

XSD = "http://www.w3.org/2001/XMLSchema"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"

# Every namespace of NetSuite's WSDL: key, family and file, in the order in which a reader meets them. Clients
# such as netsuitesdk go by zeep's numbers for them (ns0 is core, ns13 relationships), so none may be missing.
_IN_ORDER = """
core platform platform.core
types.core platform platform.coreTypes
types.faults platform platform.faultTypes
faults platform platform.faults
messages platform platform.messages
common platform platform.common
types.common platform platform.commonTypes
scheduling activities activities.scheduling
types.scheduling activities activities.schedulingTypes
communication general general.communication
types.communication general general.communicationTypes
filecabinet documents documents.fileCabinet
types.filecabinet documents documents.fileCabinetTypes
relationships lists lists.relationships
types.relationships lists lists.relationshipTypes
support lists lists.support
types.support lists lists.supportTypes
accounting lists lists.accounting
types.accounting lists lists.accountingTypes
sales transactions transactions.sales
types.sales transactions transactions.saleTypes
purchases transactions transactions.purchases
types.purchases transactions transactions.purchaseTypes
customers transactions transactions.customers
types.customers transactions transactions.customerTypes
financial transactions transactions.financial
types.financial transactions transactions.financialTypes
bank transactions transactions.bank
types.bank transactions transactions.bankTypes
inventory transactions transactions.inventory
types.inventory transactions transactions.inventoryTypes
general transactions transactions.general
customization setup setup.customization
types.customization setup setup.customizationTypes
employees lists lists.employees
types.employees lists lists.employeeTypes
website lists lists.website
types.website lists lists.websiteTypes
employees transactions transactions.employees
types.employees transactions transactions.employeeTypes
marketing lists lists.marketing
types.marketing lists lists.marketingTypes
demandplanning transactions transactions.demandPlanning
types.demandplanning transactions transactions.demandPlanningTypes
supplychain lists lists.supplyChain
types.supplychain lists lists.supplyChainTypes
"""


@functools.cache
def namespaces() -> tuple[NamespaceDecl, ...]:
    """Return every namespace in NetSuite's order; those outside the subset declare nothing."""
    declared = {(n.key, n.family): n for n in load().namespaces}
    rows = [line.split() for line in _IN_ORDER.split("\n") if line]
    return tuple(declared.get((key, family)) or _empty(key, family, file) for key, family, file in rows)


def _empty(key: str, family: str, file: str) -> NamespaceDecl:
    return NamespaceDecl(key=key, family=family, file=file, types=(), enums={}, elements={})


def xsd_name(namespace: NamespaceDecl) -> str:
    """Return a schema's file name."""
    return f"{namespace.file}.xsd"


def _prefix(key: str) -> str:
    """Return an XML prefix for a namespace key ("types.core" -> "typesCore")."""
    return re.sub(r"\.(\w)", lambda m: m.group(1).upper(), key)


def _qname(type_: str) -> str:
    key, _, name = type_.partition(":")
    return f"{_prefix(key)}:{name}" if name else f"xsd:{type_}"


def to_bytes(root: etree._Element) -> bytes:
    """Return a document with line breaks and a declaration."""
    etree.indent(root)
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return out


# --- schemas ---


def _keys_used(namespace: NamespaceDecl) -> list[str]:
    used = {e.type for t in namespace.types for e in t.elements}
    used |= {a.type for t in namespace.types for a in t.attributes}
    used |= {t.base for t in namespace.types if t.base}
    used |= set(namespace.elements.values())
    used |= {f"{e.namespace}:{e.name}" for t in namespace.types for e in t.elements if e.is_ref}
    keys = {u.partition(":")[0] for u in used if ":" in u}
    return sorted(keys - {namespace.key})


def render(declarations: Declarations, namespace: NamespaceDecl, version: str) -> bytes:
    """Return one schema."""
    imported = _keys_used(namespace)
    spaces = {_prefix(k): declarations.namespace(k).uri(version) for k in imported}
    spaces |= {_prefix(namespace.key): namespace.uri(version), "xsd": XSD}
    root = etree.Element(
        f"{{{XSD}}}schema",
        nsmap=spaces,
        targetNamespace=namespace.uri(version),
        elementFormDefault="qualified",
        attributeFormDefault="unqualified",
    )
    for key in imported:
        other = declarations.namespace(key)
        etree.SubElement(
            root, f"{{{XSD}}}import", namespace=other.uri(version), schemaLocation=xsd_name(other)
        )
    for name, values in namespace.enums.items():
        _add_enum(root, name.partition(":")[2], values)
    for decl in namespace.types:
        _add_type(root, decl)
    for name, type_ in namespace.elements.items():
        etree.SubElement(root, f"{{{XSD}}}element", name=name.partition(":")[2], type=_qname(type_))
    return to_bytes(root)


def _add_enum(parent: etree._Element, name: str, values: tuple[str, ...]) -> None:
    simple = etree.SubElement(parent, f"{{{XSD}}}simpleType", name=name)
    restriction = etree.SubElement(simple, f"{{{XSD}}}restriction", base="xsd:string")
    for value in values:
        etree.SubElement(restriction, f"{{{XSD}}}enumeration", value=value)


def _add_type(parent: etree._Element, decl: TypeDecl) -> None:
    node = etree.SubElement(parent, f"{{{XSD}}}complexType", name=decl.name)
    if decl.abstract:
        node.set("abstract", "true")
    content = node
    if decl.base:
        kind = "simpleContent" if decl.has_text else "complexContent"
        wrapper = etree.SubElement(node, f"{{{XSD}}}{kind}")
        content = etree.SubElement(wrapper, f"{{{XSD}}}extension", base=_qname(decl.base))
    if decl.elements:
        sequence = etree.SubElement(content, f"{{{XSD}}}sequence")
        for element in decl.elements:
            _add_element(sequence, element)
    for attribute in decl.attributes:
        _add_attribute(content, attribute)


def _add_element(parent: etree._Element, decl: ElementDecl) -> None:
    node = etree.SubElement(parent, f"{{{XSD}}}element")
    if decl.is_ref:
        node.set("ref", f"{_prefix(decl.namespace)}:{decl.name}")
    else:
        node.set("name", decl.name)
        node.set("type", _qname(decl.type))
    if decl.least == 0:
        node.set("minOccurs", "0")
    if decl.most is None:
        node.set("maxOccurs", "unbounded")
    if decl.default is not None:
        node.set("default", decl.default)


def _add_attribute(parent: etree._Element, decl: AttributeDecl) -> None:
    node = etree.SubElement(parent, f"{{{XSD}}}attribute", name=decl.name, type=_qname(decl.type))
    if decl.required:
        node.set("use", "required")
    if decl.default is not None:
        node.set("default", decl.default)


# --- validation ---

_ENVELOPE_XSD = f"""<xsd:schema xmlns:xsd="{XSD}" xmlns:e="{ENVELOPE}"
  targetNamespace="{ENVELOPE}" elementFormDefault="qualified">
  <xsd:element name="Envelope"><xsd:complexType><xsd:sequence>
    <xsd:element name="Header" minOccurs="0"><xsd:complexType><xsd:sequence>
      <xsd:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xsd:sequence>
      <xsd:anyAttribute processContents="skip"/></xsd:complexType></xsd:element>
    <xsd:element name="Body"><xsd:complexType><xsd:sequence>
      <xsd:any processContents="strict"/></xsd:sequence>
      <xsd:anyAttribute processContents="skip"/></xsd:complexType></xsd:element>
  </xsd:sequence><xsd:anyAttribute processContents="skip"/></xsd:complexType></xsd:element>
</xsd:schema>"""


class _Memory(etree.Resolver):  # type: ignore[misc]  # lxml ships no types
    """Hands the rendered schemas to libxml2."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self._files = files

    def resolve(self, url: str, _public_id: str, context: object) -> object:
        """Return the schema with this file name."""
        return self.resolve_string(self._files[url.rpartition("/")[2]], context)


@functools.cache
def request_schema(version: str) -> etree.XMLSchema:
    """Return the compiled schema of a whole SOAP envelope whose body is one of our messages.

    Headers are not looked into: NetSuite ignores what it does not know there.
    """
    declarations = load()
    files = {f"{n.file}.xsd": render(declarations, n, version) for n in declarations.namespaces}
    files["envelope.xsd"] = _ENVELOPE_XSD.encode()
    imports = [(n.uri(version), f"{n.file}.xsd") for n in declarations.namespaces]
    lines = [
        f'<xsd:import namespace="{uri}" schemaLocation="memory:///{file}"/>'
        for uri, file in [*imports, (ENVELOPE, "envelope.xsd")]
    ]
    driver = f'<xsd:schema xmlns:xsd="{XSD}">{"".join(lines)}</xsd:schema>'
    parser = etree.XMLParser()
    parser.resolvers.add(_Memory(files))
    return etree.XMLSchema(etree.fromstring(driver, parser, base_url="memory:///driver.xsd"))
