"""What NetSuite says to be deleted, or to be for other orders now, and the boxes that have heard of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from streak_netsuite.flows.activities import activity_key
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.order_story import StoryEvent, deleted_event, event_names, moved_event
from streak_netsuite.sync.deletion import Deletion
from streak_netsuite.sync.ports import Memory


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted:
    """What was deleted of some orders.

    Attributes:
        behind: internal ids of the orders behind each record, as far as they are ours.
        documents: the deleted documents of an order.
        orders: the deletions of orders themselves.
        moved: the documents that an order's box was told of and that do not count for the order any more.
    """

    behind: Mapping[ExternalRef, frozenset[str]] = field(default_factory=dict)
    documents: Mapping[str, frozenset[ExternalRef]] = field(default_factory=dict)
    orders: Mapping[str, Deletion] = field(default_factory=dict)
    moved: Mapping[str, frozenset[ExternalRef]] = field(default_factory=dict)


NOTHING = Deleted()
# Money can be applied otherwise, and a deposit be for another order; a shipment or an invoice stays with its order.
_MOVABLE = frozenset(
    {
        RecordKind.PAYMENT,
        RecordKind.CREDIT_MEMO,
        RecordKind.REFUND,
        RecordKind.DEPOSIT,
        RecordKind.DEPOSIT_APPLICATION,
    }
)


def find_deleted(memory: Memory, gone: Sequence[ExternalRef]) -> Deleted:
    """Return which of these records, which NetSuite does not show any more, were deleted, and the orders behind.

    NetSuite forgets what a deleted document was made from. Those boxes hear of it that were told of the document.
    """
    deletions = memory.find_deletions(gone) if gone else {}
    if not deletions:
        return NOTHING
    behind = _orders_told(memory, [ref for ref in deletions if ref.kind is not RecordKind.SALES_ORDER])
    orders = {ref.id: one for ref, one in deletions.items() if ref.kind is RecordKind.SALES_ORDER}
    documents: dict[str, set[ExternalRef]] = {}
    for ref, found in behind.items():
        for order in found:
            documents.setdefault(order, set()).add(ref)
    return Deleted(
        behind={ref: behind.get(ref, frozenset({ref.id})) for ref in deletions},
        documents={order: frozenset(found) for order, found in documents.items()},
        orders=orders,
    )


def find_moved(
    memory: Memory, behind: Mapping[ExternalRef, frozenset[str]]
) -> dict[str, frozenset[ExternalRef]]:
    """Return by order which of these documents its box was told of, though the order is not behind them any more.

    Args:
        behind: internal ids of the orders behind each document that exists.
    """
    told = _orders_told(memory, [ref for ref in behind if ref.kind in _MOVABLE])
    moved: dict[str, set[ExternalRef]] = {}
    for ref, orders in told.items():
        for order in orders - behind[ref]:
            moved.setdefault(order, set()).add(ref)
    return {order: frozenset(found) for order, found in moved.items()}


def _orders_told(memory: Memory, documents: Sequence[ExternalRef]) -> dict[ExternalRef, frozenset[str]]:
    """Return the orders whose boxes were told of each of these documents."""
    names = {name: ref for ref in documents for name in event_names(ref)}
    told = memory.boxes_told(list(names)) if names else {}
    boxes = sorted({box for found in told.values() for box in found})
    ties = memory.find_bindings([_box_ref(box) for box in boxes], RecordKind.SALES_ORDER) if boxes else {}
    orders: dict[ExternalRef, set[str]] = {ref: set() for ref in documents}
    for name, found in told.items():
        orders[names[name]] |= {ties[_box_ref(box)].netsuite.id for box in found if _box_ref(box) in ties}
    return {ref: frozenset(found) for ref, found in orders.items()}


def deleted_events(
    memory: Memory, box_key: str, documents: Sequence[ExternalRef], *, shown: Collection[str] = ()
) -> list[StoryEvent]:
    """Return that documents were deleted, each in place of what the box was told of it; nothing of what it never heard.

    Args:
        shown: names of events that still stand.
    """
    return _in_place_of_told(memory, box_key, documents, deleted_event, shown=shown)


def moved_events(
    memory: Memory, box_key: str, documents: Sequence[ExternalRef], *, shown: Collection[str] = ()
) -> list[StoryEvent]:
    """Return that documents do not count for the order any more, as `deleted_events` does."""
    return _in_place_of_told(memory, box_key, documents, moved_event, shown=shown)


def _in_place_of_told(
    memory: Memory,
    box_key: str,
    documents: Sequence[ExternalRef],
    event_of: Callable[[str, ExternalRef, date], StoryEvent],
    *,
    shown: Collection[str],
) -> list[StoryEvent]:
    names = {
        activity_key(box_key, name): (name, ref)
        for ref in documents
        for name in event_names(ref)
        if name not in shown
    }
    told = memory.find_intents(list(names)) if names else {}
    return [
        # At the day that was told: so the same, found another way, is told alike.
        event_of(name, ref, datetime.fromisoformat(told[key].payload["happened_at"]).date())
        for key, (name, ref) in names.items()
        if key in told
    ]


def _box_ref(key: str) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)
