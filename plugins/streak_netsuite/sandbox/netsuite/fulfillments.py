"""NetSuite's rules for item fulfilments: what of an order was picked, packed and shipped."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import (
    body_fields,
    custom_fields,
    order_children,
    order_progress,
    periods,
    purchases,
)
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_value, no_lines
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.transaction_lines import COLUMN_PLACE
from streak_netsuite.sandbox.netsuite.values import Fields, Record

# Which of an order's statuses let it be shipped.
_READY = frozenset({"_pendingFulfillment", "_partiallyFulfilled", "_pendingBillingPartFulfilled"})
_FROM_ORDER = ("shippingAddress", "shipMethod")
_LINE_FROM_ORDER = ("item", "description", "location", "department", "class", "custom")
# The days that each status has reached.
_DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "_picked": ("pickedDate",),
        "_packed": ("pickedDate", "packedDate"),
        "_shipped": ("pickedDate", "packedDate", "shippedDate"),
    }
)


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the fulfilment as it will be kept; refuse what NetSuite would refuse.

    Nothing can be fulfilled that was not ordered, nor twice (Oracle help section_N3508536: the lines
    are keyed by orderLine, itemReceive says which are meant).
    """
    made = body_fields.open_draft(store, draft, sent, preferences)
    _demand_required(store, made, preferences)
    order = order_children.source_of(store, made, "salesOrder")
    order_children.keep_source(draft, made)
    if not draft.internal_id and order.fields["orderStatus"] not in _READY:
        text = order_progress.status_text(order.fields["orderStatus"])
        raise order_children.refuse_source("itemFulfillment", order, f"is {text}")
    _fill_in(store, made, order)
    _set_lines(store, draft, made, order, sent.get("itemList"))
    _set_packages(made, sent.get("packageList"))
    periods.set_period(store, draft, made)
    return made


def _demand_required(store: Store, made: Record, preferences: Preferences) -> None:
    form = store.settings.form_required.get("itemFulfillment", ())
    body_fields.demand(
        body_fields.check_required(
            made, ("createdFrom",), form, skip_custom=preferences.skip_mandatory_custom
        )
    )


def _fill_in(store: Store, made: Record, order: Record) -> None:
    fields = made.fields
    fields["entity"] = order.fields["entity"]
    for name in _FROM_ORDER:
        if name in order.fields:
            fields.setdefault(name, order.fields[name])
    today = fields.setdefault("tranDate", store.day(store.now()))
    status = fields.setdefault("shipStatus", store.settings.default_ship_status)
    if status not in _DAYS:
        raise bad_value("shipStatus", f"{status} is not known")
    for name in ("pickedDate", "packedDate", "shippedDate"):
        if name in _DAYS[status]:
            fields.setdefault(name, today)
        else:
            fields.pop(name, None)
    fields["status"] = body_fields.label(status.removeprefix("_"))


def _set_lines(store: Store, draft: Record, made: Record, order: Record, sent: Fields | None) -> None:
    own = order_children.quantities(draft)
    if draft.internal_id and sent is None:
        return
    lines = {one.line["line"]: one for one in order_progress.progress(store, order) if one.is_goods}
    available = {number: one.to_ship + own.get(number, Decimal(0)) for number, one in lines.items()}
    over = RecordRefused(
        "OVER_FULFILL_DISALLWD",
        f"You cannot fulfill more than is left of the order {order.name}: "
        + ", ".join(f"line {number}: {left}" for number, left in available.items()),
    )
    chosen = order_children.chosen_quantities(sent, available, own, over)
    if not chosen:
        raise no_lines("item fulfillment")
    made.sublists["itemList"] = [
        _line(store, lines[number], quantity, entry, available[number])
        for number, (quantity, entry) in sorted(chosen.items())
    ]


def _line(
    store: Store, source: order_progress.LineProgress, quantity: Decimal, entry: Fields, left: Decimal
) -> Fields:
    """Return one line; location and custom columns may be sent, the rest comes from the order."""
    line = {name: source.line[name] for name in _LINE_FROM_ORDER if source.line.get(name) is not None}
    sent: Fields = {
        name: entry[name] for name in ("location", "department", "class", "serialNumbers") if name in entry
    }
    custom_sent = (entry.get("customFieldList") or {}).get("customField", [])
    line = body_fields.merge(store, line, sent)
    line["custom"] = line.get("custom", {}) | custom_fields.read(store, custom_sent, COLUMN_PLACE)
    if source.line.get("createPo"):
        line["createPo"] = purchases.TEXTS[source.line["createPo"]]
        line["poNum"] = source.line["createdPo"].name if source.line.get("createdPo") else ""
    return line | {
        "itemName": line["item"].name,
        "itemReceive": True,
        "orderLine": source.line["line"],
        "quantity": quantity,
        "quantityRemaining": left,
    }


def _set_packages(made: Record, sent: Fields | None) -> None:
    """Take the packages as sent: their list has no key, so it is always replaced."""
    if sent is None:
        return
    packages = [{k: v for k, v in one.items() if not k.startswith("@")} for one in sent.get("package", [])]
    for package in packages:
        body_fields.check_lengths(package)
    made.sublists["packageList"] = packages
