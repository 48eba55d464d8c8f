"""A SOAP reply, opened: its content or its fault, and the handle NetSuite's support asks for."""

import re
from dataclasses import dataclass

from lxml import etree

from streak_netsuite.connectors.netsuite.faults import fault_detail

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
# "org.xml.sax.SAXException: ...": a Java exception's name is the same in every language of an account.
_EXCEPTION = re.compile(r"\s*(?:\w+\.)+(\w+Exception)\b")
_ENVELOPE_WITHIN = 2048  # bytes; every SOAP reply names its Envelope there, an HTML error page does not


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Why a whole request was refused.

    Attributes:
        element: the detail's name ("invalidCredentialsFault"); of a fault without one, the Java exception that its text
            begins with ("SAXException"); or "".
    """

    element: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply: the body's element, or a fault instead."""

    content: etree._Element
    fault: Fault | None
    ns_id: str


def open_envelope(content: bytes) -> Reply | None:
    """Return the reply in these bytes, or None when they are no SOAP envelope.

    Text nodes may be of any size: NetSuite sends whole files and long notes as one.

    Raises:
        lxml.etree.XMLSyntaxError: an envelope that is broken off or not well-formed.
    """
    if b"Envelope" not in content[:_ENVELOPE_WITHIN]:
        return None
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True))
    body = root.find(f"{_SOAP}Body")
    inside = next((child for child in body if isinstance(child.tag, str)), None) if body is not None else None
    if inside is None:
        return None
    fault = _fault(inside) if inside.tag == f"{_SOAP}Fault" else None
    return Reply(content=inside, fault=fault, ns_id=_ns_id(root))


def _fault(element: etree._Element) -> Fault:
    name, code, message = fault_detail(element.find("detail"))
    text = (element.findtext("faultstring") or "").strip()
    return Fault(element=name or _exception(text), code=code, message=message or text)


def _exception(text: str) -> str:
    found = _EXCEPTION.match(text)
    return found.group(1) if found is not None else ""


def _ns_id(root: etree._Element) -> str:
    header = root.find(f"{_SOAP}Header")
    found = next((e for e in header.iter() if _is_ns_id(e)), None) if header is not None else None
    return (found.text or "").strip() if found is not None else ""


def _is_ns_id(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.endswith("}nsId")
