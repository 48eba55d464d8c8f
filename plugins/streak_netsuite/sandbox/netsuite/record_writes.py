"""add, update, upsert and delete, one record or a list, with the misfortunes of single records."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

from streak_netsuite.sandbox.faults import Fault
from streak_netsuite.sandbox.netsuite import answers, writes
from streak_netsuite.sandbox.netsuite.envelope import Call
from streak_netsuite.sandbox.netsuite.kinds import KINDS_BY_TYPE
from streak_netsuite.sandbox.netsuite.list_cuts import Cut, list_cut
from streak_netsuite.sandbox.netsuite.misfortunes import Misfortunes, remark
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Ref
from streak_netsuite.sandbox.netsuite.writes import WriteOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """A write call on its way: what strikes its records and where it is cut."""

    verb: str
    preferences: Preferences
    struck: dict[int, Fault]
    cut: Cut


class RecordWrites:
    """The handlers."""

    def __init__(self, store: Store, misfortunes: Misfortunes) -> None:
        self._store = store
        self._misfortunes = misfortunes

    async def write_one(self, call: Call, request: Fields) -> Fields:
        """Answer an add, update, upsert or delete."""
        cut = Cut(seconds=float("inf"))  # a single record runs on to the end (section_N3658677)
        responses = await self._write(call, [request.get("record") or request["baseRef"]], cut)
        return {"writeResponse": responses[0]}

    async def write_list(self, call: Call, request: Fields) -> Fields:
        """Answer a list of writes, in request order."""
        cut = list_cut(self._misfortunes, self._store.settings, call)
        responses = await self._write(call, request.get("record") or request["baseRef"], cut)
        return {"writeResponseList": {"status": answers.ok(), "writeResponse": responses}}

    async def _write(self, call: Call, records: list[Any], cut: Cut) -> list[Fields]:
        """Write record by record: a later one may refer to an earlier one."""
        batch = _Batch(
            verb=call.operation.removesuffix("List"),
            preferences=call.preferences,
            struck=self._misfortunes.strike_records(call.asked, call.record_texts),
            cut=cut,
        )
        began, responses = time.monotonic(), []
        for place, sent in enumerate(records):
            outcome = await self._write_at(batch, place, sent, time.monotonic() - began)
            responses.append(answers.write_response(outcome))
        return responses

    async def _write_at(self, batch: _Batch, place: int, sent: Any, elapsed: float) -> WriteOutcome:
        reason = batch.cut.reason(place, elapsed)
        if reason is not None:
            if batch.cut.is_committed(place):
                self._write_record(batch, sent, None)
            return _not_written(sent, batch.cut.code, reason)
        seen = None if isinstance(sent, Ref) else writes.version(self._store, sent)
        if self._store.settings.record_seconds > 0:
            await asyncio.sleep(self._store.settings.record_seconds)
        return self._write_record(batch, sent, batch.struck.get(place), seen=seen)

    def _write_record(
        self, batch: _Batch, sent: Any, fault: Fault | None, *, seen: int | None = None
    ) -> WriteOutcome:
        if fault is not None and _prevents(fault, batch.preferences):
            told = remark(fault)
            return _not_written(sent, told.code, told.message)
        if batch.verb == "delete":
            outcome = writes.delete(self._store, sent)
        else:
            outcome = writes.save(self._store, batch.verb, sent, batch.preferences, seen=seen)
        return outcome if fault is None or outcome.code else _remarked(outcome, fault)


def _not_written(sent: Any, code: str, message: str) -> WriteOutcome:
    if isinstance(sent, Ref):
        return WriteOutcome(
            kind=sent.type,
            internal_id=sent.internal_id,
            external_id=sent.external_id,
            code=code,
            message=message,
        )
    kind = KINDS_BY_TYPE.get(sent["@xsi"])
    return WriteOutcome(
        kind=kind.name if kind else "",
        internal_id=sent.get("@internalId", ""),
        external_id=sent.get("@externalId", ""),
        code=code,
        message=message,
    )


def _prevents(fault: Fault, preferences: Preferences) -> bool:
    """Tell whether a fault keeps a record from being written; warnings do when the client says so."""
    if fault.kind == "record_warning":
        return preferences.warning_as_error
    return fault.kind == "record_error"


def _remarked(outcome: WriteOutcome, fault: Fault) -> WriteOutcome:
    """Return the outcome of a record that was written, with the fault's remark."""
    is_warning, told = fault.kind == "record_warning", remark(fault)
    return replace(
        outcome,
        code=told.code,
        message=told.message,
        after_submit_failed=not is_warning,
        is_warning=is_warning,
    )
