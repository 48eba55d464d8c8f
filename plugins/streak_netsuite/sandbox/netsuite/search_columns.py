"""The rows of an advanced search: the columns that were asked for, with typed values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.netsuite import search_joins, search_rows
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.search_rows import Row
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref

# The schema type of a custom column by the kind of its field.
_CUSTOM_COLUMNS = {"Date", "Double", "Long", "String", "Boolean", "Select", "MultiSelect"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: what is shown and under which label."""

    name: str
    type: str
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The columns of one search.

    Attributes:
        type: the schema type of the row ("sales:TransactionSearchRow").
        parts: columns by the row's element: "basic", "customerJoin", ...; each with its schema type.
        custom: custom columns by the row's element; their name is the script id.
    """

    type: str
    parts: Mapping[str, tuple[str, tuple[Column, ...]]]
    custom: Mapping[str, tuple[Column, ...]]


def read(store: Store, codec: Codec, sent: Fields) -> Columns:
    """Return the columns a client sent.

    Raises:
        RecordRefused: a custom column's field does not exist.
    """
    parts, custom = {}, {}
    for part, fields in sent.items():
        if part.startswith("@"):
            continue
        types = codec.element_types(fields["@xsi"])
        wanted = [
            Column(name=name, type=types[name], label=one.get("customLabel", ""))
            for name, ones in fields.items()
            if name not in {"@xsi", "customFieldList", "recType"}
            for one in ones
        ]
        parts[part] = fields["@xsi"], tuple(wanted)
        sent_custom = fields.get("customFieldList", {}).get("customField", [])
        custom[part] = tuple(_custom_column(store, one) for one in sent_custom)
    return Columns(type=sent["@xsi"], parts=parts, custom=custom)


def _custom_column(store: Store, sent: Fields) -> Column:
    field = search_rows.custom_field(store, sent)
    kind = field.kind if field.kind in _CUSTOM_COLUMNS else "String"
    label = sent.get("customLabel", "")
    return Column(name=field.script_id, type=f"core:SearchColumn{kind}CustomField", label=label)


def show(store: Store, columns: Columns, row: Row, keep: Mapping[str, Callable[[Row], bool]]) -> Fields:
    """Return a found row as it is shown; of several joined rows the first counts.

    `keep` tells per join which joined rows the search's criteria leave.
    """
    shown: Fields = {"@xsi": columns.type}
    for part in columns.parts:
        at = row if part == "basic" else _first_joined(store, row, part, keep)
        if at is not None:
            shown[part] = _show_part(store, columns, part, at)
    return shown


def _first_joined(store: Store, row: Row, join: str, keep: Mapping[str, Callable[[Row], bool]]) -> Row | None:
    passes = keep.get(join)
    found = search_joins.joined(store, row, join)
    return next((other for other in found if passes is None or passes(other)), None)


def _show_part(store: Store, columns: Columns, part: str, row: Row) -> Fields:
    type_, wanted = columns.parts[part]
    fields: Fields = {}
    for column in wanted:
        found = search_rows.value(store, row, column.name)
        if column.name == "status" and found:
            found = search_rows.status(row.record)  # a column bears the record's own word
        typed = _typed(column, found)
        if typed is not None:
            fields.setdefault(column.name, []).append(typed)
    custom = [_show_custom(store, column, row) for column in columns.custom.get(part, ())]
    if any(custom):
        fields["customFieldList"] = {"customField": [c for c in custom if c]}
    if row.record.kind == "customRecord":
        fields["recType"] = row.record.fields.get("recType")
    return {"@xsi": type_, **fields}


def _show_custom(store: Store, column: Column, row: Row) -> Fields:
    found = search_rows.custom_value(store, row, column.name)
    if found is None and column.type == "core:SearchColumnBooleanCustomField":
        found = False
    if found is None:
        return {}
    field = store.custom_fields[column.name]
    value = list(found) if isinstance(found, tuple) else found
    return {
        "@xsi": column.type,
        "@scriptId": field.script_id,
        "@internalId": field.internal_id,
        "customLabel": column.label or None,
        "searchValue": value,
    }


def _typed(column: Column, found: Any) -> Fields | None:
    """Return a column's element, or None when the row has nothing to show there."""
    if isinstance(found, tuple):
        found = found[0] if found else None
    if found is None or found == "":
        return None
    shape = _SHAPES.get(column.type.partition(":")[2])
    value = found if shape is None else shape(found)
    return {"@xsi": column.type, "customLabel": column.label or None, "searchValue": value}


def _as_text(found: Any) -> str:
    return found.name or found.key if isinstance(found, Ref) else str(found)


def _as_ref(found: Any) -> Ref:
    return found if isinstance(found, Ref) else Ref(internal_id=str(found))


_SHAPES: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "SearchColumnStringField": _as_text,
        "SearchColumnTextNumberField": _as_text,
        "SearchColumnEnumSelectField": _as_text,
        "SearchColumnBooleanField": bool,
        "SearchColumnLongField": int,
        "SearchColumnDoubleField": lambda found: Decimal(str(found).rstrip("%")),
        "SearchColumnSelectField": _as_ref,
    }
)
