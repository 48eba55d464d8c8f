"""NetSuite's rules for customers."""

from streak_netsuite.sandbox.netsuite import address_book, body_fields, features, references
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

_HEAD_OFFICE = Ref(internal_id="1")  # whose currency counts when there are no subsidiaries


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the customer as it will be kept; refuse what NetSuite would refuse.

    `draft` is the customer as it is, or an empty one.
    """
    _refuse_own_number(store, draft, sent, preferences)
    customer = body_fields.open_draft(store, draft, sent, preferences)
    address_book.set_addresses(store, customer, sent.get("addressbookList"))
    _set_currencies(store, customer, sent.get("currencyList"))
    _demand_required(store, customer, preferences)
    _fill_in(store, customer)
    _refuse_odd_parent(store, customer)
    _refuse_taken_name(store, customer)
    return customer


def _refuse_own_number(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> None:
    """Refuse an entityId where customers are numbered automatically, unless override is allowed.

    Sending back the number a customer has is harmless (facts, section 3.7).
    """
    is_numbered = (
        features.is_on(store.settings, "auto_numbering") and not store.settings.allow_number_override
    )
    number = sent.get("entityId")
    if not is_numbered or number is None or number == draft.fields.get("entityId"):
        return
    if not preferences.ignore_read_only:
        raise RecordRefused(
            "INSUFFICIENT_PERMISSION",
            "You do not have permissions to set a value for element entityId: customers are numbered "
            "automatically and Allow Override is off.",
        )
    del sent["entityId"]


def _demand_required(store: Store, customer: Record, preferences: Preferences) -> None:
    names = ("firstName", "lastName") if customer.fields.get("isPerson") else ("companyName",)
    labels = body_fields.check_required(
        customer,
        (*names, *(("subsidiary",) if features.is_on(store.settings, "one_world") else ())),
        store.settings.demanded(customer),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(labels)


def _fill_in(store: Store, customer: Record) -> None:
    fields = customer.fields
    subsidiary = store.find(fields.get("subsidiary", _HEAD_OFFICE), "subsidiary")
    if subsidiary is not None and subsidiary.fields.get("currency"):
        fields.setdefault("currency", subsidiary.fields["currency"])
    if fields.get("currency"):
        listed = customer.sublists.setdefault("currencyList", [])
        if all(c["currency"].internal_id != fields["currency"].internal_id for c in listed):
            listed.insert(0, {"currency": fields["currency"]})
    person = " ".join(str(fields[k]) for k in ("firstName", "lastName") if fields.get(k))
    fields.setdefault("isPerson", False)
    fields.setdefault("isInactive", False)
    if "entityId" not in fields:
        is_numbered = features.is_on(store.settings, "auto_numbering")
        name = person if fields["isPerson"] else fields["companyName"]
        fields["entityId"] = store.next_document("CUST") if is_numbered else name
    fields.setdefault("stage", "_lead")


def _refuse_odd_parent(store: Store, customer: Record) -> None:
    """Refuse a parent that is the customer itself, one of its own subcustomers, or of another subsidiary."""
    parent = store.find(customer.fields["parent"], "customer") if customer.fields.get("parent") else None
    if parent is None:
        return
    ours, theirs = customer.fields.get("subsidiary"), parent.fields.get("subsidiary")
    if ours and theirs and ours.internal_id != theirs.internal_id:
        raise bad_reference("parent", parent.internal_id, f"for subsidiary {ours.internal_id}")
    above: Record | None = parent
    while above is not None:
        if above.internal_id == customer.internal_id:
            raise bad_reference("parent", parent.internal_id, "(a customer cannot be its own parent)")
        above = store.find(above.fields["parent"], "customer") if above.fields.get("parent") else None


def _refuse_taken_name(store: Store, customer: Record) -> None:
    if not store.settings.unique_customer_names:
        return
    by_number = features.is_on(store.settings, "auto_numbering")  # then only the number must be unique
    taken = store.named_like(customer, by_entity_id=by_number)
    if taken:
        raise RecordRefused(
            "DUP_ENTITY",
            "A customer record with this ID already exists. You must enter a unique customer ID "
            f"for each record you create: {customer.name!r} is customer {taken[0].internal_id}.",
        )


# --- currencies ---


def _set_currencies(store: Store, customer: Record, sent: Fields | None) -> None:
    if sent is None:
        return
    kept = (
        {}
        if sent.get("@replaceAll", True)
        else {c["currency"].internal_id: c for c in customer.sublists.get("currencyList", [])}
    )
    for entry in sent.get("currency", []):
        ref = references.resolve(store, "currency", entry.get("currency") or Ref())
        kept[ref.internal_id] = {"currency": ref}
    customer.sublists["currencyList"] = list(kept.values())


def currencies(customer: Record) -> list[str]:
    """Return the ids of the currencies this customer trades in, the main one first."""
    main = customer.fields.get("currency")
    listed = [c["currency"].internal_id for c in customer.sublists.get("currencyList", [])]
    return list(dict.fromkeys([*([main.internal_id] if main else []), *listed]))
