"""The seeded account's items, one at least of every type that can be sold."""

from decimal import Decimal

from streak_netsuite.sandbox.netsuite import items
from streak_netsuite.sandbox.netsuite.drafts import draft
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref

# Id, type, name, description, base price.
_ITEMS = (
    ("101", "inventoryItem", "Atlas Arm", "Six-axis robot arm, 12 kg", "12500.00"),
    ("102", "inventoryItem", "Beacon Sensor", "Floor beacon for vehicle navigation", "480.00"),
    ("103", "inventoryItem", "Carrier AGV", "Automated guided vehicle, 800 kg", "38900.00"),
    ("109", "inventoryItem", "Legacy Gripper", "Two-finger gripper, discontinued", "900.00"),
    ("201", "serviceSaleItem", "Install Service", "Installation, per hour", "150.00"),
    ("202", "serviceSaleItem", "Care Plan", "Care plan, one year", "2400.00"),
    ("203", "nonInventorySaleItem", "Cable Set", "Cables for one cell", "85.00"),
    ("204", "otherChargeSaleItem", "Crane Hire", "Crane at the site, per day", "640.00"),
    ("205", "giftCertificateItem", "Workshop Voucher", "Voucher for a workshop", "500.00"),
)
_INACTIVE = "109"
# What is on hand at the warehouses in Oakland and Munich.
_STOCK = {"101": (40, 12), "102": (900, 350), "103": (6, 2), "109": (0, 0)}
_DISCOUNTS = (("206", "Fair Discount", "-10.0%"), ("207", "Goodwill", "-50.00"))
# Kits and groups: id, type, name, members with their quantities.
_COMPOSED = (
    ("104", "kitItem", "Starter Cell", (("101", 1), ("102", 4), ("203", 1))),
    ("105", "assemblyItem", "Arm on Rails", (("101", 1), ("102", 2))),
    ("106", "itemGroup", "Arm with Installation", (("101", 1), ("201", 8))),
)
# Price levels and quantity breaks: by currency, then level.
_MATRIX: dict[str, tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]] = {
    "104": (
        ("1", "1", (("0", "15000.00"), ("5", "14250.00"))),
        ("1", "2", (("0", "13200.00"),)),
        ("4", "1", (("0", "13900.00"),)),
    ),
    "105": (("1", "1", (("0", "14100.00"),)), ("4", "1", (("0", "13050.00"),))),
    "208": (("1", "1", (("0", "19.00"),)), ("4", "1", (("0", "18.00"),))),
}
_DOWNLOAD = ("208", "downloadItem", "Cell Planner", "Planning software, download")


def fill(store: Store) -> None:
    """Put the items into the store; members before what is made of them."""
    for id_, kind, name, description, rate in _ITEMS:
        _put(store, kind, id_, name, salesDescription=description, rate=Decimal(rate), **_stock(id_))
    id_, kind, name, description = _DOWNLOAD
    _put(store, kind, id_, name, salesDescription=description)
    for id_, name, rate in _DISCOUNTS:
        _put(store, "discountItem", id_, name, description=name, rate=rate)
    for id_, kind, name, members in _COMPOSED:
        listed = [{"item": Ref(internal_id=item), "quantity": Decimal(count)} for item, count in members]
        _put(store, kind, id_, name, description=name, memberList={"itemMember": listed})


def _put(store: Store, kind: str, id_: str, name: str, **fields: object) -> None:
    sent: Fields = {"@xsi": KINDS[kind].type, "itemId": name, "displayName": name, **fields}
    sent["isInactive"] = id_ == _INACTIVE
    if id_ in _MATRIX:
        sent["pricingMatrix"] = {"pricing": [_pricing(*entry) for entry in _MATRIX[id_]]}
    store.put(items.build(store, draft(kind, id_), sent, Preferences()))


def _pricing(currency: str, level: str, breaks: tuple[tuple[str, str], ...]) -> Fields:
    return {
        "currency": Ref(internal_id=currency),
        "priceLevel": Ref(internal_id=level),
        "priceList": {"price": [{"quantity": Decimal(q), "value": Decimal(v)} for q, v in breaks]},
    }


def _stock(id_: str) -> Fields:
    if id_ not in _STOCK:
        return {}
    entries = [
        {"locationId": Ref(internal_id=location), "quantityOnHand": Decimal(count)}
        for location, count in zip(("1", "2"), _STOCK[id_], strict=True)
    ]
    return {"locationsList": {"locations": entries}}
