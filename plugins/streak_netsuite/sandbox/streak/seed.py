"""The seeded team: "Northwind Robotics" sells robots. Everybody and everything is made up."""

from typing import Any

from streak_netsuite.sandbox.streak.mail import attach
from streak_netsuite.sandbox.streak.store import Json, Store

SALES_STAGES = ("Lead", "Qualified", "Proposal", "Negotiation", "Closed-Won", "Closed-Lost")
RENEWAL_STAGES = ("Open", "Closed-Won", "Closed-Lost")
PRODUCTS = ("Atlas Arm", "Beacon Sensor", "Carrier AGV", "Install Service", "Care Plan", "Legacy Gripper")
CURRENCIES = ("USD", "EUR", "GBP", "CAD")
TIERS = ("Gold", "Silver", "Bronze")
LABELS = ("urgent", "partner", "trade show")

# name, domain, one-line address, industry, contacts as (given, family, title)
ORGANIZATIONS: tuple[tuple[str, str, str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("Acme Robotics, Inc.", "acme.example", "77 Foundry Way, Pittsburgh, PA 15222, USA", "Manufacturing",
     (("Wile", "Carter", "CFO"), ("Dana", "Fields", "Purchasing"))),
    ("Blue Harbor Logistics", "blueharbor.example", "450 Harbor Blvd, Suite 200, Oakland, CA 94607, USA", "Logistics",
     (("Maya", "Okafor", "COO"), ("Tom", "Reyes", "Operations"))),
    ("Delta Foods", "delta-foods.test", "12 Mill Lane, Sacramento, CA 95814, USA", "Food",
     (("Ines", "Duarte", "Plant manager"),)),
    ("Éclair Pâtisserie SARL", "eclair-patisserie.test", "14 Rue des Lilas, 69003 Lyon, France", "Food",
     (("Chloé", "Martin", "Gérante"),)),
    ("Müller & Söhne GmbH", "mueller-soehne.test", "Hauptstraße 5, 80331 München, Germany", "Machinery",
     (("Jürgen", "Müller", "Einkauf"), ("Anke", "Vogel", "IT"))),
    ("Northern Star Farms", "northernstar.test", "1810 Prairie Road, Regina, SK S4P 3Y2, Canada", "Agriculture",
     (("Owen", "Tremblay", "Owner"),)),
    ("Kestrel Aerospace Ltd", "kestrel.test", "3 Hangar Row, Bristol BS34 7PA, United Kingdom", "Aerospace",
     (("Priya", "Shah", "Programme lead"), ("Alan", "Moss", "Buyer"))),
    ("Tulip Automation B.V.", "tulip-automation.test", "Keizersgracht 101, 1015 CH Amsterdam, Netherlands", "Machinery",
     (("Sanne", "de Vries", "Director"),)),
    ("Sakura Packaging", "sakura-packaging.test", "2-11-3 Meguro, Meguro-ku, Tokyo 153-0063, Japan", "Packaging",
     (("Yuki", "Tanaka", "Procurement"),)),
    ("Southern Cross Mining Pty Ltd", "southerncross.test", "88 Murray Street, Perth WA 6000, Australia", "Mining",
     (("Liam", "O'Connor", "Site manager"), ("Grace", "Nguyen", "Finance"))),
    ("Copperline Tools", "copperline.example", "600 Smelter Ave, Butte, MT 59701, USA", "Tools",
     (("Hank", "Weller", "Owner"),)),
    ("Bright Path Clinics", "brightpath.test", "9 Wellness Plaza, Austin, TX 78701, USA", "Health",
     (("Rosa", "Jimenez", "Facilities"), ("Kofi", "Mensah", "CTO"))),
)  # fmt: skip

# name, organization, stage, product, quantity, unit price, currency, PO number
DEALS: tuple[tuple[str, str, str, str, str, str, str, str], ...] = (
    ("Blue Harbor warehouse robots", "Blue Harbor Logistics", "Negotiation", "Atlas Arm", "4", "12,500.00", "USD", "PO-7781"),
    ("Acme line 3 retrofit", "Acme Robotics, Inc.", "Proposal", "Carrier AGV", "2", "38,900.00", "USD", "PO-2290"),
    ("Acme spare sensors", "Acme Robotics, Inc.", "Qualified", "Beacon Sensor", "25", "145.50", "USD", ""),
    ("Delta Foods palletizer", "Delta Foods", "Negotiation", "Atlas Arm", "1", "13,200.00", "USD", "DF-118"),
    ("Éclair finishing cell", "Éclair Pâtisserie SARL", "Proposal", "Atlas Arm", "1", "11.900,00", "EUR", "EP-33"),
    ("Müller Werk 2", "Müller & Söhne GmbH", "Negotiation", "Carrier AGV", "3", "36.500,00", "EUR", "MS-4711"),
    ("Müller service plan", "Müller & Söhne GmbH", "Lead", "Care Plan", "12", "890,00", "EUR", ""),
    ("Northern Star barn sensors", "Northern Star Farms", "Qualified", "Beacon Sensor", "40", "189.00", "CAD", ""),
    ("Kestrel wing inspection", "Kestrel Aerospace Ltd", "Proposal", "Atlas Arm", "2", "10,400.00", "GBP", "KA-09"),
    ("Kestrel installation", "Kestrel Aerospace Ltd", "Lead", "Install Service", "5", "1,150.00", "GBP", ""),
    ("Tulip packing line", "Tulip Automation B.V.", "Negotiation", "Carrier AGV", "1", "37.250,00", "EUR", "TA-77"),
    ("Sakura pilot", "Sakura Packaging", "Lead", "Atlas Arm", "1", "12,900.00", "USD", ""),
    ("Southern Cross haul road", "Southern Cross Mining Pty Ltd", "Proposal", "Carrier AGV", "6", "41,000.00", "USD", "SC-5"),
    ("Copperline bench arms", "Copperline Tools", "Qualified", "Atlas Arm", "2", "12,750.00", "USD", ""),
    ("Bright Path couriers", "Bright Path Clinics", "Negotiation", "Carrier AGV", "2", "39,400.00", "USD", "BP-20"),
    ("Bright Path care", "Bright Path Clinics", "Lead", "Care Plan", "24", "750.00", "USD", ""),
    ("Acme pilot 2025", "Acme Robotics, Inc.", "Closed-Lost", "Atlas Arm", "1", "14,000.00", "USD", ""),
    ("Tulip sensors", "Tulip Automation B.V.", "Closed-Lost", "Beacon Sensor", "10", "160,00", "EUR", ""),
    ("Kestrel care", "Kestrel Aerospace Ltd", "Qualified", "Care Plan", "12", "820.00", "GBP", ""),
    ("Northern Star AGV", "Northern Star Farms", "Lead", "Carrier AGV", "1", "52,000.00", "CAD", ""),
)  # fmt: skip
RENEWALS = (
    "Acme care renewal",
    "Müller care renewal",
    "Tulip care renewal",
    "Kestrel care renewal",
    "Sakura care renewal",
)


def fill(store: Store) -> None:
    """Fill an empty store."""
    _people(store)
    sales = store.add_pipeline("Sales", SALES_STAGES, _sales_fields())
    renewals = store.add_pipeline("Renewals", RENEWAL_STAGES, _renewal_fields())
    organizations = {seeded[0]: _organization(store, *seeded) for seeded in ORGANIZATIONS}
    for number, deal in enumerate(DEALS):
        _deal(store, sales, organizations, number, deal)
    first = next(iter(store.boxes))
    attach(store, first, "Your offer", "Site plan.pdf", b"%PDF-1.4 a site plan")
    for name in RENEWALS:
        store.add_box(renewals, {"name": name}, quiet=True)


def _people(store: Store) -> None:
    key = store.new_key("user")
    store.user = {
        "key": key,
        "userKey": key,
        "email": "ann@northwind-robotics.example",
        "displayName": "Ann Lee",
        "fullName": "Ann Lee",
        "timezoneId": "America/Los_Angeles",
        "userType": "HUMAN",
        "creationTimestamp": 1_700_000_000_000,
        "lastUpdatedTimestamp": 1_700_000_000_000,
        "lastSavedTimestamp": 1_700_000_000_000,
        # As a member of the team.
        "role": "Owner",
        "inviteDate": 1_700_000_000_000,
        "inviteStatus": "Accepted",
        "emailSharing": "Existence",
    }
    other = {
        **store.user,
        "email": "raj@northwind-robotics.example",
        "displayName": "Raj Patel",
        "fullName": "Raj Patel",
    }
    other["key"] = other["userKey"] = store.new_key("user")
    field = {"key": "1001", "name": "Customer number", "type": "TEXT_INPUT"}
    store.team = {
        "key": store.new_key("team"),
        "name": "Northwind Robotics",
        "creationDate": 1_700_000_000_000,
        "creator": store.user["key"],
        "emailsToSendInvoiceTo": [],
        "lastSavedTimestamp": 1_700_000_000_000,
        "contactOrgListPermissions": {},
        "members": [store.user, other],
        "contactSettings": {"fields": {"1001": {**field, "name": "Role"}}},
        "organizationSettings": {"fields": {"1001": field}},
    }


def _sales_fields() -> list[Json]:
    types: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("Product", "DROPDOWN", _options(PRODUCTS)),
        ("Quantity", "TEXT_INPUT", {}),
        ("Unit price", "TEXT_INPUT", {}),
        ("Currency", "DROPDOWN", _options(CURRENCIES)),
        ("PO number", "TEXT_INPUT", {}),
        ("Requested ship date", "DATE", {}),
        ("Rush order", "CHECKBOX", {}),
        ("Tier", "DROPDOWN", _options(TIERS)),
        ("Labels", "TAG", _tags(LABELS)),
        ("Account manager", "PERSON", {}),
        ("Buyer", "TEAM_CONTACT", {}),
        ("Reseller", "TEAM_ORGANIZATION", {}),
        ("Deal size", "FORMULA", {"formulaSettings": {"product": ["Quantity", "Unit price"]}}),
        ("Ship to", "TEXT_INPUT", {}),
        ("Competitor count", "TEXT_INPUT", {}),
        ("NetSuite order", "TEXT_INPUT", {}),
        ("NetSuite status", "TEXT_INPUT", {}),
    )
    return [
        {"key": str(1001 + n), "name": name, "type": type_, **more}
        for n, (name, type_, more) in enumerate(types)
    ]


