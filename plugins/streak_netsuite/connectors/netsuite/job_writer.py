"""Many records, upserted by jobs that NetSuite works off in its own queue; each record has its own outcome.

For loads that are large and not urgent: a job waits behind the account's other jobs, and takes no slot of its concurrency
meanwhile. There is no key against a second submission (section_3770809638, read 2026-11), so only upserts by external id are
submitted: the second one finds what the first has written.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.batches import look_up, shared_fault, write_result
from streak_netsuite.connectors.netsuite.calls.jobs import JOB_MAX, check, result, submit_writes
from streak_netsuite.connectors.netsuite.faults import UnreadRequest
from streak_netsuite.connectors.netsuite.record_names import RecordNames
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.status import WriteAnswer
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    PermanentError,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)
from streak_netsuite.sync.ports import NotWritten, WriteResult

log = logging.getLogger(__name__)

FIRST_POLL_SECONDS = 2.0
LONGEST_POLL_SECONDS = 60.0
_SLOWER = 1.5  # each time nothing has changed


@dataclass(frozen=True, kw_only=True, slots=True)
class JobPart:
    """A part of a list, as it was submitted.

    Attributes:
        count: how many of the records, in their order.
        keys: digest of the records' keys in their order, so that no outcome is told of another record.
        job_id: "" when it could not be submitted, and `error` says why.
        kept_back: whether its record was never to be submitted, and `error` says why.
        code: of the error, when a person has to see to it; "" when another try may pass.
        fix: what a person can do about it, or "".
    """

    count: int
    keys: str
    submitted_at: datetime
    job_id: str = ""
    error: str = ""
    kept_back: bool = False
    code: str = ""
    fix: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the part as JSON: what a task that waits keeps of it. No record is among it."""
        return {
            "count": self.count,
            "keys": self.keys,
            "submitted_at": self.submitted_at.isoformat(),
            "job_id": self.job_id,
            "error": self.error,
            "kept_back": self.kept_back,
            "code": self.code,
            "fix": self.fix,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "JobPart":
        """Return the part that `plain` made these values of."""
        return cls(**{**plain, "submitted_at": datetime.fromisoformat(plain["submitted_at"])})


class JobWriter:
    """Upserts records of one account by jobs.

    Args:
        zone: the integration user's, in which a date is a day.
        clock: seconds that only ever grow, for the time limit.
        sleep: waits for so many seconds.
        now: aware time, of a submission.
    """

    def __init__(
        self,
        client: SoapClient,
        *,
        zone: ZoneInfo,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._names = RecordNames(client)
        self._zone = zone
        self._clock = clock
        self._sleep = sleep
        self._now = now

    def upsert(self, records: Sequence[SuiteRecord], *, limit_seconds: float) -> list[WriteResult]:
        """Submit records, wait for their jobs, and return what became of each, in order.

        Args:
            limit_seconds: how long to wait at most; what is not known then is uncertain, and a repeat harmless.

        Raises:
            ConfigurationError: a record is none that can be upserted; nothing was submitted.
            TransientError, UncertainWrite, PermanentError: not even the first part could be submitted.
        """
        parts = self.submit(records)
        late = self.wait([part.job_id for part in parts if part.job_id], limit_seconds=limit_seconds)
        return self.collect(records, parts, unfinished=late)

    def submit(self, records: Sequence[SuiteRecord]) -> list[JobPart]:
        """Submit records in parts of what a job takes at most. A part that fails ends it: records may build on earlier ones.

        Of a part that NetSuite cannot read for a value of one record, the others are submitted in smaller parts.

        Raises: as `upsert`.
        """
        for record in records:
            if not record.external_id:
                raise ConfigurationError(
                    f"a {record.type} has no externalId; it is what makes a repeat harmless"
                )
            self._client.check(record, Verb.UPSERT)
        parts: list[JobPart] = []
        unread: list[UnreadRequest] = []
        for chunk in _chunks(records):
            parts += self._parts(chunk, unread, is_first=not parts, failed=_failure(parts))
        shared = None if any(part.job_id for part in parts) else shared_fault(unread)
        if shared is not None:
            raise shared
        return parts

    def _parts(
        self, chunk: Sequence[SuiteRecord], unread: list[UnreadRequest], *, is_first: bool, failed: str
    ) -> list[JobPart]:
        """Submit a part, or its halves when NetSuite cannot read it: nothing of it was taken then.

        Args:
            unread: gets the error of each record that cannot be read.
        """
        try:
            return [self._part(chunk, is_first=is_first, failed=failed)]
        except UnreadRequest as error:
            if len(chunk) == 1:
                unread.append(error)
                return [self._unread(chunk[0], error)]
        middle = len(chunk) // 2
        first = self._parts(chunk[:middle], unread, is_first=is_first, failed="")
        return first + self._parts(chunk[middle:], unread, is_first=False, failed=_failure(first))

    def _unread(self, record: SuiteRecord, error: UnreadRequest) -> JobPart:
        named = error.of_record(f"NetSuite {record.type} {record.external_id}")
        return JobPart(
            count=1,
            keys=keys_of([record]),
            submitted_at=self._now(),
            error=str(named),
            code=named.code,
            fix=named.fix,
        )

    def _part(self, chunk: Sequence[SuiteRecord], *, is_first: bool, failed: str) -> JobPart:
        at = self._now()
        if failed:
            return JobPart(count=len(chunk), keys=keys_of(chunk), submitted_at=at, error=failed)
        try:
            return JobPart(count=len(chunk), keys=keys_of(chunk), submitted_at=at, job_id=self._submit(chunk))
        except (TransientError, UncertainWrite, PermanentError) as error:
            if is_first:
                raise
            log.warning("%d records could not be submitted: %s", len(chunk), error)
            return JobPart(count=len(chunk), keys=keys_of(chunk), submitted_at=at, error=str(error))

    def _submit(self, chunk: Sequence[SuiteRecord]) -> str:
        """Submit a part; a second time when the answer was lost with the job's id. Of two jobs the later changes nothing."""
        try:
            return self._client.send(submit_writes(Verb.UPSERT, chunk)).job_id
        except UncertainWrite as error:
            log.warning("a job's id was lost (%s); the same records are submitted again", error)
            return self._client.send(submit_writes(Verb.UPSERT, chunk)).job_id

    def unfinished(self, job_ids: Sequence[str]) -> list[str]:
        """Return the jobs that are not over. One that NetSuite cannot tell about now is not; one it does not know is."""
        return [job_id for job_id in job_ids if not self._is_over(job_id)]

    def _is_over(self, job_id: str) -> bool:
        try:
            status = self._client.send(check(job_id))
        except TransientError as error:
            log.warning("NetSuite cannot tell how far job %s is: %s", job_id, error)
            return False
        except PermanentError as error:
            if _is_login(error):
                raise
            log.warning("job %s: %s", job_id, error)
            return True
        log.info("job %s is %s, %s %%", job_id, status.state, status.percent)
        return status.state.is_over

    def wait(self, job_ids: Sequence[str], *, limit_seconds: float) -> list[str]:
        """Wait until jobs are over, asking ever more slowly; return those that are not within the limit."""
        until = self._clock() + limit_seconds
        pause = FIRST_POLL_SECONDS
        left = list(job_ids)
        while left:
            still = self.unfinished(left)
            pause = (
                FIRST_POLL_SECONDS if len(still) < len(left) else min(pause * _SLOWER, LONGEST_POLL_SECONDS)
            )
            left = still
            remaining = until - self._clock()
            if not left or remaining <= 0:
                break
            self._sleep(min(pause, remaining))
        return left

    def collect(
        self, records: Sequence[SuiteRecord], parts: Sequence[JobPart], *, unfinished: Sequence[str] = ()
    ) -> list[WriteResult]:
        """Return what became of each record, in order; one without an answer is looked for by its key.

        Args:
            unfinished: jobs that are not over, and are not waited for any more.

        Raises:
            ConfigurationError: these are not the records that were submitted, or not in that order.
        """
        found: list[WriteResult] = []
        for part in parts:
            chunk = records[len(found) : len(found) + part.count]
            if keys_of(chunk) != part.keys:
                raise ConfigurationError(
                    "the records are others than were submitted, or in another order; use a template that stays"
                )
            found += self._of_part(chunk, part, is_late=part.job_id in unfinished)
        return found

    def _of_part(self, chunk: Sequence[SuiteRecord], part: JobPart, *, is_late: bool) -> list[WriteResult]:
        if part.code:
            error = RejectedByVendor(part.error, code=part.code, fix=part.fix)
            return [NotWritten(operation_key=record.external_id, error=error) for record in chunk]
        if not part.job_id:
            return [_open(record, f"not submitted: {part.error}", known=True) for record in chunk]
        try:
            answers, said = ([], "not over within the time limit") if is_late else self._answers(part)
        except (TransientError, PermanentError) as error:
            if _is_login(error):
                raise
            answers, said = [], str(error)
        results = [
            write_result(
                answer, record.external_id, names=self._names.of(record), book=self._client.fault_book
            )
            for record, answer in zip(chunk, answers, strict=False)
        ]
        results += [_open(record, f"job {part.job_id}: {said}") for record in chunk[len(results) :]]
        return look_up(self._client, chunk, results, zone=self._zone, why="its job gave no answer for it")

    def _answers(self, part: JobPart) -> tuple[list[WriteAnswer], str]:
        """Return the answers on all pages of a job's result, and what NetSuite said of the whole."""
        answers: list[WriteAnswer] = []
        said = "no answer"
        for page in range(1, part.count + 1):
            try:
                listed = self._client.send(result(part.job_id, page=page)).writes
            except PermanentError as error:
                if page == 1 or _is_login(error):
                    raise
                break  # there is no such page: a whole list has one, and a cut one no more than it has
            if listed is None:
                break
            answers += listed.answers
            said = "; ".join(str(detail) for detail in listed.status.details) or said
            if not listed.answers or len(answers) >= part.count:
                break
        return answers[: part.count], said


def keys_of(records: Sequence[SuiteRecord]) -> str:
    """Return a digest of records' types and keys, in their order."""
    named = "\n".join(f"{record.type} {record.external_id}" for record in records)
    return hashlib.sha256(named.encode()).hexdigest()


def _chunks(records: Sequence[SuiteRecord]) -> Iterator[Sequence[SuiteRecord]]:
    size = JOB_MAX[Verb.UPSERT]
    for start in range(0, len(records), size):
        yield records[start : start + size]


def _failure(parts: Sequence[JobPart]) -> str:
    """Return why a part could not be submitted now, though nothing is wrong with its records."""
    return next((part.error for part in parts if part.error and not part.code), "")


def _open(record: SuiteRecord, said: str, *, known: bool = False) -> NotWritten:
    """Return that a record's outcome is open, or that it was surely not sent."""
    text = f"NetSuite {record.type} {record.external_id}: {said}"
    error = TransientError(text) if known else UncertainWrite(text)
    return NotWritten(operation_key=record.external_id, error=error)


def _is_login(error: Exception) -> bool:
    """Tell what no other job would be told better: the login is refused, or a setting is wrong."""
    return isinstance(error, InvalidCredentials | ConfigurationError)
