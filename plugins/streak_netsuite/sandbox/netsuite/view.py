"""How a stored record looks in a reply."""

from datetime import date, datetime
from typing import Any

from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Fields, Record

# The element that repeats inside each sublist.
_SUBLIST_ENTRIES = {
    "addressbookList": "addressbook",
    "currencyList": "currency",
    "itemList": "item",
    "customValueList": "customValue",
}


def show(store: Store, record: Record, *, body_only: bool = False) -> Fields:
    """Return a record's values in the schema's shape, without sublists when only the body is wanted."""
    kind = KINDS[record.kind]
    fields = {name: _show_value(store, value) for name, value in record.fields.items()}
    fields |= {"@xsi": kind.type, "@internalId": record.internal_id, "@externalId": record.external_id}
    if kind.created:
        fields[kind.created] = record.created_at
    if kind.modified:
        fields[kind.modified] = record.modified_at
    custom = _show_custom(store, record.custom, kind.custom_prefix)
    if custom:
        fields["customFieldList"] = {"customField": custom}
    if not body_only:
        fields |= {name: _show_sublist(store, name, entries) for name, entries in record.sublists.items()}
    return fields


def _show_value(store: Store, value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return store.show_day(value)
    return value


def _show_custom(store: Store, custom: dict[str, CustomValue], prefix: str) -> list[CustomValue]:
    """Return the custom fields; a checkbox that was never touched shows as false."""
    unset = {
        f.script_id: CustomValue(
            kind="Boolean", value=False, script_id=f.script_id, internal_id=f.internal_id
        )
        for f in store.custom_fields.values()
        if f.kind == "Boolean" and prefix and f.script_id.startswith(prefix)
    }
    return [
        CustomValue(
            kind=c.kind,
            value=_show_value(store, c.value),
            script_id=c.script_id,
            internal_id=c.internal_id,
        )
        for c in (unset | custom).values()
    ]


def _show_sublist(store: Store, name: str, entries: list[Fields]) -> Fields:
    return {_SUBLIST_ENTRIES[name]: [_show_entry(store, e) for e in entries]}


def _show_entry(store: Store, entry: Fields) -> Fields:
    shown = {name: _show_value(store, value) for name, value in entry.items() if name != "custom"}
    if entry.get("custom"):
        shown["customFieldList"] = {"customField": _show_custom(store, entry["custom"], "")}
    return shown
