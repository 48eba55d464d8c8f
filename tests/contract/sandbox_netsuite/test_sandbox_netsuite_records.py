"""Every record type the sandbox keeps: what it answers is what Oracle's schema allows."""

from decimal import Decimal

import pytest
from lxml import etree

from streak_netsuite.sandbox.netsuite.kinds import KINDS, TRANSACTION_KINDS
from streak_netsuite.sandbox.netsuite.values import Ref

ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
IGNORE = {"preferences": {"ignoreReadOnlyFields": True}}
TYPES = {
    "salesOrder": ("sales", "SalesOrder"),
    "itemFulfillment": ("sales", "ItemFulfillment"),
    "invoice": ("sales", "Invoice"),
    "creditMemo": ("customers", "CreditMemo"),
    "customerPayment": ("customers", "CustomerPayment"),
    "customerDeposit": ("customers", "CustomerDeposit"),
    "depositApplication": ("customers", "DepositApplication"),
    "customerRefund": ("customers", "CustomerRefund"),
}


@pytest.fixture(scope="module")
def oracle_schema(netsuite_wsdl):
    """Oracle's XSDs, compiled together."""
    folder = netsuite_wsdl.parent / "xsd"
    imports = "".join(
        f'<xsd:import namespace="{etree.parse(path).getroot().get("targetNamespace")}" '
        f'schemaLocation="{path.as_uri()}"/>'
        for path in sorted(folder.glob("*.xsd"))
    )
    driver = f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">{imports}</xsd:schema>'
    return etree.XMLSchema(etree.fromstring(driver))


def assert_valid(account, schema):
    envelope = account.history.last_received["envelope"]
    for part in envelope.find(f"{ENVELOPE}Body"):
        alone = etree.fromstring(etree.tostring(part))
        assert schema.validate(alone), schema.error_log


class Clerk:
    """Takes an order to its end the way Oracle's pages say: initialize, edit, add."""

    def __init__(self, account):
        self.account = account
        self.ref = account.type("core", "RecordRef")

    def initialize(self, target, kind, internal_id):
        reference = self.account.type("core", "InitializeRef")(type=kind, internalId=internal_id)
        wish = self.account.type("core", "InitializeRecord")(type=target, reference=reference)
        answer = self.account.call("initialize", wish).readResponse
        assert answer.status.isSuccess, answer.status
        return answer.record

    def add(self, record):
        answer = self.account.call("add", record, headers=IGNORE).writeResponse
        assert answer.status.isSuccess, answer.status
        return answer.baseRef.internalId

    def make(self, target, kind, internal_id, edit=lambda record: None):
        record = self.initialize(target, kind, internal_id)
        edit(record)
        return self.add(record)

    def get(self, kind, internal_id):
        answer = self.account.call("get", self.ref(type=kind, internalId=internal_id)).readResponse
        assert answer.status.isSuccess, answer.status
        return answer.record


def test_an_order_is_shipped_billed_and_paid_by_initialized_records(account):
    clerk = Clerk(account)
    clerk.make("itemFulfillment", "salesOrder", "8004")
    invoice = clerk.make("invoice", "salesOrder", "8004")
    assert clerk.get("salesOrder", "8004").orderStatus == "_fullyBilled"
    clerk.make("customerPayment", "invoice", invoice)
    paid = clerk.get("invoice", invoice)
    assert (paid.status, paid.amountRemaining) == ("Paid In Full", 0)


def test_an_initialized_invoice_is_edited_before_it_is_added(account):
    def bill_less(record):
        record.itemList.item[0].quantity = Decimal(1)
        record.itemList.item = record.itemList.item[:1]

    clerk = Clerk(account)
    number = clerk.make("invoice", "salesOrder", "8003", bill_less)
    made = clerk.get("invoice", number)
    assert [(line.item.name, line.quantity) for line in made.itemList.item] == [("Carrier AGV", 1)]
    assert clerk.get("salesOrder", "8003").orderStatus == "_pendingBilling"


def test_a_credit_memo_is_made_and_paid_back(account):
    clerk = Clerk(account)
    invoice = clerk.make("invoice", "salesOrder", "8003")

    def untick(record):
        for entry in record.applyList.apply:
            entry.apply = False

    credit = clerk.make("creditMemo", "invoice", invoice, untick)
    assert clerk.get("creditMemo", credit).status == "Open"
    clerk.make("customerRefund", "creditMemo", credit)
    assert clerk.get("creditMemo", credit).status == "Fully Applied"


