"""Many records, written in lists that go out in parallel; each record has its own answer."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.writes import LIST_MAX, write_list
from streak_netsuite.connectors.netsuite.fault_book import FaultBook, Names
from streak_netsuite.connectors.netsuite.kinds import Family, family
from streak_netsuite.connectors.netsuite.landing import holds
from streak_netsuite.connectors.netsuite.record_names import RecordNames
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.status import WriteAnswer
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import ConfigurationError, RejectedByVendor, TransientError, UncertainWrite
from streak_netsuite.sync.ports import NotWritten, OnAnswer, WriteResult, Written

log = logging.getLogger(__name__)

_BUILT_AHEAD = 2  # lists
_SMALLEST_LIST = 5  # a call costs more than a record; shorter lists are not worth a call of their own


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One record to be written under its key; `build` makes it when its list is put together."""

    key: str
    type: str
    build: Callable[[], SuiteRecord]


class BatchWriter:
    """Writes records of one account in lists of a size that suits their kind."""

    def __init__(self, client: SoapClient, settings: NetSuiteSettings) -> None:
        self._client = client
        self._settings = settings
        self._names = RecordNames(client)

    def write(self, verb: Verb, drafts: Sequence[Draft], on_answer: OnAnswer) -> None:
        """Write records; `on_answer` hears of each list in the moment it is answered, one at a time.

        Records of different families go into different lists; within a list their order is kept.
        """
        calls = [partial(self._write_list, verb, chunk) for chunk in self._chunks(verb, drafts)]
        if len(calls) == 1:
            on_answer(calls[0]())
        elif calls:
            self._answer_each(calls, on_answer)

    def _chunks(self, verb: Verb, drafts: Sequence[Draft]) -> list[Sequence[Draft]]:
        families: dict[Family, list[Draft]] = {}
        for draft in drafts:
            families.setdefault(family(draft.type), []).append(draft)
        return [
            group[start : start + size]
            for kind, group in families.items()
            for size in [self._list_size(verb, kind, len(group))]
            for start in range(0, len(group), size)
        ]

    def _list_size(self, verb: Verb, kind: Family, records: int) -> int:
        """Return a size that keeps every slot busy with few records, and is never beyond Oracle's maximum."""
        wanted = min(self._settings.list_size(kind, records), LIST_MAX[verb])
        return min(wanted, max(_SMALLEST_LIST, -(-records // self._settings.slots)))

    def _answer_each(self, calls: Sequence[Callable[[], list[WriteResult]]], on_answer: OnAnswer) -> None:
        """Make the calls in parallel; one that fails stops those not yet sent, and no answer is dropped."""
        failure: BaseException | None = None
        # More threads than slots: the next lists are built while the governor holds them back.
        with ThreadPoolExecutor(max_workers=min(self._settings.slots + _BUILT_AHEAD, len(calls))) as pool:
            futures: list[Future[list[WriteResult]]] = [pool.submit(call) for call in calls]
            for future in as_completed(futures):
                try:
                    if not future.cancelled():
                        on_answer(future.result())
                except BaseException as error:  # noqa: BLE001 - raised below, after the other answers are kept
                    failure = failure or error
                    for other in futures:
                        other.cancel()
        if failure is not None:
            raise failure

    def _write_list(self, verb: Verb, chunk: Sequence[Draft]) -> list[WriteResult]:
        try:
            records = [draft.build() for draft in chunk]
            listed = self._client.send(write_list(verb, records))
        except (UncertainWrite, TransientError) as error:
            return [NotWritten(operation_key=draft.key, error=error) for draft in chunk]
        except (ConfigurationError, ValueError) as error:
            return self._write_sound(verb, chunk, error)
        results = [
            write_result(answer, draft.key, names=self._names.of(record), book=self._client.fault_book)
            for draft, record, answer in zip(chunk, records, listed.answers, strict=False)
        ]
        said = "; ".join(str(detail) for detail in listed.status.details)
        results += [_unanswered(draft, said) for draft in chunk[len(listed.answers) :]]
        return look_up(
            self._client, records, results, zone=self._settings.user_zone, why="NetSuite cut its answer"
        )

    def _write_sound(
        self, verb: Verb, chunk: Sequence[Draft], error: ConfigurationError | ValueError
    ) -> list[WriteResult]:
        """Write a list without the records that cannot be put into NetSuite's words; those are not sent."""
        faults = {draft.key: fault for draft in chunk if (fault := self._fault(verb, draft)) is not None}
        if not faults:  # it was not the records
            raise error
        sound = [draft for draft in chunk if draft.key not in faults]
        written = {one.operation_key: one for one in (self._write_list(verb, sound) if sound else ())}
        return [written.get(draft.key) or _not_sent(draft, faults[draft.key]) for draft in chunk]

    def _fault(self, verb: Verb, draft: Draft) -> Exception | None:
        try:
            self._client.check(draft.build(), verb)
        except (ConfigurationError, ValueError) as error:
            return error
        return None


def look_up(
    client: SoapClient,
    records: Sequence[SuiteRecord],
    results: Sequence[WriteResult],
    *,
    zone: ZoneInfo,
    why: str,
) -> list[WriteResult]:
    """Return the results with each unknown outcome looked up by its key: a record that holds what was sent has landed.

    Args:
        results: one for each record.
        zone: the integration user's.
        why: why there was no answer, for the warning that such a result carries.
    """
    found = list(results)
    places = [i for i, one in enumerate(found) if _is_uncertain(one) and records[i].external_id]
    for start in range(0, len(places), GET_LIST_MAX):
        asked = places[start : start + GET_LIST_MAX]
        try:
            answers = client.send(get_list([records[i].key for i in asked]))
        except TransientError as error:
            log.warning("the outcome of %d records stays open: %s", len(places) - start, error)
            break
        for place, answer in zip(asked, answers, strict=True):
            held = answer.record if answer.status.success else None
            if held is not None and holds(held, records[place], zone=zone):
                found[place] = Written(
                    operation_key=found[place].operation_key,
                    internal_id=held.internal_id,
                    warnings=(f"{why}; the record was found by its key",),
                )
    return found


def write_result(
    answer: WriteAnswer, key: str, *, names: Names | None = None, book: FaultBook | None = None
) -> WriteResult:
    """Return what became of one record of a list write.

    `afterSubmitFailed` means that the record was saved and only a script after it failed: it counts
    as written, with a warning (section_N3539978, read 2026-11).
    """
    name = f"NetSuite record {key}"
    internal_id = answer.ref.internal_id if answer.ref is not None else ""
    if answer.status.saved and internal_id:
        warnings = tuple(str(detail) for detail in answer.status.details)
        return Written(operation_key=key, internal_id=internal_id, warnings=warnings)
    if answer.status.saved:
        return NotWritten(operation_key=key, error=UncertainWrite(f"{name}: saved without an id"))
    return NotWritten(operation_key=key, error=answer.status.error(name=name, names=names, book=book))


def _not_sent(draft: Draft, fault: Exception) -> NotWritten:
    text = f"NetSuite record {draft.key} was not sent: {fault}"
    return NotWritten(
        operation_key=draft.key,
        error=RejectedByVendor(
            text, code="NOT_SENT", fix="correct the value or the mapping, then release it"
        ),
    )


def _unanswered(draft: Draft, said: str) -> NotWritten:
    """NetSuite cuts a list near its 15 minutes: what has no status of its own may have landed."""
    text = f"NetSuite: no status for {draft.key} {said}".rstrip()
    return NotWritten(operation_key=draft.key, error=UncertainWrite(text))


def _is_uncertain(result: WriteResult) -> bool:
    return isinstance(result, NotWritten) and isinstance(result.error, UncertainWrite)
