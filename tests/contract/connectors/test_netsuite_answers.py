"""What the calls answer, understood: against the sandbox, through our own reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.connectors.netsuite.call import SearchPreferences
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
from streak_netsuite.connectors.netsuite.calls.jobs import JobState
from streak_netsuite.connectors.netsuite.calls.transforms import Transform
from streak_netsuite.connectors.netsuite.field_catalogue import FieldCatalogue
from streak_netsuite.connectors.netsuite.order_editing import OrderEditing
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.records.contact import read_contact, write_contact
from streak_netsuite.connectors.netsuite.records.custom_record import read_custom_record, write_custom_record
from streak_netsuite.connectors.netsuite.records.customer import merge_address, read_customer, write_customer
from streak_netsuite.connectors.netsuite.records.fulfillment import edit_fulfillment, read_fulfillment
from streak_netsuite.connectors.netsuite.records.invoice import read_credit_memo, read_invoice
from streak_netsuite.connectors.netsuite.records.item import read_item, write_item
from streak_netsuite.connectors.netsuite.records.payment import read_payment, write_payment
from streak_netsuite.connectors.netsuite.records.sales_order import (
    write_sales_order,
)
from streak_netsuite.connectors.netsuite.search_request import (
    Column,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
    text_is,
)
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.model.address import Address
from streak_netsuite.model.contact import Contact
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.custom_record import CustomRecord
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.fulfillment import Package
from streak_netsuite.model.held_order import OrderStatus
from streak_netsuite.model.invoice import AppliedAmount
from streak_netsuite.model.item import Item, ItemKind, ItemPrice
from streak_netsuite.model.payment import Payment
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import LineEdit, OrderChange

PACIFIC = ZoneInfo("America/Los_Angeles")
PAGE = SearchPreferences(page_size=50)
INC, ACME = Reference(internal_id="1"), Reference(internal_id="501")
T = CustomFieldType
LOOSE = Contact(last_name="Loose", subsidiary=INC)


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, SoapClient]]:
    """Clients by endpoint: Oracle's WSDL takes a second to read."""
    kept: dict[str, SoapClient] = {}
    yield kept
    for client in kept.values():
        client.close()


@pytest.fixture(
    params=["endpoint", pytest.param("oracle_endpoint", marks=pytest.mark.wsdl)],
    ids=["the sandbox's WSDL", "Oracle's WSDL"],
)
def client(request: pytest.FixtureRequest, clients: dict[str, SoapClient]) -> SoapClient:
    endpoint = request.getfixturevalue(request.param)
    endpoint.sandbox.reset()
    if request.param not in clients:
        clients[request.param] = SoapClient(endpoint.settings())
    return clients[request.param]


def saved(client: SoapClient, record: SuiteRecord, verb: Verb = Verb.ADD) -> str:
    """Write a record and return its internal id."""
    answer = client.send(writes.write(verb, record))
    assert answer.status.saved, answer.status
    assert answer.ref is not None
    return answer.ref.internal_id


def read(client: SoapClient, type_: str, internal_id: str) -> SuiteRecord:
    record = client.send(reads.get(RecordRef(type=type_, internal_id=internal_id))).record
    assert record is not None
    return record


def an_order(client: SoapClient, *quantities: int) -> str:
    """Make an approved order and return its internal id."""
    lines = tuple(
        OrderLine(item=Reference(internal_id="101"), quantity=Decimal(q), rate=Decimal("100.00"))
        for q in quantities or (2,)
    )
    order = SalesOrder(customer=ACME, transaction_date=datetime.now(PACIFIC).date(), lines=lines)
    record = write_sales_order(order, "streak-so-test")
    return saved(
        client,
        SuiteRecord(
            type=record.type,
            external_id=record.external_id,
            values={**record.values, "orderStatus": "_pendingFulfillment"},
            sublists=record.sublists,
        ),
    )


def transformed(client: SoapClient, to: str, source: str, internal_id: str) -> SuiteRecord:
    asked = Transform(to=to, source=RecordRef(type=source, internal_id=internal_id))
    answer = client.send(transforms.initialize(asked))
    answer.status.refuse_failed(name=f"{source} to {to}")
    assert answer.record is not None
    return answer.record


def kept(record: SuiteRecord, external_id: str, **values: Any) -> SuiteRecord:
    """Return a transformed record ready to be added under a key."""
    return SuiteRecord(
        type=record.type,
        external_id=external_id,
        values={**record.values, **values},
        sublists=record.sublists,
        custom_fields=record.custom_fields,
    )


