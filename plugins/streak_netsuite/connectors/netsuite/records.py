"""Canonical records as SuiteTalk objects. What goes out; nothing of zeep leaves this package."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.mapping.country import suitetalk_country
from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

CORE = "platform.core"
COMMON = "platform.common"
RELATIONSHIPS = "lists.relationships"
SALES = "transactions.sales"

_CUSTOM_PRICE = "-1"  # price level "Custom": the line's rate is ours (section 3.7 of the record browser)

_REF_TYPES: Mapping[CustomFieldType, str] = {
    CustomFieldType.TEXT: "StringCustomFieldRef",
    CustomFieldType.INTEGER: "LongCustomFieldRef",
    CustomFieldType.DECIMAL: "DoubleCustomFieldRef",
    CustomFieldType.CHECKBOX: "BooleanCustomFieldRef",
    CustomFieldType.DATE: "DateCustomFieldRef",
    CustomFieldType.DATETIME: "DateCustomFieldRef",
    CustomFieldType.SELECT: "SelectCustomFieldRef",
    CustomFieldType.MULTI_SELECT: "MultiSelectCustomFieldRef",
}


class RecordBuilder:
    """Builds SuiteTalk records for one account.

    Dates go out as midnight in the integration user's zone: NetSuite keeps the day after converting
    to that zone, and reads a time without zone as Pacific (section_1521451348, read 2026-11).
    """

    def __init__(self, client: SoapClient, user_zone: ZoneInfo) -> None:
        self._client = client
        self._zone = user_zone

    def customer(self, record: Customer, external_id: str) -> Any:
        """Return a Customer. Its address book replaces what is there, so a repeat adds no second address."""
        return self._make(
            RELATIONSHIPS,
            "Customer",
            externalId=external_id,
            entityId=record.entity_id,
            isPerson=record.is_person,
            companyName=record.company_name or None,
            firstName=record.first_name or None,
            lastName=record.last_name or None,
            email=record.email or None,
            phone=record.phone or None,
            subsidiary=self._reference(record.subsidiary),
            currency=self._reference(record.currency),
            addressbookList=self._address_book(record.addresses),
            customFieldList=self._custom_fields(record.custom_fields),
        )

    def sales_order(self, record: SalesOrder, external_id: str) -> Any:
        """Return a SalesOrder with all its lines."""
        return self._make(
            SALES,
            "SalesOrder",
            externalId=external_id,
            entity=self._reference(record.customer),
            tranDate=self.midnight(record.transaction_date),
            memo=record.memo or None,
            otherRefNum=record.purchase_order_number or None,
            currency=self._reference(record.currency),
            subsidiary=self._reference(record.subsidiary),
            department=self._reference(record.department),
            location=self._reference(record.location),
            terms=self._reference(record.terms),
            salesRep=self._reference(record.sales_rep),
            shipDate=self.midnight(record.ship_date) if record.ship_date else None,
            billingAddress=self._address(record.billing_address),
            shippingAddress=self._address(record.shipping_address),
            itemList=self._lines(record.lines),
            customFieldList=self._custom_fields(record.custom_fields),
            **{"class": self._reference(record.class_)},
        )

    def reference(self, *, type_: str, external_id: str | None = None, internal_id: str | None = None) -> Any:
        """Return a RecordRef to a record of a type, by one of its ids."""
        return self._make(CORE, "RecordRef", type=type_, externalId=external_id, internalId=internal_id)

    def midnight(self, day: date) -> datetime:
        """Return the start of a day in the integration user's zone, with that day's offset."""
        return datetime.combine(day, time(), tzinfo=self._zone)

    def _lines(self, lines: Sequence[OrderLine]) -> Any:
        return {"replaceAll": True, "item": [self._line(line) for line in lines]}

    def _line(self, line: OrderLine) -> Any:
        priced = line.rate is not None
        return self._make(
            SALES,
            "SalesOrderItem",
            item=self._reference(line.item),
            quantity=line.quantity,
            price=self._reference(Reference(internal_id=_CUSTOM_PRICE)) if priced else None,
            rate=plain(line.rate) if line.rate is not None else None,
            description=line.description or None,
            taxCode=self._reference(line.tax_code),
            customFieldList=self._custom_fields(line.custom_fields),
        )

    def _address_book(self, addresses: Sequence[Address]) -> Any:
        if not addresses:
            return None
        entries = [
            {
                "defaultShipping": position == 0,
                "defaultBilling": position == 0,
                "addressbookAddress": self._address(address),
            }
            for position, address in enumerate(addresses)
        ]
        return {"replaceAll": True, "addressbook": entries}

    def _address(self, address: Address | None) -> Any:
        if address is None:
            return None
        return self._make(
            COMMON,
            "Address",
            country=suitetalk_country(address.country) if address.country else None,
            attention=address.attention or None,
            addressee=address.addressee or None,
            addrPhone=address.phone or None,
            addr1=address.addr1 or None,
            addr2=address.addr2 or None,
            addr3=address.addr3 or None,
            city=address.city or None,
            state=address.state or None,
            zip=address.zip or None,
        )

    def _custom_fields(self, fields: Sequence[CustomField]) -> Any:
        return {"customField": [self._custom_field(field) for field in fields]} if fields else None

    def _custom_field(self, field: CustomField) -> Any:
        return self._make(
            CORE, _REF_TYPES[field.type], scriptId=field.script_id, value=self._custom_value(field.value)
        )

    def _custom_value(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return self._list_value(value)
        if isinstance(value, tuple):
            return [self._list_value(entry) for entry in value]
        if isinstance(value, date) and not isinstance(value, datetime):
            return self.midnight(value)
        return value

    def _list_value(self, reference: Reference) -> Any:
        return self._make(
            CORE, "ListOrRecordRef", internalId=reference.internal_id, externalId=reference.external_id
        )

    def _reference(self, reference: Reference | None) -> Any:
        if reference is None:
            return None
        return self._make(
            CORE, "RecordRef", internalId=reference.internal_id, externalId=reference.external_id
        )

    def _make(self, family: str, name: str, **values: Any) -> Any:
        return self._client.type(family, name)(
            **{key: value for key, value in values.items() if value is not None}
        )


def plain(amount: Decimal) -> str:
    """Return an amount in plain notation: Decimal("1E+3") is "1000"."""
    return format(amount, "f")
