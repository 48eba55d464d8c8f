"""Checks that all record types share: read-only, length, numbers, references, required values."""

import re
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import custom_fields, features, references
from streak_netsuite.sandbox.netsuite.amounts import check_numbers
from streak_netsuite.sandbox.netsuite.kinds import KINDS, Kind
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, missing, too_long
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

# Approximate; NetSuite's forms name a few, its schema none.
_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "addr1": 150,
        "addr2": 150,
        "addr3": 150,
        "addressee": 83,
        "checkNum": 45,
        "city": 50,
        "companyName": 83,
        "description": 4000,
        "email": 254,
        "entityId": 83,
        "externalId": 255,
        "firstName": 32,
        "itemId": 60,
        "lastName": 32,
        "memo": 999,
        "name": 300,
        "otherRefNum": 45,
        "phone": 32,
        "state": 50,
        "tranId": 45,
        "zip": 36,
    }
)
_NO_BODY_FIELDS = ("customFieldList", "nullFieldList", "billAddressList", "shipAddressList")
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "entity": "Customer",
        "entityId": "Customer ID",
        "itemList": "Item",
        "otherRefNum": "PO #",
        "tranDate": "Date",
    }
)
_DATE_FIELDS = frozenset(
    {
        "endDate",
        "expectedShipDate",
        "requestedDate",
        "salesEffectiveDate",
        "shipDate",
        "startDate",
        "tranDate",
        "actualShipDate",
        "discountDate",
        "dueDate",
        "packedDate",
        "pickedDate",
        "shippedDate",
    }
)


def label(name: str) -> str:
    """Return an element's name as a form shows it ("companyName" -> "Company Name")."""
    if name in _LABELS:
        return _LABELS[name]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[:1].upper() + words[1:]


def open_draft(store: Store, draft: Record, sent: Fields, preferences: Preferences) -> Record:
    """Return the draft with the body fields and custom fields that were sent; its sublists are copies.

    `draft` is the record as it is, or an empty one.
    """
    kind = KINDS[draft.kind]
    hidden = features.hidden_elements(store.settings)
    body = refuse_read_only(kind, sent, hidden=hidden, ignore=preferences.ignore_read_only)
    fields = merge(store, draft.fields, body, skip={*kind.sublists, *_NO_BODY_FIELDS}, group=kind.group)
    sent_custom = (sent.get("customFieldList") or {}).get("customField", [])
    preferred = store.settings.preferred_forms.get(draft.kind)
    if preferred and "customForm" not in fields:
        fields["customForm"] = references.resolve(store, "customForm", Ref(internal_id=preferred))
    custom = draft.custom | custom_fields.read(store, sent_custom, kind.custom_prefix)
    clear_named(fields, custom, (sent.get("nullFieldList") or {}).get("name", []))
    return replace(draft, fields=fields, custom=custom, sublists=deepcopy(draft.sublists))


def refuse_read_only(kind: Kind, sent: Fields, *, hidden: Collection[str], ignore: bool) -> Fields:
    """Return the fields without those a client may not set; refuse them unless told to ignore.

    `hidden` are the elements whose feature is off.
    """
    closed = kind.read_only.union(hidden)
    found = [name for name in sent if name in closed]
    if found and not ignore:
        raise RecordRefused(
            "INSUFFICIENT_PERMISSION",
            f"You do not have permissions to set a value for element {found[0]}: the field is read-only "
            "or its feature is disabled.",
        )
    return {name: value for name, value in sent.items() if name not in closed}


def check_lengths(fields: Fields) -> None:
    """Refuse texts longer than their field."""
    for name, value in fields.items():
        most = _LENGTHS.get(name)
        if most is not None and isinstance(value, str) and len(value) > most:
            raise too_long(name, most)


def merge(store: Store, old: Fields, sent: Fields, *, skip: Collection[str] = (), group: str = "") -> Fields:
    """Return the old fields with what was sent: only sent fields change, empty text clears.

    `group` is the record's, for references whose table depends on it (`parent`).
    """
    check_lengths(sent)
    check_numbers(sent)
    merged = dict(old)
    for name, value in sent.items():
        if name.startswith("@") or name in skip:
            continue
        if value == "" or (isinstance(value, Ref) and not value):
            merged.pop(name, None)
        else:
            merged[name] = _keep(store, name, value, group)
    return merged


def _keep(store: Store, name: str, value: Any, group: str) -> Any:
    if isinstance(value, Ref):
        return references.resolve(store, name, value, group)
    if isinstance(value, dict) and "recordRef" in value:
        element = name.removesuffix("List")
        return value | {"recordRef": [references.resolve(store, element, r) for r in value["recordRef"]]}
    if name in _DATE_FIELDS and isinstance(value, datetime):
        return store.day(value)
    return value


def clear_named(fields: Fields, custom: dict[str, CustomValue], names: Iterable[str]) -> None:
    """Remove what nullFieldList names, standard or custom."""
    for name in names:
        fields.pop(name, None)
        custom.pop(name, None)


def check_required(
    record: Record, always: Iterable[str], form: Iterable[str], *, skip_custom: bool
) -> list[str]:
    """Return the labels of required values that are missing."""
    wanted = list(dict.fromkeys([*always, *form]))
    if skip_custom:
        wanted = [w for w in wanted if not w.startswith("cust")]
    return [label(w) for w in wanted if not _has(record, w)]


def _has(record: Record, name: str) -> bool:
    if name in record.custom or record.sublists.get(name):
        return True
    return record.fields.get(name) not in (None, "")


def demand(labels: list[str]) -> None:
    """Refuse a record that lacks these."""
    if labels:
        raise missing(labels)
