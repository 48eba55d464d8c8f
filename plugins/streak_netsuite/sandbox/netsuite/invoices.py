"""NetSuite's rules for invoices, made from a sales order or on their own."""

from datetime import timedelta
from decimal import Decimal

from streak_netsuite.sandbox.netsuite import (
    accounts,
    body_fields,
    order_children,
    order_progress,
    periods,
    sale_header,
    settlements,
    transaction_lines,
)
from streak_netsuite.sandbox.netsuite.amounts import is_percent
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, no_lines
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_ENDED = frozenset({"_pendingApproval", "_cancelled", "_closed", "_fullyBilled"})
FROM_ORDER = (
    "billingAddress",
    "class",
    "currency",
    "currencyName",
    "department",
    "discountItem",
    "discountRate",
    "endDate",
    "exchangeRate",
    "isTaxable",
    "leadSource",
    "location",
    "memo",
    "otherRefNum",
    "partner",
    "salesRep",
    "shipMethod",
    "shippingAddress",
    "shippingTaxCode",
    "startDate",
    "subsidiary",
    "taxItem",
    "terms",
)
_ONCE = ("shippingCost", "handlingCost")  # billed with the order's first invoice
_LINE_FROM_ORDER = (
    *("item", "description", "price", "rate", "amount", "quantity", "units", "location", "department"),
    *("class", "isTaxable", "taxCode", "taxRate1", "serialNumbers", "shipMethod", "custom"),
)


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the invoice as it will be kept; refuse what NetSuite would refuse."""
    made = body_fields.open_draft(store, draft, sent, preferences)
    order_children.keep_source(draft, made)
    lacking: list[str] = []
    if made.fields.get("createdFrom"):
        _take_from_order(store, draft, made, sent, preferences)
    else:
        lacking = transaction_lines.set_lines(store, made, sent.get("itemList"), preferences)
    _demand_required(store, made, lacking, preferences)
    sale_header.fit_customer(store, made, sent)
    _fill_in(store, draft, made)
    sale_header.sum_up(store, made)
    periods.set_period(store, draft, made)
    _refuse_overpaid(store, made)
    settlements.set_sums(store, made)
    return made


def _demand_required(store: Store, made: Record, lacking: list[str], preferences: Preferences) -> None:
    labels = body_fields.check_required(
        made,
        ("entity", "itemList"),
        store.settings.form_required.get("invoice", ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(list(dict.fromkeys([*labels, *lacking])))


def _fill_in(store: Store, draft: Record, made: Record) -> None:
    fields = made.fields
    day = fields.setdefault("tranDate", store.day(store.now()))
    fields.setdefault("account", accounts.receivable(store))
    moved = any(draft.fields.get(name) != fields.get(name) for name in ("tranDate", "terms"))
    if "dueDate" not in fields or (moved and draft.fields.get("dueDate") == fields["dueDate"]):
        terms = store.find(fields["terms"], "term") if fields.get("terms") else None
        fields["dueDate"] = day + timedelta(days=terms.fields["daysUntilNetDue"] if terms else 0)


def _refuse_overpaid(store: Store, made: Record) -> None:
    paid = settlements.used(store, made) if made.internal_id else 0
    if paid > made.fields["total"]:
        raise RecordRefused(
            "CANT_EDIT_TRAN",
            f"The invoice {made.name} cannot be less than the {paid} that are applied to it.",
        )


# --- from a sales order ---


def _take_from_order(
    store: Store, draft: Record, made: Record, sent: Fields, preferences: Preferences
) -> None:
    order = order_children.source_of(store, made, "salesOrder")
    is_new = not draft.internal_id
    if is_new:
        _copy_header(store, made, order)
        if order.fields["orderStatus"] in _ENDED:
            text = order_progress.status_text(order.fields["orderStatus"])
            raise order_children.refuse_source("invoice", order, f"is {text}")
    if not is_new and "itemList" not in sent:
        return
    own = order_children.quantities(draft)
    lines = {one.line["line"]: one for one in order_progress.progress(store, order)}
    in_advance = (
        store.settings.bill_before_fulfillment or store.settings.features["advanced_shipping"] is False
    )
    available = {n: one.to_bill(in_advance=in_advance) + own.get(n, Decimal(0)) for n, one in lines.items()}
    if is_new and not any(available.values()):
        raise order_children.refuse_source("invoice", order, "has nothing to bill yet")
    listed, extra = _split(store, sent.get("itemList"), draft, order)
    over = RecordRefused(
        "INVALID_QTY",
        f"You cannot bill more than is left of the order {order.name}: "
        + ", ".join(f"line {number}: {left}" for number, left in available.items()),
    )
    chosen = order_children.chosen_quantities(listed, available, own, over)
    whole = listed is None or listed.get("@replaceAll", True)
    kept = [] if whole else [x for x in draft.sublists.get("itemList", []) if x.get("orderLine") is None]
    made.sublists["itemList"] = _numbered([*_lines(store, draft, order, chosen, preferences), *kept])
    _add_extra_lines(store, made, extra, preferences)
    if not made.sublists["itemList"]:
        raise no_lines("invoice")


def _copy_header(store: Store, made: Record, order: Record) -> None:
    """Fill an invoice from its order; the customer is always the order's."""
    made.fields["entity"] = order.fields["entity"]
    names = [*FROM_ORDER]
    if not store.linked("source", order.internal_id, "invoice"):
        names += _ONCE
    for name in names:
        if name in order.fields:
            made.fields.setdefault(name, order.fields[name])
    made.fields["linkedTrackingNumbers"] = order.fields.get("linkedTrackingNumbers")
    made.custom = order.custom | made.custom


