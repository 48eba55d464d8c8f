"""The seeded account's customers, contacts and sales, some of them shipped, billed and paid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import (
    consequences,
    contacts,
    custom_records,
    customers,
    fulfillments,
    invoices,
    orders,
    payments,
)
from streak_netsuite.sandbox.netsuite.drafts import BEGIN, draft
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.seed_customization import INSTALL_SITE
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

_PREFERENCES = Preferences()
Builder = Callable[[Store, Record, Fields, Preferences], Record]
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
# Id, customer, PO number, status when new, lines; then the ids of its fulfilment, invoice and payment.
_ORDERS: tuple[tuple[str, str, str, str, tuple[tuple[str, str], ...], tuple[str, ...]], ...] = (
    (
        "8001",
        "501",
        "PO-1180",
        "_pendingFulfillment",
        (("101", "2"), ("201", "16")),
        ("7101", "7201", "7301"),
    ),
    ("8002", "502", "DF-204", "_pendingFulfillment", (("102", "25"),), ("7102", "7202")),
    ("8003", "504", "EP-031", "_pendingFulfillment", (("103", "1"), ("202", "1")), ("7103",)),
    ("8004", "501", "PO-1240", "_pendingFulfillment", (("101", "1"), ("202", "2")), ()),
    ("8005", "503", "DFL-7", "_pendingApproval", (("102", "10"), ("201", "4")), ()),
)
_CONTACTS = (
    ("701", "Mara", "Quint", "mara.quint@acme.example", "501"),
    ("702", "Tom", "Hale", "tom.hale@deltafoods.example", "502"),
)
_SITES = (("901", "Pittsburgh plant", "501"), ("902", "Duluth terminal", "502"))


def fill(store: Store) -> None:
    """Put customers, contacts, install sites and sales into the store."""
    for id_, fields, address in _CUSTOMERS:
        store.put(_customer(store, id_, fields, address))
    store.put(_vendor())
    for id_, first, last, email, company in _CONTACTS:
        sent = {"firstName": first, "lastName": last, "email": email, "company": Ref(internal_id=company)}
        store.put(contacts.build(store, draft("contact", id_), sent, _PREFERENCES))
    for id_, name, customer in _SITES:
        store.put(
            custom_records.build(store, draft("customRecord", id_), _site(name, customer), _PREFERENCES)
        )
    for position, (id_, customer, number, status, lines, children) in enumerate(_ORDERS):
        store.seed_time = BEGIN + timedelta(days=position)
        _save(store, orders.build, "salesOrder", id_, _order_fields(customer, number, status, lines))
        _fulfil(store, id_, customer, children)


def _fulfil(store: Store, order: str, customer: str, children: tuple[str, ...]) -> None:
    """Ship, bill and pay an order, as far as there are ids for it."""
    source = {"createdFrom": Ref(internal_id=order)}
    steps: tuple[tuple[Builder, str, Fields], ...] = (
        (fulfillments.build, "itemFulfillment", source),
        (invoices.build, "invoice", source),
        (
            payments.build,
            "customerPayment",
            {
                "customer": Ref(internal_id=customer),
                "applyList": {"apply": [{"apply": True, "doc": int(children[1])}]},
            }
            if len(children) > 1
            else {},
        ),
    )
    for id_, (build, kind, sent) in zip(children, steps, strict=False):
        _save(store, build, kind, id_, dict(sent))


def _save(store: Store, build: Builder, kind: str, id_: str, sent: Fields) -> None:
    made = build(store, draft(kind), {"@xsi": KINDS[kind].type, **sent}, _PREFERENCES)
    prefix = KINDS[kind].number_prefix
    number = f"SO{int(id_) - 7000}" if kind == "salesOrder" else store.next_document(prefix)
    saved = replace(
        made,
        internal_id=id_,
        created_at=store.now(),
        modified_at=store.now(),
        fields=made.fields | {"tranId": number},
    )
    store.put(saved)
    consequences.follow(store, None, saved)


def _site(name: str, customer: str) -> Fields:
    place = CustomValue(kind="Select", script_id="custrecord_site_customer", value=Ref(internal_id=customer))
    return {
        "recType": Ref(internal_id=INSTALL_SITE),
        "name": name,
        "customFieldList": {"customField": [place]},
    }


def _customer(store: Store, id_: str, fields: Fields, address: Fields) -> Record:
    sent = {"@xsi": KINDS["customer"].type, **fields, "addressbookList": {"addressbook": [address]}}
    customer = customers.build(store, draft("customer", id_), sent, _PREFERENCES)
    customer.fields["stage"] = "_customer"
    return customer


def _vendor() -> Record:
    name = "Old Vendor GmbH"
    return draft(
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
        "tranDate": BEGIN,
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
