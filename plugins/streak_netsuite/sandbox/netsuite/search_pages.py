"""search and searchMoreWithId: a search runs, and its pages are fetched one by one."""

import asyncio
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.sandbox.netsuite import answers, search, search_columns, view
from streak_netsuite.sandbox.netsuite.codec import Codec
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.preferences import JOB_PAGE_SIZES, PAGE_SIZES, Preferences
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.search import Search
from streak_netsuite.sandbox.netsuite.search_rows import Row
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields

SEARCH_LIFE = timedelta(minutes=15)  # a searchId not used for this long is gone (section_N3523074)


@dataclass(kw_only=True, slots=True)
class SearchRun:
    """A search that may be asked for more pages.

    Attributes:
        found: what was found when the store was at `seen`; found anew when it changed since,
            unless the search is a job's, whose result stays.
    """

    id: str
    search: Search
    preferences: Preferences
    used_at: datetime
    is_job: bool
    found: list[Row]
    seen: int


class SearchPages:
    """Runs searches and shows their pages."""

    def __init__(self, store: Store, codec: Codec, account: str) -> None:
        self._store = store
        self._codec = codec
        self._account = account
        self._runs: dict[str, SearchRun] = {}
        self._numbers = itertools.count(1)

    def clear(self) -> None:
        """Forget the searches."""
        self._runs.clear()

    async def search(self, call: Call, request: Fields) -> Fields:
        """Answer a search with its first page."""
        try:
            run = await self.begin(call, request)
            page = await self.page(run, 1)
        except RecordRefused as refused:
            return {"searchResult": {"status": answers.failed(refused)}}
        self._runs[run.id] = run
        return {"searchResult": page}

    async def search_more(self, _call: Call, request: Fields) -> Fields:
        """Answer a searchMoreWithId: rows move when data changed since the last page."""
        try:
            run = self._runs.get(request["searchId"])
            if run is None or self._store.now() - run.used_at > SEARCH_LIFE:
                raise RecordRefused("INVALID_JOB_ID", f"The search {request['searchId']} is not known.")
            run.used_at = self._store.now()
            page = await self.page(run, request["pageIndex"])
        except RecordRefused as refused:
            return {"searchResult": {"status": answers.failed(refused)}}
        return {"searchResult": page}

    async def begin(self, call: Call, request: Fields, *, is_job: bool = False) -> SearchRun:
        """Return a search that has run.

        Raises:
            RecordRefused: it makes no sense.
        """
        sizes = JOB_PAGE_SIZES if is_job else PAGE_SIZES
        if call.preferences.page_size not in sizes:
            raise RecordRefused(
                "INVALID_SEARCH_PAGE_SIZE", f"The page size must be {sizes[0]} to {sizes[-1]}."
            )
        understood = search.understand(self._store, self._codec, request["searchRecord"], call.preferences)
        now = self._store.now()
        return SearchRun(
            id=f"WEBSERVICES_{self._account}_{next(self._numbers):012d}_{now:%m%d%Y%H%M%S}",
            search=understood,
            preferences=call.preferences,
            used_at=now,
            is_job=is_job,
            found=search.find(self._store, understood),
            seen=self._store.changes,
        )

    async def page(self, run: SearchRun, index: int) -> Fields:
        """Return one page's searchResult.

        Raises:
            RecordRefused: there is no such page.
        """
        if run.seen != self._store.changes and not run.is_job:
            run.found, run.seen = search.find(self._store, run.search), self._store.changes
        size = run.preferences.page_size
        pages = -(-len(run.found) // size)
        if index < 1 or (index > pages and index > 1):
            raise RecordRefused("INVALID_SEARCH_PAGE_INDEX", f"There is no page {index}.")
        rows = run.found[(index - 1) * size : index * size]
        if self._store.settings.read_record_seconds > 0:
            await asyncio.sleep(self._store.settings.read_record_seconds * len(rows))
        return {
            "status": answers.ok(),
            "totalRecords": len(run.found),
            "pageSize": size,
            "totalPages": pages,
            "pageIndex": index,
            "searchId": run.id,
            **self._show(run, rows),
        }

    def _show(self, run: SearchRun, rows: list[Row]) -> Fields:
        columns = run.search.columns
        if columns is not None:
            shown = [search_columns.show(self._store, columns, row, run.search.joins) for row in rows]
            return {"searchRowList": {"searchRow": shown}}
        # An advanced search ignores bodyFieldsOnly.
        body_only = run.preferences.body_fields_only or run.search.is_advanced
        records = [view.show(self._store, row.record, body_only=body_only) for row in rows]
        return {"recordList": {"record": records}}
