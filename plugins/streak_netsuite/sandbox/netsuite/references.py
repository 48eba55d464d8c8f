"""Where references lead: the record types or the choices behind an element."""

from collections.abc import Mapping
from types import MappingProxyType

from streak_netsuite.sandbox.netsuite import roles
from streak_netsuite.sandbox.netsuite.kinds import ITEM_KINDS, TAX_CODE_KINDS
from streak_netsuite.sandbox.netsuite.refusals import bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref

CUSTOM_PRICE = "-1"  # the price level that lets a line carry its own rate; no record stands behind it
# The record types behind an element. What is not named here may be a list of choices of the same name.
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "class": ("classification",),
        "company": ("customer", "vendor"),
        "createdFrom": ("salesOrder", "invoice"),
        "currency": ("currency",),
        "customer": ("customer",),
        "department": ("department",),
        "deposit": ("customerDeposit",),
        "discountItem": ("discountItem",),
        "entity": ("customer",),
        "item": ITEM_KINDS,
        "location": ("location",),
        "locationId": ("location",),
        "parent": ("customer",),
        "parent of item": ITEM_KINDS,
        "parent of customRecord": ("customRecord",),
        "poVendor": ("vendor",),
        "postingPeriod": ("accountingPeriod",),
        "price": ("priceLevel",),
        "priceLevel": ("priceLevel",),
        "recType": ("customRecordType",),
        "salesOrder": ("salesOrder",),
        "subsidiary": ("subsidiary",),
        "taxCode": TAX_CODE_KINDS,
        "taxItem": TAX_CODE_KINDS,
        "salesTaxCode": TAX_CODE_KINDS,
        "shippingTaxCode": TAX_CODE_KINDS,
        "terms": ("term",),
    }
)
# Elements whose choices bear another element's name.
_SAME_CHOICES: Mapping[str, str] = MappingProxyType(
    {"arAcct": "account", "price": "priceLevel", "salesTaxCode": "taxCode", "shippingTaxCode": "taxCode"}
)
# Where being inactive is judged by the transaction's own rules.
_JUDGED_LATER = frozenset({"createdFrom", "customer", "entity", "item", "taxCode", "postingPeriod"})


def reference_to(record: Record, *, with_type: bool = True) -> Ref:
    """Return a reference to a record."""
    return Ref(
        internal_id=record.internal_id,
        external_id=record.external_id if with_type else "",
        type=record.kind if with_type else "",
        name=record.name if not with_type else "",
    )


def named(record: Record) -> Ref:
    """Return a reference to a record as a field of another one keeps it: with its name."""
    return reference_to(record, with_type=False)


def find(store: Store, name: str, ref: Ref, group: str = "") -> Record | None:
    """Return the record an element's reference means, or None; also when the role may not see it.

    `group` is that of the record the element belongs to: a parent is of its child's group.
    """
    kinds = TABLES.get(f"{name} of {group}") or TABLES.get(name)
    record = store.find(ref, *kinds) if kinds else None
    return record if record is not None and roles.may(store.settings, record.kind, "view") else None


def resolve(store: Store, name: str, ref: Ref, group: str = "") -> Ref:
    """Return a reference with the internal id and name of what it leads to.

    Raises:
        RecordRefused: it leads nowhere, to something the role may not see, or to something inactive.
    """
    record = find(store, name, ref, group)
    if record is not None:
        if record.fields.get("isInactive") and name not in _JUDGED_LATER:
            raise bad_reference(name, ref.key, f"({record.name!r} is inactive)")
        return named(record)
    choices = store.choices.get(_SAME_CHOICES.get(name, name), {})
    if ref.internal_id not in choices:
        raise bad_reference(name, ref.key)
    return Ref(internal_id=ref.internal_id, name=choices[ref.internal_id])


def options(store: Store, name: str) -> list[Ref] | None:
    """Return what an element's select field offers, by name; None when it is no select field."""
    choices = store.choices.get(_SAME_CHOICES.get(name, name))
    if name not in TABLES and choices is None:
        return None
    records = [r for r in store.all(*TABLES.get(name, ())) if not r.fields.get("isInactive")]
    found = [named(r) for r in records if roles.may(store.settings, r.kind, "view")]
    found += [Ref(internal_id=id_, name=value) for id_, value in (choices or {}).items()]
    return sorted(found, key=lambda ref: ref.name.casefold())
