"""Every operation of SuiteTalk that the product has: its request fits Oracle's schema, its answer is understood."""

import ast
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import streak_netsuite.connectors.netsuite.calls as calls_package
from streak_netsuite.connectors.netsuite.call import SearchPreferences, SoapCall
from streak_netsuite.connectors.netsuite.calls import (
    account,
    deleted,
    inventory,
    jobs,
    reads,
    search,
    selection,
    transforms,
    writes,
)
from streak_netsuite.connectors.netsuite.calls.transforms import Transform
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import (
    Column,
    CustomCriterion,
    SearchRequest,
    above,
    any_of,
    between,
    checked,
    on_or_after,
    text_contains,
    text_is,
    text_starts_with,
    within,
)
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.model.custom_field import CustomField, CustomFieldType

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
PAGE = SearchPreferences(page_size=50)
T = CustomFieldType

CUSTOMER = SuiteRecord(
    type="customer",
    external_id="streak-org-1",
    values={"companyName": "Kestrel Aerospace", "isPerson": False, "subsidiary": RecordRef(internal_id="1")},
    custom_fields={
        "custentity_streak_org": CustomField(script_id="custentity_streak_org", type=T.TEXT, value="x")
    },
)
CHANGED = SuiteRecord(
    type="customer", internal_id="501", values={"phone": "+1 555 0100"}, null_fields=("fax", "custentity_x")
)
LINE = Fields(values={"line": 1, "quantity": Decimal("2.5"), "rate": Decimal(10)})
ORDER_LINE = SuiteRecord(
    type="salesOrder",
    internal_id="8004",
    sublists={"itemList": Sublist(rows=(LINE,), mode=SublistMode.MERGE)},
)
SITE = SuiteRecord(
    type="customRecord",
    external_id="streak-site-1",
    values={"recType": RecordRef(internal_id="11"), "name": "Hangar 3"},
)
ORDER = RecordRef(type="salesOrder", internal_id="8004")
ACME = RecordRef(type="customer", internal_id="501")

OPEN_ORDERS = SearchRequest(
    subject="Transaction",
    criteria={
        "type": any_of("_salesOrder"),
        "lastModifiedDate": within(BEGIN, END),
        "mainLine": checked(value=True),
        "internalIdNumber": between(1, 9000),
        "entity": any_of(ACME),
    },
    custom={"custbody_streak_box": CustomCriterion(type=T.TEXT, criterion=text_contains("agx"))},
    joined={"customerJoin": {"email": text_starts_with("ap@")}},
    columns=(
        Column(name="internalId"),
        Column(name="tranId"),
        Column(name="total"),
        Column(name="entity"),
        Column(name="email", join="customerJoin"),
        Column(name="custbody_streak_stage", custom_type=T.TEXT),
    ),
)
SAVED = SearchRequest(subject="Customer", saved="customsearch_key_accounts")
CHANGED_CUSTOMERS = SearchRequest(
    subject="Customer",
    criteria={"lastModifiedDate": on_or_after(BEGIN), "internalIdNumber": above(7), "email": text_is("a@b")},
)
SITES = SearchRequest(subject="CustomRecord", record_type="11")

CALLS: dict[str, SoapCall[Any]] = {
    "writes.write add": writes.write(Verb.ADD, CUSTOMER),
    "writes.write update": writes.write(Verb.UPDATE, CHANGED),
    "writes.write update of a line": writes.write(Verb.UPDATE, ORDER_LINE),
    "writes.write upsert": writes.write(Verb.UPSERT, SITE),
    "writes.write_list": writes.write_list(Verb.ADD, [CUSTOMER, SITE]),
    "writes.delete": writes.delete(ACME),
    "writes.delete with a reason": writes.delete(ACME, reason=writes.Reason(code="3", memo="double")),
    "writes.delete_list": writes.delete_list([ACME, ORDER]),
    "writes.attach_contact": writes.attach_contact(
        RecordRef(type="contact", internal_id="7"), ACME, role=RecordRef(internal_id="-10")
    ),
    "writes.detach": writes.detach(RecordRef(type="contact", internal_id="7"), ACME),
    "reads.get": reads.get(RecordRef(type="customRecord", type_id="11", internal_id="1")),
    "reads.get_list": reads.get_list(
        [
            ACME,
            RecordRef(type="customList", script_id="customlist_tier"),
            RecordRef(type="customer", external_id="x"),
        ]
    ),
    "reads.get_all": reads.get_all("currency"),
    "search.search": search.search(CHANGED_CUSTOMERS, PAGE),
    "search.search with columns": search.search(OPEN_ORDERS, PAGE),
    "search.search saved": search.search(SAVED, PAGE),
    "search.search custom records": search.search(SITES, PAGE),
    "search.search_more": search.search_more("WEBSERVICES_1", 2, PAGE),
    "transforms.initialize": transforms.initialize(Transform(to="invoice", source=ORDER)),
    "transforms.initialize_list": transforms.initialize_list(
        [
            Transform(to="itemFulfillment", source=ORDER),
            Transform(to="customerPayment", source=ACME, aux=RecordRef(type="arAccount", internal_id="6")),
        ]
    ),
    "selection.get_select_value": selection.get_select_value(
        selection.SelectField(
            record_type="salesOrder", name="terms", starts_with="Net", given={"entity": "501"}
        )
    ),
    "selection.get_select_value of a line": selection.get_select_value(
        selection.SelectField(record_type="salesOrder", sublist="itemList", name="item"), page=2
    ),
    "selection.get_customization_ids": selection.get_customization_ids("transactionBodyCustomField"),
    "selection.get_saved_searches": selection.get_saved_searches("transaction"),
    "account.get_server_time": account.get_server_time(),
    "account.get_data_center_urls": account.get_data_center_urls("1234567_SB1"),
    "account.get_account_limits": account.get_account_limits(),
    "account.get_integration_limits": account.get_integration_limits(),
    "deleted.get_deleted": deleted.get_deleted(
        first=BEGIN, last=END, types=["customRecord", "salesOrder"], script_id="customrecord_site"
    ),
    "inventory.get_item_availability": inventory.get_item_availability(
        [RecordRef(type="inventoryItem", internal_id="101")], changed_since=BEGIN
    ),
    "inventory.get_currency_rates": inventory.get_currency_rates(
        RecordRef(internal_id="1"), on=date(2026, 1, 31)
    ),
    "jobs.submit_writes": jobs.submit_writes(Verb.UPSERT, [CUSTOMER]),
    "jobs.submit_deletes": jobs.submit_deletes([ACME]),
    "jobs.submit_reads": jobs.submit_reads([ACME]),
    "jobs.submit_transforms": jobs.submit_transforms([Transform(to="invoice", source=ORDER)]),
    "jobs.submit_search": jobs.submit_search(CHANGED_CUSTOMERS, PAGE),
    "jobs.check": jobs.check("ASYNCWEBSERVICES_1"),
    "jobs.result": jobs.result("ASYNCWEBSERVICES_1", page=2),
}
every_call = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in CALLS.items()])


