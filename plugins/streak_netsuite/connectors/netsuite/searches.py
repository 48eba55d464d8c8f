"""Reading all that a search finds, whole, although each page is a search of its own.

SuiteTalk runs a search anew for each page, so rows move while records change, and a search id dies after
15 minutes unused (section_N3523074, read 2026-11). A record's internal id never changes: pages cut by it
lose nothing, and reading can go on after any of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streak_netsuite.connectors.netsuite.call import SearchPreferences
from streak_netsuite.connectors.netsuite.calls.search import (
    SEARCH_GONE,
    SearchPage,
    SearchRow,
    search,
    search_more,
)
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import Criterion, SearchRequest, above, between
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.errors import RejectedByVendor, Unavailable

_KEY = "internalIdNumber"
_FIRST_RANGE = 4096  # internal ids


class Searches:
    """The searches of one account."""

    def __init__(self, client: SoapClient, *, page_size: int) -> None:
        self._client = client
        self._page_size = page_size

    def records(
        self, request: SearchRequest, *, body_only: bool = True, after: int = 0
    ) -> Iterator[Sequence[SuiteRecord]]:
        """Yield pages of every record that matches, in ascending internal ids.

        Args:
            after: the last internal id of an earlier reading; it goes on behind it.

        NetSuite sends basic searches ordered by internal id, but says so nowhere: each page is checked, by
        its own order and by how many the next one still counts. Where that does not hold, ranges of ids
        small enough for one page are read instead, which need no order.
        """
        preferences = SearchPreferences(page_size=self._page_size, body_only=body_only)
        for page in self._whole(request, preferences, after):
            yield sorted(page.records, key=lambda record: int(record.internal_id))

    def rows_by_id(self, request: SearchRequest) -> Iterator[Sequence[SearchRow]]:
        """Yield pages of every row of an advanced search whose rows are one for each record, as `records` does.

        The request has to ask for the column internalId.
        """
        for page in self._whole(request, SearchPreferences(page_size=self._page_size), 0):
            yield sorted(page.rows, key=_row_id)

    def _whole(
        self, request: SearchRequest, preferences: SearchPreferences, after: int
    ) -> Iterator[SearchPage]:
        page = self._find(request, above(after), preferences) if after else self._send(request, preferences)
        while page.total > _count(page):
            ids = _ids(page)
            if ids != sorted(set(ids)) or (ids and ids[0] <= after):
                yield from self._ranges(request, preferences, after)
                return
            following = self._find(request, above(ids[-1]), preferences)
            if following.total < page.total - len(ids):
                yield from self._range(request, preferences, after + 1, ids[-1])
            else:
                yield page
            after, page = ids[-1], following
        if _count(page):
            yield page

    def rows(self, request: SearchRequest) -> Iterator[Sequence[SearchRow]]:
        """Yield pages of the rows of an advanced search, in the search's own order.

        Raises:
            Unavailable: rows came or went while the pages were read; what was yielded is true but may not be
                whole. Bound such a search by a window of time that is over, or keep it to one page.
        """
        preferences = SearchPreferences(page_size=self._page_size)
        page = self._send(request, preferences)
        total, seen, number, pages = page.total, 0, 1, page.pages
        while True:
            seen += len(page.rows)
            if page.rows:
                yield page.rows
            if number >= pages:
                break
            number += 1
            page = self._more(request, page.search_id, number, preferences)
            if page.total != total:
                raise Unavailable(f"{request.subject} search: {total} rows became {page.total} while reading")
        if seen < total:
            raise Unavailable(f"{request.subject} search: {total} rows, but only {seen} came")

    def _more(
        self, request: SearchRequest, search_id: str, number: int, preferences: SearchPreferences
    ) -> SearchPage:
        """Return a page; a search that died meanwhile is started again."""
        try:
            return self._client.send(search_more(search_id, number, preferences))
        except RejectedByVendor as error:
            if error.code not in SEARCH_GONE:
                raise
        again = self._send(request, preferences)
        return self._client.send(search_more(again.search_id, number, preferences))

    def _ranges(
        self, request: SearchRequest, preferences: SearchPreferences, after: int
    ) -> Iterator[SearchPage]:
        """Yield everything behind an id, range by range, until nothing is left behind the last."""
        first, width = after + 1, _FIRST_RANGE
        while True:
            rest = self._find(request, above(first - 1), preferences)
            if rest.total <= _count(rest):
                if _count(rest):
                    yield rest
                return
            yield from self._range(request, preferences, first, first + width - 1)
            first, width = first + width, width * 2

    def _range(
        self, request: SearchRequest, preferences: SearchPreferences, first: int, last: int
    ) -> Iterator[SearchPage]:
        """Yield the records of a range of ids; one that does not fit a page is halved."""
        page = self._find(request, between(first, last), preferences)
        if page.total <= _count(page):
            if _count(page):
                yield page
            return
        if first == last:
            raise Unavailable(f"{request.subject} search: {page.total} records with internal id {first}")
        middle = (first + last) // 2
        yield from self._range(request, preferences, first, middle)
        yield from self._range(request, preferences, middle + 1, last)

    def _find(self, request: SearchRequest, ids: Criterion, preferences: SearchPreferences) -> SearchPage:
        return self._send(replace(request, criteria={**request.criteria, _KEY: ids}), preferences)

    def _send(self, request: SearchRequest, preferences: SearchPreferences) -> SearchPage:
        return self._client.send(search(request, preferences))


def _count(page: SearchPage) -> int:
    return len(page.records) or len(page.rows)


def _ids(page: SearchPage) -> list[int]:
    if page.records:
        return [int(record.internal_id) for record in page.records]
    return [_row_id(row) for row in page.rows]


def _row_id(row: SearchRow) -> int:
    ref = row.first("internalId")
    if not isinstance(ref, RecordRef):
        raise Unavailable("a search row came without the internal id it was asked for")
    return int(ref.internal_id)
