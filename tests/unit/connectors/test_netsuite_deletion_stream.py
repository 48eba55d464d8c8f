"""Deletions are read page by page from a window that is over, resumed, and never demanded of a role."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.calls.deleted import DeletedPage, DeletedRecord
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.streams import DeletionStream
from streak_netsuite.errors import RejectedByVendor, Unavailable
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.stream import StreamPage

SINCE = datetime(2026, 11, 29, 8, tzinfo=UTC)
NOW = SINCE + timedelta(hours=1)


class Account:
    """Answers getDeleted with pages of two, or with an error for a page."""

    def __init__(self, count: int, errors: dict[int, Exception] | None = None) -> None:
        self.account = AccountId("TST1")
        self.asked: list[dict[str, Any]] = []
        self._errors = errors or {}
        self._records = [
            DeletedRecord(
                ref=RecordRef(type="invoice", internal_id=str(one), name=f"INV{one}"),
                at=SINCE + timedelta(minutes=one),
            )
            for one in range(count)
        ]

    def send(self, call: Any) -> DeletedPage:
        wanted = call.arguments(None)
        self.asked.append(wanted)
        number = wanted["pageIndex"]
        if number in self._errors:
            raise self._errors[number]
        rows = self._records[(number - 1) * 2 : number * 2]
        return DeletedPage(records=tuple(rows), total=len(self._records), pages=-(-len(self._records) // 2))


def stream(account: Account, now: datetime = NOW) -> DeletionStream:
    return DeletionStream(client=account, clock=lambda: now)  # type: ignore[arg-type] - stands in for the client


def ids(pages: Iterator[StreamPage]) -> list[list[str]]:
    return [[one.hint.record.id for one in page.sightings] for page in pages]


def refused(code: str = "INSUFFICIENT_PERMISSION") -> RejectedByVendor:
    return RejectedByVendor("The role needs Deleted Records.", code=code)


def test_every_page_is_read_and_the_last_one_says_so() -> None:
    account = Account(5)
    pages = list(stream(account).pages(SINCE, start=None))
    assert ids(iter(pages)) == [["0", "1"], ["2", "3"], ["4"]]
    assert [page.next_position is None for page in pages] == [False, False, True]
    (first, *_) = pages[0].sightings
    assert first.hint.record.kind is RecordKind.INVOICE
    assert first.hint.version == f"deleted-{SINCE.isoformat()}"
    assert first.changed_at == SINCE


def test_nothing_deleted_is_one_empty_page() -> None:
    assert ids(stream(Account(0)).pages(SINCE, start=None)) == [[]]


def test_a_sweep_that_stopped_goes_on_at_its_page_in_its_own_window() -> None:
    account = Account(5, {2: Unavailable("down")})
    pages = stream(account).pages(SINCE, start=None)
    position = next(pages).next_position
    with pytest.raises(Unavailable):
        next(pages)
    account._errors.clear()
    later = stream(account, NOW + timedelta(days=1))
    assert ids(later.pages(SINCE, start=position)) == [["2", "3"], ["4"]]
    windows = {one["getDeletedFilter"]["deletedDate"]["searchValue2"] for one in account.asked}
    assert windows == {NOW}, "what is deleted meanwhile would move the pages"


def test_a_role_that_may_not_see_deletions_gets_an_empty_page_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert ids(stream(Account(5, {1: refused()})).pages(SINCE, start=None)) == [[]]
    (warned,) = caplog.records
    assert "the permission Deleted Records" in warned.message


def test_a_later_page_that_is_refused_is_no_end() -> None:
    pages = stream(Account(5, {2: refused("INVALID_PAGE_INDEX")})).pages(SINCE, start=None)
    next(pages)
    with pytest.raises(RejectedByVendor):
        next(pages)
