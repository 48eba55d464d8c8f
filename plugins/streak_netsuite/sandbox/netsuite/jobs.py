"""Asynchronous calls: jobs that wait in one queue, run in submission order and keep their results.

Oracle help section_3770809638, section_3771741984, section_3771740553.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from streak_netsuite.sandbox.netsuite import answers, soap_faults
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes, committed
from streak_netsuite.sandbox.netsuite.refusals import RecordRefused
from streak_netsuite.sandbox.netsuite.search_pages import SearchPages, SearchRun
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.values import Fields

MAX_DOWNLOADS = 20
RESULT_LIFE = timedelta(days=30)
_POLL_SECONDS = 0.01
_READING = frozenset({"getList", "initializeList"})

Handler = Callable[[Call, Fields], Awaitable[Fields]]
Status = Literal["pending", "processing", "finished", "finishedWithErrors", "failed"]
_DONE: frozenset[Status] = frozenset({"finished", "finishedWithErrors", "failed"})


@dataclass(kw_only=True, slots=True)
class _Job:
    """One asynchronous call. `result` holds a list's reply, `search` what an asyncSearch found."""

    id: str
    call: Call
    request: Fields
    submitted: float
    status: Status = "pending"
    began: float = 0.0
    finished_at: datetime | None = None
    result: Fields | None = None
    search: SearchRun | None = None
    downloads: int = 0


