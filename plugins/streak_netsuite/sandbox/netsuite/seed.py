"""The seeded account of Northwind Robotics: the same company, the same ids, every time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from streak_netsuite.sandbox.netsuite import customers, orders
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

_BEGIN = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)
_PREFERENCES = Preferences()

_CURRENCIES = (
    ("1", "US Dollar", "USD", "1.0"),
    ("2", "British Pound", "GBP", "1.27"),
    ("3", "Canadian Dollar", "CAD", "0.73"),
    ("4", "Euro", "EUR", "1.08"),
)
_ITEMS = (
    ("101", "inventoryItem", "Atlas Arm", "Six-axis robot arm, 12 kg", "12500.00"),
    ("102", "inventoryItem", "Beacon Sensor", "Floor beacon for vehicle navigation", "480.00"),
    ("103", "inventoryItem", "Carrier AGV", "Automated guided vehicle, 800 kg", "38900.00"),
    ("109", "inventoryItem", "Legacy Gripper", "Two-finger gripper, discontinued", "900.00"),
    ("201", "serviceSaleItem", "Install Service", "Installation, per hour", "150.00"),
    ("202", "serviceSaleItem", "Care Plan", "Care plan, one year", "2400.00"),
)
_INACTIVE_ITEM = "109"
# By subsidiary; one in each is not used any more.
_TAX_CODES = (
    ("301", "salesTaxItem", "CA-San Francisco", "8.63%", "1", False),
    ("302", "salesTaxItem", "VAT-DE 19%", "19%", "2", False),
    ("303", "salesTaxItem", "VAT-DE 16%", "16%", "2", True),
    ("304", "taxGroup", "PA-Pittsburgh", "7.00%", "1", False),
)
_LISTS = (
    ("31", "customlist_tier", "Tier", ("Gold", "Silver", "Bronze")),
    ("32", "customlist_labels", "Labels", ("urgent", "partner", "trade show")),
)
_CUSTOM_FIELDS = (
    ("custbody_streak_box", "String", ""),
    ("custbody_streak_stage", "String", ""),
    ("custbody_streak_tier", "Select", "31"),
    ("custbody_streak_labels", "MultiSelect", "32"),
    ("custbody_rush_order", "Boolean", ""),
    ("custbody_requested_ship", "Date", ""),
    ("custbody_competitors", "Long", ""),
    ("custbody_deal_size", "Double", ""),
    ("custbody_account_manager", "String", ""),
    ("custbody_buyer", "String", ""),
    ("custbody_reseller", "String", ""),
    ("custentity_streak_org", "String", ""),
    ("custcol_streak_note", "String", ""),
)
_FIRST_FIELD_ID = 1701
# Values that references may name and that are no records here, by element.
_CHOICES = {
    "category": {"1": "End user", "2": "Reseller"},
    "class": {"1": "Hardware", "2": "Services"},
    "customForm": {"100": "Standard Sales Order", "101": "Integration Sales Order", "1": "Standard Customer"},
    "department": {"1": "Sales", "2": "Support"},
    "entityStatus": {"6": "LEAD-Unqualified", "7": "PROSPECT-Qualified", "13": "CUSTOMER-Closed Won"},
    "leadSource": {"1": "Trade show", "2": "Web"},
    "location": {"1": "Oakland warehouse", "2": "Munich warehouse"},
    "priceLevel": {"1": "Base Price", "-1": "Custom"},
    "salesRep": {"11": "Ada Whitfield", "12": "Jonas Brandt"},
    "shipMethod": {"1": "Freight", "2": "Courier"},
    "taxCode": {"-7": "-Not Taxable-", "-8": "-Taxable-"},
    "taxItem": {"-7": "-Not Taxable-"},
    "terms": {"1": "Net 15", "2": "Net 30", "3": "Net 60"},
    "units": {"1": "Each", "2": "Hour"},
}
_USD, _EUR = Ref(internal_id="1"), Ref(internal_id="4")
_INC, _GMBH = Ref(internal_id="1"), Ref(internal_id="2")


def _address(addr1: str, city: str, zip_: str, country: str, state: str = "") -> Fields:
    place = {"country": country, "addr1": addr1, "city": city, "state": state, "zip": zip_}
    return {
        "defaultBilling": True,
        "defaultShipping": True,
        "addressbookAddress": {k: v for k, v in place.items() if v},
    }


_CUSTOMERS: tuple[tuple[str, Fields, Fields], ...] = (
    (
        "501",
        {
            "companyName": "ACME Robotics Inc",
            "email": "ap@acme.example",
            "subsidiary": _INC,
            "currency": _USD,
        },
        _address("77 Foundry Way", "Pittsburgh", "15222", "_unitedStates", "PA"),
    ),
    (
        "502",
        {
            "companyName": "Delta Foods",
            "email": "billing@deltafoods.example",
            "subsidiary": _INC,
            "currency": _USD,
        },
        _address("1200 Grain Terminal Rd", "Duluth", "55802", "_unitedStates", "MN"),
    ),
    (
        "503",
        {
            "companyName": "Delta Foods Ltd",
            "email": "accounts@deltafoods.test",
            "subsidiary": _GMBH,
            "currency": _EUR,
        },
        _address("4 Wharf Lane", "Leeds", "LS1 4AP", "_unitedKingdom"),
    ),
    (
        "504",
        {
            "companyName": "Eclair Patisserie",
            "email": "compta@eclair.example",
            "subsidiary": _GMBH,
            "currency": _EUR,
        },
        _address("12 rue des Lilas", "Lyon", "69003", "_france"),
    ),
    (
        "505",
        {
            "companyName": "Copperline Tools",
            "email": "office@copperline.example",
            "subsidiary": _INC,
            "currency": _USD,
            "isInactive": True,
        },
        _address("9 Smelter St", "Tucson", "85701", "_unitedStates", "AZ"),
    ),
)
_ORDERS: tuple[tuple[str, str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("8001", "501", "PO-1180", "_fullyBilled", (("101", "2"), ("201", "16"))),
    ("8002", "502", "DF-204", "_fullyBilled", (("102", "25"),)),
    ("8003", "504", "EP-031", "_pendingBilling", (("103", "1"), ("202", "1"))),
    ("8004", "501", "PO-1240", "_pendingFulfillment", (("101", "1"), ("202", "2"))),
    ("8005", "503", "DFL-7", "_pendingApproval", (("102", "10"), ("201", "4"))),
)


def fill(store: Store) -> None:
    """Put the seeded account into an empty store."""
    for field_id, (script_id, kind, list_id) in enumerate(_CUSTOM_FIELDS, start=_FIRST_FIELD_ID):
        store.custom_fields[script_id] = CustomField(
            script_id=script_id, internal_id=str(field_id), kind=kind, list_id=list_id
        )
    store.choices = {name: dict(values) for name, values in _CHOICES.items()}
    for record in _account_records():
        store.put(record)
    for id_, fields, address in _CUSTOMERS:
        store.put(_customer(store, id_, fields, address))
    store.put(_vendor())
    for position, (id_, customer, purchase_order, status, lines) in enumerate(_ORDERS):
        sent = _order_fields(customer, purchase_order, status, lines)
        order = orders.build(store, _draft("salesOrder", id_, days=position), sent, _PREFERENCES)
        order.fields["tranId"] = f"SO{int(id_) - 7000}"
        store.put(order)


def _draft(kind: str, id_: str, *, days: int = 0, external_id: str = "", **fields: Any) -> Record:
    at = _BEGIN + timedelta(days=days)
    return Record(
        kind=kind, internal_id=id_, external_id=external_id, created_at=at, modified_at=at, fields=fields
    )


def _account_records() -> Iterable[Record]:
    for id_, name, symbol, rate in _CURRENCIES:
        yield _draft(
            "currency",
            id_,
            name=name,
            symbol=symbol,
            isBaseCurrency=id_ == "1",
            isInactive=False,
            exchangeRate=Decimal(rate),
        )
    for id_, name, currency, country in (
        ("1", "Northwind Robotics Inc.", Ref(internal_id="1", name="US Dollar"), "_unitedStates"),
        ("2", "Northwind Robotics GmbH", Ref(internal_id="4", name="Euro"), "_germany"),
    ):
        yield _draft(
            "subsidiary", id_, name=name, isInactive=False, country=country, legalName=name, currency=currency
        )
    for id_, kind, name, description, rate in _ITEMS:
        yield _draft(
            kind,
            id_,
            itemId=name,
            displayName=name,
            salesDescription=description,
            isInactive=id_ == _INACTIVE_ITEM,
            rate=Decimal(rate),
        )
    for id_, kind, name, rate, subsidiary, inactive in _TAX_CODES:
        yield _draft(
            kind,
            id_,
            itemId=name,
            rate=rate if kind == "salesTaxItem" else Decimal(rate.rstrip("%")),
            isInactive=inactive,
            subsidiaryList={"recordRef": [Ref(internal_id=subsidiary, type="subsidiary")]},
        )
    for id_, script_id, name, values in _LISTS:
        custom_list = _draft("customList", id_, name=name, scriptId=script_id, isInactive=False)
        custom_list.sublists["customValueList"] = [
            {"value": value, "isInactive": False, "valueId": number}
            for number, value in enumerate(values, start=1)
        ]
        yield custom_list


def _customer(store: Store, id_: str, fields: Fields, address: Fields) -> Record:
    sent = {"@xsi": KINDS["customer"].type, **fields, "addressbookList": {"addressbook": [address]}}
    customer = customers.build(store, _draft("customer", id_), sent, _PREFERENCES)
    customer.fields["stage"] = "_customer"
    return customer


def _vendor() -> Record:
    name = "Old Vendor GmbH"
    return _draft(
        "vendor",
        "601",
        external_id="legacy-vendor-601",
        entityId=name,
        companyName=name,
        isPerson=False,
        isInactive=False,
        email="kontakt@old-vendor.example",
        subsidiary=Ref(internal_id="2", name="Northwind Robotics GmbH"),
    )


def _order_fields(
    customer: str, purchase_order: str, status: str, lines: tuple[tuple[str, str], ...]
) -> Fields:
    return {
        "@xsi": KINDS["salesOrder"].type,
        "entity": Ref(internal_id=customer),
        "tranDate": _BEGIN,
        "otherRefNum": purchase_order,
        "orderStatus": status,
        "itemList": {
            "item": [
                {"item": Ref(internal_id=item), "quantity": Decimal(quantity), "price": Ref(internal_id="1")}
                for item, quantity in lines
            ]
        },
        "customFieldList": {
            "customField": [CustomValue(kind="String", script_id="custbody_streak_stage", value="Closed-Won")]
        },
    }
