"""Building and serialising an upsertList of 100 orders, beside zeep alone from ready-made dictionaries."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree
from measurement import Measurement
from soap_place import our_client, seconds, wsdl_directory

from streak_netsuite.connectors.netsuite.calls.writes import write_list
from streak_netsuite.connectors.netsuite.records.sales_order import write_sales_order
from streak_netsuite.connectors.netsuite.schema import SuiteSchema
from streak_netsuite.connectors.netsuite.writer import RecordWriter, Verb
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

ORDERS, LINES, CUSTOM_FIELDS = 100, 5, 5


def measure() -> list[Measurement]:
    """Build the same list from canonical orders, and from dictionaries in SuiteTalk's words."""
    orders = [_order(number) for number in range(ORDERS)]
    with wsdl_directory() as (directory, _):
        client = our_client(directory)
        writer = RecordWriter(SuiteSchema(client), ZoneInfo("America/Los_Angeles"))

        def ours() -> bytes:
            records = [write_sales_order(order, f"streak-so-{n}") for n, order in enumerate(orders)]
            arguments = write_list(Verb.UPSERT, records).arguments(writer)
            return _serialised(client, arguments)

        def plain() -> bytes:
            return _serialised(client, {"record": [_plain(writer, n) for n in range(ORDERS)]})

        assert len(ours()) > 100_000
        ours_seconds, plain_seconds = seconds(ours), seconds(plain)
    return [
        Measurement(
            name="soap_serialise_orders",
            value=ours_seconds,
            unit="s for 100 orders",
            reference="zeep alone",
            reference_value=plain_seconds,
            ratio=ours_seconds / plain_seconds,
            wanted="<= 1.5",
        )
    ]


def _serialised(client: Any, arguments: Any) -> bytes:
    content: bytes = etree.tostring(client.create_message(client.service, "upsertList", **arguments))
    return content


def _order(number: int) -> SalesOrder:
    text = CustomFieldType.TEXT
    fields = tuple(
        CustomField(script_id=f"custbody_{n}", type=text, value=f"value {n}") for n in range(CUSTOM_FIELDS)
    )
    line = OrderLine(item=Reference(internal_id="101"), quantity=Decimal(2), rate=Decimal("19.99"))
    return SalesOrder(
        customer=Reference(external_id=f"streak-org-{number}"),
        transaction_date=date(2026, 5, 4),
        purchase_order_number=f"PO-{number}",
        lines=(line,) * LINES,
        custom_fields=fields,
    )


def _plain(writer: RecordWriter, number: int) -> Any:
    line = {
        "item": {"internalId": "101"},
        "quantity": Decimal(2),
        "price": {"internalId": "-1"},
        "rate": "19.99",
    }
    fields = [
        writer.build("StringCustomFieldRef", scriptId=f"custbody_{n}", value=f"value {n}")
        for n in range(CUSTOM_FIELDS)
    ]
    return writer.build(
        "SalesOrder",
        externalId=f"streak-so-{number}",
        entity={"externalId": f"streak-org-{number}"},
        tranDate=datetime(2026, 5, 4, 7, tzinfo=UTC),
        otherRefNum=f"PO-{number}",
        itemList={"replaceAll": True, "item": [line] * LINES},
        customFieldList={"customField": fields},
    )
