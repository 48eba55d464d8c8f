"""The index of records agrees with looking at every one of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.sandbox.netsuite.record_index import RecordIndex
from streak_netsuite.sandbox.netsuite.values import Record

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
numbers = st.integers(min_value=1, max_value=12)
steps = st.lists(st.tuples(st.sampled_from(["add", "drop"]), numbers, numbers), max_size=40)


def record(number, minute):
    at = BEGIN + timedelta(minutes=minute)
    return Record(kind="customer", internal_id=str(number), external_id="", created_at=at, modified_at=at)


@given(steps, numbers, numbers)
def test_windows_hold_what_was_added_last_and_not_dropped(history, low, high):
    index, model = RecordIndex(), {}
    for what, number, minute in history:
        if what == "add":
            index.add(record(number, minute))
            model[number] = minute
        else:
            index.drop(record(number, minute))
            model.pop(number, None)
    since, until = BEGIN + timedelta(minutes=low), BEGIN + timedelta(minutes=high)
    assert index.ids() == sorted(model)
    assert index.ids(low, high) == sorted(n for n in model if low <= n <= high)
    assert index.changed(since, until) == sorted(n for n, m in model.items() if low <= m <= high)
    assert index.changed(since) == sorted(n for n, m in model.items() if m >= low)
