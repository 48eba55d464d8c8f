"""An item as sales sees it: what it costs by price level, and how many there are by location."""

from dataclasses import dataclass
from decimal import Decimal

from streak_netsuite.model.item import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Stock:
    """How many of an item there are at a location; None where NetSuite does not say."""

    location: str
    on_hand: Decimal | None
    available: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StockedItem:
    """An item with its stock.

    Attributes:
        id: NetSuite's internal id.
        stock: empty for what is not kept in stock.
    """

    id: str
    item: Item
    stock: tuple[Stock, ...] = ()
