"""Reads SOAP requests and writes SOAP replies and faults."""

import re
import uuid
from dataclasses import dataclass

from lxml import etree

from streak_netsuite.sandbox.netsuite import preferences, reply_tricks, soap_faults
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.declarations import ElementDecl
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.schema_files import ENVELOPE, request_schema
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.soap_faults import SoapFault
from streak_netsuite.sandbox.netsuite.tba import Passport
from streak_netsuite.sandbox.netsuite.values import Fields
from streak_netsuite.sandbox.netsuite.wsdl import OPERATIONS

MAX_REQUEST_BYTES = 100 * 1024 * 1024  # Oracle help section_N3418637
_AXIS = "http://xml.apache.org/axis/"
_RECORDS = frozenset({"record", "baseRef", "initializeRecord"})
_NAMES = frozenset(o.name for o in OPERATIONS)
_HEADER = re.compile(rb"<([A-Za-z_][\w.-]*:)?Header[\s>].*?</([A-Za-z_][\w.-]*:)?Header>", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request, taken apart.

    `operation` is what shall be done, `is_job` whether an asynchronous job does it.
    """

    operation: str
    element: etree._Element
    passports: tuple[Passport, ...]
    has_other_credentials: bool
    preferences: Preferences
    is_job: bool = False

    @property
    def asked(self) -> str:
        """Return the operation the client named: a job carries out another one ("addList")."""
        return _local(self.element)

    def read(self, codec: Codec) -> Fields:
        """Return the request's values; a fault when one cannot be held."""
        try:
            fields: Fields = codec.read(self.element, codec.message_type(self.operation))
        except (ValueError, ArithmeticError) as error:
            raise soap_faults.bad_content(f"java.lang.NumberFormatException: {error}") from error
        return fields

    def record_elements(self) -> list[etree._Element]:
        """Return the records a list carries."""
        return [c for c in self.element if isinstance(c.tag, str) and _local(c) in _RECORDS]

    def text(self) -> str:
        """Return the operation's element as XML."""
        return str(etree.tostring(self.element, encoding="unicode"))

    def record_texts(self) -> list[str]:
        """Return the records a list carries, as XML."""
        return [etree.tostring(e, encoding="unicode") for e in self.record_elements()]


def without_header(raw: bytes) -> str:
    """Return a request's text without its header, which holds the credentials.

    What still speaks of a passport then is not well-formed, and nothing of it is returned.
    """
    rest = _HEADER.sub(b"", raw)
    return "" if b"assport" in rest else rest.decode("utf-8", "replace")


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def parse(raw: bytes, codec: Codec) -> Call:
    """Return the call in a request; a fault when it is not one of ours."""
    if len(raw) > MAX_REQUEST_BYTES:
        raise soap_faults.too_large(MAX_REQUEST_BYTES)
    root = _parse_xml(raw)
    header, body = (root.find(f"{{{ENVELOPE}}}{name}") for name in ("Header", "Body"))
    content = [c for c in body if isinstance(c.tag, str)] if body is not None else []
    if _local(root) != "Envelope" or len(content) != 1:
        raise soap_faults.bad_content("A SOAP envelope with exactly one element in its body is expected.")
    name = etree.QName(content[0])
    if name.namespace != codec.uris["messages"]:
        raise _wrong_namespace(name)
    if name.localname not in _NAMES:
        raise soap_faults.bad_content(f"No such operation '{name.localname}'")
    headers = [c for c in header if isinstance(c.tag, str)] if header is not None else []
    return _call(name.localname, content[0], headers)


def _parse_xml(raw: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise soap_faults.bad_content(f"org.xml.sax.SAXParseException: {error}") from error


def _wrong_namespace(name: etree.QName) -> SoapFault:
    version = re.match(r"urn:messages_(\w+?)\.platform", name.namespace or "")
    if version:
        return soap_faults.unsupported_version(version.group(1))
    return soap_faults.bad_content(f"No such operation '{name.localname}'")


def _call(operation: str, element: etree._Element, headers: list[etree._Element]) -> Call:
    by_name: dict[str, list[etree._Element]] = {}
    for entry in headers:
        by_name.setdefault(_local(entry), []).append(entry)
    wishes = {
        _local(child): child.text or ""
        for name in ("preferences", "searchPreferences")
        for entry in by_name.get(name, [])
        for child in entry
        if isinstance(child.tag, str)
    }
    application = [c for e in by_name.get("applicationInfo", []) for c in e if (c.text or "").strip()]
    return Call(
        operation=operation,
        element=element,
        passports=tuple(_passport(e) for e in by_name.get("tokenPassport", [])),
        has_other_credentials=bool(application) or "passport" in by_name,
        preferences=preferences.read(wishes),
    )


def _passport(element: etree._Element) -> Passport:
    texts = {_local(c): (c.text or "").strip() for c in element if isinstance(c.tag, str)}
    signatures = [c for c in element if isinstance(c.tag, str) and _local(c) == "signature"]
    return Passport(
        account=texts.get("account", ""),
        consumer_key=texts.get("consumerKey", ""),
        token=texts.get("token", ""),
        nonce=texts.get("nonce", ""),
        timestamp=texts.get("timestamp", ""),
        signature=texts.get("signature", ""),
        algorithm=signatures[0].get("algorithm", "") if signatures else "",
    )


def check_schema(call: Call, version: str) -> None:
    """Refuse a request with an unknown element, a wrong order or a value of the wrong type."""
    schema = request_schema(version)
    if not schema.validate(call.element.getroottree()):
        error = schema.error_log[0]
        message = re.sub(r"\{urn:[^}]*\}", "", error.message)
        raise soap_faults.bad_content(f"org.xml.sax.SAXException: line {error.line}: {message}")


# --- replies ---


def _open(codec: Codec) -> etree._Element:
    return etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soapenv": ENVELOPE, **codec.nsmap})


def _to_bytes(root: etree._Element) -> bytes:
    out: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return out


def reply(codec: Codec, operation: str, content: Fields, *, account: str, settings: Settings) -> bytes:
    """Return the reply to an operation, with the nsId that NetSuite's support asks for."""
    root = _open(codec)
    header = etree.SubElement(root, f"{{{ENVELOPE}}}Header")
    info = etree.SubElement(header, codec.tag("messages", "documentInfo"))
    ns_id = f"WEBSERVICES_{account}_{uuid.uuid4().hex}"
    etree.SubElement(info, codec.tag("messages", "nsId")).text = ns_id
    body = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
    name = f"{operation}Response"
    decl = ElementDecl(name=name, namespace="messages", type=codec.message_type(name), least=1, most=1)
    codec.write(body, decl, content)
    reply_tricks.play(body, codec, settings)
    return _to_bytes(root)


def fault(codec: Codec, problem: SoapFault) -> bytes:
    """Return a fault's envelope."""
    root = _open(codec)
    body = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
    node = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(node, "faultcode").text = "soapenv:Server.userException"
    etree.SubElement(node, "faultstring").text = problem.message
    detail = etree.SubElement(node, "detail")
    if problem.name:
        inner = etree.SubElement(detail, codec.tag("faults", problem.name))
        etree.SubElement(inner, codec.tag("faults", "code")).text = problem.code
        etree.SubElement(inner, codec.tag("faults", "message")).text = problem.message
    host = etree.SubElement(detail, f"{{{_AXIS}}}hostname", nsmap={"axis": _AXIS})
    host.text = soap_faults.HOST
    return _to_bytes(root)
