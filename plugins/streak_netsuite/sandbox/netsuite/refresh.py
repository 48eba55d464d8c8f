"""A refreshed sandbox account: a copy of another one, in which records have other internal ids and no token is known.

Oracle's pages say that a refresh takes every token away (section_4254975694), and that the account becomes a copy of production;
that a record made in both has another internal id in each follows from that.
"""

from collections.abc import Collection, Mapping
from typing import Any

from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.references import TABLES
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import CustomValue, Record, Ref

Numbers = Mapping[tuple[str, str], str]
_DEALT = ("customer", *(kind.name for kind in KINDS.values() if kind.group == "transaction"))


def refresh(store: Store, *, without: Collection[str] = ()) -> dict[str, int]:
    """Deal the ids of customers and transactions anew; return how many of each kind have another.

    Each kind's ids go on by one record, the last one's to the first: every id still leads somewhere, and nowhere to
    where it led.

    Args:
        without: external ids of records that the copy never had; nobody remembers a deletion.
    """
    for external_id in without:
        for group in ("entity", "transaction"):
            record = store.by_external_id(external_id, group)
            if record is not None:
                store.forget(record)
    numbers: dict[tuple[str, str], str] = {}
    for kind in _DEALT:
        ids = [record.internal_id for record in store.all(kind)]
        numbers |= {
            (kind, old): new for old, new in zip(ids, [*ids[1:], *ids[:1]], strict=True) if old != new
        }
    store.renumber(numbers, lambda record: _rewrite(store, record, numbers))
    return {kind: sum(1 for one, _ in numbers if one == kind) for kind in _DEALT}


def _rewrite(store: Store, record: Record, numbers: Numbers) -> None:
    """Let everything in a record lead to where it led."""
    group = KINDS[record.kind].group
    record.fields = _part(record.fields, numbers, group)
    record.sublists = {
        name: [_part(row, numbers, group) for row in rows] for name, rows in record.sublists.items()
    }
    for script_id, held in record.custom.items():
        kinds = store.custom_fields[script_id].record_kinds
        record.custom[script_id] = _custom(held, kinds, numbers)


def _part(part: Mapping[str, Any], numbers: Numbers, group: str) -> dict[str, Any]:
    return {name: _value(name, value, numbers, group) for name, value in part.items()}


def _value(name: str, value: Any, numbers: Numbers, group: str) -> Any:
    if isinstance(value, Ref):
        return _ref(value, TABLES.get(f"{name} of {group}") or TABLES.get(name, ()), numbers)
    if name == "doc":
        return int(_moved(str(value), _DEALT, numbers))
    if isinstance(value, dict):
        return _part(value, numbers, group)
    return [_value(name, one, numbers, group) for one in value] if isinstance(value, list) else value


def _custom(held: CustomValue, kinds: Collection[str], numbers: Numbers) -> CustomValue:
    value = held.value
    if isinstance(value, Ref):
        value = _ref(value, kinds, numbers)
    elif isinstance(value, tuple):
        value = tuple(_ref(one, kinds, numbers) for one in value)
    return CustomValue(kind=held.kind, value=value, script_id=held.script_id, internal_id=held.internal_id)


def _ref(ref: Ref, kinds: Collection[str], numbers: Numbers) -> Ref:
    moved = _moved(ref.internal_id, kinds, numbers)
    return Ref(
        internal_id=moved,
        external_id=ref.external_id,
        type=ref.type,
        name=ref.name,
        script_id=ref.script_id,
        type_id=ref.type_id,
    )


def _moved(internal_id: str, kinds: Collection[str], numbers: Numbers) -> str:
    return next((new for kind in kinds if (new := numbers.get((kind, internal_id)))), internal_id)
