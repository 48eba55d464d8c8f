"""The WSDL and the schemas of the subset, rendered for one endpoint version."""

import functools
import re
from dataclasses import dataclass

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
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
HTTP_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"

_HEADERS = (
    "applicationInfo",
    "partnerInfo",
    "documentInfo",
    "preferences",
    "searchPreferences",
    "tokenPassport",
)
_LOGIN_FAULTS = ("InsufficientPermissionFault", "InvalidSessionFault", "InvalidCredentialsFault")
_LIMIT_FAULTS = (
    "ExceededConcurrentRequestLimitFault",
    "ExceededRequestLimitFault",
    "ExceededUsageLimitFault",
)
_SIZE_FAULTS = ("ExceededRecordCountFault", "ExceededRequestSizeFault")
_RECORD_FAULTS = (*_LOGIN_FAULTS, *_LIMIT_FAULTS, *_SIZE_FAULTS, "UnexpectedErrorFault")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One SOAP operation: which request headers it takes and which faults it declares."""

    name: str
    preferences: str = "preferences"
    faults: tuple[str, ...] = _RECORD_FAULTS

    @property
    def headers(self) -> tuple[str, ...]:
        """Return the request's header parts."""
        parts = ("tokenPassport", "applicationInfo", "partnerInfo", self.preferences)
        return tuple(p for p in parts if p)


OPERATIONS = (
    *(
        Operation(name=name)
        for name in (
            "add",
            "delete",
            "update",
            "upsert",
            "addList",
            "deleteList",
            "updateList",
            "upsertList",
            "get",
            "getList",
            "getAll",
        )
    ),
    Operation(name="search", preferences="searchPreferences"),
    Operation(name="searchMoreWithId", preferences="searchPreferences"),
    Operation(
        name="getDataCenterUrls",
        faults=(*_LOGIN_FAULTS, "ExceededRequestSizeFault", "UnexpectedErrorFault"),
    ),
    Operation(
        name="getServerTime",
        preferences="",
        faults=(*_LOGIN_FAULTS, *_LIMIT_FAULTS, "UnexpectedErrorFault"),
    ),
)


def wsdl_path(version: str) -> str:
    """Return where the WSDL lies below the host ("/wsdl/v2025_2_0/netsuite.wsdl")."""
    return f"/wsdl/v{version}_0/netsuite.wsdl"


def xsd_name(namespace: NamespaceDecl) -> str:
    """Return a schema's file name."""
    return f"{namespace.file}.xsd"


@functools.cache
def render_files(version: str) -> dict[str, bytes]:
    """Return every file by its path relative to the WSDL's folder ("netsuite.wsdl", "xsd/...")."""
    declarations = load()
    files = {f"xsd/{xsd_name(n)}": _schema(declarations, n, version) for n in declarations.namespaces}
    files["netsuite.wsdl"] = _wsdl(declarations, version)
    return files


def _prefix(key: str) -> str:
    """Return an XML prefix for a namespace key ("types.core" -> "typesCore")."""
    return re.sub(r"\.(\w)", lambda m: m.group(1).upper(), key)


def _qname(type_: str) -> str:
    key, _, name = type_.partition(":")
    return f"{_prefix(key)}:{name}" if name else f"xsd:{type_}"


def _to_bytes(root: etree._Element) -> bytes:
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


def _schema(declarations: Declarations, namespace: NamespaceDecl, version: str) -> bytes:
    imported = _keys_used(namespace)
    spaces = {_prefix(k): declarations.namespace(k).uri(version) for k in [namespace.key, *imported]} | {
        "xsd": XSD
    }
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
    return _to_bytes(root)


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


# --- WSDL ---


def _wsdl(declarations: Declarations, version: str) -> bytes:
    target = f"urn:platform_{version}.webservices.netsuite.com"
    root = etree.Element(
        f"{{{WSDL}}}definitions",
        nsmap={
            None: WSDL,
            "tns": target,
            "soap": WSDL_SOAP,
            "messages": declarations.namespace("messages").uri(version),
            "faults": declarations.namespace("faults").uri(version),
        },
        targetNamespace=target,
    )
    _add_imports(root, declarations, version)
    _add_messages(root)
    port_type = etree.SubElement(root, f"{{{WSDL}}}portType", name="NetSuitePortType")
    for operation in OPERATIONS:
        _add_port_operation(port_type, operation)
    _add_binding(root)
    _add_service(root, version)
    return _to_bytes(root)


