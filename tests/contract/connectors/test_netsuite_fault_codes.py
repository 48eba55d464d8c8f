"""The fault book beside Oracle's own enumerations."""

from pathlib import Path

import pytest
from lxml import etree

from streak_netsuite.connectors.netsuite.fault_book import FaultBook

pytestmark = pytest.mark.wsdl

SPACE = "{http://www.w3.org/2001/XMLSchema}"
BOOK = FaultBook.load()


@pytest.fixture(scope="module")
def codes(netsuite_wsdl: Path) -> frozenset[str]:
    """Every code of Oracle's two enumerations."""
    root = etree.parse(netsuite_wsdl.parent / "xsd" / "platform.faultTypes.xsd").getroot()
    found = {
        kind.get("name"): {e.get("value") for e in kind.iter(f"{SPACE}enumeration")}
        for kind in root.iter(f"{SPACE}simpleType")
    }
    return frozenset(found["FaultCodeType"] | found["StatusDetailCodeType"])


@pytest.fixture(scope="module")
def fault_codes(netsuite_wsdl: Path) -> frozenset[str]:
    """The codes a fault may have."""
    root = etree.parse(netsuite_wsdl.parent / "xsd" / "platform.faultTypes.xsd").getroot()
    (kind,) = [k for k in root.iter(f"{SPACE}simpleType") if k.get("name") == "FaultCodeType"]
    return frozenset(e.get("value") for e in kind.iter(f"{SPACE}enumeration"))


def test_every_code_of_the_book_is_oracles_or_said_to_be_documented_only(codes: frozenset[str]) -> None:
    for entry in (*BOOK.faults, *BOOK.statuses):
        if entry.documented_only:
            assert not entry.codes & codes
        else:
            assert entry.codes - codes == set(), entry.cause


def test_every_element_of_the_book_is_one_of_oracles_faults(netsuite_wsdl: Path) -> None:
    root = etree.parse(netsuite_wsdl.parent / "xsd" / "platform.faults.xsd").getroot()
    known = {e.get("name") for e in root.findall(f"{SPACE}element")}
    assert {element for entry in BOOK.faults for element in entry.elements} == known


def test_every_code_a_fault_may_have_is_explained(fault_codes: frozenset[str]) -> None:
    default = BOOK.explain("A_NEW_CODE", "").cause.replace("A_NEW_CODE", "{code}")
    unknown = {c for c in fault_codes if BOOK.explain_fault("", c, "").cause == default.format(code=c)}
    assert unknown == set()