# --- records -------------------------------------------------------------------------------------------


def test_a_customer_comes_back_as_it_was_written(client: SoapClient) -> None:
    customer = Customer(
        company_name="Müller & Söhne <GmbH>",
        entity_id="C-4711",
        email="einkauf@mueller.test",
        phone="+49 89 5550100",
        subsidiary=INC,
        currency=Reference(internal_id="1"),
        addresses=(Address(country="DE", city="München", addr1="Hallenweg 3", zip="80331"),),
        custom_fields=(CustomField(script_id="custentity_streak_org", type=T.TEXT, value="agxzOrg"),),
    )
    found = read_customer(
        read(client, "customer", saved(client, write_customer(customer, "k-1"), Verb.UPSERT))
    )
    assert (found.company_name, found.entity_id, found.email) == (
        customer.company_name,
        "C-4711",
        customer.email,
    )
    assert found.addresses == customer.addresses
    assert ("custentity_streak_org", "agxzOrg") in {(f.script_id, f.value) for f in found.custom_fields}


def test_a_person_comes_back_as_a_person(client: SoapClient) -> None:
    person = Customer(is_person=True, first_name="Priya", last_name="Shah", subsidiary=INC)
    found = read_customer(read(client, "customer", saved(client, write_customer(person, "k-2"), Verb.UPSERT)))
    assert (found.is_person, found.name) == (True, "Priya Shah")


def test_an_address_is_added_once_and_nobody_elses_is_lost(client: SoapClient) -> None:
    address = Address(country="US", addr1="9 New Rd", city="Austin", state="TX", zip="73301")
    before = read(client, "customer", "501").rows("addressbookList")
    for _ in range(2):
        book = merge_address(read(client, "customer", "501").rows("addressbookList"), address)
        saved(
            client,
            SuiteRecord(type="customer", internal_id="501", sublists={"addressbookList": book}),
            Verb.UPDATE,
        )
    after = read(client, "customer", "501").rows("addressbookList")
    assert len(after) == len(before) + 1
    assert {row.text("internalId") for row in before} < {row.text("internalId") for row in after}


def test_fields_are_emptied_only_by_name(client: SoapClient) -> None:
    saved(
        client,
        SuiteRecord(
            type="customer",
            internal_id="501",
            values={"phone": "+1 555"},
            custom_fields={
                "custentity_streak_org": CustomField(
                    script_id="custentity_streak_org", type=T.TEXT, value="x"
                )
            },
        ),
        Verb.UPDATE,
    )
    cleared = SuiteRecord(type="customer", internal_id="501", null_fields=("phone", "custentity_streak_org"))
    saved(client, cleared, Verb.UPDATE)
    found = read(client, "customer", "501")
    assert found.text("phone") == ""
    assert "custentity_streak_org" not in found.custom_fields
    assert found.text("companyName") == "ACME Robotics Inc"


def test_a_contact_belongs_to_its_company(client: SoapClient) -> None:
    contact = Contact(
        first_name="Jane", last_name="Doe", email="jane@acme.test", company=ACME, subsidiary=INC
    )
    internal_id = saved(client, write_contact(contact, "k-3"), Verb.UPSERT)
    found = read_contact(read(client, "contact", internal_id))
    assert (found.name, found.email) == ("Jane Doe", "jane@acme.test")
    assert found.company is not None
    assert found.company.internal_id == "501"


@pytest.mark.parametrize(
    "kind",
    [ItemKind.INVENTORY, ItemKind.NON_INVENTORY, ItemKind.SERVICE, ItemKind.OTHER_CHARGE],
)
def test_an_item_keeps_its_prices_by_level_and_quantity(client: SoapClient, kind: ItemKind) -> None:
    level = Reference(internal_id="1")
    prices = (
        ItemPrice(level=level, amount=Decimal("99.50"), currency=Reference(internal_id="1")),
        ItemPrice(
            level=level, amount=Decimal("89.50"), quantity=Decimal(10), currency=Reference(internal_id="1")
        ),
    )
    item = Item(kind=kind, name=f"Bench {kind}", description="A test item", prices=prices)
    found = read_item(
        read(client, write_item(item, "k").type, saved(client, write_item(item, f"k-{kind}"), Verb.UPSERT))
    )
    assert (found.kind, found.name, found.description) == (kind, item.name, "A test item")
    assert [(p.amount, p.quantity) for p in found.prices] == [
        (Decimal("99.50"), Decimal(0)),
        (Decimal("89.50"), Decimal(10)),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        *(ItemKind.DISCOUNT, ItemKind.MARKUP, ItemKind.SUBTOTAL, ItemKind.DESCRIPTION, ItemKind.PAYMENT),
        *(ItemKind.DOWNLOAD, ItemKind.GIFT_CERTIFICATE),
    ],
)
def test_an_item_of_every_other_kind_comes_back_with_its_text(client: SoapClient, kind: ItemKind) -> None:
    item = Item(kind=kind, name=f"Bench {kind}", description="A test item")
    record = write_item(item, f"k-{kind}")
    found = read_item(read(client, record.type, saved(client, record, Verb.UPSERT)))
    assert (found.kind, found.name, found.description) == (kind, item.name, "A test item")


