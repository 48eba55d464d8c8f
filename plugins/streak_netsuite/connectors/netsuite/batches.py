"""Many records, written in lists that go out in parallel; each record has its own answer."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from zoneinfo import ZoneInfo

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.calls.writes import LIST_MAX, write_list
from streak_netsuite.connectors.netsuite.fault_book import FaultBook, Names
from streak_netsuite.connectors.netsuite.faults import UnreadRequest
from streak_netsuite.connectors.netsuite.kinds import Family, family
from streak_netsuite.connectors.netsuite.landing import holds
from streak_netsuite.connectors.netsuite.record_names import RecordNames
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.soap import SoapClient
from streak_netsuite.connectors.netsuite.status import ListAnswer, WriteAnswer
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.writer import Verb
from streak_netsuite.errors import (
    ConfigurationError,
    LeaseLost,
    PermanentError,
    RejectedByVendor,
    TransientError,
    UncertainWrite,
)
from streak_netsuite.sync.ports import NotWritten, OnAnswer, OnSend, WriteResult, Written

_NOT_SENT = "NOT_SENT"
_Heard = list[WriteResult] | BaseException | None

log = logging.getLogger(__name__)

_BUILT_AHEAD = 2  # lists
_SMALLEST_LIST = 5  # a call costs more than a record; shorter lists are not worth a call of their own
_TELLING = 5  # so many records do not share a bad value by chance; two orders of one deal may


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    """How lists are written, and who hears that one leaves."""

    verb: Verb
    on_send: OnSend


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

    def write(
        self, verb: Verb, drafts: Sequence[Draft], on_answer: OnAnswer, on_send: OnSend = lambda _: None
    ) -> None:
        """Write records; `on_answer` hears of each call in the moment it is answered, one at a time.

        `on_send` hears of the keys in a call right before that leaves, and from several threads at once.

        Records of different families go into different lists; within a list their order is kept. Of a list that NetSuite cannot
        read for a value of one record, the others are written.

        Raises:
            PermanentError: the vendor refuses us, or can read none of many records and says the same of each. Answers that
                came before are kept.
            LeaseLost: from `on_send`; that call was not sent.
        """
        telling = _Telling(on_answer)
        task = _Task(verb=verb, on_send=on_send)
        try:
            self._write_lists(task, self._chunks(verb, drafts), telling.hear)
        except PermanentError:
            telling.tell_kept()
            raise
        telling.close()

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

    def _write_lists(self, task: _Task, chunks: Sequence[Sequence[Draft]], on_answer: OnAnswer) -> None:
        """Write lists in parallel; one that fails stops those not yet sent, and no answer is dropped."""
        if len(chunks) == 1:
            for results in self._write_list(task, chunks[0]):
                on_answer(results)
            return
        heard: SimpleQueue[_Heard] = SimpleQueue()
        # More threads than slots: the next lists are built while the governor holds them back.
        workers = min(self._settings.slots + _BUILT_AHEAD, len(chunks))
        with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
            futures = [pool.submit(self._hear, task, chunk, heard) for chunk in chunks]
            failure = _listen(futures, heard, on_answer)
        if failure is not None:
            raise failure

    def _hear(self, task: _Task, chunk: Sequence[Draft], heard: "SimpleQueue[_Heard]") -> None:
        """Put the answers of a list into a queue as they come, then its failure if there is one, then None."""
        try:
            for results in self._write_list(task, chunk):
                heard.put(results)
        except BaseException as error:  # noqa: BLE001 - raised where it is heard
            heard.put(error)
        finally:
            heard.put(None)

    def _write_list(self, task: _Task, chunk: Sequence[Draft]) -> Iterator[list[WriteResult]]:
        """Write a list and yield what became of its records, call by call."""
        keys = [draft.key for draft in chunk]
        try:
            records = [draft.build() for draft in chunk]
            listed = self._client.send(
                write_list(task.verb, records), before_attempt=lambda: task.on_send(keys)
            )
        except LeaseLost:  # no answer about these records: they are another worker's
            raise
        except (UncertainWrite, TransientError) as error:
            yield [NotWritten(operation_key=draft.key, error=error) for draft in chunk]
        except UnreadRequest as error:
            yield from self._write_apart(task, chunk, error)
        except (ConfigurationError, ValueError) as error:
            yield from self._write_sound(task, chunk, error)
        else:
            yield self._results(chunk, records, listed)

    def _write_apart(
        self, task: _Task, chunk: Sequence[Draft], error: UnreadRequest
    ) -> Iterator[list[WriteResult]]:
        """Write the halves of a list that NetSuite could not read, until the records it cannot read are alone.

        Nothing of such a list was processed, so that no record is written twice. With one bad record this takes about as many
        calls as the list can be halved, and never more than two for each record.
        """
        if len(chunk) == 1:
            key = chunk[0].key
            yield [NotWritten(operation_key=key, error=error.of_record(f"NetSuite record {key}"))]
            return
        log.warning("NetSuite could not read a list of %d records; it is written in parts", len(chunk))
        middle = len(chunk) // 2
        first, second = chunk[:middle], chunk[middle:]
        was_read = True
        for results in self._write_list(task, first):
            was_read = was_read and all(map(_is_read, results))
            yield results
        if was_read and len(second) > 1:  # then it is the second half that cannot be read
            yield from self._write_apart(task, second, error)
        else:
            yield from self._write_list(task, second)

    def _results(
        self, chunk: Sequence[Draft], records: Sequence[SuiteRecord], listed: ListAnswer
    ) -> list[WriteResult]:
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
        self, task: _Task, chunk: Sequence[Draft], error: ConfigurationError | ValueError
    ) -> Iterator[list[WriteResult]]:
        """Write a list without the records that cannot be put into NetSuite's words; those are not sent."""
        faults = {draft.key: fault for draft in chunk if (fault := self._fault(task.verb, draft)) is not None}
        if not faults:  # it was not the records
            raise error
        yield [_not_sent(draft, faults[draft.key]) for draft in chunk if draft.key in faults]
        sound = [draft for draft in chunk if draft.key not in faults]
        if sound:
            yield from self._write_list(task, sound)

    def _fault(self, verb: Verb, draft: Draft) -> Exception | None:
        try:
            self._client.check(draft.build(), verb)
        except (ConfigurationError, ValueError) as error:
            return error
        return None


