"""What the sandbox answers is what NetSuite's schema allows, and what a zeep client understands."""

from decimal import Decimal

import pytest
import zeep
from lxml import etree
from oracle_schema import check_reply

ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"


class Talk:
    """Makes requests with the types of an account's WSDL."""

    def __init__(self, account):
        self.account = account
        self.ref = account.type("core", "RecordRef")

    def order(self, external_id, **changes):
        make = self.account.type
        line = make("sales", "SalesOrderItem")(
            item=self.ref(internalId="101"),
            quantity=Decimal(2),
            price=self.ref(internalId="-1"),
            rate="19.99",
            customFieldList=self.custom(("String", "custcol_streak_note", "handle with care")),
        )
        fields = {
            "externalId": external_id,
            "entity": self.ref(internalId="501"),
            "otherRefNum": "PO-1",
            "itemList": make("sales", "SalesOrderItemList")(item=[line], replaceAll=True),
            "customFieldList": self.custom(
                ("String", "custbody_streak_box", "box-1"),
                ("Select", "custbody_streak_tier", self.choice("1")),
                ("MultiSelect", "custbody_streak_labels", [self.choice("1"), self.choice("2")]),
                ("Long", "custbody_competitors", 3),
                ("Double", "custbody_deal_size", Decimal("50000.10")),
                ("Boolean", "custbody_rush_order", True),
            ),
        }
        return make("sales", "SalesOrder")(**(fields | changes))

    def customer(self, external_id, **changes):
        make = self.account.type
        address = make("common", "Address")(country="_unitedStates", addr1="450 Harbor Blvd", city="Oakland")
        entry = make("relationships", "CustomerAddressbook")(defaultBilling=True, addressbookAddress=address)
        fields = {
            "externalId": external_id,
            "companyName": "Blue Harbor Logistics",
            "subsidiary": self.ref(internalId="1"),
            "addressbookList": make("relationships", "CustomerAddressbookList")(
                addressbook=[entry], replaceAll=True
            ),
            "customFieldList": self.custom(("String", "custentity_streak_org", "org-1")),
        }
        return make("relationships", "Customer")(**(fields | changes))

    def choice(self, internal_id):
        return self.account.type("core", "ListOrRecordRef")(internalId=internal_id)

    def custom(self, *fields):
        make = self.account.type
        return make("core", "CustomFieldList")(
            customField=[
                make("core", f"{kind}CustomFieldRef")(scriptId=script_id, value=value)
                for kind, script_id, value in fields
            ]
        )

    def search(self, subject, key, **criteria):
        make = self.account.type
        basic = make("common", f"{subject}SearchBasic")(**criteria)
        return make(key, f"{subject}Search")(basic=basic)

    def refs(self, *pairs):
        return [self.ref(type=kind, internalId=id_) for kind, id_ in pairs]


def everything(talk):
    """Every kind of call, as (operation, arguments, headers)."""
    text = talk.account.type("core", "SearchStringField")
    among = talk.account.type("core", "SearchMultiSelectField")
    enums = talk.account.type("core", "SearchEnumMultiSelectField")
    whole = {"searchPreferences": {"bodyFieldsOnly": False, "pageSize": 5}}
    kinds = ("customer", "vendor", "salesOrder", "inventoryItem", "serviceSaleItem", "currency", "subsidiary")
    ids = ("501", "601", "8003", "101", "201", "4", "2")
    return [
        ("getServerTime", [], {}),
        ("getDataCenterUrls", ["1234567_SB1"], {}),
        ("getAll", [talk.account.type("core", "GetAllRecord")(recordType="currency")], {}),
        ("add", [talk.customer("c-1")], {}),
        ("addList", [[talk.order("o-1"), talk.order("o-1"), talk.order("o-2", entity=None)]], {}),
        ("upsert", [talk.order("o-1", memo="again")], {}),
        ("upsertList", [[talk.customer("c-1"), talk.order("o-3")]], {}),
        ("update", [talk.customer("c-1", phone="1")], {}),
        ("updateList", [[talk.order("nobody")]], {}),
        ("get", talk.refs(("salesOrder", "8006")), {}),
        (
            "getList",
            [talk.refs(*zip(kinds, ids, strict=True), ("customer", "999"), ("customList", "32"))],
            {},
        ),
        (
            "search",
            [
                talk.search(
                    "Customer", "relationships", companyName=text(searchValue="o", operator="contains")
                )
            ],
            whole,
        ),
        (
            "search",
            [talk.search("Transaction", "sales", type=enums(searchValue=["_salesOrder"], operator="anyOf"))],
            whole,
        ),
        (
            "search",
            [
                talk.search(
                    "Item",
                    "accounting",
                    internalId=among(searchValue=[talk.ref(internalId="102")], operator="anyOf"),
                )
            ],
            {},
        ),
        ("search", [talk.search("Customer", "relationships", email=text(searchValue="x"))], {}),
        ("searchMoreWithId", ["nothing", 2], {}),
        ("delete", talk.refs(("salesOrder", "8006")), {}),
        ("deleteList", [talk.refs(("salesOrder", "8007"), ("customer", "501"))], {}),
    ]