class Jobs:
    """Takes asynchronous calls in, runs them one after the other, and hands out their results.

    Args:
        handlers: the synchronous operations by name; a job runs one of them.
        pages: runs an asyncSearch.
        now: the account's time.
    """

    def __init__(
        self,
        *,
        handlers: dict[str, Handler],
        pages: SearchPages,
        misfortunes: Misfortunes,
        settings: Settings,
        now: Callable[[], datetime],
        account: str,
    ) -> None:
        self._handlers = handlers
        self._pages = pages
        self._misfortunes = misfortunes
        self._settings = settings
        self._now = now
        self._account = account
        self._numbers = itertools.count(1)
        self._jobs: dict[str, _Job] = {}
        self._worker: asyncio.Task[None] | None = None

    def clear(self) -> None:
        """Forget every job; the one that runs stops."""
        self._jobs = {}
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    # --- submitting ---

    async def submit(self, call: Call, request: Fields) -> Fields:
        """Queue a call and answer with its job. It runs whatever becomes of the caller."""
        number = f"{next(self._numbers):012d}{self._now():%m%d%Y%H%M%S}"
        verb = call.asked.removeprefix("async")
        job = _Job(
            id=f"ASYNCWEBSERVICES_{self._account}_{number}",
            call=replace(call, operation=verb[0].lower() + verb[1:], is_job=True),
            request=request,
            submitted=time.monotonic(),
        )
        self._jobs[job.id] = job
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return {"asyncStatusResult": self._show(job)}

    async def _work(self) -> None:
        jobs = self._jobs
        while (job := next((j for j in jobs.values() if j.status == "pending"), None)) is not None:
            due = job.submitted + self._settings.async_start_seconds
            if self._settings.async_paused or time.monotonic() < due:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            await self._run(job)

    async def _run(self, job: _Job) -> None:
        job.status, job.began = "processing", time.monotonic()
        if self._settings.async_seconds > 0:
            await asyncio.sleep(self._settings.async_seconds)
        status = await self._carry_out(job)
        if job.id in self._jobs:  # the account was not reset meanwhile
            job.finished_at = self._now()
            job.status = status

    async def _carry_out(self, job: _Job) -> Status:
        fault = self._misfortunes.strike_job(job.call.asked, job.call.record_texts)
        if fault is not None:
            await self._begin(job, committed(fault))
            return self._fail(job, RecordRefused("UNEXPECTED_ERROR", "The job failed."))
        try:
            if job.call.operation == "search":
                job.search = await self._pages.begin(job.call, job.request, is_job=True)
                return "finished"
            job.result = await self._handlers[job.call.operation](job.call, job.request)
        except RecordRefused as refused:
            return self._fail(job, refused)
        (found,) = job.result.values()
        responses = found.get("writeResponse") or found.get("readResponse") or []
        return "finished" if all(r["status"]["@isSuccess"] for r in responses) else "finishedWithErrors"

    async def _begin(self, job: _Job, records: int) -> None:
        """Write the first records of a job that fails after them."""
        begun = job.request.get("record", [])[:records]
        if begun:
            await self._handlers[job.call.operation](job.call, {**job.request, "record": begun})

    def _fail(self, job: _Job, refused: RecordRefused) -> Status:
        """Keep a failure as the result."""
        records = len(job.call.record_elements())
        job.result = answers.failed_result(_element(job.call.operation), refused, records)
        return "failed"

    # --- asking ---

    async def check_status(self, _call: Call, request: Fields) -> Fields:
        """Answer a checkAsyncStatus."""
        return {"asyncStatusResult": self._show(self._get(request["jobId"]))}

    async def get_result(self, _call: Call, request: Fields) -> Fields:
        """Answer a getAsyncResult: a list's whole reply as page 1, or a page of a search."""
        job = self._get(request["jobId"])
        if job.status not in _DONE:
            raise soap_faults.job_not_complete(job.id)
        result = await self._page(job, request["pageIndex"])
        job.downloads += 1
        name = f"{job.call.asked[0].upper()}{job.call.asked[1:]}Result"
        return {"asyncResult": {"@xsi": f"messages:{name}", **result}}

    def _get(self, job_id: str) -> _Job:
        job = self._jobs.get(job_id)
        gone = job is None or job.downloads >= MAX_DOWNLOADS or self._is_old(job)
        if job is None or gone:
            raise soap_faults.invalid_job(job_id)
        return job

    def _is_old(self, job: _Job) -> bool:
        return job.finished_at is not None and self._now() - job.finished_at > RESULT_LIFE

    async def _page(self, job: _Job, index: int) -> Fields:
        if job.search is not None:
            try:
                return {"searchResult": await self._pages.page(job.search, index)}
            except RecordRefused as refused:
                raise soap_faults.invalid_page(job.id, index) from refused
        if job.result is None or not 0 < index <= self._pages_of(job.result):
            raise soap_faults.invalid_page(job.id, index)
        return self._part_of(job.result, index)

    def _pages_of(self, result: Fields) -> int:
        size, (_, answered) = self._settings.async_result_page, _answered(result)
        return max(1, -(-len(answered) // size)) if size else 1

    def _part_of(self, result: Fields, index: int) -> Fields:
        """Return a page of a list's result; all of it is one unless the settings say otherwise."""
        size, (name, answered) = self._settings.async_result_page, _answered(result)
        if not size or not answered:
            return result
        ((element, whole),) = result.items()
        return {element: {**whole, name: answered[(index - 1) * size : index * size]}}

    def _show(self, job: _Job) -> Fields:
        remaining = self._remaining(job)
        total = self._expected(job) or 1.0
        percent = 100.0 if job.status in _DONE else 0.0
        if job.status == "processing":
            percent = max(0.0, min(99.0, 100.0 * (1 - remaining / total)))
        return {
            "jobId": job.id,
            "status": job.status,
            "percentCompleted": Decimal(f"{percent:.1f}"),
            "estRemainingDuration": Decimal(f"{remaining:.1f}"),
        }

    def _expected(self, job: _Job) -> float:
        """Return how many seconds a job's work takes by the settings."""
        reads = job.call.operation in _READING
        each = self._settings.read_record_seconds if reads else self._settings.record_seconds
        return self._settings.async_seconds + each * len(job.call.record_elements())

    def _remaining(self, job: _Job) -> float:
        """Return the estimated seconds until a job is done, those of the jobs before it included."""
        if job.status in _DONE:
            return 0.0
        if job.status == "processing":
            return max(0.0, self._expected(job) - (time.monotonic() - job.began))
        before = itertools.takewhile(lambda j: j is not job, self._jobs.values())
        return sum((self._remaining(j) for j in before), self._expected(job))


def _answered(result: Fields) -> tuple[str, list[Fields]]:
    """Return the records' answers in a list's result, and what their element is called."""
    (found,) = result.values()
    name = "readResponse" if "readResponse" in found else "writeResponse"
    return name, found.get(name) or []


def _element(operation: str) -> str:
    if operation == "search":
        return "searchResult"
    return "readResponseList" if operation in _READING else "writeResponseList"


def operations(jobs: Jobs) -> dict[str, Any]:
    """Return the handlers by operation."""
    kinds = ("AddList", "UpdateList", "UpsertList", "DeleteList", "GetList", "InitializeList", "Search")
    return {
        **{f"async{kind}": jobs.submit for kind in kinds},
        "checkAsyncStatus": jobs.check_status,
        "getAsyncResult": jobs.get_result,
    }
