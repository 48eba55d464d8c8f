"""Whether two values of two systems say the same."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from streak_netsuite.model.address import Address
from streak_netsuite.model.identity import fold
from streak_netsuite.model.reference import Reference


def same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same: an empty one is no value, and an unset box is False."""
    if is_nothing(one) or is_nothing(other):
        return is_nothing(one) and is_nothing(other)
    if isinstance(one, date) and isinstance(other, date):
        return _day(one) == _day(other) if _is_day(one) or _is_day(other) else one == other
    for kind, same in _COMPARED:
        if isinstance(one, kind) and isinstance(other, kind):
            return same(one, other)
    return bool(one == other)


def is_nothing(value: Any) -> bool:
    """Tell whether a value says nothing: an unset box is False."""
    return value is None or value == "" or value == () or value is False


def _is_day(value: date) -> bool:
    return not isinstance(value, datetime)


def _day(value: date) -> date:
    """Return the day; NetSuite shows a day as its midnight in the integration user's zone."""
    return value.date() if isinstance(value, datetime) else value


def _same_text(one: str, other: str) -> bool:
    """NetSuite trims text and ends lines in its own way."""
    return one.split() == other.split()


def _same_address(one: Address, other: Address) -> bool:
    parts = ("country", "addr1", "addr2", "addr3", "city", "state", "zip")
    return all(fold(getattr(one, name)) == fold(getattr(other, name)) for name in parts)


def _same_set(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """The values of a list that knows no order."""
    if len(one) != len(other):
        return False
    return all(any(same(mine, theirs) for theirs in other) for mine in one)


def same_record(one: Reference | None, other: Reference | None) -> bool:
    """Tell whether two references lead to one record, as far as their ids say."""
    if one is None or other is None:
        return one is other
    return (one.internal_id, (one.external_id or "").lower()) == (
        other.internal_id,
        (other.external_id or "").lower(),
    )


_COMPARED: Sequence[tuple[type, Callable[[Any, Any], bool]]] = (
    (str, _same_text),
    (Reference, same_record),
    (Address, _same_address),
    (tuple, _same_set),
)