def test_a_custom_record_comes_back_with_its_fields(client: SoapClient) -> None:
    type_ = client.send(selection.get_customization_ids("customRecordType"))[0]
    record = CustomRecord(type=Reference(internal_id=type_.internal_id), name="Hangar 3")
    internal_id = saved(client, write_custom_record(record, "k-4"), Verb.UPSERT)
    answer = client.send(
        reads.get(RecordRef(type="customRecord", type_id=type_.internal_id, internal_id=internal_id))
    )
    assert answer.record is not None
    found = read_custom_record(answer.record)
    assert (found.name, found.type.internal_id) == ("Hangar 3", type_.internal_id)


def test_parts_of_an_order_are_changed_and_the_rest_stays(client: SoapClient) -> None:
    order = an_order(client, 2, 3)
    editing = OrderEditing(client, Searches(client, page_size=50), zone=PACIFIC, key_fields={})
    held = editing.read([order])[order]
    first, second = held.lines
    new = OrderLine(item=Reference(internal_id="102"), quantity=Decimal(1), rate=Decimal("7.00"))
    edited = replace(first.line, quantity=Decimal(5), rate=Decimal("80.00"))
    change = OrderChange(
        internal_id=order,
        number=held.number,
        wanted=replace(held.order, memo="", purchase_order_number="PO-12"),
        fields=("memo", "purchase_order_number"),
        lines={first.number: LineEdit(line=edited, fields=("quantity", "rate"))},
        added=(new,),
        closed={second.number: Decimal(0)},
    )
    editing.change(change)
    found = editing.read([order])[order]
    assert (found.order.memo, found.order.purchase_order_number) == ("", "PO-12")
    assert [(one.line.quantity, one.line.rate, one.closed) for one in found.lines] == [
        (Decimal(5), Decimal("80.00"), False),
        (Decimal(0), Decimal("100.00"), True),
        (Decimal(1), Decimal("7.00"), False),
    ]


def test_an_order_is_closed_line_by_line_and_opened_again(client: SoapClient) -> None:
    order = an_order(client, 2)
    editing = OrderEditing(client, Searches(client, page_size=50), zone=PACIFIC, key_fields={})
    held = editing.read([order])[order]
    editing.close_lines(held, [1])
    assert editing.read([order])[order].status is OrderStatus.CLOSED
    editing.close_lines(held, [1], closed=False)
    assert editing.read([order])[order].status is OrderStatus.PENDING_FULFILLMENT


def test_closed_periods_are_read_with_their_days(client: SoapClient) -> None:
    editing = OrderEditing(client, Searches(client, page_size=5), zone=PACIFIC, key_fields={})
    periods = editing.closed_periods()
    assert periods
    assert all(first.day == 1 and (last + timedelta(days=1)).day == 1 for first, last in periods)


# --- order to cash -------------------------------------------------------------------------------------


