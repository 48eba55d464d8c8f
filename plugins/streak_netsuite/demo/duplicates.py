"""What the demonstration has to show of duplicates: customers of its NetSuite that may be one."""

from collections.abc import Mapping
from typing import Any

# A new Airflow runs find_duplicates once by itself; what that finds waits on this page of it.
PAGE = "/plugin/streak-netsuite-duplicates"


def _customer(name: str, *, email: str, phone: str, place: tuple[str, str, str] | None) -> Mapping[str, Any]:
    address = dict(zip(("addr1", "city", "zip"), place, strict=True)) if place else {}
    entry = {"defaultBilling": True, "addressbookAddress": {"country": "_unitedStates", **address}}
    book = {"addressbookList": {"addressbook": [entry]}} if place else {}
    return {"companyName": name, "email": email, "phone": phone, **book}


# No deal is about them: whoever wins further deals meets no holds because of these.
CUSTOMERS: tuple[Mapping[str, Any], ...] = (
    _customer(
        "Hobday Dental Supply Inc",
        email="office@hobday.example",
        phone="+1 412 555 0143",
        place=("18 Cedar Ave", "Pittsburgh", "15212"),
    ),
    _customer("HOBDAY DENTAL SUPPLY, Incorporated", email="", phone="(412) 555-0143", place=None),
    _customer(
        "Riverbend Brewing Co",
        email="ap@riverbend.example",
        phone="+1 503 555 0118",
        place=("240 Water St", "Portland", "97201"),
    ),
    _customer(
        "River Bend Brewing Company LLC",
        email="orders@riverbend.example",
        phone="",
        place=("242 Water Street", "Portland", "97201"),
    ),
    _customer(
        "Acorn Nursery Salem",
        email="salem@acorn-nursery.example",
        phone="+1 503 555 0160",
        place=("5 Orchard Rd", "Salem", "97301"),
    ),
    _customer(
        "Acorn Nursery Bend",
        email="bend@acorn-nursery.example",
        phone="+1 541 555 0161",
        place=("77 Juniper Way", "Bend", "97701"),
    ),
)
