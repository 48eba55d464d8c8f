"""Every kind of request we send fits Oracle's own schema, and the endpoint version changes nothing else."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

import streak_netsuite
import streak_netsuite.connectors.netsuite.calls as calls_package
from streak_netsuite.connectors.netsuite.calls.deleted import get_deleted
from streak_netsuite.connectors.netsuite.calls.selection import SelectField
from streak_netsuite.connectors.netsuite.gateway import NetSuiteGateway
from streak_netsuite.connectors.netsuite.job_writer import JobWriter
from streak_netsuite.connectors.netsuite.search_request import Column, SearchRequest
from streak_netsuite.connectors.netsuite.select_lists import SelectLists
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import LineEdit, OrderChange
from streak_netsuite.sync.ports import RecordWrite, WriteResult, Written

pytestmark = pytest.mark.wsdl

Act = Callable[[NetSuiteGateway], object]

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
UNTIL = datetime(2026, 2, 2, tzinfo=UTC)
TODAY = datetime.now(UTC).date()  # the posting periods of the past are closed
TERMS = SelectField(record_type="salesOrder", name="terms")
SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HERE, THERE = Reference(internal_id="1"), Reference(external_id="legacy-1")

ADDRESS = Address(
    country="GB",
    addr1="3 Hangar Row",
    addr2="Unit 4",
    addr3="Filton <East> & Co",
    city="Bristol",
    state="Avon",
    zip="BS34 7PA",
    attention="Priya Shah",
    addressee="Kestrel Aerospace Ltd",
    phone="+44 117 555 0100",
)
T = CustomFieldType
CUSTOM = (
    CustomField(script_id="custbody_streak_box", type=T.TEXT, value="agxzBox"),
    CustomField(script_id="custbody_competitors", type=T.INTEGER, value=3),
    CustomField(script_id="custbody_deal_size", type=T.DECIMAL, value=Decimal("1E+3")),
    CustomField(script_id="custbody_rush_order", type=T.CHECKBOX, value=False),
    CustomField(script_id="custbody_requested_ship", type=T.DATE, value=date(2026, 7, 1)),
    CustomField(script_id="custbody_requested_ship", type=T.DATETIME, value=SINCE),
    CustomField(script_id="custbody_streak_tier", type=T.SELECT, value=Reference(internal_id="1")),
    CustomField(
        script_id="custbody_streak_labels",
        type=T.MULTI_SELECT,
        value=(Reference(internal_id="1"), Reference(external_id="label-two")),
    ),
)
COMPANY = Customer(company_name="Kestrel Aerospace Ltd", subsidiary=HERE)
PERSON = Customer(is_person=True, first_name="Priya", last_name="Shah", subsidiary=HERE)
FULL_CUSTOMER = Customer(
    company_name="Müller & Söhne <GmbH>",
    entity_id="C-4711",
    email="einkauf@mueller.test",
    phone="+49 89 5550100",
    subsidiary=HERE,
    currency=Reference(internal_id="4"),
    terms=HERE,
    addresses=(ADDRESS, Address(country="DE", city="München"), Address(country="")),
    custom_fields=(CustomField(script_id="custentity_streak_org", type=T.TEXT, value="agxzOrg"),),
)
LINE = OrderLine(item=Reference(internal_id="101"), quantity=Decimal(2))
ORDER = SalesOrder(customer=Reference(internal_id="501"), transaction_date=date(2026, 3, 8), lines=(LINE,))
FULL_ORDER = SalesOrder(
    customer=THERE,
    transaction_date=date(2026, 3, 8),
    memo="Closed-Won ✓ & shipped",
    purchase_order_number="PO-7781",
    currency=HERE,
    subsidiary=HERE,
    department=HERE,
    class_=HERE,
    location=HERE,
    terms=HERE,
    sales_rep=THERE,
    ship_date=date(2026, 11, 1),
    ship_method=HERE,
    start_date=date(2026, 11, 1),
    end_date=date(2027, 10, 31),
    discount_item=Reference(internal_id="206"),
    discount_rate=DiscountRate(value=Decimal("-7.5"), is_percent=True),
    shipping_address=ADDRESS,
    billing_address=replace(ADDRESS, country="US", state="CA"),
    lines=(
        LINE,
        replace(LINE, quantity=Decimal("0.5"), rate=Decimal("1E+3")),
        replace(LINE, rate=Decimal("-12.50"), description="discount & more", tax_code=Reference(internal_id="-7")),
        replace(LINE, location=HERE, department=HERE, class_=HERE, units=HERE, price_level=Reference(internal_id="2")),
        replace(
            LINE,
            custom_fields=(
                CustomField(script_id="custcol_streak_note", type=T.TEXT, value="urgent"),
                *CUSTOM[1:],
            ),
        ),
    ),
    custom_fields=CUSTOM,
)  # fmt: skip


def ignore(_: object) -> None:
    """Take answers and forget them."""


def customers(*records: Customer) -> Act:
    writes = [RecordWrite(operation_key=f"streak-org-{n}", record=r) for n, r in enumerate(records)]
    return lambda gateway: gateway.upsert_customers(writes, ignore)


def orders(*records: SalesOrder) -> Act:
    writes = [RecordWrite(operation_key=f"streak-so-{n}", record=r) for n, r in enumerate(records)]
    return lambda gateway: gateway.upsert_orders(writes, ignore)


def every_page(since: datetime | None) -> Act:
    def act(gateway: NetSuiteGateway) -> None:
        many = [replace(COMPANY, company_name=f"Company {letter}") for letter in "ABCDEFGH"]
        customers(*many)(gateway)
        list(gateway.changed_customers(since))

    return act


def bill_an_order(gateway: NetSuiteGateway) -> None:
    gateway.make_invoice(gateway.billable_orders()[0], external_id="streak-inv-1", dated=TODAY, memo="x")


def change_an_order(gateway: NetSuiteGateway) -> None:
    wanted = replace(ORDER, memo="changed")
    gateway.change_order(
        OrderChange(
            internal_id="8004",
            number="SO1004",
            wanted=wanted,
            fields=("memo",),
            emptied=("custbody_streak_stage",),
            lines={1: LineEdit(line=replace(LINE, quantity=Decimal(7)), fields=("quantity",))},
            added=(LINE,),
        )
    )


def upsert_by_a_job(gateway: NetSuiteGateway) -> None:
    record = SuiteRecord(type="customer", external_id="streak-org-1", values={"companyName": "Kestrel"})
    JobWriter(gateway._client, zone=ZoneInfo("UTC")).upsert([record], limit_seconds=30)


def rows_of_every_page(gateway: NetSuiteGateway) -> None:
    columns = (Column(name="internalId"), Column(name="tranId"))
    list(gateway._searches.rows(SearchRequest(subject="Transaction", columns=columns)))


ACTS = {
    "getServerTime": lambda g: g.server_time(),
    "getList customers by external id": lambda g: g.find_customers(["streak-org-1", "streak-org-2"]),
    "getList orders by external id": lambda g: g.find_orders(["streak-so-1"]),
    "getList orders by internal id": lambda g: g.get_orders(["8001", "9999"]),
    "search all customers, page by page": every_page(None),
    "search changed customers, page by page": every_page(SINCE),
    "search items": lambda g: g.find_items(["Atlas Arm", "Müller & Co <1>"]),
    "getList tax codes": lambda g: g.find_tax_codes([Reference(internal_id="301")]),
    "search rows, page by page": rows_of_every_page,
    "search orders to be billed, initialize and add": bill_an_order,
    "get an invoice by external id": lambda g: g.find_invoice("streak-inv-1"),
    "getList and update an order": change_an_order,
    "search and getItemAvailability": lambda g: list(g.items(with_stock=True)),
    "getAll currencies": lambda g: g.currency_digits(),
    "getSelectValue": lambda g: SelectLists(client=g._client).entries(TERMS),
    "getCustomizationId and getList definitions": lambda g: g.custom_fields(),
    "governance": lambda g: g.concurrency(),
    "getDeleted": lambda g: g._client.send(get_deleted(first=SINCE, last=UNTIL, types=["customer"])),
    "upsertList companies": customers(COMPANY, replace(COMPANY, company_name="Another Ltd")),
    "upsertList persons": customers(PERSON),
    "upsertList customer with everything": customers(FULL_CUSTOMER),
    "upsertList customer with custom fields of every type": customers(replace(COMPANY, custom_fields=CUSTOM)),
    "asyncUpsertList, checkAsyncStatus and getAsyncResult": upsert_by_a_job,
    "upsertList order with the least": orders(ORDER),
    "upsertList order with everything": orders(FULL_ORDER, ORDER),
}  # fmt: skip
every_act = pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in ACTS.items()])


def parts(envelope: Any) -> list[Any]:
    """Return header and body elements."""
    found = [part for name in ("Header", "Body") for part in envelope.iterfind(f"{SOAP}{name}/*")]
    assert any(part.tag.endswith("}tokenPassport") for part in found)
    return found


@every_act
def test_every_request_fits_oracles_schema(oracle_endpoint: Any, oracle_schema: Any, act: Act) -> None:
    envelopes = oracle_endpoint.sent_by(act)
    assert envelopes
    for part in [part for envelope in envelopes for part in parts(envelope)]:
        alone = etree.fromstring(etree.tostring(part))
        oracle_schema.assertValid(alone)


def test_the_schema_check_would_see_a_fault(oracle_endpoint: Any, oracle_schema: Any) -> None:
    (envelope,) = oracle_endpoint.sent_by(customers(FULL_CUSTOMER))
    record = parts(envelope)[-1]
    country = next(record.iter("{*}country"))
    country.text = "_atlantis"
    assert not oracle_schema.validate(etree.fromstring(etree.tostring(record)))


def test_the_check_of_replies_would_see_a_fault(endpoint: Any) -> None:
    endpoint.sent_by(customers(COMPANY))
    recorder = endpoint.recorder
    assert recorder.misfits() == []
    endpoint.sent_by(customers(COMPANY))
    recorder.replies[-1] = recorder.replies[-1].replace(b"isSuccess", b"isFine")
    assert any("isFine" in misfit for misfit in recorder.misfits())


CALLS_FOLDER = Path(calls_package.__path__[0])


def operations_of_calls() -> dict[str, set[str]]:
    """Return the operations of each call there is ("reads.get_list"), as its source names them."""
    found = {}
    for file in CALLS_FOLDER.glob("*.py"):
        for node in ast.parse(file.read_text()).body:
            source = ast.unparse(node)
            said = re.search(r"operation=(f?'.*?'|verb\.value)[,)]", source)
            if isinstance(node, ast.FunctionDef) and said:
                wanted = said[1].strip("f'").replace("{verb.value}", "verb.value")
                verbs = ("add", "update", "upsert") if "verb.value" in wanted else ("",)
                operations = {wanted.replace("verb.value", verb) for verb in verbs}
                found[f"{calls_package.__name__}.{file.stem}.{node.name}"] = operations
    return found


def names_the_product_imports() -> set[str]:
    """Return what the product imports from the package of the calls, but for that package itself."""
    return {
        f"{node.module}.{alias.name}"
        for file in Path(streak_netsuite.__path__[0]).rglob("*.py")
        if CALLS_FOLDER not in file.parents
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(calls_package.__name__)
        for alias in node.names
    }


def test_the_acts_make_every_call_the_product_makes(oracle_endpoint: Any) -> None:
    made = {
        parts(envelope)[-1].tag.rpartition("}")[2]
        for act in ACTS.values()
        for envelope in oracle_endpoint.sent_by(act)
    }
    imported = names_the_product_imports()  # reads the whole product, once
    calls = {name: by for name, by in operations_of_calls().items() if name in imported}
    assert len(calls) > 10
    assert {name for name, by in calls.items() if not by & made} == set()


def test_oracles_wsdl_is_loaded_unedited(oracle_endpoint: Any, netsuite_wsdl: Path, tmp_path: Path) -> None:
    oracle_endpoint.recorder.fetched.clear()
    with oracle_endpoint.gateway(wsdl_directory=tmp_path) as gateway:
        assert abs((gateway.server_time() - datetime.now(UTC)).total_seconds()) < 5
    originals = {p.read_bytes() for p in [netsuite_wsdl, *(netsuite_wsdl.parent / "xsd").glob("*.xsd")]}
    assert {p.read_bytes() for p in tmp_path.iterdir()} == originals
    assert len(oracle_endpoint.recorder.fetched) == len(originals)


def test_records_written_through_oracles_wsdl_arrive_and_are_read_back(oracle_endpoint: Any) -> None:
    answers: list[WriteResult] = []
    with oracle_endpoint.gateway() as gateway:
        oracle_endpoint.sandbox.reset()
        gateway.upsert_orders([RecordWrite(operation_key="streak-so-1", record=ORDER)], answers.extend)
        found = gateway.find_orders(["streak-so-1"])
    (written,) = answers
    assert isinstance(written, Written)
    assert found["streak-so-1"].internal_id == written.internal_id
    assert found["streak-so-1"].transaction_date == date(2026, 3, 8)


def facts(element: Any, version: str) -> Any:
    """Return what an element says, whatever prefixes it uses, with the version's name left out."""
    if element.tag.endswith("}tokenPassport"):
        return [child.tag.replace(version, "") for child in element]  # signed anew each time
    typed = element.get(XSI_TYPE)
    prefix, _, name = (typed or "").rpartition(":")
    attributes = {k: v for k, v in element.attrib.items() if k != XSI_TYPE}
    text = (element.text or "").strip()
    if element.tag.endswith(("}searchId", "}jobId")):
        text = ""  # the account's own
    return (
        element.tag.replace(version, ""),
        (element.nsmap[prefix or None].replace(version, ""), name) if typed else None,
        attributes,
        text,
        [facts(child, version) for child in element],
    )


@every_act
def test_the_default_endpoint_gets_the_same_request_but_for_the_version(
    oracle_endpoint: Any, endpoint: Any, act: Act
) -> None:
    theirs = oracle_endpoint.sent_by(act)
    ours = endpoint.sent_by(act)
    assert [facts(e, "2025_2") for e in ours] == [facts(e, "2023_2") for e in theirs]