def test_an_order_becomes_a_fulfilment_an_invoice_a_payment_and_a_credit(client: SoapClient) -> None:
    order = an_order(client, 2, 4)
    fulfilment = edit_fulfillment(
        transformed(client, "itemFulfillment", "salesOrder", order),
        external_id="k-if",
        packages=[Package(tracking_number="1Z999", description="crate")],
        status="shipped",
    )
    sent = read_fulfillment(read(client, "itemFulfillment", saved(client, fulfilment)), PACIFIC)
    assert [line.quantity for line in sent.lines] == [Decimal(2), Decimal(4)]
    assert (sent.status, sent.packages[0].tracking_number) == ("shipped", "1Z999")

    bill = transformed(client, "invoice", "salesOrder", order)
    invoice_id = saved(client, kept(bill, "k-inv"))
    invoice = read_invoice(read(client, "invoice", invoice_id), PACIFIC)
    assert invoice.total == Decimal("600.00")
    assert invoice.amount_remaining == Decimal("600.00")
    assert invoice.created_from is not None
    assert invoice.created_from.internal_id == order

    payment = Payment(
        customer=ACME,
        transaction_date=datetime.now(PACIFIC).date(),
        amount=Decimal("250.00"),
        applied=(AppliedAmount(document=Reference(internal_id=invoice_id), amount=Decimal("250.00")),),
    )
    payment_id = saved(client, write_payment(payment, "k-pay"))
    paid = read_payment(read(client, "customerPayment", payment_id), PACIFIC)
    assert [(a.document.internal_id, a.amount) for a in paid.applied] == [(invoice_id, Decimal("250.00"))]

    credit = transformed(client, "creditMemo", "invoice", invoice_id)
    memo = read_credit_memo(read(client, "creditMemo", saved(client, kept(credit, "k-cm"))), PACIFIC)
    assert memo.customer.internal_id == "501"
    after = read_invoice(read(client, "invoice", invoice_id), PACIFIC)
    assert after.amount_remaining is not None
    assert after.amount_remaining < Decimal("600.00")


def test_a_part_of_an_order_is_sent_and_the_rest_remains(client: SoapClient) -> None:
    order = an_order(client, 2, 4)
    lines = transformed(client, "itemFulfillment", "salesOrder", order).rows("itemList")
    second = int(lines[1].amount("orderLine") or 0)
    part = edit_fulfillment(
        transformed(client, "itemFulfillment", "salesOrder", order),
        external_id="k-part",
        quantities={second: Decimal(3)},
    )
    sent = read_fulfillment(read(client, "itemFulfillment", saved(client, part)), PACIFIC)
    assert [(line.order_line, line.quantity) for line in sent.lines] == [(second, Decimal(3))]
    assert read(client, "salesOrder", order).text("orderStatus").startswith("_p")


def test_a_transform_that_makes_no_sense_is_refused(client: SoapClient) -> None:
    with pytest.raises(RejectedByVendor):
        transformed(client, "customerPayment", "salesOrder", "8001")


def test_several_transforms_each_have_their_own_answer(client: SoapClient) -> None:
    asked = [
        Transform(to="invoice", source=RecordRef(type="salesOrder", internal_id=one))
        for one in ("8003", "999999")
    ]
    good, bad = client.send(transforms.initialize_list(asked))
    assert good.record is not None
    assert good.record.type == "invoice"
    assert not bad.status.success


# --- searching ------------------------------------------------------------------------------------------


def test_an_advanced_search_brings_columns_of_the_record_and_of_joined_ones(client: SoapClient) -> None:
    request = SearchRequest(
        subject="Transaction",
        criteria={
            "type": any_of("_salesOrder"),
            "mainLine": checked(value=True),
            "tranId": text_is("SO1004"),
        },
        columns=(
            Column(name="internalId"),
            Column(name="tranId"),
            Column(name="total"),
            Column(name="companyName", join="customerJoin"),
            Column(name="custbody_streak_stage", custom_type=T.TEXT),
        ),
    )
    page = client.send(search.search(request, PAGE))
    (row,) = page.rows
    internal_id = row.first("internalId")
    assert isinstance(internal_id, RecordRef)
    assert (internal_id.internal_id, row.first("tranId")) == ("8004", "SO1004")
    assert isinstance(row.first("total"), Decimal)
    assert row.first("customerJoin.companyName") == "ACME Robotics Inc"
    assert row.custom_fields["custbody_streak_stage"].value == "Closed-Won"


def test_a_saved_search_is_found_and_run(client: SoapClient) -> None:
    listed = client.send(selection.get_saved_searches("customer"))
    assert listed
    request = SearchRequest(subject="Customer", saved=listed[0].script_id or listed[0].internal_id)
    page = client.send(search.search(request, PAGE))
    assert page.total == len(page.rows) or page.total == len(page.records)


def test_changed_records_of_every_kind_are_found(client: SoapClient) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    order = an_order(client)
    found = [
        record.internal_id
        for page in Searches(client, page_size=5).records(
            SearchRequest(subject="Transaction", criteria={"lastModifiedDate": on_or_after(begun)})
        )
        for record in page
    ]
    assert order in found


# --- what the account offers ----------------------------------------------------------------------------


def test_a_fields_choices_are_read(client: SoapClient) -> None:
    page = client.send(
        selection.get_select_value(selection.SelectField(record_type="salesOrder", name="terms"))
    )
    assert {"Net 15", "Net 30"} <= {choice.name for choice in page.choices}


