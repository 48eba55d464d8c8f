"""NetSuite's rules for customers."""

from copy import deepcopy
from dataclasses import replace

from streak_netsuite.sandbox.netsuite import body_fields
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_SUBLISTS = ("addressbookList", "currencyList", "customFieldList", "nullFieldList")
_FLAGS = ("defaultBilling", "defaultShipping")


def build(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the customer as it will be kept; refuse what NetSuite would refuse.

    `draft` is the customer as it is, or an empty one.
    """
    kind = KINDS["customer"]
    fields = body_fields.merge(
        store,
        draft.fields,
        body_fields.refuse_read_only(kind, sent, ignore=preferences.ignore_read_only),
        skip=_SUBLISTS,
    )
    sent_custom = (sent.get("customFieldList") or {}).get("customField", [])
    custom = draft.custom | body_fields.read_custom(store, sent_custom, kind.custom_prefix)
    body_fields.clear_named(fields, custom, (sent.get("nullFieldList") or {}).get("name", []))
    customer = replace(draft, fields=fields, custom=custom, sublists=deepcopy(draft.sublists))
    _set_addresses(store, customer, sent.get("addressbookList"))
    _set_currencies(store, customer, sent.get("currencyList"))
    _demand_required(store, customer, preferences)
    _fill_in(store, customer)
    _refuse_taken_name(store, customer)
    return customer


def _demand_required(store: Store, customer: Record, preferences: Preferences) -> None:
    names = ("firstName", "lastName") if customer.fields.get("isPerson") else ("companyName",)
    labels = body_fields.check_required(
        customer,
        (*names, "subsidiary"),
        store.settings.form_required.get("customer", ()),
        skip_custom=preferences.skip_mandatory_custom,
    )
    body_fields.demand(labels)


def _fill_in(store: Store, customer: Record) -> None:
    fields = customer.fields
    subsidiary = store.find(fields["subsidiary"], "subsidiary")
    if subsidiary is not None and subsidiary.fields.get("currency"):
        fields.setdefault("currency", subsidiary.fields["currency"])
    if fields.get("currency"):
        listed = customer.sublists.setdefault("currencyList", [])
        if all(c["currency"].internal_id != fields["currency"].internal_id for c in listed):
            listed.insert(0, {"currency": fields["currency"]})
    person = " ".join(str(fields[k]) for k in ("firstName", "lastName") if fields.get(k))
    fields.setdefault("isPerson", False)
    fields.setdefault("isInactive", False)
    fields.setdefault("entityId", person if fields["isPerson"] else fields["companyName"])
    fields.setdefault("stage", "_lead")


def _refuse_taken_name(store: Store, customer: Record) -> None:
    if not store.settings.unique_customer_names:
        return
    taken = sorted(store.customers_named_like(customer))
    if taken:
        raise RecordRefused(
            "DUP_ENTITY",
            "A customer record with this ID already exists. You must enter a unique customer ID "
            f"for each record you create: {customer.name!r} is customer {taken[0]}.",
        )


# --- sublists ---


def _set_addresses(store: Store, customer: Record, sent: Fields | None) -> None:
    if sent is None:
        return
    old = {a["internalId"]: a for a in customer.sublists.get("addressbookList", [])}
    # replaceAll is true unless said otherwise: what is not sent goes. With false, entries are matched by
    # internalId alone, so one sent without it is added again each time (Oracle help, keyed sublists).
    kept: dict[str, Fields] = {} if sent.get("@replaceAll", True) else dict(old)
    for entry in sent.get("addressbook", []):
        id_ = entry.get("internalId", "")
        if id_ and id_ not in old:
            raise bad_reference("addressbook", id_)
        id_ = id_ or str(store.next_number("address"))
        address = _address(old.get(id_, {}), entry) | {"internalId": id_}
        kept[id_] = address
        _keep_one_default(kept, address)
    customer.sublists["addressbookList"] = list(kept.values())


def _address(old: Fields, sent: Fields) -> Fields:
    entry = old | {k: v for k, v in sent.items() if not k.startswith("@")}
    address = dict(old.get("addressbookAddress", {})) | dict(sent.get("addressbookAddress", {}))
    body_fields.check_lengths(address)
    entry["addressbookAddress"] = with_text(address)
    entry.setdefault("label", address.get("addr1", ""))
    return entry


def with_text(address: Fields) -> Fields:
    """Return an address with its lines as one text, unless the client wrote that itself."""
    if address.get("override") and address.get("addrText"):
        return address
    region = " ".join(address[k] for k in ("city", "state", "zip") if address.get(k))
    country = str(address.get("country", "")).removeprefix("_")
    lines = [address.get(k) for k in ("attention", "addressee", "addr1", "addr2", "addr3")]
    return address | {"addrText": "\n".join(line for line in [*lines, region, country] if line)}


def _keep_one_default(entries: dict[str, Fields], newest: Fields) -> None:
    for flag in _FLAGS:
        if newest.get(flag):
            for entry in entries.values():
                if entry is not newest:
                    entry[flag] = False


def _set_currencies(store: Store, customer: Record, sent: Fields | None) -> None:
    if sent is None:
        return
    kept = (
        {}
        if sent.get("@replaceAll", True)
        else {c["currency"].internal_id: c for c in customer.sublists.get("currencyList", [])}
    )
    for entry in sent.get("currency", []):
        ref = body_fields.resolve(store, "currency", entry["currency"])
        kept[ref.internal_id] = {"currency": ref}
    customer.sublists["currencyList"] = list(kept.values())


def currencies(customer: Record) -> list[str]:
    """Return the ids of the currencies this customer trades in, the main one first."""
    main = customer.fields.get("currency")
    listed = [c["currency"].internal_id for c in customer.sublists.get("currencyList", [])]
    return list(dict.fromkeys([*([main.internal_id] if main else []), *listed]))


def default_address(customer: Record, flag: str) -> Fields | None:
    """Return the customer's default address of a kind: "defaultBilling" or "defaultShipping"."""
    entries = customer.sublists.get("addressbookList", [])
    return next((e["addressbookAddress"] for e in entries if e.get(flag)), None)
