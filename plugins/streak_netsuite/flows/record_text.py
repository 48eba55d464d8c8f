"""What a record type would write of one record, in words, field by field."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from streak_netsuite.flows.plan_text import change_line
from streak_netsuite.mapping.file_part import SCRIPT_ID
from streak_netsuite.mapping.record_schema import NetSuiteTarget, RecordTypeSpec, StreakTarget
from streak_netsuite.mapping.record_type import Wanted
from streak_netsuite.mapping.rule import describe
from streak_netsuite.sync.record_side import SourceRecord

Row = tuple[str, Any, str, str]
"""A field: its name, its value then, its value now as text, and the rule that gives it."""


def record_text(
    spec: RecordTypeSpec, record: SourceRecord, wanted: Wanted, held: SourceRecord | None, *, known: bool
) -> list[str]:
    """Return the lines of one write: what it creates or changes, each field old and new with its rule.

    Args:
        held: the record in the target as it is now; None when there is none, or it cannot be read.
        known: whether it was written before. Then only what differs is listed, and what belongs to the target is left out.
    """
    rows = _box_rows(spec.target, wanted, held) if isinstance(spec.target, StreakTarget) else []
    if isinstance(spec.target, NetSuiteTarget):
        rows = list(_netsuite_rows(spec.target, wanted, held))
    if known:
        own = set(spec.policy.create_only)
        rows = [row for row in rows if row[0].rpartition(".")[2] not in own and not _same(row[1], row[2])]
    verb = "UPDATE" if known else "CREATE"
    width = max((len(name) for name, *_ in rows), default=0)
    lines = [f"{verb} {spec.target.system} {wanted.key} of {record.label}"]
    lines += ["  " + change_line(name, old, _text(new), rule, width=width) for name, new, old, rule in rows]
    return lines if rows else [f"KEEP {spec.target.system} {wanted.key} of {record.label}: it is so already"]


def _box_rows(target: StreakTarget, wanted: Wanted, held: SourceRecord | None) -> list[Row]:
    box: Mapping[str, Any] = held.view["box"] if held is not None else {}
    now: Mapping[str, Any] = box.get("fields") or {}
    rows: list[Row] = [("name", wanted.key, _now(box.get("name")), f"target.name: {target.name}")]
    if wanted.body["stage"]:
        stage = _now(box.get("stage"))
        rows.append(("stage", wanted.body["stage"], stage, f"target.stage: {target.stage}"))
    for name, new in wanted.body["fields"].items():
        if new or _now(now.get(name)):
            rows.append((f"fields.{name}", new, _now(now.get(name)), f"target.fields: {target.fields[name]}"))
    return rows


def _netsuite_rows(target: NetSuiteTarget, wanted: Wanted, held: SourceRecord | None) -> Iterator[Row]:
    record: Mapping[str, Any] = held.view["record"] if held is not None else {}
    custom: Mapping[str, Any] = record.get("custom") or {}
    for name, new in wanted.body["fields"].items():
        yield (
            f"fields.{name}",
            new,
            _now(record.get(name)),
            _told(target, name),
        )
    for name, one in wanted.body["customFields"].items():
        yield f"customFields.{name}", one["value"], _now(custom.get(name)), _told(target, name)
    for name in wanted.body.get("nullFields", ()):
        place = "customFields" if SCRIPT_ID.match(name) else "fields"
        yield f"{place}.{name}", None, _now(record.get(name, custom.get(name))), "policy.empty: clear"


def _told(target: NetSuiteTarget, name: str) -> str:
    """Return what fills a field, as the file has it."""
    if name in target.rules:
        return f"target.rules: {describe(target.rules[name])}"
    if name in target.custom_fields:
        return f"target.custom_fields: {target.custom_fields[name].value}"
    return f"target.fields: {_rule(target.fields.get(name))}"


def _rule(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_rule(one)}" for name, one in value.items())
    return str(value)


def _now(value: Any) -> str:
    """Return what a field holds, as text; a box that is not ticked holds nothing."""
    return "" if value is False else _text(value)


def _text(value: Any) -> str:
    """Return a value as people read it; a reference is its internal id, which is what is written."""
    if value is None or value == "":
        return ""
    if isinstance(value, Mapping):
        named = str(value.get("internalId") or "")
        return named or ", ".join(f"{name}: {_text(one)}" for name, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(map(_text, value)) if isinstance(value, tuple | list) else str(value)


def _same(new: Any, old: str) -> bool:
    """Tell whether a field holds a value already.

    Numbers count by their value, a day also where NetSuite shows its midnight, and a box that is not ticked is none.
    """
    text = "" if new is False else _text(new)
    if text.split() == old.split():
        return True
    try:
        return Decimal(text) == Decimal(old)
    except InvalidOperation:
        return _day(text) is not None and _day(text) == _day(old)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