def test_custom_fields_are_known_with_their_types(client: SoapClient) -> None:
    fields = {field.script_id: field for field in FieldCatalogue(client).read()}
    assert fields["custbody_streak_tier"].type is T.SELECT
    assert fields["custbody_streak_labels"].type is T.MULTI_SELECT
    assert fields["custbody_deal_size"].type is T.DECIMAL
    assert fields["custbody_rush_order"].type is T.CHECKBOX
    assert fields["custentity_streak_org"].place == "entity"
    assert fields["custcol_streak_note"].place == "transaction line"


def test_what_was_deleted_is_told(client: SoapClient) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    gone = saved(client, write_contact(Contact(last_name="Gone", subsidiary=INC), "k-gone"))
    assert client.send(writes.delete(RecordRef(type="contact", internal_id=gone))).status.success
    page = client.send(
        deleted.get_deleted(first=begun, last=datetime.now(UTC) + timedelta(minutes=1), types=["contact"])
    )
    assert gone in {record.ref.internal_id for record in page.records}
    assert all(record.at is not None for record in page.records)


def test_deletions_of_one_custom_record_type_are_told_alone(client: SoapClient) -> None:
    begun, ended = datetime.now(UTC) - timedelta(minutes=1), datetime.now(UTC) + timedelta(minutes=1)
    gone: dict[str, str] = {}
    for type_ in client.send(selection.get_customization_ids("customRecordType"))[:2]:
        record = CustomRecord(type=Reference(internal_id=type_.internal_id), name="Gone")
        internal_id = saved(client, write_custom_record(record, f"k-gone-{type_.internal_id}"), Verb.UPSERT)
        ref = RecordRef(type="customRecord", type_id=type_.internal_id, internal_id=internal_id)
        assert client.send(writes.delete(ref)).status.success
        gone[type_.script_id] = internal_id
    assert len(gone) == 2
    for script_id in gone:
        page = client.send(deleted.get_deleted(first=begun, last=ended, script_id=script_id))
        assert page.total == 1


def test_stock_is_told_by_location(client: SoapClient) -> None:
    found = client.send(inventory.get_item_availability([RecordRef(type="inventoryItem", internal_id="101")]))
    assert found
    assert all(one.item.internal_id == "101" and one.location is not None for one in found)
    assert any(isinstance(one.available, Decimal) for one in found)


def test_rates_and_limits_and_clock_are_read(client: SoapClient) -> None:
    rates = client.send(inventory.get_currency_rates(RecordRef(internal_id="1"), on=date(2026, 5, 4)))
    assert all(rate.rate > 0 for rate in rates)
    assert client.send(account.get_account_limits()).concurrency
    assert client.send(account.get_integration_limits()).kind
    assert abs(client.send(account.get_server_time()) - datetime.now(UTC)) < timedelta(seconds=5)
    urls = client.send(account.get_data_center_urls("1234567_SB1"))
    assert urls.webservices == "https://1234567-sb1.suitetalk.api.netsuite.com"


def test_contacts_are_attached_and_detached_again(client: SoapClient) -> None:
    ref = RecordRef(type="contact", internal_id=saved(client, write_contact(LOOSE, "k-loose")))
    acme = RecordRef(type="customer", internal_id="501")
    with_it = SearchRequest(
        subject="Customer",
        criteria={"internalId": any_of(acme)},
        joined={"contactJoin": {"entityId": text_is("Loose")}},
    )

    def customers_with_it() -> int:
        return client.send(search.search(with_it, PAGE)).total

    assert client.send(writes.attach_contact(ref, acme)).status.success
    assert customers_with_it() == 1
    assert client.send(writes.detach(ref, acme)).status.success
    assert customers_with_it() == 0
    again = client.send(writes.detach(ref, acme)).status
    assert (again.success, again.codes) == (False, {"RCRD_DSNT_EXIST"})


def test_all_currencies_are_read(client: SoapClient) -> None:
    found = client.send(reads.get_all("currency"))
    assert [(one.internal_id, one.text("symbol")) for one in found] == [
        ("1", "USD"),
        ("2", "GBP"),
        ("3", "CAD"),
        ("4", "EUR"),
    ]