@pytest.fixture(scope="module")
def oracle_client(oracle_endpoint: Any) -> Iterator[SoapClient]:
    with SoapClient(oracle_endpoint.settings(), rng=random.Random(1)) as client:
        yield client


def parts(envelope: bytes) -> list[Any]:
    """Return header and body elements."""
    root = etree.fromstring(envelope)
    return [part for name in ("Header", "Body") for part in root.iterfind(f"{SOAP}{name}/*")]


@pytest.mark.wsdl
@every_call
def test_every_request_fits_oracles_schema(
    oracle_client: SoapClient, oracle_schema: Any, call: SoapCall[Any]
) -> None:
    found = parts(oracle_client.envelope(call))
    assert etree.QName(found[-1]).localname == call.operation
    for part in found:
        oracle_schema.assertValid(etree.fromstring(etree.tostring(part)))


def test_every_public_call_is_in_the_table() -> None:
    folder = Path(calls_package.__path__[0])
    public = {
        f"{file.stem}.{node.name}"
        for file in folder.glob("*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and "SoapCall" in ast.unparse(node.returns or ast.Constant(""))
        if not node.name.startswith("_")
    }
    assert {name.split()[0] for name in CALLS} == public


@every_call
def test_only_a_call_without_login_has_no_passport(endpoint: Any, call: SoapCall[Any]) -> None:
    with endpoint.client() as client:
        names = {etree.QName(part).localname for part in parts(client.envelope(call))}
    assert ("tokenPassport" in names) is (call.operation != "getDataCenterUrls")


@pytest.mark.parametrize(
    ("record", "verb", "message"),
    [
        pytest.param(
            SuiteRecord(type="customer", values={"compnayName": "x"}),
            Verb.ADD,
            "Customer has no field 'compnayName' in NetSuite's schema; did you mean 'companyName'",
            id="a misspelt field",
        ),
        pytest.param(
            SuiteRecord(type="salesOrders"),
            Verb.ADD,
            "no type 'SalesOrders'; did you mean 'SalesOrder'",
            id="a misspelt type",
        ),
        pytest.param(
            SuiteRecord(type="customer", sublists={"itemList": Sublist(rows=(), mode=SublistMode.REPLACE)}),
            Verb.ADD,
            "Customer has no sublist 'itemList'",
            id="a sublist of another record",
        ),
        pytest.param(
            SuiteRecord(
                type="customer",
                external_id="streak-org-1",
                sublists={
                    "addressbookList": Sublist(
                        rows=(Fields(values={"label": "Home"}),), mode=SublistMode.MERGE
                    )
                },
            ),
            Verb.UPSERT,
            "customer streak-org-1: a line of 'addressbookList' without internalId would be added again",
            id="an address that each upsert would add again",
        ),
        pytest.param(
            SuiteRecord(
                type="itemFulfillment",
                internal_id="9",
                sublists={"packageList": Sublist(rows=(), mode=SublistMode.MERGE)},
            ),
            Verb.UPDATE,
            "itemFulfillment 9: 'packageList' has no line keys, so NetSuite replaces it whole",
            id="a list that cannot be merged",
        ),
    ],
)
def test_what_would_go_wrong_is_said_before_it_is_sent(
    endpoint: Any, record: SuiteRecord, verb: Verb, message: str
) -> None:
    with endpoint.client() as client, pytest.raises(ConfigurationError, match=message.replace("(", r"\(")):
        client.send(writes.write(verb, record))
    assert endpoint.recorder.sent == []


def test_a_search_by_an_unknown_field_names_it(endpoint: Any) -> None:
    request = SearchRequest(subject="Customer", criteria={"entittyId": text_is("x")})
    with endpoint.client() as client, pytest.raises(ConfigurationError, match="no field 'entittyId'"):
        client.send(search.search(request, PAGE))