def _listen(
    futures: Sequence[Future[None]], heard: "SimpleQueue[_Heard]", on_answer: OnAnswer
) -> BaseException | None:
    """Tell of all answers, and return the first failure; it cancels the lists that are not begun."""
    failure: BaseException | None = None
    underway = len(futures)
    while underway:
        said = heard.get()
        if said is None:
            underway -= 1
            continue
        error = said if isinstance(said, BaseException) else _told(on_answer, said)
        if error is not None:
            failure = failure or error
            underway -= sum(one.cancel() for one in futures if not one.cancelled())
    return failure


def _told(on_answer: OnAnswer, results: Sequence[WriteResult]) -> BaseException | None:
    try:
        on_answer(results)
    except BaseException as error:  # noqa: BLE001 - raised when the other answers are told
        return error
    return None


class _Telling:
    """Tells of results, but for the records that NetSuite cannot read: those wait until it has read another one.

    A bad value is a matter of its record, also when several records share it: they wait for a person, and the others pass. When
    NetSuite reads none of many and says the same of each, what they have in common is wrong (a constant of the mapping, the
    version of the endpoint): holding them one by one would leave all of them to be released, and the next ones to be held.
    """

    def __init__(self, on_answer: OnAnswer) -> None:
        self._on_answer = on_answer
        self._kept: list[NotWritten] = []
        self._has_read = False

    def hear(self, results: Sequence[WriteResult]) -> None:
        """Tell of results, or keep them."""
        unread = [one for one in results if isinstance(one, NotWritten) and _unread_error(one)]
        if any(map(_is_read, results)):
            self._has_read = True
            self.tell_kept()
        if unread and not self._has_read:
            self._kept += unread
        else:
            self._on_answer(results)

    def tell_kept(self) -> None:
        """Tell of what was kept: each of these records waits for a person."""
        kept, self._kept = self._kept, []
        if kept:
            self._on_answer(kept)

    def close(self) -> None:
        """Tell of what was kept, or raise PermanentError when it is no matter of the records."""
        errors = {one.operation_key: error for one in self._kept if (error := _unread_error(one))}
        shared = shared_fault(list(errors.values()))
        if shared is None:
            self.tell_kept()
            return
        nothing_landed = TransientError(str(shared))
        self._on_answer([NotWritten(operation_key=key, error=nothing_landed) for key in errors])
        raise shared


def shared_fault(errors: Sequence[UnreadRequest]) -> PermanentError | None:
    """Return what it means that NetSuite has read nothing, when it says the same of each of many records; else None."""
    if len(errors) < _TELLING or len({error.said_without_places for error in errors}) > 1:
        return None
    return PermanentError(
        f"NetSuite could read none of {len(errors)} records, each sent alone, and says the same of each: {errors[0].said}. "
        "Nothing was written, and none of them is held for it: what they have in common is wrong. Correct the constant or the "
        "table in the mapping file, or the endpoint_version of the NetSuite connection"
    )


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
        error=RejectedByVendor(text, code=_NOT_SENT, fix="correct the value or the mapping, then release it"),
    )


def _unanswered(draft: Draft, said: str) -> NotWritten:
    """NetSuite cuts a list near its 15 minutes: what has no status of its own may have landed."""
    text = f"NetSuite: no status for {draft.key} {said}".rstrip()
    return NotWritten(operation_key=draft.key, error=UncertainWrite(text))


def _unread_error(result: WriteResult) -> UnreadRequest | None:
    error = result.error if isinstance(result, NotWritten) else None
    return error if isinstance(error, UnreadRequest) else None


def _is_read(result: WriteResult) -> bool:
    """Tell whether NetSuite has read this record, whatever it did with it."""
    if isinstance(result, Written):
        return True
    error = result.error
    return (
        isinstance(error, RejectedByVendor)
        and not isinstance(error, UnreadRequest)
        and error.code != _NOT_SENT
    )


def _is_uncertain(result: WriteResult) -> bool:
    return isinstance(result, NotWritten) and isinstance(result.error, UncertainWrite)