def test_a_list_of_deletions_tells_each_outcome_in_order(client: SoapClient) -> None:
    gone = saved(client, write_contact(LOOSE, "k-loose"))
    refs = [
        RecordRef(type="customer", internal_id="501"),
        RecordRef(type="contact", internal_id=gone),
        RecordRef(type="contact", external_id="nobody"),
    ]
    answer = client.send(writes.delete_list(refs))
    assert answer.status.success
    assert [(one.status.success, set(one.status.codes)) for one in answer.answers] == [
        (False, {"CANT_DELETE_CUSTOMER"}),
        (True, set()),
        (False, {"INVALID_KEY_OR_REF"}),
    ]
    gone_now = client.send(reads.get(refs[1]))
    assert gone_now.record_or_none(name="contact") is None


def test_deletions_beyond_the_first_page_are_told(endpoint: Any) -> None:
    begun, many = datetime.now(UTC) - timedelta(minutes=1), 1001  # a page has a thousand
    store = endpoint.sandbox.store
    with endpoint.client() as client:
        gone = saved(client, write_contact(LOOSE, "k-loose"))
        client.send(writes.delete(RecordRef(type="contact", internal_id=gone)))
        (one,) = store.deletions
        store.deletions += [replace(one, internal_id=str(90_000 + n)) for n in range(1, many)]
        until = datetime.now(UTC) + timedelta(minutes=1)
        first, second = (
            client.send(deleted.get_deleted(first=begun, last=until, types=["contact"], page=page))
            for page in (1, 2)
        )
        with pytest.raises(RejectedByVendor) as beyond:
            client.send(deleted.get_deleted(first=begun, last=until, types=["contact"], page=3))
    assert (first.total, first.pages, len(first.records)) == (many, 2, 1000)
    assert [one.ref.internal_id for one in second.records] == [str(90_000 + many - 1)]
    assert beyond.value.code == "INVALID_PAGE_INDEX"


def test_rows_are_read_page_by_page_although_the_search_dies_between(endpoint: Any) -> None:
    request = SearchRequest(subject="Transaction", columns=(Column(name="internalId"), Column(name="tranId")))
    with endpoint.client() as client:
        whole = [row for page in Searches(client, page_size=1000).rows(request) for row in page]
        pages = Searches(client, page_size=5).rows(request)
        read = [next(pages), next(pages)]
        endpoint.sandbox._operations.clear()  # as after 15 minutes unused
        read += list(pages)
    assert len(whole) > 10
    assert [row for page in read for row in page] == whole
    assert {len(page) for page in read[:-1]} == {5}
    asked = [entry.operation for entry in endpoint.sandbox._journal.entries()]
    assert asked[1:5] == ["search", "searchMoreWithId", "searchMoreWithId", "search"]


# --- jobs -----------------------------------------------------------------------------------------------


def finished(client: SoapClient, job: jobs.JobStatus) -> jobs.JobStatus:
    for _ in range(200):
        if job.state.is_over:
            return job
        job = client.send(jobs.check(job.job_id))
    raise AssertionError(f"{job} never ended")


def test_a_job_writes_its_records_and_tells_each_outcome(client: SoapClient) -> None:
    good = write_contact(Contact(last_name="Job", subsidiary=INC), "k-job")
    bad = SuiteRecord(type="customer", external_id="k-bad", values={"email": "nobody@x.test"})
    job = finished(client, client.send(jobs.submit_writes(Verb.UPSERT, [good, bad])))
    assert job.state is JobState.FINISHED_WITH_ERRORS
    result = client.send(jobs.result(job.job_id))
    assert result.writes is not None
    assert [answer.status.success for answer in result.writes.answers] == [True, False]


def test_jobs_read_and_search_and_transform(client: SoapClient) -> None:
    got = finished(client, client.send(jobs.submit_reads([RecordRef(type="customer", internal_id="501")])))
    reads_ = client.send(jobs.result(got.job_id)).reads
    assert reads_ is not None
    assert reads_[0].record is not None
    searched = finished(
        client,
        client.send(jobs.submit_search(SearchRequest(subject="Customer"), SearchPreferences(page_size=5))),
    )
    page = client.send(jobs.result(searched.job_id, page=1)).page
    assert page is not None
    assert len(page.records) == 5
    asked = [Transform(to="invoice", source=RecordRef(type="salesOrder", internal_id="8003"))]
    made = client.send(jobs.result(finished(client, client.send(jobs.submit_transforms(asked))).job_id)).reads
    assert made is not None
    assert made[0].record is not None
    gone = saved(client, write_contact(Contact(last_name="Gone", subsidiary=INC), "k-gone-2"))
    removed = finished(
        client, client.send(jobs.submit_deletes([RecordRef(type="contact", internal_id=gone)]))
    )
    assert removed.state is JobState.FINISHED
