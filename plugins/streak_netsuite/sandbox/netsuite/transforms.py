"""Initialise: a record made from another one, filled in and not saved (Oracle help section_N3508536)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import (
    credit_memos,
    deposits,
    features,
    fulfillments,
    invoices,
    payments,
    roles,
    sale_header,
)
from streak_netsuite.sandbox.netsuite.applications import Applying
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

# Which records each type can be made from, among those this sandbox keeps.
SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "creditMemo": ("customer", "invoice"),
        "customerPayment": ("customer", "invoice"),
        "customerRefund": ("creditMemo", "customer"),
        "depositApplication": ("customerDeposit",),
        "invoice": ("customer", "salesOrder"),
        "itemFulfillment": ("salesOrder",),
    }
)
_QUIET = Preferences(ignore_read_only=True, skip_mandatory_custom=True)
_Filled = Callable[[Store, Record, Record], Record]


def initialize(store: Store, wish: Fields) -> Record:
    """Return the record an InitializeRecord asks for, filled in and not saved.

    Raises:
        RecordRefused: there is no such transform, or the source is not ready for it.
    """
    target = wish["type"]
    if target not in SOURCES:
        raise RecordRefused("INVALID_INITIALIZE_ARG", f"{target} cannot be initialized here.")
    features.require_kind(store.settings, target)
    roles.require(store.settings, target, "add")
    reference: Ref | None = wish.get("reference")
    listed = (wish.get("referenceList") or {}).get("initializeRef", [])
    reference = reference or (listed[0] if len(listed) == 1 else None)
    if reference is None:
        raise RecordRefused(
            "INVALID_INITIALIZE_ARG", f"To initialize {target}, name one record to make it from."
        )
    source = _source(store, target, reference)
    _check_auxiliary(store, target, source, wish.get("auxReference"))
    now = store.now()
    draft = Record(kind=target, internal_id="", external_id="", created_at=now, modified_at=now)
    return _FILLERS[target](store, draft, source)


def _source(store: Store, target: str, reference: Ref) -> Record:
    if reference.type not in SOURCES[target]:
        raise RecordRefused(
            "INVALID_INITIALIZE_REF",
            f"You can not initialize {target}: a reference of the type {reference.type} is not valid for it.",
        )
    source = store.find(reference, reference.type)
    if source is None or not roles.may(store.settings, source.kind, "view"):
        raise RecordRefused(
            "INVALID_INITIALIZE_REF", f"You can not initialize {target}: invalid reference {reference.key}."
        )
    return source


def _check_auxiliary(store: Store, target: str, source: Record, auxiliary: Ref | None) -> None:
    """Refuse an auxiliary reference other than the receivables account of a customer's payment."""
    if auxiliary is None:
        return
    fits = (target, source.kind, auxiliary.type) == ("customerPayment", "customer", "arAccount")
    if not fits or auxiliary.internal_id not in store.choices["account"]:
        raise RecordRefused(
            "INVALID_INITIALIZE_AUXREF",
            f"You can not initialize {target}: invalid auxiliary reference {auxiliary.key}.",
        )


# --- from an order ---


def _from_source(source: Record) -> Fields:
    return {"createdFrom": Ref(internal_id=source.internal_id)}


def _fulfilment(store: Store, draft: Record, order: Record) -> Record:
    return fulfillments.build(store, draft, _from_source(order), _QUIET)


def _invoice(store: Store, draft: Record, source: Record) -> Record:
    if source.kind == "salesOrder":
        return invoices.build(store, draft, _from_source(source), _QUIET)
    return _empty_sale(store, draft, source)


def _empty_sale(store: Store, draft: Record, customer: Record) -> Record:
    """Return an invoice or credit memo for a customer, without lines."""
    draft.fields["entity"] = Ref(internal_id=customer.internal_id, name=customer.name)
    sale_header.fit_customer(store, draft, {})
    draft.fields["tranDate"] = store.day(store.now())
    return draft


# --- from an invoice, a customer, a credit ---


def _credit_memo(store: Store, draft: Record, source: Record) -> Record:
    if source.kind == "customer":
        return _empty_sale(store, draft, source)
    made = credit_memos.build(store, draft, _from_source(source), _QUIET)
    customer = sale_header.find_customer(store, "entity", made.fields["entity"])
    listed = credit_memos.apply_list(store, made, customer)
    made.sublists["applyList"] = _entries(listed, source, made.fields["total"])
    return made


def _payment(store: Store, draft: Record, source: Record) -> Record:
    customer = _header(store, draft, source)
    lists = payments.lists_of(store, draft, customer)
    ticked = source if source.kind == "invoice" else None
    for name, listed in lists.items():
        draft.sublists[name] = _entries(listed, ticked, None)
    due = lists["applyList"].left(source) if ticked is not None else Decimal(0)
    if ticked is not None and due <= 0:
        raise RecordRefused(
            "INVALID_INITIALIZE_REF",
            f"You can not initialize customerPayment: invalid reference {source.internal_id} "
            f"({source.name} is paid in full).",
        )
    draft.fields["payment"] = due
    return draft


def _refund(store: Store, draft: Record, source: Record) -> Record:
    customer = _header(store, draft, source)
    ticked = source if source.kind == "creditMemo" else None
    draft.sublists["applyList"] = _entries(deposits.refund_list(store, draft, customer), ticked, None)
    return draft


def _application(store: Store, draft: Record, deposit: Record) -> Record:
    customer = _header(store, draft, deposit)
    draft.fields["deposit"] = Ref(internal_id=deposit.internal_id, name=deposit.name)
    draft.sublists["applyList"] = _entries(deposits.application_list(store, draft, customer), None, None)
    return draft


def _header(store: Store, draft: Record, source: Record) -> Record:
    """Fill in customer, books and day; return the customer."""
    own = Ref(internal_id=source.internal_id)
    ref: Ref = source.fields.get("entity") or source.fields.get("customer") or own
    customer = sale_header.find_customer(store, "customer", ref)
    draft.fields["customer"] = Ref(internal_id=customer.internal_id, name=customer.name)
    if source.kind != "customer":
        draft.fields["currency"] = source.fields["currency"]
    sale_header.fit_books(store, draft, customer)
    draft.fields["tranDate"] = store.day(store.now())
    return customer


def _entries(listed: Applying, ticked: Record | None, most: Decimal | None) -> list[Fields]:
    """Return an entry for every open document, the ticked one with all it still needs."""
    found = []
    for document in listed.open_documents():
        if ticked is None or document.internal_id != ticked.internal_id:
            found.append(listed.entry(document))
        else:
            due = listed.left(document)
            found.append(listed.entry(document, due if most is None else min(due, most)))
    return found


_FILLERS: Mapping[str, _Filled] = MappingProxyType(
    {
        "creditMemo": _credit_memo,
        "customerPayment": _payment,
        "customerRefund": _refund,
        "depositApplication": _application,
        "invoice": _invoice,
        "itemFulfillment": _fulfilment,
    }
)
