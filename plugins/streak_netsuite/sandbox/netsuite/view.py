"""How a stored record looks in a reply."""

from datetime import date, datetime
from typing import Any

from streak_netsuite.sandbox.netsuite import balances, periods
from streak_netsuite.sandbox.netsuite.address_book import default_address
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record

# What only an advanced search shows (facts, section 3.7).
_ONLY_SEARCHED = frozenset(balances.NAMES)


def show(store: Store, record: Record, *, body_only: bool = False) -> Fields:
    """Return a record's values in the schema's shape, without sublists when only the body is wanted."""
    kind = KINDS[record.kind]
    hidden = _ONLY_SEARCHED if record.kind == "customer" else frozenset()
    fields = {n: _show_value(store, value) for n, value in record.fields.items() if n not in hidden}
    fields |= {"@xsi": kind.type, "@internalId": record.internal_id, "@externalId": record.external_id}
    if record.internal_id:  # an initialized record has no times yet
        fields |= _times(record)
    if record.kind == "accountingPeriod":
        fields |= periods.closing(store, record)
    if record.kind == "customer" and (address := default_address(record, "defaultBilling")):
        fields["defaultAddress"] = address["addrText"]
    custom = _show_custom(store, record)
    if custom:
        fields["customFieldList"] = {"customField": custom}
    if not body_only:
        fields |= {
            name: {kind.sublists[name]: [_show_entry(store, e) for e in entries]}
            for name, entries in record.sublists.items()
        }
    return fields


def _times(record: Record) -> Fields:
    kind = KINDS[record.kind]
    times = {kind.created: record.created_at, kind.modified: record.modified_at}
    return {name: at for name, at in times.items() if name}


def derived(store: Store, record: Record, name: str) -> Any:
    """Return a field's value also when NetSuite reckons it on reading: a customer's balances."""
    if record.kind == "customer" and name in balances.NAMES:
        return balances.of(store, record)[name]
    return record.fields.get(name)


def _show_value(store: Store, value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return store.show_day(value)
    return value


def _show_custom(store: Store, record: Record) -> list[CustomValue]:
    """Return the custom fields; a checkbox that was never touched shows as false."""
    place = KINDS[record.kind].custom_prefix
    type_id = record.fields["recType"].internal_id if record.kind == "customRecord" else ""
    unset = {
        f.script_id: CustomValue(
            kind="Boolean", value=False, script_id=f.script_id, internal_id=f.internal_id
        )
        for f in store.custom_fields.values()
        if f.kind == "Boolean" and place in f.places and f.record_type == type_id
    }
    return _show_values(store, unset | record.custom)


def _show_values(store: Store, custom: dict[str, CustomValue]) -> list[CustomValue]:
    return [
        CustomValue(
            kind=c.kind,
            value=_show_value(store, c.value),
            script_id=c.script_id,
            internal_id=c.internal_id,
        )
        for c in custom.values()
    ]


def _show_entry(store: Store, entry: Fields) -> Fields:
    shown = {name: _show_value(store, value) for name, value in entry.items() if name != "custom"}
    if entry.get("custom"):
        shown["customFieldList"] = {"customField": _show_values(store, entry["custom"])}
    return shown
