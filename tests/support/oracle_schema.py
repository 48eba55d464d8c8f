"""Oracle's schema, where it is at hand: what a reply of SuiteTalk may look like.

It is not ours to ship. STREAK_NETSUITE_WSDL names the folder that holds `v2023_2_0/netsuite.wsdl`.
"""

import functools
import os
from pathlib import Path

from lxml import etree

from streak_netsuite.sandbox.netsuite.app import NetSuiteSandbox

VERSION = "2023_2"
_XSD = "http://www.w3.org/2001/XMLSchema"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_AXIS = "{http://xml.apache.org/axis/}"


def wsdl_file() -> Path:
    """Return where Oracle's WSDL is expected."""
    beside = Path(__file__).parents[2].parent / "shared/netsuite-wsdl"
    return Path(os.environ.get("STREAK_NETSUITE_WSDL", beside)) / "v2023_2_0/netsuite.wsdl"


@functools.cache
def compiled() -> etree.XMLSchema | None:
    """Return Oracle's XSDs, compiled together; None where they are not at hand."""
    files = sorted((wsdl_file().parent / "xsd").glob("*.xsd"))
    if not files:
        return None
    wrapper = etree.Element(f"{{{_XSD}}}schema", nsmap={"xsd": _XSD})
    for file in files:
        space = etree.parse(file).getroot().get("targetNamespace")
        etree.SubElement(wrapper, f"{{{_XSD}}}import", namespace=space, schemaLocation=file.as_uri())
    return etree.XMLSchema(etree.ElementTree(wrapper))


def check_reply(sandbox: NetSuiteSandbox, reply: bytes) -> None:
    """Hold a reply of the sandbox against Oracle's schema, unless it is meant to be of a schema to come.

    Raises:
        AssertionError: it does not fit.
    """
    if reply.startswith(b"<?xml") and not is_ahead(sandbox):
        found = faults_of(reply, version=sandbox.version)
        assert found == [], "\n".join(found)


def is_ahead(sandbox: NetSuiteSandbox) -> bool:
    """Return whether the sandbox is asked to answer as a schema to come might have it."""
    told = sandbox.settings
    return any(
        (
            told.unknown_reply_elements,
            told.unknown_status_codes,
            told.shuffle_replies,
            told.reorder_replies,
        )
    )


def faults_of(reply: bytes, *, version: str) -> list[str]:
    """Return where a SOAP reply of an endpoint does not fit Oracle's schema; nothing where that is not at hand.

    The schema's version stands in its names only, so a reply of another endpoint is read as one of Oracle's.
    """
    schema = compiled()
    if schema is None:
        return []
    parser = etree.XMLParser(huge_tree=True)
    root = etree.fromstring(reply.replace(version.encode(), VERSION.encode()), parser)
    found = []
    for part in _parts(root):
        alone = etree.fromstring(etree.tostring(part), parser)
        if not schema.validate(alone):
            found += [f"{etree.QName(part).localname}: {entry.message}" for entry in schema.error_log]
    return found


def _parts(root: etree._Element) -> list[etree._Element]:
    """Return the parts of an envelope that the schema speaks of: headers, a body, or a fault's detail."""
    parts = [part for name in ("Header", "Body") for part in root.iterfind(f"{{{_SOAP}}}{name}/*")]
    faults = [part for part in parts if part.tag == f"{{{_SOAP}}}Fault"]
    details = [inner for fault in faults for inner in fault.iterfind("detail/*")]
    return [p for p in parts if p not in faults] + [d for d in details if not str(d.tag).startswith(_AXIS)]
