"""Lists that NetSuite works off in its own time, and what became of them.

One queue per account, in the order submitted; the start is not promised (section_3770809638, read 2026-11).
There is no key against a second submission: only an upsert may be submitted again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from streak_netsuite.connectors.netsuite.call import Effect, SearchPreferences, SoapCall
from streak_netsuite.connectors.netsuite.calls.search import SearchPage, read_page
from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize_list
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import SearchRequest
from streak_netsuite.connectors.netsuite.status import (
    ListAnswer,
    ReadAnswer,
    read_read,
    read_status,
    read_writes,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import RecordWriter, Verb

# The most records of one job (section_N3418637).
JOB_MAX: Mapping[Verb, int] = {Verb.ADD: 400, Verb.UPDATE: 200, Verb.UPSERT: 200}
DELETE_JOB_MAX = 400
GET_JOB_MAX = 2000


class JobState(StrEnum):
    """AsyncStatusType of the schema."""

    PENDING = "pending"
    PROCESSING = "processing"
    RETRY = "retry"
    FINISHED = "finished"
    FINISHED_WITH_ERRORS = "finishedWithErrors"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether the result can be fetched."""
        return self in {JobState.FINISHED, JobState.FINISHED_WITH_ERRORS, JobState.FAILED}


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """How far a job is."""

    job_id: str
    state: JobState
    percent: Decimal
    seconds_left: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class JobResult:
    """One page of what became of a job: exactly one of these is there, as the job was."""

    writes: ListAnswer | None = None
    reads: tuple[ReadAnswer, ...] | None = None
    page: SearchPage | None = None


def submit_writes(verb: Verb, records: Sequence[SuiteRecord]) -> SoapCall[JobStatus]:
    """Submit a list of writes."""
    return _submit(
        f"async{verb.value.capitalize()}List",
        Effect.WRITE,
        lambda writer: {"record": [writer.record(record, verb) for record in records]},
        len(records),
    )


def submit_deletes(refs: Sequence[RecordRef]) -> SoapCall[JobStatus]:
    """Submit a list of deletions."""
    return _submit(
        "asyncDeleteList",
        Effect.WRITE,
        lambda writer: {"baseRef": [writer.ref(ref) for ref in refs], "deletionReason": None},
        len(refs),
    )


def submit_reads(refs: Sequence[RecordRef]) -> SoapCall[JobStatus]:
    """Submit a list of reads."""
    return _submit(
        "asyncGetList",
        Effect.READ,
        lambda writer: {"baseRef": [writer.ref(ref) for ref in refs]},
        len(refs),
    )


def submit_transforms(transforms: Sequence[Transform]) -> SoapCall[JobStatus]:
    """Submit a list of transforms."""
    call = initialize_list(transforms)
    return _submit("asyncInitializeList", Effect.READ, call.arguments, len(transforms))


def submit_search(request: SearchRequest, preferences: SearchPreferences) -> SoapCall[JobStatus]:
    """Submit a search; its pages may hold 2,000 records."""
    return SoapCall(
        operation="asyncSearch",
        effect=Effect.READ,
        arguments=lambda writer: {"searchRecord": request.build(writer)},
        read=_status,
        search=preferences,
    )


def check(job_id: str) -> SoapCall[JobStatus]:
    """Ask how far a job is."""
    return SoapCall(
        operation="checkAsyncStatus",
        effect=Effect.READ,
        arguments=lambda _writer: {"jobId": job_id},
        read=_status,
    )


def result(job_id: str, *, page: int = 1) -> SoapCall[JobResult]:
    """Fetch a page of a job's result: at most 20 times, within 30 days (section_3771740553)."""
    return SoapCall(
        operation="getAsyncResult",
        effect=Effect.READ,
        arguments=lambda _writer: {"jobId": job_id, "pageIndex": page},
        read=_result,
    )


def _submit(
    operation: str, effect: Effect, arguments: Callable[[RecordWriter], Mapping[str, Any]], records: int
) -> SoapCall[JobStatus]:
    return SoapCall(operation=operation, effect=effect, arguments=arguments, read=_status, records=records)


def _status(body: Fields) -> JobStatus:
    said = body.part("asyncStatusResult")
    return JobStatus(
        job_id=said.text("jobId"),
        state=JobState(said.text("status")),
        percent=said.amount("percentCompleted") or Decimal(0),
        seconds_left=said.amount("estRemainingDuration") or Decimal(0),
    )


def _result(body: Fields) -> JobResult:
    found = body.part("asyncResult")
    if "writeResponseList" in found.values:
        return JobResult(writes=read_writes(found.part("writeResponseList")))
    if "searchResult" in found.values:
        return JobResult(page=read_page(found.part("searchResult"), name="NetSuite asyncSearch"))
    listed = found.part("readResponseList")
    read_status(listed.part("status")).refuse_failed(name="NetSuite getAsyncResult")
    return JobResult(reads=tuple(read_read(one) for one in listed.many("readResponse")))