@pytest.mark.wsdl
def test_every_kind_of_reply_fits_oracles_schema(oracle_account):
    for operation, arguments, headers in everything(Talk(oracle_account)):
        oracle_account.call(operation, *arguments, headers=headers)  # each answer is held against the schema
        envelope = oracle_account.history.last_received["envelope"]
        assert etree.QName(envelope.find(f"{ENVELOPE}Body")[0]).localname == f"{operation}Response"


@pytest.mark.wsdl
def test_the_schema_check_would_see_a_fault(oracle_account):
    oracle_account.call("getServerTime")
    reply = etree.tostring(oracle_account.history.last_received["envelope"], xml_declaration=True)
    check_reply(oracle_account.sandbox, reply)
    with pytest.raises(AssertionError, match="surprise"):
        check_reply(oracle_account.sandbox, reply.replace(b"serverTime>", b"surprise>"))


@pytest.mark.wsdl
@pytest.mark.parametrize(
    "kind",
    [
        "concurrency",
        "governor",
        "invalid_credentials",
        "session_timed_out",
        "unexpected_error",
        "maintenance",
    ],
)
def test_every_fault_fits_oracles_schema(oracle_account, kind):
    oracle_account.fault(kind)
    with pytest.raises(zeep.exceptions.Fault) as caught:
        oracle_account.call("getServerTime")
    assert caught.value.code == "soapenv:Server.userException"


@pytest.mark.wsdl
def test_a_client_with_oracles_wsdl_understands_the_sandbox(oracle_account):
    talk = Talk(oracle_account)
    reply = oracle_account.call("upsertList", [talk.customer("c-1"), talk.order("o-1")])
    ids = [w.baseRef.internalId for w in reply.writeResponseList.writeResponse]
    assert ids == ["1001", "8006"]
    order = oracle_account.call("get", talk.ref(type="salesOrder", internalId="8006")).readResponse.record
    assert (order.total, order.itemList.item[0].rate) == (39.98, "19.99")


def test_a_client_with_the_sandboxes_wsdl_can_do_everything(account):
    for operation, arguments, headers in everything(Talk(account)):
        assert account.call(operation, *arguments, headers=headers) is not None


def test_the_address_in_the_wsdl_belongs_to_no_account(account):
    (service,) = account.client.wsdl.services.values()
    (port,) = service.ports.values()
    assert port.binding_options["address"] == (
        "https://webservices.netsuite.com/services/NetSuitePort_2025_2"
    )


def test_a_reordered_reply_is_lost_on_a_strict_reader_only(account):
    account.sandbox.settings.reorder_replies = True
    account.fault("after_submit_failed")
    talk = Talk(account)
    with pytest.raises(zeep.exceptions.XMLParseError):
        account.call("upsert", talk.order("o-1"))
    with account.client.settings(strict=False, xsd_ignore_sequence_order=True):
        account.fault("after_submit_failed")
        detail = account.call("upsert", talk.order("o-1")).writeResponse.status.statusDetail[0]
    assert (detail.code, detail.afterSubmitFailed) == ("JS_EXCEPTION", True)