def _renewal_fields() -> list[Json]:
    return [
        {"key": "1001", "name": "Renewal date", "type": "DATE"},
        {"key": "1002", "name": "NetSuite order", "type": "TEXT_INPUT"},
    ]


def _options(names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "dropdownSettings": {"items": [{"key": str(9001 + n), "name": name} for n, name in enumerate(names)]}
    }


def _tags(names: tuple[str, ...]) -> dict[str, Any]:
    return {"tagSettings": {"tags": [{"key": str(9001 + n), "tag": name} for n, name in enumerate(names)]}}


def _organization(
    store: Store,
    name: str,
    domain: str,
    address: str,
    industry: str,
    people: tuple[tuple[str, str, str], ...],
) -> tuple[Json, list[Json]]:
    organization = store.add_party(
        "organization",
        {
            "name": name,
            "domains": [domain],
            "normalizedDomains": [domain],
            "addresses": [address],
            "industry": industry,
            "phoneNumbers": ["+1 555 0100"],
        },
        quiet=True,
    )
    contacts = [
        store.add_party(
            "contact",
            {
                "givenName": given,
                "familyName": family,
                "title": title,
                "emailAddresses": [f"{_ascii(given)}.{_ascii(family)}@{domain}"],
                "domains": [domain],
                "orgLinks": [{"key": organization["key"], "isMagicLinked": True}],
            },
            quiet=True,
        )
        for given, family, title in people
    ]
    return organization, contacts


