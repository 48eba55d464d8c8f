"""A sales order as NetSuite holds it, with what has happened to each of its lines."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from streak_netsuite.model.sales_order import OrderLine, SalesOrder


class OrderStatus(StrEnum):
    """How far an order is, in NetSuite's own steps (SuiteTalk's SalesOrderOrderStatus)."""

    PENDING_APPROVAL = "pending_approval"
    PENDING_FULFILLMENT = "pending_fulfillment"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    PENDING_BILLING_PART_FULFILLED = "pending_billing_part_fulfilled"
    PENDING_BILLING = "pending_billing"
    BILLED = "billed"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more is expected of the order."""
        return self in {OrderStatus.BILLED, OrderStatus.CLOSED, OrderStatus.CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLine:
    """A line of an order in NetSuite.

    Attributes:
        number: NetSuite's key of the line; it stays when others come and go.
        used: how much of it is shipped or billed, whichever is more.
        purchase: the purchase order by which it was ordered from a vendor, as people call it; "" for none.
    """

    number: int
    line: OrderLine
    used: Decimal = Decimal(0)
    closed: bool = False
    purchase: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOrder:
    """An order in NetSuite.

    Attributes:
        order: its values; `lines` as they are held, closed ones too.
        status: None for one that this product does not know.
        keys: under which it can be found again, ours or somebody else's.
    """

    internal_id: str
    number: str
    status: OrderStatus | None
    order: SalesOrder
    lines: tuple[HeldLine, ...]
    keys: frozenset[str] = frozenset()
