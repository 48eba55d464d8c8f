"""NetSuite as a person or an operator uses it: plain JSON in, ids out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from streak_netsuite.connectors.netsuite.batches import BatchWriter, Draft
from streak_netsuite.connectors.netsuite.calls.reads import get
from streak_netsuite.connectors.netsuite.calls.transforms import Transform, initialize
from streak_netsuite.connectors.netsuite.calls.writes import write
from streak_netsuite.connectors.netsuite.job_writer import JobPart, JobWriter
from streak_netsuite.connectors.netsuite.plain_record import from_plain
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.schema import Shape
from streak_netsuite.connectors.netsuite.search_request import Criterion, SearchRequest, SearchValue
from streak_netsuite.connectors.netsuite.searches import Searches
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.suite_record import Sublist, SublistMode, SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError, RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.sync.ports import NotWritten, WriteResult, Written

Failure = RejectedByVendor | TransientError | UncertainWrite


class NetSuiteDesk:
    """One account, for single records.

    Args:
        clock, sleep: how jobs are waited for: seconds that only grow, and a pause of so many.
    """

    def __init__(
        self,
        client: SoapClient,
        settings: NetSuiteSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._sleep = sleep

    def search(self, subject: str, criteria: Mapping[str, Mapping[str, Any]], *, limit: int) -> list[str]:
        """Return the internal ids of what a search finds, ascending.

        Raises:
            ConfigurationError: there is no such search or field, or more was found than `limit`.
        """
        asked = {name: self._criterion(subject, name, one) for name, one in criteria.items()}
        found: list[str] = []
        searches = Searches(self._client, page_size=self._settings.search_page_size)
        for page in searches.records(SearchRequest(subject=subject, criteria=asked)):
            found += [record.internal_id for record in page]
            if len(found) > limit:
                raise ConfigurationError(
                    f"{subject} search: more than {limit} found; narrow it, or raise the limit"
                )
        return found

    def upsert(self, records: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, Failure]]:
        """Write records; return the internal ids of those written and the errors of the others, by external id.

        Raises:
            ConfigurationError, MappingError: a record is not one; nothing was sent.
        """
        built = self._keyed(records)
        results: list[WriteResult] = []
        drafts = [Draft(key=r.external_id, type=r.type, build=partial(_same, r)) for r in built]
        BatchWriter(self._client, self._settings).write(Verb.UPSERT, drafts, results.extend)
        return _by_key(results)

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
        return _by_key(self._jobs.upsert(self._for_jobs(records), limit_seconds=limit_seconds))

    def submit_jobs(self, records: Sequence[Mapping[str, Any]]) -> list[JobPart]:
        """Submit records by jobs and return at once, for somebody else to wait.

        Raises: as `upsert_by_jobs`.
        """
        return self._jobs.submit(self._for_jobs(records))

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
        return _by_key(self._jobs.collect(self._for_jobs(records), parts, unfinished=unfinished))

    @property
    def _jobs(self) -> JobWriter:
        return JobWriter(self._client, clock=self._clock, sleep=self._sleep)

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

    def _criterion(self, subject: str, name: str, plain: Mapping[str, Any]) -> Criterion:
        schema = self._client.schema
        plan = schema.plan_of(schema.type(f"{subject}SearchBasic"))
        field = next((inner for known, _, inner in plan.children.values() if known == name), None)
        if field is None:
            raise ConfigurationError(f"{subject} cannot be searched by '{name}'")
        shapes = {known: inner.shape for known, _, inner in field.children.values()}
        values = tuple(_search_value(value, shapes.get("searchValue")) for value in plain.get("values", ()))
        return Criterion(operator=str(plain.get("operator", "")), values=values)


def _by_key(results: Sequence[WriteResult]) -> tuple[dict[str, str], dict[str, Failure]]:
    written = {one.operation_key: one.internal_id for one in results if isinstance(one, Written)}
    failed = {one.operation_key: one.error for one in results if isinstance(one, NotWritten)}
    return written, failed


def _same(record: SuiteRecord) -> SuiteRecord:
    return record


def _search_value(value: Any, shape: Shape | None) -> SearchValue:
    if isinstance(value, Mapping):
        return RecordRef(
            internal_id=str(value.get("internalId", "")), external_id=str(value.get("externalId", ""))
        )
    if shape is Shape.MOMENT:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ConfigurationError(f"'{value}' names no time zone; write it as 2026-01-31T09:00:00Z")
        return moment
    found: SearchValue = value
    return found


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
