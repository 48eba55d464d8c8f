"""Custom fields as a client sends them: found by script id or internal id, checked, resolved."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import references, roles
from streak_netsuite.sandbox.netsuite.amounts import check_numbers
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference, bad_value, too_long
from streak_netsuite.sandbox.netsuite.store import CustomField, Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Ref


def find(store: Store, sent: CustomValue, place: str, record_type: str = "") -> CustomField:
    """Return the definition a sent custom field names; refuse one this record does not have.

    The script id wins when both ids were sent, as it is the one NetSuite prefers.
    """
    found = store.custom_fields.get(sent.script_id)
    if found is None and not sent.script_id:
        found = next((f for f in store.custom_fields.values() if f.internal_id == sent.internal_id), None)
    if found is None or found.is_inactive or place not in found.places or not _is_of(found, record_type):
        key = sent.script_id or sent.internal_id
        raise RecordRefused("INVALID_CSTM_FIELD_REF", f"Invalid custom field reference {key}.")
    return found


def _is_of(field: CustomField, record_type: str) -> bool:
    return not field.record_type or field.record_type == record_type


def read(
    store: Store, sent: Iterable[CustomValue], place: str, record_type: str = ""
) -> dict[str, CustomValue]:
    """Return the sent custom fields, checked, by script id.

    `place` is where they stand ("custbody"), `record_type` the custom record's type. An empty text changes nothing: custom fields are emptied through nullFieldList only.
    """
    kept: dict[str, CustomValue] = {}
    for one in sent:
        decl = find(store, one, place, record_type)
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


def _check_number(_store: Store, decl: CustomField, value: Decimal | int) -> Decimal | int:
    check_numbers({decl.script_id: value})
    return value


def _check_day(store: Store, _decl: CustomField, value: datetime) -> date:
    return store.day(value)


def _check_choice(store: Store, decl: CustomField, value: Ref) -> Ref:
    if decl.record_kinds:
        return _check_record(store, decl, value)
    values = store.list_values(decl.list_id)
    if value.internal_id not in values:
        raise bad_reference(decl.script_id, value.key or value.name)
    return Ref(internal_id=value.internal_id, name=values[value.internal_id])


def _check_record(store: Store, decl: CustomField, value: Ref) -> Ref:
    record = store.find(value, *decl.record_kinds) if value else None
    if record is None or not roles.may(store.settings, record.kind, "view"):
        raise bad_reference(decl.script_id, value.key or value.name)
    if record.fields.get("isInactive"):
        raise bad_reference(decl.script_id, value.key, f"({record.name!r} is inactive)")
    return references.named(record)


def _check_choices(store: Store, decl: CustomField, value: tuple[Ref, ...]) -> tuple[Ref, ...]:
    return tuple(_check_choice(store, decl, one) for one in value)


_CHECKS: Mapping[str, Callable[[Store, CustomField, Any], Any]] = MappingProxyType(
    {
        "String": _check_text,
        "Date": _check_day,
        "Double": _check_number,
        "Long": _check_number,
        "Select": _check_choice,
        "MultiSelect": _check_choices,
    }
)
