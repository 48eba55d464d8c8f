"""Checks that all record types share: read-only, length, references, required values, custom fields."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite.kinds import TAX_CODE_KINDS, Kind
from streak_netsuite.sandbox.netsuite.refusals import (
    RecordRefused,
    bad_reference,
    bad_value,
    missing,
    too_long,
)
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record, Ref

# Which table a reference leads to: a record type, or a list of choices of the same name.
_TABLES: Mapping[str, str] = MappingProxyType(
    {
        "currency": "currency",
        "entity": "customer",
        "parent": "customer",
        "subsidiary": "subsidiary",
    }
)
# Approximate; NetSuite's forms name a few, its schema none.
_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "addr1": 150,
        "addr2": 150,
        "addr3": 150,
        "addressee": 83,
        "city": 50,
        "companyName": 83,
        "description": 4000,
        "email": 254,
        "entityId": 83,
        "externalId": 255,
        "firstName": 32,
        "lastName": 32,
        "memo": 999,
        "otherRefNum": 45,
        "phone": 32,
        "state": 50,
        "zip": 36,
    }
)
_LARGEST = Decimal(10) ** 15
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
    }
)


def label(name: str) -> str:
    """Return an element's name as a form shows it ("companyName" -> "Company Name")."""
    if name in _LABELS:
        return _LABELS[name]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return words[:1].upper() + words[1:]


def refuse_read_only(kind: Kind, sent: Fields, *, ignore: bool) -> Fields:
    """Return the fields without those a client may not set; refuse them unless told to ignore."""
    found = [name for name in sent if name in kind.read_only]
    if found and not ignore:
        raise RecordRefused(
            "INSUFFICIENT_PERMISSION",
            f"You do not have permissions to set a value for element {found[0]}: the field is read-only "
            "or its feature is disabled.",
        )
    return {name: value for name, value in sent.items() if name not in kind.read_only}


def check_lengths(fields: Fields) -> None:
    """Refuse texts longer than their field."""
    for name, value in fields.items():
        most = _LENGTHS.get(name)
        if most is not None and isinstance(value, str) and len(value) > most:
            raise too_long(name, most)


def check_numbers(fields: Fields) -> None:
    """Refuse numbers no amount can be: INF, NaN, or beyond what NetSuite's amounts hold."""
    for name, value in fields.items():
        if isinstance(value, Decimal) and not (value.is_finite() and abs(value) < _LARGEST):
            raise bad_value(name, f"{value} is out of range")


def resolve(store: Store, name: str, ref: Ref) -> Ref:
    """Return a reference with the internal id and name of what it leads to."""
    table = _TABLES.get(name)
    if table is not None:
        record = store.find(ref, table)
        if record is None:
            raise bad_reference(name, ref.key)
        return reference_to(record, with_type=False)
    tax_code = store.find(ref, *TAX_CODE_KINDS) if name == "taxCode" else None
    if tax_code is not None:
        return reference_to(tax_code, with_type=False)
    choices = store.choices.get(name)
    if choices is None or ref.internal_id not in choices:
        raise bad_reference(name, ref.key)
    return Ref(internal_id=ref.internal_id, name=choices[ref.internal_id])


def reference_to(record: Record, *, with_type: bool = True) -> Ref:
    """Return a reference to a record."""
    return Ref(
        internal_id=record.internal_id,
        external_id=record.external_id if with_type else "",
        type=record.kind if with_type else "",
        name=record.name if not with_type else "",
    )


def merge(store: Store, old: Fields, sent: Fields, *, skip: Collection[str] = ()) -> Fields:
    """Return the old fields with what was sent: only sent fields change, empty text clears."""
    check_lengths(sent)
    check_numbers(sent)
    merged = dict(old)
    for name, value in sent.items():
        if name.startswith("@") or name in skip:
            continue
        if value == "" or (isinstance(value, Ref) and not value):
            merged.pop(name, None)
        else:
            merged[name] = _keep(store, name, value)
    return merged


def _keep(store: Store, name: str, value: Any) -> Any:
    if isinstance(value, Ref):
        return resolve(store, name, value)
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
    return record.fields.get(name) not in {None, ""}


def demand(labels: list[str]) -> None:
    """Refuse a record that lacks these."""
    if labels:
        raise missing(labels)


# --- custom fields ---


def find_custom_field(store: Store, sent: CustomValue, prefix: str) -> CustomField:
    """Return the definition a sent custom field names; refuse one this record does not have."""
    found = store.custom_fields.get(sent.script_id)
    if found is None and not sent.script_id:
        found = next((f for f in store.custom_fields.values() if f.internal_id == sent.internal_id), None)
    if found is None or not found.script_id.startswith(prefix):
        key = sent.script_id or sent.internal_id
        raise RecordRefused("INVALID_CSTM_FIELD_REF", f"Invalid custom field reference {key}.")
    return found


def read_custom(store: Store, sent: Iterable[CustomValue], prefix: str) -> dict[str, CustomValue]:
    """Return the sent custom fields, checked, by script id.

    An empty text changes nothing: custom fields are emptied through nullFieldList only.
    """
    kept: dict[str, CustomValue] = {}
    for one in sent:
        decl = find_custom_field(store, one, prefix)
        if one.kind != decl.kind:
            raise bad_value(
                decl.script_id, f"the field takes a {decl.kind}CustomFieldRef, not a {one.kind}CustomFieldRef"
            )
        if one.value == "":
            continue
        value = _CHECKS.get(decl.kind, _as_is)(store, decl, one.value)
        kept[decl.script_id] = CustomValue(
            kind=decl.kind, value=value, script_id=decl.script_id, internal_id=decl.internal_id
        )
    return kept


def _as_is(_store: Store, _decl: CustomField, value: Any) -> Any:
    return value


def _check_text(_store: Store, decl: CustomField, value: str) -> str:
    if len(value) > decl.max_length:
        raise too_long(decl.script_id, decl.max_length)
    return value


def _check_number(_store: Store, decl: CustomField, value: Decimal) -> Decimal:
    check_numbers({decl.script_id: value})
    return value


def _check_day(store: Store, _decl: CustomField, value: datetime) -> date:
    return store.day(value)


def _check_choice(store: Store, decl: CustomField, value: Ref) -> Ref:
    values = store.list_values(decl.list_id)
    if value.internal_id not in values:
        raise bad_reference(decl.script_id, value.key or value.name)
    return Ref(internal_id=value.internal_id, name=values[value.internal_id])


def _check_choices(store: Store, decl: CustomField, value: tuple[Ref, ...]) -> tuple[Ref, ...]:
    return tuple(_check_choice(store, decl, one) for one in value)


_CHECKS: Mapping[str, Callable[[Store, CustomField, Any], Any]] = MappingProxyType(
    {
        "String": _check_text,
        "Date": _check_day,
        "Double": _check_number,
        "Select": _check_choice,
        "MultiSelect": _check_choices,
    }
)