def _ascii(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha())


def _deal(
    store: Store,
    pipeline: Json,
    organizations: dict[str, tuple[Json, list[Json]]],
    number: int,
    deal: tuple[str, str, str, str, str, str, str, str],
) -> None:
    name, organization_name, stage, product, quantity, price, currency, purchase_order = deal
    organization, contacts = organizations[organization_name]
    texts = {"Quantity": quantity, "Unit price": price, "PO number": purchase_order}
    values: dict[str, Any] = {
        "Product": _key(PRODUCTS, product),
        "Currency": _key(CURRENCIES, currency),
        **{label: text for label, text in texts.items() if text},
        "Tier": _key(TIERS, TIERS[number % 3]),
        "Labels": [_key(LABELS, LABELS[number % 3])],
        "Requested ship date": store.now_ms() + 30 * 86_400_000,
        "Rush order": number % 4 == 0,
        "Account manager": store.user["email"],
        "Buyer": contacts[0]["key"],
        "Competitor count": str(number % 5),
    }
    keys = {f["name"]: f["key"] for f in pipeline["fields"]}
    store.add_box(
        pipeline,
        {
            "name": name,
            "stageKey": store.stage_key(pipeline, stage),
            "notes": f"Met at the trade show. {organization_name} wants a quick start.",
            "fields": {keys[label]: value for label, value in values.items()},
            "organizations": [{"key": organization["key"]}],
            "contacts": [{"key": contact["key"]} for contact in contacts],
        },
        quiet=True,
    )


def _key(names: tuple[str, ...], name: str) -> str:
    return str(9001 + names.index(name))