def _add_imports(root: etree._Element, declarations: Declarations, version: str) -> None:
    types = etree.SubElement(root, f"{{{WSDL}}}types")
    schema = etree.SubElement(types, f"{{{XSD}}}schema", nsmap={"xsd": XSD}, elementFormDefault="qualified")
    for namespace in declarations.namespaces:
        etree.SubElement(
            schema,
            f"{{{XSD}}}import",
            namespace=namespace.uri(version),
            schemaLocation=f"xsd/{xsd_name(namespace)}",
        )


def _add_message(root: etree._Element, name: str, parts: dict[str, str]) -> None:
    message = etree.SubElement(root, f"{{{WSDL}}}message", name=name)
    for part, element in parts.items():
        etree.SubElement(message, f"{{{WSDL}}}part", name=part, element=element)


def _add_messages(root: etree._Element) -> None:
    _add_message(root, "headers", {h: f"messages:{h}" for h in _HEADERS})
    for operation in OPERATIONS:
        _add_message(root, f"{operation.name}Request", {"parameters": f"messages:{operation.name}"})
        _add_message(root, f"{operation.name}Response", {"parameters": f"messages:{operation.name}Response"})
    for fault in _RECORD_FAULTS:
        _add_message(root, fault, {"fault": f"faults:{fault[0].lower()}{fault[1:]}"})


def _add_port_operation(port_type: etree._Element, operation: Operation) -> None:
    node = etree.SubElement(port_type, f"{{{WSDL}}}operation", name=operation.name)
    for kind, name in (("input", f"{operation.name}Request"), ("output", f"{operation.name}Response")):
        etree.SubElement(node, f"{{{WSDL}}}{kind}", name=name, message=f"tns:{name}")
    for fault in operation.faults:
        etree.SubElement(node, f"{{{WSDL}}}fault", name=fault, message=f"tns:{fault}")


def _add_binding(root: etree._Element) -> None:
    binding = etree.SubElement(
        root, f"{{{WSDL}}}binding", name="NetSuiteBinding", type="tns:NetSuitePortType"
    )
    etree.SubElement(binding, f"{{{WSDL_SOAP}}}binding", style="document", transport=HTTP_TRANSPORT)
    for operation in OPERATIONS:
        node = etree.SubElement(binding, f"{{{WSDL}}}operation", name=operation.name)
        etree.SubElement(node, f"{{{WSDL_SOAP}}}operation", soapAction=operation.name)
        _add_bound(node, "input", f"{operation.name}Request", operation.headers)
        _add_bound(node, "output", f"{operation.name}Response", ("documentInfo",))
        for fault in operation.faults:
            outer = etree.SubElement(node, f"{{{WSDL}}}fault", name=fault)
            etree.SubElement(outer, f"{{{WSDL_SOAP}}}fault", name=fault, use="literal")


def _add_bound(operation: etree._Element, kind: str, name: str, headers: tuple[str, ...]) -> None:
    node = etree.SubElement(operation, f"{{{WSDL}}}{kind}", name=name)
    for part in headers:
        etree.SubElement(node, f"{{{WSDL_SOAP}}}header", message="tns:headers", part=part, use="literal")
    etree.SubElement(node, f"{{{WSDL_SOAP}}}body", use="literal")


def _add_service(root: etree._Element, version: str) -> None:
    # As in NetSuite's own WSDL, the address belongs to no account: clients must bring their own host.
    service = etree.SubElement(root, f"{{{WSDL}}}service", name="NetSuiteService")
    port = etree.SubElement(service, f"{{{WSDL}}}port", name="NetSuitePort", binding="tns:NetSuiteBinding")
    etree.SubElement(
        port,
        f"{{{WSDL_SOAP}}}address",
        location=f"https://webservices.netsuite.com/services/NetSuitePort_{version}",
    )


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
    files = {f"{n.file}.xsd": _schema(declarations, n, version) for n in declarations.namespaces}
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
