"""NetSuite's rules for sales orders."""

from streak_netsuite.sandbox.netsuite import (
    body_fields,
    order_progress,
    purchases,
    sale_header,
    transaction_lines,
)
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_value
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_NEW_STATUSES = frozenset({"_pendingApproval", "_pendingFulfillment"})
# What a client may make of a status; all else follows from shipments and invoices.
_CHANGES = {
    "_pendingApproval": frozenset({"_pendingFulfillment", "_cancelled"}),
    "_pendingFulfillment": frozenset({"_pendingApproval"}),
}
_ENDED = frozenset({"_fullyBilled", "_closed", "_cancelled"})


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the order as it will be kept; refuse what NetSuite would refuse.

    `draft` is the order as it is, or an empty one.
    """
    order = body_fields.open_draft(store, draft, sent, preferences)
    lacking = transaction_lines.set_lines(store, order, sent.get("itemList"), preferences)
    _source_purchases(store, draft, order)
    _demand_required(store, order, lacking, preferences)
    sale_header.fit_customer(store, order, sent)
    order.fields.setdefault("tranDate", store.day(store.now()))
    _set_status(store, draft, order, preferences)
    _protect_lines(store, draft, order)
    sale_header.sum_up(store, order)
    is_untouched = order.fields["orderStatus"] == draft.fields.get("orderStatus") and "itemList" not in sent
    order_progress.set_progress(store, order, keep_status=preferences.by_hand or is_untouched)
    return order


def _source_purchases(store: Store, draft: Record, order: Record) -> None:
    """Let new lines be drop-shipped whose items are."""
    before = _by_key(draft.sublists.get("itemList", []))
    for key, line in _by_key(order.sublists.get("itemList", [])).items():
        item = store.find_item(line["item"]) if line.get("item") else None
        if key not in before and item is not None:
            purchases.source_line(line, item)


def _demand_required(store: Store, order: Record, lacking: list[str], preferences: Preferences) -> None:
    labels = body_fields.check_required(
        order,
        ("entity", "itemList"),
        store.settings.demanded(order),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(list(dict.fromkeys([*labels, *lacking])))


def _set_status(store: Store, draft: Record, order: Record, preferences: Preferences) -> None:
    status = order.fields.setdefault("orderStatus", store.settings.default_order_status)
    before = draft.fields.get("orderStatus")
    if not draft.internal_id and status not in _NEW_STATUSES:
        raise bad_value("orderStatus", f"{status} cannot be set on a new order")
    if before is None or status == before or preferences.by_hand:
        return
    if status not in _CHANGES.get(before, ()):
        raise bad_value("orderStatus", f"an order that is {before} cannot be made {status}")


def _protect_lines(store: Store, draft: Record, order: Record) -> None:
    """Refuse changes to lines that shipments and invoices stand on, and to orders that have ended."""
    before, after = (_by_key(r.sublists.get("itemList", [])) for r in (draft, order))
    if not draft.internal_id or _essence(before) == _essence(after):
        return
    status = draft.fields["orderStatus"]
    is_reopened = status == "_closed" and _essence(before, closing=False) == _essence(after, closing=False)
    if status in _ENDED and not is_reopened:
        raise RecordRefused(
            "SALES_ORDER_EDIT_NOT_ALLOWED",
            f"The lines of the sales order {draft.name} can no longer be changed: it is "
            f"{order_progress.status_text(status)}.",
        )
    for one in order_progress.progress(store, draft):
        _protect_line(one, after.get(one.line["lineUniqueKey"]))


def _by_key(lines: list[Fields]) -> dict[int, Fields]:
    return {line["lineUniqueKey"]: line for line in lines}


def _essence(lines: dict[int, Fields], *, closing: bool = True) -> list[object]:
    names = ("line", "quantity", "rate", "amount", *(("isClosed",) if closing else ()))
    return [(line["item"].internal_id, *(line.get(name) for name in names)) for line in lines.values()]


def _protect_line(one: order_progress.LineProgress, after: Fields | None) -> None:
    used = max(one.picked, one.billed)
    number = one.line["line"]
    if not used:
        return
    if after is None or after["item"].internal_id != one.line["item"].internal_id:
        raise RecordRefused(
            "CANT_DELETE_TRAN_LINE",
            f"Line {number} cannot be removed or replaced: {used} of it are fulfilled or billed. To change "
            "it, send its line number.",
        )
    if after["quantity"] < used:
        raise RecordRefused(
            "CANT_UPDATE_LINKED_TRANS_LINES",
            f"The quantity of line {number} cannot be less than the {used} that are fulfilled or billed.",
        )
