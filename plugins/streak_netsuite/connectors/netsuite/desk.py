"""NetSuite as a person or an operator uses it: plain JSON in, ids out."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.job_writer import JobPart, JobWriter, keys_of
from streak_netsuite.connectors.netsuite.keys import find_by_field, under_key
from streak_netsuite.connectors.netsuite.plain_record import from_plain
from streak_netsuite.connectors.netsuite.plain_search import PlainCriteria, request_from_plain, row_to_plain
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import (
    ConfigurationError,
    RecordError,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)
from streak_netsuite.flows.customer_lists import CustomerListGate, KeptBack
from streak_netsuite.sync.ports import NotWritten, WriteResult, Written

FoundT = TypeVar("FoundT")
Failure = RecordError | TransientError | UncertainWrite


class NetSuiteDesk:
    """One account, for single records.

    Args:
        gate: asked before a customer is created; None to write what is given.
        clock, sleep: how jobs are waited for: seconds that only grow, and a pause of so many.
    """

    def __init__(
        self,
        client: SoapClient,
        settings: NetSuiteSettings,
        *,
        gate: CustomerListGate | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._settings = settings
        self._gate = gate
        self._clock = clock
        self._sleep = sleep

    def search(
        self, subject: str, criteria: PlainCriteria, *, limit: int, **more: Any
    ) -> list[str] | list[dict[str, Any]]:
        """Return the internal ids of what a search finds, ascending; its rows when it has columns or is a saved one.

        Args:
            more: `custom`, `joined`, `columns`, `saved` and `record_type`, as `plain_search` has them.

        Raises:
            ConfigurationError: there is no such search or field, or more was found than `limit`.
        """
        request = request_from_plain(self._client.schema, subject, criteria, **more)
        searches = Searches(self._client, page_size=self._settings.search_page_size)
        if request.is_advanced:
            rows = ([row_to_plain(row) for row in page] for page in searches.rows(request))
            return _within(limit, subject, rows)
        ids = ([record.internal_id for record in page] for page in searches.records(request))
        return _within(limit, subject, ids)

    def upsert(self, records: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, Failure]]:
        """Write records; return the internal ids of those written and the errors of the others, by external id.

        Where the settings name a custom field for a type (`key_fields`), it gets the external id's value in its place. A customer
        that may exist already is not written, and its error names those that it may be.

        Raises:
            ConfigurationError, MappingError: a record is not one; nothing was sent.
        """
        built = self._keyed(records)
        with self._passed(records) as kept_back:
            results = self._write([record for record in built if record.external_id not in kept_back])
        return _by_key(results, kept_back)

    def _passed(self, records: Sequence[Mapping[str, Any]]) -> AbstractContextManager[KeptBack]:
        return nullcontext({}) if self._gate is None else self._gate.passed(records)

    def _write(self, records: Sequence[SuiteRecord]) -> list[WriteResult]:
        results: list[WriteResult] = []
        drafts: dict[Verb, list[Draft]] = {}
        for record in records:
            verb, ready = self._under_key(record)
            drafts.setdefault(verb, []).append(
                Draft(key=record.external_id, type=record.type, build=partial(_same, ready))
            )
        for verb, some in drafts.items():
            answers: list[WriteResult] = []
            BatchWriter(self._client, self._settings).write(verb, some, answers.extend)
            results += self._looked_up(records, answers) if verb is Verb.ADD else answers
        return results

    def _looked_up(self, records: Sequence[SuiteRecord], answers: Sequence[WriteResult]) -> list[WriteResult]:
        """Return the results of adds, where those without an answer were looked for by their keys; a person sees to the others.

        Nothing is kept between two tries of a task, and a second add makes a second record while the first may still land.
        """
        by_key = {record.external_id: record for record in records}
        found: list[WriteResult] = []
        for one in answers:
            if isinstance(one, NotWritten) and isinstance(one.error, UncertainWrite):
                known = self._found_by_field(by_key[one.operation_key])
                found.append(
                    _asked_about(one, self._settings.commit_seconds) if known is None else _found(one, known)
                )
            else:
                found.append(one)
        return found

    def _found_by_field(self, record: SuiteRecord) -> SuiteRecord | None:
        try:
            return find_by_field(self._client, record, self._settings.key_fields[record.type])
        except TransientError:  # then nobody knows still
            return None

    def _under_key(self, record: SuiteRecord) -> tuple[Verb, SuiteRecord]:
        """Return how a record is written: under its external id, or under the custom field that carries our keys.

        A field knows no upsert: the record is looked for, then changed or added. Two tasks that add one record at the same
        moment make it twice.
        """
        fields = self._settings.key_fields
        script_id = fields.get(record.type)
        if script_id is None:
            return Verb.UPSERT, record
        known = find_by_field(self._client, record, script_id)
        ready = under_key(record, fields)
        if known is None:
            return Verb.ADD, ready
        return Verb.UPDATE, replace(ready, internal_id=known.internal_id)

    def upsert_by_jobs(
        self, records: Sequence[Mapping[str, Any]], *, limit_seconds: float
    ) -> tuple[dict[str, str], dict[str, Failure]]:
        """Write records by NetSuite's own queue, wait for it, and return the same as `upsert`.

        For loads that are large and not urgent: jobs take no slot of the account's concurrency while they wait and run.

        Args:
            limit_seconds: how long to wait at most; what is not known then is uncertain, and a repeat harmless.

        Raises:
            ConfigurationError, MappingError: a record cannot be written by a job; nothing was submitted.
            TransientError, UncertainWrite, PermanentError: not even the first job could be submitted.
        """
        built = self._for_jobs(records)
        with self._passed(records) as kept_back:
            free = [record for record in built if record.external_id not in kept_back]
            return _by_key(self._jobs.upsert(free, limit_seconds=limit_seconds), kept_back)

    def submit_jobs(self, records: Sequence[Mapping[str, Any]]) -> list[JobPart]:
        """Submit records by jobs and return at once, for somebody else to wait.

        A customer that may exist already is kept back, as a part of its own behind the others. Until a job has run, nobody finds the
        customers that it makes.

        Raises: as `upsert_by_jobs`.
        """
        built = self._for_jobs(records)
        with self._passed(records) as kept_back:
            parts = self._jobs.submit([record for record in built if record.external_id not in kept_back])
        return parts + [
            _kept_back(record, kept_back[record.external_id])
            for record in built
            if record.external_id in kept_back
        ]

    def unfinished_jobs(self, job_ids: Sequence[str]) -> list[str]:
        """Return those of some jobs that are not over."""
        return self._jobs.unfinished(job_ids)

    def collect_jobs(
        self,
        records: Sequence[Mapping[str, Any]],
        parts: Sequence[JobPart],
        *,
        unfinished: Sequence[str] = (),
    ) -> tuple[dict[str, str], dict[str, Failure]]:
        """Return what became of records that were submitted, as `upsert` does.

        Args:
            unfinished: jobs that are not over, and are not waited for any more: their records are uncertain.
        """
        built = self._for_jobs(records)
        errors = {part.keys: _error_of(part) for part in parts if part.kept_back}
        kept_back = {one.external_id: error for one in built if (error := errors.get(keys_of([one])))}
        free = [record for record in built if record.external_id not in kept_back]
        submitted = [part for part in parts if not part.kept_back]
        return _by_key(self._jobs.collect(free, submitted, unfinished=unfinished), kept_back)

    @property
    def _jobs(self) -> JobWriter:
        return JobWriter(self._client, zone=self._settings.user_zone, clock=self._clock, sleep=self._sleep)

    def _for_jobs(self, records: Sequence[Mapping[str, Any]]) -> list[SuiteRecord]:
        built = self._keyed(records)
        other = next((one for one in built if one.type in self._settings.key_fields), None)
        if other is not None:
            raise ConfigurationError(
                f"a {other.type} carries its key in {self._settings.key_fields[other.type]}, and a job only knows external ids; "
                "write it without jobs"
            )
        return built

    def _keyed(self, records: Sequence[Mapping[str, Any]]) -> list[SuiteRecord]:
        built = [from_plain(record, self._client.schema) for record in records]
        unkeyed = next((record for record in built if not record.external_id), None)
        if unkeyed is not None:
            raise ConfigurationError(
                f"a {unkeyed.type} has no externalId; it is what makes a repeat harmless"
            )
        return built

    def transform(
        self,
        *,
        source_type: str,
        source_id: str,
        target_type: str,
        external_id: str,
        fields: Mapping[str, Any],
    ) -> str:
        """Turn a transaction into another and save it once; return its internal id.

        Raises:
            UncertainWrite: nobody knows whether it was saved; another call finds out by the external id.
            RejectedByVendor: NetSuite refused it.
        """
        known = self._find(target_type, external_id)
        if known is not None:
            return known
        asked = Transform(to=target_type, source=RecordRef(type=source_type, internal_id=source_id))
        answer = self._client.send(initialize(asked))
        answer.status.refuse_failed(name=f"NetSuite {source_type} {source_id} to {target_type}")
        if answer.record is None:
            raise ConfigurationError(f"NetSuite made no {target_type} of {source_type} {source_id}")
        changes = from_plain({"type": target_type, "fields": dict(fields)}, self._client.schema)
        return self._add(_ready(answer.record, external_id, changes))

    def _add(self, record: SuiteRecord) -> str:
        answer = self._client.send(write(Verb.ADD, record))
        if answer.status.saved and answer.ref is not None and answer.ref.internal_id:
            return answer.ref.internal_id
        # Another worker may have been faster: its record carries our key.
        known = self._find(record.type, record.external_id)
        if known is None:
            raise answer.status.error(
                name=f"NetSuite {record.type} {record.external_id}", book=self._client.fault_book
            )
        return known

    def _find(self, record_type: str, external_id: str) -> str | None:
        answer = self._client.send(get(RecordRef(type=record_type, external_id=external_id)))
        record = answer.record_or_none(name=f"NetSuite {record_type} {external_id}")
        return None if record is None else record.internal_id


def _found(one: NotWritten, known: SuiteRecord) -> Written:
    return Written(
        operation_key=one.operation_key,
        internal_id=known.internal_id,
        warnings=("its answer was lost; the record was found by its key",),
    )


def _asked_about(one: NotWritten, commit_seconds: float) -> NotWritten:
    text = f"{one.error}: nobody knows whether {one.operation_key} was added, and an add that is repeated may add it twice"
    return NotWritten(
        operation_key=one.operation_key,
        error=RejectedByVendor(
            text,
            code="OUTCOME_UNKNOWN",
            fix=f"wait {math.ceil(commit_seconds / 60)} minutes, until it cannot land any more, then clear the task: it looks "
            "for the key first",
        ),
    )


def _within(limit: int, subject: str, pages: Iterable[list[FoundT]]) -> list[FoundT]:
    found: list[FoundT] = []
    for page in pages:
        found += page
        if len(found) > limit:
            raise ConfigurationError(
                f"{subject} search: more than {limit} found; narrow it, or raise the limit"
            )
    return found


def _by_key(
    results: Sequence[WriteResult], kept_back: Mapping[str, RecordError | TransientError]
) -> tuple[dict[str, str], dict[str, Failure]]:
    written = {one.operation_key: one.internal_id for one in results if isinstance(one, Written)}
    failed: dict[str, Failure] = {
        one.operation_key: one.error for one in results if isinstance(one, NotWritten)
    }
    return written, {**failed, **kept_back}


def _kept_back(record: SuiteRecord, error: RecordError | TransientError) -> JobPart:
    return JobPart(
        count=1,
        keys=keys_of([record]),
        submitted_at=datetime.now(UTC),
        error=str(error),
        kept_back=True,
        code=error.code if isinstance(error, RecordError) else "",
    )


def _error_of(part: JobPart) -> RecordError | TransientError:
    return RecordError(part.error, code=part.code) if part.code else TransientError(part.error)


def _same(record: SuiteRecord) -> SuiteRecord:
    return record


def _ready(record: SuiteRecord, external_id: str, changes: SuiteRecord) -> SuiteRecord:
    """Return a transformed record ready to be added: its lines as they came, with our key and changes."""
    sublists = {
        name: Sublist(rows=one.rows, mode=SublistMode.REPLACE)
        for name, one in record.sublists.items()
        if one.rows
    }
    return replace(
        record, external_id=external_id, values={**record.values, **changes.values}, sublists=sublists
    )
