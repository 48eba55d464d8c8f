"""Something we sell, whichever system holds it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


class ItemKind(StrEnum):
    """What kind of thing is sold: NetSuite's item types that may stand on an order."""

    INVENTORY = "inventory"
    NON_INVENTORY = "non_inventory"
    SERVICE = "service"
    OTHER_CHARGE = "other_charge"
    KIT = "kit"
    GROUP = "group"
    ASSEMBLY = "assembly"
    DISCOUNT = "discount"
    MARKUP = "markup"
    SUBTOTAL = "subtotal"
    DESCRIPTION = "description"
    PAYMENT = "payment"
    GIFT_CERTIFICATE = "gift_certificate"
    DOWNLOAD = "download"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemPrice:
    """A price of one unit.

    Attributes:
        quantity: from how many on it holds; 0 for the first.
        currency: None for the account's own.
    """

    level: Reference
    amount: Decimal
    quantity: Decimal = Decimal(0)
    currency: Reference | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemMember:
    """A part of a kit or group."""

    item: Reference
    quantity: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A product, a service or a charge.

    Attributes:
        name: the code people order by (NetSuite's itemId).
        members: of a kit or group.
    """

    kind: ItemKind
    name: str
    display_name: str = ""
    description: str = ""
    parent: Reference | None = None
    inactive: bool = False
    prices: tuple[ItemPrice, ...] = ()
    members: tuple[ItemMember, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("an item needs a name")