def _split(
    store: Store, sent: Fields | None, draft: Record, order: Record
) -> tuple[Fields | None, list[Fields]]:
    """Return the entries of order lines that count by quantity, and those without an order line.

    Entries of a saved invoice go by its own line numbers, those of a new one by orderLine.
    """
    if sent is None:
        return None, []
    own = {line["line"]: line.get("orderLine") for line in draft.sublists.get("itemList", [])}
    entries = [{"orderLine": own.get(e.get("line")), **e} for e in sent.get("item", [])]
    uncounted = {x["line"] for x in order.sublists["itemList"] if not transaction_lines.counts(store, x)}
    extra = [e for e in entries if e["orderLine"] is None]
    listed = [e for e in entries if e["orderLine"] is not None and e["orderLine"] not in uncounted]
    return sent | {"item": listed}, extra


def _lines(
    store: Store,
    draft: Record,
    order: Record,
    chosen: dict[int, tuple[Decimal, Fields]],
    preferences: Preferences,
) -> list[Fields]:
    """Return the invoice's lines in the order's order, with the discount lines that belong to them."""
    lines: list[Fields] = []
    follows = False  # whether the line above a discount is on this invoice
    currency = order.fields.get("currency")
    others = [
        i for i in store.linked("source", order.internal_id, "invoice") if i.internal_id != draft.internal_id
    ]
    for source in order.sublists["itemList"]:
        number = source["line"]
        base = {n: source[n] for n in _LINE_FROM_ORDER if source.get(n) is not None}
        if number in chosen:
            quantity, entry = chosen[number]
            line = transaction_lines.child_line(store, base, entry, quantity, preferences, currency=currency)
            line |= {"quantityOrdered": source["quantity"], "amountOrdered": source["amount"]}
            lines.append(line | {"orderLine": number})
            follows = True
        elif transaction_lines.is_discount(store, source):
            if follows if is_percent(source["rate"]) else not others:
                lines.append(base | {"orderLine": number})
        else:
            follows = False
    return transaction_lines.price_discounts(store, lines, currency)


def _numbered(lines: list[Fields]) -> list[Fields]:
    return [line | {"line": position} for position, line in enumerate(lines, start=1)]


def _add_extra_lines(store: Store, made: Record, extra: list[Fields], preferences: Preferences) -> None:
    """Add lines the order does not have."""
    if extra:
        own = {"@replaceAll": False, "item": [{k: v for k, v in e.items() if k != "line"} for e in extra]}
        body_fields.demand(transaction_lines.set_lines(store, made, own, preferences))