@pytest.mark.wsdl
def test_every_transaction_fits_oracles_schema(oracle_account, oracle_schema):
    clerk = Clerk(oracle_account)
    make = oracle_account.type
    made = {"salesOrder": "8003", "invoice": clerk.make("invoice", "salesOrder", "8003")}
    made["itemFulfillment"] = clerk.make("itemFulfillment", "salesOrder", "8004")
    made["creditMemo"] = clerk.make("creditMemo", "invoice", "7202")
    deposit = make("customers", "CustomerDeposit")(
        customer=clerk.ref(internalId="504"), payment=Decimal(90), currency=clerk.ref(internalId="4")
    )
    made["customerDeposit"] = clerk.add(deposit)

    def apply(record):
        record.applyList.apply[0].apply = True
        record.applyList.apply[0].amount = Decimal(40)

    made["depositApplication"] = clerk.make(
        "depositApplication", "customerDeposit", made["customerDeposit"], apply
    )
    made["customerPayment"] = clerk.make("customerPayment", "invoice", made["invoice"])
    made["customerRefund"] = clerk.make(
        "customerRefund",
        "customer",
        "504",
        lambda record: [setattr(e, "apply", True) for e in record.applyList.apply],
    )
    assert set(made) == set(TYPES) == set(TRANSACTION_KINDS)
    for kind, internal_id in made.items():
        clerk.get(kind, internal_id)
        assert_valid(oracle_account, oracle_schema)
    for target, kind, source in (
        ("customerPayment", "customer", "502"),
        ("creditMemo", "customer", "502"),
        ("invoice", "customer", "502"),
    ):
        clerk.initialize(target, kind, source)
        assert_valid(oracle_account, oracle_schema)


@pytest.mark.wsdl
def test_every_seeded_record_fits_oracles_schema(oracle_account, oracle_schema):
    store = oracle_account.sandbox.store
    custom = oracle_account.type("core", "CustomRecordRef")
    plain = oracle_account.type("core", "RecordRef")
    seen = set()
    for kind in KINDS:
        for record in list(store.all(kind))[:3]:
            ref = (
                custom(typeId=record.fields["recType"].internal_id, internalId=record.internal_id)
                if kind == "customRecord"
                else plain(type=kind, internalId=record.internal_id)
            )
            assert oracle_account.call("get", ref).readResponse.status.isSuccess
            assert_valid(oracle_account, oracle_schema)
            seen.add(kind)
    unseeded = {"creditMemo", "customerDeposit", "depositApplication", "customerRefund", "crmCustomField"}
    assert set(KINDS) - seen >= unseeded
    assert len(seen) >= 35


def test_a_drop_shipment_makes_a_purchase_order_and_takes_nothing_from_our_stock(account):
    clerk, store = Clerk(account), account.sandbox.store
    item = next(one for one in store.all("inventoryItem") if one.internal_id == "102")
    item.fields["isDropShipItem"] = True
    stock = {name: item.fields[name] for name in ("quantityOnHand", "quantityCommitted")}
    line = {"item": clerk.ref(internalId="102"), "quantity": 3}
    order = account.type("sales", "SalesOrder")(
        entity=clerk.ref(internalId="502"), orderStatus="_pendingApproval", itemList={"item": [line]}
    )
    number = clerk.add(order)
    (held,) = clerk.get("salesOrder", number).itemList.item
    assert (held.createPo, held.createdPo) == ("_dropShipment", None), "nothing is bought before the approval"

    approved = account.type("sales", "SalesOrder")(internalId=number, orderStatus="_pendingFulfillment")
    assert account.call("update", approved).writeResponse.status.isSuccess
    (held,) = clerk.get("salesOrder", number).itemList.item
    bought = clerk.get("purchaseOrder", held.createdPo.internalId)
    assert (bought.createdFrom.internalId, bought.orderStatus) == (number, "_pendingReceipt")
    assert [one.quantity for one in bought.itemList.item] == [3]

    sent = clerk.make("itemFulfillment", "salesOrder", number)
    (shipped,) = clerk.get("itemFulfillment", sent).itemList.item
    assert (shipped.createPo, shipped.poNum) == ("Drop Ship", bought.tranId)
    assert clerk.get("salesOrder", number).orderStatus == "_pendingBilling"
    assert clerk.get("purchaseOrder", bought.internalId).orderStatus == "_pendingBilling"
    assert {name: item.fields[name] for name in stock} == stock


def test_a_client_writes_no_purchase_orders(account):
    record = account.type("purchases", "PurchaseOrder")(entity=Clerk(account).ref(internalId="601"))
    status = account.call("add", record).writeResponse.status
    assert not status.isSuccess


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        pytest.param({"creditHoldOverride": "_on"}, True, id="on"),
        pytest.param({"creditHoldOverride": "_auto"}, False, id="auto, within the limit"),
        pytest.param({"creditLimit": Decimal(1)}, True, id="auto, beyond the limit"),
        pytest.param({"creditLimit": Decimal(1), "creditHoldOverride": "_off"}, False, id="off"),
    ],
)
def test_a_customer_on_credit_hold_is_found_by_search(account, fields, held):
    clerk = Clerk(account)
    clerk.make("itemFulfillment", "salesOrder", "8004")
    clerk.make("invoice", "salesOrder", "8004")
    account.sandbox.store.find(Ref(internal_id="501"), "customer").fields.update(fields)
    asked = account.type("common", "CustomerSearchBasic")(
        onCreditHold=account.type("core", "SearchBooleanField")(searchValue=True)
    )
    found = account.call("search", asked).searchResult.recordList
    assert ("501" in {one.internalId for one in (found.record if found else ())}) is held
