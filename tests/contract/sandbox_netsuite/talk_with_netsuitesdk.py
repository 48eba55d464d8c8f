"""Talks to a sandbox through netsuitesdk, in an environment of its own; writes what it saw as JSON.

Usage: python talk_with_netsuitesdk.py '{"base_url": ..., "account": ..., ...}'
"""

import json
import sys
from typing import Any

from netsuitesdk.api.currencies import Currencies
from netsuitesdk.api.customers import Customers
from netsuitesdk.api.items import Items
from netsuitesdk.internal.client import NetSuiteClient
from netsuitesdk.internal.exceptions import NetSuiteLoginError, NetSuiteRequestError
from netsuitesdk.internal.utils import PaginatedSearch


class Client(NetSuiteClient):
    """The library's client; only its addresses lead to the sandbox instead of Oracle's hosts."""

    def __init__(self, info: dict[str, str]) -> None:
        self.WSDL_URL_TEMPLATE = info["base_url"] + "/wsdl/{wsdl_version}/netsuite.wsdl"
        self.DATACENTER_URL_TEMPLATE = info["base_url"] + "/services/{netsuite_port_version}"
        super().__init__(
            account=info["account"], caching=False, wsdl_version=info["endpoint_version"], page_size=5
        )
        self.sign_in(info, info["token_secret"])

    def sign_in(self, info: dict[str, str], token_secret: str) -> None:
        self.connect_tba(info["consumer_key"], info["consumer_secret"], info["token_id"], token_secret)


def sales(client: Client, name: str) -> Any:
    """A type of the sales namespace; the library knows it as ns19 and names only some of its types."""
    return client._client.get_type(f"ns19:{name}")


def add(client: Client, record: Any) -> str:
    """Add a record with the library's signed service; it has no method of its own for it."""
    response = client.request("add", record=record).body.writeResponse
    assert response.status.isSuccess, response.status
    return str(response.baseRef.internalId)


def customers(client: Client) -> dict[str, Any]:
    record = client.Customer(
        externalId="sdk-customer",
        companyName="SDK Company",
        email="hello@sdk.example",
        subsidiary=client.RecordRef(internalId="1"),
    )
    first, second = client.upsert(record), client.upsert(record)
    added = add(client, client.Customer(companyName="SDK Added", subsidiary=client.RecordRef(internalId="1")))
    added_found = client.basic_stringfield_search("Customer", "companyName", "SDK Added", "is")
    pages = Customers(client).get_all_generator()
    found = client.basic_stringfield_search("Customer", "companyName", "SDK Company", "is")
    return {
        "same": first.internalId == second.internalId,
        "read": client.get("customer", externalId="SDK-Customer").email,
        "found": [c.externalId for c in found],
        "added": [c.internalId for c in added_found] == [added],
        "all": [c.entityId for page in pages for c in page],
        "count": Customers(client).count(),
    }


def orders(client: Client) -> dict[str, Any]:
    line = sales(client, "SalesOrderItem")(
        item=client.RecordRef(internalId="101"), quantity=2, price=client.RecordRef(internalId="1")
    )
    custom = client.CustomFieldList(
        [client.StringCustomFieldRef(scriptId="custbody_streak_box", value="box-1")]
    )
    order = sales(client, "SalesOrder")(
        externalId="sdk-order",
        entity=client.RecordRef(externalId="sdk-customer"),
        itemList=sales(client, "SalesOrderItemList")(item=[line], replaceAll=True),
        customFieldList=custom,
    )
    added = add(client, order)
    ref = client.upsert(order)
    read = client.get("salesOrder", internalId=added)
    wanted = client.basic_search_factory(
        "Transaction",
        type=client.SearchEnumMultiSelectField(searchValue=["_salesOrder"], operator="anyOf"),
        internalId=client.SearchMultiSelectField(
            searchValue=[client.RecordRef(internalId=ref.internalId)], operator="anyOf"
        ),
    )
    search = PaginatedSearch(client=client, type_name="Transaction", basic_search=wanted)
    return {
        "same": ref.internalId == added,
        "amount": str(read.itemList.item[0].amount),
        "box": [f.value for f in read.customFieldList.customField if f.scriptId == "custbody_streak_box"],
        "found": [o.externalId for o in search.records],
    }


def lists(client: Client) -> dict[str, Any]:
    return {
        "currencies": [c["symbol"] for c in Currencies(client).get_all_generator()],
        "items": sorted({i.itemId for page in Items(client).get_all_generator() for i in page}),
    }


def refusals(client: Client, info: dict[str, str]) -> dict[str, Any]:
    found = {}
    try:
        client.upsert(client.Customer(externalId="sdk-2", companyName="Nowhere"))
    except NetSuiteRequestError as error:
        found["record"] = error.code
    client.sign_in(info, "not the secret")
    try:
        client.get("customer", internalId="501")
    except NetSuiteLoginError as error:
        found["login"] = error.message
    return found


def main() -> None:
    info = json.loads(sys.argv[1])
    client = Client(info)
    seen = {
        "customers": customers(client),
        "orders": orders(client),
        "lists": lists(client),
        "refusals": refusals(client, info),
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
