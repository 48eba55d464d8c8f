"""Whether a record that NetSuite holds is what was sent: the proof that a write without an answer has landed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import Fields, Sublist, SublistMode, SuiteRecord
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.reference import Reference


def holds(held: SuiteRecord, sent: SuiteRecord, *, zone: ZoneInfo) -> bool:
    """Return whether everything that was sent stands in the record, and everything emptied is gone.

    When it was changed proves nothing: somebody else may have changed it, or an earlier write of ours. What NetSuite
    has put into words of its own (a status that moved on, a telephone number in another form) is no proof either; then
    the outcome stays unknown, which costs a look and never a record.

    Args:
        zone: the integration user's, in which a date is a day.
    """
    return (
        _holds_fields(held, sent, zone)
        and all(_holds_lines(held.rows(name), sublist, zone) for name, sublist in sent.sublists.items())
        and not any(_is_filled(held, name) for name in sent.null_fields)
    )


def _holds_fields(held: Fields, sent: Fields, zone: ZoneInfo) -> bool:
    return all(_equal(held.values.get(name), value, zone) for name, value in sent.values.items()) and all(
        _equal(_custom(held.custom_fields, script_id), field.value, zone)
        for script_id, field in sent.custom_fields.items()
    )


def _holds_lines(held: tuple[Fields, ...], sent: Sublist, zone: ZoneInfo) -> bool:
    if sent.mode is SublistMode.MERGE:
        return all(any(_holds_fields(row, line, zone) for row in held) for line in sent.rows)
    return len(held) == len(sent.rows) and all(
        _holds_fields(row, line, zone) for row, line in zip(held, sent.rows, strict=True)
    )


def _custom(fields: Mapping[str, CustomField], script_id: str) -> Any:
    found = fields.get(script_id)
    return None if found is None else found.value


def _is_filled(held: SuiteRecord, name: str) -> bool:
    value = held.values.get(name, _custom(held.custom_fields, name))
    return value is not None and value not in ("", ()) and not (isinstance(value, RecordRef) and not value)


def _equal(held: Any, sent: Any, zone: ZoneInfo) -> bool:
    if isinstance(sent, bool):
        return bool(held) is sent  # an empty checkbox is left out
    if isinstance(sent, RecordRef | Reference):
        return _leads_there(held, sent)
    if isinstance(sent, Fields):
        return isinstance(held, Fields) and _holds_fields(held, sent, zone)
    if isinstance(sent, tuple):
        return _equal_lists(held, sent, zone)
    if isinstance(sent, date):
        return _equal_times(held, sent, zone)
    if isinstance(sent, int | Decimal):
        return _number(held) == Decimal(sent)
    return bool(("" if held is None else held) == sent)


def _equal_lists(held: Any, sent: tuple[Any, ...], zone: ZoneInfo) -> bool:
    entries = held if isinstance(held, tuple) else ()
    return len(entries) == len(sent) and all(
        _equal(one, other, zone) for one, other in zip(entries, sent, strict=True)
    )


def _equal_times(held: Any, sent: date, zone: ZoneInfo) -> bool:
    if isinstance(sent, datetime):
        return isinstance(held, datetime) and held == sent
    return (held.astimezone(zone).date() if isinstance(held, datetime) else held) == sent


def _leads_there(held: Any, sent: RecordRef | Reference) -> bool:
    if not isinstance(held, RecordRef | Reference):
        return False
    if sent.internal_id:
        return held.internal_id == sent.internal_id
    return bool(sent.external_id) and (held.external_id or "").lower() == (sent.external_id or "").lower()


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None
