"""Accounting periods: which month a transaction is posted to, and whether that month is still open."""

import calendar
from collections.abc import Iterator
from datetime import date

from streak_netsuite.sandbox.netsuite import references
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused, bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_FIRST_ID = 1


def months(first: date, count: int) -> Iterator[tuple[str, str, date, date]]:
    """Yield internal id, name, first and last day of the months from `first` on."""
    for number in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        begin = date(year, month + 1, 1)
        end = begin.replace(day=calendar.monthrange(year, month + 1)[1])
        yield str(_FIRST_ID + number), f"{begin:%b %Y}", begin, end


def is_closed(store: Store, period: Record) -> bool:
    """Tell whether a period takes no postings any more: it lies too many months back."""
    if store.is_seeding:
        return False
    end: date = period.fields["endDate"]
    today = store.day(store.now())
    back = (today.year * 12 + today.month) - (end.year * 12 + end.month)
    return back > store.settings.open_months_back


def set_period(store: Store, draft: Record, posting: Record) -> None:
    """Set a transaction's posting period from its date, unless it was sent; refuse a closed one.

    A transaction that is in a closed period cannot be changed or moved out of it either.
    """
    if draft.internal_id:
        refuse_closed(store, draft)
    before, after = draft.fields.get("postingPeriod"), posting.fields.get("postingPeriod")
    is_sent = after is not None and (before is None or after.internal_id != before.internal_id)
    if not is_sent and (after is None or draft.fields.get("tranDate") != posting.fields["tranDate"]):
        posting.fields["postingPeriod"] = references.named(_period_of(store, posting.fields["tranDate"]))
    refuse_closed(store, posting)


def _period_of(store: Store, day: date) -> Record:
    for period in store.all("accountingPeriod"):
        if period.fields["startDate"] <= day <= period.fields["endDate"]:
            return period
    raise RecordRefused("VALID_PRD_REQD", f"There is no accounting period for the date {day}.")


def refuse_closed(store: Store, posting: Record) -> None:
    """Refuse a transaction whose posting period is closed."""
    ref = posting.fields["postingPeriod"]
    period = store.find(ref, "accountingPeriod")
    if period is None:
        raise bad_reference("postingPeriod", ref.key)
    if is_closed(store, period):
        raise RecordRefused("CLOSED_TRAN_PRD", f"The accounting period {period.name} is closed.")


def closing(store: Store, period: Record) -> Fields:
    """Return how a period's page shows whether it is closed."""
    closed = is_closed(store, period)
    return {"closed": closed, "arLocked": closed, "allLocked": closed}
