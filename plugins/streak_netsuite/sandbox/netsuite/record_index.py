"""The records of one type in order of their ids and of their last change, so that windows cost little."""

from bisect import bisect_left, bisect_right, insort
from datetime import datetime
from typing import Any

from streak_netsuite.sandbox.netsuite.values import Record


class RecordIndex:
    """Which internal ids there are, ascending, and when each record changed last."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._changes: list[tuple[datetime, int]] = []
        self._modified: dict[int, datetime] = {}

    def add(self, record: Record) -> None:
        """Take in a record, new or changed."""
        number = int(record.internal_id)
        self.drop(record)
        _insert(self._ids, number)
        _insert(self._changes, (record.modified_at, number))
        self._modified[number] = record.modified_at

    def drop(self, record: Record) -> None:
        """Leave a record out, if it is in."""
        number = int(record.internal_id)
        modified = self._modified.pop(number, None)
        if modified is not None:
            del self._ids[bisect_left(self._ids, number)]
            del self._changes[bisect_left(self._changes, (modified, number))]

    def ids(self, low: int | None = None, high: int | None = None) -> list[int]:
        """Return the ids from low to high, both included, ascending."""
        start = 0 if low is None else bisect_left(self._ids, low)
        end = len(self._ids) if high is None else bisect_right(self._ids, high)
        return self._ids[start:end]

    def changed(self, low: datetime | None = None, high: datetime | None = None) -> list[int]:
        """Return the ids of the records last changed from low to high, both included, ascending."""
        start = 0 if low is None else bisect_left(self._changes, low, key=_moment)
        end = len(self._changes) if high is None else bisect_right(self._changes, high, key=_moment)
        return sorted(number for _, number in self._changes[start:end])


def _moment(change: tuple[datetime, int]) -> datetime:
    return change[0]


def _insert(ordered: list[Any], value: Any) -> None:
    """Insert in order; most values are the largest so far."""
    if not ordered or value > ordered[-1]:
        ordered.append(value)
    else:
        insort(ordered, value)
