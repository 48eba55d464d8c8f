"""The WSDL and the schemas of the subset, rendered for one endpoint version."""

import functools
from dataclasses import dataclass

from lxml import etree

from streak_netsuite.sandbox.netsuite import schema_files
from streak_netsuite.sandbox.netsuite.declarations import Declarations, load
from streak_netsuite.sandbox.netsuite.schema_files import XSD

WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
HTTP_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"

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
_ACCOUNT_FAULTS = (*_LOGIN_FAULTS, *_LIMIT_FAULTS, "UnexpectedErrorFault")
_CONCURRENCY_FAULTS = ("ExceededConcurrentRequestLimitFault", "ExceededRequestLimitFault")
_JOB_FAULTS = (*_LOGIN_FAULTS, *_CONCURRENCY_FAULTS, *_SIZE_FAULTS, "UnexpectedErrorFault")
_ALL_FAULTS = (*_RECORD_FAULTS, "AsyncFault")


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
            "getSavedSearch",
            "getCustomizationId",
            "initialize",
            "initializeList",
            "getSelectValue",
            "getItemAvailability",
            "getCurrencyRate",
            "attach",
            "detach",
            "getDeleted",
            "asyncInitializeList",
        )
    ),
    *(
        Operation(name=name, faults=_JOB_FAULTS)
        for name in ("asyncAddList", "asyncUpdateList", "asyncUpsertList", "asyncDeleteList", "asyncGetList")
    ),
    Operation(name="asyncSearch", preferences="searchPreferences", faults=_JOB_FAULTS),
    Operation(name="getAsyncResult", faults=_ALL_FAULTS),
    Operation(
        name="checkAsyncStatus",
        faults=(*_LOGIN_FAULTS, *_CONCURRENCY_FAULTS, "UnexpectedErrorFault", "AsyncFault"),
    ),
    Operation(name="search", preferences="searchPreferences"),
    Operation(name="searchMoreWithId", preferences="searchPreferences"),
    Operation(
        name="getDataCenterUrls",
        faults=(*_LOGIN_FAULTS, "ExceededRequestSizeFault", "UnexpectedErrorFault"),
    ),
    *(
        Operation(name=name, preferences="", faults=_ACCOUNT_FAULTS)
        for name in ("getServerTime", "getAccountGovernanceInfo", "getIntegrationGovernanceInfo")
    ),
)


def wsdl_path(version: str) -> str:
    """Return where the WSDL lies below the host ("/wsdl/v2025_2_0/netsuite.wsdl")."""
    return f"/wsdl/v{version}_0/netsuite.wsdl"


@functools.cache
def render_files(version: str) -> dict[str, bytes]:
    """Return every file by its path relative to the WSDL's folder ("netsuite.wsdl", "xsd/...")."""
    declarations = load()
    files = {
        f"xsd/{schema_files.xsd_name(n)}": schema_files.render(declarations, n, version)
        for n in schema_files.namespaces()
    }
    files["netsuite.wsdl"] = _wsdl(declarations, version)
    return files


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
    _add_imports(root, version)
    _add_messages(root)
    port_type = etree.SubElement(root, f"{{{WSDL}}}portType", name="NetSuitePortType")
    for operation in OPERATIONS:
        _add_port_operation(port_type, operation)
    _add_binding(root)
    _add_service(root, version)
    return schema_files.to_bytes(root)


def _add_imports(root: etree._Element, version: str) -> None:
    types = etree.SubElement(root, f"{{{WSDL}}}types")
    schema = etree.SubElement(types, f"{{{XSD}}}schema", nsmap={"xsd": XSD}, elementFormDefault="qualified")
    for namespace in schema_files.namespaces():
        etree.SubElement(
            schema,
            f"{{{XSD}}}import",
            namespace=namespace.uri(version),
            schemaLocation=f"xsd/{schema_files.xsd_name(namespace)}",
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
    for fault in _ALL_FAULTS:
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
